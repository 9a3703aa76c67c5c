//! The rows of `instance_override_rules`: read and replaced.
//!
//! Called by the queries on overrides and by the loaders. It must never know what a rule does to a template.

use std::collections::HashMap;

use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder,
};

use super::{
    Session, Tx,
    entities::override_rule::{ActiveModel, Column, Entity, Model},
    keys::one_of,
};
use crate::{
    ids::InstanceId,
    kinds::{OverrideKind, Rule, RuleAction, Rules},
};

/// The rules of many instances. Instances without rules are missing.
pub async fn load(db: &impl Session, instances: &[InstanceId]) -> Result<HashMap<InstanceId, Rules>, DbErr> {
    load_where(db, instances, Condition::all()).await
}

/// The same; instances out of the caller's reach are missing.
pub async fn visible(db: &impl Session, instances: &[InstanceId]) -> Result<HashMap<InstanceId, Rules>, DbErr> {
    load_where(db, instances, db.within_instances("instance_id")).await
}

async fn load_where(
    db: &impl Session,
    instances: &[InstanceId],
    reach: Condition,
) -> Result<HashMap<InstanceId, Rules>, DbErr> {
    let rows = Entity::find()
        .filter(one_of(db.get_database_backend(), "instance_id", instances.iter().map(|id| id.0)))
        .filter(reach)
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    let mut of_instance: HashMap<InstanceId, Rules> = HashMap::new();
    for row in rows {
        let instance = row.instance_id;
        // A rule of a kind that this version does not know yet is left alone.
        if let Some(rule) = read(row) {
            of_instance.entry(instance).or_default().push(rule);
        }
    }
    Ok(of_instance)
}

fn read(row: Model) -> Option<Rule> {
    let kind = OverrideKind::read(&row.kind)?;
    match (row.action.as_str(), row.key) {
        ("REMOVE", Some(key)) => Some(Rule { kind, action: RuleAction::Remove, key: Some(key) }),
        ("REPLACE", None) => Some(Rule { kind, action: RuleAction::Replace, key: None }),
        _ => None,
    }
}

/// Makes `wanted` the rules of an instance in place of `stored`; true when that changed anything.
pub(super) async fn replace(tx: &Tx, instance: InstanceId, stored: &[Rule], wanted: Rules) -> Result<bool, DbErr> {
    let sorted = |rules: &[Rule]| {
        let mut rules = rules.to_vec();
        rules.sort();
        rules
    };
    let (stored, wanted) = (sorted(stored), sorted(&wanted));
    if stored == wanted {
        return Ok(false);
    }
    let kinds = OverrideKind::ALL.iter().map(|kind| kind.as_str());
    Entity::delete_many().filter(Column::InstanceId.eq(instance)).filter(Column::Kind.is_in(kinds)).exec(tx).await?;
    let rows = wanted.into_iter().map(|rule| ActiveModel {
        id: NotSet,
        instance_id: Set(instance),
        kind: Set(rule.kind.as_str().to_owned()),
        key: Set(rule.key),
        action: Set(rule.action.as_str().to_owned()),
    });
    let rows: Vec<ActiveModel> = rows.collect();
    if !rows.is_empty() {
        Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(true)
}
