//! `secret_keys`: the ids of the keys that encrypt secrets in this database. The keys themselves are not stored.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "secret_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// A known text, encrypted under the key.
    #[sea_orm(column_type = "Text")]
    pub check_text: String,
    pub created_at: DateTimeUtc,
    /// Since when nothing is encrypted under the key any more.
    pub retired_at: Option<DateTimeUtc>,
    /// Since when no secret is left that is encrypted under the key.
    pub emptied_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
