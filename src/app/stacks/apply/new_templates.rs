//! The templates of the instances that an apply creates.
//!
//! Used by the use case before instances are written. It must not change templates that exist.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{instances::Members, source::DesiredTemplate, wanted::drop_external};
use crate::{
    access::Permission,
    app::{
        compose::import::{Import, ImportedAs, Templates},
        find,
    },
    compose::Imported,
    db::{Tx, queries::templates},
    error::{Code, Error, Problem, Problems, Result},
    ids::TemplateId,
};

impl Members<'_> {
    /// Finds the templates of new instances, and creates those that Compose files need and that do not exist. Notes
    /// templates that a document must not have.
    pub(super) async fn prepare(
        &mut self,
        tx: &Tx,
        now: DateTime<Utc>,
        problems: &mut Problems,
    ) -> Result<Vec<ImportedAs<TemplateId>>> {
        match self.work.desired.is_compose {
            true => self.create_templates(tx, now, problems).await,
            false => self.find_templates(tx, problems).await.map(|()| Vec::new()),
        }
    }

    async fn create_templates(
        &mut self,
        tx: &Tx,
        now: DateTime<Utc>,
        problems: &mut Problems,
    ) -> Result<Vec<ImportedAs<TemplateId>>> {
        let new = self.work.services().filter(|service| !self.live.contains_key(&service.instance));
        let mut services: Vec<Imported> = new.cloned().collect();
        if services.is_empty() {
            return Ok(Vec::new());
        }
        for service in &mut services {
            let (networks, notes) = (service.entries.networks.iter_mut(), &mut self.notes);
            networks.for_each(|networks| drop_external(networks, &service.key, service.at, |_| false, notes));
        }
        let names: Vec<String> = services.iter().map(|service| service.template.clone()).collect();
        if templates::by_names(tx, &names).await?.len() < names.len() {
            self.work.app.allow(Permission::ADMINISTER_ALL)?;
        }
        let import = Import::of_templates(services, self.work.stop.clone());
        let mut found = Problems::default();
        let written = Templates::write(tx, &import, now, &mut found).await?.written;
        if let Err(Error::Refused(found)) = found.finish() {
            let path = ["input", "source", "compose"].map(str::to_owned).to_vec();
            for problem in found {
                problems.push(Problem { path: path.clone(), ..problem });
            }
            return Ok(Vec::new());
        }
        let mut report = Vec::with_capacity(written.len());
        for (service, template) in import.services().iter().zip(written) {
            let id = template.row.id;
            self.templates.insert(service.instance.clone(), id);
            self.entries.insert(id, Ok(template.entries));
            report.push(ImportedAs { name: template.row.name, outcome: template.outcome, id: Some(id) });
        }
        Ok(report)
    }

    async fn find_templates(&mut self, tx: &Tx, problems: &mut Problems) -> Result<()> {
        let desired = || {
            self.work.desired.instances.iter().filter_map(|instance| match &instance.template {
                DesiredTemplate::Named(template) => Some((instance, template)),
                DesiredTemplate::Service(_) => None,
            })
        };
        let names: Vec<String> = desired().map(|(_, template)| template.clone()).collect();
        let known = templates::by_names(tx, &names).await?;
        let mut new = HashMap::new();
        for (instance, template) in desired() {
            let wrong = |code, message: String| {
                let message = format!("{}.template: {message}", instance.place);
                Problem::new(code, &["input", "source", "document"], message)
            };
            match (known.get(template), self.live.get(&instance.name)) {
                (None, _) => {
                    let template = find::shown(template);
                    problems.push(wrong(Code::NotFound, format!("There is no template `{template}`.")));
                }
                (Some(id), Some(row)) if *id != row.template_service_id => {
                    let message = format!(
                        "The instance `{}` is made from another template, which it keeps: delete it before, or give \
                         this one another name.",
                        instance.name
                    );
                    problems.push(wrong(Code::InvalidValue, message));
                }
                (Some(id), None) => drop(new.insert(instance.name.clone(), *id)),
                (Some(_), Some(_)) => {}
            }
        }
        self.templates = new;
        Ok(())
    }
}
