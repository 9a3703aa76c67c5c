//! References without a value: what they name is not there, or leads back to itself.
//!
//! Used by the search for conflicts and by the effects of a change. It must not resolve references itself.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    app::overrides::references::{ReferenceUse, StackReferences},
    db::entities::InstanceModel,
    kinds::OverrideKind,
    references::Trouble,
};

/// A reference of an instance without a value.
#[derive(Clone, Debug)]
pub(in crate::app) struct Unresolved {
    /// The instance.
    pub(in crate::app) instance: Arc<InstanceModel>,
    /// The reference, as it is written.
    pub(in crate::app) reference: String,
    /// Why it has no value.
    trouble: Trouble,
    /// The entries that contain it: the kinds with the keys.
    places: Vec<(OverrideKind, String)>,
}

/// The entries that a message names.
const MAX_PLACES: usize = 5;

/// How people call the entries of a kind that can contain references.
fn word(kind: OverrideKind) -> &'static str {
    match kind {
        OverrideKind::EnvVar => "variable",
        OverrideKind::Label => "label",
        OverrideKind::Healthcheck => "healthcheck",
        OverrideKind::ConfigFile => "config file",
        OverrideKind::Setting => "setting",
        other => other.as_str(),
    }
}

impl Unresolved {
    /// A sentence that says where the reference is, why it has no value, and what to do.
    pub(in crate::app) fn message(&self) -> String {
        let name = |(kind, key): &(OverrideKind, String)| format!("the {} `{key}`", word(*kind));
        let mut places: Vec<String> = self.places.iter().take(MAX_PLACES).map(name).collect();
        match self.places.len() - places.len() {
            0 => {}
            more => places.push(format!("{more} more")),
        }
        let remedy = match self.trouble.suggestion() {
            Some(suggestion) => format!(" Write {suggestion} instead, or add what it names."),
            None => " Change the text, or add what it names.".to_owned(),
        };
        format!(
            "The reference {} in {} has no value: {}{remedy}",
            self.reference,
            places.join(", "),
            self.trouble.message()
        )
    }
}

/// The references without a value, by the age of the instance and the text.
pub(in crate::app) fn unresolved(of: &StackReferences) -> Vec<Unresolved> {
    let mut found: BTreeMap<_, Unresolved> = BTreeMap::new();
    for one in &of.uses {
        let ReferenceUse { instance, kind, key, reference, resolved } = one;
        let Some((_, trouble)) = resolved.troubles().next() else { continue };
        let reference = reference.to_string();
        let age = (instance.created_at, instance.id, reference.clone());
        let entry = found.entry(age).or_insert_with(|| Unresolved {
            instance: Arc::clone(instance),
            reference,
            trouble: trouble.clone(),
            places: Vec::new(),
        });
        let place = (*kind, key.clone());
        if !entry.places.contains(&place) {
            entry.places.push(place);
        }
    }
    found.into_values().collect()
}
