//! Descriptions of types that async-graphql generates without one, such as connections.
//!
//! Used once, when the schema is built. It must not describe other types: they have doc comments.

use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, ServerResult, Value,
    parser::types::Field,
    registry::{MetaType, Registry},
};

const DESCRIPTIONS: [(&str, &str); 11] = [
    ("ChangeConnection", "A page of changes."),
    ("DateTime", "A moment as RFC 3339 text in UTC, such as `2026-01-31T12:00:00.123456+00:00`."),
    ("EffectConnection", "A page of effects."),
    ("ID", "An opaque global id, as text."),
    ("InstanceConnection", "A page of instances."),
    ("ReferenceUseConnection", "A page of references to a variable of a stack."),
    ("SearchResultConnection", "A page of what a search has found."),
    ("StackConnection", "A page of stacks."),
    ("TemplateConnection", "A page of templates."),
    ("TrashedInstancePage", "A page of the instances in the trash."),
    ("TrashedStackPage", "A page of the stacks in the trash."),
];

/// A dummy type that sets the descriptions. It is not part of the schema; async-graphql passes its registry only to
/// types.
pub(super) struct Descriptions;

impl OutputType for Descriptions {
    fn type_name() -> std::borrow::Cow<'static, str> {
        "Descriptions".into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        for (name, text) in DESCRIPTIONS {
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
