//! A connection together with who asks: what is out of reach does not exist for the queries that run on it.
//!
//! Made by [`Db`](super::Db) for every read and every transaction, taken by all queries. It must never know what is
//! asked.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    prelude::async_trait::async_trait,
    sea_query::{Condition, Expr},
};

use crate::{
    access::Scope,
    budget::Budget,
    db::{
        changes::Changed,
        fetch::{self, FetchRows},
        pool::{health::HealthMonitor, read_pool::ReadPool},
    },
    vault::Vault,
};

/// What one request uses of the database: it counts its statements, and charges the rows that it fetches to its budget. A
/// clone counts the same.
#[derive(Clone, Debug, Default)]
pub struct Statements {
    count: Arc<AtomicU64>,
    budget: Budget,
}

impl Statements {
    /// For a request with this budget.
    pub fn within(budget: Budget) -> Self {
        Self { count: Arc::default(), budget }
    }

    /// The budget that rows are charged to.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// Counts more statements.
    pub fn fetch_add(&self, more: u64, order: Ordering) -> u64 {
        self.count.fetch_add(more, order)
    }

    /// How many there were.
    pub fn load(&self, order: Ordering) -> u64 {
        self.count.load(order)
    }
}

/// Where queries run that respect who asks. A query that takes a bare `ConnectionTrait` looks at everything, and says
/// why.
pub trait Session: ConnectionTrait + Send {
    /// The stacks within reach.
    fn scope(&self) -> &Scope;

    /// What seals and opens the secrets in rows.
    fn vault(&self) -> &Vault;

    /// Only rows whose column leads to a stack within reach.
    fn within(&self, column: &str) -> Condition {
        Condition::all().add_option(self.scope().condition(column).map(Expr::cust))
    }

    /// Only rows whose column leads to an instance of a stack within reach.
    fn within_instances(&self, column: &str) -> Condition {
        let reach = self.scope().condition("stack_id");
        let reach = reach.map(|reach| format!("{column} IN (SELECT id FROM service_instances WHERE {reach})"));
        Condition::all().add_option(reach.map(Expr::cust))
    }
}

/// A connection, or a transaction, with who asks.
#[derive(Debug)]
pub struct Bound<C> {
    connection: C,
    scope: Scope,
    vault: Vault,
    statements: Statements,
    changed: Changed,
    health: HealthMonitor,
}

/// For single statements that only read.
pub type Reader = Bound<ReadPool>;
/// A running transaction.
pub type Tx = Bound<DatabaseTransaction>;

impl<C> Bound<C> {
    pub(super) fn new(connection: C, scope: Scope, vault: Vault, statements: Statements) -> Self {
        Self { connection, scope, vault, statements, changed: Changed::default(), health: HealthMonitor::default() }
    }

    /// The same, whose statements fail as soon as it is known that the database does not answer.
    pub(super) fn guarded(self, health: &HealthMonitor) -> Self {
        Self { health: health.clone(), ..self }
    }

    /// For the service itself, which reaches everything; without keys for secrets.
    pub fn whole(connection: C) -> Self {
        Self::new(connection, Scope::Everything, Vault::default(), Statements::default())
    }

    /// What has been changed on it.
    pub(super) fn changed(&self) -> &Changed {
        &self.changed
    }

    /// The connection alone.
    pub fn into_inner(self) -> C {
        self.connection
    }

    fn count(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
    }
}

impl<C: FetchRows + Send> Session for Bound<C> {
    fn scope(&self) -> &Scope {
        &self.scope
    }

    fn vault(&self) -> &Vault {
        &self.vault
    }
}

#[async_trait]
impl<C: FetchRows + Send> ConnectionTrait for Bound<C> {
    fn get_database_backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.count();
        self.health.guard(self.connection.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.count();
        self.health.guard(self.connection.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.count();
        let row = self.health.guard(self.connection.query_one_raw(statement)).await?;
        if let Some(row) = &row {
            fetch::charge(row, self.statements.budget())?;
        }
        Ok(row)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.count();
        self.health.guard(self.connection.fetch_rows(statement, self.statements.budget())).await
    }

    fn support_returning(&self) -> bool {
        self.connection.support_returning()
    }
}
