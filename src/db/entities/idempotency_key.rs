//! `idempotency_keys`: changes that are not made again when they are sent again.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_keys")]
pub struct Model {
    /// A hash of the key and of who sent it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// A hash of what was asked for.
    pub request: String,
    /// What was given back, as JSON or sealed; null until it is done.
    pub outcome: Option<String>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
