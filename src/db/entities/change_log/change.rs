//! `change_log`: one row for each change of an object.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{ChangeId, StackId};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "change_log")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ChangeId,
    /// The part of the log.
    pub part: i32,
    /// The position in the part.
    pub seq: i64,
    /// The last position of the part of templates at that moment.
    pub templates_seq: i64,
    pub at: DateTime<Utc>,
    pub actor_kind: String,
    pub actor_name: Option<String>,
    pub message: Option<String>,
    pub request_id: Option<String>,
    pub action: String,
    /// The change that caused this one.
    pub cause_id: Option<ChangeId>,
    pub subject_kind: String,
    pub subject_id: i64,
    /// The name of the subject after the change.
    pub subject_name: String,
    /// The stack of the subject; null for templates and keys.
    pub stack_id: Option<StackId>,
    /// The revision of the subject after the change.
    pub revision: Option<i64>,
    /// What the subject was copied from.
    pub source_id: Option<i64>,
    pub source_name: Option<String>,
    /// Whether the values were removed.
    pub redacted: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
