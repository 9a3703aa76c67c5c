//! Limits the cost of an operation: the number of values that its response could have. Lists multiply the cost of their
//! rows.
//!
//! Called by [`Documents`](super::Documents) for each request, because variables determine page sizes and `@skip`. It
//! must not depend on how many rows there really are.

use std::collections::HashMap;

use apollo_compiler::{
    ExecutableDocument, Schema,
    ast::DirectiveList,
    executable::{Field, Operation, Selection, SelectionSet},
};
use serde_json::{Map, Value};

use super::{Inputs, MAX_ERRORS, Refusal, RejectionKind, ValidationError, shortened};
use crate::limits::Limits;

/// Rows of a page without page arguments.
const DEFAULT_PAGE: u64 = 20;
/// Entries of a collection: the most that an instance or a template may have of each kind.
const COLLECTION_ENTRIES: u64 = 500;
/// Entries with the same key, which one entry shadows.
const SHADOWED_ENTRIES: u64 = 4;
/// Parts of a text with references: plain text and references take turns.
const TEXT_SEGMENTS: u64 = 4;
/// Conflicts of a stack: each host port of each of its instances may conflict.
const STACK_CONFLICTS: u64 = 5000;
/// Holders that are listed for a conflict.
const CONFLICT_HOLDERS: u64 = 10;
/// Conflicts of an instance.
const INSTANCE_CONFLICTS: u64 = 500;
/// Rows of any other list without pages.
const OTHER_LIST_ROWS: u64 = 10;

/// A realistic number of rows of a list without pages, by the type of the parent, the name of the field, and its item
/// type.
fn list_rows(of: &str, name: &str, listed: &str) -> u64 {
    match (of, name, listed) {
        (_, "shadows" | "from" | "to", _) => SHADOWED_ENTRIES,
        (_, _, "Segment") => TEXT_SEGMENTS,
        ("Conflict", "holders", _) => CONFLICT_HOLDERS,
        ("Stack", _, "Conflict") => STACK_CONFLICTS,
        (_, _, "Conflict") => INSTANCE_CONFLICTS,
        (
            _,
            _,
            "Port" | "Volume" | "EnvVar" | "Label" | "Domain" | "ConfigFile" | "Attribute" | "Dependency"
            | "RemovedEntry" | "OverrideRule" | "ConfigChange" | "ImportNote" | "Reference" | "Endpoint",
        ) => COLLECTION_ENTRIES,
        (_, _, listed) if listed.starts_with("Effective") => COLLECTION_ENTRIES,
        _ => OTHER_LIST_ROWS,
    }
}

struct Cost<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    inputs: Inputs<'a>,
    fragments: HashMap<&'a str, u64>,
    /// Whether any variable is null; only then can an argument be null that must not be.
    has_nulls: bool,
    /// Errors for arguments that must not be null, and are a variable with a default that is given as null.
    mistakes: Vec<ValidationError>,
}

impl<'a> Cost<'a> {
    fn selections(&mut self, set: &'a SelectionSet, in_page: bool) -> u64 {
        let mut cost = 0u64;
        // Selections on different object types exclude each other, so only the most expensive one counts.
        let mut each: HashMap<&str, u64> = HashMap::new();
        for selection in &set.selections {
            if !self.includes(selection.directives()) {
                continue;
            }
            let (on, added) = match selection {
                Selection::Field(field) => (None, self.field(&set.ty, field, in_page)),
                Selection::InlineFragment(inline) => {
                    (inline.type_condition.as_ref(), self.selections(&inline.selection_set, in_page))
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.document.fragments.get(&spread.fragment_name);
                    let on = fragment.map(|fragment| fragment.type_condition());
                    (on, self.fragment(spread.fragment_name.as_str(), in_page))
                }
            };
            let place = match on.filter(|on| **on != set.ty && self.schema.get_object(on).is_some()) {
                Some(on) => each.entry(on.as_str()).or_default(),
                None => &mut cost,
            };
            *place = place.saturating_add(added);
        }
        cost.saturating_add(each.into_values().max().unwrap_or_default())
    }

