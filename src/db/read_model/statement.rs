//! Builds the SQL statement of a read: the objects of each node as a common table expression, and one SELECT for each
//! row set, all found through indexes.
//!
//! Called for each request. It must not decide what a missing row means.

use std::fmt::Write;

use sea_orm::DbBackend;

use super::{
    arguments::NodeArgument,
    columns::{LARGEST_PACK, RowSet, packed},
    conditions::Conditions,
    node::{Entity, NodeId, Source},
    row_sets::SetOf,
    tree::{Covers, Tree},
};
use crate::{
    access::Scope,
    db::{
        change_log::{
            cursor::end_within,
            versions::{OF_EVERYTHING, OF_STACK, OF_TEMPLATES},
        },
        pool::pinned::Parameter,
        queries::in_list,
    },
    kinds::plain::ColumnFormat,
};

/// A statement under construction: its SQL and its parameters.
pub(super) struct Text<'a> {
    pub(super) sql: String,
    pub(super) parameters: Vec<Parameter<'a>>,
    pub(super) backend: DbBackend,
}

impl<'a> Text<'a> {
    /// Adds a parameter and returns its placeholder.
    pub(super) fn placeholder(&mut self, value: Parameter<'a>) -> String {
        self.parameters.push(value);
        let placeholder = if self.backend == DbBackend::Sqlite { '?' } else { '$' };
        format!("{placeholder}{}", self.parameters.len())
    }
}

/// Builds the statement that reads the versions of `size` stacks and of the templates.
pub(super) fn versions(backend: DbBackend, size: usize) -> String {
    let placeholder = if backend == DbBackend::Sqlite { '?' } else { '$' };
    let names: Vec<String> = (1..=size).map(|n| format!("{placeholder}{n}")).collect();
    let columns = version_columns(backend, &["s.id", OF_STACK, OF_TEMPLATES], "s.name");
    format!("SELECT 0, {columns} FROM stacks AS s WHERE s.name IN ({}) AND s.deleted_at IS NULL", names.join(", "))
}

/// Builds the statement that reads the versions of the stacks with some ids, its only parameter, and of the templates.
pub(super) fn versions_by_id(backend: DbBackend) -> String {
    let columns = version_columns(backend, &["s.id", OF_STACK, OF_TEMPLATES], "s.name");
    format!("SELECT 0, {columns} FROM stacks AS s WHERE s.id {} AND s.deleted_at IS NULL", in_list::nth(backend, 1))
}

/// Builds the statement that reads the version of everything.
pub(super) fn version_of_everything(backend: DbBackend) -> String {
    format!("SELECT 0, {}", version_columns(backend, &["0", OF_EVERYTHING, "0"], "''"))
}

fn version_columns(backend: DbBackend, version: &[&str; 3], name: &str) -> String {
    let [id, changes, templates] = version.map(|sql| format!("CAST({sql} AS BIGINT)"));
    let name = format!("CAST({name} AS TEXT)");
    let columns = [
        (&*name, ColumnFormat::Text),
        (&id, ColumnFormat::Long),
        (&changes, ColumnFormat::Long),
        (&templates, ColumnFormat::Long),
    ];
    if backend == DbBackend::Sqlite { packed(columns.into_iter()) } else { columns.map(|(sql, _)| sql).join(", ") }
}

/// How many rows SQLite packs into one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    /// All rows of a row set.
    Whole,
    /// All rows of a row set if they are small enough, otherwise a marker that they are too large.
    Measured,
    /// One row for each value, for large row sets.
    Rows,
}

/// What a statement is built from.
#[derive(Clone, Copy)]
pub(super) struct Read<'a> {
    pub(super) scope: &'a Scope,
    pub(super) tree: &'a Tree,
    /// The argument of each node.
    pub(super) arguments: &'a [NodeArgument],
    /// Whether the version of the data is read.
    pub(super) versioned: bool,
}

