//! Finds the instances that may claim a resource that can be used once, such as a host port: their rows, or those of
//! their template, name it.
//!
//! Called by the use cases. It must not decide whether an instance does claim it. Rows can be overridden or removed,
//! and `kinds::merging` computes the result.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement, Value};

use crate::{
    db::{
        Session,
        entities::InstanceModel,
        queries::in_list::{nth, numbers, texts},
    },
    ids::{InstanceId, StackId, TemplateId},
    kinds::Protocol,
};

/// The columns of an instance that conflict detection needs. There may be many rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Claimant {
    /// The id.
    pub id: InstanceId,
    /// The stack.
    pub stack_id: StackId,
    /// The template.
    pub template_service_id: TemplateId,
    /// The creation time.
    pub created_at: DateTime<Utc>,
}

impl Claimant {
    /// The sort key: oldest first, the id breaks ties.
    pub fn age(&self) -> (DateTime<Utc>, InstanceId) {
        (self.created_at, self.id)
    }
}

impl From<&InstanceModel> for Claimant {
    fn from(row: &InstanceModel) -> Self {
        Self {
            id: row.id,
            stack_id: row.stack_id,
            template_service_id: row.template_service_id,
            created_at: row.created_at,
        }
    }
}

const CLAIMANT_COLUMNS: &str = "i.id, i.stack_id, i.template_service_id, i.created_at";
/// Condition: the instance is enabled and not in the trash, and so is its stack.
const IS_ENABLED_SQL: &str = "i.deleted_at IS NULL AND i.enabled AND s.deleted_at IS NULL AND s.enabled";
/// Condition: neither the instance nor its stack is in the trash.
const IS_LIVE_SQL: &str = "i.deleted_at IS NULL AND s.deleted_at IS NULL";

/// Those of `instances` that exist, including trashed ones.
pub async fn of_instances(db: &impl Session, instances: &[InstanceId]) -> Result<Vec<Claimant>, DbErr> {
    let sql = format!(
        "SELECT {CLAIMANT_COLUMNS} FROM service_instances AS i WHERE i.id {}{}",
        nth(db.get_database_backend(), 1),
        db.scope().and("i.stack_id")
    );
    fetch(db, sql, vec![numbers(db.get_database_backend(), instances.iter().map(|id| id.0))]).await
}

/// The live, enabled instances of stacks.
pub async fn of_stacks(db: &impl Session, stacks: &[StackId]) -> Result<Vec<Claimant>, DbErr> {
    let (here, within_reach) = (nth(db.get_database_backend(), 1), db.scope().and("i.stack_id"));
    let sql = format!(
        "SELECT {CLAIMANT_COLUMNS} FROM service_instances AS i WHERE i.stack_id {here} AND i.deleted_at IS NULL AND i.enabled{within_reach}"
    );
    fetch(db, sql, vec![numbers(db.get_database_backend(), stacks.iter().map(|id| id.0))]).await
}

/// The instances that may claim one of these host ports.
pub async fn by_host_port(db: &impl Session, ports: &[i32]) -> Result<Vec<Claimant>, DbErr> {
    let condition = format!("c.host_port {}", nth(db.get_database_backend(), 1));
    let ports = numbers(db.get_database_backend(), ports.iter().map(|port| i64::from(*port)));
    fetch(db, claimants_sql(db, "ports", &[(&condition, "")], IS_ENABLED_SQL), vec![ports]).await
}

/// The instances that may claim one of these domains.
pub async fn by_domain(db: &impl Session, domains: &[String]) -> Result<Vec<Claimant>, DbErr> {
    let condition = format!("c.domain {}", nth(db.get_database_backend(), 1));
    let domains = vec![texts(db.get_database_backend(), domains)];
    fetch(db, claimants_sql(db, "domains", &[(&condition, "")], IS_ENABLED_SQL), domains).await
}

/// Sources of volumes, normalized by [`fold`].
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// All sources.
    pub all: Vec<String>,
    /// The sources that mean the same in every stack.
    pub everywhere: Vec<String>,
    /// The stacks in which the other sources have a meaning.
    pub stacks: Vec<StackId>,
}

/// Normalizes a source in the same way as the index of migration 4: all spellings of a path, which differ in slashes
/// and dots only, give the same text.
pub fn fold(source: &str) -> String {
    source.chars().filter(|c| !matches!(c, '/' | '.')).take(200).collect()
}

