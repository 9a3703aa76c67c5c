//! The claims that are kept: those of the instances that override ports, domains or volumes, in `instance_claims`.
//!
//! Called by the use case that computes them, before each commit. It must not know what is claimed. There are no claims of
//! relative paths, which mean something in one stack only.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, FromQueryResult, Statement, Value};

use super::{Claimant, Column, Rows};
use crate::{
    db::{
        Tx,
        queries::in_list::{nth, numbers, texts},
    },
    ids::{InstanceId, StackId, TemplateId},
    kinds::OverrideKind,
};

/// The state of a claim of an instance that is enabled, in an enabled stack.
pub const RUNNING: i32 = 2;
/// The state of a claim of an instance that is disabled, or whose stack is.
pub const DISABLED: i32 = 1;

/// The state of the claims of an instance `i`, as SQL.
const STATE: &str = "CASE WHEN i.deleted_at IS NOT NULL THEN 0 WHEN i.enabled AND i.in_enabled_stack THEN 2 ELSE 1 END";

/// The kinds whose entries claim something, as a list in SQL: tables, and kinds of rules.
const TABLES: [&str; 3] = ["instance_ports", "instance_domains", "instance_volumes"];

/// An instance whose claims may have changed.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct Changed {
    /// The id.
    pub id: InstanceId,
    /// The stack.
    pub stack_id: StackId,
    /// The template.
    pub template_service_id: TemplateId,
    /// The creation time.
    pub created_at: DateTime<Utc>,
    /// The state of its claims.
    pub state: i32,
    /// Whether its claims are kept now; `None` if they are not known.
    pub claims_kept: Option<bool>,
    /// Whether the row of the instance says something else about its stack than the row of the stack.
    pub is_misled: bool,
    /// Whether it overrides ports, domains or volumes, or has rules for them.
    pub has_own: bool,
}

impl From<&Changed> for Claimant {
    fn from(it: &Changed) -> Self {
        Self {
            id: it.id,
            stack_id: it.stack_id,
            template_service_id: it.template_service_id,
            created_at: it.created_at,
            is_running: it.state == RUNNING,
        }
    }
}

