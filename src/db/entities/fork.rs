//! `forks`: the stacks that are forks of others, with their leases.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::StackId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "forks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub stack_id: StackId,
    /// What it was copied from; null once that is purged.
    pub source_id: Option<StackId>,
    /// The key by which clients find it again.
    pub fork_key: Option<String>,
    /// The SHA-256 of the key.
    pub key_hash: Option<String>,
    /// False while the stack is in the trash. Only live forks keep others from using their keys and blocks.
    pub is_live: bool,
    /// The span for which the lease was last given; null if it has none.
    pub lease_seconds: Option<i64>,
    /// When the lease ends.
    pub expires_at: Option<DateTime<Utc>>,
    /// The first host port of its block.
    pub block_first: Option<i32>,
    /// The last host port of its block.
    pub block_last: Option<i32>,
    pub created_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// `fork_lock`: the one row that a transaction locks while it makes a fork.
pub mod lock {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "fork_lock")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}
