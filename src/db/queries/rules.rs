//! Queries on `instance_override_rules`, which remove or replace template entries.
//!
//! Called by the code that loads and writes overrides. They must not know the effect of a rule.

use std::collections::HashMap;

use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
};

use crate::{
    access::change::Subject,
    db::{
        Session, Tx,
        change_log::NewEntry,
        entities::override_rule::{ActiveModel, Column, Entity, Model},
        queries::in_list::one_of,
    },
    ids::InstanceId,
    kinds::{OverrideKind, Rule, Rules},
};

/// The rules of many instances. Instances without rules are missing.
pub async fn load(db: &impl Session, instances: &[InstanceId]) -> Result<HashMap<InstanceId, Rules>, DbErr> {
    load_where(db, instances, Condition::all()).await
}

/// The rules of the instances in the caller's scope. Instances outside it, or without rules, are missing.
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
    Ok(collect(rows))
}

/// The rules of many instances, of their rows. Instances without rules are missing.
pub(in crate::db) fn collect(rows: Vec<Model>) -> HashMap<InstanceId, Rules> {
    let mut of_instance: HashMap<InstanceId, Rules> = HashMap::new();
    for row in rows {
        let instance = row.instance_id;
        // Rules of kinds that this version does not know are skipped.
        if let Some(rule) = read(row) {
            of_instance.entry(instance).or_default().push(rule);
        }
    }
    // The order does not depend on when the rules were created.
    for rules in of_instance.values_mut() {
        rules.sort();
    }
    of_instance
}

fn read(row: Model) -> Option<Rule> {
    Rule::read(&row.kind, &row.action, row.key)
}

/// The rows to write.
#[derive(Debug)]
pub(in crate::db) struct Difference {
    deleted: Vec<i64>,
    /// The rules of the rows to delete that can be read.
    lost: Vec<Rule>,
    inserted: Vec<Rule>,
}

impl Difference {
    /// Compares the rules of an instance with the wanted rules of some kinds. Invalid rows of these kinds are deleted.
    pub(in crate::db) async fn find(
        tx: &Tx,
        instance: InstanceId,
        kinds: &[OverrideKind],
        wanted: Rules,
    ) -> Result<Self, DbErr> {
        let of_kinds = Column::Kind.is_in(kinds.iter().map(|kind| kind.as_str()));
        let select = Entity::find().filter(Column::InstanceId.eq(instance)).filter(of_kinds);
        let mut inserted = wanted;
        let (mut deleted, mut lost) = (Vec::new(), Vec::new());
        for row in select.order_by_asc(Column::Id).all(tx).await? {
            let id = row.id;
            let stored = read(row);
            match stored.as_ref().and_then(|rule| inserted.iter().position(|wanted| wanted == rule)) {
                Some(place) => drop(inserted.swap_remove(place)),
                None => {
                    deleted.push(id);
                    lost.extend(stored);
                }
            }
        }
        inserted.sort();
        Ok(Self { deleted, lost, inserted })
    }

    pub(in crate::db) fn is_empty(&self) -> bool {
        self.deleted.is_empty() && self.inserted.is_empty()
    }

    /// Writes the difference, in at most two statements.
    pub(in crate::db) async fn write(self, tx: &Tx, instance: InstanceId) -> Result<(), DbErr> {
        for (rules, is_new) in [(&self.lost, false), (&self.inserted, true)] {
            for rule in rules {
                tx.log().entry(Subject::Instance(instance), NewEntry::rule(rule, is_new));
            }
        }
        if !self.deleted.is_empty() {
            let these = one_of(tx.get_database_backend(), "id", self.deleted.into_iter());
            Entity::delete_many().filter(these).exec(tx).await?;
        }
        let rows = self.inserted.into_iter().map(|rule| ActiveModel {
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
        Ok(())
    }
}
