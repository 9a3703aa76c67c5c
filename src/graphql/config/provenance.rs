//! `Effective`: the interface of effective values, which tells where each comes from.
//!
//! Implemented by the effective entries of all kinds, by settings, and by the rows of the flat list. It must not read
//! itself.

use async_graphql::{Context, Interface, ObjectType, Result};

use crate::{
    graphql::{
        config::{
            effective::{EffectiveEntry, EffectiveEnvVar},
            entries::FlatEntry,
            settings::{EffectiveSetting, SettingValue},
        },
        types::history::change::Change,
    },
    kinds::{
        Argv, Attribute, ConfigFile, Dependency, Domain, Healthcheck, Label, Network, Origin, Port, ResourceLimits,
        RestartPolicy, Volume,
    },
};

/// A value of the effective configuration.
#[derive(Interface)]
#[graphql(
    field(name = "origin", ty = "&Origin", desc = "Where it comes from."),
    field(
        name = "since",
        ty = "Option<Result<Change>>",
        desc = "The change that made it what it is: of the override or the rule, of the template or the stack, or the creation of the instance, whichever came last. Null if that was before the change log."
    )
)]
pub(in crate::graphql) enum Effective {
    Entry(FlatEntry),
    Text(EffectiveSetting<String>),
    Arguments(EffectiveSetting<Argv>),
    RestartPolicy(EffectiveSetting<RestartPolicy>),
    Port(EffectiveEntry<Port>),
    Volume(EffectiveEntry<Volume>),
    EnvVar(EffectiveEnvVar),
    Label(EffectiveEntry<Label>),
    Domain(EffectiveEntry<Domain>),
    Healthcheck(EffectiveEntry<Healthcheck>),
    ConfigFile(EffectiveEntry<ConfigFile>),
    ResourceLimits(EffectiveEntry<ResourceLimits>),
    Attribute(EffectiveEntry<Attribute>),
    Network(EffectiveEntry<Network>),
    Dependency(EffectiveEntry<Dependency>),
}

macro_rules! since_of {
    ($( ($($generics:tt)*) $object:ty: $($since:ident).+; )+) => { $(
        impl$($generics)* $object {
            /// The field of the interface.
            pub(in crate::graphql) async fn since(&self, ctx: &Context<'_>) -> Result<Option<Result<Change>>> {
                Ok(self.$($since).+.change(ctx).await)
            }
        }
    )+ };
}
since_of! {
    () FlatEntry: since;
    (<T: SettingValue>) EffectiveSetting<T>: since;
    () EffectiveEnvVar: fields.since;
    (<K: ObjectType>) EffectiveEntry<K>: fields.since;
}

macro_rules! origin_of {
    ($( ($($generics:tt)*) $object:ty; )+) => { $(
        impl$($generics)* $object {
            /// The field of the interface.
            pub(in crate::graphql) async fn origin(&self, _: &Context<'_>) -> Result<&Origin> {
                Ok(&self.fields.origin)
            }
        }
    )+ };
}
origin_of! {
    () EffectiveEnvVar;
    (<K: ObjectType>) EffectiveEntry<K>;
}
