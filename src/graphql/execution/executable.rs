//! Makes the executor's document from a validated one: a single operation in which fragments, directives and variables
//! are resolved and the fields with the same response key are merged, as in the specification's `CollectFields`.
//!
//! Called by the server for each request that the executor answers. The executor's own parser never reads the text, so
//! that two parsers cannot disagree. This module must not validate.

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
    document::{Inputs, MergedField, Parts},
};

/// Makes the executor's document of an operation with the values of its variables. Its positions are byte offsets until
/// [`locate`] converts them: lines and columns are needed for errors only.
/// Each use of a variable copies its value, which is charged to the budget.
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
    /// The budget that arguments are charged to; without one, arguments are left out.
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

/// The position of a node, as a byte offset in `column`.
pub(in crate::graphql) fn position<T>(node: &Node<T>) -> Pos {
    Pos { line: 0, column: node.location().map_or(0, |span| span.offset()) }
}

impl<'a> Build<'a> {
    /// Merges several selections on the same type.
    fn set(&self, of: &Name, sets: &[&'a SelectionSet]) -> Positioned<executor::SelectionSet> {
        let object = matches!(self.parts.schema.types.get(of), Some(ExtendedType::Object(_)));
        let items = if object || sets.iter().all(|set| self.is_plain(of, set)) {
            self.fields(of, sets)
        } else {
            self.each_object(of, sets)
        };
        Positioned::new(executor::SelectionSet { items }, Pos::default())
    }

    /// Whether a selection on an interface or a union selects the same fields of each of its objects.
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

    /// One inline fragment for each object type of an interface or a union.
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
        let merged = self.parts.fields(&self.inputs, of, sets);
        let made = merged.into_iter().map(|MergedField { field, sets, .. }| {
            let pos = position(field);
            Positioned::new(executor::Selection::Field(Positioned::new(self.field(of, field, &sets), pos)), pos)
        });
        made.collect()
    }

    fn field(&self, of: &Name, field: &Node<Field>, sets: &[&'a SelectionSet]) -> executor::Field {
        // A field of an object may have more arguments than the same field of its interface.
        let definition: &FieldDefinition = match self.parts.schema.type_field(of, &field.name) {
            Ok(definition) => definition,
            Err(_) => &field.definition,
        };
        // Arguments that are not given are left to the executor, which applies the defaults.
        let arguments = field.arguments.iter().filter_map(|given| {
            let budget = self.budget?;
            let known = definition.arguments.iter().find(|known| known.name == given.name)?;
            let value = self.inputs.value(&known.ty, &given.value)?;
            budget.charge(size(&value)).ok()?;
            let name = Positioned::new(async_graphql::Name::new(&given.name), position(given));
            Some((name, Positioned::new(constant(value).into_value(), position(&given.value))))
        });
        let named = |name: &Name| Positioned::new(async_graphql::Name::new(name), position(field));
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

/// The memory that a value takes as a value of the executor, in bytes.
fn size(value: &Value) -> usize {
    size_of::<async_graphql::Value>()
        + match value {
            Value::String(text) => text.len(),
            Value::Array(items) => items.iter().map(size).sum(),
            Value::Object(fields) => fields.iter().map(|(name, value)| 64 + name.len() + size(value)).sum(),
            _ => 0,
        }
}

/// Converts a JSON value to a value of the executor.
pub(in crate::graphql) fn constant(value: Value) -> async_graphql::Value {
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

/// Sorts errors by the order of the selection, and converts their positions to lines and columns.
pub fn locate(errors: &mut [ServerError], parts: Parts<'_>, variables: &Map<String, Value>) {
    for error in errors.iter_mut() {
        // A position without an offset is unknown.
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
        // The order of fields does not depend on their arguments.
        let build = Build { parts, inputs: Inputs::new(parts.schema, variables), budget: None };
        let document = build.document();
        let DocumentOperations::Single(operation) = &document.operations else { return };
        let root = &operation.node.selection_set.node;
        errors.sort_by_cached_key(|error| (order(root, &error.path), error.message.clone()));
    }
}

/// The sort key of a path: the index of each field within its selection, and of each item within its list.
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

/// Finds a field by its response key, and its index in the selection.
fn find<'a>(set: &'a executor::SelectionSet, key: &str) -> Option<(usize, &'a executor::Field)> {
    set.items.iter().enumerate().find_map(|(at, item)| match &item.node {
        executor::Selection::Field(field) => (field.node.response_key().node == key).then_some((at, &field.node)),
        executor::Selection::InlineFragment(inline) => find(&inline.node.selection_set.node, key),
        executor::Selection::FragmentSpread(_) => None,
    })
}
