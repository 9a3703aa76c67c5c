//! What the executor runs, made from the validated document: one operation in which fragments, directives and variables
//! have been put into effect and the fields of one key are one, as the specification's `CollectFields` says.
//!
//! Called by the server for each request that the executor answers. The executor's own parser never sees the text, so that
//! the two cannot read it differently. It must never decide what is valid.

use std::collections::HashMap;

use apollo_compiler::{
    Name, Node,
    ast::OperationType,
    executable::{Field, Selection, SelectionSet},
    schema::{ExtendedType, FieldDefinition},
};
use async_graphql::{
    PathSegment, Pos, Positioned, ServerError,
    parser::types::{self as executor, DocumentOperations, ExecutableDocument, OperationDefinition, TypeCondition},
};
use serde_json::{Map, Value};

use crate::{
    budget::{Budget, Exceeded},
    document::{Inputs, Parts},
};

/// The executor's document of an operation with the values of its variables. AdmissionControl in it are offsets in bytes until
/// [`locate`] looks them up: lines and columns are needed of errors only.
/// Each use of a variable is a copy of its value, which is charged to the budget.
pub fn executable(
    parts: Parts<'_>,
    variables: &Map<String, Value>,
    budget: &Budget,
) -> Result<ExecutableDocument, Exceeded> {
    let build = Build { parts, inputs: Inputs::new(parts.schema, variables), budget: Some(budget) };
    let document = build.document();
    budget.exceeded().map_or(Ok(document), Err)
}

struct Build<'a> {
    parts: Parts<'a>,
    inputs: Inputs<'a>,
    /// What arguments are charged to; without it they are left out.
    budget: Option<&'a Budget>,
}

impl Build<'_> {
    fn document(&self) -> ExecutableDocument {
        let operation = self.parts.operation;
        let definition = OperationDefinition {
            ty: match operation.operation_type {
                OperationType::Query => executor::OperationType::Query,
                OperationType::Mutation => executor::OperationType::Mutation,
                OperationType::Subscription => executor::OperationType::Subscription,
            },
            variable_definitions: Vec::new(),
            directives: Vec::new(),
            selection_set: self.set(&operation.selection_set.ty, &[&operation.selection_set]),
        };
        ExecutableDocument {
            operations: DocumentOperations::Single(Positioned::new(definition, Pos::default())),
            fragments: HashMap::new(),
        }
    }
}

/// Where something stands, until it is looked up.
fn place<T>(node: &Node<T>) -> Pos {
    Pos { line: 0, column: node.location().map_or(0, |span| span.offset()) }
}

/// The fields of an object that have one key: the first, and the selections of all.
type Merged<'a> = (&'a Name, &'a Node<Field>, Vec<&'a SelectionSet>);

