//! The tree of a read: the objects that one statement reads, each set derived from its parent's, and their row sets.
//!
//! Built by the compiler of read plans, once for each plan. It must not contain data of a request, and must not know
//! the format of a response.

use super::{
    columns::{Column, Columns},
    node::{Entity, Node, NodeId, Source},
    row_sets::{SetOf, field},
};
use crate::kinds::plain::ColumnFormat;

/// What the version of a response covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Covers {
    /// The stack that a node finds, and all templates.
    Stack(NodeId),
    /// Everything.
    Everything,
}

/// The tree of a read. Its statement has one row set for each kind of row; the first one is the version.
#[derive(Debug)]
pub struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) sets: Vec<SetOf>,
    pub(super) columns: Columns,
    covers: Covers,
    pub(super) fallible: Vec<(Column, ColumnFormat)>,
}

impl Default for Tree {
    fn default() -> Self {
        Self::new()
    }
}

impl Tree {
    /// The largest number of row sets. SQLite limits the terms of a compound SELECT to 500.
    const MAX_SETS: usize = 200;

    /// Creates a tree without nodes.
    pub fn new() -> Self {
        let mut columns = Columns::default();
        // The id of the stack, or 0; the version of the stack, or of everything; the version of the templates.
        columns.add_set(&[
            field("id", ColumnFormat::Long),
            field("changes", ColumnFormat::Long),
            field("templates", ColumnFormat::Long),
        ]);
        Self {
            nodes: Vec::new(),
            sets: vec![SetOf::Version],
            columns,
            covers: Covers::Everything,
            fallible: Vec::new(),
        }
    }

    /// Adds a node whose objects are not found through a parent.
    pub fn root(&mut self, entity: Entity, source: Source) -> NodeId {
        self.node(entity, source)
    }

    /// Adds the live instance of a stack with a name.
    pub fn named(&mut self, stack: NodeId) -> NodeId {
        self.node(Entity::Instance, Source::Named(stack))
    }

    /// Adds a page of the live instances of each stack or template.
    pub fn members(&mut self, parent: NodeId) -> NodeId {
        self.node(Entity::Instance, Source::Members(parent))
    }

    /// Returns the node of the stacks to which the instances of a node belong.
    pub fn stack_of(&mut self, instances: NodeId) -> NodeId {
        match self.nodes[instances.0].source {
            Source::Named(stack) => return stack,
            Source::Members(parent) if self.nodes[parent.0].entity == Entity::Stack => return parent,
            // A dependency does not cross stacks. Its row has no columns of the stack.
            Source::Dependencies(dependents) => {
                let stack = self.stack_of(dependents);
                self.keep_rows(stack);
                return stack;
            }
            _ => {}
        }
        if let Some(known) = self.nodes[instances.0].stack {
            return known;
        }
        let stack = self.node(Entity::Stack, Source::Of(instances));
        self.nodes[instances.0].stack = Some(stack);
        stack
    }

    /// Returns the node of the templates from which the instances of a node are made.
    pub fn template_of(&mut self, instances: NodeId) -> NodeId {
        match self.nodes[instances.0].source {
            Source::Members(parent) if self.nodes[parent.0].entity == Entity::Template => return parent,
            _ => {}
        }
        if let Some(known) = self.nodes[instances.0].template {
            return known;
        }
        let template = self.node(Entity::Template, Source::Of(instances));
        self.nodes[instances.0].template = Some(template);
        template
    }

    /// Returns the node of the live instances on which the instances of a node depend.
    pub fn dependencies_of(&mut self, instances: NodeId) -> NodeId {
        if let Some(known) = self.nodes[instances.0].dependencies {
            return known;
        }
        let dependencies = self.node(Entity::Instance, Source::Dependencies(instances));
        self.nodes[instances.0].dependencies = Some(dependencies);
        dependencies
    }

