//! The collection fields and inputs of all kinds, generated from the registry of kinds.
//!
//! Used by `Instance`, `Template` and the inputs. It must not name a single kind, except `Setting`.

use std::sync::Arc;

use async_graphql::{Context, InputObject, MaybeUndefined, Object, Result};

use crate::{
    db::entries::Source,
    graphql::{config::shared::Shared, context::ContextExt, execution::to_error::to_graphql_error},
    ids::{InstanceId, TemplateId},
    kinds::{
        Cardinality, Collections, Kind, OfInstance, OfTemplate, Owner, Setting, Settings, for_each_kind,
        for_each_template_kind,
    },
};

/// The overrides of an instance, as fields of `Instance`.
pub(in crate::graphql) struct InstanceCollections(pub(in crate::graphql) InstanceId);
/// The entries of a template, as fields of `Template`.
pub(in crate::graphql) struct TemplateCollections(pub(in crate::graphql) TemplateId);

async fn load<O: Owner, K: Source<O>>(ctx: &Context<'_>, owner: O::Id) -> Result<Arc<Vec<K>>> {
    ctx.loaders().entries::<O, K>(owner).await.map_err(to_graphql_error)
}

/// The GraphQL type of a collection. A nullable one contains its own error, so that only the field becomes null.
pub(in crate::graphql) trait Answered<K> {
    /// The type in GraphQL.
    type Answer;
    /// Converts the entries, or the error.
    fn answer(entries: Result<Arc<Vec<K>>>) -> Self::Answer;
}
impl<K> Answered<K> for Vec<K> {
    type Answer = Result<Vec<Shared<K>>>;
    fn answer(entries: Result<Arc<Vec<K>>>) -> Self::Answer {
        entries.map(|entries| Shared::all(&entries))
    }
}
impl<K> Answered<K> for Option<K> {
    type Answer = Option<Result<Shared<K>>>;
    fn answer(entries: Result<Arc<Vec<K>>>) -> Self::Answer {
        entries.map(|entries| Shared::all(&entries).into_iter().next()).transpose()
    }
}
impl Answered<Setting> for Settings {
    type Answer = Result<Settings>;
    fn answer(entries: Result<Arc<Vec<Setting>>>) -> Self::Answer {
        entries.map(|entries| Self::from_entries(Arc::unwrap_or_clone(entries)))
    }
}

macro_rules! fields {
    (($collections:ident, $owner:ident) $( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        #[Object]
        impl $collections {
            $( $(#[$doc])*
            async fn $field(
                &self,
                ctx: &Context<'_>,
            ) -> <<crate::kinds::$kind as Kind>::Set as Answered<crate::kinds::$kind>>::Answer {
                type Set = <crate::kinds::$kind as Kind>::Set;
                <Set as Answered<crate::kinds::$kind>>::answer(load::<$owner, _>(ctx, self.0).await)
            } )+
        }
    };
}
for_each_kind!(fields, InstanceCollections, OfInstance);
for_each_template_kind!(fields, TemplateCollections, OfTemplate);

macro_rules! inputs {
    (($(#[$input_doc:meta])* $input:ident, $name:literal)
     $( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        $(#[$input_doc])*
        #[derive(Debug, InputObject)]
        #[graphql(name = $name)]
        pub(in crate::graphql) struct $input {
            $( $(#[$doc])* pub(in crate::graphql) $field: MaybeUndefined<<crate::kinds::$kind as Kind>::Set>, )+
        }

        impl From<$input> for Collections {
            fn from(input: $input) -> Self {
                let mut collections = Self::default();
                $( collections.$field = match input.$field {
                    MaybeUndefined::Undefined => None,
                    MaybeUndefined::Null => Some(Cardinality::from_entries(Vec::new())),
                    MaybeUndefined::Value(set) => Some(set),
                }; )+
                collections
            }
        }
    };
}
for_each_kind!(
    inputs,
    /// Whole collections: an absent kind is left as it is; an empty list, or null, means that nothing of the kind is
    /// said here, so that everything is inherited from the template. At most 500 entries a kind,
    /// with 16 MiB of text (values, contents, commands) in all.
    InstanceOverridesInput,
    "InstanceOverridesInput"
);
for_each_template_kind!(
    inputs,
    /// Whole collections of a template: an absent kind is left as it is, an empty list or null empties it. At most 500
    /// entries a kind, with 16 MiB of text (values, contents, commands) in all.
    TemplateCollectionsInput,
    "TemplateCollectionsInput"
);
