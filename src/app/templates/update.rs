//! The use case `updateTemplate`: changes the fields and collections of a template.

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
            instances,
            templates::{self, TemplateLock},
        },
    },
    error::{Error, Problems, Result, Unique},
    fields::TemplateValues,
    ids::AnyId,
    kinds::{OfTemplate, Volume},
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
            Some(volumes) => exchanged_volumes(tx, &template, volumes).await?,
            None => Vec::new(),
        };
        let changed = entries::replace_all::<OfTemplate>(tx, template.id, edit.collections, now).await?;
        if !changed && after == before {
            return Ok(Warned::none(template));
        }
        Ok(Warned { value: templates::update(tx, template.id, after, now).await?, warnings })
    }
}

/// Warnings for the volumes that instances inherit and lose, because the template is about to mount something else.
pub(in crate::app) async fn exchanged_volumes(
    tx: &impl Session,
    template: &TemplateModel,
    after: &[Volume],
) -> Result<Vec<Warning>> {
    // A row that cannot be read must not prevent the edit that repairs it.
    let Ok(before) = <Volume as Source<OfTemplate>>::load_each(tx, &[template.id]).await?.take(template.id) else {
        return Ok(Vec::new());
    };
    let is_kept =
        |old: &Volume| after.iter().any(|new| new.target == old.target && new.stored_as("") == old.stored_as(""));
    let lost: Vec<&Volume> = before.iter().filter(|old| old.stored_as("").is_some() && !is_kept(old)).collect();
    if lost.is_empty() {
        return Ok(Vec::new());
    }
    let instances = instances::of_template(tx, template.id).await?;
    let layers = effective::load::<Volume>(tx, &instances).await?;
    let mut warnings = Vec::new();
    for old in lost {
        let of_instance = instances.iter().zip(&layers).filter_map(|(instance, layers)| {
            let merged = layers.as_ref().ok()?.merge();
            merged.values().into_iter().find(|volume| *volume == old)?.stored_as(&instance.storage_name())
        });
        warnings.extend(warnings::starts_empty(&old.target, &of_instance.collect::<Vec<_>>()));
    }
    Ok(warnings)
}