    fn node(&mut self, entity: Entity, source: Source) -> NodeId {
        let id = NodeId(self.nodes.len());
        let own_id = match entity {
            Entity::Stack => field("s.id", ColumnFormat::Long),
            Entity::Instance => field("i.id", ColumnFormat::Long),
            Entity::Template => field("t.id", ColumnFormat::Long),
        };
        let set = self.set(SetOf::Objects(id), &[own_id]);
        let parent = match source {
            Source::Named(_) => Some(self.column(set, field("i.stack_id", ColumnFormat::Long))),
            Source::Members(NodeId(parent)) => Some(match self.nodes[parent].entity {
                Entity::Template => self.column(set, field("i.template_service_id", ColumnFormat::Long)),
                _ => self.column(set, field("i.stack_id", ColumnFormat::Long)),
            }),
            _ => None,
        };
        let order = match (source, entity) {
            (Source::Members(_), _) => Some(field("i.created_at", ColumnFormat::Time)),
            (Source::Trash, Entity::Instance) => Some(field("i.deleted_at", ColumnFormat::Time)),
            (Source::Trash, _) => Some(field("s.deleted_at", ColumnFormat::Time)),
            (Source::Live, Entity::Template) => Some(field("t.place", ColumnFormat::Long)),
            (Source::Live, _) => Some(field("s.place", ColumnFormat::Long)),
            _ => None,
        };
        let order = order.map(|column| self.column(set, column));
        let name = match (source, entity) {
            (Source::Live, Entity::Template) => Some(self.column(set, field("t.name", ColumnFormat::Text))),
            (Source::Live, _) => Some(self.column(set, field("s.name", ColumnFormat::Text))),
            _ => None,
        };
        let node = Node {
            entity,
            source,
            set,
            parent,
            order,
            name,
            count: None,
            is_joined: false,
            needs_rows: false,
            stack: None,
            template: None,
            dependencies: None,
        };
        self.nodes.push(node);
        id
    }

    /// Sets what the version of the rows covers.
    pub fn cover(&mut self, covers: Covers) {
        self.covers = covers;
    }

    /// What the version of the rows covers.
    pub fn covers(&self) -> Covers {
        self.covers
    }

    /// Assigns the columns of all row sets to columns of the result; `None` if there are too many row sets. Call it
    /// after the last column was added.
    #[must_use]
    pub fn placed(mut self) -> Option<Self> {
        if self.sets.len() > Self::MAX_SETS {
            return None;
        }
        self.join();
        self.columns.assign_places();
        Some(self)
    }

    /// Lets the objects of a node have rows of their own.
    pub fn keep_rows(&mut self, node: NodeId) {
        self.nodes[node.0].needs_rows = true;
    }

    /// Joins stacks and templates to the rows of their instances where nothing else depends on them.
    fn join(&mut self) {
        for at in 0..self.nodes.len() {
            if let Source::Named(parent) | Source::Members(parent) | Source::Dependencies(parent) =
                self.nodes[at].source
            {
                self.keep_rows(parent);
            }
        }
        for at in 0..self.sets.len() {
            if let SetOf::Entries(owner, _) | SetOf::TrashedMembers(owner) = self.sets[at] {
                self.keep_rows(owner);
            }
        }
        for at in 0..self.nodes.len() {
            if let Node { source: Source::Of(instances), needs_rows: false, set, .. } = self.nodes[at] {
                self.columns.move_columns(set, self.nodes[instances.0].set);
                self.nodes[at].is_joined = true;
            }
        }
    }

    /// The nodes whose objects are joined to the rows of a node.
    pub(super) fn joined(&self, instances: NodeId) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(move |node| node.is_joined && node.source == Source::Of(instances))
    }

    /// The nodes; parents precede their children.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> {
        self.nodes.iter().enumerate().map(|(at, node)| (NodeId(at), node))
    }

    /// A node.
    pub fn get(&self, node: NodeId) -> &Node {
        &self.nodes[node.0]
    }

    /// The number of row sets, with the version.
    pub fn number_of_sets(&self) -> usize {
        self.sets.len()
    }

    /// The columns.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }
}
