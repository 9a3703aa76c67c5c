//! The types of a read plan: the fields of the response, in order, each with the column that it is read from.
//!
//! Compiled once for each document and each combination of its conditions, and used for each request. A plan must not
//! contain data of a request.

use super::arguments::Argument;
use crate::{
    db::read_model::{Column, NodeId, RowSet, RuleColumns, Tree},
    kinds::{
        Shape,
        plain::{ColumnFormat, PlainKind},
    },
};

/// The fields of an object: the response key of each, as JSON with the colon, and the field.
pub(super) type Fields<F> = Vec<(Box<str>, F)>;

/// The plan of an operation.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) tree: Tree,
    /// The arguments of each node.
    pub(super) arguments: Vec<NodeArguments>,
    pub(super) roots: Fields<Root>,
    /// The ids of the root fields `node` and `nodes`.
    pub(super) ids: Vec<Argument>,
    /// The fields that another executor computes.
    pub(super) computed: Vec<ComputedField>,
    /// Where references may be that have to be resolved.
    pub(super) referring: Vec<Referring>,
}

/// Columns with texts whose references are resolved, of the instances of a node and of their templates and stacks.
#[derive(Debug)]
pub(super) struct Referring {
    /// The stack of each instance.
    pub(super) stack_id: Column,
    /// The texts.
    pub(super) texts: Vec<Column>,
    /// The flags of variables that are true for secrets, where the state of these is asked for.
    pub(super) secrets: Vec<Column>,
}

/// A field that is computed beyond rows, by the executor.
#[derive(Debug)]
pub(super) struct ComputedField {
    /// The node whose objects have the field; `None` for a root field.
    pub(super) node: Option<NodeId>,
    /// The types and response keys that lead from the operation to the field.
    pub(super) path: Vec<(Box<str>, Box<str>)>,
    /// What its value depends on.
    pub(super) depends_on: DependsOn,
}

/// What the value of a computed field depends on beside its arguments and the caller's scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum DependsOn {
    /// Its stack, with everything in it, and all templates.
    Stack,
    /// All stacks and templates.
    Everything,
    /// The caller, the time, or data that has no version. A response that has it is not cached.
    Request,
}

/// The arguments by which the objects of a node are found.
#[derive(Debug)]
pub(super) enum NodeArguments {
    None,
    Name(Argument),
    /// An id, or a list of ids.
    Ids(Argument, IdsOf),
    Instances(PageArguments, Argument),
    Stacks(PageArguments, Argument),
    Templates(PageArguments, Argument),
    Trash(PageArguments),
}

/// The type whose ids a node takes out of a list of ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IdsOf {
    Stack,
    Instance,
    Template,
}

/// The page arguments of a list.
#[derive(Debug)]
pub(super) struct PageArguments {
    pub(super) first: Argument,
    pub(super) after: Argument,
    pub(super) last: Argument,
    pub(super) before: Argument,
    pub(super) search: Argument,
}

/// A root field.
#[derive(Debug)]
pub(super) enum Root {
    /// `__typename`: the name of the root type, as JSON.
    Typename(Box<str>),
    /// The only object of a node, or null.
    One(NodeId, Fields<Field>),
    /// The only instance of a stack's node.
    Named(NodeId, NodeId, Fields<Field>),
    /// The one of two roots that finds an object: by its id or by its name.
    Either(Box<[Root; 2]>),
    /// The object with an id, or the objects with some ids: the number of the argument in [`Plan::ids`].
    Nodes(usize, NodesShape, [(NodeId, Fields<Field>); 3]),
    /// A list without a parent.
    List(NodeId, Fields<ListField>),
    /// `trash`.
    Trash(Fields<TrashField>),
    /// The end of the change log.
    Cursor(RowSet),
    /// The number of a computed field.
    Computed(usize),
}

/// Whether one object or a list of objects is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NodesShape {
    One,
    Many,
}

#[derive(Debug)]
pub(super) enum TrashField {
    Typename(Box<str>),
    List(NodeId, Fields<ListField>),
}

