//! Finds host ports that nothing claims.
//!
//! Called by the use cases that suggest a port or fork a stack. What a statement reads depends on the number of ports, and
//! not on the number of instances.

use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, FromQueryResult, Statement};

use super::{Column, Rows, holders::MAX_TEMPLATES, kept::DISABLED};
use crate::{db::Session, kinds::Protocol};

#[derive(FromQueryResult)]
struct PortRow {
    place: i64,
}

/// The place of the first of the ports that no live instance within reach claims, enabled or not. A port that more than
/// [`MAX_TEMPLATES`] templates name counts as claimed.
pub async fn first_free(db: &impl Session, ports: &[i32], protocol: Protocol) -> Result<Option<usize>, DbErr> {
    let backend = db.get_database_backend();
    let numbers = ports.iter().map(|port| i64::from(*port)).collect();
    let texts = ports.iter().map(|port| resource(*port, protocol)).collect();
    let rows = Rows::new(backend, 1, vec![Column::Numbers(numbers), Column::Texts(texts)]);
    let (number, text) = (&rows.columns[0], &rows.columns[1]);
    let protocol_is =
        if backend == DatabaseBackend::Sqlite { "lower(c.protocol) = ?1" } else { "lower(c.protocol) = $1" };
    let (with, is_taken) = match db.scope().condition("i.stack_id") {
        None => {
            let named = format!("FROM service_ports AS c WHERE c.host_port = {number} AND {protocol_is}");
            let kept = format!(
                "EXISTS (SELECT 1 FROM instance_claims AS c WHERE c.kind = 'ports' AND c.resource = {text} AND c.state >= {DISABLED})"
            );
            let inherited = format!(
                "EXISTS (SELECT 1 FROM (SELECT c.service_id {named} ORDER BY c.service_id LIMIT {MAX_TEMPLATES}) AS t \
                 WHERE EXISTS (SELECT 1 FROM service_instances AS i WHERE i.template_service_id = t.service_id \
                 AND NOT i.claims_kept AND i.deleted_at IS NULL))"
            );
            let too_many = format!("EXISTS (SELECT 1 {named} ORDER BY c.service_id LIMIT 1 OFFSET {MAX_TEMPLATES})");
            (String::new(), format!("{kept} OR {inherited} OR {too_many}"))
        }
        // The instances within reach first, or an index would lead through all others.
        Some(reach) => (
            format!(
                "WITH reached AS MATERIALIZED (SELECT i.id, i.template_service_id, i.claims_kept \
                 FROM service_instances AS i WHERE {reach} AND i.deleted_at IS NULL), \
                 taken AS MATERIALIZED (SELECT c.resource FROM reached AS i JOIN instance_claims AS c ON c.instance_id = i.id \
                 WHERE c.kind = 'ports' \
                 UNION SELECT c.host_port || '/' || lower(c.protocol) FROM (SELECT DISTINCT template_service_id AS id \
                 FROM reached WHERE NOT claims_kept) AS t JOIN service_ports AS c ON c.service_id = t.id \
                 WHERE c.host_port > 0 AND {protocol_is}) "
            ),
            format!("{text} IN (SELECT resource FROM taken)"),
        ),
    };
    let (place, from) = (rows.place, &rows.from);
    let sql = format!("{with}SELECT {place} AS place FROM {from} WHERE NOT ({is_taken}) ORDER BY 1 LIMIT 1");
    let mut values = vec![protocol.to_string().into()];
    values.extend(rows.values);
    let found = PortRow::find_by_statement(Statement::from_sql_and_values(backend, sql, values)).one(db).await?;
    Ok(found.and_then(|row| usize::try_from(row.place).ok()?.checked_sub(1)))
}

/// A port as it is kept.
pub fn resource(port: i32, protocol: Protocol) -> String {
    format!("{port}/{protocol}")
}

