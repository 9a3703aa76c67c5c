//! Signs of changes between the servers of one PostgreSQL database: NOTIFY and LISTEN.
//!
//! Called by the feed of changes, for which they are a hint and no more. They must not be sent within the transaction of a
//! change, because PostgreSQL would then commit such transactions one after the other.

use sea_orm::{
    ConnectionTrait, DbErr,
    sqlx::postgres::{PgListener, PgPoolOptions},
};

use super::connect;
use crate::db::{Db, DbUrl};

const CHANNEL: &str = "devarch_changes";

impl Db {
    /// Whether other servers can hear of changes.
    pub fn can_announce(&self) -> bool {
        matches!(self.url, DbUrl::Postgres(_))
    }

    /// Whether a connection can listen: behind a pooler it would be another one with each transaction.
    pub fn can_listen(&self) -> bool {
        self.can_announce() && !self.open.pooled
    }

    /// Tells all servers that something has changed. A sign that is lost costs nothing but time, so nobody waits until it
    /// is on the disk.
    pub async fn announce(&self) -> Result<(), DbErr> {
        let sql = format!("BEGIN; SET LOCAL synchronous_commit TO OFF; NOTIFY {CHANNEL}; COMMIT");
        self.health.fail_fast(self.open.write.execute_unprepared(&sql)).await.map(drop)
    }

    /// Listens on a connection of its own and calls `heard` for each sign, until the connection is lost.
    pub async fn listen(&self, heard: impl Fn()) -> Result<(), DbErr> {
        let DbUrl::Postgres(url) = &self.url else { return Ok(()) };
        let failed = |cause| DbErr::Conn(sea_orm::RuntimeErr::SqlxError(std::sync::Arc::new(cause)));
        let options = connect::of_postgres(url).map_err(failed)?.application_name("devarch-listen");
        let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(options);
        let mut listener = PgListener::connect_with(&pool).await.map_err(failed)?;
        listener.listen(CHANNEL).await.map_err(failed)?;
        // What came before the connection listened is found by looking.
        heard();
        while listener.try_recv().await.map_err(failed)?.is_some() {
            heard();
        }
        Ok(())
    }
}