#[derive(Debug)]
pub(super) enum ListField {
    Typename(Box<str>),
    TotalCount,
    PageInfo(Fields<PageField>),
    Nodes(Fields<Field>),
    Edges(Fields<EdgeField>),
}

#[derive(Debug)]
pub(super) enum PageField {
    Typename(Box<str>),
    HasNext,
    HasPrevious,
    Start,
    End,
}

#[derive(Debug)]
pub(super) enum EdgeField {
    Typename(Box<str>),
    Cursor,
    Node(Fields<Field>),
}

/// A field of a stack, an instance or a template.
#[derive(Debug)]
pub(super) enum Field {
    /// The name of the type, as JSON.
    Typename(Box<str>),
    /// A column of the object's row.
    Column(Column, ColumnFormat),
    /// The object itself, inside another one: an entry of the trash.
    Same(Fields<Field>),
    /// The object of a node whose id is in a column of this one.
    Of(NodeId, Column, Fields<Field>),
    /// The object of a node whose parent is this one, or null.
    Named(NodeId, Fields<Field>),
    /// A number about the object, in a row set of its own.
    Number(RowSet),
    /// The objects of a node whose parent is this one.
    List(NodeId, Fields<ListField>),
    /// The entries of a kind.
    Entries(RowSet, Shape, Fields<EntryField>),
    /// The settings that an instance overrides.
    Settings(RowSet, Fields<SettingField>),
    Effective(Box<EffectiveConfig>),
    Rules(RuleColumns, Fields<RuleField>),
    Stats(Box<Report<StatsField>>),
    Diff(Box<Report<ChangeField>>),
    /// An object whose fields are columns of the instance and of its template, whose node and id follow.
    Preview(NodeId, Column, Fields<PreviewField>),
    /// The number of a computed field.
    Computed(usize),
}

/// A field of an entry of a kind, in one row.
#[derive(Debug)]
pub(super) enum EntryField {
    Typename(Box<str>),
    Column(Column, ColumnFormat),
    /// The live instance on which an instance depends, or null.
    Instance(NodeId, Column, Fields<Field>),
}

#[derive(Debug)]
pub(super) enum SettingField {
    Typename(Box<str>),
    /// The value of the setting with a name.
    Value {
        word: &'static str,
        field: Column,
        value: Column,
        format: ColumnFormat,
    },
}

#[derive(Debug)]
pub(super) enum RuleField {
    Typename(Box<str>),
    Kind,
    Action,
    Key,
}

#[derive(Debug)]
pub(super) enum PreviewField {
    Typename(Box<str>),
    Column(Column, ColumnFormat),
    /// The name of the template, in a column of its row.
    TemplateName(Column),
}

/// The columns of an instance, its stack and its template that are needed whichever fields are selected.
#[derive(Clone, Copy, Debug)]
pub(super) struct Base {
    pub(super) rules: RuleColumns,
    pub(super) template: NodeId,
    /// The column of the template's id.
    pub(super) template_id: Column,
    pub(super) template_name: Column,
    pub(super) stack: NodeId,
    /// The column of the stack's id.
    pub(super) stack_id: Column,
    pub(super) stack_name: Column,
    pub(super) instance_name: Column,
}

/// `effectiveConfig`.
#[derive(Debug)]
pub(super) struct EffectiveConfig {
    pub(super) base: Base,
    pub(super) fields: Fields<EffectiveField>,
}

#[derive(Debug)]
pub(super) enum EffectiveField {
    Typename(Box<str>),
    /// The value of a setting, as a field of `effectiveConfig` itself.
    Value(SettingColumns),
    Settings(Fields<EffectiveSetting>),
    Entries(Box<Layered>, Fields<EffectiveEntryField>),
    Removed(Vec<Layered>, Fields<RemovedField>),
}

#[derive(Debug)]
pub(super) enum EffectiveSetting {
    Typename(Box<str>),
    Setting(SettingColumns, Fields<SettingPart>),
}

#[derive(Debug)]
pub(super) enum SettingPart {
    Typename(Box<str>),
    Value,
    Written,
    Origin,
    Shadows,
}

