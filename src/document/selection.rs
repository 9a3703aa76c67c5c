//! Collects the fields of an object from its selections, as `CollectFields` of the specification does: conditions and
//! fragments are resolved, and fields with the same response key are merged.
//!
//! Used to make the executor's document and to compile plans, so that both run the same fields. It must be called only
//! with a validated document and coerced variables.

use std::collections::HashMap;

use apollo_compiler::{
    Name, Node,
    executable::{Field, Selection, SelectionSet},
};

use super::{Inputs, Parts};

/// The fields of an object with one response key.
#[derive(Clone, Debug)]
pub struct MergedField<'a> {
    /// The response key.
    pub key: &'a Name,
    /// The first field; all have the same name and arguments.
    pub field: &'a Node<Field>,
    /// The selections of all.
    pub sets: Vec<&'a SelectionSet>,
}

/// The fields of an object, in the order of the response.
#[derive(Default)]
struct Fields<'a> {
    merged: Vec<MergedField<'a>>,
    /// The place of each response key in `merged`.
    places: HashMap<&'a Name, usize>,
}

impl<'a> Parts<'a> {
    /// The fields that several selections on an object select, in the order of the response. `inputs` hold the variables
    /// of conditions.
    pub fn fields(&self, inputs: &Inputs<'_>, object: &Name, sets: &[&'a SelectionSet]) -> Vec<MergedField<'a>> {
        let mut fields = Fields::default();
        for set in sets {
            self.collect(inputs, object, set, &mut fields);
        }
        fields.merged
    }

    fn collect(&self, inputs: &Inputs<'_>, object: &Name, set: &'a SelectionSet, fields: &mut Fields<'a>) {
        for selection in &set.selections {
            if inputs.includes(selection.directives()) != Some(true) {
                continue;
            }
            match selection {
                Selection::Field(field) => {
                    let key = field.response_key();
                    let at = *fields.places.entry(key).or_insert_with(|| {
                        fields.merged.push(MergedField { key, field, sets: Vec::new() });
                        fields.merged.len() - 1
                    });
                    fields.merged[at].sets.push(&field.selection_set);
                }
                Selection::InlineFragment(inline) => {
                    if inline.type_condition.as_ref().is_none_or(|condition| self.applies(object, condition)) {
                        self.collect(inputs, object, &inline.selection_set, fields);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = spread.fragment_def(self.document)
                        && self.applies(object, fragment.type_condition())
                    {
                        self.collect(inputs, object, &fragment.selection_set, fields);
                    }
                }
            }
        }
    }

    /// Whether the type condition of a fragment applies to an object.
    fn applies(&self, object: &Name, condition: &Name) -> bool {
        object == condition || self.schema.is_subtype(condition, object)
    }
}
