//! Commands in a single statement: locks, writes and the version change in one round trip instead of seven.
//!
//! Called by [`App`](crate::app::App) for the most frequent commands. It must not report why a statement did nothing;
//! the caller then runs the command in a transaction.

use chrono::{DateTime, Utc};
use sea_orm::{DbBackend, FromQueryResult, QueryResult};

use crate::{
    access::Scope,
    access::change::Author,
    db::{
        Db, Statements,
        change_log::{
            stored_single,
            versions::{PARTS, PARTS_OF_EVERYTHING, new_number},
        },
        entities::InstanceModel,
        pool::pinned::{Parameter, Row},
        queries::instances::SingleStatementCreate,
    },
    error::{Error, Result},
    fields::{InstanceValues, instance_fields},
    ids::{self, ChangeId, InstanceId},
    name::storage_name,
};

/// A type of values that the statement writes. A field of another type does not compile until the type is added.
trait AsParameter {
    fn parameter(&self) -> Parameter<'_>;
}

impl AsParameter for String {
    fn parameter(&self) -> Parameter<'_> {
        Parameter::Text(self.into())
    }
}

impl AsParameter for Option<String> {
    fn parameter(&self) -> Parameter<'_> {
        self.as_ref().map_or(Parameter::NoText, String::parameter)
    }
}

impl AsParameter for bool {
    fn parameter(&self) -> Parameter<'_> {
        Parameter::Flag(*self)
    }
}

impl AsParameter for i32 {
    fn parameter(&self) -> Parameter<'_> {
        Parameter::Number((*self).into())
    }
}

macro_rules! parameters {
    ($( $field:ident : $type:ty, $update:ident; )+) => {
        /// The values that clients set, with their columns.
        fn parameters_of(values: &InstanceValues) -> impl Iterator<Item = (&'static str, Parameter<'_>)> {
            [$( (stringify!($field), values.$field.parameter()) ),+].into_iter()
        }
    };
}
instance_fields!(edited, parameters);

impl Db {
    /// Creates an enabled instance without overrides. Returns `None` if nothing was created: stack or template do not
    /// exist, the name is taken, another transaction conflicts, no connection is free, or the engine is SQLite, where
    /// round trips cost nothing.
    pub async fn create_single_statement(
        &self,
        new: &SingleStatementCreate<'_>,
        now: DateTime<Utc>,
        (scope, author): (&Scope, &Author),
        statements: &Statements,
    ) -> Result<Option<InstanceModel>> {
        if self.open.read.get_database_backend() != DbBackend::Postgres {
            return Ok(None);
        }
        let id: InstanceId = ids::fresh(&self.random, now);
        // Takes the same row locks as a transaction would.
        let mut parameters = vec![
            Parameter::Text(new.stack.into()),
            Parameter::Text(new.template.into()),
            Parameter::Text(new.name.as_str().into()),
            Parameter::Text(new.container_name.into()),
            Parameter::Time(now),
            Parameter::Number(self.random.below(PARTS).into()),
            Parameter::Number(new_number(&self.random)?),
            Parameter::Number(id.0),
            Parameter::Number(self.random.below(PARTS_OF_EVERYTHING).into()),
            Parameter::Text(storage_name(new.container_name, id.0).into()),
        ];
        let (mut columns, mut values) = (String::new(), String::new());
        for (column, value) in parameters_of(new.values) {
            parameters.push(value);
            columns.push_str(&format!(", \"{column}\""));
            values.push_str(&format!(", ${}", parameters.len()));
        }
        let change: ChangeId = ids::fresh(&self.random, now);
        let (log, of_log) = stored_single(change.0, author, now, parameters.len());
        parameters.extend(of_log);
        let sql = format!(
            "WITH s AS (SELECT id, enabled FROM stacks WHERE name = $1 AND deleted_at IS NULL{} FOR SHARE), \
             t AS (SELECT id FROM services WHERE name = $2 FOR KEY SHARE), \
             i AS (INSERT INTO service_instances (id, stack_id, instance_id, template_service_id, container_name, \
             created_at, updated_at, storage_name, in_enabled_stack{columns}) SELECT $8, s.id, $3, t.id, $4, $5, $5, $10, s.enabled{values} FROM s, t RETURNING *), \
             c AS (INSERT INTO changes (stack_id, part, count) SELECT i.stack_id, $6, $7 FROM i UNION ALL SELECT -1, $9, $7 \
             FROM i ON CONFLICT (stack_id, part) DO UPDATE SET count = excluded.count RETURNING 1), {log} SELECT * FROM i",
            scope.and("id")
        );
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
        self.note_commit();
        match rows.into_iter().next() {
            Some(Row::Postgres(row)) => Ok(Some(InstanceModel::from_query_result(&QueryResult::from(row), "")?)),
            _ => Ok(None),
        }
    }
}
