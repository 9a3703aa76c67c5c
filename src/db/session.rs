//! A connection bound to the scope of a request: queries on it see only the stacks in the scope.
//!
//! Created by [`Db`](super::Db) for every read and every transaction, and passed to all queries. It must not know what
//! a query reads.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    prelude::async_trait::async_trait,
    sea_query::{Condition, Expr},
};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{
    access::Scope,
    access::change::Author,
    budget::Budget,
    db::{
        change_log::{Recorder, versions::Changed},
        pool::{
            fetch::{self, FetchRows},
            health::HealthMonitor,
            read_pool::ReadPool,
        },
    },
    random::Random,
    vault::Vault,
};

/// How many single reads one request has at the database at a time. The connections are handed out in the order of the
/// requests for them, so a request with hundreds of reads would otherwise let all others wait.
const READS_AT_A_TIME: usize = 4;

/// Counts the statements of one request, limits how many of its reads run at a time, and charges the rows they fetch to
/// its budget. Clones share the count and the limit.
#[derive(Clone, Debug)]
pub struct Statements {
    count: Arc<AtomicU64>,
    reads: Arc<Semaphore>,
    budget: Budget,
}

impl Default for Statements {
    fn default() -> Self {
        Self::within(Budget::default())
    }
}

impl Statements {
    /// Creates a counter for a request with this budget.
    pub fn within(budget: Budget) -> Self {
        Self { count: Arc::default(), reads: Arc::new(Semaphore::new(READS_AT_A_TIME)), budget }
    }

    /// The budget to which rows are charged.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// Adds to the number of statements.
    pub fn fetch_add(&self, more: u64, order: Ordering) -> u64 {
        self.count.fetch_add(more, order)
    }

    /// The number of statements so far.
    pub fn load(&self, order: Ordering) -> u64 {
        self.count.load(order)
    }
}

/// A connection that applies a scope. A query that takes a bare `ConnectionTrait` instead ignores the scope, and
/// documents why.
pub trait Session: ConnectionTrait + Send {
    /// The stacks that the caller may see.
    fn scope(&self) -> &Scope;

    /// The keys that encrypt and decrypt secrets in rows.
    fn vault(&self) -> &Vault;

    /// The condition that the stack in `column` is in the scope.
    fn within(&self, column: &str) -> Condition {
        Condition::all().add_option(self.scope().condition(column).map(Expr::cust))
    }

    /// The condition that the instance in `column` belongs to a stack in the scope.
    fn within_instances(&self, column: &str) -> Condition {
        let reach = self.scope().condition("stack_id");
        let reach = reach.map(|reach| format!("{column} IN (SELECT id FROM service_instances WHERE {reach})"));
        Condition::all().add_option(reach.map(Expr::cust))
    }
}

/// A connection or a transaction, with the scope, keys and counters of its request.
#[derive(Debug)]
pub struct Bound<C> {
    connection: C,
    scope: Scope,
    vault: Vault,
    random: Random,
    statements: Statements,
    changed: Changed,
    log: Recorder,
    health: HealthMonitor,
}

/// Runs single read-only statements.
pub type Reader = Bound<ReadPool>;
/// A running transaction.
pub type Tx = Bound<DatabaseTransaction>;

impl<C> Bound<C> {
    pub(super) fn new(connection: C, scope: Scope, vault: Vault, statements: Statements) -> Self {
        let (random, changed, health) = (Random::system(), Changed::default(), HealthMonitor::default());
        Self { connection, scope, vault, random, statements, changed, log: Recorder::default(), health }
    }

    /// Makes statements fail as soon as the health monitor reports that the database does not answer.
    pub(super) fn guarded(self, health: &HealthMonitor) -> Self {
        Self { health: health.clone(), ..self }
    }

    /// Draws random numbers from this source.
    pub(super) fn drawing_from(self, random: &Random) -> Self {
        Self { random: random.clone(), ..self }
    }

    /// Makes changes on behalf of this author.
    pub(super) fn written_by(self, author: &Author) -> Self {
        Self { log: Recorder::new(author.clone()), ..self }
    }

    /// Creates a session of the service itself, which sees all stacks and has no keys for secrets.
    pub fn unscoped(connection: C) -> Self {
        Self::new(connection, Scope::Everything, Vault::default(), Statements::default())
    }

