//! Detects introspection in a document.
//!
//! Called by [`Documents`](super::Documents) when a document is validated. The result must not depend on which
//! operation runs, nor on variables.

use apollo_compiler::{
    ExecutableDocument,
    executable::{Selection, SelectionSet},
};

/// The root fields of introspection, without `__typename`.
const INTROSPECTION_FIELDS: [&str; 2] = ["__schema", "__type"];

/// Whether any operation or fragment of a document selects `__schema` or `__type`, also under an alias.
pub(super) fn asks_for_schema(document: &ExecutableDocument) -> bool {
    let operations = document.operations.iter().map(|operation| &operation.selection_set);
    let fragments = document.fragments.values().map(|fragment| &fragment.selection_set);
    let mut open: Vec<&SelectionSet> = operations.chain(fragments).collect();
    while let Some(set) = open.pop() {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) if INTROSPECTION_FIELDS.contains(&field.name.as_str()) => return true,
                Selection::Field(field) => open.push(&field.selection_set),
                Selection::InlineFragment(inline) => open.push(&inline.selection_set),
                // All fragments are visited anyway.
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    false
}
