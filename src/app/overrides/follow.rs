//! Lets the references to an instance follow its new name.
//!
//! Called by the use cases that rename. It must not change what a reference leads to.

use chrono::{DateTime, Utc};

use crate::{
    app::overrides::references,
    db::{
        Tx,
        entities::InstanceModel,
        entries::{self, Source, shared},
        queries::{
            instances,
            stacks::{self, RowLock, StackChange},
        },
    },
    error::{Error, Problems, Result},
    ids::StackId,
    kinds::{ConfigFile, Domain, Draft, EnvVar, Healthcheck, Kind, Label, OfInstance, Setting, SharedVar, Slot},
    references::renamed,
};

/// An entry with the new name, and the key that it had.
type Reworded<K> = (<K as Kind>::Key, K);

/// The entries of an instance that name another one.
#[derive(Default)]
struct Referring {
    env_vars: Vec<Reworded<EnvVar>>,
    labels: Vec<Reworded<Label>>,
    domains: Vec<Reworded<Domain>>,
    healthcheck: Vec<Reworded<Healthcheck>>,
    config_files: Vec<Reworded<ConfigFile>>,
    settings: Vec<Reworded<Setting>>,
}

/// Rewrites the references to `instance` in the overrides of its stack's instances and in the variables of the stack, from the
/// name that it had. Each of these changes once, because of the rename. The stack must be locked exclusively.
pub(in crate::app) async fn rename(tx: &Tx, instance: &InstanceModel, former: &str, now: DateTime<Utc>) -> Result<()> {
    if references::referring(tx, &[instance.stack_id]).await?.is_empty() {
        return Ok(());
    }
    let rows = instances::of_stacks(tx, &[instance.stack_id]).await?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let rename = |text: &str| renamed(text, former, &instance.instance_id);
    let mut found: Vec<Referring> = rows.iter().map(|_| Referring::default()).collect();
    macro_rules! look {
        ($( $field:ident : $kind:ident ),+) => { $(
            let mut loaded = <$kind as Source<OfInstance>>::load_each(tx, &ids).await?;
            for (row, found) in rows.iter().zip(&mut found) {
                // A row that cannot be read names nothing.
                let entries = loaded.take(row.id).unwrap_or_default();
                found.$field = entries.into_iter().filter_map(|entry| in_other_words(entry, rename)).collect();
            }
        )+ };
    }
    look!(
        env_vars: EnvVar, labels: Label, domains: Domain, healthcheck: Healthcheck, config_files: ConfigFile,
        settings: Setting
    );
    for (row, found) in rows.iter().zip(found) {
        let mut draft = Draft::default();
        macro_rules! set {
            ($( $field:ident : $kind:ident ),+) => { $(
                if !found.$field.is_empty() {
                    let kind = <$kind as crate::kinds::Registered>::KIND;
                    let loaded = entries::load_draft(tx, row.id, |touched| touched == kind).await?;
                    draft.$field = loaded.$field;
                    if let Some(drafted) = &mut draft.$field {
                        for (former, entry) in found.$field {
                            replace(&mut drafted.overrides.entries, &former, entry);
                        }
                    }
                }
            )+ };
        }
        set!(
            env_vars: EnvVar, labels: Label, domains: Domain, healthcheck: Healthcheck, config_files: ConfigFile,
            settings: Setting
        );
        if let Some(change) = entries::Changes::find(tx, row.id, draft).await?.write(tx, now).await? {
            // The instance itself may have been renamed in this transaction.
            instances::update(tx, row, change, now).await?;
        }
    }
    rename_shared(tx, instance.stack_id, rename, now).await
}

/// Rewrites the references in the variables of a stack.
async fn rename_shared(
    tx: &Tx,
    stack: StackId,
    rename: impl Fn(&str) -> Option<String>,
    now: DateTime<Utc>,
) -> Result<()> {
    let vars = shared::of_stack(tx, stack).await?;
    let changed = |var: &SharedVar| in_other_words(var.clone(), &rename).map_or_else(|| var.clone(), |(_, var)| var);
    let vars = vars.iter().map(changed).collect();
    if !shared::replace_vars(tx, stack, vars, now).await? {
        return Ok(());
    }
    let row = stacks::find(tx, stack, RowLock::Exclusive).await?;
    let row = row.ok_or_else(|| Error::Internal("the stack of a renamed instance is missing".into()))?;
    stacks::update(tx, &row, StackChange::default(), now).await?;
    Ok(())
}

/// The entry with the new name, and the key that it had; `None` if it does not contain the former name.
fn in_other_words<K: Kind>(mut entry: K, rename: impl Fn(&str) -> Option<String>) -> Option<Reworded<K>> {
    let (mut changed, former) = (false, entry.key());
    entry.replace_reference_texts(&mut |text| match rename(text) {
        Some(text) => {
            changed = true;
            text
        }
        None => text.to_owned(),
    });
    // A text that has become too long keeps the former name, and its reference has no value.
    let mut at = Problems::at(&[]);
    entry.validate(&mut at);
    (changed && at.is_empty()).then_some((former, entry))
}

/// Puts an entry in the place of the stored one with a key. One that had the new key already named what is not there, and goes.
fn replace<K: Kind>(slots: &mut Vec<Slot<K>>, former: &K::Key, entry: K) {
    let has = |slot: &Slot<K>, key: &K::Key| match slot {
        Slot::Stored(head) => head.key.as_ref() == Some(key),
        Slot::Given(given, _) => given.key() == *key,
    };
    let key = entry.key();
    if key != *former {
        slots.retain(|slot| !has(slot, &key));
    }
    if let Some(slot) = slots.iter_mut().find(|slot| has(slot, former)) {
        *slot = entry.into();
    }
}
