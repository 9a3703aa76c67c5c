//! Whether the PostgreSQL server has enough connections for one more server of DevArch.
//!
//! Called when the service starts, which only warns. It must not fail: other engines have no such settings.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use tokio::time::timeout;

use crate::db::Db;

/// How long the question may take.
const TIMEOUT: Duration = Duration::from_secs(2);
/// The connections of a server beside those of `--database-connections`: the reserve for reads, the health probe, and
/// the one that listens for changes.
const BESIDE_POOL: i64 = 3;
/// Connections that the service has opened when it asks: one of the pool and the health probe, at most.
const OPENED: i64 = 2;

/// The settings of the server, and the number of its connections in use.
const USE: &str = "SELECT current_setting('max_connections')::int8, current_setting('superuser_reserved_connections')::int8, \
     (SELECT COUNT(*) FROM pg_stat_activity WHERE backend_type = 'client backend')";

impl Db {
    /// Returns a warning if the server has too few free connections for this process.
    pub async fn connection_shortage(&self) -> Option<String> {
        if self.open.server.is_none() || self.open.pooled {
            return None;
        }
        let asked = self.open.write.query_one_raw(Statement::from_string(DbBackend::Postgres, USE));
        let row = timeout(TIMEOUT, asked).await.ok()?.ok()??;
        let number = |at| row.try_get_by_index::<i64>(at).ok();
        let (most, reserved, in_use) = (number(0)?, number(1)?, number(2)?);
        shortage(most, reserved, in_use, self.settings.connections.into())
    }
}

fn shortage(most: i64, reserved: i64, in_use: i64, connections: i64) -> Option<String> {
    let needed = connections + BESIDE_POOL;
    let free = most - reserved - in_use + OPENED;
    (free < needed).then(|| {
        format!(
            "the PostgreSQL server allows {most} connections, of which {in_use} are in use and {reserved} are reserved, and this \
             service needs up to {needed}: raise `max_connections` to servers × {needed} + {reserved} or more, or lower \
             --database-connections"
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::db::pool::capacity::*;

    #[test]
    fn a_shortage_is_told_with_what_is_needed() {
        assert_eq!(shortage(100, 3, 2, 4), None);
        // Thirteen servers and their seven connections each fit into 97.
        assert_eq!(shortage(100, 3, 12 * 7 + 2, 4), None);
        let told = shortage(100, 3, 13 * 7 + 2, 4).unwrap();
        assert!(told.contains("up to 7") && told.contains("93 are in use"), "{told}");
        assert!(shortage(10, 3, 2, 20).is_some());
    }
}
