//! `api_keys`: the hash and the permissions of each API key. The key itself is not stored.

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
    /// The half of the hash that finds the row.
    pub lookup: String,
    /// The half of the hash that is compared in constant time.
    pub verifier: String,
    /// True if the key is limited to the stacks in `api_key_stacks`, even when none of them is left.
    pub limited: bool,
    /// Whether changes that can destroy something need the token of a plan.
    pub requires_plan: bool,
    pub created_at: DateTimeUtc,
    pub expires_at: Option<DateTimeUtc>,
    pub revoked_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// `plan_keys`: the one row with the key that signs the tokens of plans.
pub mod plan {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "plan_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        /// A random text.
        #[sea_orm(column_type = "Text")]
        pub secret: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}
