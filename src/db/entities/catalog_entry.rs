//! `catalog_entries`: the templates that were loaded from the catalogue, with their revisions.

use sea_orm::entity::prelude::*;

use crate::ids::TemplateId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "catalog_entries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Null once a user has deleted the template.
    pub service_id: Option<TemplateId>,
    /// SHA-256 of the loaded entry, in hexadecimal.
    pub digest: String,
    /// The revision of the template after it was loaded.
    pub revision: i64,
    pub loaded_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
