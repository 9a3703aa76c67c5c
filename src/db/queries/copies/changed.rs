//! Writes the overrides of a copied stack that differ from those of its source.
//!
//! Called by the use case that forks a stack, after it has copied the instances. Nothing is logged: the entries of a new
//! object are part of its creation. It must not know why an entry differs.

use sea_orm::{
    ActiveValue::{NotSet, Set},
    DbErr, EntityTrait,
};

use crate::{
    db::{Session, Tx, entities::override_rule, secrets},
    ids::InstanceId,
    kinds::{OfInstance, Rule, Stored},
};

/// The number of rows in one statement. Each row has up to twelve values, and SQLite takes 32,766.
const ROWS: usize = 2000;

/// Inserts entries of new instances, in their order.
pub async fn insert<K: Stored<OfInstance>>(tx: &Tx, entries: Vec<(InstanceId, K)>) -> Result<(), DbErr> {
    if entries.iter().any(|(_, entry)| entry.holds_secret()) {
        secrets::lock_current_key(tx).await?;
    }
    let mut rest = entries.into_iter().peekable();
    while rest.peek().is_some() {
        let mut rows = Vec::new();
        for (owner, mut entry) in rest.by_ref().take(ROWS) {
            secrets::seal::<OfInstance, K>(&mut entry, owner, tx.vault())?;
            rows.push(entry.into_row(owner));
        }
        K::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Inserts rules of new instances.
pub async fn insert_rules(tx: &Tx, rules: Vec<(InstanceId, Rule)>) -> Result<(), DbErr> {
    let mut rest = rules.into_iter().peekable();
    while rest.peek().is_some() {
        let rows = rest.by_ref().take(ROWS).map(|(instance, rule)| override_rule::ActiveModel {
            id: NotSet,
            instance_id: Set(instance),
            kind: Set(rule.kind.as_str().to_owned()),
            key: Set(rule.key),
            action: Set(rule.action.as_str().to_owned()),
        });
        override_rule::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}
