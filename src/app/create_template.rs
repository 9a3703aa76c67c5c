//! Creating a template.

use chrono::{DateTime, Utc};

use super::{App, text};
use crate::{
    db::{
        Tx, Work,
        entities::TemplateModel,
        stored,
        templates::{self, TemplateValues},
    },
    error::{Error, Problem, Problems, Result, Unique},
    kinds::{Cardinality, Collections, OfTemplate, check_entries},
    name::{Name, NameOf},
};

/// A new template: its own values and its collections.
#[derive(Clone, Debug)]
pub struct CreateTemplate {
    /// Its own values.
    pub values: TemplateValues,
    /// Its entries, kind by kind.
    pub collections: Collections,
}

impl CreateTemplate {
    /// Normalizes the template and notes everything wrong with it.
    pub(crate) fn check(&mut self, problems: &mut Problems) -> Option<Name> {
        let values = &self.values;
        let name = Name::parse(NameOf::Template, &values.name);
        let name = problems.keep(name.map_err(|error| Problem::name(&["input", "name"], error)));
        problems.keep(text::description(&values.description));
        let mut at = Problems::at(&["input"]);
        if values.category.chars().count() > 63 || values.category.chars().any(char::is_control) {
            at.invalid("category", "A category has at most 63 characters, no control characters.", None);
        }
        check_entries(&mut values.settings().into_entries(), &mut at);
        self.collections.check(&mut at);
        problems.append(at);
        name
    }
}

/// Writes a checked template with its collections.
impl Work for CreateTemplate {
    type Output = TemplateModel;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<TemplateModel> {
        let template = templates::insert(tx, self.values.clone(), now).await?;
        stored::insert_all::<OfTemplate>(tx, template.id, self.collections.clone(), now).await?;
        Ok(template)
    }
}

impl App {
    /// Creates a template with all its collections, or nothing.
    pub async fn create_template(&self, mut input: CreateTemplate) -> Result<TemplateModel> {
        let mut problems = Problems::default();
        let name = input.check(&mut problems);
        problems.finish()?;
        match (self.write(&input).await, name) {
            (Err(Error::Conflict(Unique::TemplateName)), Some(name)) => Err(self.template_name_taken(&name).await),
            (done, _) => done,
        }
    }
}
