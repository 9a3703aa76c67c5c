//! The use case `setSharedVars`: replaces the variables that the instances of a stack share.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{App, StackRef, find, overrides::references},
    db::{
        Command, Tx,
        entities::StackModel,
        entries::{
            self,
            shared::{self, Asked},
        },
        queries::stacks::{self, RowLock, StackChange},
    },
    error::{Code, Error, Problems, Result},
    ids::AnyId,
    kinds::{OfStack, SharedVar, check_all},
};

/// The input of [`App::set_shared_vars`].
#[derive(Clone, Debug, Hash)]
pub struct SetSharedVars {
    /// The stack.
    pub stack: StackRef,
    /// All its variables.
    pub vars: Vec<SharedVar>,
    /// The expected revision.
    pub expected_revision: Option<i64>,
}

impl App {
    /// Replaces the variables of a stack and increments its revision once. Does nothing if all are the same.
    pub async fn set_shared_vars(&self, mut input: SetSharedVars) -> Result<StackModel> {
        if !self.reveals() {
            // A given secret is always written, so that the revision does not tell the caller whether it equals the
            // stored one.
            input.vars.iter_mut().for_each(SharedVar::never_compared);
        }
        self.write(&input).await
    }
}

impl Command for SetSharedVars {
    const PERMISSION: Permission = Permission::CHANGE;
    type Output = StackModel;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<StackModel> {
        let mut wanted = self.vars.clone();
        let mut at = Problems::at(&["input", "vars"]);
        check_all(&mut wanted, &mut at);
        let mut problems = Problems::default();
        // The exclusive lock keeps out writers of the instances, so none of them overrides what is locked here.
        let found = problems.keep(find::stack(tx, &self.stack, RowLock::Exclusive).await?);
        if let Some(stack) = &found {
            let keys = wanted.iter().filter(|var| var.needs_stored()).map(|var| var.key.clone()).collect::<Vec<_>>();
            let stored = entries::under::<OfStack, SharedVar>(tx, stack.id, &keys).await?;
            for (index, var) in wanted.iter_mut().enumerate() {
                let stored = stored.iter().find(|stored| stored.key == var.key);
                at.enter(index.to_string(), |at| var.keep(stored, at));
            }
        }
        problems.append(at);
        problems.finish()?;
        let Some(stack) = found else { return Err(Error::Internal("a stack is missing".into())) };
        find::expect_revision(AnyId::Stack(stack.id), stack.revision, self.expected_revision)?;
        let given = wanted.clone();
        let places: BTreeMap<String, usize> = (0..).zip(&wanted).map(|(index, var)| (var.key.clone(), index)).collect();
        if !shared::replace_vars(tx, stack.id, wanted, now).await? {
            return Ok(stack);
        }
        refuse_held(tx, &stack, &places).await?;
        references::expect_shared(tx, stack.id, &given).await?;
        Ok(stacks::update(tx, &stack, StackChange::default(), now).await?)
    }
}

/// Refuses to lock variables about which live instances say something.
async fn refuse_held(tx: &Tx, stack: &StackModel, places: &BTreeMap<String, usize>) -> Result<()> {
    let mut holders: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for against in shared::against_locks(tx, Asked::Of(&[stack.id])).await? {
        let names = holders.entry(against.key).or_default();
        let name = format!("`{}`", against.name);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut at = Problems::at(&["input", "vars"]);
    for (key, names) in holders {
        let place = places.get(&key).copied().unwrap_or_default();
        let message = format!(
            "`{key}` cannot be locked, because these instances override or remove it: {}. Reset it there with \
             patchInstanceOverrides first, or leave it unlocked.",
            names.join(", ")
        );
        at.enter(place.to_string(), |at| at.enter("locked", |at| at.note(Code::Locked, message, None)));
    }
    at.finish()
}
