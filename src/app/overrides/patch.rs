//! The use case `patchInstanceOverrides`: applies a list of operations to the overrides of an instance, in order, all
//! or nothing.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{
        App, InstanceRef, find,
        overrides::{
            dependencies::{self, DependencyGraph},
            keep_secrets,
            locks::Locks,
            references,
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
    kinds::{Draft, Entry, GivenReferences, Key, Operation, OverrideKind, Reset, Slot},
};

/// The maximum number of operations in one request.
const MAX_OPERATIONS: usize = 1000;

/// The input of [`App::patch_instance_overrides`].
#[derive(Clone, Debug, Hash)]
pub struct PatchInstanceOverrides {
    /// The instance.
    pub instance: InstanceRef,
    /// The operations, in order.
    pub operations: Vec<Operation>,
    /// The expected revision.
    pub expected_revision: Option<i64>,
}

impl App {
    /// Applies all operations or none, and increments the revision once.
    pub async fn patch_instance_overrides(&self, mut input: PatchInstanceOverrides) -> Result<InstanceModel> {
        if !self.reveals() {
            // A given secret is always written, so that the revision does not tell the caller whether it equals the
            // stored one.
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
        let given = self.given_references();
        let hold = references::lock(&given, dependencies::lock(touches));
        let found = problems.keep(find::instance_in(tx, &self.instance, hold).await?);
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
        // The dependencies of the other instances do not change between operations.
        let ways = match &found {
            Some((stack, instance)) if self.operations.iter().any(sets_dependency) => {
                Some(DependencyGraph::load(tx, stack, instance.id).await?)
            }
            _ => None,
        };
        let locks = match &found {
            Some((stack, _)) if touches(OverrideKind::EnvVar) => Some(Locks::load(tx, stack.id).await?),
            _ => None,
        };
        for (index, operation) in self.operations.iter().enumerate() {
            let mut step = Problems::at(&[]);
            let mut operation = operation.clone();
            if let Some((stack, instance)) = &found {
                resolve(tx, stack, instance, ways.as_ref(), &mut operation, &mut step).await?;
                complete(tx, instance, &draft, &mut operation, &mut step).await?;
                if let Some(locks) = &locks {
                    locks.check_operation(&operation, &mut step);
                }
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
            Some(change) => {
                references::expect(tx, &instance, &["input", "operations"], &given).await?;
                Ok(instances::update(tx, &instance, change, now).await?)
            }
            None => Ok(instance),
        }
    }
}

impl PatchInstanceOverrides {
    /// The texts with references that the operations set.
    fn given_references(&self) -> Vec<GivenReferences> {
        let mut found = Vec::new();
        for (index, operation) in self.operations.iter().enumerate().take(MAX_OPERATIONS) {
            found.extend(operation.given_references().into_iter().map(|mut given| {
                given.path.insert(0, index.to_string());
                given
            }));
        }
        found
    }
}

fn sets_dependency(operation: &Operation) -> bool {
    matches!(operation, Operation::Set(Entry::Dependency(_)))
}

/// Resolves the instance that an operation refers to, if any, and checks that a new dependency makes no cycle.
async fn resolve(
    tx: &Tx,
    stack: &StackModel,
    instance: &InstanceModel,
    ways: Option<&DependencyGraph>,
    operation: &mut Operation,
    at: &mut Problems,
) -> Result<()> {
    let (path, wanted): (&[&str], _) = match operation {
        Operation::Set(Entry::Dependency(dependency)) => {
            (&["set", "dependency", "instance"], &mut dependency.depends_on)
        }
        Operation::Reset(Reset::Entry(Key::Dependency(wanted))) => {
            // A dependency on an instance that was trashed since can still be reset by its id.
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

/// Fills in the stored value of a variable that an operation sets without a value. Earlier operations are taken into
/// account.
async fn complete(
    tx: &Tx,
    instance: &InstanceModel,
    draft: &Draft,
    operation: &mut Operation,
    at: &mut Problems,
) -> Result<()> {
    let (Operation::Set(Entry::EnvVar(wanted)), Some(drafted)) = (operation, &draft.env_vars) else { return Ok(()) };
    let stored = match drafted.find(&wanted.key) {
        // An earlier operation has set the variable.
        Some(Slot::Given(entry, _)) => keep_secrets::Stored::given(entry),
        Some(Slot::Stored(_)) => keep_secrets::Stored::of_instance(tx, instance, [&*wanted]).await?,
        // The instance does not set the variable, or an earlier operation has removed it.
        None => {
            let from = (instance.stack_id, instance.template_service_id);
            keep_secrets::Stored::inherited(tx, from, [&*wanted]).await?
        }
    };
    at.enter("set", |at| at.enter("envVar", |at| stored.complete(wanted, at)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::app::overrides::patch::*;

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
