//! `TemplateEditPreview`: the effect that an edit of a template would have on its instances.
//!
//! Reached through `Template.affected`. It must not write.

use async_graphql::SimpleObject;

use crate::{
    app::EditPreview,
    error::Problem,
    graphql::{
        config::override_report::ConfigChange,
        context::int,
        payloads::Warning,
        types::{instance::Instance, user_error::UserError},
    },
};

/// What an edit of a template would do to the instances made from it. Nothing is written.
#[derive(SimpleObject, Default)]
pub(in crate::graphql) struct TemplateEditPreview {
    /// What would change in the template.
    changes: Vec<ConfigChange>,
    /// How many live instances would run differently.
    affected_count: i32,
    /// How many live instances would not notice, because they override or remove what changes.
    sheltered_count: i32,
    /// The instances that would run differently, oldest first; as many as were asked for.
    instances: Vec<AffectedInstance>,
    /// What to know before the instances are started again.
    warnings: Vec<Warning>,
    /// What is wrong with the edit; then there is nothing else.
    user_errors: Vec<UserError>,
}

/// An instance that would run differently after an edit of its template.
#[derive(SimpleObject)]
pub(in crate::graphql) struct AffectedInstance {
    /// The instance as it is now.
    instance: Instance,
    /// What would change in its effective configuration.
    changes: Vec<ConfigChange>,
}

impl TemplateEditPreview {
    pub(in crate::graphql) fn new(preview: EditPreview, first: usize) -> Self {
        let count = |n: usize| int(i64::try_from(n).unwrap_or(i64::MAX));
        let changes = |changes: Vec<_>| changes.into_iter().map(ConfigChange::from).collect();
        Self {
            affected_count: count(preview.affected.len()),
            sheltered_count: count(preview.unaffected),
            changes: changes(preview.changes),
            warnings: preview.warnings.into_iter().map(Warning::from).collect(),
            instances: preview
                .affected
                .into_iter()
                .take(first)
                .map(|(row, changed)| AffectedInstance { instance: Instance::from(row), changes: changes(changed) })
                .collect(),
            user_errors: Vec::new(),
        }
    }

    pub(in crate::graphql) fn refused(problems: Vec<Problem>) -> Self {
        Self { user_errors: problems.into_iter().map(UserError::from).collect(), ..Self::default() }
    }
}
