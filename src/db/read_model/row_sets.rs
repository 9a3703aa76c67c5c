//! The row sets of a tree: the rows of objects, of entries, and counts.
//!
//! Used by the compiler of read plans, which adds columns to them, and by the statement. They must not know the format of
//! a response.

use super::{
    columns::{Column, RowSet},
    node::{Entity, NodeId},
    tree::Tree,
};
use crate::kinds::plain::{ColumnFormat, FieldColumn, PlainKind, SHARED_VARS};

/// What the rows of a row set are.
#[derive(Clone, Copy, Debug)]
pub(super) enum SetOf {
    /// The version of the data.
    Version,
    /// The end of the change log.
    LogEnd,
    /// The objects of a node.
    Objects(NodeId),
    /// The total count of a page, for each parent.
    Count(NodeId),
    /// The number of instances that went into the trash with each stack of a node.
    TrashedMembers(NodeId),
    /// The rows of a table that belong to the objects of a node.
    Entries(NodeId, &'static str),
}

/// The columns of override rules, which remove entries that the template brings.
#[derive(Clone, Copy, Debug)]
pub struct RuleColumns {
    /// The row set of the rules.
    pub set: RowSet,
    /// The kind.
    pub kind: Column,
    /// The action.
    pub action: Column,
    /// The key of the removed entry; NULL when the rule is about the whole kind.
    pub key: Column,
}

/// A column that is selected for its SQL alone.
pub(super) const fn field(sql: &'static str, format: ColumnFormat) -> FieldColumn {
    FieldColumn { field: sql, sql, format }
}

impl Tree {
    pub(super) fn set(&mut self, of: SetOf, columns: &[FieldColumn]) -> RowSet {
        self.sets.push(of);
        self.columns.add_set(columns)
    }

    /// Adds a column to a row set. The same SQL gives the same column.
    pub fn column(&mut self, set: RowSet, field: FieldColumn) -> Column {
        self.columns.add(set, field)
    }

    /// Adds a column of the objects of a node.
    pub fn of_node(&mut self, node: NodeId, field: FieldColumn) -> Column {
        self.column(self.nodes[node.0].set, field)
    }

    /// Adds the total count of a page.
    pub fn count(&mut self, node: NodeId) {
        if self.nodes[node.0].count.is_none() {
            let set = self
                .set(SetOf::Count(node), &[field("parent", ColumnFormat::Long), field("count", ColumnFormat::Long)]);
            self.nodes[node.0].count = Some(set);
        }
    }

    /// Adds the end of the change log.
    pub fn log_end(&mut self) -> RowSet {
        match self.sets.iter().position(|set| matches!(set, SetOf::LogEnd)) {
            Some(at) => RowSet::nth(at),
            None => self.set(
                SetOf::LogEnd,
                &[
                    field("owner", ColumnFormat::Long),
                    field("position", ColumnFormat::Long),
                    // Its SQL depends on the caller.
                    field("log_end", ColumnFormat::Cursor),
                ],
            ),
        }
    }

    /// Adds the number of instances that went into the trash with each stack of a node.
    pub fn trashed_members(&mut self, node: NodeId) -> RowSet {
        let is_known = |set: &SetOf| matches!(set, SetOf::TrashedMembers(known) if *known == node);
        match self.sets.iter().position(is_known) {
            Some(at) => RowSet::nth(at),
            None => self.set(
                SetOf::TrashedMembers(node),
                &[field("parent", ColumnFormat::Long), field("count", ColumnFormat::Long)],
            ),
        }
    }

    /// Adds the entries of a kind that belong to the objects of a node; `None` when objects of this type have none.
    pub fn kind(&mut self, node: NodeId, kind: &'static PlainKind) -> Option<RowSet> {
        let (table, read_as) = match self.nodes[node.0].entity {
            Entity::Instance => (kind.table, kind),
            Entity::Template => (kind.template_table()?, kind),
            Entity::Stack => (kind.stack_table?, &SHARED_VARS),
        };
        let set = self.entries(node, table);
        // The columns that show whether a row can be read, whatever else is selected from it.
        for field in read_as.fallible() {
            let column = self.column(set, field);
            if !self.fallible.iter().any(|(known, _)| *known == column) {
                self.fallible.push((column, field.format));
            }
        }
        Some(set)
    }

    /// Adds the override rules of the instances of a node.
    pub fn rules(&mut self, node: NodeId) -> RuleColumns {
        let set = self.entries(node, "instance_override_rules");
        let mut column = |name| self.column(set, field(name, ColumnFormat::Text));
        RuleColumns { set, kind: column("kind"), action: column("action"), key: column("key") }
    }

    fn entries(&mut self, node: NodeId, table: &'static str) -> RowSet {
        let known = self
            .sets
            .iter()
            .position(|set| matches!(set, SetOf::Entries(owner, known) if *owner == node && *known == table));
        if let Some(at) = known {
            return RowSet::nth(at);
        }
        let owner = match self.nodes[node.0].entity {
            Entity::Template => field("x.service_id", ColumnFormat::Long),
            Entity::Stack => field("x.stack_id", ColumnFormat::Long),
            Entity::Instance => field("x.instance_id", ColumnFormat::Long),
        };
        self.set(SetOf::Entries(node, table), &[owner, field("x.id", ColumnFormat::Long)])
    }

    /// The columns of a row set that show whether a row can be read.
    pub fn fallible(&self, set: RowSet) -> impl Iterator<Item = (Column, ColumnFormat)> {
        self.fallible.iter().filter(move |(column, _)| column.set() == set).copied()
    }

    /// The row sets, and what the rows of each are.
    pub(super) fn sets(&self) -> impl Iterator<Item = (RowSet, SetOf)> {
        self.sets.iter().enumerate().map(|(at, of)| (RowSet::nth(at), *of))
    }

    /// The node whose objects a row set holds; `None` for other rows.
    pub fn objects(&self, set: RowSet) -> Option<NodeId> {
        match self.sets.get(set.number())? {
            SetOf::Objects(node) => Some(*node),
            _ => None,
        }
    }

    /// The node whose total count a row set holds; `None` for other rows.
    pub fn counted(&self, set: RowSet) -> Option<NodeId> {
        match self.sets.get(set.number())? {
            SetOf::Count(node) => Some(*node),
            _ => None,
        }
    }
}
