//! `EffectiveConfig`: the merged configuration of an instance, each value with its origin.
//!
//! Reached through `Instance.effectiveConfig`. Each field loads its entries, batched with all other instances of the
//! request. It must not merge itself: `kinds` does.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{Context, Object, ObjectType, OutputType, Result, SimpleObject, TypeName};
use futures_util::future::{try_join, try_join4};

use crate::{
    app::{Layers, OfPast, PastInstance},
    db::entities::InstanceModel,
    error::Error,
    graphql::{
        config::{
            entries::{FlatEntry, entries},
            override_report::{RemovedEntry, Reports},
            references::{Written, resolved},
            settings::EffectiveScalars,
            shared::Shared,
            since::Since,
        },
        context::ContextExt,
        execution::to_error::to_graphql_error,
        loaders::{RulesOf, StackKey, TemplateKey},
    },
    kinds::{
        Effective, EnvVar, Kind, Merged, Names, OfInstance, OfStack, OfTemplate, Origin, Registered, for_each_kind,
    },
};

/// The instance whose configuration is shown, as it is or as it was.
#[derive(Clone)]
pub(in crate::graphql) enum ConfigOf {
    /// As it is.
    Now(Arc<InstanceModel>),
    /// As it was.
    Past(Arc<PastInstance>),
}

impl ConfigOf {
    /// The row of the instance.
    pub(in crate::graphql) fn row(&self) -> &Arc<InstanceModel> {
        match self {
            Self::Now(instance) => instance,
            Self::Past(past) => &past.row,
        }
    }
}

/// Loads the layers of one kind: the entries of the template, those that the instances of the stack share, and the
/// overrides of the instance.
pub(in crate::graphql) async fn layers<K: OfPast>(ctx: &Context<'_>, of: &ConfigOf) -> Result<Layers<K>> {
    let instance = match of {
        ConfigOf::Now(instance) => instance,
        ConfigOf::Past(past) => {
            return K::of(&past.layers).clone().map_err(|row| to_graphql_error(Error::from(row)));
        }
    };
    let loaders = ctx.loaders();
    let (template, shared, own, rules) = try_join4(
        loaders.entries::<OfTemplate, K>(instance.template_service_id),
        shared(ctx, instance),
        loaders.entries::<OfInstance, K>(instance.id),
        loaders.load(RulesOf(instance.id)),
    )
    .await
    .map_err(to_graphql_error)?;
    Ok(Layers::new([template, shared, own], &rules.unwrap_or_default()))
}

/// The entries of a kind that the instances of a stack share.
async fn shared<K: OfPast>(ctx: &Context<'_>, instance: &InstanceModel) -> Result<Arc<Vec<K>>, Arc<Error>> {
    match K::HAS_SHARED {
        true => ctx.loaders().entries::<OfStack, K>(instance.stack_id).await,
        false => Ok(Arc::default()),
    }
}

/// The entries of a kind that the service itself adds.
pub(in crate::graphql) async fn system<K: Kind>(ctx: &Context<'_>, of: &ConfigOf) -> Result<Arc<Vec<K>>> {
    if !K::HAS_SYSTEM {
        return Ok(Arc::default());
    }
    let instance = match of {
        ConfigOf::Now(instance) => instance,
        ConfigOf::Past(past) => {
            return Ok(Arc::new(K::system(&Names {
                stack: &past.stack_name,
                instance: &past.row.instance_id,
                template: &past.template_name,
                id: past.row.id,
            })));
        }
    };
    let loaders = ctx.loaders();
    let stack = loaders.load(StackKey(instance.stack_id));
    let template = loaders.load(TemplateKey(instance.template_service_id));
    let (stack, template) = try_join(stack, template).await.map_err(to_graphql_error)?;
    let (stack, template) = (stack.as_ref().map(|row| &row.name), template.as_ref().map(|row| &row.name));
    Ok(Arc::new(K::system(&Names {
        stack: stack.map_or("", String::as_str),
        instance: &instance.instance_id,
        template: template.map_or("", String::as_str),
        id: instance.id,
    })))
}

