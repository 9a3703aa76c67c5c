//! Writes the instances of an import, with the overrides in which they differ from their templates.
//!
//! Called by the import in its transaction, which locks the stack exclusively. It must not change templates.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::{
    app::{
        compose::import::{OnConflict, Outcome, Stop, collections, refuse_cycles, templates::Templates},
        instances::naming,
    },
    compose::{Entries, Imported},
    db::{
        Tx,
        entities::{InstanceModel, StackModel},
        entries,
        queries::{
            instances::{self, InstanceChange, NewInstance},
            stack_instances,
        },
    },
    error::{Code, Detail, Problem, Problems, Result},
    fields::InstanceValues,
    ids::{AnyId, InstanceId, TemplateId},
    kinds::{Dependency, InstanceOverrides},
    name::{Name, NameOf},
    reference::InstanceRef,
};

/// The inputs for writing the instances.
pub(super) struct InstanceImport<'a> {
    pub(super) stack: &'a StackModel,
    pub(super) templates: &'a Templates,
    pub(super) on_conflict: OnConflict,
    pub(super) stop: &'a Stop,
}

/// The row of a service's instance. `is_new` if the import has created it.
struct Row {
    instance: InstanceModel,
    is_new: bool,
}

impl InstanceImport<'_> {
    /// Writes the instances, or notes problems.
    pub(super) async fn write(
        &self,
        tx: &Tx,
        services: &[Imported],
        now: DateTime<Utc>,
        problems: &mut Problems,
    ) -> Result<Vec<(String, Outcome, InstanceId)>> {
        // Some templates could not be written.
        if self.templates.written.len() != services.len() {
            return Ok(Vec::new());
        }
        let existing = stack_instances::live(tx, self.stack.id).await?;
        let mut existing: HashMap<String, InstanceModel> =
            existing.into_iter().map(|row| (row.instance_id.clone(), row)).collect();
        let mut rows = Vec::with_capacity(services.len());
        for (service, template) in services.iter().zip(&self.templates.written) {
            self.stop.check()?;
            let row = match existing.remove(&service.instance) {
                Some(instance) => Row { instance, is_new: false },
                None => match self.insert(tx, service, template.row.id, now).await? {
                    Ok(instance) => Row { instance, is_new: true },
                    Err(problem) => {
                        problems.push(problem);
                        return Ok(Vec::new());
                    }
                },
            };
            rows.push(row);
        }
        let ids: HashMap<&str, InstanceId> =
            services.iter().zip(&rows).map(|(service, row)| (service.instance.as_str(), row.instance.id)).collect();
        let (mut written, mut uncounted) = (Vec::with_capacity(services.len()), Vec::new());
        let templates = services.iter().zip(&self.templates.written);
        for ((service, template), row) in templates.zip(rows) {
            self.stop.check()?;
            let mut wanted = collections::of_file(service.with_overrides.as_ref().unwrap_or(&service.entries));
            // A secret whose value is not in the file takes the value of the template.
            collections::complete(&mut wanted.env_vars, &template.entries.env_vars);
            resolve(&mut wanted, &ids);
            let overrides = collections::overrides(&template.entries, &wanted);
            let (name, id) = (service.instance.clone(), row.instance.id);
            let outcome = if row.is_new {
                if collections::has_overrides(&overrides) {
                    // The revision of a new instance stays 1.
                    changes(tx, id, overrides).await?.write(tx, now).await?;
                    uncounted.push(id);
                }
                Outcome::Created
            } else {
                self.bring_up_to_date(tx, service, row.instance, overrides, now, problems).await?
            };
            written.push((name, outcome, id));
        }
        if !uncounted.is_empty() {
            entries::count_new(tx, &uncounted).await?;
        }
        refuse_cycles(tx, self.stack.id, &ids, &["input", "files"], problems).await?;
        Ok(written)
    }

    async fn insert(
        &self,
        tx: &Tx,
        service: &Imported,
        template: TemplateId,
        now: DateTime<Utc>,
    ) -> Result<Result<InstanceModel, Problem>> {
        let name = match Name::parse(NameOf::Instance, &service.instance) {
            Ok(name) => name,
            Err(error) => return Ok(Err(Problem::name(&["input", "files"], error))),
        };
        let container_name = match naming::container(&self.stack.name, name.as_str()) {
            Ok(container_name) => container_name,
            Err(mut problem) => {
                problem.path = vec!["input".to_owned(), "stack".to_owned()];
                return Ok(Err(problem.suggest(None)));
            }
        };
        let new = NewInstance {
            secret_seed: None,
            stack: self.stack.id,
            template,
            name: name.clone(),
            container_name,
            values: InstanceValues {
                description: service.description.clone(),
                enabled: service.enabled.unwrap_or(true),
            },
            // Set after all overrides have been written.
            override_count: 0,
        };
        let inserted = instances::insert(tx, new, now).await.map_err(naming::taken(&self.stack.name, &name));
        inserted.map(Ok)
    }

    /// Brings an instance that was there before up to date, or leaves it.
    async fn bring_up_to_date(
        &self,
        tx: &Tx,
        service: &Imported,
        instance: InstanceModel,
        overrides: InstanceOverrides,
        now: DateTime<Utc>,
        problems: &mut Problems,
    ) -> Result<Outcome> {
        let template = self.templates.written.iter().find(|template| template.row.id == instance.template_service_id);
        let own = template.is_some_and(|template| template.row.name == service.template);
        let changes = changes(tx, instance.id, collections::of_all_kinds(overrides)).await?;
        // Only what the files say of it: an instance that a user has disabled stays so.
        let enabled = service.enabled.filter(|enabled| *enabled != instance.enabled);
        if own && changes.is_empty() && enabled.is_none() {
            return Ok(Outcome::Unchanged);
        }
        match self.on_conflict {
            OnConflict::Skip => Ok(Outcome::Skipped),
            OnConflict::Update if own => {
                let written = changes.write(tx, now).await?;
                let values = enabled.map(|enabled| InstanceValues { enabled, ..InstanceValues::from(&instance) });
                let change = InstanceChange { values, ..written.unwrap_or_default() };
                instances::update(tx, &instance, change, now).await?;
                Ok(Outcome::Updated)
            }
            OnConflict::Update | OnConflict::Fail => {
                let (what, remedy) = match own {
                    true => (
                        "differs from",
                        "leave or update it with onConflict (--on-conflict skip or --on-conflict update)",
                    ),
                    false => (
                        "is made from another template than",
                        "leave it with onConflict (--on-conflict skip), give the templatePrefix of its template (--prefix), or \
                         import into another stack (--stack)",
                    ),
                };
                let message = format!(
                    "The stack `{}` has an instance `{}` that {what} the service {}: {remedy}.",
                    self.stack.name, service.instance, service.key
                );
                let holder = Detail::Holder(AnyId::Instance(instance.id));
                problems.push(Problem::new(Code::NameTaken, &["input", "onConflict"], message).with(holder));
                Ok(Outcome::Skipped)
            }
        }
    }
}

/// The changes that make the overrides of an instance exactly these. Kinds that are `None` are left unchanged.
async fn changes(tx: &Tx, instance: InstanceId, overrides: InstanceOverrides) -> Result<entries::Changes> {
    let mut draft = entries::load_draft(tx, instance, |kind| overrides.mentions(kind)).await?;
    draft.decide(overrides);
    Ok(entries::Changes::find(tx, instance, draft).await?)
}

/// Replaces the names in dependencies by ids. Dependencies on services without an instance are dropped.
fn resolve(wanted: &mut Entries, ids: &HashMap<&str, InstanceId>) {
    wanted.dependencies.retain_mut(|dependency: &mut Dependency| {
        let InstanceRef::Name { name, .. } = &dependency.depends_on else { return true };
        match ids.get(name.as_str()) {
            Some(id) => {
                dependency.depends_on = (*id).into();
                true
            }
            None => false,
        }
    });
}
