//! `instance_override_rules`: the template entries that instances remove or replace.

use sea_orm::entity::prelude::*;

use crate::ids::InstanceId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "instance_override_rules")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub instance_id: InstanceId,
    pub kind: String,
    /// The key of the removed entry; null if the rule is about the whole collection.
    pub key: Option<String>,
    /// `REMOVE` or `REPLACE`.
    pub action: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