/// Which instances to look at.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    /// These.
    Instances(&'a [InstanceId]),
    /// The users of these templates whose claims are kept, behind an id: at most [`BATCH`], by their ids.
    UsersOf(&'a [TemplateId], InstanceId),
    /// Those whose claims are not known: at most [`BATCH`], by their ids. They are locked.
    Unknown,
}

/// The number of instances whose claims are computed at a time.
pub const BATCH: usize = 500;

/// Finds instances, and locks their templates against changes until the transaction ends: their claims follow from both.
pub async fn find(tx: &Tx, which: Which<'_>) -> Result<Vec<Changed>, DbErr> {
    let backend = tx.get_database_backend();
    let (condition, values) = match which {
        Which::Instances(ids) => {
            (format!("i.id {} ORDER BY t.id, i.id", nth(backend, 1)), vec![numbers(backend, ids.iter().map(|id| id.0))])
        }
        Which::UsersOf(templates, after) => (
            format!(
                "i.template_service_id {} AND i.claims_kept AND i.id > $2 ORDER BY i.id LIMIT {BATCH}",
                nth(backend, 1)
            ),
            vec![numbers(backend, templates.iter().map(|id| id.0)), after.0.into()],
        ),
        Which::Unknown => (format!("i.claims_kept IS NULL ORDER BY i.id LIMIT {BATCH}"), Vec::new()),
    };
    let locks = match (backend, which) {
        (DatabaseBackend::Sqlite, _) => "",
        (_, Which::Unknown) => " FOR UPDATE OF i FOR SHARE OF t",
        // They are not deleted before their claims are inserted.
        (_, Which::UsersOf(..)) => " FOR KEY SHARE OF i FOR SHARE OF t",
        (_, Which::Instances(_)) => " FOR SHARE OF t",
    };
    let rows = TABLES.map(|table| format!("EXISTS (SELECT 1 FROM {table} AS c WHERE c.instance_id = i.id)"));
    let sql = format!(
        "SELECT i.id, i.stack_id, i.template_service_id, i.created_at, \
         CASE WHEN i.deleted_at IS NOT NULL THEN 0 WHEN i.enabled AND s.enabled THEN 2 ELSE 1 END AS state, \
         i.claims_kept, i.in_enabled_stack <> s.enabled AS is_misled, \
         ({} OR EXISTS (SELECT 1 FROM instance_override_rules AS c WHERE c.instance_id = i.id \
         AND c.kind IN ('ports', 'domains', 'volumes'))) AS has_own \
         FROM service_instances AS i JOIN services AS t ON t.id = i.template_service_id \
         JOIN stacks AS s ON s.id = i.stack_id WHERE {condition}{locks}",
        rows.join(" OR ")
    );
    Changed::find_by_statement(Statement::from_sql_and_values(backend, sql, values)).all(tx).await
}

/// The claims of instances of one kind, to keep.
#[derive(Clone, Debug)]
pub struct NewClaim {
    /// The instance.
    pub instance: InstanceId,
    /// The kind.
    pub kind: OverrideKind,
    /// What is claimed.
    pub resource: String,
    /// The part of it that is claimed.
    pub extent: String,
}

/// Replaces the claims of instances of some kinds, and notes that they are kept, or inherited. `kept` has one value for
/// each instance. One statement on PostgreSQL.
pub async fn replace(
    tx: &Tx,
    instances: &[InstanceId],
    kept: &[bool],
    kinds: &[OverrideKind],
    claims: Vec<NewClaim>,
) -> Result<(), DbErr> {
    let backend = tx.get_database_backend();
    let kinds: Vec<String> = kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
    let of_these = || numbers(backend, instances.iter().map(|id| id.0));
    let delete = |used: usize| {
        format!(
            "DELETE FROM instance_claims WHERE instance_id {} AND kind {}",
            nth(backend, used + 1),
            nth(backend, used + 2)
        )
    };
    let note = |used: usize| {
        let columns = vec![
            Column::Numbers(instances.iter().map(|id| id.0).collect()),
            Column::Numbers(kept.iter().map(|kept| i64::from(*kept)).collect()),
        ];
        let rows = Rows::new(backend, used, columns);
        let sql = format!(
            "UPDATE service_instances SET claims_kept = (k.is_kept = 1) FROM (SELECT {} AS id, {} AS is_kept FROM {}) AS k \
             WHERE service_instances.id = k.id AND (service_instances.claims_kept IS NULL \
             OR service_instances.claims_kept <> (k.is_kept = 1))",
            rows.columns[0], rows.columns[1], rows.from
        );
        (sql, rows.values)
    };
    let insert = |used: usize| {
        let text = |of: &dyn Fn(&NewClaim) -> String| Column::Texts(claims.iter().map(of).collect());
        let columns = vec![
            Column::Numbers(claims.iter().map(|claim| claim.instance.0).collect()),
            text(&|claim| claim.kind.as_str().to_owned()),
            text(&|claim| claim.resource.clone()),
            text(&|claim| claim.extent.clone()),
        ];
        let rows = Rows::new(backend, used, columns);
        let sql = format!(
            "INSERT INTO instance_claims (instance_id, kind, resource, extent, state, created_at) \
             SELECT i.id, {}, {}, {}, {STATE}, i.created_at FROM {} JOIN service_instances AS i ON i.id = {}",
            rows.columns[1], rows.columns[2], rows.columns[3], rows.from, rows.columns[0]
        );
        (sql, rows.values)
    };
    let run = |sql: String, values: Vec<Value>| {
        let statement = Statement::from_sql_and_values(backend, sql, values);
        async move { tx.execute_raw(statement).await.map(drop) }
    };
    let deleted = vec![of_these(), texts(backend, &kinds)];
    if backend == DatabaseBackend::Sqlite {
        run(delete(0), deleted).await?;
        let (sql, values) = note(0);
        run(sql, values).await?;
        if !claims.is_empty() {
            let (sql, values) = insert(0);
            run(sql, values).await?;
        }
        return Ok(());
    }
    let mut values = deleted;
    let (note, noted) = note(values.len());
    values.extend(noted);
    let delete = delete(0);
    let sql = if claims.is_empty() {
        format!("WITH d AS ({delete}) {note}")
    } else {
        let (insert, inserted) = insert(values.len());
        values.extend(inserted);
        format!("WITH d AS ({delete}), n AS ({note}) {insert}")
    };
    run(sql, values).await
}

/// Notes in instances, and in those of stacks, whether their stack is enabled, and in their claims whether they run. Takes
/// at most three statements.
pub async fn set_states(tx: &Tx, instances: &[InstanceId], stacks: &[StackId]) -> Result<(), DbErr> {
    let backend = tx.get_database_backend();
    let values =
        || vec![numbers(backend, instances.iter().map(|id| id.0)), numbers(backend, stacks.iter().map(|id| id.0))];
    let these = format!("(i.id {} OR i.stack_id {})", nth(backend, 1), nth(backend, 2));
    let run = |sql: String, values: Vec<Value>| {
        let statement = Statement::from_sql_and_values(backend, sql, values);
        async move { tx.execute_raw(statement).await }
    };
    // An edit of the template computes the claims of its users from what is committed, so it has to wait, or be waited for.
    if backend != DatabaseBackend::Sqlite {
        let sql = format!(
            "SELECT 1 FROM services AS t WHERE t.id IN (SELECT i.template_service_id FROM service_instances AS i \
             WHERE {these} AND i.claims_kept) ORDER BY t.id FOR SHARE"
        );
        let statement = Statement::from_sql_and_values(backend, sql, values());
        if tx.query_all_raw(statement).await?.is_empty() && stacks.is_empty() {
            return Ok(());
        }
    }
    if !stacks.is_empty() {
        note_stacks(tx, stacks).await?;
    }
    let sql = format!(
        "UPDATE instance_claims SET state = k.state FROM (SELECT i.id, {STATE} AS state FROM service_instances AS i \
         WHERE {these}) AS k WHERE instance_claims.instance_id = k.id AND instance_claims.state <> k.state"
    );
    run(sql, values()).await.map(drop)
}

/// Notes in the instances of stacks whether these are enabled.
pub async fn note_stacks(tx: &Tx, stacks: &[StackId]) -> Result<(), DbErr> {
    let backend = tx.get_database_backend();
    let sql = format!(
        "UPDATE service_instances SET in_enabled_stack = s.enabled FROM stacks AS s WHERE s.id = service_instances.stack_id \
         AND s.id {} AND service_instances.in_enabled_stack <> s.enabled",
        nth(backend, 1)
    );
    let values = [numbers(backend, stacks.iter().map(|id| id.0))];
    tx.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.map(drop)
}
