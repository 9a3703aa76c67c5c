//! Statements that read or delete rows of several tables at once, and the entries that are read by one: of some kinds, of the same
//! instances and their templates, with the rules of the instances.
//!
//! One statement on PostgreSQL, where each costs a round trip and may be refused because of another transaction. Called by
//! `db::entries` and by the use cases that look at several kinds. It must not merge entries.

use std::collections::HashMap;

use sea_orm::{DatabaseBackend, DbErr, FromQueryResult, IdenStatic, Iterable, QueryResult, Statement};

use crate::{
    db::{
        Session, Tx,
        entities::override_rule,
        entries::rows::{self, Loaded, Row},
        queries::{
            in_list::{nth, numbers},
            rules,
        },
    },
    ids::{InstanceId, TemplateId},
    kinds::{OfInstance, OfTemplate, OverrideKind, Owner, Rules, Stored},
};

/// A table whose rows are read or deleted.
#[derive(Clone, Debug)]
pub(super) struct Table {
    name: &'static str,
    id: &'static str,
    owner: &'static str,
    columns: Vec<&'static str>,
}

impl Table {
    pub(super) fn of<O: Owner, K: Stored<O>>() -> Self {
        let (id, owner) = (K::id_column().as_str(), K::owner_column().as_str());
        let columns = [id, owner].into_iter().chain(K::COLUMNS.iter().map(|(column, _)| *column));
        Self { name: K::TABLE, id, owner, columns: columns.collect() }
    }

    fn of_rules() -> Self {
        let columns = override_rule::Column::iter().map(|column| column.as_str());
        Self {
            name: "instance_override_rules",
            id: override_rule::Column::Id.as_str(),
            owner: override_rule::Column::InstanceId.as_str(),
            columns: columns.collect(),
        }
    }
}

/// The tables of a kind.
#[derive(Clone, Debug)]
pub struct KindTables {
    kind: OverrideKind,
    of_template: Table,
    of_instance: Table,
}

impl KindTables {
    /// Those of one kind.
    pub fn of<K: Stored<OfTemplate> + Stored<OfInstance>>() -> Self {
        Self { kind: K::KIND, of_template: Table::of::<OfTemplate, K>(), of_instance: Table::of::<OfInstance, K>() }
    }

    /// The kind.
    pub fn kind(&self) -> OverrideKind {
        self.kind
    }
}

/// The rows of some kinds, by kind.
#[derive(Debug, Default)]
struct RowsByKind(HashMap<OverrideKind, TableRows>);

/// The rows of one table, oldest first.
#[derive(Debug, Default)]
pub(super) struct TableRows {
    /// What the names of the columns begin with.
    prefix: String,
    rows: Vec<QueryResult>,
}

impl TableRows {
    pub(super) fn read<O: Owner, K: Stored<O>>(&self) -> Result<Vec<Row<O, K>>, DbErr> {
        rows::of_query(&self.rows, &self.prefix)
    }
}

impl RowsByKind {
    fn read<O: Owner, K: Stored<O>>(&self, db: &impl Session) -> Result<Loaded<O, K>, DbErr> {
        match self.0.get(&K::KIND) {
            Some(part) => rows::opened(db, part.read()?),
            None => Err(DbErr::Custom(format!("{} were not read", K::FIELD))),
        }
    }
}

/// The entries of some kinds of instances and of their templates, and the rules of the instances.
#[derive(Debug, Default)]
pub struct Batch {
    /// The rules, of all kinds. Instances without rules are missing.
    pub rules: HashMap<InstanceId, Rules>,
    of_templates: RowsByKind,
    of_instances: RowsByKind,
}

impl Batch {
    /// Reads the tables of some kinds.
    pub async fn load(
        db: &impl Session,
        (instances, templates): (&[InstanceId], &[TemplateId]),
        kinds: &[KindTables],
    ) -> Result<Self, DbErr> {
        let rules_table = Table::of_rules();
        let of_owners = |table, instances| Wanted { table, column: table.owner, values: instances };
        let (instances, templates): (Vec<i64>, Vec<i64>) =
            (instances.iter().map(|id| id.0).collect(), templates.iter().map(|id| id.0).collect());
        let mut all = vec![of_owners(&rules_table, &instances)];
        for it in kinds {
            all.extend([of_owners(&it.of_template, &templates), of_owners(&it.of_instance, &instances)]);
        }
        let mut parts = run(db, &all, Action::Select).await?.into_iter();
        let of_rules = parts.next().unwrap_or_default();
        let models = of_rules.rows.iter().map(|row| override_rule::Model::from_query_result(row, &of_rules.prefix));
        let mut found = Self { rules: rules::collect(models.collect::<Result<_, _>>()?), ..Self::default() };
        for it in kinds {
            found.of_templates.0.insert(it.kind, parts.next().unwrap_or_default());
            found.of_instances.0.insert(it.kind, parts.next().unwrap_or_default());
        }
        Ok(found)
    }

