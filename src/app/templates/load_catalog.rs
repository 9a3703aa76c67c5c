//! Loads the catalogue: creates new templates, updates changed ones, and leaves alone what a user created, changed or
//! deleted.
//!
//! Called by the command line at start. It must not overwrite the changes of a user.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    access::change::ActorKind,
    app::{
        App, CreateTemplate,
        overrides::effective,
        templates::catalog::{self, CatalogError, CatalogFile},
    },
    db::{
        Command, Tx,
        entities::catalog_entry,
        entries::{self, Source},
        queries::{
            instances,
            templates::{self, TemplateLock},
        },
    },
    error::{Error, Problems, Result},
    ids::TemplateId,
    kinds::{Entry, EnvVar, Kind, OfTemplate, Operation, Origin, OverrideKind},
    references::has_references,
};

/// The result of a load.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CatalogReport {
    /// The number of new templates.
    pub created: usize,
    /// The number of templates whose file has changed.
    pub updated: usize,
    /// The number of templates whose file has not changed.
    pub unchanged: usize,
    /// The number of templates that a user created, changed or deleted.
    pub left_alone: usize,
}

crate::db::not_stored!(CatalogReport);

/// Why the catalogue was not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file is malformed; nothing was loaded.
    #[error(transparent)]
    File(#[from] CatalogError),
    /// Writing the templates failed.
    #[error(transparent)]
    App(#[from] Error),
}

/// Loads the templates of a file.
struct Load {
    entries: Vec<(CreateTemplate, String)>,
}

impl App {
    /// Loads catalogue files. Files that have not changed since the last load are not parsed, and nothing is loaded if one is
    /// malformed. Each file is one transaction, because a database that spreads over machines refuses long ones: when the load
    /// is interrupted, the next one goes on.
    pub async fn load_catalog(&self, files: &[CatalogFile]) -> Result<CatalogReport, LoadError> {
        let known = templates::catalog_entries(&self.reader()).await.map_err(Error::from)?;
        let known: HashMap<String, String> = known.into_iter().map(|entry| (entry.name, entry.digest)).collect();
        let (mut entries, mut unchanged) = (Vec::new(), 0);
        let mut seen: HashMap<String, &str> = HashMap::new();
        for file in files {
            let digest = file.digest();
            if known.get(file.name()) == Some(&digest) {
                unchanged += 1;
                continue;
            }
            let read = catalog::parse(file)?;
            for loss in &read.losses {
                let (line, path, reason) = (loss.at.line, &loss.path, &loss.reason);
                tracing::warn!(file = file.file, line, path, "the catalogue cannot hold this: {reason}");
            }
            let mut of_file = Vec::new();
            for template in read.templates {
                let name = template.values.name.clone();
                if let Some(other) = seen.insert(name.clone(), &file.file) {
                    let message = format!("the template {name} is in the file {other} as well");
                    return Err(LoadError::File(CatalogError { file: file.file.clone(), line: 0, message }));
                }
                of_file.push((template, digest.clone()));
            }
            entries.push(of_file);
        }
        let mut report = CatalogReport { unchanged, ..CatalogReport::default() };
        let catalogue = self.acting_as(ActorKind::Catalogue);
        for entries in entries {
            let of_file = catalogue.write(&Load { entries }).await?;
            report.created += of_file.created;
            report.updated += of_file.updated;
            report.unchanged += of_file.unchanged;
            report.left_alone += of_file.left_alone;
        }
        Ok(report)
    }
}

impl Command for Load {
    const PERMISSION: Permission = Permission::ADMINISTER_ALL;
    type Output = CatalogReport;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<CatalogReport> {
        // A server that starts at the same time waits here, and then finds everything loaded.
        let names = self.entries.iter().map(|(template, _)| ("template", template.values.name.as_str()));
        templates::lock_names(tx, &names.collect::<Vec<_>>()).await?;
        let records = templates::catalog_entries(tx).await?;
        let records: HashMap<String, catalog_entry::Model> =
            records.into_iter().map(|entry| (entry.name.clone(), entry)).collect();
        let mut report = CatalogReport::default();
        for (template, digest) in &self.entries {
            let name = &template.values.name;
            // Locked, so that an edit by a user happens before its revision is read or after the write.
            let stored = templates::lock_by_name(tx, name, TemplateLock::NoKeyUpdate).await?;
            let written = match (records.get(name), stored) {
                (None, None) => {
                    report.created += 1;
                    template.run(tx, now).await?
                }
                // Another server has just loaded it.
                (Some(entry), _) if entry.digest == *digest => {
                    report.unchanged += 1;
                    continue;
                }
                (Some(entry), Some(stored))
                    if entry.service_id == Some(stored.id) && entry.revision == stored.revision =>
                {
                    report.updated += 1;
                    let mut collections = template.collections.clone();
                    if let Some(vars) = &mut collections.env_vars {
                        keep_generated(tx, stored.id, vars, now).await?;
                    }
                    entries::replace_all::<OfTemplate>(tx, stored.id, collections, now).await?;
                    templates::update(tx, &stored, template.values.clone(), now).await?
                }
                _ => {
                    report.left_alone += 1;
                    continue;
                }
            };
            let entry = catalog_entry::Model {
                name: name.clone(),
                service_id: Some(written.id),
                digest: digest.clone(),
                revision: written.revision,
                loaded_at: now,
            };
            templates::remember_catalog_entry(tx, entry).await?;
        }
        Ok(report)
    }
}

/// Keeps what was drawn for the variables of a template, and gives its instances, as overrides, the passwords that they inherit
/// and that are about to be generated: their data has been written with them.
async fn keep_generated(tx: &Tx, template: TemplateId, after: &mut [EnvVar], now: DateTime<Utc>) -> Result<()> {
    let mut before = <EnvVar as Source<OfTemplate>>::load(tx, &[template]).await?.remove(&template).unwrap_or_default();
    for var in after.iter_mut().filter(|var| var.generate.is_some()) {
        var.keep(before.iter().find(|stored| stored.key == var.key), &mut Problems::default());
    }
    // A text with references has a password that is generated, too.
    let is_other = |var: &EnvVar| var.generate.is_some() || var.value.text().is_some_and(has_references);
    let is_generated = |key: &str| after.iter().any(|var| var.key == key && is_other(var));
    before.retain(|var| var.holds_secret() && var.generate.is_none() && is_generated(&var.key));
    if before.is_empty() {
        return Ok(());
    }
    let instances = instances::of_template_with_trashed(tx, template).await?;
    for (instance, layers) in instances.iter().zip(effective::load::<EnvVar>(tx, &instances).await?) {
        // What cannot be read does not run.
        let Ok(layers) = layers else { continue };
        let merged = layers.merge();
        let inherited = merged.entries.iter().filter(|it| it.origin == Origin::Template);
        let kept: Vec<EnvVar> = inherited.map(|it| it.entry).filter(|it| before.contains(it)).cloned().collect();
        if kept.is_empty() {
            continue;
        }
        let mut draft = entries::load_draft(tx, instance.id, |kind| kind == OverrideKind::EnvVar).await?;
        let mut problems = Problems::default();
        for var in kept {
            draft.apply(Operation::Set(Entry::EnvVar(var)), &mut problems);
        }
        problems.finish()?;
        if let Some(change) = entries::Changes::find(tx, instance.id, draft).await?.write(tx, now).await? {
            instances::update(tx, instance, change, now).await?;
        }
    }
    Ok(())
}
