//! `EffectiveEntry`: the effective configuration as one flat list, for tables.
//!
//! Reached through `EffectiveConfig.entries`. It must not merge itself: `kinds` does.

use async_graphql::{Context, Result, SimpleObject};

use crate::{
    app::OfPast,
    budget::Budget,
    error::Error,
    graphql::{
        config::{
            effective::{ConfigOf, layers, system},
            references::resolved,
            since::Since,
        },
        context::ContextExt,
        execution::to_error::to_graphql_error,
    },
    kinds::{Brief, Kind, Origin, OverrideKind, Registered, for_each_kind},
};

/// Shown in place of a secret that an entry shadows.
const HIDDEN: &str = "***";

/// An entry of any kind, or a setting, as a row of a table.
#[derive(SimpleObject)]
#[graphql(name = "EffectiveEntry")]
pub(in crate::graphql) struct FlatEntry {
    /// What it is.
    kind: OverrideKind,
    /// Its key, such as `5432/tcp` or the name of a variable or setting; `*` where there can be only one entry.
    key: String,
    /// Its value with its references resolved, or its short form, as Compose has it; null for a secret, and for a variable
    /// whose value the shell has.
    text: Option<String>,
    /// True when its value is a secret, which is not shown.
    is_secret: bool,
    /// Where it comes from.
    pub(in crate::graphql) origin: Origin,
    /// The texts of the entries whose place it takes, those of the stack before those of the template; empty when there
    /// are none, as they were written. A secret is `***`, and a variable whose value the shell has is an empty text.
    shadows: Vec<String>,
    #[graphql(flatten)]
    pub(in crate::graphql) since: Since,
}

/// The text of an entry whose place another one takes.
fn shadowed(entry: &impl Kind) -> String {
    match entry.brief() {
        Brief::Text(text) => text.into_owned(),
        Brief::Secret => HIDDEN.to_owned(),
        Brief::Unset => String::new(),
    }
}

/// The effective entries of a kind, in the order of their keys.
async fn of_kind<K: OfPast + Registered>(ctx: &Context<'_>, of: &ConfigOf, budget: &Budget) -> Result<Vec<FlatEntry>> {
    let (layers, system) = futures_util::future::try_join(layers::<K>(ctx, of), system::<K>(ctx, of)).await?;
    let mut merged = layers.merge();
    merged.inject(&system);
    let resolved = resolved(ctx, of, &merged).await?;
    let mut rows = Vec::with_capacity(merged.entries.len());
    for (place, effective) in merged.entries.into_iter().enumerate() {
        let entry = resolved.as_ref().and_then(|entries| entries.get(place)).unwrap_or(effective.entry);
        // The key is what an override needs: a domain as it was written.
        let (key, brief) = (effective.entry.key().to_string(), entry.brief());
        let shadows: Vec<String> = effective.shadows.iter().map(|entry| shadowed(*entry)).collect();
        let texts = shadows.iter().map(String::len).sum::<usize>() + brief.text().map_or(0, str::len) + key.len();
        budget.charge(size_of::<FlatEntry>() + texts).map_err(|exceeded| to_graphql_error(Error::from(exceeded)))?;
        rows.push(FlatEntry {
            kind: K::KIND,
            text: brief.text().map(str::to_owned),
            is_secret: brief == Brief::Secret,
            origin: effective.origin,
            shadows,
            since: Since::new(of, K::KIND, key.clone(), effective.origin),
            key,
        });
    }
    Ok(rows)
}

macro_rules! all {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        /// The effective entries of all kinds, kind by kind.
        pub(in crate::graphql) async fn entries(ctx: &Context<'_>, of: &ConfigOf) -> Result<Vec<FlatEntry>> {
            let budget = ctx.app().budget();
            // Concurrently, so that every loader runs once; on the heap, because all futures together are large.
            let ($( $field, )+) = tokio::try_join!($( Box::pin(of_kind::<crate::kinds::$kind>(ctx, of, budget)) ),+)?;
            let mut all = Vec::new();
            $( all.extend($field); )+
            Ok(all)
        }
    };
}
for_each_kind!(all);
