//! What the values and collections of a template take.
//!
//! Called by the use cases that create or edit one, and by the catalogue through them. It must never ask what is
//! stored.

use crate::{
    app::text,
    db::queries::templates::TemplateValues,
    error::{Problem, Problems},
    kinds::{Cardinality, Collections, check_entries},
    name::{Name, NameOf},
};

/// Normalizes the collections and notes everything wrong with a template; gives back its name when that is sound.
pub(in crate::app) fn check(
    values: &TemplateValues,
    collections: &mut Collections,
    problems: &mut Problems,
) -> Option<Name> {
    let name = Name::parse(NameOf::Template, &values.name);
    let name = problems.keep(name.map_err(|error| Problem::name(&["input", "name"], error)));
    problems.keep(text::description(&values.description));
    let mut at = Problems::at(&["input"]);
    if values.category.chars().count() > 63 || values.category.chars().any(char::is_control) {
        at.invalid("category", "A category has at most 63 characters, no control characters.", None);
    }
    check_entries(&mut values.settings().into_entries(), &mut at);
    collections.check(&mut at);
    problems.append(at);
    name
}
