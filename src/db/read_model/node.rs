//! The nodes of a tree: objects of one type that are found in one way.
//!
//! Used by the tree of a read and by its statement. They must not contain data of a request.

use super::columns::{Column, RowSet};
use crate::db::queries::page::{INSTANCES, List, STACKS, TEMPLATES};

/// The type of the objects of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entity {
    /// Stacks.
    Stack,
    /// Instances.
    Instance,
    /// Templates.
    Template,
}

impl Entity {
    /// The table.
    pub(super) fn table(self) -> &'static str {
        match self {
            Self::Stack => "stacks",
            Self::Instance => "service_instances",
            Self::Template => "services",
        }
    }

    /// The alias of the table in the SQL of columns.
    pub(super) fn alias(self) -> &'static str {
        match self {
            Self::Stack => "s",
            Self::Instance => "i",
            Self::Template => "t",
        }
    }

    /// The list of its live objects.
    pub(super) fn live(self) -> List {
        match self {
            Self::Stack => STACKS,
            Self::Instance => INSTANCES,
            Self::Template => TEMPLATES,
        }
    }
}

/// How the objects of a node are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The live one with a name.
    Name,
    /// The live ones with some ids.
    Ids,
    /// The ones with some ids, trashed or not.
    AnyIds,
    /// A page of all live ones, by name.
    Live,
    /// A page of the trashed ones, the last deleted first; of instances only those that were deleted on their own.
    Trash,
    /// The live instance of a stack with a name.
    Named(NodeId),
    /// A page of the live instances of each stack or template, oldest first.
    Members(NodeId),
    /// The stack or the template of each instance.
    Of(NodeId),
    /// The live instances on which the instances of a node depend.
    Dependencies(NodeId),
}

/// A node of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeId(pub(super) usize);

impl NodeId {
    /// Its position among all nodes. Parents precede their children.
    pub fn number(self) -> usize {
        self.0
    }
}

/// Objects of one type that are found in one way.
#[derive(Debug)]
pub struct Node {
    /// The type of the objects.
    pub entity: Entity,
    /// How they are found.
    pub source: Source,
    /// The row set of the objects.
    pub set: RowSet,
    /// The column of the parent's id, for objects that are found through their parent.
    pub parent: Option<Column>,
    /// The column that orders the rows of a page: a time, or a position.
    pub order: Option<Column>,
    /// The column of the name, for the cursors of lists that are ordered by it.
    pub name: Option<Column>,
    /// The row set of the total count of a page.
    pub count: Option<RowSet>,
    /// Whether the objects have no rows of their own, because their columns are joined to the rows of the instances.
    pub is_joined: bool,
    /// Whether they need rows of their own.
    pub(super) needs_rows: bool,
    pub(super) stack: Option<NodeId>,
    pub(super) template: Option<NodeId>,
    pub(super) dependencies: Option<NodeId>,
}
