//! Lists the trash, and finds the obstacles to restoring an object under its own name.
//!
//! Called by the resolvers and the loaders. It must not promise that a restore succeeds; the database decides that at
//! the time of the restore.

use std::collections::HashMap;

use crate::{
    access::Scope,
    app::{
        App,
        instances::{naming, restore::stack_in_the_trash},
        overrides::locks,
        stacks::container_names::{self, clash},
    },
    db::{
        entities::{InstanceModel, StackModel},
        entries::shared::{Asked, against_locks},
        queries::{
            page::{Page, Slice},
            stack_instances::{self, StackMembers},
            trash::{self, ByDeletion, InstanceOutlook},
        },
    },
    error::{Problem, Result},
    ids::{InstanceId, StackId},
};

impl App {
    /// A page of trashed stacks, latest first.
    pub async fn trashed_stacks(&self, slice: &Slice<ByDeletion>) -> Result<Page<StackModel>> {
        Ok(trash::stacks(&self.reader(), slice).await?)
    }

    /// The number of trashed stacks.
    pub async fn count_trashed_stacks(&self) -> Result<u64> {
        Ok(trash::count_stacks(&self.reader()).await?)
    }

    /// A page of the instances that were trashed on their own, latest first.
    pub async fn trashed_instances(&self, slice: &Slice<ByDeletion>) -> Result<Page<InstanceModel>> {
        Ok(trash::instances(&self.reader(), slice).await?)
    }

    /// The number of instances that were trashed on their own.
    pub async fn count_trashed_instances(&self) -> Result<u64> {
        Ok(trash::count_instances(&self.reader()).await?)
    }

    /// The number of instances that a restore of each stack would restore too. Stacks without any are missing.
    pub async fn count_trashed_members(&self, stacks: &[StackId]) -> Result<HashMap<StackId, i64>> {
        Ok(trash::count_members(&self.reader(), stacks).await?)
    }

    /// The obstacles to restoring stacks. Stacks without an obstacle may be missing.
    pub async fn stack_obstacles(&self, stacks: &[StackId]) -> Result<HashMap<StackId, Vec<Problem>>> {
        let (db, scope) = (&self.reader(), &self.access().scope);
        let mut found: HashMap<StackId, Vec<Problem>> = HashMap::new();
        for stack in trash::stack_outlook(db, stacks).await? {
            let of_stack = found.entry(stack.id).or_default();
            of_stack.extend(stack.holder.map(|holder| container_names::name_taken(&stack.name, Some(holder), scope)));
            of_stack.extend(container_names::too_long(&stack.name, stack.longest.as_deref()));
        }
        for met in stack_instances::clashes(db, stacks, StackMembers::TrashedWithStack, None, true).await? {
            found.entry(met.stack).or_default().push(clash(&met, scope));
        }
        Ok(found)
    }

    /// The obstacles to restoring instances. Instances without an obstacle may be missing.
    pub async fn instance_obstacles(&self, instances: &[InstanceId]) -> Result<HashMap<InstanceId, Vec<Problem>>> {
        let outlook = trash::instance_outlook(&self.reader(), instances).await?;
        let mut found: HashMap<InstanceId, Vec<Problem>> = outlook
            .into_iter()
            .map(|instance| (instance.id, obstacle(instance, &self.access().scope).into_iter().collect()))
            .collect();
        for against in against_locks(&self.reader(), Asked::These(instances)).await? {
            if let Some(problems) = found.get_mut(&against.instance_id) {
                problems.push(locks::problem(&against));
            }
        }
        Ok(found)
    }
}

/// The first obstacle to restoring an instance.
fn obstacle(instance: InstanceOutlook, scope: &Scope) -> Option<Problem> {
    if instance.stack_deleted_at.is_some() {
        return Some(stack_in_the_trash(&instance.stack));
    }
    if let Some(holder) = instance.holder {
        return Some(naming::name_taken(&instance.stack, &instance.name, Some(holder)));
    }
    let container = match naming::container(&instance.stack, &instance.name) {
        Ok(container) => container,
        Err(problem) => return Some(problem),
    };
    if instance.container_holder_stack_id.is_some_and(|stack| !scope.sees(stack)) {
        return Some(naming::container_taken_elsewhere(&container));
    }
    let (holder, name) = instance.container_holder.zip(instance.container_holder_name)?;
    Some(naming::container_taken(&container, holder, &name, &instance.container_holder_stack.unwrap_or_default()))
}
