//! The use case `restoreVersion`: brings an instance or a stack back to what it was.
//!
//! Called by the resolvers. It goes forward: the past stays in the history, and the restoration is a change.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    access::change::ChangeAction,
    app::{
        App, InstanceRef, StackRef, Warned, Warning, find,
        history::{
            apply::{self, Wanted},
            outcome::Undone,
            point::{self, PointRef},
            version,
        },
        overrides::dependencies,
        stacks::container_names::{self, Naming},
        warnings,
    },
    db::{
        Command, Tx,
        entities::StackModel,
        entries::{Source, shared},
        queries::{
            stack_instances,
            stacks::{self, RowLock, StackChange},
        },
    },
    error::{Error, Problems, Result},
    fields::{InstanceValues, StackValues},
    ids::AnyId,
    kinds::{OfStack, SharedVar},
};

/// What is restored.
#[derive(Clone, Debug, Hash)]
pub enum Restored {
    /// An instance.
    Instance(InstanceRef),
    /// A stack with its instances.
    Stack(StackRef),
}

/// The input of [`App::restore_version`].
#[derive(Clone, Debug, Hash)]
pub struct RestoreVersion {
    /// What is restored.
    pub of: Restored,
    /// The point.
    pub at: PointRef,
    /// The expected revision.
    pub expected_revision: Option<i64>,
}

impl App {
    /// Brings an instance or a stack back to what it was at a point, all or nothing. What an instance took from its
    /// template and that is another one now becomes an override, so that the instance runs as it did; warnings name it.
    pub async fn restore_version(&self, input: RestoreVersion) -> Result<Warned<Undone>> {
        self.write_stack_name(&input, Naming::Rename).await
    }
}

impl Command for RestoreVersion {
    const PERMISSION: Permission = Permission::CHANGE;
    type Output = Warned<Undone>;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<Warned<Undone>> {
        tx.log().act_as(ChangeAction::RestoreVersion);
        match &self.of {
            Restored::Instance(wanted) => self.instance(tx, wanted, now).await,
            Restored::Stack(wanted) => self.stack(tx, wanted, now).await,
        }
    }
}

impl RestoreVersion {
    async fn instance(&self, tx: &Tx, wanted: &InstanceRef, now: DateTime<Utc>) -> Result<Warned<Undone>> {
        let found = find::instance_in(tx, wanted, dependencies::lock(|_| true)).await?;
        let (stack, instance) = found.map_err(Error::refused)?;
        apply::expect(&instance, self.expected_revision)?;
        point::expect_logged(tx, now, &self.at, instance.created_at).await?;
        let point = point::resolve(tx, now, stack.id, &self.at).await?;
        let (mut past, _) = version::past_instances(tx, &stack, vec![instance.clone()], point).await?;
        let past = past.pop().ok_or_else(|| apply::not_there("instance"))?;
        let (mut overrides, pinned) = apply::overrides_of(tx, &past).await?;
        apply::name_as_now(tx, &stack, point, &mut overrides).await?;
        let wanted =
            Wanted { name: Some(past.row.instance_id.clone()), values: InstanceValues::from(&*past.row), overrides };
        let restored = apply::write_followed(tx, (&stack, &instance), wanted, now).await?;
        let warnings = warnings::pinned(&restored.instance_id, &pinned).into_iter().collect();
        Ok(Warned { value: Undone(AnyId::Instance(instance.id)), warnings })
    }

    async fn stack(&self, tx: &Tx, wanted: &StackRef, now: DateTime<Utc>) -> Result<Warned<Undone>> {
        let stack = find::stack(tx, wanted, RowLock::Exclusive).await?.map_err(Error::refused)?;
        find::expect_revision(AnyId::Stack(stack.id), stack.revision, self.expected_revision)?;
        point::expect_logged(tx, now, &self.at, stack.created_at).await?;
        let point = point::resolve(tx, now, stack.id, &self.at).await?;
        let past = version::past_stack(tx, &stack, point).await?.ok_or_else(|| apply::not_there("stack"))?;
        let mut warned: Vec<Warning> = Vec::new();
        // Instances that came later go first, because they may have the names of those that come back.
        for instance in apply::members(tx, &stack).await?.into_values() {
            let was_there = past.instances.iter().any(|it| it.row.id == instance.id);
            if instance.deleted_at.is_none() && !was_there {
                apply::trash(tx, &instance, now).await?;
            }
        }
        // Before the instances, whose overrides depend on them.
        let mut vars = past.shared_vars.clone().map(|vars| (*vars).clone())?;
        <SharedVar as Source<OfStack>>::open(tx, stack.id, &mut vars)?;
        let others = shared::replace_vars(tx, stack.id, vars, now).await?;
        let restored = self.fields(tx, (&stack, &past.row), others, now).await?;
        tx.log().noted(&restored, ChangeAction::RestoreVersion);
        let members = apply::members(tx, &restored).await?;
        for instance in &past.instances {
            let Some(row) = members.get(&instance.row.id) else { continue };
            if row.deleted_at.is_some() {
                apply::untrash(tx, (&restored, row), &instance.row.instance_id, now).await?;
            }
        }
        // Dependencies are restored when all instances are there.
        let members = apply::members(tx, &restored).await?;
        for instance in &past.instances {
            let Some(row) = members.get(&instance.row.id) else { continue };
            let (overrides, pinned) = apply::overrides_of(tx, instance).await?;
            let wanted = Wanted {
                name: Some(instance.row.instance_id.clone()),
                values: InstanceValues::from(&*instance.row),
                overrides,
            };
            let written = apply::write(tx, (&restored, row), wanted, now).await?;
            warned.extend(warnings::pinned(&written.instance_id, &pinned));
        }
        Ok(Warned { value: Undone(AnyId::Stack(stack.id)), warnings: warned })
    }

    /// Restores the fields of a stack. `others` is whether something else of it was written.
    async fn fields(
        &self,
        tx: &Tx,
        (stack, past): (&StackModel, &StackModel),
        others: bool,
        now: DateTime<Utc>,
    ) -> Result<StackModel> {
        let mut problems = Problems::default();
        let name = match past.name == stack.name {
            true => None,
            false => container_names::name(tx, Some(stack), Naming::Rename, &past.name, &mut problems).await?,
        };
        problems.finish()?;
        let values = Some(StackValues::from(past)).filter(|values| *values != StackValues::from(stack));
        if name.is_none() && values.is_none() && !others {
            return Ok(stack.clone());
        }
        let change = StackChange { name: name.clone(), values, ..StackChange::default() };
        match name {
            None => Ok(stacks::update(tx, stack, change, now).await?),
            Some(name) => {
                let taken = container_names::taken(stack.id, &name);
                let updated = stacks::update(tx, stack, change, now).await.map_err(&taken)?;
                stack_instances::rename(tx, stack, name.as_str(), now).await.map_err(taken)?;
                Ok(updated)
            }
        }
    }
}
