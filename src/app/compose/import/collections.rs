//! What files say and what is stored, brought into one form, and the difference of the two: an instance's overrides.
//!
//! Made from the registry, so that no kind can be forgotten. It must never write.

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
        /// What a file says, as entries.
        pub(super) fn of_file(says: &Collections) -> Entries {
            let mut entries = Entries::default();
            $( entries.$field = says.$field.clone().map(Cardinality::into_entries).unwrap_or_default(); )+
            entries
        }

        /// What templates say, or a row of theirs that cannot be read.
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

        /// Whether both say the same about everything that a template says.
        pub(super) fn same(a: &Entries, b: &Entries) -> bool {
            $( (OverrideKind::$kind == OverrideKind::Dependency || !differ(&a.$field, &b.$field)) )&&+
        }

        /// What an instance of a template says so that it is what is wanted; kinds of which it says nothing are left out.
        pub(super) fn overrides(template: &Entries, wanted: &Entries) -> InstanceOverrides {
            let mut said = InstanceOverrides::default();
            $( said.$field = difference(&template.$field, &wanted.$field); )+
            said
        }

        /// The same with every kind spoken of, so that writing it leaves nothing else.
        pub(super) fn of_all_kinds(said: InstanceOverrides) -> InstanceOverrides {
            let mut all = said;
            $( all.$field.get_or_insert_default(); )+
            all
        }

        /// Whether anything is said at all.
        pub(super) fn says_anything(said: &InstanceOverrides) -> bool {
            $( said.$field.is_some() )||+
        }
    };
}
for_each_kind!(all_kinds);

fn differ<K: Mergeable>(a: &[K], b: &[K]) -> bool {
    !diff(&a.iter().collect::<Vec<_>>(), &b.iter().collect::<Vec<_>>()).is_empty()
}

fn difference<K: Mergeable>(template: &[K], wanted: &[K]) -> Option<Overrides<K>> {
    let (template, wanted): (Vec<&K>, Vec<&K>) = (template.iter().collect(), wanted.iter().collect());
    let mut said = Overrides::default();
    for change in diff(&template, &wanted) {
        if change.to.is_empty() {
            // What always has a value is not taken away.
            if K::refuses_rule(Some(&change.key)).is_none() {
                said.removed.insert(change.key);
            }
        } else {
            said.entries.extend(change.to.into_iter().cloned());
        }
    }
    (said != Overrides::default()).then_some(said)
}

/// Gives secrets without a value the one that is stored under their key, and none where nothing is.
pub(super) fn complete(variables: &mut [EnvVar], stored: &[EnvVar]) {
    for variable in variables.iter_mut().filter(|variable| variable.value == EnvValue::StoredOutcome) {
        let stored = stored.iter().find(|stored| stored.key == variable.key);
        variable.keep(stored, &mut Problems::default());
        if variable.value == EnvValue::StoredOutcome {
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
        let said = difference(&template, &[label("b", "2"), label("c", "1"), label("d", "1")]).unwrap();
        assert_eq!(said.entries, [label("b", "2"), label("d", "1")]);
        assert_eq!(said.removed.into_iter().collect::<Vec<_>>(), ["a"]);
        assert_eq!(difference(&template, &template), None);
        let tag = Setting { field: SettingField::ImageTag, value: "1".to_owned() };
        assert_eq!(difference(&[tag], &[]), None, "an image always has a tag");
    }
}
