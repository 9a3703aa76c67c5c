//! `secret_keys`: the keys under which secrets were sealed in this database; never the keys themselves.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "secret_keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// A known text, sealed under the key.
    #[sea_orm(column_type = "Text")]
    pub check_text: String,
    pub created_at: DateTimeUtc,
    /// Since then nothing is sealed under it.
    pub retired_at: Option<DateTimeUtc>,
    /// Since then nothing is left that was sealed under it.
    pub emptied_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
