//! The use case `createTemplate`.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{App, overrides::keep_secrets, templates::values},
    db::{Command, Tx, entities::TemplateModel, entries, queries::templates},
    error::{Error, Problems, Result, Unique},
    fields::TemplateValues,
    kinds::{Collections, OfTemplate},
    name::Name,
};

/// The input of [`App::create_template`].
#[derive(Clone, Debug, Hash)]
pub struct CreateTemplate {
    /// The fields.
    pub values: TemplateValues,
    /// The collections.
    pub collections: Collections,
}

impl CreateTemplate {
    /// Normalizes the template and notes all its problems.
    pub(crate) fn check(&mut self, problems: &mut Problems) -> Option<Name> {
        values::check(&self.values, &mut self.collections, problems)
    }
}

/// Writes a template that was checked before.
impl Command for CreateTemplate {
    const PERMISSION: Permission = Permission::ADMINISTER_ALL;
    type Output = TemplateModel;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<TemplateModel> {
        let template = templates::insert(tx, self.values.clone(), now).await?;
        entries::insert_all::<OfTemplate>(tx, template.id, self.collections.clone(), now).await?;
        Ok(template)
    }
}

impl App {
    /// Creates a template with all its collections, or nothing.
    pub async fn create_template(&self, mut input: CreateTemplate) -> Result<TemplateModel> {
        let mut problems = Problems::default();
        let name = input.check(&mut problems);
        let mut at = Problems::at(&["input"]);
        if let Some(vars) = &mut input.collections.env_vars {
            keep_secrets::Stored::nothing().complete_all(vars, &mut at);
        }
        problems.append(at);
        problems.finish()?;
        match (self.write(&input).await, name) {
            (Err(Error::Conflict(Unique::TemplateName)), Some(name)) => Err(self.template_name_taken(&name).await),
            (done, _) => done,
        }
    }
}
