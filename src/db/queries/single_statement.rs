//! Commands in a single statement: locks, writes and the version change in one round trip instead of seven.
//!
//! Called by [`App`](crate::app::App) for the most frequent commands. It must not report why a statement did nothing;
//! the caller then runs the command in a transaction.

use chrono::{DateTime, Utc};
use sea_orm::{DbBackend, FromQueryResult, QueryResult};

use crate::{
    access::Scope,
    db::{
        Db, Statements,
        changes::{PARTS, PARTS_OF_EVERYTHING, new_number},
        entities::InstanceModel,
        pool::pinned::{Parameter, Row},
        queries::instances::SingleStatementCreate,
    },
    error::{Error, Result},
    ids::{self, InstanceId},
};

impl Db {
    /// Creates an enabled instance without overrides. Returns `None` if nothing was created: stack or template do not
    /// exist, the name is taken, another transaction conflicts, no connection is free, or the engine is SQLite, where
    /// round trips cost nothing.
    pub async fn create_single_statement(
        &self,
        new: &SingleStatementCreate<'_>,
        now: DateTime<Utc>,
        scope: &Scope,
        statements: &Statements,
    ) -> Result<Option<InstanceModel>> {
        if self.open.read.get_database_backend() != DbBackend::Postgres {
            return Ok(None);
        }
        // Takes the same row locks as a transaction would.
        let sql = format!(
            "WITH s AS (SELECT id FROM stacks WHERE name = $1 AND deleted_at IS NULL{} FOR SHARE), \
             t AS (SELECT id FROM services WHERE name = $2 FOR KEY SHARE), \
             i AS (INSERT INTO service_instances (id, stack_id, instance_id, template_service_id, container_name, description, \
             enabled, created_at, updated_at) SELECT $9, s.id, $3, t.id, $4, $5, TRUE, $6, $6 FROM s, t RETURNING *), \
             c AS (INSERT INTO changes (stack_id, part, count) SELECT i.stack_id, $7, $8 FROM i UNION ALL SELECT -1, $10, $8 FROM i ON CONFLICT (stack_id, \
             part) DO UPDATE SET count = excluded.count) SELECT * FROM i",
            scope.and("id")
        );
        let parameters = [
            Parameter::Text(new.stack.into()),
            Parameter::Text(new.template.into()),
            Parameter::Text(new.name.as_str().into()),
            Parameter::Text(new.container_name.into()),
            Parameter::Text(new.description.into()),
            Parameter::Time(now),
            Parameter::Number(fastrand::i32(0..PARTS).into()),
            Parameter::Number(new_number()?),
            Parameter::Number(i64::from(ids::fresh::<InstanceId>(now))),
            Parameter::Number(fastrand::i32(0..PARTS_OF_EVERYTHING).into()),
        ];
        // Without a free pinned connection, the caller waits for one of the pool.
        let Ok(mut connection) = self.open.pinned_connections.acquire_to_write().await else { return Ok(None) };
        let rows = match self.fetch(&mut connection, statements, &sql, &parameters).await {
            Ok(rows) => rows,
            Err(cause) => {
                return match Error::from(cause) {
                    Error::Conflict(_) | Error::Busy(_) => Ok(None),
                    other => Err(other),
                };
            }
        };
        connection.release();
        match rows.into_iter().next() {
            Some(Row::Postgres(row)) => Ok(Some(InstanceModel::from_query_result(&QueryResult::from(row), "")?)),
            _ => Ok(None),
        }
    }
}
