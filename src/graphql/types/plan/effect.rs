//! `Effect`: one thing that a change does, in five types.
//!
//! Reached through `Plan.effects`. It must not show a secret: entries hide their own.

use async_graphql::{Context, Enum, Interface, Object, Result, SimpleObject};

use crate::{
    app::{self, ContainerAction, DataAction, EffectKind, FieldEffect, ReferenceAction},
    graphql::{
        config::override_report::ConfigChange,
        types::{
            conflict::{ConflictKind, Severity},
            history::change::FieldChange,
            node::{self, Node},
        },
    },
    ids::AnyId,
};

/// What happens to a container when its stack is started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "ContainerAction", name = "ContainerAction")]
pub(in crate::graphql) enum OnContainer {
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "ReferenceAction", name = "ReferenceAction")]
pub(in crate::graphql) enum OnReference {
    /// It leads to nothing any more.
    Break,
    /// It leads to the same instance under its new name.
    Follow,
}

/// What happens to data outside the database, or to what only the database has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "DataAction", name = "DataAction")]
pub(in crate::graphql) enum OnData {
    /// Volumes stay, and the instance finds them again when it is restored.
    Keep,
    /// Volumes stay on the hosts, and nothing uses them any more.
    LeaveBehind,
    /// Configuration and history are deleted for good.
    Delete,
}

/// One thing that a change does.
#[derive(Interface)]
#[graphql(
    field(name = "severity", ty = "Severity", desc = "How much it matters."),
    field(name = "message", ty = "&str", desc = "A sentence for people."),
    field(
        name = "subject",
        ty = "Option<Node>",
        desc = "The stack, instance or template that it is about, as it is now; null when it does not exist yet, or is in the trash."
    )
)]
pub(in crate::graphql) enum Effect {
    Config(ConfigEffect),
    Container(ContainerEffect),
    Reference(ReferenceEffect),
    Claim(ClaimEffect),
    Data(DataEffect),
}

impl From<app::Effect> for Effect {
    fn from(effect: app::Effect) -> Self {
        let about = About { severity: effect.severity.into(), message: effect.message, subject: effect.subject };
        match effect.kind {
            EffectKind::Config { edits, fields } => Self::Config(ConfigEffect {
                about,
                changed: Changed {
                    edits: edits.into_iter().map(ConfigChange::from).collect(),
                    fields: fields.into_iter().map(shown).collect(),
                },
            }),
            EffectKind::Container { action, name, former } => {
                Self::Container(ContainerEffect { about, container: Container { action: action.into(), name, former } })
            }
            EffectKind::Reference { action, target } => {
                Self::Reference(ReferenceEffect { about, reference: Referred { action: action.into(), target } })
            }
            EffectKind::Claim { kind, value, is_won } => Self::Claim(ClaimEffect {
                about,
                claim: Claimed { kind: app::ConflictKind::from(kind).into(), value, won: is_won },
            }),
            EffectKind::Data { action, volumes } => {
                Self::Data(DataEffect { about, data: Concerned { action: action.into(), volumes } })
            }
        }
    }
}

fn shown(field: FieldEffect) -> FieldChange {
    FieldChange::between(field.field, field.from, field.to)
}

/// What all effects have.
struct About {
    severity: Severity,
    message: String,
    subject: AnyId,
}

macro_rules! effects {
    ($( $(#[$doc:meta])* $name:ident { $part:ident : $of:ident } )+) => { $(
        pub(in crate::graphql) struct $name {
            about: About,
            $part: $of,
        }

        #[Object]
        $(#[$doc])*
        impl $name {
            /// How much it matters.
            pub(in crate::graphql) async fn severity(&self) -> Severity {
                self.about.severity
            }

            /// A sentence for people.
            pub(in crate::graphql) async fn message(&self) -> &str {
                &self.about.message
            }

            /// The stack, instance or template that it is about, as it is now; null when it does not exist yet, or is in the
            /// trash.
            pub(in crate::graphql) async fn subject(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
                node::find(ctx, self.about.subject).await
            }

            #[graphql(flatten)]
            async fn part(&self) -> &$of {
                &self.$part
            }
        }
    )+ };
}

effects! {
    /// An object changes, comes or goes.
    ConfigEffect { changed: Changed }
    /// A container changes, comes or goes when its stack is started again.
    ContainerEffect { container: Container }
    /// A dependency on an instance that goes or gets another name, or a reference in a value that breaks or follows.
    ReferenceEffect { reference: Referred }
    /// An instance that runs claims something of the host, or does so no longer.
    ClaimEffect { claim: Claimed }
    /// Data is concerned.
    DataEffect { data: Concerned }
}

#[derive(SimpleObject)]
struct Changed {
    /// The entries that differ: those in effect in an instance, or those of a template. Of a new object there are none. Of
    /// secrets only that they are written is shown.
    edits: Vec<ConfigChange>,
    /// The fields that differ.
    fields: Vec<FieldChange>,
}

#[derive(SimpleObject)]
struct Container {
    /// What happens to it.
    action: OnContainer,
    /// Its name afterwards; of one that goes, its name now.
    #[graphql(name = "containerName")]
    name: String,
    /// Its name now, if that is another one.
    #[graphql(name = "formerName")]
    former: Option<String>,
}

#[derive(SimpleObject)]
struct Referred {
    /// What happens to it.
    action: OnReference,
    /// The name of the instance on which `subject` depends, as it is now; or the reference that has no value afterwards, such as
    /// `${{orders-db:host}}`.
    target: String,
}

#[derive(SimpleObject)]
struct Claimed {
    /// What sort of thing it is.
    kind: ConflictKind,
    /// What is claimed, such as `0.0.0.0:5432/tcp`, `shop.localhost` or `/srv/data`.
    value: String,
    /// True when it is claimed afterwards, false when it is given back.
    won: bool,
}

#[derive(SimpleObject)]
struct Concerned {
    /// What happens to it.
    action: OnData,
    /// The names of the volumes of the engine; empty when it is about the database.
    volumes: Vec<String>,
}
