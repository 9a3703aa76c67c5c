//! Compiles a validated operation to a read plan.
//!
//! Called once for each operation and each combination of its conditions. It must not guess: an operation with a field
//! that it does not know has no plan, and is left to the executor.

mod entries;
mod lists;
mod objects;
mod reports;
mod roots;

use apollo_compiler::{
    ast::{OperationType, Type},
    executable::{Field, Selection, SelectionSet},
};

use super::{
    arguments::Argument,
    payload::PayloadField,
    plan::{self, ComputedField, DependsOn, Fields, NodeArguments, Plan, Referring, Root},
};
use crate::{
    db::read_model::{Column, Covers, Entity, NodeId, Source, Tree},
    document::{Inputs, MergedField, Parts},
    kinds::plain::{ColumnFormat, FieldColumn},
};

/// Compiles the plan of an operation; `None` when the executor has to answer it. `inputs` hold the variables of its
/// conditions.
pub(super) fn compile(parts: Parts<'_>, inputs: Inputs<'_>) -> Option<Plan> {
    if parts.operation.operation_type != OperationType::Query || reveals_secrets(parts) {
        return None;
    }
    let mut compiler = Compiler::new(parts, inputs);
    let roots = compiler.roots(&[&parts.operation.selection_set])?;
    let is_planned = |root: &Root| !matches!(root, Root::Typename(_) | Root::Computed(_));
    if !roots.iter().any(|(_, root)| is_planned(root)) {
        return None;
    }
    compiler.plan(roots)
}

/// Whether a Compose file with secrets may be selected, at any depth. It is left to the executor, whose responses are never
/// kept.
fn reveals_secrets(parts: Parts<'_>) -> bool {
    // Each fragment once, however often it is spread.
    let fragments = parts.document.fragments.values().map(|fragment| &fragment.selection_set);
    fragments.chain([&parts.operation.selection_set]).any(reveals)
}

fn reveals(set: &SelectionSet) -> bool {
    set.selections.iter().any(|selection| match selection {
        Selection::Field(field) => {
            field.arguments.iter().any(|given| given.name == "revealSecrets") || reveals(&field.selection_set)
        }
        Selection::InlineFragment(inline) => reveals(&inline.selection_set),
        Selection::FragmentSpread(_) => false,
    })
}

/// Compiles the plans of the objects that a mutation returns: for the response keys of a root field and of a field of
/// its payload, a plan with one root, whose id is an argument of the request. Objects of which only plain fields are
/// selected need no plan, because the mutation returns their rows.
pub(super) fn payloads(parts: Parts<'_>, inputs: Inputs<'_>) -> Vec<(PayloadField, Plan)> {
    let mut plans = Vec::new();
    if reveals_secrets(parts) {
        return plans;
    }
    let mut outer = Compiler::new(parts, inputs);
    outer.fields("Mutation", &[&parts.operation.selection_set], |outer, field, sets| {
        let (root, of) = (field.response_key(), field.definition.ty.inner_named_type());
        outer.fields(of, sets, |outer, field, sets| {
            if let Some(plan) = Compiler::new(outer.parts, outer.inputs).payload(field, sets) {
                plans.push(((root.as_str().into(), field.response_key().as_str().into()), plan));
            }
            Some(())
        })
    });
    plans
}

/// Compiles the parts of one operation.
struct Compiler<'a> {
    parts: Parts<'a>,
    inputs: Inputs<'a>,
    tree: Tree,
    arguments: Vec<NodeArguments>,
    ids: Vec<Argument>,
    computed: Vec<ComputedField>,
    referring: Vec<Referring>,
    /// Whether a root field finds a stack by its name.
    depends_on_stack: bool,
    /// The types and response keys that lead from the operation to the current field.
    path: Vec<(Box<str>, Box<str>)>,
}

/// The selections on an object.
type Sets<'s, 'a> = &'s [&'a SelectionSet];

impl<'a> Compiler<'a> {
    fn new(parts: Parts<'a>, inputs: Inputs<'a>) -> Self {
        Self {
            parts,
            inputs,
            tree: Tree::new(),
            arguments: Vec::new(),
            ids: Vec::new(),
            computed: Vec::new(),
            referring: Vec::new(),
            depends_on_stack: false,
            path: Vec::new(),
        }
    }

    /// The plan of an object that a mutation returns.
    fn payload(mut self, field: &Field, sets: Sets<'_, 'a>) -> Option<Plan> {
        let Type::Named(of) = &field.definition.ty else { return None };
        let entity = match of.as_str() {
            "Stack" => Entity::Stack,
            "Instance" => Entity::Instance,
            "Template" => Entity::Template,
            _ => return None,
        };
        let node = self.tree.root(entity, Source::AnyIds);
        let fields = self.object(of, node, sets)?;
        let is_plain = |field: &plan::Field| matches!(field, plan::Field::Typename(_) | plan::Field::Column(..));
        if fields.iter().all(|(_, field)| is_plain(field)) {
            return None;
        }
        self.plan(vec![(Box::default(), Root::One(node, fields))])
    }