/// Builds the statement. A CROSS JOIN keeps SQLite from reading the table before the objects whose rows it looks for.
pub(super) fn write(backend: DbBackend, from: Read<'_>, packing: Packing) -> Text<'_> {
    let mut text = Text { sql: String::with_capacity(4096), parameters: Vec::new(), backend };
    let mut conditions = Vec::new();
    for (id, node) in from.tree.nodes() {
        if node.is_joined {
            conditions.push(String::new());
            continue;
        }
        let separator = if id.number() == 0 { "WITH" } else { "," };
        let _ = write!(text.sql, "{separator} n{} AS MATERIALIZED (", id.number());
        conditions.push(from.objects(id, &mut text));
        text.sql.push(')');
    }
    if packing == Packing::Measured {
        from.measure(&mut text);
    }
    let has_rows = |of: &SetOf| match of {
        SetOf::Version => from.versioned,
        SetOf::Objects(node) => !from.tree.get(*node).is_joined,
        _ => true,
    };
    let selected = from.tree.sets().filter(|(_, of)| has_rows(of));
    for (at, (set, of)) in selected.enumerate() {
        text.sql.push_str(if at > 0 { " UNION ALL " } else { " " });
        from.select(set, of, &conditions, packing, &mut text);
    }
    text
}

impl<'a> Read<'a> {
    /// Writes the query for the objects of a node. Returns the conditions of its list, for its total count.
    fn objects(&self, id: NodeId, text: &mut Text<'a>) -> String {
        let node = self.tree.get(id);
        let argument = &self.arguments[id.number()];
        let table = node.entity.table();
        let conditions = Conditions::new(self.scope, node, argument);
        if argument.is_nothing() {
            let _ = write!(text.sql, "SELECT e.*{} FROM {table} AS e WHERE 1 = 0", place(node.source, "0"));
            return " AND 1 = 0".to_owned();
        }
        match node.source {
            Source::Name | Source::Ids | Source::AnyIds => {
                let of_argument = conditions.of_argument(text);
                let _ = write!(text.sql, "SELECT e.* FROM {table} AS e WHERE {of_argument}{}", conditions.of_scope());
                String::new()
            }
            Source::Live | Source::Trash => {
                let filter = conditions.filter(text);
                let (cursors, order) = (conditions.cursors(text), conditions.order());
                let numbered =
                    place(node.source, &format!("ROW_NUMBER() OVER (ORDER BY {})", order.replace("e.", "d.")));
                let _ = write!(
                    text.sql,
                    "SELECT d.*{numbered} FROM (SELECT e.* FROM {table} AS e WHERE 1 = 1{filter}{cursors} ORDER BY {order} \
                     LIMIT {}) AS d",
                    conditions.limit()
                );
                filter
            }
            Source::Named(NodeId(stack)) => {
                let of_argument = conditions.of_argument(text);
                let _ = write!(
                    text.sql,
                    "SELECT e.* FROM n{stack} AS p CROSS JOIN {table} AS e WHERE e.stack_id = p.id AND {of_argument}"
                );
                String::new()
            }
            Source::Members(parent) => self.members(parent, &conditions, text),
            Source::Of(NodeId(instances)) => {
                let key = if node.entity == Entity::Stack { "stack_id" } else { "template_service_id" };
                let _ = write!(
                    text.sql,
                    "SELECT e.* FROM (SELECT DISTINCT p.{key} AS id FROM n{instances} AS p) AS d CROSS JOIN {table} AS e \
                     WHERE e.id = d.id"
                );
                String::new()
            }
            Source::Dependencies(NodeId(instances)) => {
                let rows = "FROM instance_dependencies AS x WHERE x.instance_id";
                let keys = match text.backend {
                    DbBackend::Sqlite => {
                        format!("SELECT DISTINCT x.depends_on AS id {rows} IN (SELECT p.id FROM n{instances} AS p)")
                    }
                    // OFFSET 0 keeps the planner from scanning the whole table.
                    _ => format!(
                        "SELECT DISTINCT x.depends_on AS id FROM n{instances} AS p CROSS JOIN LATERAL (SELECT x.depends_on \
                         {rows} = p.id OFFSET 0) AS x"
                    ),
                };
                let _ = write!(
                    text.sql,
                    "SELECT e.* FROM ({keys}) AS d CROSS JOIN {table} AS e WHERE e.id = d.id AND e.deleted_at IS NULL"
                );
                String::new()
            }
        }
    }

    /// Writes the query for a page of the instances of each parent.
    fn members(&self, parent: NodeId, conditions: &Conditions<'a>, text: &mut Text<'a>) -> String {
        let filter = conditions.filter(text);
        let (cursors, order, limit) = (conditions.cursors(text), conditions.order(), conditions.limit());
        let (above, NodeId(number)) = (self.tree.get(parent), parent);
        let key = Conditions::key_of(above.entity);
        let rows = format!("FROM service_instances AS e WHERE e.{key}");
        // The limit is a literal, so that the planner knows that there are few rows.
        let rest = format!("{filter}{cursors} ORDER BY {order} LIMIT {limit}");
        let single = matches!(above.source, Source::Name | Source::Named(_));
        let _ = match text.backend {
            _ if single => write!(text.sql, "SELECT e.* {rows} = (SELECT p.id FROM n{number} AS p){rest}"),
            DbBackend::Sqlite => write!(
                text.sql,
                "SELECT m.* FROM n{number} AS p CROSS JOIN service_instances AS m WHERE m.id IN (SELECT e.id {rows} = p.id{rest})"
            ),
            _ => write!(
                text.sql,
                "SELECT m.* FROM n{number} AS p CROSS JOIN LATERAL (SELECT e.* {rows} = p.id{rest}) AS m"
            ),
        };
        filter
    }

    /// Writes, for each row set of entries, whether its texts are small enough to be packed.
    fn measure(&self, text: &mut Text<'a>) {
        for (set, of) in self.tree.sets() {
            let (SetOf::Entries(NodeId(owner), table), Some(bytes)) = (of, self.tree.columns().bytes(set)) else {
                continue;
            };
            let (number, column) = (set.number(), self.owner_column(NodeId(owner)));
            let _ = write!(
                text.sql,
                ", size{number} AS MATERIALIZED (SELECT COALESCE(SUM({bytes}), 0) <= {LARGEST_PACK} AS fits FROM {table} AS x \
                 WHERE x.{column} IN (SELECT p.id FROM n{owner} AS p))"
            );
        }
    }

    fn owner_column(&self, owner: NodeId) -> &'static str {
        match self.tree.get(owner).entity {
            Entity::Template => "service_id",
            Entity::Stack => "stack_id",
            Entity::Instance => "instance_id",
        }
    }

    /// Writes the SELECT of a row set.
    fn select(&self, set: RowSet, of: SetOf, conditions: &[String], packing: Packing, text: &mut Text<'a>) {
        let (backend, columns) = (text.backend, self.tree.columns());
        // There are few rows beside those of entries.
        let whole = if packing == Packing::Rows { Packing::Rows } else { Packing::Whole };
        match of {
            SetOf::Version => match self.tree.covers() {
                Covers::Stack(NodeId(stack)) => {
                    columns.select_values(set, &["s.id", OF_STACK, OF_TEMPLATES], backend, whole, &mut text.sql);
                    let _ = write!(text.sql, "FROM n{stack} AS s");
                }
                Covers::Everything => {
                    let nothing = "CAST(0 AS BIGINT)";
                    columns.select_values(set, &[nothing, OF_EVERYTHING, nothing], backend, whole, &mut text.sql);
                }
            },
            SetOf::LogEnd => {
                let nothing = "CAST(0 AS BIGINT)";
                let end = end_within(self.scope);
                columns.select_values(set, &[nothing, nothing, &end], backend, whole, &mut text.sql);
            }
            SetOf::Objects(node) => {
                let alias = self.tree.get(node).entity.alias();
                columns.select(set, backend, whole, &mut text.sql);
                let _ = write!(text.sql, "FROM n{} AS {alias}", node.number());
                let mut condition = " WHERE ";
                let mut conditions = String::new();
                for joined in self.tree.joined(node) {
                    let (table, own) = (joined.entity.table(), joined.entity.alias());
                    let key = Conditions::key_of(joined.entity);
                    let _ = write!(text.sql, " CROSS JOIN {table} AS {own}");
                    let _ = write!(conditions, "{condition}{own}.id = {alias}.{key}");
                    condition = " AND ";
                }
                text.sql.push_str(&conditions);
            }
            SetOf::TrashedMembers(NodeId(stacks)) => {
                let counted = "(SELECT count(*) FROM service_instances AS e WHERE e.stack_id = p.id AND e.deleted_at IS NOT \
                               NULL AND e.deleted_with_stack = TRUE)";
                columns.select_values(set, &["p.id", counted], backend, whole, &mut text.sql);
                let _ = write!(text.sql, "FROM n{stacks} AS p");
            }
            SetOf::Count(node) => self.count(set, node, &conditions[node.number()], whole, text),
            SetOf::Entries(owner, table) => {
                let (NodeId(number), column) = (owner, self.owner_column(owner));
                // The columns of a kind's table are unqualified, which resolves to the innermost table.
                if backend == DbBackend::Sqlite {
                    let measured = packing == Packing::Measured && columns.bytes(set).is_some();
                    let packing = if packing == Packing::Measured && !measured { Packing::Whole } else { packing };
                    columns.select(set, backend, packing, &mut text.sql);
                    let _ = write!(text.sql, "FROM {table} AS x WHERE x.{column} IN (SELECT p.id FROM n{number} AS p)");
                    if measured {
                        let _ = write!(text.sql, " AND (SELECT fits FROM size{})", set.number());
                    }
                } else {
                    let _ = write!(text.sql, "SELECT x.* FROM n{number} AS p CROSS JOIN LATERAL (");
                    columns.select(set, backend, packing, &mut text.sql);
                    // OFFSET 0 keeps the planner from scanning the whole table instead of using the index for each owner.
                    let _ = write!(text.sql, "FROM {table} AS x WHERE x.{column} = p.id OFFSET 0) AS x");
                }
            }
        }
    }

    /// Writes the SELECT of a total count: one for each parent.
    fn count(&self, set: RowSet, id: NodeId, conditions: &str, packing: Packing, text: &mut Text<'a>) {
        let node = self.tree.get(id);
        let (backend, table) = (text.backend, node.entity.table());
        match node.source {
            Source::Members(parent) => {
                let key = Conditions::key_of(self.tree.get(parent).entity);
                let counted = format!("(SELECT count(*) FROM {table} AS e WHERE e.{key} = p.id{conditions})");
                self.tree.columns().select_values(set, &["p.id", &counted], backend, packing, &mut text.sql);
                let _ = write!(text.sql, "FROM n{} AS p", parent.number());
            }
            _ => {
                let counted = format!("(SELECT count(*) FROM {table} AS e WHERE 1 = 1{conditions})");
                let all = "CAST(0 AS BIGINT)";
                self.tree.columns().select_values(set, &[all, &counted], backend, packing, &mut text.sql);
            }
        }
    }
}

/// The position column of a list that is ordered by name.
fn place(source: Source, value: &str) -> String {
    if source == Source::Live { format!(", {value} AS place") } else { String::new() }
}
