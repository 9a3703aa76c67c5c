//! Descriptions of the types that the framework makes and leaves without one.
//!
//! Used once, when the schema is built. It must never touch a type of ours: those are described where they are.

use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, ServerResult, Value,
    parser::types::Field,
    registry::{MetaType, Registry},
};

const TEXTS: [(&str, &str); 7] = [
    ("DateTime", "A moment as RFC 3339 text in UTC, such as `2026-01-31T12:00:00.123456+00:00`."),
    ("ID", "An opaque global id, as text."),
    ("InstanceConnection", "A page of instances."),
    ("StackConnection", "A page of stacks."),
    ("TemplateConnection", "A page of templates."),
    ("TrashedInstancePage", "A page of the instances in the trash."),
    ("TrashedStackPage", "A page of the stacks in the trash."),
];

/// No type of the schema: the framework hands its registry to types only.
pub(super) struct Descriptions;

impl OutputType for Descriptions {
    fn type_name() -> std::borrow::Cow<'static, str> {
        "Descriptions".into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        for (name, text) in TEXTS {
            if let Some(MetaType::Object { description, .. } | MetaType::Scalar { description, .. }) =
                registry.types.get_mut(name)
            {
                *description = Some(text.to_owned());
            }
        }
        Self::qualified_type_name()
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::Null)
    }
}
