//! `service_instances`: the instances. The columns are in `fields/instance.rs`; `instance_id` holds the instance's name.

use sea_orm::{ActiveValue::Set, QueryFilter, entity::prelude::*};

use crate::fields::{InstanceValues, instance_fields};

instance_fields!(columns, model, "service_instances");
instance_fields!(edited, values, InstanceValues);

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Instances that are not in the trash. The instances of a trashed stack are in the trash too.
    pub fn live() -> Select<Self> {
        Self::find().filter(Column::DeletedAt.is_null())
    }
}
