//! `stacks`: the stacks. The columns are in `fields/stack.rs`.

use sea_orm::{ActiveValue::Set, QueryFilter, entity::prelude::*};

use crate::{
    fields::{StackValues, stack_fields},
    name::storage_name_of_id,
};

stack_fields!(columns, model, "stacks");
stack_fields!(edited, values, StackValues);

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Stacks that are not in the trash.
    pub fn live() -> Select<Self> {
        Self::find().filter(Column::DeletedAt.is_null())
    }
}

impl Model {
    /// The beginning of the names under which the data of the stack is stored.
    pub fn storage_name(&self) -> String {
        if self.storage_name.is_empty() { storage_name_of_id(self.id.0) } else { self.storage_name.clone() }
    }
}
