//! The instances of an import: what each of them says differently from its template.
//!
//! Called by the import, in its transaction, which holds the stack exclusively.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};

use crate::{
    app::{
        compose::import::{OnConflict, Outcome, Stop, collections, templates::Templates},
        instances::naming,
    },
    compose::{Entries, Imported},
    db::{
        Tx,
        entities::{InstanceModel, StackModel},
        entries,
        queries::{
            dependencies,
            instances::{self, NewInstance},
            stack_instances,
        },
    },
    error::{Code, Detail, Problem, Problems, Result},
    ids::{AnyId, InstanceId, TemplateId},
    kinds::{Dependency, InstanceOverrides},
    name::{Name, NameOf},
    reference::InstanceRef,
};

/// Where the instances come to be.
pub(super) struct Members<'a> {
    pub(super) stack: &'a StackModel,
    pub(super) templates: &'a Templates,
    pub(super) on_conflict: OnConflict,
    pub(super) stop: &'a Stop,
}

/// The row of a service's instance; `fresh` when the import has made it.
struct Row {
    instance: InstanceModel,
    fresh: bool,
}

impl Members<'_> {
    /// Writes them, or notes what is in the way.
    pub(super) async fn write(
        &self,
        tx: &Tx,
        services: &[Imported],
        now: DateTime<Utc>,
        problems: &mut Problems,
    ) -> Result<Vec<(String, Outcome, InstanceId)>> {
        // Something was in the way of the templates already.
        if self.templates.written.len() != services.len() {
            return Ok(Vec::new());
        }
        let there = stack_instances::live(tx, self.stack.id).await?;
        let mut there: HashMap<String, InstanceModel> =
            there.into_iter().map(|row| (row.instance_id.clone(), row)).collect();
        let mut rows = Vec::with_capacity(services.len());
        for (service, template) in services.iter().zip(&self.templates.written) {
            self.stop.check()?;
            let row = match there.remove(&service.instance) {
                Some(instance) => Row { instance, fresh: false },
                None => match self.insert(tx, service, template.row.id, now).await? {
                    Ok(instance) => Row { instance, fresh: true },
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
            let mut wanted = collections::of_file(service.laid_over.as_ref().unwrap_or(&service.says));
            // What the template says of a secret is what a file means that does not show it.
            collections::complete(&mut wanted.env_vars, &template.says.env_vars);
            resolve(&mut wanted, &ids);
            let said = collections::overrides(&template.says, &wanted);
            let (name, id) = (service.instance.clone(), row.instance.id);
            let outcome = if row.fresh {
                if collections::says_anything(&said) {
                    // Its revision stays at the first.
                    changes(tx, id, said).await?.write(tx, now).await?;
                    uncounted.push(id);
                }
                Outcome::Created
            } else {
                self.bring_up_to_date(tx, service, row.instance, said, now, problems).await?
            };
            written.push((name, outcome, id));
        }
        if !uncounted.is_empty() {
            entries::count_new(tx, &uncounted).await?;
        }
        self.refuse_circles(tx, &ids, problems).await?;
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
            stack: self.stack.id,
            template,
            name: name.clone(),
            container_name,
            description: service.description.clone(),
            enabled: true,
            // Counted when all of them have got their overrides.
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
        said: InstanceOverrides,
        now: DateTime<Utc>,
        problems: &mut Problems,
    ) -> Result<Outcome> {
        let template = self.templates.written.iter().find(|template| template.row.id == instance.template_service_id);
        let own = template.is_some_and(|template| template.row.name == service.template);
        let changes = changes(tx, instance.id, collections::of_all_kinds(said)).await?;
        if own && changes.is_empty() {
            return Ok(Outcome::Unchanged);
        }
        match self.on_conflict {
            OnConflict::Skip => Ok(Outcome::Skipped),
            OnConflict::Update if own => {
                let written = changes.write(tx, now).await?;
                instances::update(tx, instance.id, written.unwrap_or_default(), now).await?;
                Ok(Outcome::Updated)
            }
            OnConflict::Update | OnConflict::Fail => {
                let what = if own { "says something else than" } else { "is made from another template than" };
                let message = format!(
                    "The stack `{}` has an instance `{}` that {what} the service {}.",
                    self.stack.name, service.instance, service.key
                );
                let holder = Detail::Holder(AnyId::Instance(instance.id));
                problems.push(Problem::new(Code::NameTaken, &["input", "onConflict"], message).with(holder));
                Ok(Outcome::Skipped)
            }
        }
    }

    /// Notes instances that would wait for each other.
    async fn refuse_circles(&self, tx: &Tx, ids: &HashMap<&str, InstanceId>, problems: &mut Problems) -> Result<()> {
        let mut leads_to: BTreeMap<InstanceId, Vec<InstanceId>> = BTreeMap::new();
        for (from, to) in dependencies::of_stack(tx, self.stack.id).await? {
            leads_to.entry(from).or_default().push(to);
        }
        // Takes away, again and again, what waits for nothing that is left: a circle is what stays.
        loop {
            let waiting: HashSet<InstanceId> = leads_to.keys().copied().collect();
            let before = leads_to.len();
            leads_to.retain(|_, targets| targets.iter().any(|target| waiting.contains(target)));
            if leads_to.len() == before {
                break;
            }
        }
        let mut names: Vec<&str> =
            ids.iter().filter(|(_, id)| leads_to.contains_key(id)).map(|(name, _)| *name).collect();
        names.sort_unstable();
        if !leads_to.is_empty() {
            let message = format!("These instances would wait for each other: {}.", names.join(", "));
            problems.push(Problem::new(Code::DependencyCycle, &["input", "files"], message));
        }
        Ok(())
    }
}

/// What has to be written so that an instance says exactly this. Kinds that are not spoken of stay as they are.
async fn changes(tx: &Tx, instance: InstanceId, said: InstanceOverrides) -> Result<entries::Changes> {
    let mut draft = entries::load_draft(tx, instance, |kind| said.speaks_of(kind)).await?;
    draft.settle_on(said);
    Ok(entries::Changes::find(tx, instance, draft).await?)
}

/// Gives dependencies the keys of the instances that they name; those on services that could not be held are gone.
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
