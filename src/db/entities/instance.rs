//! `service_instances`: the instances. The column `instance_id` holds the instance's name.

use sea_orm::{QueryFilter, entity::prelude::*};

use crate::ids::{InstanceId, StackId, TemplateId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "service_instances")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: InstanceId,
    pub stack_id: StackId,
    /// The name.
    pub instance_id: String,
    pub template_service_id: TemplateId,
    pub container_name: String,
    pub description: String,
    pub enabled: bool,
    pub revision: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub deleted_at: Option<DateTimeUtc>,
    /// True if the instance was moved to the trash together with its stack.
    pub deleted_with_stack: bool,
    /// The number of overrides, all kinds together. Code that writes overrides has to update it.
    pub override_count: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Instances that are not in the trash. The instances of a trashed stack are in the trash too.
    pub fn live() -> Select<Self> {
        Self::find().filter(Column::DeletedAt.is_null())
    }
}