/// What every entry of the effective configuration has: its own fields, where it comes from, and what it shadows.
#[derive(SimpleObject)]
#[graphql(name_type)]
pub(in crate::graphql) struct EntryFields<K: ObjectType> {
    #[graphql(flatten)]
    entry: Shared<K>,
    /// Where it comes from.
    pub(in crate::graphql) origin: Origin,
    /// The entry as it was written, with its references: what an override of it begins with.
    written: Shared<K>,
    /// The entries whose place it takes, those of the stack before those of the template; empty when there are none.
    shadows: Vec<Shared<K>>,
    #[graphql(flatten)]
    pub(in crate::graphql) since: Since,
}

/// A name that is in no schema: the fields are those of the entries.
impl<K: ObjectType> TypeName for EntryFields<K> {
    fn type_name() -> Cow<'static, str> {
        format!("FieldsOfEffective{}", K::type_name()).into()
    }
}

/// An entry of the effective configuration: its own fields, where it comes from, and what it shadows.
#[derive(SimpleObject)]
#[graphql(name_type)]
pub(in crate::graphql) struct EffectiveEntry<K: ObjectType> {
    #[graphql(flatten)]
    pub(in crate::graphql) fields: EntryFields<K>,
}

impl<K: ObjectType> TypeName for EffectiveEntry<K> {
    fn type_name() -> Cow<'static, str> {
        format!("Effective{}", K::type_name()).into()
    }
}

/// The entries of a kind in effect, and the lists that they are from.
pub(super) struct Parts<'p, K> {
    pub(super) of: &'p ConfigOf,
    lists: &'p [&'p Arc<Vec<K>>],
    /// The entries with their references resolved, if there are references.
    pub(super) resolved: Option<Arc<Vec<K>>>,
}

impl<K> Clone for Parts<'_, K> {
    fn clone(&self) -> Self {
        Self { of: self.of, lists: self.lists, resolved: self.resolved.clone() }
    }
}

impl<K: Registered + ObjectType> EntryFields<K> {
    /// Makes the entry at a place.
    fn new(parts: &Parts<'_, K>, place: usize, effective: &Effective<&K>) -> Option<Self> {
        let Parts { of, lists, resolved } = parts;
        let shadows = effective.shadows.iter().filter_map(|shadowed| Shared::find(lists, shadowed));
        let written = Shared::find(lists, effective.entry)?;
        Some(Self {
            entry: match resolved {
                Some(resolved) => Shared::at(resolved, place)?,
                None => written.clone(),
            },
            written,
            origin: effective.origin,
            shadows: shadows.collect(),
            since: Since::new(of, K::KIND, effective.entry.key().to_string(), effective.origin),
        })
    }
}

