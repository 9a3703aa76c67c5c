//! Variables that a stack locks: no instance of it overrides or removes them.
//!
//! Called by the use cases that write overrides, which know the path of what is refused, and for every other change before
//! it commits. It must not write.

use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, Utc};

use crate::{
    access::{
        Permission,
        change::{ChangeAction, Subject},
    },
    app::find::shown,
    db::{
        Command, Tx,
        change_log::Touched,
        entries::shared::{self, AgainstLock, Asked},
    },
    error::{Code, Error, Problem, Problems, Result},
    ids::StackId,
    kinds::{Entry, EnvVar, Key, Kind, Operation, OverrideKind},
};

/// The most problems that are told of a change.
const MOST: usize = 100;

/// The keys of the variables that a stack locks.
pub(in crate::app) struct Locks(HashSet<String>);

impl Locks {
    /// Loads the locks of a stack.
    pub(in crate::app) async fn load(tx: &Tx, stack: StackId) -> Result<Self> {
        let keys = shared::injected_keys(tx, stack).await?.into_iter();
        Ok(Self(keys.filter_map(|(key, locked)| locked.then_some(key)).collect()))
    }

    /// Notes a key that is locked.
    fn check(&self, key: &str, at: &mut Problems) {
        if self.0.contains(key) {
            at.note(Code::Locked, locked(key), None);
        }
    }

    /// Notes the locked variables of a collection.
    pub(in crate::app) fn check_all(&self, wanted: &[EnvVar], at: &mut Problems) {
        at.enter(EnvVar::FIELD, |at| {
            for (index, variable) in wanted.iter().enumerate() {
                at.enter(index.to_string(), |at| at.enter("key", |at| self.check(&variable.key, at)));
            }
        });
    }

    /// Notes an operation on a locked variable.
    pub(in crate::app) fn check_operation(&self, operation: &Operation, at: &mut Problems) {
        match operation {
            Operation::Set(Entry::EnvVar(variable)) => at.enter("set", |at| {
                at.enter("envVar", |at| at.enter("key", |at| self.check(&variable.key, at)));
            }),
            Operation::Remove(Key::EnvVar(key)) => {
                at.enter("remove", |at| at.enter("envVar", |at| self.check(key, at)));
            }
            Operation::Replace(OverrideKind::EnvVar) if !self.0.is_empty() => at.enter("replace", |at| {
                let mut keys: Vec<&str> = self.0.iter().map(String::as_str).collect();
                keys.sort_unstable();
                at.note(Code::Locked, replaced(&keys.join("`, `")), None);
            }),
            _ => {}
        }
    }
}

fn locked(key: &str) -> String {
    format!(
        "The stack locks `{}`, so its instances can neither override nor remove it: change it with setSharedVars, or \
         unlock it there first.",
        shown(key)
    )
}

fn replaced(keys: &str) -> String {
    format!(
        "The stack locks `{keys}`, so its instances cannot ignore all variables that they inherit: remove others one by \
         one, or unlock it with setSharedVars first."
    )
}

/// A command after which no live instance overrides or removes what its stack locks.
pub(in crate::app) struct Guarded<'w, W>(pub(in crate::app) &'w W);

impl<W: Command> Command for Guarded<'_, W> {
    const PERMISSION: Permission = W::PERMISSION;
    type Output = W::Output;

    fn is_dry_run(&self) -> bool {
        self.0.is_dry_run()
    }

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<W::Output> {
        let output = self.0.run(tx, now).await?;
        check(tx).await?;
        Ok(output)
    }
}

/// The stack of something that may have come into conflict with a lock.
fn stack_of(touched: &Touched) -> Option<StackId> {
    let brings_back = matches!(
        touched.action,
        ChangeAction::Restore
            | ChangeAction::Import
            | ChangeAction::Apply
            | ChangeAction::Revert
            | ChangeAction::RestoreVersion
    );
    if !brings_back && !touched.kinds.contains(&OverrideKind::EnvVar) {
        return None;
    }
    match touched.subject {
        Subject::Stack(id) => Some(id),
        _ => touched.stack,
    }
}

async fn check(tx: &Tx) -> Result<()> {
    let stacks: BTreeSet<StackId> = tx.log().all_touched().iter().filter_map(stack_of).collect();
    let stacks: Vec<StackId> = stacks.into_iter().collect();
    let against = shared::against_locks(tx, Asked::Of(&stacks)).await?;
    if against.is_empty() {
        return Ok(());
    }
    Err(Error::Refused(against.iter().take(MOST).map(problem).collect()))
}

/// The problem of an instance that would be against a lock.
pub(in crate::app) fn problem(against: &AgainstLock) -> Problem {
    let message = format!("The instance `{}` would be against it. {}", shown(&against.name), locked(&against.key));
    Problem::new(Code::Locked, &["input"], message)
}
