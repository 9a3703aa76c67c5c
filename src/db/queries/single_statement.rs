//! A whole change in one statement: what it looks at is held, what it writes is written, and that the stack has changed
//! is counted, in one round trip in place of seven.
//!
//! Called by [`App`](crate::app::App) for what is done most. It must never explain why it did nothing.

use chrono::{DateTime, Utc};
use sea_orm::{DbBackend, FromQueryResult, QueryResult};

use crate::{
    access::Scope,
    db::{
        Db, Statements,
        changes::{PARTS, new_number},
        entities::InstanceModel,
        pool::pinned::{Parameter, Row},
        queries::instances::SingleStatementCreate,
    },
    error::{Error, Result},
    ids::{self, InstanceId},
};

impl Db {
    /// Creates an enabled instance. None when it does nothing: because stack or template is not there, because the name
    /// is taken, because something is in its way, or because SQLite cannot do it, which has no round trips to save.
    pub async fn create_at_once(
        &self,
        new: &SingleStatementCreate<'_>,
        now: DateTime<Utc>,
        scope: &Scope,
        statements: &Statements,
    ) -> Result<Option<InstanceModel>> {
        if self.open.read.get_database_backend() != DbBackend::Postgres {
            return Ok(None);
        }
        // Stack and template are held as a transaction would hold them.
        let sql = format!(
            "WITH s AS (SELECT id FROM stacks WHERE name = $1 AND deleted_at IS NULL{} FOR SHARE), \
             t AS (SELECT id FROM services WHERE name = $2 FOR KEY SHARE), \
             i AS (INSERT INTO service_instances (id, stack_id, instance_id, template_service_id, container_name, description, \
             enabled, created_at, updated_at) SELECT $9, s.id, $3, t.id, $4, $5, TRUE, $6, $6 FROM s, t RETURNING *), \
             c AS (INSERT INTO changes (stack_id, part, count) SELECT i.stack_id, $7, $8 FROM i ON CONFLICT (stack_id, \
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
        ];
        // Who cannot have a connection at once waits for one as everybody does.
        let Ok(mut connection) = self.open.pinned_connections.take_to_write().await else { return Ok(None) };
        let rows = match self.fetch(&mut connection, statements, &sql, &parameters).await {
            Ok(rows) => rows,
            Err(cause) => {
                return match Error::from(cause) {
                    Error::Conflict(_) | Error::Busy(_) => Ok(None),
                    other => Err(other),
                };
            }
        };
        connection.done();
        match rows.into_iter().next() {
            Some(Row::Postgres(row)) => Ok(Some(InstanceModel::from_query_result(&QueryResult::from(row), "")?)),
            _ => Ok(None),
        }
    }
}
