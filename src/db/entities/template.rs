//! `services`: the templates. The columns are in `fields/template.rs`.

use sea_orm::{ActiveValue::Set, entity::prelude::*};

use crate::fields::{TemplateValues, template_fields};

template_fields!(columns, model, "services");
template_fields!(edited, values, TemplateValues);

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
