//! The templates of an import: made, brought up to date, or left as they are.
//!
//! Called by the import, in its transaction.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::{
    app::{
        compose::import::{Import, OnConflict, Outcome, collections},
        templates::values,
    },
    compose::{Entries, Imported},
    db::{
        Tx,
        entities::TemplateModel,
        entries,
        queries::templates::{self, TemplateLock, TemplateValues},
    },
    error::{Code, Detail, Error, Problem, Problems, Result, Unreadable},
    ids::{AnyId, TemplateId},
    kinds::{Collections, EnvVar, OfTemplate},
};

/// A template as it stands after the import.
pub(super) struct Written {
    pub(super) row: TemplateModel,
    pub(super) outcome: Outcome,
    /// What it says now.
    pub(super) says: Entries,
}

/// All templates of an import, one for each service.
pub(super) struct Templates {
    pub(super) written: Vec<Written>,
}

impl Templates {
    /// Writes them, or notes what is in the way.
    pub(super) async fn write(
        tx: &Tx,
        Import { services, on_conflict, stop, .. }: &Import,
        now: DateTime<Utc>,
        problems: &mut Problems,
    ) -> Result<Self> {
        let mut stored = Vec::with_capacity(services.len());
        for service in services {
            stop.check()?;
            stored.push(templates::hold_by_name(tx, &service.template, TemplateLock::Unchanged).await?);
        }
        let ids: Vec<TemplateId> = stored.iter().flatten().map(|row| row.id).collect();
        let mut there: HashMap<TemplateId, Result<Entries, Unreadable>> =
            if ids.is_empty() { HashMap::new() } else { collections::of_templates(tx, &ids).await? };
        let mut written = Vec::with_capacity(services.len());
        for (service, row) in services.iter().zip(stored) {
            stop.check()?;
            let mut says = service.says.clone();
            let values = values(service, row.as_ref());
            let mut found = Problems::default();
            values::check(&values, &mut says, &mut found);
            if let Err(Error::Refused(found)) = found.finish() {
                for problem in found {
                    let message = format!("The service {}: {}", service.key, problem.message);
                    problems.push(Problem::new(problem.code, &["input", "files"], message));
                }
                continue;
            }
            let there = row.as_ref().and_then(|row| there.remove(&row.id));
            // What cannot be read says something else than the file, and is replaced like that.
            let there = there.map(|there| there.inspect_err(|row| tracing::error!(%row, "a template is not known")));
            let secrets: &[EnvVar] =
                there.as_ref().and_then(|there| there.as_ref().ok()).map_or(&[], |it| &it.env_vars);
            collections::complete(says.env_vars.get_or_insert_default(), secrets);
            let wanted = collections::of_file(&says);
            written.push(match row.zip(there) {
                None => {
                    let row = templates::insert(tx, values, now).await?;
                    entries::insert_all::<OfTemplate>(tx, row.id, says, now).await?;
                    Written { row, outcome: Outcome::Created, says: wanted }
                }
                Some((row, there)) => {
                    let as_wanted =
                        |there: &Entries| collections::same(there, &wanted) && TemplateValues::from(&row) == values;
                    match (on_conflict, there) {
                        (_, Ok(there)) if as_wanted(&there) => {
                            Written { row, outcome: Outcome::Unchanged, says: there }
                        }
                        (OnConflict::Skip, Ok(there)) => Written { row, outcome: Outcome::Skipped, says: there },
                        (OnConflict::Skip, Err(unreadable)) => {
                            problems.push(unknown(service, &unreadable));
                            Written { row, outcome: Outcome::Skipped, says: Entries::default() }
                        }
                        (OnConflict::Update, _) => {
                            entries::replace_all::<OfTemplate>(tx, row.id, says, now).await?;
                            let row = templates::update(tx, row.id, values, now).await?;
                            Written { row, outcome: Outcome::Updated, says: wanted }
                        }
                        (OnConflict::Fail, there) => {
                            problems.push(taken(service, row.id));
                            Written { row, outcome: Outcome::Skipped, says: there.unwrap_or_default() }
                        }
                    }
                }
            });
        }
        Ok(Self { written })
    }
}

fn taken(service: &Imported, holder: TemplateId) -> Problem {
    let message = format!(
        "There is a template `{}` that says something else than the service {}: choose what happens with onConflict, or \
         give templatePrefix.",
        service.template, service.key
    );
    let holder = Detail::Holder(AnyId::Template(holder));
    Problem::new(Code::NameTaken, &["input", "onConflict"], message).with(holder)
}

fn unknown(service: &Imported, unreadable: &Unreadable) -> Problem {
    let field = unreadable.field;
    let message = format!(
        "The template `{}` cannot stay as it is: its {field} hold something that cannot be read. Update it with \
         onConflict, or write {field} again with updateTemplate.",
        service.template
    );
    Problem::new(Code::InvalidValue, &["input", "onConflict"], message)
}

/// A template's own values; description and category stay where the file has none.
fn values(service: &Imported, stored: Option<&TemplateModel>) -> TemplateValues {
    let Collections { settings, .. } = &service.says;
    let settings = settings.clone().unwrap_or_default();
    let kept =
        |said: &str, stored: Option<&str>| if said.is_empty() { stored.unwrap_or_default() } else { said }.to_owned();
    TemplateValues::new(
        service.template.clone(),
        kept(&service.description, stored.map(|row| row.description.as_str())),
        kept(&service.category, stored.map(|row| row.category.as_str())),
        settings,
    )
}
