//! The use case `renameStack`: renames a stack and the containers of its instances.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{
        App, StackRef, Warned, find,
        stacks::container_names::{self, Naming},
        warnings,
    },
    db::{
        Command, Tx,
        entities::StackModel,
        queries::{
            stack_instances,
            stacks::{self, RowLock, StackChange},
        },
    },
    error::{Error, Problems, Result},
    ids::AnyId,
    name::project_name,
};

/// The input of [`App::rename_stack`].
#[derive(Clone, Debug, Hash)]
pub struct RenameStack {
    /// The stack.
    pub stack: StackRef,
    /// The new name.
    pub name: String,
    /// The expected revision.
    pub expected_revision: Option<i64>,
}

impl App {
    /// Renames a stack and derives the container names of its live instances again. All ids stay the same. Does nothing
    /// if the name is the same. Warns about what runs under the former name.
    pub async fn rename_stack(&self, input: RenameStack) -> Result<Warned<StackModel>> {
        self.write_stack_name(&input, Naming::Rename).await
    }
}

impl Command for RenameStack {
    const PERMISSION: Permission = Permission::CHANGE;
    type Output = Warned<StackModel>;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<Warned<StackModel>> {
        let mut problems = Problems::default();
        // The exclusive lock also keeps out writers of the stack's instances, so none is added or removed between two
        // statements.
        let found = problems.keep(find::stack(tx, &self.stack, RowLock::Exclusive).await?);
        let name = container_names::name(tx, found.as_ref(), Naming::Rename, &self.name, &mut problems).await?;
        problems.finish()?;
        let (Some(stack), Some(name)) = (found, name) else {
            return Err(Error::Internal("a part of a renamed stack is missing".into()));
        };
        find::expect_revision(AnyId::Stack(stack.id), stack.revision, self.expected_revision)?;
        if stack.name == name.as_str() {
            return Ok(Warned::none(stack));
        }
        let taken = container_names::taken(stack.id, &name);
        let change = StackChange { name: Some(name.clone()), ..StackChange::default() };
        let renamed = stacks::update(tx, &stack, change, now).await.map_err(&taken)?;
        stack_instances::rename(tx, &stack, name.as_str(), now).await.map_err(taken)?;
        Ok(Warned { value: renamed, warnings: vec![warnings::still_running(&project_name(&stack.name))] })
    }
}
