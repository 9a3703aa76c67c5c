//! `stacks`: the stacks. The columns are in `fields/stack.rs`.

use sea_orm::{ActiveValue::Set, QueryFilter, entity::prelude::*};

use crate::fields::{StackValues, stack_fields};

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