/// The instances that may claim one of these external volumes or host paths.
pub async fn by_source(db: &impl Session, sources: &Sources) -> Result<Vec<Claimant>, DbErr> {
    let backend = db.get_database_backend();
    let folded = "substr(replace(replace(c.source, '/', ''), '.', ''), 1, 200)";
    let named = |parameter| {
        format!(
            "{folded} {} AND (c.is_external OR c.scope = 'host' OR c.volume_type = 'bind')",
            nth(backend, parameter)
        )
    };
    let (everywhere, all) = (named(2), named(1));
    let in_stacks = format!(" AND i.stack_id {}", nth(backend, 3));
    let conditions = [(everywhere.as_str(), ""), (all.as_str(), in_stacks.as_str())];
    let stacks = numbers(backend, sources.stacks.iter().map(|id| id.0));
    let values = vec![texts(backend, &sources.all), texts(backend, &sources.everywhere), stacks];
    fetch(db, claimants_sql(db, "volumes", &conditions, IS_ENABLED_SQL), values).await
}

/// A range of host ports of one protocol.
#[derive(Clone, Copy, Debug)]
pub struct PortRange {
    /// The first port.
    pub first: i32,
    /// The last port, inclusive.
    pub last: i32,
    /// The protocol.
    pub protocol: Protocol,
}

impl PortRange {
    const CONDITION: &str = "c.host_port BETWEEN $1 AND $2 AND lower(c.protocol) = $3";

    fn values(self) -> Vec<Value> {
        vec![self.first.into(), self.last.into(), self.protocol.to_string().into()]
    }
}

#[derive(FromQueryResult)]
struct HostPortRow {
    host_port: i32,
}

/// The ports of the range that occur in any row, in no particular order and without regard to scope. All others are
/// free for certain.
pub async fn named_host_ports(db: &impl ConnectionTrait, range: PortRange) -> Result<Vec<i32>, DbErr> {
    let condition = PortRange::CONDITION;
    let sql = format!(
        "SELECT c.host_port FROM instance_ports AS c WHERE {condition} \
         UNION SELECT c.host_port FROM service_ports AS c WHERE {condition}"
    );
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, range.values());
    let rows = HostPortRow::find_by_statement(statement).all(db).await?;
    Ok(rows.into_iter().map(|row| row.host_port).collect())
}

/// The live instances, enabled or not, that may claim a port of the range.
pub async fn by_host_port_range(db: &impl Session, range: PortRange) -> Result<Vec<Claimant>, DbErr> {
    fetch(db, claimants_sql(db, "ports", &[(PortRange::CONDITION, "")], IS_LIVE_SQL), range.values()).await
}

/// SQL for the instances that have a matching row `c`, or whose template has one, each once. Each condition consists of
/// a condition on `c` and of one on the instance `i`. The owners of matching rows are selected first, each once and
/// through its own index. Otherwise PostgreSQL without statistics would look up the instances of an owner again for
/// each of its rows.
fn claimants_sql(db: &impl Session, table: &str, conditions: &[(&str, &str)], which: &str) -> String {
    let within_reach = db.scope().and("i.stack_id");
    let (mut owners, mut instances) = (Vec::new(), Vec::new());
    for (row, instance) in conditions {
        for (owner, key, column) in
            [("instance", "i.id", "instance_id"), ("service", "i.template_service_id", "service_id")]
        {
            let name = format!("owners{}", owners.len());
            owners.push(format!(
                "{name} AS MATERIALIZED (SELECT DISTINCT c.{column} AS id FROM {owner}_{table} AS c WHERE {row})"
            ));
            instances.push(format!(
                "SELECT {CLAIMANT_COLUMNS} FROM service_instances AS i JOIN stacks AS s ON s.id = i.stack_id \
                 WHERE {key} IN (SELECT id FROM {name}) AND {which}{within_reach}{instance}"
            ));
        }
    }
    format!("WITH {} {}", owners.join(", "), instances.join(" UNION "))
}

async fn fetch(db: &impl Session, sql: String, values: Vec<Value>) -> Result<Vec<Claimant>, DbErr> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    Claimant::find_by_statement(statement).all(db).await
}

#[cfg(test)]
mod tests {
    use crate::db::queries::claims::*;

    #[test]
    fn all_spellings_of_a_source_fold_to_the_same() {
        for spelling in ["/srv/data", "/srv//data/", "/srv/./data", "//srv/data/."] {
            assert_eq!(fold(spelling), "srvdata", "{spelling}");
        }
        assert_eq!(fold(&"ü/".repeat(300)), "ü".repeat(200));
    }
}