    /// The cost of a fragment, cached by its name without regard to `in_page`: fragments on page types have few lists.
    fn fragment(&mut self, name: &str, in_page: bool) -> u64 {
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else { return 0 };
        if let Some(known) = self.fragments.get(name.as_str()) {
            return *known;
        }
        let cost = self.selections(&fragment.selection_set, in_page);
        self.fragments.insert(name.as_str(), cost);
        cost
    }

    fn includes(&mut self, directives: &DirectiveList) -> bool {
        self.inputs.includes(directives).unwrap_or_else(|| {
            self.validation_error("The argument \"if\" of the type \"Boolean!\" must not be null.".to_owned());
            false
        })
    }

    fn validation_error(&mut self, message: String) {
        if self.mistakes.len() < MAX_ERRORS {
            self.mistakes.push(ValidationError { message: shortened(&message), location: None });
        }
    }

    /// Reports arguments that contain null where it is not allowed.
    fn check_nulls(&mut self, field: &Field) {
        for given in &field.arguments {
            let Some(known) = field.definition.argument_by_name(&given.name) else { continue };
            let Some(value) = self.inputs.value(&known.ty, &given.value) else { continue };
            if let Some((place, of)) = self.inputs.null_place(&known.ty, &value, &given.name) {
                self.validation_error(format!("The argument \"{place}\" of the type \"{of}\" must not be null."));
            }
        }
    }

    fn field(&mut self, of: &str, field: &'a Field, in_page: bool) -> u64 {
        if self.has_nulls {
            self.check_nulls(field);
        }
        if field.selection_set.selections.is_empty() {
            return 1;
        }
        let inside = field.definition.ty.inner_named_type().as_str();
        let page = self.is_page(inside);
        let rows = if page {
            self.argument(field, "first").or_else(|| self.argument(field, "last")).unwrap_or(DEFAULT_PAGE)
        } else if !field.definition.ty.is_list() || in_page {
            // The rows of a page have been counted at its connection.
            1
        } else {
            self.argument(field, "ids").unwrap_or_else(|| list_rows(of, &field.name, inside))
        };
        rows.saturating_mul(self.selections(&field.selection_set, page)).saturating_add(1)
    }

    fn is_page(&self, name: &str) -> bool {
        (name.ends_with("Connection") || name.ends_with("Page"))
            && self.schema.get_object(name).is_some_and(|page| page.fields.contains_key("pageInfo"))
    }

    /// The value of a number argument, or the length of a list argument; `None` if it is absent.
    fn argument(&self, field: &Field, name: &str) -> Option<u64> {
        let expected = &field.definition.argument_by_name(name)?.ty;
        match self.inputs.value(expected, field.specified_argument_by_name(name)?)? {
            Value::Number(number) => Some(number.as_u64().unwrap_or_default()),
            Value::Array(items) => u64::try_from(items.len()).ok(),
            _ => None,
        }
    }
}

/// Computes the cost of an operation; refused if it exceeds the limit.
pub(super) fn check(
    schema: &Schema,
    document: &ExecutableDocument,
    operation: &Operation,
    variables: &Map<String, Value>,
    limits: &Limits,
) -> Result<u64, Refusal> {
    let inputs = Inputs::new(schema, variables);
    let has_nulls = variables.values().any(Value::is_null);
    let mut cost = Cost { schema, document, inputs, fragments: HashMap::new(), has_nulls, mistakes: Vec::new() };
    let values = cost.selections(&operation.selection_set, false);
    if !cost.mistakes.is_empty() {
        return Err(Refusal { kind: RejectionKind::BadRequest, reason: "variables", mistakes: cost.mistakes });
    }
    if values > limits.max_cost {
        let what = "values to answer (pages count with all their rows)";
        return Err(Refusal::limit("cost", what, limits.max_cost, "max-cost"));
    }
    Ok(values)
}
