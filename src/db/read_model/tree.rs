//! The tree of a read: the objects that one statement reads, each set derived from its parent's, and their row sets.
//!
//! Built by the compiler of read plans, once for each plan. It must not contain data of a request, and must not know
//! the format of a response.

use super::columns::{Column, Columns, RowSet};
use crate::kinds::plain::{FieldColumn, Form, PlainKind};

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

    /// The column of the stack to which an object belongs; `None` for objects of all stacks.
    pub(super) fn scope_column(self) -> Option<&'static str> {
        match self {
            Self::Stack => Some("e.id"),
            Self::Instance => Some("e.stack_id"),
            Self::Template => None,
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
    needs_rows: bool,
    stack: Option<NodeId>,
    template: Option<NodeId>,
    dependencies: Option<NodeId>,
}

/// What the rows of a row set are.
#[derive(Clone, Copy, Debug)]
pub(super) enum SetOf {
    /// The version of the data.
    Version,
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
    nodes: Vec<Node>,
    sets: Vec<SetOf>,
    columns: Columns,
    covers: Covers,
    fallible: Vec<(Column, Form)>,
}

impl Default for Tree {
    fn default() -> Self {
        Self::new()
    }
}

const fn field(sql: &'static str, form: Form) -> FieldColumn {
    FieldColumn { field: sql, sql, form }
}

impl Tree {
    /// The largest number of row sets. SQLite limits the terms of a compound SELECT to 500.
    const MAX_SETS: usize = 200;

    /// Creates a tree without nodes.
    pub fn new() -> Self {
        let mut columns = Columns::default();
        // The id of the stack, or 0; the version of the stack, or of everything; the version of the templates.
        columns.add_set(&[field("id", Form::Long), field("changes", Form::Long), field("templates", Form::Long)]);
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
            // A dependency does not cross stacks.
            Source::Dependencies(dependents) => return self.stack_of(dependents),
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
            Entity::Stack => field("s.id", Form::Long),
            Entity::Instance => field("i.id", Form::Long),
            Entity::Template => field("t.id", Form::Long),
        };
        let set = self.set(SetOf::Objects(id), &[own_id]);
        let parent = match source {
            Source::Named(_) => Some(self.column(set, field("i.stack_id", Form::Long))),
            Source::Members(NodeId(parent)) => Some(match self.nodes[parent].entity {
                Entity::Template => self.column(set, field("i.template_service_id", Form::Long)),
                _ => self.column(set, field("i.stack_id", Form::Long)),
            }),
            _ => None,
        };
        let order = match (source, entity) {
            (Source::Members(_), _) => Some(field("i.created_at", Form::Time)),
            (Source::Trash, Entity::Instance) => Some(field("i.deleted_at", Form::Time)),
            (Source::Trash, _) => Some(field("s.deleted_at", Form::Time)),
            (Source::Live, Entity::Template) => Some(field("t.place", Form::Long)),
            (Source::Live, _) => Some(field("s.place", Form::Long)),
            _ => None,
        };
        let order = order.map(|column| self.column(set, column));
        let name = match (source, entity) {
            (Source::Live, Entity::Template) => Some(self.column(set, field("t.name", Form::Text))),
            (Source::Live, _) => Some(self.column(set, field("s.name", Form::Text))),
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

    fn set(&mut self, of: SetOf, columns: &[FieldColumn]) -> RowSet {
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
            let set = self.set(SetOf::Count(node), &[field("parent", Form::Long), field("count", Form::Long)]);
            self.nodes[node.0].count = Some(set);
        }
    }

    /// Adds the number of instances that went into the trash with each stack of a node.
    pub fn trashed_members(&mut self, node: NodeId) -> RowSet {
        let is_known = |set: &SetOf| matches!(set, SetOf::TrashedMembers(known) if *known == node);
        match self.sets.iter().position(is_known) {
            Some(at) => RowSet::nth(at),
            None => self.set(SetOf::TrashedMembers(node), &[field("parent", Form::Long), field("count", Form::Long)]),
        }
    }

    /// Adds the entries of a kind that belong to the objects of a node; `None` when objects of this type have none.
    pub fn kind(&mut self, node: NodeId, kind: &'static PlainKind) -> Option<RowSet> {
        let table = match self.nodes[node.0].entity {
            Entity::Instance => kind.table,
            Entity::Template => kind.template_table()?,
            Entity::Stack => return None,
        };
        let set = self.entries(node, table);
        // The columns that show whether a row can be read, whatever else is selected from it.
        for field in kind.fallible() {
            let column = self.column(set, field);
            if !self.fallible.iter().any(|(known, _)| *known == column) {
                self.fallible.push((column, field.form));
            }
        }
        Some(set)
    }

    /// Adds the override rules of the instances of a node.
    pub fn rules(&mut self, node: NodeId) -> RuleColumns {
        let set = self.entries(node, "instance_override_rules");
        let mut column = |name| self.column(set, field(name, Form::Text));
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
            Entity::Template => field("x.service_id", Form::Long),
            _ => field("x.instance_id", Form::Long),
        };
        self.set(SetOf::Entries(node, table), &[owner, field("x.id", Form::Long)])
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

    /// The columns of a row set that show whether a row can be read.
    pub fn fallible(&self, set: RowSet) -> impl Iterator<Item = (Column, Form)> {
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
