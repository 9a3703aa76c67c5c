//! Reads for direct plans: one statement for a whole response, on pinned connections.
//!
//! Called by the direct plans through [`App`](crate::app::App). It must not know the format of a response, and must not
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
    projection::{Column, Keys, Projection, RowSet, Rules},
    statement::InstanceSelection,
};
pub use crate::db::pool::pinned::{Place, Row};
use crate::{
    access::Scope,
    config::DbUrl,
    db::{Db, Statements, pool::pinned},
    ids::StackId,
};

/// The version of what a request can read of a stack: the stack's id, and the versions of the stack and of all
/// templates. While it is unchanged, the response is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    stack: i64,
    changes: i64,
    templates: i64,
}

impl Version {
    /// Reads the version from the row of a stack.
    pub fn of(projection: &Projection, row: &Row) -> Result<Self, DbErr> {
        Self::read(row, Keys::VERSION.map(|column| projection.place(column)))
    }

    fn read(row: &Row, places: [Place; 3]) -> Result<Self, DbErr> {
        let [stack, changes, templates] = places.map(|at| row.number(at).and_then(Row::some));
        Ok(Self { stack: stack?, changes: changes?, templates: templates? })
    }
}

/// Reads the version from the rows of a statement; `None` when the stack does not exist.
fn read_version(projection: &Projection, rows: &[Row]) -> Result<Option<Version>, DbErr> {
    for row in rows {
        if row.part()? == 0 {
            return Version::of(projection, row).map(Some);
        }
    }
    Ok(None)
}

impl Db {
    /// Reads a live stack, some of its instances and their entries: the columns in `projection`, limited to `scope`.
    /// The rows of one row set come in no particular order. There are no rows when the stack does not exist.
    pub async fn rows(
        &self,
        scope: &Scope,
        statements: &Statements,
        projection: &Projection,
        stack: &str,
        members: InstanceSelection<'_>,
    ) -> Result<Vec<Row>, DbErr> {
        let packing = self.packing();
        let text = statement::write(self.open.read.get_database_backend(), scope, projection, stack, members, packing);
        if let Some(replica) = &self.replica {
            let before = statements.budget().used();
            let rows = replica.rows(&text.sql, &text.parameters, statements.budget());
            let (rows, version) = join(rows, self.version(scope, statements, stack)).await;
            // Versions never repeat, so rows with the current version are the current state.
            if let (Some(rows), Ok(version)) = (rows, version)
                && read_version(projection, &rows)? == version
            {
                statements.fetch_add(1, Ordering::Relaxed);
                return Ok(rows);
            }
            statements.budget().release_to(before);
        }
        let mut connection = self.open.pinned_connections.acquire().await?;
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
        connection.release();
        Ok(rows)
    }

    /// Returns the SQL that [`Db::rows`] runs, for tests that examine query plans.
    pub fn statement(
        &self,
        scope: &Scope,
        projection: &Projection,
        stack: &str,
        members: InstanceSelection<'_>,
    ) -> String {
        statement::write(self.open.read.get_database_backend(), scope, projection, stack, members, self.packing()).sql
    }

    /// Chooses how SQLite packs rows. In a small file no row set can be too large for one value.
    fn packing(&self) -> Packing {
        let DbUrl::Sqlite(path) = &self.url else { return Packing::Rows };
        let size = |path: &Path| std::fs::metadata(path).map_or(0, |found| found.len());
        let log = path.with_file_name(format!("{}-wal", path.file_name().unwrap_or_default().to_string_lossy()));
        if size(path) + size(&log) <= LARGEST_PACK { Packing::Whole } else { Packing::Measured }
    }

    /// Returns the current version of what [`Db::rows`] would read; `None` when the stack does not exist.
    pub async fn version(&self, scope: &Scope, statements: &Statements, stack: &str) -> Result<Option<Version>, DbErr> {
        statements.fetch_add(1, Ordering::Relaxed);
        let version = self.open.version_checks.version(stack).await?;
        Ok(version.filter(|version| scope.sees(StackId(version.stack))))
    }
}
