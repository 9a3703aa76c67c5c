//! Who may claim what there is only once: instances whose own rows, or whose template's rows, name it.
//!
//! Called by the use cases. It must never decide whether somebody does claim it: rows can be overridden or removed, and
//! putting them together is `kinds::merge`.

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

/// The part of an instance's row that the question needs: there may be very many of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Claimant {
    /// Its key.
    pub id: InstanceId,
    /// Its stack.
    pub stack_id: StackId,
    /// Its template.
    pub template_service_id: TemplateId,
    /// Since when it is there.
    pub created_at: DateTime<Utc>,
}

impl Claimant {
    /// Oldest first; the key decides between equal times.
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

const COLUMNS: &str = "i.id, i.stack_id, i.template_service_id, i.created_at";
/// Only what runs can be in the way.
const RUNS: &str = "i.deleted_at IS NULL AND i.enabled AND s.deleted_at IS NULL AND s.enabled";
/// What can be switched on counts, too.
const LIVES: &str = "i.deleted_at IS NULL AND s.deleted_at IS NULL";

/// Those of `instances` that exist, trashed or not.
pub async fn of_instances(db: &impl Session, instances: &[InstanceId]) -> Result<Vec<Claimant>, DbErr> {
    let sql = format!(
        "SELECT {COLUMNS} FROM service_instances AS i WHERE i.id {}{}",
        nth(db.get_database_backend(), 1),
        db.scope().and("i.stack_id")
    );
    ask(db, sql, vec![numbers(db.get_database_backend(), instances.iter().map(|id| id.0))]).await
}

/// The live, enabled instances of stacks.
pub async fn of_stacks(db: &impl Session, stacks: &[StackId]) -> Result<Vec<Claimant>, DbErr> {
    let (here, within_reach) = (nth(db.get_database_backend(), 1), db.scope().and("i.stack_id"));
    let sql = format!(
        "SELECT {COLUMNS} FROM service_instances AS i WHERE i.stack_id {here} AND i.deleted_at IS NULL AND i.enabled{within_reach}"
    );
    ask(db, sql, vec![numbers(db.get_database_backend(), stacks.iter().map(|id| id.0))]).await
}

/// Who may claim one of these numbers on the host.
pub async fn by_host_port(db: &impl Session, ports: &[i32]) -> Result<Vec<Claimant>, DbErr> {
    let condition = format!("c.host_port {}", nth(db.get_database_backend(), 1));
    let ports = numbers(db.get_database_backend(), ports.iter().map(|port| i64::from(*port)));
    ask(db, claiming(db, "ports", &[(&condition, "")], RUNS), vec![ports]).await
}

/// Who may claim one of these domains.
pub async fn by_domain(db: &impl Session, domains: &[String]) -> Result<Vec<Claimant>, DbErr> {
    let condition = format!("c.domain {}", nth(db.get_database_backend(), 1));
    let domains = vec![texts(db.get_database_backend(), domains)];
    ask(db, claiming(db, "domains", &[(&condition, "")], RUNS), domains).await
}

/// Sources of volumes, folded by [`fold`].
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// All of them.
    pub all: Vec<String>,
    /// Those that mean the same thing in every stack.
    pub everywhere: Vec<String>,
    /// The stacks in which the others mean something.
    pub stacks: Vec<StackId>,
}

/// A source as the index of step 4 has it: equal for all spellings of a path, as they differ in slashes and dots only.
pub fn fold(source: &str) -> String {
    source.chars().filter(|c| !matches!(c, '/' | '.')).take(200).collect()
}

/// Who may claim one of these external volumes or paths of the host.
pub async fn by_source(db: &impl Session, sources: &Sources) -> Result<Vec<Claimant>, DbErr> {
    let backend = db.get_database_backend();
    let folded = "substr(replace(replace(c.source, '/', ''), '.', ''), 1, 200)";
    let named =
        |parameter| format!("{folded} {} AND (c.is_external OR c.volume_type = 'bind')", nth(backend, parameter));
    let (everywhere, all) = (named(2), named(1));
    let in_stacks = format!(" AND i.stack_id {}", nth(backend, 3));
    let conditions = [(everywhere.as_str(), ""), (all.as_str(), in_stacks.as_str())];
    let stacks = numbers(backend, sources.stacks.iter().map(|id| id.0));
    let values = vec![texts(backend, &sources.all), texts(backend, &sources.everywhere), stacks];
    ask(db, claiming(db, "volumes", &conditions, RUNS), values).await
}

/// Numbers on the host from the first to the last, of one protocol.
#[derive(Clone, Copy, Debug)]
pub struct PortRange {
    /// The first.
    pub first: i32,
    /// The last.
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
struct Number {
    host_port: i32,
}

/// The numbers that any row names, whoever it belongs to, in no order: all others are free for certain.
pub async fn named_host_ports(db: &impl ConnectionTrait, range: PortRange) -> Result<Vec<i32>, DbErr> {
    let condition = PortRange::CONDITION;
    let sql = format!(
        "SELECT c.host_port FROM instance_ports AS c WHERE {condition} \
         UNION SELECT c.host_port FROM service_ports AS c WHERE {condition}"
    );
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, range.values());
    let rows = Number::find_by_statement(statement).all(db).await?;
    Ok(rows.into_iter().map(|row| row.host_port).collect())
}

/// The live instances, enabled or not, that may claim one of these numbers.
pub async fn by_host_port_range(db: &impl Session, range: PortRange) -> Result<Vec<Claimant>, DbErr> {
    ask(db, claiming(db, "ports", &[(PortRange::CONDITION, "")], LIVES), range.values()).await
}

/// The instances that have a row `c` of their own, or whose template has one, each once. Each condition is about `c`, and what
/// must hold for the instance `i` besides. The owners of rows are found first, each once and through an index of their own: many
/// rows of one owner name the same instances, and PostgreSQL without statistics would look for each of them again.
fn claiming(db: &impl Session, table: &str, conditions: &[(&str, &str)], which: &str) -> String {
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
                "SELECT {COLUMNS} FROM service_instances AS i JOIN stacks AS s ON s.id = i.stack_id \
                 WHERE {key} IN (SELECT id FROM {name}) AND {which}{within_reach}{instance}"
            ));
        }
    }
    format!("WITH {} {}", owners.join(", "), instances.join(" UNION "))
}

async fn ask(db: &impl Session, sql: String, values: Vec<Value>) -> Result<Vec<Claimant>, DbErr> {
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
