//! Writes the templates of an import: creates, updates or leaves them.
//!
//! Called by the import in its transaction. It must not change instances.

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
        queries::templates::{self, TemplateLock},
    },
    error::{Code, Detail, Error, Problem, Problems, Result, Unreadable},
    fields::TemplateValues,
    ids::{AnyId, TemplateId},
    kinds::{EnvVar, OfTemplate},
};

/// A template after the import.
pub(in crate::app) struct Written {
    pub(in crate::app) row: TemplateModel,
    pub(in crate::app) outcome: Outcome,
    /// Its entries after the import.
    pub(in crate::app) entries: Entries,
}

/// The templates of an import, one for each service.
pub(in crate::app) struct Templates {
    pub(in crate::app) written: Vec<Written>,
}

impl Templates {
    /// Writes the templates, or notes problems.
    pub(in crate::app) async fn write(
        tx: &Tx,
        Import { services, on_conflict, stop, .. }: &Import,
        now: DateTime<Utc>,
        problems: &mut Problems,
    ) -> Result<Self> {
        let mut stored = Vec::with_capacity(services.len());
        for service in services {
            stop.check()?;
            stored.push(templates::lock_by_name(tx, &service.template, TemplateLock::NoKeyUpdate).await?);
        }
        let ids: Vec<TemplateId> = stored.iter().flatten().map(|row| row.id).collect();
        let mut existing: HashMap<TemplateId, Result<Entries, Unreadable>> =
            if ids.is_empty() { HashMap::new() } else { collections::of_templates(tx, &ids).await? };
        let mut written = Vec::with_capacity(services.len());
        for (service, row) in services.iter().zip(stored) {
            stop.check()?;
            let mut entries = service.entries.clone();
            let values = values(service, row.as_ref());
            let mut found = Problems::default();
            values::check(&values, &mut entries, &mut found);
            if let Err(Error::Refused(found)) = found.finish() {
                for problem in found {
                    let message = format!("The service {}: {}", service.key, problem.message);
                    problems.push(Problem::new(problem.code, &["input", "files"], message));
                }
                continue;
            }
            let existing = row.as_ref().and_then(|row| existing.remove(&row.id));
            // An unreadable template counts as different from the file, and can be replaced.
            let existing =
                existing.map(|existing| existing.inspect_err(|row| tracing::error!(%row, "a template is not known")));
            let secrets: &[EnvVar] =
                existing.as_ref().and_then(|existing| existing.as_ref().ok()).map_or(&[], |it| &it.env_vars);
            collections::complete(entries.env_vars.get_or_insert_default(), secrets);
            let wanted = collections::of_file(&entries);
            written.push(match row.zip(existing) {
                None => {
                    let row = templates::insert(tx, values, now).await?;
                    entries::insert_all::<OfTemplate>(tx, row.id, entries, now).await?;
                    Written { row, outcome: Outcome::Created, entries: wanted }
                }
                Some((row, existing)) => {
                    let as_wanted = |existing: &Entries| {
                        collections::same(existing, &wanted) && TemplateValues::from(&row) == values
                    };
                    match (on_conflict, existing) {
                        (_, Ok(existing)) if as_wanted(&existing) => {
                            Written { row, outcome: Outcome::Unchanged, entries: existing }
                        }
                        (OnConflict::Skip, Ok(existing)) => {
                            Written { row, outcome: Outcome::Skipped, entries: existing }
                        }
                        (OnConflict::Skip, Err(unreadable)) => {
                            problems.push(unreadable_template(service, &unreadable));
                            Written { row, outcome: Outcome::Skipped, entries: Entries::default() }
                        }
                        (OnConflict::Update, _) => {
                            entries::replace_all::<OfTemplate>(tx, row.id, entries, now).await?;
                            let row = templates::update(tx, &row, values, now).await?;
                            Written { row, outcome: Outcome::Updated, entries: wanted }
                        }
                        (OnConflict::Fail, existing) => {
                            problems.push(taken(service, row.id));
                            Written { row, outcome: Outcome::Skipped, entries: existing.unwrap_or_default() }
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
        "There is a template `{}` that differs from the service {}: leave or update it with onConflict \
         (--on-conflict skip or --on-conflict update), or name the templates otherwise with templatePrefix (--prefix).",
        service.template, service.key
    );
    let holder = Detail::Holder(AnyId::Template(holder));
    Problem::new(Code::NameTaken, &["input", "onConflict"], message).with(holder)
}

fn unreadable_template(service: &Imported, unreadable: &Unreadable) -> Problem {
    let field = unreadable.field;
    let message = format!(
        "The template `{}` cannot stay as it is: its {field} hold something that cannot be read. Update it with \
         onConflict (--on-conflict update), or write {field} again with updateTemplate.",
        service.template
    );
    Problem::new(Code::InvalidValue, &["input", "onConflict"], message)
}

/// The fields of a template. Those that the file does not have keep their stored values, except for settings.
fn values(service: &Imported, stored: Option<&TemplateModel>) -> TemplateValues {
    let mut values = stored.map(TemplateValues::from).unwrap_or_default();
    values.name.clone_from(&service.template);
    if !service.description.is_empty() {
        values.description.clone_from(&service.description);
    }
    if !service.category.is_empty() {
        values.category.clone_from(&service.category);
    }
    values.with(service.entries.settings.clone().unwrap_or_default())
}