    /// The entries of the templates, with decrypted secrets. The kind must have been read.
    pub fn of_templates<K: Stored<OfTemplate>>(&self, db: &impl Session) -> Result<Loaded<OfTemplate, K>, DbErr> {
        self.of_templates.read(db)
    }

    /// The entries of the instances, with decrypted secrets. The kind must have been read.
    pub fn of_instances<K: Stored<OfInstance>>(&self, db: &impl Session) -> Result<Loaded<OfInstance, K>, DbErr> {
        self.of_instances.read(db)
    }
}

/// Reads rows of tables by their ids, and returns them in the order of the tables.
pub(super) async fn read(tx: &Tx, of: &[(&Table, &[i64])]) -> Result<Vec<TableRows>, DbErr> {
    run(tx, &by_id(of), Action::Select).await
}

/// Deletes rows of tables by their ids, and returns them in the order of the tables.
pub(super) async fn delete(tx: &Tx, of: &[(&Table, &[i64])]) -> Result<Vec<TableRows>, DbErr> {
    run(tx, &by_id(of), Action::Delete).await
}

fn by_id<'a>(of: &[(&'a Table, &'a [i64])]) -> Vec<Wanted<'a>> {
    of.iter().map(|(table, ids)| Wanted { table, column: table.id, values: ids }).collect()
}

/// Some rows of a table.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    table: &'a Table,
    /// The column that has one of the values.
    column: &'static str,
    values: &'a [i64],
}

/// What is done to rows. Either way they are returned.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Select,
    Delete,
}

/// Reads or deletes rows, and returns them in the order of `all`.
async fn run(db: &impl Session, all: &[Wanted<'_>], verb: Action) -> Result<Vec<TableRows>, DbErr> {
    let backend = db.get_database_backend();
    let parts = (0..all.len()).map(|at| TableRows { prefix: format!("t{at}_"), rows: Vec::new() });
    let mut parts: Vec<TableRows> = parts.collect();
    if backend == DatabaseBackend::Sqlite || all.len() < 2 {
        for (rows, part) in all.iter().zip(&mut parts) {
            let Wanted { table, column, values } = rows;
            part.prefix.clear();
            let found = format!("{} WHERE \"{column}\" {}", table.name, nth(backend, 1));
            let sql = match verb {
                Action::Select => format!("SELECT {} FROM {found} ORDER BY {}", listed(table), table.id),
                Action::Delete => format!("DELETE FROM {found} RETURNING {}", listed(table)),
            };
            let values = numbers(backend, values.iter().copied());
            part.rows = db.query_all_raw(Statement::from_sql_and_values(backend, sql, [values])).await?;
        }
        return Ok(parts);
    }
    let found = all.iter().enumerate().map(|(at, Wanted { table, column, .. })| {
        let found = format!("{} WHERE \"{column}\" {}", table.name, nth(backend, at + 1));
        match verb {
            Action::Select => format!("f{at} AS NOT MATERIALIZED (SELECT * FROM {found})"),
            Action::Delete => format!("f{at} AS (DELETE FROM {found} RETURNING *)"),
        }
    });
    // The first part gives the columns their names and types, and has no rows.
    let from = all.iter().enumerate().map(|(at, rows)| format!("{} AS f{at}", rows.table.name));
    let columns = all.iter().enumerate().flat_map(|(at, Wanted { table, .. })| {
        table.columns.iter().map(move |column| format!("f{at}.\"{column}\" AS \"t{at}_{column}\""))
    });
    let mut sql = format!(
        "WITH {} SELECT -1 AS part, 0::bigint AS row_id, {} FROM {} WHERE FALSE",
        join(found),
        join(columns),
        join(from)
    );
    for (at, Wanted { table, .. }) in all.iter().enumerate() {
        let columns = all.iter().enumerate().map(|(other, rows)| match other == at {
            true => listed(table),
            false => join(rows.table.columns.iter().map(|_| "NULL".to_owned())),
        });
        sql.push_str(&format!(" UNION ALL SELECT {at}, \"{}\", {} FROM f{at}", table.id, join(columns)));
    }
    sql.push_str(" ORDER BY part, row_id");
    let values = all.iter().map(|rows| numbers(backend, rows.values.iter().copied()));
    for row in db.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await? {
        let at: i32 = row.try_get("", "part")?;
        match usize::try_from(at).ok().and_then(|at| parts.get_mut(at)) {
            Some(part) => part.rows.push(row),
            None => return Err(DbErr::Custom(format!("a row of the unknown part {at}"))),
        }
    }
    Ok(parts)
}

fn join(all: impl Iterator<Item = String>) -> String {
    all.collect::<Vec<_>>().join(", ")
}

/// The columns of a table.
fn listed(table: &Table) -> String {
    join(table.columns.iter().map(|column| format!("\"{column}\"")))
}
