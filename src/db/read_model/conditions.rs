//! The conditions of the objects of a node: of its argument, its filter and its cursors, and its order.
//!
//! Used by the statement of a read. Which rows a list has, and in which order, is declared in `queries::page`.

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
            page::{
                Cursor, ListCondition, ListFilter, Slice, SortValue, TRASHED_INSTANCES, TRASHED_STACKS, folded, pattern,
            },
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
        let column = self.node.entity.live().scope();
        column.map_or_else(String::new, |column| self.scope.and(&format!("e.{column}")))
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
        let list = match (self.node.source, self.node.entity) {
            (Source::Trash, Entity::Instance) => TRASHED_INSTANCES,
            (Source::Trash, _) => TRASHED_STACKS,
            (_, entity) => entity.live(),
        };
        let filter = match self.argument {
            NodeArgument::Instances(Some(filter), _) => filter.into(),
            NodeArgument::Stacks(Some(filter), _) => filter.into(),
            NodeArgument::Templates(Some(filter), _) => filter.into(),
            _ => ListFilter::default(),
        };
        let mut conditions = String::new();
        for condition in list.conditions(filter) {
            let _ = match condition {
                ListCondition::Is(column, predicate) => write!(conditions, " AND e.{column} {predicate}"),
                ListCondition::Contains(column, part) if text.backend == DbBackend::Sqlite => {
                    // SQLite would compile a statement with LIKE and a parameter again for each execution.
                    let part = text.placeholder(Parameter::Text(Cow::Owned(folded(part))));
                    write!(conditions, " AND instr(e.{column}, {part}) > 0")
                }
                ListCondition::Contains(column, part) => {
                    let pattern = text.placeholder(Parameter::Text(Cow::Owned(pattern(part))));
                    write!(conditions, " AND e.{column} LIKE {pattern} ESCAPE '\\'")
                }
                ListCondition::Flag(column, true) => write!(conditions, " AND e.{column}"),
                ListCondition::Flag(column, false) => write!(conditions, " AND NOT e.{column}"),
                ListCondition::Equals(column, value) => {
                    let value = text.placeholder(Parameter::Text(value.into()));
                    write!(conditions, " AND e.{column} = {value}")
                }
            };
        }
        conditions + &self.of_scope()
    }

    /// The conditions of the cursors, each with a leading ` AND`.
    pub(super) fn cursors(&self, text: &mut Text<'a>) -> String {
        match self.argument {
            NodeArgument::Instances(_, slice) => cursors(slice, text),
            NodeArgument::Stacks(_, slice) | NodeArgument::Templates(_, slice) => cursors(slice, text),
            NodeArgument::Trash(slice) => cursors(slice, text),
            _ => String::new(),
        }
    }

    /// The sort columns, each with its direction.
    pub(super) fn order(&self) -> String {
        match self.argument {
            NodeArgument::Instances(_, slice) => order(slice),
            NodeArgument::Stacks(_, slice) | NodeArgument::Templates(_, slice) => order(slice),
            NodeArgument::Trash(slice) => order(slice),
            _ => String::new(),
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

/// The sort columns of a slice as a row value; one column as itself.
fn row(columns: &[String]) -> String {
    if let [one] = columns { one.clone() } else { format!("({})", columns.join(", ")) }
}

fn cursors<'a, C: Cursor>(slice: &'a Slice<C>, text: &mut Text<'a>) -> String {
    let (after, before) = if C::DESCENDING { ('<', '>') } else { ('>', '<') };
    let columns: Vec<String> = C::COLUMNS.iter().map(|column| format!("e.{column}")).collect();
    let mut conditions = String::new();
    for (cursor, than) in [(&slice.after, after), (&slice.before, before)] {
        if let Some(cursor) = cursor {
            let value = |value: SortValue<'a>| match value {
                SortValue::Text(value) => text.placeholder(Parameter::Text(value.into())),
                SortValue::Number(value) => text.placeholder(Parameter::Number(value)),
                SortValue::Time(value) => text.placeholder(Parameter::Time(value)),
            };
            let values: Vec<String> = cursor.values().into_iter().map(value).collect();
            let _ = write!(conditions, " AND {} {than} {}", row(&columns), row(&values));
        }
    }
    conditions
}

fn order<C: Cursor>(slice: &Slice<C>) -> String {
    let direction = if slice.backwards == C::DESCENDING { "ASC" } else { "DESC" };
    let columns: Vec<String> = C::COLUMNS.iter().map(|column| format!("e.{column} {direction}")).collect();
    columns.join(", ")
}
