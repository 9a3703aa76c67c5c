//! `api_keys`: the hash of each key, and what it lets its holder do. The key itself is nowhere.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_keys")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub name: String,
    /// `reader`, `editor` or `admin`.
    pub role: String,
    /// The first characters of the key, to tell keys apart.
    pub hint: String,
    /// The half of the hash by which the row is found.
    pub lookup: String,
    /// The half of the hash that is compared.
    pub verifier: String,
    /// True when only the stacks of `api_key_stacks` are within reach, also when none of them is left.
    pub limited: bool,
    pub created_at: DateTimeUtc,
    pub expires_at: Option<DateTimeUtc>,
    pub revoked_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
