//! Whether a document asks for the schema.
//!
//! Used when a document is first looked at. It must never depend on which operation runs, nor on variables.

use apollo_compiler::{
    ExecutableDocument,
    executable::{Selection, SelectionSet},
};

/// The fields of the root that answer the schema; `__typename` is none of them.
const FIELDS: [&str; 2] = ["__schema", "__type"];

/// Whether any operation or fragment of a document selects one of them, under whatever name.
pub(super) fn asks_for_schema(document: &ExecutableDocument) -> bool {
    let operations = document.operations.iter().map(|operation| &operation.selection_set);
    let fragments = document.fragments.values().map(|fragment| &fragment.selection_set);
    let mut open: Vec<&SelectionSet> = operations.chain(fragments).collect();
    while let Some(set) = open.pop() {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) if FIELDS.contains(&field.name.as_str()) => return true,
                Selection::Field(field) => open.push(&field.selection_set),
                Selection::InlineFragment(inline) => open.push(&inline.selection_set),
                // Its definition is one of the fragments.
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    false
}
