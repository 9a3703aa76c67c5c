//! The use case `duplicateInstance`: copies an instance with its overrides within its stack.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{
        App, InstanceRef, Warned, find,
        instances::naming,
        warnings::{CopyOf, shared_by_copies},
    },
    db::{
        Command, Tx,
        entities::InstanceModel,
        queries::{
            copies::{self, Copied},
            instances::{self, NewInstance},
        },
    },
    error::{Code, Error, Problem, Problems, Result},
    fields::InstanceValues,
    ids::AnyId,
    name::{MAX_CONTAINER_NAME, Name, container_name},
};

/// The input of [`App::duplicate_instance`].
#[derive(Clone, Debug, Hash)]
pub struct DuplicateInstance {
    /// The source.
    pub instance: InstanceRef,
    /// The name of the copy. Without one, `{name}-copy`, `{name}-copy-2` … are tried.
    pub name: Option<String>,
    /// The expected revision of the source.
    pub expected_revision: Option<i64>,
}

/// The maximum number of generated names to try, if other transactions take them first.
pub(in crate::app) const ATTEMPTS: usize = 20;

impl App {
    /// Copies an instance with the values that clients set and all its overrides; all or nothing. Warns about what the
    /// copy shares with its source.
    pub async fn duplicate_instance(&self, input: DuplicateInstance) -> Result<Warned<InstanceModel>> {
        if input.name.is_some() {
            return self.write_name(&input).await;
        }
        for _ in 0..ATTEMPTS {
            match self.write(&input).await {
                Err(Error::InstanceTaken { .. }) => {}
                done => return done,
            }
        }
        let message = "Every proposed name was taken by another request first; give the copy a name.";
        Err(Error::refused(Problem::new(Code::NameTaken, &["input", "name"], message)))
    }
}

impl Command for DuplicateInstance {
    const PERMISSION: Permission = Permission::CHANGE;
    type Output = Warned<InstanceModel>;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<Warned<InstanceModel>> {
        let mut problems = Problems::default();
        // Locked for the whole copy, so that the source does not change between two statements.
        let found = problems.keep(find::instance(tx, &self.instance).await?);
        let given = match &self.name {
            Some(raw) => naming::instance_names(tx, found.as_ref().map(|(stack, _)| stack), raw, &mut problems).await?,
            None => None,
        };
        problems.finish()?;
        let Some((stack, source)) = found else { return Err(Error::Internal("an instance is missing".into())) };
        find::expect_revision(AnyId::Instance(source.id), source.revision, self.expected_revision)?;
        let (name, container_name) = match given {
            Some(names) => names,
            None => free_copy(tx, &stack.name, &source.instance_id).await?,
        };
        let new = NewInstance {
            stack: stack.id,
            template: source.template_service_id,
            name: name.clone(),
            container_name,
            values: InstanceValues::from(&source).copied(),
            override_count: source.override_count,
            secret_seed: Some(source.secret_seed()),
        };
        let instance = instances::insert(tx, new, now).await.map_err(naming::taken(&stack.name, &name))?;
        tx.log().copied(&instance, &source);
        copies::copy(tx, Copied::Instance { from: source.id, to: instance.id }).await?;
        let warnings = shared_by_copies(tx, &[source], CopyOf::Instance).await?;
        Ok(Warned { value: instance, warnings })
    }
}

async fn free_copy(tx: &Tx, stack: &str, source: &str) -> Result<(Name, String)> {
    let free = naming::free_name(tx, stack, source, "copy").await?;
    let free = free.map(|name| (name.clone(), container_name(stack, name.as_str())));
    free.ok_or_else(|| {
        let message = format!(
            "The stack's name leaves no room for the name of a copy: the container name has at most \
             {MAX_CONTAINER_NAME} characters."
        );
        Error::refused(Problem::new(Code::ContainerNameTooLong, &["input", "name"], message))
    })
}
