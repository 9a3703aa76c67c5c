//! The variables of stacks: a layer of entries between templates and instances, which only some kinds have.
//!
//! Called by the use cases. It must not decide what may be locked.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement};

use super::{Source, difference::Difference, pending::PendingWrites, replace, rows::Loaded};
use crate::{
    db::{Session, Tx, queries::in_list},
    error::Result,
    ids::{InstanceId, StackId},
    kinds::{EnvVar, Inject, Kind, OfStack, OverrideKind, RuleAction, SharedVar, Stored, for_each_kind},
};

/// The variables that are a part of the environment of every instance.
fn injected(loaded: Loaded<OfStack, SharedVar>) -> Loaded<OfStack, EnvVar> {
    let Loaded { entries, unreadable } = loaded;
    let entries =
        entries.into_iter().map(|(stack, vars)| (stack, vars.iter().filter_map(SharedVar::injected).collect()));
    Loaded { entries: entries.collect(), unreadable }
}

/// What the instances of a stack share of a kind.
macro_rules! sources {
    (@one env_vars $kind:ident) => {
        impl Source<OfStack> for crate::kinds::$kind {
            async fn load_each(db: &impl Session, stacks: &[StackId]) -> Result<Loaded<OfStack, Self>, DbErr> {
                Ok(injected(<SharedVar as Source<OfStack>>::load_each(db, stacks).await?))
            }

            async fn masked(db: &impl Session, stacks: &[StackId]) -> Result<Loaded<OfStack, Self>, DbErr> {
                Ok(injected(<SharedVar as Source<OfStack>>::masked(db, stacks).await?))
            }

            fn open(db: &impl Session, stack: StackId, entries: &mut [Self]) -> Result<(), DbErr> {
                let table = <SharedVar as Stored<OfStack>>::TABLE;
                entries.iter_mut().filter(|entry| entry.holds_secret()).try_for_each(|entry| {
                    let done = Kind::open(entry, table, stack.0, db.vault());
                    done.map_err(|cause| DbErr::Custom(format!("cannot open a secret of a stack: {cause}")))
                })
            }
        }
    };
    (@one $field:ident $kind:ident) => {
        impl Source<OfStack> for crate::kinds::$kind {
            async fn load_each(_: &impl Session, _: &[StackId]) -> Result<Loaded<OfStack, Self>, DbErr> {
                Ok(Loaded::complete(HashMap::new()))
            }
        }
    };
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => { $( sources! { @one $field $kind } )+ };
}
for_each_kind!(sources);

/// The variables of a stack, with decrypted secrets.
pub async fn of_stack(db: &impl Session, stack: StackId) -> Result<Vec<SharedVar>> {
    let mut loaded = <SharedVar as Source<OfStack>>::load_each(db, &[stack]).await?;
    Ok(loaded.take(stack)?)
}

/// Replaces the variables of a stack, writing only the rows that differ. Returns true if there were any. The caller
/// records the change of the stack.
pub async fn replace_vars(tx: &Tx, stack: StackId, wanted: Vec<SharedVar>, now: DateTime<Utc>) -> Result<bool> {
    let mut writes = PendingWrites::default();
    let changed = replace::<OfStack, SharedVar>(tx, stack, wanted, now, &mut writes).await?;
    writes.run(tx).await?;
    Ok(changed)
}

/// Inserts the variables of a new stack.
pub async fn insert_vars(tx: &Tx, stack: StackId, vars: Vec<SharedVar>, now: DateTime<Utc>) -> Result<()> {
    let mut writes = PendingWrites::default();
    Difference::first(vars).prepare::<OfStack>(tx, stack, now, &mut writes).await?;
    writes.run(tx).await
}

/// Copies the variables of a stack to a new one. Each secret is encrypted for its new owner.
pub async fn copy_vars(tx: &Tx, from: StackId, to: StackId, now: DateTime<Utc>) -> Result<()> {
    let vars = of_stack(tx, from).await?;
    if vars.is_empty() { Ok(()) } else { insert_vars(tx, to, vars, now).await }
}

/// The keys of the injected variables of a stack, which instances inherit, with whether each is locked.
pub async fn injected_keys(tx: &Tx, stack: StackId) -> Result<Vec<(String, bool)>, DbErr> {
    #[derive(FromQueryResult)]
    struct Found {
        key: String,
        locked: bool,
    }
    let backend = tx.get_database_backend();
    let (of_stack, value) = in_list::parameter(backend, std::iter::once(stack.0));
    let sql =
        format!("SELECT key, locked FROM stack_env_vars WHERE stack_id {of_stack} AND inject = '{}'", Inject::All);
    let rows = Found::find_by_statement(Statement::from_sql_and_values(backend, sql, [value])).all(tx).await?;
    Ok(rows.into_iter().map(|row| (row.key, row.locked)).collect())
}

/// The instances that are checked against locked variables.
#[derive(Clone, Copy, Debug)]
pub enum Asked<'a> {
    /// The live instances of some stacks.
    Of(&'a [StackId]),
    /// These instances, in the trash or not.
    These(&'a [InstanceId]),
}

/// An override, or a rule, of a variable that is locked.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct AgainstLock {
    /// The instance.
    pub instance_id: InstanceId,
    /// The name of the instance.
    pub name: String,
    /// The key of the variable.
    pub key: String,
    /// `OVERRIDE`, or the action of a rule.
    pub how: String,
}

/// The overrides and rules of variables that are locked, by the name of the instance and the key. Instances outside the caller's scope are
/// missing.
pub async fn against_locks(db: &impl Session, asked: Asked<'_>) -> Result<Vec<AgainstLock>, DbErr> {
    let (column, live, ids): (&str, &str, Vec<i64>) = match asked {
        Asked::Of(stacks) => ("v.stack_id", " AND i.deleted_at IS NULL", stacks.iter().map(|id| id.0).collect()),
        Asked::These(instances) => ("i.id", "", instances.iter().map(|id| id.0).collect()),
    };
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let backend = db.get_database_backend();
    let (these, value) = in_list::parameter(backend, ids.into_iter());
    let reach = db.scope().and("i.stack_id");
    let locked = format!(
        "stack_env_vars AS v JOIN service_instances AS i ON i.stack_id = v.stack_id{live} {{}} \
         WHERE {column} {these} AND v.locked AND v.inject = '{}'{reach}",
        Inject::All
    );
    let select = |how: &str, join: &str| {
        let from = locked.replace("{}", join);
        format!("SELECT i.id AS instance_id, i.instance_id AS name, v.key AS key, {how} AS how FROM {from}")
    };
    let sql = format!(
        "SELECT * FROM ({} UNION ALL {}) AS found ORDER BY name, key, how",
        select("'OVERRIDE'", "JOIN instance_env_vars AS e ON e.instance_id = i.id AND e.key = v.key"),
        select(
            "r.action",
            &format!(
                "JOIN instance_override_rules AS r ON r.instance_id = i.id AND r.kind = '{}' AND (r.key = v.key OR \
                 r.action = '{}')",
                OverrideKind::EnvVar.as_str(),
                RuleAction::Replace.as_str()
            )
        )
    );
    AgainstLock::find_by_statement(Statement::from_sql_and_values(backend, sql, [value])).all(db).await
}
