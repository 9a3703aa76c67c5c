//! Brings the contents of files and of templates into one form, and computes the overrides that make up the difference.
//!
//! Used by the import. It is generated from the registry of kinds, so that no kind is forgotten. It must not write.

use std::collections::HashMap;

use sea_orm::DbErr;

use crate::{
    compose::Entries,
    db::{
        Session,
        entries::{Mergeable, Source},
    },
    error::{Problems, Unreadable},
    ids::TemplateId,
    kinds::{
        Cardinality, Collections, EnvValue, EnvVar, InstanceOverrides, OfTemplate, OverrideKind, Overrides, diff,
        for_each_kind,
    },
};

macro_rules! all_kinds {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        /// The entries of a file.
        pub(super) fn of_file(collections: &Collections) -> Entries {
            let mut entries = Entries::default();
            $( entries.$field = collections.$field.clone().map(Cardinality::into_entries).unwrap_or_default(); )+
            entries
        }

        /// The entries of templates, or a row that cannot be read.
        pub(super) async fn of_templates(
            db: &impl Session,
            ids: &[TemplateId],
        ) -> Result<HashMap<TemplateId, Result<Entries, Unreadable>>, DbErr> {
            let mut all: HashMap<TemplateId, Result<Entries, Unreadable>> =
                ids.iter().map(|id| (*id, Ok(Entries::default()))).collect();
            $(
                let found = <crate::kinds::$kind as Source<OfTemplate>>::load_each(db, ids).await?;
                for (id, row) in found.unreadable {
                    all.insert(id, Err(row));
                }
                for (id, found) in found.entries {
                    if let Some(Ok(entries)) = all.get_mut(&id) {
                        entries.$field = found;
                    }
                }
            )+
            Ok(all)
        }

        /// Whether the entries of two templates are the same.
        pub(super) fn same(a: &Entries, b: &Entries) -> bool {
            $( (OverrideKind::$kind == OverrideKind::Dependency || !differ(&a.$field, &b.$field)) )&&+
        }

        /// Computes the overrides that turn the template's entries into the wanted ones. Kinds without a difference are
        /// `None`.
        pub(super) fn overrides(template: &Entries, wanted: &Entries) -> InstanceOverrides {
            let mut overrides = InstanceOverrides::default();
            $( overrides.$field = difference(&template.$field, &wanted.$field); )+
            overrides
        }

        /// Sets the kinds that are `None` to empty overrides, so that writing the result removes other overrides.
        pub(super) fn of_all_kinds(overrides: InstanceOverrides) -> InstanceOverrides {
            let mut all = overrides;
            $( all.$field.get_or_insert_default(); )+
            all
        }

        /// Whether any kind is overridden.
        pub(super) fn has_overrides(overrides: &InstanceOverrides) -> bool {
            $( overrides.$field.is_some() )||+
        }
    };
}
for_each_kind!(all_kinds);

fn differ<K: Mergeable>(a: &[K], b: &[K]) -> bool {
    !diff(&a.iter().collect::<Vec<_>>(), &b.iter().collect::<Vec<_>>()).is_empty()
}

fn difference<K: Mergeable>(template: &[K], wanted: &[K]) -> Option<Overrides<K>> {
    let (template, wanted): (Vec<&K>, Vec<&K>) = (template.iter().collect(), wanted.iter().collect());
    let mut overrides = Overrides::default();
    for change in diff(&template, &wanted) {
        if change.to.is_empty() {
            // A setting that always has a value cannot be removed.
            if K::refuses_rule(Some(&change.key)).is_none() {
                overrides.removed.insert(change.key);
            }
        } else {
            overrides.entries.extend(change.to.into_iter().cloned());
        }
    }
    (overrides != Overrides::default()).then_some(overrides)
}

/// Fills in the stored values of secrets that come without one, and removes the value where none is stored.
pub(super) fn complete(variables: &mut [EnvVar], stored: &[EnvVar]) {
    for variable in variables.iter_mut().filter(|variable| variable.value == EnvValue::KeepStored) {
        let stored = stored.iter().find(|stored| stored.key == variable.key);
        variable.keep(stored, &mut Problems::default());
        if variable.value == EnvValue::KeepStored {
            variable.value = EnvValue::Unset;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::app::compose::import::collections::*;
    use crate::kinds::{Label, Setting, SettingField};

    #[test]
    fn a_difference_is_what_leads_from_one_to_the_other() {
        let label = |key: &str, value: &str| Label { key: key.to_owned(), value: value.to_owned() };
        let template = [label("a", "1"), label("b", "1"), label("c", "1")];
        let overrides = difference(&template, &[label("b", "2"), label("c", "1"), label("d", "1")]).unwrap();
        assert_eq!(overrides.entries, [label("b", "2"), label("d", "1")]);
        assert_eq!(overrides.removed.into_iter().collect::<Vec<_>>(), ["a"]);
        assert_eq!(difference(&template, &template), None);
        let tag = Setting { field: SettingField::ImageTag, value: "1".to_owned() };
        assert_eq!(difference(&[tag], &[]), None, "an image always has a tag");
    }
}
