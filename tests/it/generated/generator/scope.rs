//! `Scope`: which fields the response keys of an object stand for, so that fields with one key can be merged.
//!
//! Used by the generator. It must not allow what validation refuses; it may refuse what validation allows.

use std::collections::BTreeMap;

/// The response keys of an object: the field that each stands for, and the scope of its selections.
#[derive(Clone, Debug, Default)]
pub(in crate::generated) struct Scope(BTreeMap<String, (String, Scope)>);

impl Scope {
    /// The scope of the selections of a field; `None` if the key stands for another field. `field` is its name with
    /// arguments and type.
    pub(in crate::generated) fn enter(&mut self, key: &str, field: &str) -> Option<&mut Self> {
        let (known, inside) = self.0.entry(key.to_owned()).or_insert_with(|| (field.to_owned(), Self::default()));
        (known == field).then_some(inside)
    }

    /// Adds the keys of a fragment; false, with nothing added, if one of them stands for another field.
    pub(in crate::generated) fn absorb(&mut self, other: &Self) -> bool {
        let fits = self.fits(other);
        if fits {
            self.add(other);
        }
        fits
    }

    fn fits(&self, other: &Self) -> bool {
        other.0.iter().all(|(key, (field, inside))| {
            self.0.get(key).is_none_or(|(known, deeper)| known == field && deeper.fits(inside))
        })
    }

    fn add(&mut self, other: &Self) {
        for (key, (field, inside)) in &other.0 {
            self.0.entry(key.clone()).or_insert_with(|| (field.clone(), Self::default())).1.add(inside);
        }
    }
}
