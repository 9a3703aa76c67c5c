//! The use case `updateTemplate`: changes the fields and collections of a template.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{
        App, TemplateEdit, TemplateRef, Warned, Warning, find,
        overrides::{effective, keep_secrets},
        warnings,
    },
    db::{
        Command, Session, Tx,
        entities::TemplateModel,
        entries::{self, Source},
        queries::{
            instances, stacks,
            templates::{self, TemplateLock},
        },
    },
    error::{Error, Problems, Result, Unique},
    fields::TemplateValues,
    ids::{AnyId, StackId},
    kinds::{OfTemplate, StorageNames, Volume},
    name::{Name, NameOf},
};

/// The input of [`App::update_template`].
#[derive(Clone, Debug, Hash)]
pub struct UpdateTemplate {
    /// The template.
    pub template: TemplateRef,
    /// The changes.
    pub edit: TemplateEdit,
    /// The expected revision.
    pub expected_revision: Option<i64>,
}

impl App {
    /// Updates a template, all or nothing, and increments its revision once. Does nothing if all values are the same.
    /// Warns about instances that get another volume.
    pub async fn update_template(&self, input: UpdateTemplate) -> Result<Warned<TemplateModel>> {
        let done = self.write(&input).await;
        let wanted = input.edit.fields.name.flatten().and_then(|name| Name::parse(NameOf::Template, &name).ok());
        match (done, wanted) {
            (Err(Error::Conflict(Unique::TemplateName)), Some(name)) => Err(self.template_name_taken(&name).await),
            (done, _) => done,
        }
    }
}

impl Command for UpdateTemplate {
    const PERMISSION: Permission = Permission::ADMINISTER_ALL;
    type Output = Warned<TemplateModel>;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<Warned<TemplateModel>> {
        let mut edit = self.edit.clone();
        let mut problems = Problems::default();
        let found = problems.keep(find::template(tx, &self.template, TemplateLock::NoKeyUpdate).await?);
        edit.check(&mut problems);
        if let (Some(template), Some(wanted)) = (&found, &mut edit.collections.env_vars) {
            let mut at = Problems::at(&["input"]);
            let stored = keep_secrets::Stored::of_template(tx, template.id, wanted.iter()).await?;
            stored.complete_all(wanted, &mut at);
            problems.append(at);
        }
        problems.finish()?;
        let Some(template) = found else { return Err(Error::Internal("a template is missing".into())) };
        find::expect_revision(AnyId::Template(template.id), template.revision, self.expected_revision)?;
        let before = TemplateValues::from(&template);
        let after = edit.fields.apply(&before);
        let warnings = match &edit.collections.volumes {
            Some(volumes) => lost_volumes(tx, &template, volumes).await?,
            None => Vec::new(),
        };
        let changed = entries::replace_all::<OfTemplate>(tx, template.id, edit.collections, now).await?;
        if !changed && after == before {
            return Ok(Warned::none(template));
        }
        Ok(Warned { value: templates::update(tx, &template, after, now).await?, warnings })
    }
}

/// Warnings for the volumes that instances inherit and lose, because the template is about to mount others.
pub(in crate::app) async fn lost_volumes(
    db: &impl Session,
    template: &TemplateModel,
    after: &[Volume],
) -> Result<Vec<Warning>> {
    // A row that cannot be read must not prevent the edit that repairs it.
    let Ok(before) = <Volume as Source<OfTemplate>>::load_each(db, &[template.id]).await?.take(template.id) else {
        return Ok(Vec::new());
    };
    let name = |volume: &Volume| volume.stored_as(StorageNames { instance: "instance", stack: "stack" });
    // A volume that is mounted at another place is not lost.
    let kept: HashSet<String> = after.iter().filter_map(name).collect();
    let is_lost = |volume: &&Volume| name(volume).is_some_and(|name| !kept.contains(&name));
    let mut lost: BTreeMap<&str, (&Volume, BTreeSet<String>)> =
        before.iter().filter(is_lost).map(|volume| (volume.target.as_str(), (volume, BTreeSet::new()))).collect();
    if lost.is_empty() {
        return Ok(Vec::new());
    }
    let instances = instances::of_template(db, template.id).await?;
    let ids: BTreeSet<StackId> = instances.iter().map(|instance| instance.stack_id).collect();
    let stacks = stacks::load(db, &ids.into_iter().collect::<Vec<_>>()).await?;
    let of_stacks: HashMap<StackId, String> = stacks.iter().map(|stack| (stack.id, stack.storage_name())).collect();
    for (instance, layers) in instances.iter().zip(effective::load::<Volume>(db, &instances).await?) {
        let (Ok(layers), Some(of_stack)) = (layers, of_stacks.get(&instance.stack_id)) else { continue };
        let of_instance = instance.storage_name();
        for inherited in layers.merge().values() {
            if let Some((volume, names)) = lost.get_mut(inherited.target.as_str())
                && *volume == inherited
            {
                names.extend(inherited.stored_as(StorageNames { instance: &of_instance, stack: of_stack }));
            }
        }
    }
    Ok(lost.into_iter().filter_map(|(target, (_, names))| warnings::without_data(target, &names)).collect())
}
