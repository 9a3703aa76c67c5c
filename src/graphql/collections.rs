//! The fields and inputs of all kinds, made from the registry.
//!
//! Used by `Instance`, `Template` and the inputs. A kind that is registered appears here by itself.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, Result};

use super::{context::ContextExt, fault::fault, loaders::EntriesOf};
use crate::{
    ids::{InstanceId, TemplateId},
    kinds::{Cardinality, Collections, Kind, OfInstance, OfTemplate, Owner, Stored, for_each_kind},
};

/// The overrides of an instance, as fields of `Instance`.
pub(super) struct InstanceCollections(pub(super) InstanceId);
/// The entries of a template, as fields of `Template`.
pub(super) struct TemplateCollections(pub(super) TemplateId);

async fn load<O: Owner, K: Stored<O>>(ctx: &Context<'_>, owner: O::Id) -> Result<K::Set> {
    let found = ctx.loaders().load(EntriesOf::<O, K>::new(owner)).await.map_err(fault)?;
    Ok(K::Set::from_entries(found.unwrap_or_default()))
}

/// How a set is answered: a nullable one must carry its own error, so that only the field becomes null.
trait Answered: Sized {
    type Answer;
    fn answer(result: Result<Self>) -> Self::Answer;
}
impl<K> Answered for Vec<K> {
    type Answer = Result<Vec<K>>;
    fn answer(result: Result<Self>) -> Self::Answer {
        result
    }
}
impl<K> Answered for Option<K> {
    type Answer = Option<Result<K>>;
    fn answer(result: Result<Self>) -> Self::Answer {
        result.transpose()
    }
}

macro_rules! fields {
    ($( $(#[$doc:meta])* $field:ident : $kind:ty, )+) => {
        #[Object]
        impl InstanceCollections {
            $( $(#[$doc])*
            async fn $field(&self, ctx: &Context<'_>) -> <<$kind as Kind>::Set as Answered>::Answer {
                Answered::answer(load::<OfInstance, $kind>(ctx, self.0).await)
            } )+
        }

        #[Object]
        impl TemplateCollections {
            $( $(#[$doc])*
            async fn $field(&self, ctx: &Context<'_>) -> <<$kind as Kind>::Set as Answered>::Answer {
                Answered::answer(load::<OfTemplate, $kind>(ctx, self.0).await)
            } )+
        }

        /// Whole collections: an absent kind is left as it is; an empty list, or null, means that nothing of the
        /// kind is said here, so that everything is inherited from the template. At most 500 entries a kind.
        #[derive(Debug, InputObject)]
        #[graphql(name = "InstanceOverridesInput")]
        pub(super) struct CollectionsInput {
            $( $(#[$doc])* pub(super) $field: MaybeUndefined<<$kind as Kind>::Set>, )+
        }

        impl From<CollectionsInput> for Collections {
            fn from(input: CollectionsInput) -> Self {
                Self { $( $field: match input.$field {
                    MaybeUndefined::Undefined => None,
                    MaybeUndefined::Null => Some(Cardinality::from_entries(Vec::new())),
                    MaybeUndefined::Value(set) => Some(set),
                }, )+ }
            }
        }
    };
}
for_each_kind!(fields);
