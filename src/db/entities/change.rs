//! `changes`: versions of what can be read, in parts.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "changes")]
pub struct Model {
    /// A stack, or 0 for all templates.
    #[sea_orm(primary_key, auto_increment = false)]
    pub stack_id: i64,
    /// Which of its rows.
    #[sea_orm(primary_key, auto_increment = false)]
    pub part: i32,
    /// A random number, new with each change; the sum of all parts is the version.
    pub count: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
