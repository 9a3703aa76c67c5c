//! Which changes of a transaction may change what instances claim of the host.
//!
//! Filled by the recorder, and taken before the commit by what keeps the claims. It must not access the database.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    access::change::{ChangeAction, Subject},
    ids::{InstanceId, StackId, TemplateId},
    kinds::OverrideKind,
};

/// The kinds of which entries claim something.
pub const CLAIMING: [OverrideKind; 3] = [OverrideKind::Port, OverrideKind::Domain, OverrideKind::Volume];

/// What a transaction has changed so far that may change what instances claim of the host.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimChanges {
    /// The instances that are new, or have another template.
    pub new: BTreeSet<InstanceId>,
    /// The instances whose entries or rules differ, with the kinds.
    pub entries: BTreeMap<InstanceId, BTreeSet<OverrideKind>>,
    /// The templates whose entries differ, with the kinds.
    pub templates: BTreeMap<TemplateId, BTreeSet<OverrideKind>>,
    /// The instances that were enabled, disabled, trashed or restored.
    pub states: BTreeSet<InstanceId>,
    /// The stacks that were enabled or disabled.
    pub stacks: BTreeSet<StackId>,
}

impl ClaimChanges {
    /// Whether nothing was changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Notes a change of an entry or a rule.
    pub(super) fn entry(&mut self, owner: Subject, kind: &str) {
        let Some(kind) = OverrideKind::read(kind).filter(|kind| CLAIMING.contains(kind)) else { return };
        match owner {
            Subject::Instance(id) => drop(self.entries.entry(id).or_default().insert(kind)),
            Subject::Template(id) => drop(self.templates.entry(id).or_default().insert(kind)),
            Subject::Stack(_) | Subject::Key(_) => {}
        }
    }

    /// Notes a change of a field.
    pub(super) fn field(&mut self, owner: Subject, column: &str) {
        match (owner, column) {
            (Subject::Instance(id), "enabled") => drop(self.states.insert(id)),
            (Subject::Instance(id), "template_service_id") => drop(self.new.insert(id)),
            (Subject::Stack(id), "enabled") => drop(self.stacks.insert(id)),
            _ => {}
        }
    }

    /// Notes a change of an object.
    pub(super) fn object(&mut self, subject: Subject, action: ChangeAction, is_new: bool) {
        if let Subject::Instance(id) = subject {
            match action {
                _ if is_new => drop(self.new.insert(id)),
                ChangeAction::SoftDelete | ChangeAction::Restore => drop(self.states.insert(id)),
                _ => {}
            }
        }
    }
}