    fn plan(mut self, roots: Fields<Root>) -> Option<Plan> {
        // The response depends on one stack if all objects are reached through it.
        let is_source = |source: &Source| {
            matches!(source, Source::Name | Source::Ids | Source::AnyIds | Source::Live | Source::Trash)
        };
        let sources: Vec<NodeId> =
            self.tree.nodes().filter(|(_, node)| is_source(&node.source)).map(|(node, _)| node).collect();
        let computed = self.computed.iter().map(|field| field.depends_on).max();
        let is_within_stack = computed.is_none_or(|depends_on| depends_on == DependsOn::Stack);
        let shows_end = roots.iter().any(|(_, root)| matches!(root, Root::Cursor(_)));
        let covers = match (sources.as_slice(), self.depends_on_stack && is_within_stack && !shows_end) {
            ([stack], true) => Covers::Stack(*stack),
            _ => Covers::Everything,
        };
        self.tree.cover(covers);
        self.fill_arguments();
        // Beside a field that the executor computes at each request, a plan pays only for more than the rows of one
        // node.
        if computed == Some(DependsOn::Request) && self.tree.number_of_sets() <= 2 {
            return None;
        }
        // Without a node there is no statement.
        if computed.is_some() && self.tree.nodes().next().is_none() {
            return None;
        }
        let Self { tree, arguments, ids, computed, referring, .. } = self;
        Some(Plan { tree: tree.placed()?, arguments, roots, ids, computed, referring })
    }

    /// Sets the arguments of a node.
    fn argue(&mut self, node: NodeId, arguments: NodeArguments) {
        self.fill_arguments();
        self.arguments[node.number()] = arguments;
    }

    /// Gives the nodes that were added since no arguments.
    fn fill_arguments(&mut self) {
        let nodes = self.tree.nodes().count();
        self.arguments.resize_with(nodes, || NodeArguments::None);
    }

    /// The fields of an object in the order of the response, each compiled by `make`.
    fn fields<F>(
        &mut self,
        of: &str,
        sets: Sets<'_, 'a>,
        mut make: impl FnMut(&mut Self, &'a Field, Sets<'_, 'a>) -> Option<F>,
    ) -> Option<Fields<F>> {
        let object = self.parts.schema.types.get_key_value(of)?.0;
        let merged = self.parts.fields(&self.inputs, object, sets);
        let mut fields = Vec::with_capacity(merged.len());
        for MergedField { key, field, sets } in &merged {
            self.path.push((of.into(), key.as_str().into()));
            fields.push((format!("\"{key}\":").into(), make(self, field, sets)?));
            self.path.pop();
        }
        Some(fields)
    }

    /// Whether one of some selections has a field of one of these names, at any depth.
    fn select(&self, sets: Sets<'_, 'a>, names: &[&str]) -> bool {
        names.iter().any(|name| sets.iter().any(|set| self.selects(set, name)))
    }

    /// Whether a selection has a field of this name, at any depth.
    fn selects(&self, set: &SelectionSet, name: &str) -> bool {
        set.selections.iter().any(|selection| match selection {
            Selection::Field(field) => field.name == name || self.selects(&field.selection_set, name),
            Selection::InlineFragment(inline) => self.selects(&inline.selection_set, name),
            Selection::FragmentSpread(spread) => {
                let document = self.parts.document;
                spread.fragment_def(document).is_some_and(|fragment| self.selects(&fragment.selection_set, name))
            }
        })
    }

    /// Leaves the current field to the executor. `node` has the objects of the field.
    fn computed_field(&mut self, node: Option<NodeId>, depends_on: DependsOn) -> usize {
        if let Some(node) = node {
            self.tree.keep_rows(node);
        }
        self.computed.push(ComputedField { node, path: self.path.clone(), depends_on });
        self.computed.len() - 1
    }
}

/// An argument of a field.
fn argument(field: &Field, name: &str) -> Argument {
    let expected = field.definition.argument_by_name(name);
    let given = field.arguments.iter().find(|given| given.name == name);
    let given = expected.zip(given).map(|(known, given)| ((*known.ty).clone(), given.value.clone()));
    Argument { given, fields: &[] }
}

/// The name of a type, as JSON.
fn typename(of: &str) -> Box<str> {
    format!("\"{of}\"").into()
}

/// Finds a field of an object in the list of its plain fields, and adds its column.
fn plain(
    field: &Field,
    of: &[FieldColumn],
    mut column: impl FnMut(FieldColumn) -> Column,
) -> Option<(Column, ColumnFormat)> {
    let shown = of.iter().find(|shown| shown.field == field.name.as_str())?;
    Some((column(*shown), shown.format))
}
