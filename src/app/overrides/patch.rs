//! Changing overrides step by step: set, remove, replace and reset, in order, all or nothing.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{
        App, InstanceRef, find,
        overrides::{
            dependencies::{self, Ways},
            keep_secrets,
        },
    },
    db::{
        Command, Tx,
        entities::{InstanceModel, StackModel},
        entries,
        queries::instances,
    },
    error::{Code, Error, Problems, Result},
    ids::AnyId,
    kinds::{Draft, Entry, Key, Operation, Reset, Slot},
};

/// Most steps of one change.
const MAX_OPERATIONS: usize = 1000;

/// The steps to take.
#[derive(Clone, Debug, Hash)]
pub struct PatchInstanceOverrides {
    /// Which instance.
    pub instance: InstanceRef,
    /// The steps, in order.
    pub operations: Vec<Operation>,
    /// The revision that the change was made from.
    pub expected_revision: Option<i64>,
}

impl App {
    /// Takes all the steps, or none of them, in one step of the revision.
    pub async fn patch_instance_overrides(&self, mut input: PatchInstanceOverrides) -> Result<InstanceModel> {
        if !self.reveals() {
            // A secret that is given is written, also when it is the one that is stored.
            for operation in &mut input.operations {
                if let Operation::Set(Entry::EnvVar(given)) = operation {
                    given.never_compared();
                }
            }
        }
        self.write(&input).await
    }
}

impl Command for PatchInstanceOverrides {
    const PERMISSION: Permission = Permission::CHANGE;
    type Output = InstanceModel;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<InstanceModel> {
        let touches = |kind| self.operations.iter().any(|operation| operation.touches(kind));
        let mut problems = Problems::default();
        let found = problems.keep(find::instance_in(tx, &self.instance, dependencies::hold(touches)).await?);
        let mut at = Problems::at(&["input", "operations"]);
        if self.operations.len() > MAX_OPERATIONS {
            let message =
                format!("{} steps are too many; at most {MAX_OPERATIONS} are allowed.", self.operations.len());
            at.note(Code::LimitExceeded, message, None);
            problems.append(at);
            problems.finish()?;
            return Err(Error::Internal("too many steps were let through".into()));
        }
        let mut draft = match &found {
            Some((_, instance)) => entries::load_draft(tx, instance.id, touches).await?,
            None => Draft::default(),
        };
        // Where the dependencies of the others lead does not change from step to step.
        let ways = match &found {
            Some((stack, instance)) if self.operations.iter().any(sets_dependency) => {
                Some(Ways::load(tx, stack, instance.id).await?)
            }
            _ => None,
        };
        for (index, operation) in self.operations.iter().enumerate() {
            let mut step = Problems::at(&[]);
            let mut operation = operation.clone();
            if let Some((stack, instance)) = &found {
                resolve(tx, stack, instance, &ways, &mut operation, &mut step).await?;
                complete(tx, instance, &draft, &mut operation, &mut step).await?;
            }
            if step.is_empty() {
                let before = draft.sizes();
                draft.apply(operation, &mut step);
                draft.check_growth(&before, &mut step);
            }
            at.enter(index.to_string(), |at| at.adopt(step));
        }
        problems.append(at);
        problems.finish()?;
        let Some((_, instance)) = found else { return Err(Error::Internal("an instance is missing".into())) };
        find::expect_revision(AnyId::Instance(instance.id), instance.revision, self.expected_revision)?;
        match entries::Changes::find(tx, instance.id, draft).await?.write(tx, now).await? {
            Some(change) => Ok(instances::update(tx, instance.id, change, now).await?),
            None => Ok(instance),
        }
    }
}

fn sets_dependency(operation: &Operation) -> bool {
    matches!(operation, Operation::Set(Entry::Dependency(_)))
}

/// Finds the instance that a step names, if it names one, and looks where a new dependency leads.
async fn resolve(
    tx: &Tx,
    stack: &StackModel,
    instance: &InstanceModel,
    ways: &Option<Ways>,
    operation: &mut Operation,
    at: &mut Problems,
) -> Result<()> {
    let (path, wanted): (&[&str], _) = match operation {
        Operation::Set(Entry::Dependency(dependency)) => {
            (&["set", "dependency", "instance"], &mut dependency.depends_on)
        }
        Operation::Reset(Reset::Entry(Key::Dependency(wanted))) => {
            // What has gone into the trash meanwhile can still be reset, by its id.
            if wanted.known().is_some() {
                return Ok(());
            }
            (&["reset", "entry", "dependency"], wanted)
        }
        _ => return Ok(()),
    };
    let mut found = Problems::at(path);
    dependencies::resolve(tx, stack, Some(instance.id), wanted, &mut found).await?;
    if let (true, Some(ways), Operation::Set(Entry::Dependency(dependency))) = (found.is_empty(), ways, &*operation) {
        ways.check(tx, dependency, &mut found).await?;
    }
    at.adopt(found);
    Ok(())
}

/// Completes a step that sets a variable without a value from what is there by then.
async fn complete(
    tx: &Tx,
    instance: &InstanceModel,
    draft: &Draft,
    operation: &mut Operation,
    at: &mut Problems,
) -> Result<()> {
    let (Operation::Set(Entry::EnvVar(wanted)), Some(drafted)) = (operation, &draft.env_vars) else { return Ok(()) };
    let there = match drafted.find(&wanted.key) {
        // An earlier step has set it.
        Some(Slot::Given(entry, _)) => keep_secrets::Stored::given(entry),
        Some(Slot::Stored(_)) => keep_secrets::Stored::of_instance(tx, instance, [&*wanted]).await?,
        // An earlier step may have taken it away.
        None => keep_secrets::Stored::inherited(tx, instance.template_service_id, [&*wanted]).await?,
    };
    at.enter("set", |at| at.enter("envVar", |at| there.complete(wanted, at)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::app::overrides::patch::*;
    use crate::kinds::OverrideKind;

    #[test]
    fn steps_know_which_kinds_they_touch() {
        let all = Operation::Reset(Reset::All(true));
        assert!(OverrideKind::ALL.iter().all(|kind| all.touches(*kind)));
        let labels = Operation::Replace(OverrideKind::Label);
        assert!(labels.touches(OverrideKind::Label) && !labels.touches(OverrideKind::Port));
        let remove = Operation::Remove(Key::EnvVar("A".into()));
        assert!(remove.touches(OverrideKind::EnvVar) && !remove.touches(OverrideKind::Label));
    }
}