/// A host port that is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPort {
    /// The port.
    pub host_port: i32,
    /// The protocol, in lower case.
    pub protocol: String,
}

#[derive(FromQueryResult)]
struct ResourceRow {
    resource: String,
}

/// Those of some ports that are named; see [`named`]. What it reads depends on the number of these ports.
pub async fn named_among(db: &impl ConnectionTrait, ports: &[i32]) -> Result<Vec<NamedPort>, DbErr> {
    if ports.is_empty() {
        return Ok(Vec::new());
    }
    let backend = db.get_database_backend();
    let rows = Rows::new(backend, 0, vec![Column::Numbers(ports.iter().map(|port| i64::from(*port)).collect())]);
    let (from, number) = (&rows.from, &rows.columns[0]);
    let sql = format!(
        "SELECT {number} || '/' || p.protocol AS resource FROM {from} \
         CROSS JOIN (SELECT 'tcp' AS protocol UNION ALL SELECT 'udp' UNION ALL SELECT 'sctp') AS p \
         WHERE EXISTS (SELECT 1 FROM instance_claims AS c WHERE c.kind = 'ports' AND c.resource = {number} || '/' || p.protocol \
         AND c.state >= {DISABLED}) \
         OR EXISTS (SELECT 1 FROM service_ports AS c WHERE c.host_port = {number} AND lower(c.protocol) = p.protocol)"
    );
    let statement = Statement::from_sql_and_values(backend, sql, rows.values);
    Ok(ResourceRow::find_by_statement(statement).all(db).await?.iter().filter_map(ResourceRow::port).collect())
}

impl ResourceRow {
    fn port(&self) -> Option<NamedPort> {
        let (port, protocol) = self.resource.split_once('/')?;
        Some(NamedPort { host_port: port.parse().ok()?, protocol: protocol.to_owned() })
    }
}

/// The host ports that a live instance claims by overrides of its own, enabled or not, or that a template names: each once
/// and without regard to scope. All others are claimed by nothing that is live, and no instance without overrides will
/// claim them. The statement skips from one port to the next in the indexes.
pub async fn named(db: &impl ConnectionTrait) -> Result<Vec<NamedPort>, DbErr> {
    let sql = format!(
        "WITH RECURSIVE kept AS (\
         SELECT (SELECT min(c.resource) FROM instance_claims AS c WHERE c.kind = 'ports') AS resource \
         UNION ALL SELECT (SELECT min(c.resource) FROM instance_claims AS c WHERE c.kind = 'ports' AND c.resource > k.resource) \
         FROM kept AS k WHERE k.resource IS NOT NULL), \
         templates AS (\
         SELECT (SELECT min(c.host_port) FROM service_ports AS c WHERE c.host_port > 0) AS port \
         UNION ALL SELECT (SELECT min(c.host_port) FROM service_ports AS c WHERE c.host_port > t.port) \
         FROM templates AS t WHERE t.port IS NOT NULL) \
         SELECT k.resource FROM kept AS k WHERE k.resource IS NOT NULL AND EXISTS (SELECT 1 FROM instance_claims AS c \
         WHERE c.kind = 'ports' AND c.resource = k.resource AND c.state >= {DISABLED}) \
         UNION SELECT t.port || '/' || p.protocol FROM templates AS t \
         CROSS JOIN (SELECT 'tcp' AS protocol UNION ALL SELECT 'udp' UNION ALL SELECT 'sctp') AS p WHERE t.port IS NOT NULL \
         AND EXISTS (SELECT 1 FROM service_ports AS c WHERE c.host_port = t.port AND lower(c.protocol) = p.protocol)"
    );
    let statement = Statement::from_string(db.get_database_backend(), sql);
    Ok(ResourceRow::find_by_statement(statement).all(db).await?.iter().filter_map(ResourceRow::port).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_kept_with_its_protocol() {
        assert_eq!(resource(80, Protocol::Udp), "80/udp");
    }
}
