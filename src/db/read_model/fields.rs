//! The plain fields of stacks, instances and templates, with the column that each is read from.
//!
//! Used by the compiler of read plans. It must not contain fields that need another table.

use crate::{
    ids::{GlobalId, InstanceId, StackId, TemplateId},
    kinds::plain::{FieldColumn, Form},
};

const fn field(field: &'static str, sql: &'static str, form: Form) -> FieldColumn {
    FieldColumn { field, sql, form }
}

/// The plain fields of a stack.
pub const STACK: &[FieldColumn] = &[
    field("id", "s.id", Form::Id(StackId::TAG)),
    field("name", "s.name", Form::Text),
    field("description", "s.description", Form::Text),
    // The same as `name::network_name`.
    field("networkName", "COALESCE(s.network_name, 'devarch-' || s.name || '-net')", Form::Text),
    field("enabled", "s.enabled", Form::Flag),
    field("revision", "s.revision", Form::Long),
    field("createdAt", "s.created_at", Form::Time),
    field("updatedAt", "s.updated_at", Form::Time),
    field("deletedAt", "s.deleted_at", Form::Time),
];

/// The plain fields of an instance.
pub const INSTANCE: &[FieldColumn] = &[
    field("id", "i.id", Form::Id(InstanceId::TAG)),
    field("name", "i.instance_id", Form::Text),
    field("description", "i.description", Form::Text),
    field("enabled", "i.enabled", Form::Flag),
    field("containerName", "i.container_name", Form::Text),
    field("revision", "i.revision", Form::Long),
    field("createdAt", "i.created_at", Form::Time),
    field("updatedAt", "i.updated_at", Form::Time),
    field("deletedAt", "i.deleted_at", Form::Time),
    field("overrideCount", "i.override_count", Form::Int),
];

/// The plain fields of a template.
pub const TEMPLATE: &[FieldColumn] = &[
    field("id", "t.id", Form::Id(TemplateId::TAG)),
    field("name", "t.name", Form::Text),
    field("description", "t.description", Form::Text),
    field("category", "t.category", Form::Text),
    field("imageName", "t.image_name", Form::Text),
    field("imageTag", "t.image_tag", Form::Text),
    field("command", "t.command", Form::Words),
    field("entrypoint", "t.entrypoint", Form::Words),
    field("user", "t.\"user\"", Form::Text),
    field("workingDir", "t.working_dir", Form::Text),
    field("restartPolicy", "t.restart_policy", Form::Text),
    field("enabled", "t.enabled", Form::Flag),
    field("revision", "t.revision", Form::Long),
    field("createdAt", "t.created_at", Form::Time),
    field("updatedAt", "t.updated_at", Form::Time),
];