impl<'a> Build<'a> {
    /// Several selections of one thing as one.
    fn set(&self, of: &Name, sets: &[&'a SelectionSet]) -> Positioned<executor::SelectionSet> {
        let object = matches!(self.parts.schema.types.get(of), Some(ExtendedType::Object(_)));
        let items = if object || sets.iter().all(|set| self.is_plain(of, set)) {
            self.fields(of, sets)
        } else {
            self.each_object(of, sets)
        };
        Positioned::new(executor::SelectionSet { items }, Pos::default())
    }

    /// Whether a selection asks the same of everything that it may be made of.
    fn is_plain(&self, of: &Name, set: &'a SelectionSet) -> bool {
        set.selections.iter().all(|selection| match selection {
            Selection::Field(_) => true,
            Selection::InlineFragment(inline) => {
                inline.type_condition.as_ref().is_none_or(|wanted| wanted == of)
                    && self.is_plain(of, &inline.selection_set)
            }
            Selection::FragmentSpread(spread) => spread
                .fragment_def(self.parts.document)
                .is_some_and(|fragment| fragment.type_condition() == of && self.is_plain(of, &fragment.selection_set)),
        })
    }

    /// What is asked of each of the objects that an interface or a union may be.
    fn each_object(&self, of: &Name, sets: &[&'a SelectionSet]) -> Vec<Positioned<executor::Selection>> {
        let objects = self.parts.objects.get(of).map(Vec::as_slice).unwrap_or_default();
        let fragments = objects.iter().filter_map(|name| {
            let items = self.fields(name, sets);
            (!items.is_empty()).then(|| {
                let on = Positioned::new(async_graphql::Name::new(name), Pos::default());
                let fragment = executor::InlineFragment {
                    type_condition: Some(Positioned::new(TypeCondition { on }, Pos::default())),
                    directives: Vec::new(),
                    selection_set: Positioned::new(executor::SelectionSet { items }, Pos::default()),
                };
                let fragment = Positioned::new(fragment, Pos::default());
                Positioned::new(executor::Selection::InlineFragment(fragment), Pos::default())
            })
        });
        fragments.collect()
    }

    fn fields(&self, of: &Name, sets: &[&'a SelectionSet]) -> Vec<Positioned<executor::Selection>> {
        let mut merged = Vec::new();
        let mut known = HashMap::new();
        for set in sets {
            self.collect(of, set, &mut merged, &mut known);
        }
        let made = merged.into_iter().map(|(_, field, sets)| {
            let pos = place(field);
            Positioned::new(executor::Selection::Field(Positioned::new(self.field(of, field, &sets), pos)), pos)
        });
        made.collect()
    }

    /// The fields of an object in the order of the answer.
    fn collect(
        &self,
        of: &Name,
        set: &'a SelectionSet,
        merged: &mut Vec<Merged<'a>>,
        known: &mut HashMap<&'a Name, usize>,
    ) {
        for selection in &set.selections {
            if self.inputs.includes(selection.directives()) != Some(true) {
                continue;
            }
            match selection {
                Selection::Field(field) => {
                    let key = field.response_key();
                    let at = *known.entry(key).or_insert_with(|| {
                        merged.push((key, field, Vec::new()));
                        merged.len() - 1
                    });
                    merged[at].2.push(&field.selection_set);
                }
                Selection::InlineFragment(inline) => {
                    if inline.type_condition.as_ref().is_none_or(|wanted| self.is(of, wanted)) {
                        self.collect(of, &inline.selection_set, merged, known);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = spread.fragment_def(self.parts.document)
                        && self.is(of, fragment.type_condition())
                    {
                        self.collect(of, &fragment.selection_set, merged, known);
                    }
                }
            }
        }
    }

    fn is(&self, of: &Name, wanted: &Name) -> bool {
        of == wanted || self.parts.schema.is_subtype(wanted, of)
    }

    fn field(&self, of: &Name, field: &Node<Field>, sets: &[&'a SelectionSet]) -> executor::Field {
        // An object may say more of its fields than the interface through which they are asked for.
        let definition: &FieldDefinition = match self.parts.schema.type_field(of, &field.name) {
            Ok(definition) => definition,
            Err(_) => &field.definition,
        };
        // What is not given is left to the executor, which knows the defaults.
        let arguments = field.arguments.iter().filter_map(|given| {
            let budget = self.budget?;
            let known = definition.arguments.iter().find(|known| known.name == given.name)?;
            let value = self.inputs.value(&known.ty, &given.value)?;
            budget.charge(size(&value)).ok()?;
            let name = Positioned::new(async_graphql::Name::new(&given.name), place(given));
            Some((name, Positioned::new(constant(value).into_value(), place(&given.value))))
        });
        let named = |name: &Name| Positioned::new(async_graphql::Name::new(name), place(field));
        let leaf = sets.iter().all(|set| set.selections.is_empty());
        executor::Field {
            alias: field.alias.as_ref().map(named),
            name: named(&field.name),
            arguments: arguments.collect(),
            directives: Vec::new(),
            selection_set: if leaf { Positioned::default() } else { self.set(definition.ty.inner_named_type(), sets) },
        }
    }
}

/// How much memory a value takes in the executor's own form.
fn size(value: &Value) -> usize {
    size_of::<async_graphql::Value>()
        + match value {
            Value::String(text) => text.len(),
            Value::Array(items) => items.iter().map(size).sum(),
            Value::Object(fields) => fields.iter().map(|(name, value)| 64 + name.len() + size(value)).sum(),
            _ => 0,
        }
}

/// A value in the executor's own form.
fn constant(value: Value) -> async_graphql::Value {
    match value {
        Value::Null => async_graphql::Value::Null,
        Value::Bool(flag) => async_graphql::Value::Boolean(flag),
        Value::Number(number) => async_graphql::Value::Number(number),
        Value::String(text) => async_graphql::Value::String(text),
        Value::Array(items) => async_graphql::Value::List(items.into_iter().map(constant).collect()),
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| (async_graphql::Name::new(name), constant(value)));
            async_graphql::Value::Object(fields.collect())
        }
    }
}

/// Puts errors into the order of the selection, and their places into lines and columns.
pub fn locate(errors: &mut [ServerError], parts: Parts<'_>, variables: &Map<String, Value>) {
    for error in errors.iter_mut() {
        // A place without an offset is no place.
        error.locations.retain(|place| place.column > 0);
        for place in &mut error.locations {
            let span = parts.operation.location();
            let file = span.and_then(|span| parts.document.sources.get(&span.file_id()));
            if let Some(found) = file.and_then(|file| file.get_line_column(place.column)) {
                *place = Pos { line: found.line, column: found.column };
            }
        }
    }
    if errors.len() > 1 {
        // Where a field stands does not depend on its arguments.
        let build = Build { parts, inputs: Inputs::new(parts.schema, variables), budget: None };
        let document = build.document();
        let DocumentOperations::Single(operation) = &document.operations else { return };
        let root = &operation.node.selection_set.node;
        errors.sort_by_cached_key(|error| (order(root, &error.path), error.message.clone()));
    }
}

/// A path as the places of its fields among those that are selected beside them, and of items in their lists.
fn order(root: &executor::SelectionSet, path: &[PathSegment]) -> Vec<usize> {
    let mut here = Some(root);
    let place = |segment: &PathSegment| match segment {
        PathSegment::Index(index) => *index,
        PathSegment::Field(key) => match here.and_then(|set| find(set, key)) {
            Some((place, field)) => {
                here = Some(&field.selection_set.node);
                place
            }
            None => usize::MAX,
        },
    };
    path.iter().map(place).collect()
}

/// A field by its key, and its place.
fn find<'a>(set: &'a executor::SelectionSet, key: &str) -> Option<(usize, &'a executor::Field)> {
    set.items.iter().enumerate().find_map(|(at, item)| match &item.node {
        executor::Selection::Field(field) => (field.node.response_key().node == key).then_some((at, &field.node)),
        executor::Selection::InlineFragment(inline) => find(&inline.node.selection_set.node, key),
        executor::Selection::FragmentSpread(_) => None,
    })
}
