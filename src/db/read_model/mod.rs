//! The read model: one statement for a whole response, on pinned connections.
//!
//! Called by the read engine through [`App`](crate::app::App). It must not know the format of a response, and must not
//! write.

mod arguments;
mod columns;
mod conditions;
mod node;
mod row_sets;
mod statement;
mod tree;
mod version_checks;

use std::{collections::HashMap, path::Path, sync::atomic::Ordering};

use futures_util::future::join;
use sea_orm::DbErr;

pub(super) use self::version_checks::VersionChecks;
pub use self::{
    arguments::NodeArgument,
    columns::{Column, RowSet},
    node::{Entity, Node, NodeId, Source},
    row_sets::RuleColumns,
    tree::{Covers, Tree},
};
use self::{
    columns::LARGEST_PACK,
    statement::{Packing, Read},
};
pub use crate::db::pool::pinned::{Place, Row};
use crate::{
    access::Scope,
    config::DbUrl,
    db::{
        Attempts, Db, Statements,
        pool::pinned::{self, Parameter},
    },
    ids::StackId,
};

/// The version of what a response depends on. While it is unchanged, the response is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// The id of the stack on which the response depends; 0 if it depends on everything.
    stack: i64,
    /// The version of that stack, or of everything.
    changes: i64,
    /// The version of all templates; 0 if `changes` covers them.
    templates: i64,
}

impl Version {
    fn read(row: &Row, places: [Place; 3]) -> Result<Self, DbErr> {
        let [stack, changes, templates] = places.map(|at| row.number(at).and_then(Row::some));
        Ok(Self { stack: stack?, changes: changes?, templates: templates? })
    }

    /// Reads the version from the rows of a read; `None` when it covers a stack that does not exist.
    pub fn of(tree: &Tree, rows: &[Row]) -> Result<Option<Self>, DbErr> {
        let set = RowSet::VERSION;
        let places = [set.first(), set.second(), set.third()].map(|column| tree.columns().place(column));
        for row in rows {
            if row.part()? == 0 {
                return Self::read(row, places).map(Some);
            }
        }
        Ok(None)
    }
}

/// What a read needs besides its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing.
    Rows,
    /// The version of the data.
    WithVersion,
    /// Rows of the primary, because a change on it has just been committed.
    OfPrimary,
}

/// What the version of a response covers, for a request.
#[derive(Clone, Copy, Debug)]
pub enum Versioned<'a> {
    /// The stack with this name, and all templates.
    Stack(&'a str),
    /// Everything.
    Everything,
}

impl Db {
    /// Runs the statement of a read, limited to `scope`. The rows of one row set come in no particular order.
    pub async fn rows(
        &self,
        scope: &Scope,
        statements: &Statements,
        tree: &Tree,
        arguments: &[NodeArgument],
        wanted: Wanted,
    ) -> Result<Vec<Row>, DbErr> {
        let replica = self.replica.as_ref().filter(|_| wanted != Wanted::OfPrimary);
        let versioned = wanted == Wanted::WithVersion || replica.is_some();
        let request = Read { scope, tree, arguments, versioned };
        let backend = self.open.read.get_database_backend();
        let text = statement::write(backend, request, self.packing());
        if let Some(replica) = replica {
            let before = statements.budget().used();
            let rows = replica.rows(&text.sql, &text.parameters, statements.budget());
            let covered = self::versioned(tree, arguments);
            let (rows, version) = join(rows, self.version(scope, statements, covered)).await;
            // Versions never repeat, so rows with the current version are the current state.
            if let (Some(rows), Ok(version)) = (rows, version)
                && Version::of(tree, &rows)? == version
            {
                statements.fetch_add(1, Ordering::Relaxed);
                return Ok(rows);
            }
            statements.budget().release_to(before);
        }
        let mut connection = self.open.pinned_connections.acquire().await?;
        let before = statements.budget().used();
        let mut text = text;
        let mut attempts = Attempts::default();
        let rows = loop {
            match self.fetch(&mut connection, statements, &text.sql, &text.parameters).await {
                Err(cause) if pinned::is_too_large_to_pack(&cause) => {
                    text = statement::write(backend, request, Packing::Rows);
                }
                Err(cause) if attempts.again(&cause).await => {}
                rows => break rows?,
            }
            statements.budget().release_to(before);
        };
        connection.release();
        Ok(rows)
    }

    /// Returns the SQL that [`Db::rows`] runs, for tests that examine query plans.
    pub fn statement(&self, scope: &Scope, tree: &Tree, arguments: &[NodeArgument]) -> String {
        let request = Read { scope, tree, arguments, versioned: true };
        statement::write(self.open.read.get_database_backend(), request, self.packing()).sql
    }

    /// Chooses how SQLite packs rows. In a small file no row set can be too large for one value.
    fn packing(&self) -> Packing {
        let DbUrl::Sqlite(path) = &self.url else { return Packing::Rows };
        let size = |path: &Path| std::fs::metadata(path).map_or(0, |found| found.len());
        let log = path.with_file_name(format!("{}-wal", path.file_name().unwrap_or_default().to_string_lossy()));
        if size(path) + size(&log) <= LARGEST_PACK { Packing::Whole } else { Packing::Measured }
    }

    /// Returns the current version of what [`Db::rows`] would read; `None` when it covers a stack that does not exist.
    pub async fn version(
        &self,
        scope: &Scope,
        statements: &Statements,
        versioned: Versioned<'_>,
    ) -> Result<Option<Version>, DbErr> {
        statements.fetch_add(1, Ordering::Relaxed);
        let checks = &self.open.version_checks;
        match versioned {
            Versioned::Everything => checks.version_of_everything().await.map(Some),
            Versioned::Stack(name) => {
                Ok(checks.version(name).await?.filter(|version| scope.sees(StackId(version.stack))))
            }
        }
    }
}

impl Db {
    /// Returns the current versions of live stacks with all templates, in one statement.
    pub async fn versions(
        &self,
        scope: &Scope,
        statements: &Statements,
        stacks: &[StackId],
    ) -> Result<HashMap<StackId, Version>, DbErr> {
        let sql = statement::versions_by_id(self.open.read.get_database_backend());
        let ids: Vec<i64> = stacks.iter().map(|stack| stack.0).collect();
        let mut connection = self.open.pinned_connections.acquire().await?;
        let mut attempts = Attempts::default();
        let rows = loop {
            match self.fetch(&mut connection, statements, &sql, &[Parameter::Numbers(&ids)]).await {
                Err(cause) if attempts.again(&cause).await => {}
                rows => break rows?,
            }
        };
        connection.release();
        let version = |row: &Row| Version::read(row, [1, 2, 3].map(Place::nth));
        let versions = rows.iter().map(version).map(|version| version.map(|it| (StackId(it.stack), it)));
        let mut versions: HashMap<StackId, Version> = versions.collect::<Result<_, _>>()?;
        versions.retain(|stack, _| scope.sees(*stack));
        Ok(versions)
    }
}

/// What the version of the rows covers.
pub fn versioned<'a>(tree: &Tree, arguments: &'a [NodeArgument]) -> Versioned<'a> {
    match tree.covers() {
        Covers::Stack(node) => match &arguments[node.number()] {
            NodeArgument::Name(name) => Versioned::Stack(name),
            _ => Versioned::Everything,
        },
        Covers::Everything => Versioned::Everything,
    }
}