    /// The source of random numbers.
    pub(super) fn random(&self) -> &Random {
        &self.random
    }

    /// What this transaction has changed so far.
    pub(super) fn changed(&self) -> &Changed {
        &self.changed
    }

    /// What this transaction adds to the change log.
    pub fn log(&self) -> &Recorder {
        &self.log
    }

    /// Returns the bare connection.
    pub fn into_inner(self) -> C {
        self.connection
    }

    fn count(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
    }
}

impl<C: FetchRows> Bound<C> {
    /// Waits until the request may have another read at the database. A transaction has its connection already.
    async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        if !C::IS_POOL {
            return None;
        }
        self.statements.reads.acquire().await.ok()
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
        self.health.fail_fast(self.connection.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.count();
        self.health.fail_fast(self.connection.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.count();
        let _turn = self.turn().await;
        let row = self.health.fail_fast(self.connection.query_one_raw(statement)).await?;
        if let Some(row) = &row {
            fetch::charge(row, self.statements.budget())?;
        }
        Ok(row)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.count();
        let _turn = self.turn().await;
        self.health.fail_fast(self.connection.fetch_rows(statement, self.statements.budget())).await
    }

    fn support_returning(&self) -> bool {
        self.connection.support_returning()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use futures_util::future::join_all;
    use tokio::task::yield_now;

    use super::*;

    /// A pool or a transaction that counts how many reads it has at a time.
    #[derive(Default)]
    struct Counting<const IS_POOL: bool> {
        now: AtomicUsize,
        most: AtomicUsize,
    }

    impl<const IS_POOL: bool> Counting<IS_POOL> {
        async fn read(&self) {
            let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(now, Ordering::SeqCst);
            yield_now().await;
            self.now.fetch_sub(1, Ordering::SeqCst);
        }
    }

    #[async_trait]
    impl<const IS_POOL: bool> ConnectionTrait for Counting<IS_POOL> {
        fn get_database_backend(&self) -> DbBackend {
            DbBackend::Sqlite
        }

        async fn execute_raw(&self, _: Statement) -> Result<ExecResult, DbErr> {
            Err(DbErr::Custom("it only reads".into()))
        }

        async fn execute_unprepared(&self, _: &str) -> Result<ExecResult, DbErr> {
            Err(DbErr::Custom("it only reads".into()))
        }

        async fn query_one_raw(&self, _: Statement) -> Result<Option<QueryResult>, DbErr> {
            self.read().await;
            Ok(None)
        }

        async fn query_all_raw(&self, _: Statement) -> Result<Vec<QueryResult>, DbErr> {
            self.read().await;
            Ok(Vec::new())
        }
    }

    impl<const IS_POOL: bool> FetchRows for Counting<IS_POOL> {
        const IS_POOL: bool = IS_POOL;

        async fn fetch_rows(&self, statement: Statement, _: &Budget) -> Result<Vec<QueryResult>, DbErr> {
            self.query_all_raw(statement).await
        }
    }

    /// Many reads of one request in two sessions. Returns how many each session had at a time at most, and in all.
    async fn most<const IS_POOL: bool>() -> [usize; 2] {
        let statements = Statements::default();
        let session =
            || Bound::new(Counting::<IS_POOL>::default(), Scope::Everything, Vault::default(), statements.clone());
        let sessions = [session(), session()];
        let statement = || Statement::from_string(DbBackend::Sqlite, "SELECT 1");
        join_all((0..50).map(async |n: usize| {
            let session = &sessions[n % 2];
            match n % 3 {
                0 => session.query_one_raw(statement()).await.map(drop),
                _ => session.query_all_raw(statement()).await.map(drop),
            }
            .unwrap();
        }))
        .await;
        assert_eq!(statements.load(Ordering::SeqCst), 50);
        sessions.map(|session| session.into_inner().most.into_inner())
    }

    #[tokio::test]
    async fn a_request_has_few_reads_at_the_pool_at_a_time() {
        let [one, two] = most::<true>().await;
        assert_eq!(one + two, READS_AT_A_TIME);
        // A transaction has its own connection, so its statements wait for it and for nothing else.
        assert_eq!(most::<false>().await, [25, 25]);
    }
}
