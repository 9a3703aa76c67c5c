//! The effects of a change: what a plan tells, and what its token binds.
//!
//! Made by `find.rs`. An effect must hold no secret.

use std::fmt::Write;

use crate::{
    app::conflicts::{claim::ClaimKind, find::Conflict},
    db::entities::{StackModel, TemplateModel},
    ids::AnyId,
    kinds::AnyChange,
};

/// How much an effect matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing that runs or is stored is lost.
    Info,
    /// Something works differently afterwards, or stays behind.
    Caution,
    /// The configuration of a container is replaced or removed, data is lost or out of reach, a reference breaks, or one
    /// revert cannot undo it.
    Destructive,
}

/// A field with its values before and after, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldEffect {
    /// The field, as the API names it.
    pub field: String,
    /// The value before.
    pub from: Option<String>,
    /// The value after.
    pub to: Option<String>,
}

/// What happens to a container when its stack is started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContainerAction {
    /// There is a new one.
    Create,
    /// It is made anew with another configuration.
    Recreate,
    /// It is made anew under another name.
    Rename,
    /// It is not there any more.
    Remove,
}

/// What happens to a dependency on an instance, or to a reference to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReferenceAction {
    /// It leads to nothing any more.
    Break,
    /// It leads to the same instance under its new name.
    Follow,
}

/// What happens to data outside the database, or to what only the database has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DataAction {
    /// Volumes stay, and the instance finds them again when it is restored.
    Keep,
    /// Volumes stay on the hosts, and nothing uses them any more.
    LeaveBehind,
    /// Configuration and history are deleted for good.
    Delete,
}

/// What an effect is.
#[derive(Clone, Debug)]
pub enum EffectKind {
    /// An object changes, comes or goes.
    Config {
        /// The entries that differ: effective ones of an instance, own ones of a template.
        edits: Vec<AnyChange>,
        /// The fields that differ.
        fields: Vec<FieldEffect>,
    },
    /// A container changes, comes or goes.
    Container {
        /// What happens to it.
        action: ContainerAction,
        /// Its name; the former one if it goes.
        name: String,
        /// Its former name, if that is another one.
        former: Option<String>,
    },
    /// A dependency on an instance that goes or gets another name, or a reference to a value of which that is so.
    Reference {
        /// What happens to it.
        action: ReferenceAction,
        /// The instance on which others depend, by its former name; or the reference that has no value afterwards.
        target: String,
    },
    /// An instance claims something of the host, or does so no longer.
    Claim {
        /// The kind of the resource.
        kind: ClaimKind,
        /// The resource.
        value: String,
        /// Whether it is claimed afterwards.
        is_won: bool,
    },
    /// Data is concerned.
    Data {
        /// What happens to it.
        action: DataAction,
        /// The names of the volumes of the engine.
        volumes: Vec<String>,
    },
}

/// An effect of a change.
#[derive(Clone, Debug)]
pub struct Effect {
    /// How much it matters.
    pub severity: Severity,
    /// A sentence for people.
    pub message: String,
    /// The object.
    pub subject: AnyId,
    /// What it is.
    pub kind: EffectKind,
    /// The place of the object, such as `shop/web`; effects are in the order of their places.
    pub(super) place: String,
    /// What else a token binds: a digest of what comes or goes.
    pub(super) bound: String,
}

/// The counts of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Containers that are new.
    pub created: usize,
    /// Containers that are made anew, also those under another name.
    pub recreated: usize,
    /// Containers that go.
    pub removed: usize,
    /// Entries of configurations that differ, in instances and templates.
    pub entries: usize,
    /// Effects that are destructive.
    pub destructive: usize,
    /// Effects that want attention.
    pub cautions: usize,
    /// All effects.
    pub effects: usize,
}

/// All effects of a change.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    /// The effects, in the order of their objects.
    pub list: Vec<Effect>,
    /// The conflicts that the change makes.
    pub new_conflicts: Vec<Conflict>,
    /// The conflicts that the change solves.
    pub solved_conflicts: Vec<Conflict>,
    /// The stacks as they would be: those that the change makes are in no table.
    pub stacks: Vec<StackModel>,
    /// The templates as they would be.
    pub templates: Vec<TemplateModel>,
    /// What a token binds, as text.
    pub(super) bound: String,
}

impl Effects {
    /// Whether any effect is destructive.
    pub fn is_destructive(&self) -> bool {
        self.list.iter().any(|effect| effect.severity == Severity::Destructive)
    }

    /// The counts.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary { effects: self.list.len(), ..Summary::default() };
        for effect in &self.list {
            match effect.severity {
                Severity::Destructive => summary.destructive += 1,
                Severity::Caution => summary.cautions += 1,
                Severity::Info => {}
            }
            match &effect.kind {
                EffectKind::Config { edits, .. } => summary.entries += edits.len(),
                EffectKind::Container { action, .. } => match action {
                    ContainerAction::Create => summary.created += 1,
                    ContainerAction::Recreate | ContainerAction::Rename => summary.recreated += 1,
                    ContainerAction::Remove => summary.removed += 1,
                },
                EffectKind::Reference { .. } | EffectKind::Claim { .. } | EffectKind::Data { .. } => {}
            }
        }
        summary
    }
}

/// The text by which two conflicts are the same.
pub(super) fn conflict_text(conflict: &Conflict) -> String {
    let mut text = format!("{:?} {} {}", conflict.kind(), conflict.value(), conflict.instance.instance_id);
    for holder in conflict.holders() {
        let _ = write!(text, " {}", holder.instance_id);
    }
    let _ = write!(text, " {}", conflict.holder_count);
    text
}
