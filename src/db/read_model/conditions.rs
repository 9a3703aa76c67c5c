//! The conditions of the objects of a node: of its argument, its filter and its cursors, and its order.
//!
//! Used by the statement of a read. They must select the same rows as the queries of the executor's loaders.

use std::{borrow::Cow, fmt::Write};

use sea_orm::DbBackend;

use super::{
    arguments::NodeArgument,
    node::{Entity, Node, Source},
    statement::Text,
};
use crate::{
    access::Scope,
    db::{
        pool::pinned::Parameter,
        queries::{
            in_list::nth,
            page::{Cursor, Slice, pattern},
            trash::ByDeletion,
        },
    },
};

/// The conditions of the objects of a node.
pub(super) struct Conditions<'a> {
    scope: &'a Scope,
    node: &'a Node,
    argument: &'a NodeArgument,
}

impl<'a> Conditions<'a> {
    pub(super) fn new(scope: &'a Scope, node: &'a Node, argument: &'a NodeArgument) -> Self {
        Self { scope, node, argument }
    }

    /// The column by which an instance refers to its parent.
    pub(super) fn key_of(parent: Entity) -> &'static str {
        if parent == Entity::Template { "template_service_id" } else { "stack_id" }
    }

    /// The condition that the object is within the caller's scope.
    pub(super) fn of_scope(&self) -> String {
        self.node.entity.scope_column().map_or_else(String::new, |column| self.scope.and(column))
    }

    /// The condition of the name or the ids.
    pub(super) fn of_argument(&self, text: &mut Text<'a>) -> String {
        let is_live = match (self.node.source, self.node.entity) {
            (Source::AnyIds, _) | (_, Entity::Template) => "",
            _ => " AND e.deleted_at IS NULL",
        };
        let column = if self.node.entity == Entity::Instance { "e.instance_id" } else { "e.name" };
        match self.argument {
            NodeArgument::Name(name) => {
                let name = text.placeholder(Parameter::Text(name.into()));
                format!("{column} = {name}{is_live}")
            }
            NodeArgument::Ids(ids) => {
                text.placeholder(Parameter::Numbers(ids));
                format!("e.id {}{is_live}", nth(text.backend, text.parameters.len()))
            }
            _ => "1 = 0".to_owned(),
        }
    }

    /// The conditions of a list without its cursors, each with a leading ` AND`.
    pub(super) fn filter(&self, text: &mut Text<'a>) -> String {
        let mut conditions = match (self.node.source, self.node.entity) {
            (Source::Trash, Entity::Instance) => " AND e.deleted_at IS NOT NULL AND e.deleted_with_stack = FALSE",
            (Source::Trash, _) => " AND e.deleted_at IS NOT NULL",
            (_, Entity::Template) => "",
            _ => " AND e.deleted_at IS NULL",
        }
        .to_owned();
        conditions += &self.of_scope();
        let (column, search, enabled, category) = match self.argument {
            NodeArgument::Instances(Some(filter), _) => ("e.instance_id", &filter.search, filter.enabled, None),
            NodeArgument::Stacks(Some(filter), _) => ("e.name", &filter.search, filter.enabled, None),
            NodeArgument::Templates(Some(filter), _) => ("e.name", &filter.search, None, filter.category.as_ref()),
            _ => return conditions,
        };
        if let Some(search) = search {
            if text.backend == DbBackend::Sqlite {
                // SQLite would compile a statement with LIKE and a parameter again for each execution.
                let part = text.placeholder(Parameter::Text(Cow::Owned(search.to_lowercase())));
                let _ = write!(conditions, " AND instr({column}, {part}) > 0");
            } else {
                let pattern = text.placeholder(Parameter::Text(Cow::Owned(pattern(search))));
                let _ = write!(conditions, " AND {column} LIKE {pattern} ESCAPE '\\'");
            }
        }
        if let Some(enabled) = enabled {
            conditions += if enabled { " AND e.enabled" } else { " AND NOT e.enabled" };
        }
        if let Some(category) = category {
            let category = text.placeholder(Parameter::Text(category.into()));
            let _ = write!(conditions, " AND e.category = {category}");
        }
        conditions
    }

    /// The conditions of the cursors, each with a leading ` AND`.
    pub(super) fn cursors(&self, text: &mut Text<'a>) -> String {
        match self.argument {
            NodeArgument::Instances(_, slice) => cursors(slice, "(e.created_at, e.id)", text, |cursor, text| {
                let time = text.placeholder(Parameter::Time(cursor.created_at));
                let id = text.placeholder(Parameter::Number(cursor.id.0));
                format!("({time}, {id})")
            }),
            NodeArgument::Stacks(_, slice) | NodeArgument::Templates(_, slice) => {
                cursors(slice, "e.name", text, |cursor, text| text.placeholder(Parameter::Text((&cursor.0).into())))
            }
            NodeArgument::Trash(slice) => cursors(slice, "(e.deleted_at, e.id)", text, |cursor: &ByDeletion, text| {
                let time = text.placeholder(Parameter::Time(cursor.deleted_at));
                let id = text.placeholder(Parameter::Number(cursor.id));
                format!("({time}, {id})")
            }),
            _ => String::new(),
        }
    }

    /// The sort columns, each with its direction.
    pub(super) fn order(&self) -> String {
        let is_descending = self.argument.is_backwards() != (self.node.source == Source::Trash);
        let direction = if is_descending { "DESC" } else { "ASC" };
        match self.node.source {
            Source::Members(_) => format!("e.created_at {direction}, e.id {direction}"),
            Source::Trash => format!("e.deleted_at {direction}, e.id {direction}"),
            _ => format!("e.name {direction}"),
        }
    }

    /// The number of rows to fetch.
    pub(super) fn limit(&self) -> u64 {
        match self.argument {
            NodeArgument::Instances(_, slice) => slice.fetch(),
            NodeArgument::Stacks(_, slice) | NodeArgument::Templates(_, slice) => slice.fetch(),
            NodeArgument::Trash(slice) => slice.fetch(),
            _ => 0,
        }
    }
}

fn cursors<'a, C: Cursor>(
    slice: &'a Slice<C>,
    columns: &str,
    text: &mut Text<'a>,
    value: impl Fn(&'a C, &mut Text<'a>) -> String,
) -> String {
    let (after, before) = if C::DESCENDING { ('<', '>') } else { ('>', '<') };
    let mut conditions = String::new();
    for (cursor, than) in [(&slice.after, after), (&slice.before, before)] {
        if let Some(cursor) = cursor {
            let value = value(cursor, text);
            let _ = write!(conditions, " AND {columns} {than} {value}");
        }
    }
    conditions
}
