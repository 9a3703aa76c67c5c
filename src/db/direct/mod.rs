//! Reads that answers are written from without anything between the rows and the JSON: one statement for all of it, on
//! connections that stay.
//!
//! Called by the direct answers through [`App`](crate::app::App). It must never know what an answer looks like, nor
//! write.

mod projection;
mod statement;
mod version_checks;

use std::{path::Path, sync::atomic::Ordering};

use futures_util::future::join;
use sea_orm::DbErr;

pub(super) use self::version_checks::VersionChecks;
use self::{projection::LARGEST_PACK, statement::Packing};
pub use self::{
    projection::{Column, INSTANCE, Keys, Projection, RowSet, Rules, STACK, TEMPLATE},
    statement::Members,
};
pub use crate::db::pool::pinned::{Place, Row};
use crate::{
    access::Scope,
    config::DbUrl,
    db::{Db, Statements, pool::pinned},
    ids::StackId,
};

/// What can be read of a stack is the same as long as this is: its key, and how often it and templates have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    stack: i64,
    changes: i64,
    templates: i64,
}

impl Version {
    /// From the row of a stack.
    pub fn of(projection: &Projection, row: &Row) -> Result<Self, DbErr> {
        Self::read(row, Keys::VERSION.map(|column| projection.place(column)))
    }

    fn read(row: &Row, places: [Place; 3]) -> Result<Self, DbErr> {
        let [stack, changes, templates] = places.map(|at| row.number(at).and_then(Row::some));
        Ok(Self { stack: stack?, changes: changes?, templates: templates? })
    }
}

/// The version of all rows; none when there is no such stack.
fn read_version(projection: &Projection, rows: &[Row]) -> Result<Option<Version>, DbErr> {
    for row in rows {
        if row.part()? == 0 {
            return Version::of(projection, row).map(Some);
        }
    }
    Ok(None)
}

impl Db {
    /// The rows of a live stack, of some of its instances, and of what belongs to them, as far as they are within reach
    /// and projection. Those of each part come in any order. There is none of a stack that does not exist.
    pub async fn rows(
        &self,
        scope: &Scope,
        statements: &Statements,
        projection: &Projection,
        stack: &str,
        members: Members<'_>,
    ) -> Result<Vec<Row>, DbErr> {
        let packing = self.packing();
        let text = statement::write(self.open.read.get_database_backend(), scope, projection, stack, members, packing);
        if let Some(replica) = &self.replica {
            let before = statements.budget().used();
            let rows = replica.rows(&text.sql, &text.parameters, statements.budget());
            let (rows, version) = join(rows, self.version(scope, statements, stack)).await;
            // Versions never come back: what has the one of this moment is the state of this moment.
            if let (Some(rows), Ok(version)) = (rows, version)
                && read_version(projection, &rows)? == version
            {
                statements.fetch_add(1, Ordering::Relaxed);
                return Ok(rows);
            }
            statements.budget().release_to(before);
        }
        let mut connection = self.open.pinned_connections.take().await?;
        let before = statements.budget().used();
        let rows = match self.fetch(&mut connection, statements, &text.sql, &text.parameters).await {
            Err(cause) if pinned::is_too_large_to_pack(&cause) => {
                statements.budget().release_to(before);
                let backend = self.open.read.get_database_backend();
                let text = statement::write(backend, scope, projection, stack, members, Packing::Rows);
                self.fetch(&mut connection, statements, &text.sql, &text.parameters).await?
            }
            rows => rows?,
        };
        connection.done();
        Ok(rows)
    }

    /// The text of the statement that [`Db::rows`] runs, for those who look how the engine goes about it.
    pub fn statement(&self, scope: &Scope, projection: &Projection, stack: &str, members: Members<'_>) -> String {
        statement::write(self.open.read.get_database_backend(), scope, projection, stack, members, self.packing()).sql
    }

    /// How rows are packed: in a small file no part can be too large for one value.
    fn packing(&self) -> Packing {
        let DbUrl::Sqlite(path) = &self.url else { return Packing::Rows };
        let size = |path: &Path| std::fs::metadata(path).map_or(0, |found| found.len());
        let log = path.with_file_name(format!("{}-wal", path.file_name().unwrap_or_default().to_string_lossy()));
        if size(path) + size(&log) <= LARGEST_PACK { Packing::Whole } else { Packing::Measured }
    }

    /// The version of all that [`Db::rows`] would give at this moment; none of a stack that does not exist.
    pub async fn version(&self, scope: &Scope, statements: &Statements, stack: &str) -> Result<Option<Version>, DbErr> {
        statements.fetch_add(1, Ordering::Relaxed);
        let version = self.open.version_checks.version(stack).await?;
        Ok(version.filter(|version| scope.sees(StackId(version.stack))))
    }
}
