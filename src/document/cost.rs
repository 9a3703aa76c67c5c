//! How many values an answer could have: lists multiply what is asked of each of their rows.
//!
//! Called by [`Documents`](super::Documents) for each request, because variables say how long pages are. It must never
//! know how many rows there really are.

use std::collections::HashMap;

use apollo_compiler::{
    ExecutableDocument, Schema,
    ast::Value as Literal,
    executable::{Field, Operation, Selection, SelectionSet},
};
use serde_json::{Map, Value};

use super::Refusal;
use crate::limits::Limits;

/// Rows of a page when nothing is said.
const DEFAULT_PAGE: u64 = 20;
/// Rows of a list without pages, such as the ports of an instance.
const PLAIN_LIST: u64 = 10;

struct Cost<'a> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    variables: &'a Map<String, Value>,
    fragments: HashMap<&'a str, u64>,
}

impl<'a> Cost<'a> {
    fn selections(&mut self, set: &'a SelectionSet, in_page: bool) -> u64 {
        let mut cost = 0u64;
        for selection in &set.selections {
            cost = cost.saturating_add(match selection {
                Selection::Field(field) => self.field(field, in_page),
                Selection::InlineFragment(inline) => self.selections(&inline.selection_set, in_page),
                Selection::FragmentSpread(spread) => self.fragment(spread.fragment_name.as_str(), in_page),
            });
        }
        cost
    }

    /// A fragment on a page counts as one of anything else: its lists are few.
    fn fragment(&mut self, name: &str, in_page: bool) -> u64 {
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else { return 0 };
        if let Some(known) = self.fragments.get(name.as_str()) {
            return *known;
        }
        let cost = self.selections(&fragment.selection_set, in_page);
        self.fragments.insert(name.as_str(), cost);
        cost
    }

    fn field(&mut self, field: &'a Field, in_page: bool) -> u64 {
        if field.selection_set.selections.is_empty() {
            return 1;
        }
        let inside = field.definition.ty.inner_named_type().as_str();
        let page = self.is_page(inside);
        let rows = if page {
            self.argument(field, "first").or_else(|| self.argument(field, "last")).unwrap_or(DEFAULT_PAGE)
        } else if !field.definition.ty.is_list() || in_page {
            // The rows of a page are counted where it begins.
            1
        } else {
            self.argument(field, "ids").unwrap_or(PLAIN_LIST)
        };
        rows.saturating_mul(self.selections(&field.selection_set, page)).saturating_add(1)
    }

    fn is_page(&self, name: &str) -> bool {
        name.ends_with("Connection")
            && self.schema.get_object(name).is_some_and(|page| page.fields.contains_key("pageInfo"))
    }

    /// A number, or how long a list is; `None` when nothing is said.
    fn argument(&self, field: &Field, name: &str) -> Option<u64> {
        let size = |value: &Value| match value {
            Value::Number(number) => Some(number.as_u64().unwrap_or_default()),
            Value::Array(items) => u64::try_from(items.len()).ok(),
            _ => None,
        };
        match &**field.specified_argument_by_name(name)? {
            Literal::Int(number) => Some(number.as_str().parse().unwrap_or_default()),
            Literal::List(items) => u64::try_from(items.len()).ok(),
            Literal::Variable(name) => self.variables.get(name.as_str()).and_then(size),
            _ => None,
        }
    }
}

/// How many values the answer could have; refuses an operation whose answer could be too large.
pub(super) fn check(
    schema: &Schema,
    document: &ExecutableDocument,
    operation: &Operation,
    variables: &Map<String, Value>,
    limits: &Limits,
) -> Result<u64, Refusal> {
    let mut cost = Cost { schema, document, variables, fragments: HashMap::new() };
    let cost = cost.selections(&operation.selection_set, false);
    if cost > limits.max_cost {
        let what = "values to answer (pages count with all their rows)";
        return Err(Refusal::limit("cost", what, limits.max_cost, "max-cost"));
    }
    Ok(cost)
}
