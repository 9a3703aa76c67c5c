//! `service_instances`. Its column `instance_id` is the instance's name.

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
    /// True when it went into the trash because its stack did.
    pub deleted_with_stack: bool,
    /// How many entries it overrides, all kinds together: whoever writes entries counts them here, too.
    pub override_count: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// Instances that are not in the trash; those of a trashed stack are in the trash with it.
    pub fn live() -> Select<Self> {
        Self::find().filter(Column::DeletedAt.is_null())
    }
}
