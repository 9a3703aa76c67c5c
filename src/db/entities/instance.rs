//! `service_instances`: the instances. The columns are in `fields/instance.rs`; `instance_id` holds the instance's name.

use sea_orm::{ActiveValue::Set, QueryFilter, entity::prelude::*};

use crate::{
    fields::{InstanceValues, instance_fields},
    name::storage_name_of_id,
};

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

impl Model {
    /// The beginning of the names under which the data of the instance is stored.
    pub fn storage_name(&self) -> String {
        if self.storage_name.is_empty() { storage_name_of_id(self.id.0) } else { self.storage_name.clone() }
    }
}
