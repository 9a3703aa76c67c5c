//! Checks the fields and collections of a template.
//!
//! Called by the use cases that create or edit a template, and through them by the catalogue loader. It must not read
//! stored data.

use crate::{
    app::text,
    error::{Problem, Problems},
    fields::TemplateValues,
    kinds::{Cardinality, Collections, check_entries},
    name::{Name, NameOf},
};

/// Normalizes the collections and notes all problems of a template. Returns its name if that is valid.
pub(in crate::app) fn check(
    values: &TemplateValues,
    collections: &mut Collections,
    problems: &mut Problems,
) -> Option<Name> {
    let name = Name::parse(NameOf::Template, &values.name);
    let name = problems.keep(name.map_err(|error| Problem::name(&["input", "name"], error)));
    text::check(values.texts(), problems);
    let mut at = Problems::at(&["input"]);
    if values.category.chars().count() > 63 || values.category.chars().any(char::is_control) {
        at.invalid("category", "A category has at most 63 characters, no control characters.", None);
    }
    check_entries(&mut values.settings().into_entries(), &mut at);
    collections.check(&mut at);
    problems.append(at);
    name
}
