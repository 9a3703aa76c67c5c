//! Reports about the overrides of an instance: its rules, removed entries, differences from the template, and
//! statistics.
//!
//! Reached through `Instance`. It must not merge itself: `kinds` does.

use async_graphql::{Context, Result, SimpleObject};

use crate::{
    app::Layers,
    budget::Budget,
    error::Error,
    graphql::{
        config::effective::{ConfigOf, layers},
        context::int,
        execution::to_error::to_graphql_error,
    },
    kinds::{AnyChange, AnyEntry, ChangeType, OverrideKind, Registered, Rule, RuleAction, Stats, diff, for_each_kind},
};

/// A rule of an instance: something that it takes away from what it inherits.
#[derive(SimpleObject)]
pub(in crate::graphql) struct OverrideRule {
    /// What it is about.
    kind: OverrideKind,
    /// What it does.
    action: RuleAction,
    /// The key of the entry that is removed, such as `5432/tcp` or the name of a variable; `*` where there can be only
    /// one entry. Null when the whole collection is replaced.
    key: Option<String>,
}

impl From<Rule> for OverrideRule {
    fn from(Rule { kind, action, key }: Rule) -> Self {
        Self { kind, action, key }
    }
}

/// An inherited entry that the instance has taken away.
#[derive(SimpleObject)]
pub(in crate::graphql) struct RemovedEntry {
    /// What it is.
    kind: OverrideKind,
    /// Its key, such as `5432/tcp` or the name of a variable; `*` where there can be only one entry.
    key: String,
    /// Whether it was removed alone or with its whole collection.
    by: RuleAction,
    /// The entry: that of the stack, or else that of the template.
    entry: AnyEntry,
}

/// What is different under one key.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ConfigChange {
    /// What has changed.
    kind: OverrideKind,
    /// The key, such as `5432/tcp` or the name of a variable; `*` where there can be only one entry.
    key: String,
    /// In which way.
    change: ChangeType,
    /// The entries before; several where entries share a key, as ports can. Empty when the key is new.
    from: Vec<AnyEntry>,
    /// The entries after. Empty when nothing has the key any more.
    to: Vec<AnyEntry>,
}

impl From<AnyChange> for ConfigChange {
    fn from(AnyChange { kind, key, from, to }: AnyChange) -> Self {
        let change = ChangeType::of(from.is_empty(), to.is_empty());
        Self { kind, key, change, from, to }
    }
}

/// What is worth a look among the overrides of one kind.
#[derive(SimpleObject)]
pub(in crate::graphql) struct KindStats {
    /// Which kind.
    kind: OverrideKind,
    /// Overrides: entries of its own.
    total: i32,
    /// Inherited entries that the instance takes away.
    removed: i32,
    /// Overrides that change nothing, because what it inherits says the same: they can be reset.
    redundant: i32,
    /// Removals of keys that nothing inherited has: they can be reset.
    dead: i32,
    /// True when the instance ignores everything of this kind that it would inherit.
    replaced: bool,
}

/// What is worth a look among the overrides of an instance.
#[derive(SimpleObject)]
pub(in crate::graphql) struct OverrideStats {
    /// Overrides of all kinds.
    total: i32,
    /// Kind by kind, those of which something is said.
    by_kind: Vec<KindStats>,
    /// Inherited entries that the instance takes away, as `effectiveConfig.removed` lists them.
    removed: i32,
    /// Overrides that change nothing, because what it inherits says the same: they can be reset.
    redundant: i32,
    /// Removals of keys that nothing inherited has: they can be reset.
    dead: i32,
}

fn count(n: usize) -> i32 {
    int(i64::try_from(n).unwrap_or(i64::MAX))
}

fn total(stats: Vec<(OverrideKind, Stats)>) -> OverrideStats {
    let sum = |of: fn(&Stats) -> usize| count(stats.iter().map(|(_, stats)| of(stats)).sum());
    OverrideStats {
        total: sum(|stats| stats.total),
        removed: sum(|stats| stats.removed),
        redundant: sum(|stats| stats.redundant),
        dead: sum(|stats| stats.dead),
        by_kind: stats
            .iter()
            .filter(|(_, stats)| *stats != Stats::default())
            .map(|(kind, stats)| KindStats {
                kind: *kind,
                total: count(stats.total),
                removed: count(stats.removed),
                redundant: count(stats.redundant),
                dead: count(stats.dead),
                replaced: stats.replaced,
            })
            .collect(),
    }
}

fn removed<K: Registered + Into<AnyEntry>>(
    merged: crate::kinds::Merged<&K>,
    budget: &Budget,
) -> Result<Vec<RemovedEntry>> {
    let removed = merged.removed.into_iter().map(|removed| {
        charge(removed.entry, budget)?;
        Ok(RemovedEntry {
            kind: K::KIND,
            key: removed.entry.key().to_string(),
            by: removed.by,
            entry: removed.entry.clone().into(),
        })
    });
    removed.collect()
}

/// Charges the copy of an entry to the budget.
fn charge<K: Registered>(entry: &K, budget: &Budget) -> Result<()> {
    budget.charge(size_of::<AnyEntry>() + entry.heap_size()).map_err(|exceeded| to_graphql_error(Error::from(exceeded)))
}

/// The differences between two lists of entries.
fn changes<K: Registered + Into<AnyEntry>>(from: &[&K], to: &[&K], budget: &Budget) -> Result<Vec<ConfigChange>> {
    let changes = diff(from, to).into_iter().map(|change| {
        for entry in change.from.iter().chain(&change.to) {
            charge(*entry, budget)?;
        }
        Ok(AnyChange::from(change).into())
    });
    changes.collect()
}

macro_rules! reports {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        /// The layers of all kinds.
        pub(in crate::graphql) struct Reports {
            $( $field: Layers<crate::kinds::$kind>, )+
        }

        impl Reports {
            pub(in crate::graphql) async fn load(ctx: &Context<'_>, of: &ConfigOf) -> Result<Self> {
                // Concurrently, so that every loader runs once. On the heap, because the futures of all kinds together
                // are too large for the stack of a deeply nested resolver.
                let ($( $field, )+) = tokio::try_join!($( Box::pin(layers::<crate::kinds::$kind>(ctx, of)) ),+)?;
                Ok(Self { $( $field, )+ })
            }

            /// The inherited entries that the instance removes.
            pub(in crate::graphql) fn removed(&self, budget: &Budget) -> Result<Vec<RemovedEntry>> {
                let mut all = Vec::new();
                $( all.extend(removed(self.$field.merge(), budget)?); )+
                Ok(all)
            }

            /// The differences between what would have run and what would run at another point.
            pub(in crate::graphql) fn diff_to(&self, other: &Self, budget: &Budget) -> Result<Vec<ConfigChange>> {
                let mut all = Vec::new();
                $(
                    let (before, after) = (self.$field.merge(), other.$field.merge());
                    all.extend(changes(&before.values(), &after.values(), budget)?);
                )+
                Ok(all)
            }

            /// The differences between what the instance inherits and what it is.
            pub(in crate::graphql) fn diff(&self, budget: &Budget) -> Result<Vec<ConfigChange>> {
                let mut all = Vec::new();
                $(
                    let merged = self.$field.merge();
                    all.extend(changes(&self.$field.inherited(), &merged.values(), budget)?);
                )+
                Ok(all)
            }

            pub(in crate::graphql) fn stats(&self) -> OverrideStats {
                total(vec![$( self.$field.stats() ),+])
            }
        }
    };
}
for_each_kind!(reports);
