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

    /// From which its generated secrets follow, together with what was drawn for them.
    pub fn secret_seed(&self) -> String {
        if self.secret_seed.is_empty() { self.storage_name() } else { self.secret_seed.clone() }
    }
}

/// `instance_claims`: what the instances claim of the host that override ports, domains or volumes.
///
/// `service_instances` has two more columns for it, which only the queries on claims use: `claims_kept`, null while the
/// claims are not known and false for an instance that inherits them; and `in_enabled_stack`.
pub mod claim {
    use chrono::{DateTime, Utc};
    use sea_orm::entity::prelude::*;

    use crate::ids::InstanceId;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "instance_claims")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        pub instance_id: InstanceId,
        pub kind: String,
        pub resource: String,
        pub extent: String,
        pub state: i32,
        pub created_at: DateTime<Utc>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}
