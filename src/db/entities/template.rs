//! `services`: the templates.

use sea_orm::entity::prelude::*;

use crate::{ids::TemplateId, kinds::Argv};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "services")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: TemplateId,
    pub name: String,
    pub description: String,
    pub category: String,
    pub image_name: String,
    pub image_tag: String,
    pub command: Option<Argv>,
    pub entrypoint: Option<Argv>,
    pub user: Option<String>,
    pub working_dir: Option<String>,
    pub restart_policy: String,
    pub enabled: bool,
    pub revision: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
