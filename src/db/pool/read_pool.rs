//! The pool for single reads: the shared connections, and a reserve connection that writes never use.
//!
//! Created by [`Db`](crate::db::Db). It must not know what is read. Writes can occupy all shared connections for a long
//! time, for example while a synchronous standby does not acknowledge their COMMIT. The reserve keeps reads working
//! meanwhile. A read is repeated when another transaction is in its way.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    prelude::async_trait::async_trait,
};

use crate::db::{pool::pinned::PinnedConnections, repeated};

/// Runs single read-only statements.
#[derive(Clone, Debug)]
pub struct ReadPool {
    shared: DatabaseConnection,
    reserve: Option<DatabaseConnection>,
    /// The pinned connections taken from the shared pool.
    pinned: Option<PinnedConnections>,
}

impl ReadPool {
    pub(in crate::db) fn new(
        shared: DatabaseConnection,
        reserve: Option<DatabaseConnection>,
        pinned: Option<PinnedConnections>,
    ) -> Self {
        Self { shared, reserve, pinned }
    }

    /// Returns the pool for the next statement: the reserve if all shared connections are in use. An idle pinned
    /// connection is returned to the shared pool first.
    pub(in crate::db) fn free(&self) -> &DatabaseConnection {
        let Some(reserve) = &self.reserve else { return &self.shared };
        let shared = self.shared.get_postgres_connection_pool();
        let is_taken = shared.num_idle() == 0 && shared.size() >= shared.options().get_max_connections();
        let is_freed = is_taken && self.pinned.as_ref().is_some_and(PinnedConnections::close_idle);
        if is_taken && !is_freed { reserve } else { &self.shared }
    }
}

#[async_trait]
impl ConnectionTrait for ReadPool {
    fn get_database_backend(&self) -> DbBackend {
        self.shared.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.free().execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.free().execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        repeated!(self.free().query_one_raw(statement.clone()))
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        repeated!(self.free().query_all_raw(statement.clone()))
    }

    fn support_returning(&self) -> bool {
        self.shared.support_returning()
    }
}
