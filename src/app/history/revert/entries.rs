//! The overrides of an instance, the entries of a template and the variables of a stack without a change that is undone.
//!
//! Used by the use case. Only the variables of a stack are written here.

use crate::{
    access::change::Subject,
    app::history::revert::{Place, Work},
    db::{
        change_log::{Form, past::read_side},
        entities::{ChangeEntryModel, InstanceModel},
        entries::{Mergeable, Source, shared},
        queries::rules,
    },
    error::{Error, Result},
    ids::{AnyId, StackId, TemplateId},
    kinds::{
        Cardinality, Collections, InstanceOverrides, Kind, OfInstance, OfStack, OfTemplate, Overrides, Owner,
        Registered, Rules, SharedVar, for_each_kind, for_each_template_kind,
    },
};

impl Work<'_> {
    /// The overrides of an instance without what a change did to them.
    pub(super) async fn overrides(
        &mut self,
        instance: &InstanceModel,
        rows: &[ChangeEntryModel],
    ) -> Result<InstanceOverrides> {
        let said = rules::load(self.tx, &[instance.id]).await?.remove(&instance.id).unwrap_or_default();
        let mut all = InstanceOverrides::default();
        macro_rules! kinds {
            ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => { $( {
                let of_kind: Vec<&ChangeEntryModel> = of_kind::<crate::kinds::$kind>(rows).collect();
                if !of_kind.is_empty() {
                    all.$field = Some(self.overrides_of::<crate::kinds::$kind>(instance, &said, &of_kind).await?);
                }
            } )+ };
        }
        for_each_kind!(kinds);
        Ok(all)
    }

    async fn overrides_of<K: Mergeable>(
        &mut self,
        instance: &InstanceModel,
        said: &Rules,
        rows: &[&ChangeEntryModel],
    ) -> Result<Overrides<K>> {
        let own = self.entries_of::<OfInstance, K>(instance.id, rows).await?;
        let mut overrides: Overrides<K> = Overrides::new(own, K::KIND, said);
        let subject = Subject::Instance(instance.id);
        for row in rows.iter().filter(|row| row.form == Form::Rule.as_str()) {
            let (was, became) = (row.value_before.is_some(), row.value_after.is_some());
            let key = row.entry_key.as_deref();
            let parsed: Option<K::Key> = key.and_then(|key| key.parse().ok());
            let is = match (&parsed, key) {
                (Some(key), _) => overrides.removed.contains(key),
                (None, None) => overrides.replaced,
                (None, Some(_)) => continue,
            };
            let place = Place { kind: Some(K::KIND), key: key.unwrap_or("*"), logged: key };
            if self.goes_back(subject, place, (is == was, is == became)).await? {
                match parsed {
                    Some(key) if was => drop(overrides.removed.insert(key)),
                    Some(key) => drop(overrides.removed.remove(&key)),
                    None => overrides.replaced = was,
                }
            }
        }
        Ok(overrides)
    }

    /// The collections of a template without what a change did to them.
    pub(super) async fn collections(&mut self, template: TemplateId, rows: &[ChangeEntryModel]) -> Result<Collections> {
        let mut all = Collections::default();
        macro_rules! kinds {
            ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => { $( {
                let of_kind: Vec<&ChangeEntryModel> = of_kind::<crate::kinds::$kind>(rows).collect();
                if !of_kind.is_empty() {
                    let entries = self.entries_of::<OfTemplate, crate::kinds::$kind>(template, &of_kind).await?;
                    all.$field = Some(<crate::kinds::$kind as Kind>::Set::from_entries(entries));
                }
            } )+ };
        }
        for_each_template_kind!(kinds);
        Ok(all)
    }

    /// Takes back what a change did to the variables of a stack. Returns whether anything was written.
    pub(super) async fn shared_vars(&mut self, stack: StackId, rows: &[ChangeEntryModel]) -> Result<bool> {
        let rows: Vec<&ChangeEntryModel> = of_kind::<SharedVar>(rows).collect();
        if rows.is_empty() {
            return Ok(false);
        }
        let vars = self.entries_of::<OfStack, SharedVar>(stack, &rows).await?;
        // What is refused is not written.
        if self.problems.is_empty() { shared::replace_vars(self.tx, stack, vars, self.now).await } else { Ok(false) }
    }

    /// The entries of an owner without what a change did to them.
    async fn entries_of<O: Owner, K: Registered + Source<O>>(
        &mut self,
        owner: O::Id,
        rows: &[&ChangeEntryModel],
    ) -> Result<Vec<K>> {
        let mut loaded = <K as Source<O>>::load_each(self.tx, &[owner]).await?;
        let mut entries = loaded.take(owner).map_err(Error::from)?;
        let id: AnyId = owner.into();
        for row in rows.iter().filter(|row| row.form == Form::Entry.as_str()) {
            let (before, after) = self.both_sides::<O, K>(owner, row)?;
            let (key, identity) = (row.entry_key.as_deref().unwrap_or_default(), row.identity.as_deref());
            let identity = identity.unwrap_or(key).to_owned();
            let place = entries.iter().position(|entry: &K| entry.row_identity() == identity);
            let now = place.map(|place| entries[place].clone());
            let states = (now == before, now == after);
            if self.goes_back(id.into(), Place::entry(K::KIND, key), states).await? {
                replace(&mut entries, place, before);
            }
        }
        Ok(entries)
    }

    /// The entry before and after a change, decrypted.
    fn both_sides<O: Owner, K: Registered + Source<O>>(
        &self,
        owner: O::Id,
        row: &ChangeEntryModel,
    ) -> Result<(Option<K>, Option<K>)> {
        let open = |value: &Option<String>, secret: &Option<String>| {
            let mut entry = read_side::<K>(value.as_deref(), secret.as_deref());
            <K as Source<O>>::open(self.tx, owner, entry.as_mut_slice())?;
            Ok::<_, Error>(entry)
        };
        Ok((open(&row.value_before, &row.secret_before)?, open(&row.value_after, &row.secret_after)?))
    }
}

/// The rows of a kind.
fn of_kind<K: Registered>(rows: &[ChangeEntryModel]) -> impl Iterator<Item = &ChangeEntryModel> {
    rows.iter().filter(|row| row.form != Form::Field.as_str() && row.kind == K::KIND.as_str())
}

/// Puts an entry in the place of another one, behind all others, or takes it away.
fn replace<K>(entries: &mut Vec<K>, place: Option<usize>, entry: Option<K>) {
    match (place, entry) {
        (Some(place), Some(entry)) => entries[place] = entry,
        (Some(place), None) => drop(entries.remove(place)),
        (None, Some(entry)) => entries.push(entry),
        (None, None) => {}
    }
}