/// The columns of a setting: those of the instance's row for it, and the column of its template.
#[derive(Clone, Copy, Debug)]
pub(super) struct SettingColumns {
    pub(super) word: &'static str,
    pub(super) set: RowSet,
    pub(super) field: Column,
    pub(super) value: Column,
    pub(super) template: Column,
    pub(super) format: ColumnFormat,
}

/// The rows of a kind in all layers.
#[derive(Debug)]
pub(super) struct Layered {
    pub(super) kind: &'static PlainKind,
    pub(super) own: Side,
    /// The rows of the template; `None` for a kind that templates do not have.
    pub(super) template: Option<Side>,
    /// The rows that the instances of a stack share, with the column that tells which of them are injected; `None` for a
    /// kind that stacks do not have.
    pub(super) shared: Option<(Side, Column)>,
    /// The settings of the template, which are columns of its own.
    pub(super) settings: Vec<SettingColumns>,
    /// The columns by which rows are compared.
    pub(super) compared: Vec<Sides>,
    /// The column whose references are resolved, with the flag that has to be true for it to contain any; `None` if no field
    /// is selected that depends on it.
    pub(super) referring: Option<(Sides, Option<Sides>)>,
}

/// The row set of one layer, with the columns of the key and of the order of equal keys.
#[derive(Clone, Copy, Debug)]
pub(super) struct Side {
    pub(super) set: RowSet,
    pub(super) key: Column,
    pub(super) tie: Option<Column>,
}

/// The columns of a field of an entry, for each layer of the entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sides {
    pub(super) own: Column,
    pub(super) template: Option<Column>,
    pub(super) shared: Option<Column>,
    /// The column's name, by which the values of entries that the service adds are found.
    pub(super) name: &'static str,
    pub(super) format: ColumnFormat,
}

/// A field of an entry that may come from any layer.
#[derive(Debug)]
pub(super) enum LayeredField {
    Typename(Box<str>),
    Column(Sides),
    /// The field of a setting, as an enum value.
    SettingField(SettingColumns),
    /// The value of a setting, as text.
    SettingValue(SettingColumns),
    Instance(NodeId, Column, Fields<Field>),
}

#[derive(Debug)]
pub(super) enum EffectiveEntryField {
    Entry(LayeredField),
    Origin,
    Shadows(Fields<LayeredField>),
    /// The entry with its references.
    Written(Fields<LayeredField>),
    /// A field about the text of a variable.
    Text(TextField),
}

/// A field about the text of a variable as it was written.
#[derive(Debug)]
pub(super) enum TextField {
    Text,
    /// Its parts: the fields of plain text, and those of a reference.
    Segments([Fields<SegmentField>; 2]),
    /// The state of its references, with the column that tells secrets.
    State(Sides),
}

/// A field of a part of a text.
#[derive(Debug)]
pub(super) enum SegmentField {
    Typename(Box<str>),
    Text,
    Value,
    IsSecret,
    Reason,
}

#[derive(Debug)]
pub(super) enum RemovedField {
    Typename(Box<str>),
    Kind,
    Key,
    By,
    /// The entry: its fields, for each kind in registry order.
    Entry(Vec<Fields<LayeredField>>),
}

/// A report over the merged rows of all kinds, in registry order.
#[derive(Debug)]
pub(super) struct Report<F> {
    pub(super) base: Base,
    pub(super) kinds: Vec<Layered>,
    pub(super) fields: Fields<F>,
}

#[derive(Debug)]
pub(super) enum StatsField {
    Typename(Box<str>),
    Count(Count),
    ByKind(Fields<KindStatsField>),
}

/// A number of the statistics.
#[derive(Clone, Copy, Debug)]
pub(super) enum Count {
    Total,
    Removed,
    Redundant,
    Dead,
}

#[derive(Debug)]
pub(super) enum KindStatsField {
    Typename(Box<str>),
    Kind,
    Count(Count),
    Replaced,
}

#[derive(Debug)]
pub(super) enum ChangeField {
    Typename(Box<str>),
    Kind,
    Key,
    Change,
    From(Vec<Fields<LayeredField>>),
    To(Vec<Fields<LayeredField>>),
}