/// The GraphQL type of the effective entries of a kind.
pub(super) trait Shown<K: Kind>: Sized {
    type Answer;
    fn show(parts: &Parts<'_, K>, merged: Result<Merged<&K>>) -> Self::Answer;
}

/// A kind whose effective entries are a list.
pub(super) trait Listed: Registered {
    type Entry: OutputType;
    fn entry(parts: &Parts<'_, Self>, place: usize, effective: &Effective<&Self>) -> Option<Self::Entry>;
}

macro_rules! listed {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => { $( listed_one!($kind); )+ };
}
macro_rules! listed_one {
    // Its entries have more fields.
    (EnvVar) => {};
    ($kind:ident) => {
        impl Listed for crate::kinds::$kind {
            type Entry = EffectiveEntry<Self>;
            fn entry(parts: &Parts<'_, Self>, place: usize, effective: &Effective<&Self>) -> Option<Self::Entry> {
                EntryFields::new(parts, place, effective).map(|fields| EffectiveEntry { fields })
            }
        }
    };
}
for_each_kind!(listed);

/// An environment variable as it would run: its references are resolved.
#[derive(SimpleObject)]
pub(in crate::graphql) struct EffectiveEnvVar {
    #[graphql(flatten)]
    pub(in crate::graphql) fields: EntryFields<EnvVar>,
    #[graphql(flatten)]
    written: Written,
}

impl Listed for EnvVar {
    type Entry = EffectiveEnvVar;
    fn entry(parts: &Parts<'_, Self>, place: usize, effective: &Effective<&Self>) -> Option<EffectiveEnvVar> {
        Some(EffectiveEnvVar {
            fields: EntryFields::new(parts, place, effective)?,
            written: Written::new(parts.of, Shared::find(parts.lists, effective.entry)?),
        })
    }
}

impl EffectiveEnvVar {
    /// The variable of an instance with this key.
    pub(in crate::graphql) async fn find(ctx: &Context<'_>, of: &ConfigOf, key: &str) -> Result<Option<Self>> {
        let layers = layers::<EnvVar>(ctx, of).await?;
        let merged = layers.merge();
        let resolved = resolved(ctx, of, &merged).await?;
        let parts = Parts { of, lists: &[&layers.template, &layers.shared, &layers.own], resolved };
        let place = merged.entries.iter().position(|effective| effective.entry.key == key);
        Ok(place.and_then(|place| EnvVar::entry(&parts, place, &merged.entries[place])))
    }
}

impl<K: Listed> Shown<K> for Vec<K> {
    type Answer = Result<Vec<K::Entry>>;
    fn show(parts: &Parts<'_, K>, merged: Result<Merged<&K>>) -> Self::Answer {
        let entries = merged?.entries;
        Ok(entries.iter().enumerate().filter_map(|(place, effective)| K::entry(parts, place, effective)).collect())
    }
}

impl<K: Registered + ObjectType> Shown<K> for Option<K> {
    type Answer = Option<Result<EffectiveEntry<K>>>;
    fn show(parts: &Parts<'_, K>, merged: Result<Merged<&K>>) -> Self::Answer {
        let first = |merged: Merged<&K>| {
            let fields = EntryFields::new(parts, 0, merged.entries.first()?)?;
            Some(EffectiveEntry { fields })
        };
        merged.map(first).transpose()
    }
}

/// The effective configuration of an instance.
pub(in crate::graphql) struct EffectiveConfig(pub(in crate::graphql) ConfigOf);

macro_rules! fields {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        #[Object]
        /// What would really run: the entries of the template and the variables of the stack that the instance neither
        /// overrides nor removes, its overrides, and the service's own labels. Sorted by key; the same data gives the same answer.
        impl EffectiveConfig {
            #[graphql(flatten)]
            async fn scalars(&self) -> EffectiveScalars {
                EffectiveScalars(self.0.clone())
            }

            $( $(#[$doc])*
            async fn $field(
                &self,
                ctx: &Context<'_>,
            ) -> <<crate::kinds::$kind as Kind>::Set as Shown<crate::kinds::$kind>>::Answer {
                type Set = <crate::kinds::$kind as Kind>::Set;
                let parts = try_join(layers::<crate::kinds::$kind>(ctx, &self.0), system(ctx, &self.0)).await;
                match &parts {
                    Err(error) => {
                        let parts = Parts { of: &self.0, lists: &[], resolved: None };
                        <Set as Shown<crate::kinds::$kind>>::show(&parts, Err(error.clone()))
                    }
                    Ok((layers, system)) => {
                        let mut merged = layers.merge();
                        merged.inject(system);
                        let lists = [&layers.template, &layers.shared, &layers.own, system];
                        let parts = |resolved| Parts { of: &self.0, lists: &lists, resolved };
                        match resolved(ctx, &self.0, &merged).await {
                            Ok(resolved) => <Set as Shown<crate::kinds::$kind>>::show(&parts(resolved), Ok(merged)),
                            Err(error) => <Set as Shown<crate::kinds::$kind>>::show(&parts(None), Err(error)),
                        }
                    }
                }
            } )+

            /// All of it as one flat list, as a table shows it: kind by kind, and the settings, each sorted by key. What is
            /// set nowhere, and is left to the image, is not in it.
            async fn entries(&self, ctx: &Context<'_>) -> Result<Vec<FlatEntry>> {
                entries(ctx, &self.0).await
            }

            /// The inherited entries that the instance has taken away, kind by kind.
            async fn removed(&self, ctx: &Context<'_>) -> Result<Vec<RemovedEntry>> {
                Reports::load(ctx, &self.0).await?.removed(ctx.app().budget())
            }
        }
    };
}
for_each_kind!(fields);
