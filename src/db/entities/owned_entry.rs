//! `owned_entries`: who keeps an entry of a stack in a file.

use sea_orm::entity::prelude::*;

use crate::ids::{InstanceId, StackId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "owned_entries")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub stack_id: StackId,
    /// Null for what belongs to the stack itself.
    pub instance_id: Option<InstanceId>,
    /// A kind of override, or what else can be owned.
    pub kind: String,
    /// The key of the entry, the column of a field, or the replaced kind.
    pub entry_key: String,
    /// The owner.
    pub owner: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
