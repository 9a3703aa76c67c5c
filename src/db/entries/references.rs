//! The stacks in which a text contains references, found without loading the texts.
//!
//! Called by the use cases before they resolve references. It must not read a reference; `references` does.

use sea_orm::{DbErr, FromQueryResult, Statement};
use zeroize::Zeroizing;

use crate::{
    db::{Session, queries::in_list},
    error::Result,
    ids::StackId,
    kinds::{EnvVar, Kind, OfInstance, OfStack, OfTemplate, SharedVar, Stored},
};

/// A stack whose texts may contain references.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Referring {
    /// The stack.
    pub stack_id: StackId,
    /// Whether a text does that is no secret. Otherwise it is only known that there are secrets, which are encrypted.
    pub is_plain: bool,
}

/// The column of each table that holds texts with references, without the owner's side in the name, and a condition.
const TEXTS: [(&str, &str, &str); 6] = [
    ("env_vars", "value", "NOT e.is_secret"),
    ("labels", "value", "TRUE"),
    ("domains", "domain", "TRUE"),
    ("healthchecks", "test", "TRUE"),
    ("config_files", "content", "e.is_template"),
    ("settings", "value", "TRUE"),
];

/// Those of some stacks in which a text of the stack, of a live instance or of its template may contain references. Stacks
/// outside the caller's scope are missing.
pub async fn referring(db: &impl Session, stacks: &[StackId]) -> Result<Vec<Referring>, DbErr> {
    if stacks.is_empty() {
        return Ok(Vec::new());
    }
    let backend = db.get_database_backend();
    let (these, value) = in_list::parameter(backend, stacks.iter().map(|id| id.0));
    let reach = db.scope().and("i.stack_id");
    let live = format!("service_instances AS i {{}} WHERE i.stack_id {these} AND i.deleted_at IS NULL{reach}");
    let contains = |column: &str| format!("{column} LIKE '%${{{{%'");
    let mut parts = vec![
        format!(
            "SELECT i.stack_id, NOT i.is_secret AS is_plain FROM stack_env_vars AS i WHERE i.stack_id {these} AND \
             (i.is_secret OR {}){reach}",
            contains("i.value")
        ),
        format!(
            "SELECT i.stack_id, TRUE AS is_plain FROM {} AND ({} OR {})",
            live.replace("{}", "JOIN services AS e ON e.id = i.template_service_id"),
            contains("e.command"),
            contains("e.entrypoint")
        ),
    ];
    for (owner, id) in [("instance", "id"), ("service", "template_service_id")] {
        let from = |table: &str| live.replace("{}", &format!("JOIN {owner}_{table} AS e ON e.{owner}_id = i.{id}"));
        for (table, column, condition) in TEXTS {
            if (owner, table) == ("service", "settings") {
                continue;
            }
            let contains = contains(&format!("e.{column}"));
            parts.push(format!(
                "SELECT i.stack_id, TRUE AS is_plain FROM {} AND {condition} AND {contains}",
                from(table)
            ));
        }
        parts.push(format!("SELECT i.stack_id, FALSE AS is_plain FROM {} AND e.is_secret", from("env_vars")));
    }
    let sql = format!(
        "SELECT stack_id, MAX(CASE WHEN is_plain THEN 1 ELSE 0 END) = 1 AS is_plain FROM ({}) AS found GROUP BY stack_id",
        parts.join(" UNION ALL ")
    );
    Referring::find_by_statement(Statement::from_sql_and_values(backend, sql, [value])).all(db).await
}

/// The texts of the secrets of some stacks, of their live instances and of the templates of these, each once in a stack. Those
/// that cannot be decrypted are missing. Stacks outside the caller's scope are missing.
pub async fn secret_texts(db: &impl Session, stacks: &[StackId]) -> Result<Vec<(StackId, Zeroizing<String>)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Found {
        stack_id: StackId,
        source: String,
        owner: i64,
        key: String,
        value: Option<String>,
    }
    if stacks.is_empty() {
        return Ok(Vec::new());
    }
    let backend = db.get_database_backend();
    let (these, value) = in_list::parameter(backend, stacks.iter().map(|id| id.0));
    let reach = db.scope().and("i.stack_id");
    let (of_stack, of_instance, of_template) = (
        <SharedVar as Stored<OfStack>>::TABLE,
        <EnvVar as Stored<OfInstance>>::TABLE,
        <EnvVar as Stored<OfTemplate>>::TABLE,
    );
    let live = format!("i.stack_id {these} AND i.deleted_at IS NULL AND e.is_secret{reach}");
    let sql = format!(
        "SELECT i.stack_id, '{of_stack}' AS source, i.stack_id AS owner, i.key, i.value FROM {of_stack} AS i \
         WHERE i.stack_id {these} AND i.is_secret{reach} \
         UNION ALL SELECT i.stack_id, '{of_instance}', e.instance_id, e.key, e.value FROM service_instances AS i \
         JOIN {of_instance} AS e ON e.instance_id = i.id WHERE {live} \
         UNION ALL SELECT DISTINCT i.stack_id, '{of_template}', e.service_id, e.key, e.value FROM service_instances AS i \
         JOIN {of_template} AS e ON e.service_id = i.template_service_id WHERE {live}"
    );
    let rows = Found::find_by_statement(Statement::from_sql_and_values(backend, sql, [value])).all(db).await?;
    let opened = rows.into_iter().filter_map(|Found { stack_id, source, owner, key, value }| {
        let mut entry = EnvVar { key, value: value.into(), is_secret: true, generate: None };
        entry.open(&source, owner, db.vault()).ok()?;
        Some((stack_id, Zeroizing::new(entry.value.text()?.to_owned())))
    });
    Ok(opened.collect())
}
