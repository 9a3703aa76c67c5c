//! `changes`: the versions of stacks and templates, each spread over several rows.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "changes")]
pub struct Model {
    /// The id of a stack, or 0 for all templates.
    #[sea_orm(primary_key, auto_increment = false)]
    pub stack_id: i64,
    /// Number of the row among those of the same stack.
    #[sea_orm(primary_key, auto_increment = false)]
    pub part: i32,
    /// A random number that is new with each change. The sum over all rows is the version.
    pub count: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
