//! Builds the SQL statement of a direct read: the stack by its name, its instances, and the entries of each instance,
//! all found through indexes.
//!
//! Called for each request. It must not decide what a missing row means.

use std::{borrow::Cow, fmt::Write};

use sea_orm::DbBackend;

use super::{
    Projection, RowSet,
    projection::{LARGEST_PACK, Of, packed},
};
use crate::{
    access::Scope,
    db::{
        changes::{OF_STACK, OF_TEMPLATES},
        pool::pinned::Parameter,
        queries::{
            instances::{ByAge, InstanceFilter},
            page::{Slice, pattern},
        },
    },
    kinds::plain::Form,
};

/// Which instances of the stack are read.
#[derive(Clone, Copy, Debug)]
pub enum InstanceSelection<'a> {
    /// None, only the stack.
    None,
    /// The instance with this name.
    One(&'a str),
    /// A page of the list of instances.
    Page(&'a InstanceFilter, &'a Slice<ByAge>),
}

/// A statement under construction: its SQL and its parameters.
pub(super) struct Text<'a> {
    pub(super) sql: String,
    pub(super) parameters: Vec<Parameter<'a>>,
    backend: DbBackend,
}

impl<'a> Text<'a> {
    fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    /// Adds a parameter and returns its placeholder.
    fn placeholder(&mut self, value: Parameter<'a>) -> String {
        self.parameters.push(value);
        let placeholder = if self.backend == DbBackend::Sqlite { '?' } else { '$' };
        format!("{placeholder}{}", self.parameters.len())
    }
}

/// Builds the statement that reads the versions of `size` stacks and of the templates.
pub(super) fn versions(backend: DbBackend, size: usize) -> String {
    let placeholder = if backend == DbBackend::Sqlite { '?' } else { '$' };
    let names: Vec<String> = (1..=size).map(|n| format!("{placeholder}{n}")).collect();
    let columns = [("s.name", Form::Text), ("s.id", Form::Long), (OF_STACK, Form::Long), (OF_TEMPLATES, Form::Long)];
    let columns =
        if backend == DbBackend::Sqlite { packed(columns.into_iter()) } else { columns.map(|(sql, _)| sql).join(", ") };
    format!("SELECT 0, {columns} FROM stacks AS s WHERE s.name IN ({}) AND s.deleted_at IS NULL", names.join(", "))
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

/// Builds the statement.
pub(super) fn write<'a>(
    backend: DbBackend,
    scope: &Scope,
    projection: &Projection,
    stack: &'a str,
    members: InstanceSelection<'a>,
    packing: Packing,
) -> Text<'a> {
    let mut text = Text { sql: String::with_capacity(2048), parameters: Vec::new(), backend };
    let name = text.placeholder(Parameter::Text(stack.into()));
    let within = scope.and("s.id");
    let _ = write!(
        text.sql,
        "WITH s AS MATERIALIZED (SELECT s.*, {OF_STACK} AS changes, {OF_TEMPLATES} AS template_changes FROM stacks AS s \
         WHERE s.name = {name} AND s.deleted_at IS NULL{within})"
    );
    let own = "FROM service_instances AS i WHERE i.stack_id = (SELECT s.id FROM s) AND i.deleted_at IS NULL";
    let mut conditions = String::new();
    let has_instances = match members {
        InstanceSelection::None => false,
        InstanceSelection::One(name) => {
            let name = text.placeholder(Parameter::Text(name.into()));
            let _ = write!(text.sql, ", i AS MATERIALIZED (SELECT i.* {own} AND i.instance_id = {name})");
            true
        }
        InstanceSelection::Page(filter, slice) => {
            if let Some(search) = &filter.search {
                if backend == DbBackend::Sqlite {
                    // SQLite would compile a statement with LIKE and a parameter again for each execution.
                    let part = text.placeholder(Parameter::Text(Cow::Owned(search.to_lowercase())));
                    let _ = write!(conditions, " AND instr(i.instance_id, {part}) > 0");
                } else {
                    let pattern = text.placeholder(Parameter::Text(Cow::Owned(pattern(search))));
                    let _ = write!(conditions, " AND i.instance_id LIKE {pattern} ESCAPE '\\'");
                }
            }
            if let Some(enabled) = filter.enabled {
                conditions += if enabled { " AND i.enabled" } else { " AND NOT i.enabled" };
            }
            let _ = write!(text.sql, ", i AS MATERIALIZED (SELECT i.* {own}{conditions}");
            for (cursor, than) in [(&slice.after, '>'), (&slice.before, '<')] {
                if let Some(cursor) = cursor {
                    let (time, id) = (
                        text.placeholder(Parameter::Time(cursor.created_at)),
                        text.placeholder(Parameter::Number(cursor.id.0)),
                    );
                    let _ = write!(text.sql, " AND (i.created_at, i.id) {than} ({time}, {id})");
                }
            }
            let order = if slice.backwards { "DESC" } else { "ASC" };
            // The limit is a literal, so that the planner knows that there are few rows.
            let _ = write!(text.sql, " ORDER BY i.created_at {order}, i.id {order} LIMIT {})", slice.fetch());
            true
        }
    };
    if has_instances && packing == Packing::Measured {
        for (part, table, of) in projection.tables() {
            let (own, column) = of.columns();
            let Some(bytes) = projection.bytes(part) else { continue };
            let number = part.number();
            let _ = write!(
                text.sql,
                ", size{number} AS MATERIALIZED (SELECT COALESCE(SUM({bytes}), 0) <= {LARGEST_PACK} AS fits FROM {table} AS x \
                 WHERE x.{column} IN (SELECT i.{own} FROM i))"
            );
        }
    }
    text.push(" ");
    projection.columns(RowSet::STACK, backend, packing, &mut text.sql);
    text.push("FROM s");
    if !has_instances {
        return text;
    }
    text.push(" UNION ALL ");
    projection.columns(RowSet::INSTANCE, backend, packing, &mut text.sql);
    text.push("FROM i");
    if projection.template {
        text.push(" JOIN services AS t ON t.id = i.template_service_id");
    }
    if projection.count {
        text.push(" UNION ALL ");
        projection.columns(RowSet::COUNT, backend, packing, &mut text.sql);
        let _ = write!(text.sql, "{own}{conditions}");
    }
    for (part, table, of) in projection.tables() {
        let (own, column) = of.columns();
        let owners = match of {
            Of::Instances => "i",
            Of::Templates => "(SELECT DISTINCT i.template_service_id FROM i) AS i",
        };
        // The columns of a kind's table are unqualified, which resolves to the innermost table.
        if backend == DbBackend::Sqlite {
            text.push(" UNION ALL ");
            projection.columns(part, backend, packing, &mut text.sql);
            let _ = write!(text.sql, "FROM {table} AS x WHERE x.{column} IN (SELECT i.{own} FROM i)");
            if packing == Packing::Measured && projection.bytes(part).is_some() {
                let _ = write!(text.sql, " AND (SELECT fits FROM size{})", part.number());
            }
        } else {
            let _ = write!(text.sql, " UNION ALL SELECT x.* FROM {owners} CROSS JOIN LATERAL (");
            projection.columns(part, backend, packing, &mut text.sql);
            // OFFSET 0 keeps the planner from scanning the whole table instead of using the index for each owner.
            let _ = write!(text.sql, "FROM {table} AS x WHERE x.{column} = i.{own} OFFSET 0) AS x");
        }
    }
    text
}
