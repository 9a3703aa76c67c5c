//! Who may claim a host port, a domain or a place on the host: what the effective configurations are then asked for.
//!
//! Called by the use cases that look for conflicts. It must never decide what is really claimed: rules and overrides can
//! take away what is found here, and that is for the merge to say.

use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, FromQueryResult, Statement, Value, sea_query::ArrayType};

use super::entities::InstanceModel;
use crate::ids::StackId;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Host ports.
    pub host_ports: Vec<i32>,
    /// Domains.
    pub domains: Vec<String>,
    /// Sources of volumes, without slashes at their ends.
    pub sources: Vec<String>,
}

/// Instances of live stacks; with their own rows or with those of their templates.
const LIVE: &str = "SELECT m.* FROM service_instances m JOIN stacks s ON s.id = m.stack_id \
                    WHERE m.deleted_at IS NULL AND s.deleted_at IS NULL";

/// The keys of instances that have `condition` in a table of theirs or of their template's.
fn with(kind: &str, condition: &str) -> String {
    format!(
        "SELECT own.instance_id FROM instance_{kind} own WHERE own.{condition} \
         UNION SELECT used.id FROM service_{kind} own JOIN service_instances used \
         ON used.template_service_id = own.service_id WHERE own.{condition}"
    )
}

/// Enabled instances of enabled stacks that may claim one of these, oldest first.
pub async fn claimants(db: &impl ConnectionTrait, wanted: &Wanted) -> Result<Vec<InstanceModel>, DbErr> {
    let backend = db.get_database_backend();
    let one_of = |n: usize| match backend {
        DatabaseBackend::Sqlite => format!("IN (SELECT value FROM json_each(?{n}))"),
        _ => format!("= ANY(${n})"),
    };
    let claims = [
        with("ports", &format!("host_port {}", one_of(1))),
        with("domains", &format!("domain {}", one_of(2))),
        // The column is in no index: sources can be too long for one.
        with("volumes", &format!("source <> '' AND RTRIM(own.source, '/') {}", one_of(3))),
    ];
    let sql = format!(
        "{LIVE} AND m.enabled AND s.enabled AND m.id IN ({}) ORDER BY m.created_at, m.id",
        claims.join(" UNION ")
    );
    let values = match backend {
        DatabaseBackend::Sqlite => [json(&wanted.host_ports), json(&wanted.domains), json(&wanted.sources)],
        _ => [
            array(ArrayType::Int, &wanted.host_ports),
            array(ArrayType::String, &wanted.domains),
            array(ArrayType::String, &wanted.sources),
        ],
    };
    InstanceModel::find_by_statement(Statement::from_sql_and_values(backend, sql, values)).all(db).await
}

/// Live instances, enabled or not, that may claim a host port of this range.
pub async fn of_host_ports(db: &impl ConnectionTrait, from: i32, to: i32) -> Result<Vec<InstanceModel>, DbErr> {
    let backend = db.get_database_backend();
    let range = match backend {
        DatabaseBackend::Sqlite => "host_port BETWEEN ?1 AND ?2",
        _ => "host_port BETWEEN $1 AND $2",
    };
    let sql = format!("{LIVE} AND m.id IN ({})", with("ports", range));
    let statement = Statement::from_sql_and_values(backend, sql, [Value::from(from), Value::from(to)]);
    InstanceModel::find_by_statement(statement).all(db).await
}

/// The enabled live instances of stacks, oldest first.
pub async fn enabled_of(db: &impl ConnectionTrait, stacks: &[StackId]) -> Result<Vec<InstanceModel>, DbErr> {
    use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

    use super::{
        entities::instance::{Column, Entity},
        keys::one_of,
    };
    Entity::live()
        .filter(one_of(db.get_database_backend(), "stack_id", stacks.iter().map(|id| id.0)))
        .filter(Column::Enabled.eq(true))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .all(db)
        .await
}

fn array<T: Clone + Into<Value>>(of: ArrayType, values: &[T]) -> Value {
    Value::Array(of, Some(Box::new(values.iter().cloned().map(Into::into).collect())))
}

fn json<T: Clone + Into<serde_json::Value>>(values: &[T]) -> Value {
    serde_json::Value::from(values.to_vec()).to_string().into()
}
