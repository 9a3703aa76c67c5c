//! `change_entries`: the fields, entries and rules that a change has changed, with their values before and after.

use sea_orm::entity::prelude::*;

use crate::ids::ChangeId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "change_entries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub change_id: ChangeId,
    /// The number of the entry in its change.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The subject of the change, repeated for an index.
    pub owner_kind: String,
    pub owner_id: i64,
    /// The position of the change, repeated for an index.
    pub seq: i64,
    /// `FIELD`, `ENTRY` or `RULE`.
    pub form: String,
    pub kind: String,
    pub entry_key: Option<String>,
    /// What tells entries with the same key apart; null if the key does.
    pub identity: Option<String>,
    /// The row that held the entry before.
    pub row_before: Option<i64>,
    pub value_before: Option<String>,
    pub secret_before: Option<String>,
    pub value_after: Option<String>,
    pub secret_after: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
