//! The conditions of an operation: the variables of its directives `@skip` and `@include`.
//!
//! Used to choose the plan of a request. They must cover every condition that the compiler evaluates.

use std::collections::BTreeSet;

use apollo_compiler::{
    ExecutableDocument, Name,
    ast::DirectiveList,
    executable::{Operation, Selection, SelectionSet},
};
use serde_json::{Map, Value};

/// The variables of the conditions, sorted.
#[derive(Debug)]
pub(super) struct DirectiveVariables(Vec<Name>);

impl DirectiveVariables {
    /// The conditions of an operation and of all fragments of its document.
    pub(super) fn of(document: &ExecutableDocument, operation: &Operation) -> Self {
        let mut names = BTreeSet::new();
        collect(&operation.selection_set, &mut names);
        for fragment in document.fragments.values() {
            collect(&fragment.selection_set, &mut names);
        }
        Self(names.into_iter().cloned().collect())
    }

    /// The values of the conditions; `None` for one without a value.
    pub(super) fn values(&self, variables: &Map<String, Value>) -> Vec<Option<bool>> {
        self.0.iter().map(|name| variables.get(name.as_str()).and_then(Value::as_bool)).collect()
    }
}

fn collect<'a>(set: &'a SelectionSet, names: &mut BTreeSet<&'a Name>) {
    for selection in &set.selections {
        of_directives(selection.directives(), names);
        match selection {
            Selection::Field(field) => collect(&field.selection_set, names),
            Selection::InlineFragment(inline) => collect(&inline.selection_set, names),
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn of_directives<'a>(directives: &'a DirectiveList, names: &mut BTreeSet<&'a Name>) {
    for directive in directives {
        names.extend(directive.arguments.iter().filter_map(|argument| argument.value.as_variable()));
    }
}
