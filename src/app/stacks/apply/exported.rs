//! What a stack is in its own Compose file: a file that says the same changes nothing, whatever a file cannot say.
//!
//! Used while an apply of Compose files is planned, for entries that differ. It must not write.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::kinds::{self, DesiredKinds};
use crate::{
    app::overrides::references,
    compose::{self, Entries, Member, Mode, Request, Secrets, Source, StackNames},
    db::entities::{InstanceModel, StackModel},
    error::Unreadable,
    ids::{InstanceId, TemplateId},
    kinds::{InstanceOverrides, SharedVar},
    name::network_name,
};

/// The entries that the stack has in its own file, computed when they are first needed.
pub(super) struct Exported<'e> {
    pub(super) stack: &'e StackModel,
    /// The live instances before the apply, oldest first.
    pub(super) rows: &'e [InstanceModel],
    /// The variables of the request, by which secrets inside of texts are meant.
    pub(super) variables: &'e Arc<BTreeMap<String, String>>,
    /// The variables of the stack.
    pub(super) shared: &'e [SharedVar],
    pub(super) own: &'e HashMap<InstanceId, Result<InstanceOverrides, Unreadable>>,
    pub(super) templates: &'e HashMap<TemplateId, Result<Entries, Unreadable>>,
    pub(super) read: OnceCell<HashMap<InstanceId, Entries>>,
}

impl Exported<'_> {
    /// The entries of an instance; `None` if the file does not have it, or if the stack cannot be rendered.
    pub(super) fn of(&self, instance: InstanceId) -> Option<&Entries> {
        self.read.get_or_init(|| self.read().unwrap_or_default()).get(&instance)
    }

    fn read(&self) -> Option<HashMap<InstanceId, Entries>> {
        let members: Option<Vec<Member>> =
            self.rows.iter().filter(|row| row.enabled).map(|row| self.member(row)).collect();
        let names = StackNames {
            stack: self.stack.name.clone(),
            storage_name: self.stack.storage_name(),
            network: self.stack.network_name.clone().unwrap_or_else(|| network_name(&self.stack.name)),
        };
        let known = self.rows.iter().map(|row| (row.id, (row.instance_id.clone(), row.enabled))).collect();
        let offered = self.rows.iter().filter_map(|row| {
            let entries = self.effective(row)?;
            Some(references::offered(row, &entries.env_vars, &entries.ports, &entries.domains))
        });
        let values = Arc::new(references::of_stack(offered.collect(), self.shared));
        let file =
            compose::render(&names, &members?, known, Secrets::Given(Arc::clone(self.variables)), values, Mode::Flat);
        let request = Request {
            files: vec![Source { name: String::new(), text: file.text }],
            variables: BTreeMap::new(),
            // As the source is read: what is built has the same name then.
            prefix: Some(format!("{}-", self.stack.name)),
            allow_external_networks: true,
            ..Request::default()
        };
        let ids: HashMap<String, InstanceId> = self.rows.iter().map(|row| (row.instance_id.clone(), row.id)).collect();
        let read = compose::read(&request).ok()?;
        let entries = read.services.into_iter().filter_map(|service| {
            let id = *ids.get(&service.instance)?;
            let mut kinds = kinds::of_file(service.entries);
            kinds.resolve(&ids);
            match kinds {
                DesiredKinds::Entries(entries) => Some((id, *entries)),
                DesiredKinds::Overrides(_) => None,
            }
        });
        Some(entries.collect())
    }

    fn member(&self, row: &InstanceModel) -> Option<Member> {
        let mut effective = self.effective(row)?;
        let seed = row.secret_seed();
        effective.env_vars.iter_mut().for_each(|var| var.give(&seed));
        Some(Member {
            name: row.instance_id.clone(),
            container_name: row.container_name.clone(),
            storage_name: row.storage_name(),
            template: Entries::default(),
            effective,
        })
    }

    fn effective(&self, row: &InstanceModel) -> Option<Entries> {
        let own = self.own.get(&row.id)?.as_ref().ok()?;
        let template = self.templates.get(&row.template_service_id)?.as_ref().ok()?;
        Some(kinds::effective(template, own))
    }
}
