//! `catalog_entries`: what the catalogue wrote, and as which revision.

use sea_orm::entity::prelude::*;

use crate::ids::TemplateId;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "catalog_entries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Null once a user has deleted the template.
    pub service_id: Option<TemplateId>,
    /// SHA-256 of the entry as it was loaded, hexadecimal.
    pub digest: String,
    /// The template's revision as the catalogue left it.
    pub revision: i64,
    pub loaded_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
