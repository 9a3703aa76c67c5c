//! `idempotency_keys`: the outcomes of commands, so that a repeated request does not run again.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_keys")]
pub struct Model {
    /// A hash of the key and of the caller.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// A hash of the request.
    pub request: String,
    /// The outcome as JSON, plain or encrypted; null while the command runs.
    pub outcome: Option<String>,
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
