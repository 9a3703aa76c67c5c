//! The variables of a stack during an apply: what a document makes of them, and that instances inherit them.
//!
//! Used by the use case. It must not write.

use std::collections::BTreeSet;

use super::{Work, instances::Members, ownership::Ownership, source::place_of};
use crate::{
    db::{
        Tx,
        entities::StackModel,
        entries::{owned::EntryRef, shared},
    },
    error::{Problems, Result},
    kinds::{EnvVar, Inherited, Kind, Registered, SharedVar, inherited},
};

/// The entry that a variable of the stack is for owners.
fn entry(key: &str) -> EntryRef {
    EntryRef { instance: None, kind: SharedVar::KIND.as_str(), key: key.to_owned() }
}

/// The variables after an apply.
fn decide(stored: Vec<SharedVar>, wanted: Vec<SharedVar>, ownership: &mut Ownership<'_>) -> Vec<SharedVar> {
    let mut next = stored;
    let mentioned: BTreeSet<String> = wanted.iter().map(Kind::key).collect();
    for var in wanted {
        let place = next.iter().position(|stored| stored.key == var.key);
        let is_as_wanted = place.is_some_and(|place| next[place] == var);
        if !ownership.writes(entry(&var.key), is_as_wanted) {
            continue;
        }
        match place {
            Some(place) => next[place] = var,
            None => next.push(var),
        }
    }
    for key in ownership.prunable(None, SharedVar::KIND.as_str()) {
        if !mentioned.contains(&key) {
            next.retain(|var| var.key != key);
            ownership.release(&entry(&key));
        }
    }
    next
}

impl Work<'_> {
    /// The variables of the stack after the apply; `None` if the source is a Compose file, which has none.
    pub(super) async fn shared_vars(
        &self,
        tx: &Tx,
        stack: &StackModel,
        ownership: &mut Ownership<'_>,
        problems: &mut Problems,
    ) -> Result<Option<Vec<SharedVar>>> {
        let Some(mut wanted) = self.desired.shared_vars.clone() else { return Ok(None) };
        let stored = shared::of_stack(tx, stack.id).await?;
        let mut found = Problems::default();
        for var in &mut wanted {
            if !self.app.reveals() {
                var.never_compared();
            }
            let stored = stored.iter().find(|stored| stored.key == var.key);
            found.enter(var.key.clone(), |at| var.keep(stored, at));
        }
        for problem in place_of(&self.path(), SharedVar::FIELD, found) {
            problems.push(problem);
        }
        Ok(Some(decide(stored, wanted, ownership)))
    }
}

impl Members<'_> {
    /// Puts the variables that all instances inherit from the stack over those of the templates. Returns their keys, and all
    /// variables of the stack.
    pub(super) async fn inherit_shared(&mut self, tx: &Tx) -> Result<(BTreeSet<String>, Vec<SharedVar>)> {
        let vars = shared::of_stack(tx, self.stack.id).await?;
        let shared: Vec<EnvVar> = vars.iter().filter_map(SharedVar::injected).collect();
        if !shared.is_empty() {
            for entries in self.entries.values_mut().flatten() {
                let all = inherited(Inherited { template: &entries.env_vars, shared: &shared });
                let all = all.into_iter().cloned().collect();
                entries.env_vars = all;
            }
        }
        Ok((shared.into_iter().map(|var| var.key).collect(), vars))
    }
}
