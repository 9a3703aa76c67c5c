//! NOTIFY and LISTEN: tells other servers of one PostgreSQL database that something has changed.
//!
//! Called by the feed of changes, which also polls: a notification can be lost. It must not be sent within the transaction
//! of a change, because PostgreSQL would then commit such transactions one after the other.

use sea_orm::{
    ConnectionTrait, DbErr,
    sqlx::postgres::{PgListener, PgPoolOptions},
};

use super::connect;
use crate::db::{Db, DbUrl};

const CHANNEL: &str = "devarch_changes";

impl Db {
    /// Whether other servers can be notified.
    pub fn can_notify(&self) -> bool {
        matches!(self.url, DbUrl::Postgres(_))
    }

    /// Whether a connection can listen: behind a pooler it would be another one with each transaction.
    pub fn can_listen(&self) -> bool {
        self.can_notify() && !self.open.pooled
    }

    /// Notifies all servers that something has changed. A lost notification costs only time, so the commit does not wait
    /// for the disk.
    pub async fn notify(&self) -> Result<(), DbErr> {
        // One message: it ends outside a transaction even if one of its statements fails.
        let sql = format!("SET LOCAL synchronous_commit TO OFF; NOTIFY {CHANNEL}");
        self.health.fail_fast(self.open.write.execute_unprepared(&sql)).await.map(drop)
    }

    /// Listens on a connection of its own and calls `notified` for each notification, until the connection is lost.
    pub async fn listen(&self, notified: impl Fn()) -> Result<(), DbErr> {
        let Some(server) = &self.open.server else { return Ok(()) };
        let failed = |cause| DbErr::Conn(sea_orm::RuntimeErr::SqlxError(std::sync::Arc::new(cause)));
        let options = connect::of_postgres(&server.url).map_err(failed)?.application_name("devarch-listen");
        let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(options);
        let mut listener = PgListener::connect_with(&pool).await.map_err(failed)?;
        listener.listen(CHANNEL).await.map_err(failed)?;
        // What came before the connection listened is found by polling.
        notified();
        while listener.try_recv().await.map_err(failed)?.is_some() {
            notified();
        }
        Ok(())
    }
}
