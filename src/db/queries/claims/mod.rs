//! Finds the instances that claim a resource which can be used once, such as a host port.
//!
//! Called by the use cases. It must not decide what an instance claims; `kinds::merging` computes it. An instance without
//! overrides of ports, domains and volumes is found through the rows of its template, and of the others the claims are
//! kept (`kept.rs`). So what a query costs does not depend on the number of instances. Only what a domain with references
//! stands for is looked up (`referring.rs`).

pub mod free_ports;
pub mod holders;
pub mod kept;
pub mod referring;

use chrono::{DateTime, Utc};
use sea_orm::{DatabaseBackend, DbErr, FromQueryResult, Statement, Value, sea_query::ArrayType};

use crate::{
    db::{
        Session,
        queries::in_list::{nth, numbers},
    },
    ids::{InstanceId, StackId, TemplateId},
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
    /// Whether it counts for others: it is enabled and not in the trash, and so is its stack.
    pub is_running: bool,
}

impl Claimant {
    /// The sort key: oldest first, the id breaks ties.
    pub fn age(&self) -> (DateTime<Utc>, InstanceId) {
        (self.created_at, self.id)
    }
}

/// Condition: the instance is enabled and not in the trash, and so is its stack.
const IS_RUNNING: &str = "i.deleted_at IS NULL AND i.enabled = TRUE AND i.in_enabled_stack = TRUE";

fn claimant_columns() -> String {
    format!("i.id, i.stack_id, i.template_service_id, i.created_at, ({IS_RUNNING}) AS is_running")
}

/// Those of `instances` that exist, including trashed ones.
pub async fn of_instances(db: &impl Session, instances: &[InstanceId]) -> Result<Vec<Claimant>, DbErr> {
    let (these, reach) = (nth(db.get_database_backend(), 1), db.scope().and("i.stack_id"));
    let sql = format!("SELECT {} FROM service_instances AS i WHERE i.id {these}{reach}", claimant_columns());
    fetch(db, sql, vec![numbers(db.get_database_backend(), instances.iter().map(|id| id.0))]).await
}

/// The live, enabled instances of stacks.
pub async fn of_stacks(db: &impl Session, stacks: &[StackId]) -> Result<Vec<Claimant>, DbErr> {
    let (here, reach) = (nth(db.get_database_backend(), 1), db.scope().and("i.stack_id"));
    let sql = format!(
        "SELECT {} FROM service_instances AS i WHERE i.stack_id {here} AND i.deleted_at IS NULL AND i.enabled{reach}",
        claimant_columns()
    );
    fetch(db, sql, vec![numbers(db.get_database_backend(), stacks.iter().map(|id| id.0))]).await
}

/// Normalizes a source in the same way as the index of migration 4: all spellings of a path, which differ in slashes
/// and dots only, give the same text.
pub fn fold(source: &str) -> String {
    source.chars().filter(|c| !matches!(c, '/' | '.')).take(200).collect()
}

/// [`fold`] of the source of the volume `c`, as SQL.
const FOLDED: &str = "substr(replace(replace(c.source, '/', ''), '.', ''), 1, 200)";

async fn fetch(db: &impl Session, sql: String, values: Vec<Value>) -> Result<Vec<Claimant>, DbErr> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    Claimant::find_by_statement(statement).all(db).await
}

/// A column of the table that a statement gets as parameters.
enum Column {
    Numbers(Vec<i64>),
    Texts(Vec<String>),
}

/// A table of parameters, `w` in a statement: one array for each column on PostgreSQL, and one JSON text on SQLite.
struct Rows {
    /// What stands after FROM.
    from: String,
    /// The columns, as SQL.
    columns: Vec<String>,
    /// The number of the row, from one on, as SQL.
    place: &'static str,
    values: Vec<Value>,
}

impl Rows {
    /// The columns have equal lengths. The parameters follow `used` others.
    fn new(backend: DatabaseBackend, used: usize, columns: Vec<Column>) -> Self {
        if backend == DatabaseBackend::Sqlite {
            let length = columns.first().map_or(0, |column| match column {
                Column::Numbers(numbers) => numbers.len(),
                Column::Texts(texts) => texts.len(),
            });
            let cell = |column: &Column, row: usize| match column {
                Column::Numbers(numbers) => serde_json::Value::from(numbers.get(row).copied()),
                Column::Texts(texts) => serde_json::Value::from(texts.get(row).cloned()),
            };
            let rows = (0..length).map(|row| columns.iter().map(|column| cell(column, row)).collect());
            let rows: Vec<Vec<serde_json::Value>> = rows.collect();
            return Self {
                from: format!("json_each(?{}) AS w", used + 1),
                columns: (0..columns.len()).map(|n| format!("json_extract(w.value, '$[{n}]')")).collect(),
                place: "w.key + 1",
                values: vec![serde_json::Value::from(rows).to_string().into()],
            };
        }
        let (mut arrays, mut names, mut values) = (Vec::new(), Vec::new(), Vec::new());
        for (n, column) in columns.into_iter().enumerate() {
            let (of, value) = match column {
                Column::Numbers(numbers) => {
                    let numbers = numbers.into_iter().map(Value::from).collect();
                    ("bigint", Value::Array(ArrayType::BigInt, Some(Box::new(numbers))))
                }
                Column::Texts(texts) => {
                    let texts = texts.into_iter().map(Value::from).collect();
                    ("text", Value::Array(ArrayType::String, Some(Box::new(texts))))
                }
            };
            arrays.push(format!("${}::{of}[]", used + n + 1));
            names.push(format!("k{n}"));
            values.push(value);
        }
        Self {
            from: format!("unnest({}) WITH ORDINALITY AS w({}, place)", arrays.join(", "), names.join(", ")),
            columns: names.into_iter().map(|name| format!("w.{name}")).collect(),
            place: "w.place",
            values,
        }
    }
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
