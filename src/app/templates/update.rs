//! The use case `updateTemplate`: changes the fields and collections of a template.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{App, TemplateEdit, TemplateRef, find, overrides::keep_secrets},
    db::{
        Command, Tx,
        entities::TemplateModel,
        entries,
        queries::templates::{self, TemplateLock},
    },
    error::{Error, Problems, Result, Unique},
    fields::TemplateValues,
    ids::AnyId,
    kinds::OfTemplate,
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
    pub async fn update_template(&self, input: UpdateTemplate) -> Result<TemplateModel> {
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
    type Output = TemplateModel;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<TemplateModel> {
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
        let changed = entries::replace_all::<OfTemplate>(tx, template.id, edit.collections, now).await?;
        if !changed && after == before {
            return Ok(template);
        }
        Ok(templates::update(tx, template.id, after, now).await?)
    }
}
