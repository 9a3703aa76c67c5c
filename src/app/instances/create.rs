//! The use case `createInstance`.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{
        App, StackRef, TemplateRef, find,
        instances::naming,
        overrides::{dependencies, keep_secrets, locks::Locks, references},
        text,
    },
    db::{
        Command, Tx,
        entities::InstanceModel,
        entries,
        queries::{
            instances::{self, NewInstance, SingleStatementCreate},
            templates::TemplateLock,
        },
    },
    error::{Error, Problems, Result},
    fields::InstanceValues,
    kinds::{Collections, OfInstance, OverrideKind},
    name::{Name, NameOf},
};

/// The input of [`App::create_instance`].
#[derive(Clone, Debug, Hash)]
pub struct CreateInstance {
    /// The stack.
    pub stack: StackRef,
    /// The template.
    pub template: TemplateRef,
    /// The name.
    pub name: String,
    /// The values that clients set.
    pub values: InstanceValues,
    /// The overrides.
    pub overrides: Collections,
}

impl App {
    /// Creates an enabled instance with its overrides, or nothing.
    pub async fn create_instance(&self, input: CreateInstance) -> Result<InstanceModel> {
        if let Some(created) = self.create_single_statement(&input).await? {
            return Ok(created);
        }
        self.write_name(&input).await
    }

    /// Creates an instance without overrides in one statement, which is the most frequent case. Returns `None` if
    /// anything prevents that; the transaction that follows finds out what.
    async fn create_single_statement(&self, input: &CreateInstance) -> Result<Option<InstanceModel>> {
        let (StackRef::Name(stack), TemplateRef::Name(template)) = (&input.stack, &input.template) else {
            return Ok(None);
        };
        let Ok(name) = Name::parse(NameOf::Instance, &input.name) else { return Ok(None) };
        let Ok(container_name) = naming::container(stack, name.as_str()) else { return Ok(None) };
        let are_storable = [stack, template].into_iter().all(|name| find::storable(name));
        let has_no_overrides = !OverrideKind::ALL.iter().any(|kind| input.overrides.touches(*kind));
        let are_valid = input.values.texts().into_iter().all(|text| text::free_text(text).is_ok());
        if !are_storable || !has_no_overrides || !are_valid {
            return Ok(None);
        }
        let new = SingleStatementCreate {
            stack,
            template,
            name: &name,
            container_name: &container_name,
            values: &input.values,
        };
        self.write_single_statement::<CreateInstance>(&new).await
    }
}

impl Command for CreateInstance {
    const PERMISSION: Permission = Permission::CHANGE;
    type Output = InstanceModel;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<InstanceModel> {
        let mut overrides = self.overrides.clone();
        let mut overrides_at = Problems::at(&["input", "overrides"]);
        overrides.check(&mut overrides_at);
        let mut problems = Problems::default();
        let given = overrides.given_references();
        let hold = references::lock(&given, dependencies::lock(|kind| overrides.touches(kind)));
        let stack = problems.keep(find::stack(tx, &self.stack, hold).await?);
        let template = problems.keep(find::template(tx, &self.template, TemplateLock::KeyShare).await?);
        let names = naming::instance_names(tx, stack.as_ref(), &self.name, &mut problems).await?;
        text::check(self.values.texts(), &mut problems);
        // No cycle can lead to an instance that does not exist yet.
        if let (Some(stack), Some(wanted)) = (&stack, &mut overrides.dependencies) {
            dependencies::resolve_all(tx, stack, None, wanted, &mut overrides_at).await?;
        }
        if let (Some(stack), Some(template), Some(wanted)) = (&stack, &template, &mut overrides.env_vars) {
            let inherited = keep_secrets::Stored::inherited(tx, (stack.id, template.id), wanted.iter()).await?;
            inherited.complete_all(wanted, &mut overrides_at);
            Locks::load(tx, stack.id).await?.check_all(wanted, &mut overrides_at);
        }
        problems.append(overrides_at);
        problems.finish()?;
        let (Some(stack), Some(template), Some((name, container_name))) = (stack, template, names) else {
            return Err(Error::Internal("a part of a checked instance is missing".into()));
        };
        let new = NewInstance {
            stack: stack.id,
            template: template.id,
            name: name.clone(),
            container_name,
            values: self.values.clone(),
            override_count: entries::number(overrides.count()),
            secret_seed: None,
        };
        let created = instances::insert(tx, new, now).await.map_err(naming::taken(&stack.name, &name))?;
        entries::insert_all::<OfInstance>(tx, created.id, overrides, now).await?;
        references::expect(tx, &created, &["input", "overrides"], &given).await?;
        Ok(created)
    }
}
