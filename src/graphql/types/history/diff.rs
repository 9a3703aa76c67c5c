//! `StackDiff`: what differs between two stacks, or two states of one.
//!
//! Reached through `Query.diffStacks` and `StackVersion.diff`. It must not compare itself.

use std::{collections::BTreeSet, sync::Arc};

use async_graphql::{Context, InputObject, OneofObject, Result, SimpleObject};

use crate::{
    app::{self, Comparison, FieldDifference, PastInstance, SideRef},
    compose::{NoteKind, Request, SecretGuess, Source},
    graphql::{
        compose::import::{ImportNote, notes},
        config::override_report::ConfigChange,
        context::ContextExt,
        execution::to_error::to_graphql_error,
        inputs::StackRef,
        types::history::{change::FieldChange, point::PointInput, version::InstanceVersion},
    },
};

/// What a document is called in reports.
const FILE: &str = "compose.yaml";

/// A stack at a point.
#[derive(InputObject)]
pub(in crate::graphql) struct StackVersionInput {
    /// The stack.
    stack: StackRef,
    /// The point.
    at: PointInput,
}

/// A side of a comparison: exactly one of these.
#[derive(OneofObject)]
pub(in crate::graphql) enum StackPointInput {
    /// A live stack, as it is.
    Stack(StackRef),
    /// A stack as it was at a point.
    Version(StackVersionInput),
    /// A Compose file, as `importCompose` would read it into a new stack. Nothing is written.
    Document(String),
}

impl StackPointInput {
    /// The side for the use case.
    pub(in crate::graphql) fn side(self) -> Result<SideRef> {
        Ok(match self {
            Self::Stack(stack) => SideRef::Now(stack.into()),
            Self::Version(StackVersionInput { stack, at }) => {
                SideRef::At(stack.into(), at.point().map_err(to_graphql_error)?)
            }
            Self::Document(text) => {
                let file = Source { name: FILE.to_owned(), text };
                // As an import reads it.
                let secrets = SecretGuess::AllBut(BTreeSet::new());
                SideRef::Document(Box::new(app::ImportCompose {
                    request: Request { files: vec![file], secrets, ..Request::default() },
                    stack: None,
                    on_conflict: app::OnConflict::Update,
                    dry_run: false,
                }))
            }
        })
    }
}

/// What differs between two stacks, or between two states of one.
#[derive(SimpleObject)]
pub(in crate::graphql) struct StackDiff {
    /// Whether nothing differs.
    same: bool,
    /// The fields of the stack that differ.
    fields: Vec<FieldChange>,
    /// The variables of the stack that differ. Secrets are compared only for those who may reveal them, and never shown.
    shared_vars: Vec<ConfigChange>,
    /// The instances that only the first side has.
    only_in_a: Vec<InstanceSide>,
    /// The instances that only the second side has.
    only_in_b: Vec<InstanceSide>,
    /// The instances that both have and that differ.
    changed: Vec<InstanceDiff>,
    /// What a document says and cannot be held, as `importCompose` reports it: the first 1,000. It is not compared.
    losses: Vec<ImportNote>,
}

/// An instance of one side of a comparison.
#[derive(SimpleObject)]
pub(in crate::graphql) struct InstanceSide {
    /// Its name.
    name: String,
    /// The name of its template.
    template_name: String,
    /// The instance as it was; null for an instance of a document.
    version: Option<InstanceVersion>,
}

/// An instance that differs from its counterpart.
#[derive(SimpleObject)]
pub(in crate::graphql) struct InstanceDiff {
    /// Its name on the second side.
    name: String,
    /// The fields that differ.
    fields: Vec<FieldChange>,
    /// The entries of its effective configuration that differ. Secrets are compared only for those who may reveal them, and
    /// never shown.
    entries: Vec<ConfigChange>,
}

fn fields(of: Vec<FieldDifference>) -> Vec<FieldChange> {
    of.into_iter().map(|(field, from, to)| FieldChange::new(field, from, to)).collect()
}

impl StackDiff {
    /// Compares two sides.
    pub(in crate::graphql) async fn between(ctx: &Context<'_>, a: SideRef, b: SideRef) -> Result<Self> {
        let is_document = [&a, &b].map(|side| matches!(side, SideRef::Document(_)));
        // On the heap, because its future is large.
        let found = Box::pin(ctx.app().compare(a, b)).await.map_err(to_graphql_error)?;
        let Comparison { fields: of_stack, shared_vars, only: [a, b], changed, notes: of_documents } = found;
        let same = of_stack.is_empty() && shared_vars.is_empty() && a.is_empty() && b.is_empty() && changed.is_empty();
        let side = |number: usize, instance: Arc<PastInstance>| InstanceSide {
            name: instance.row.instance_id.clone(),
            template_name: instance.template_name.clone(),
            version: (!is_document[number]).then_some(InstanceVersion(instance)),
        };
        let changed = changed.into_iter().map(|changed| InstanceDiff {
            name: changed.sides[1].row.instance_id.clone(),
            fields: fields(changed.fields),
            entries: changed.entries.into_iter().map(ConfigChange::from).collect(),
        });
        Ok(Self {
            same,
            fields: fields(of_stack),
            shared_vars: shared_vars.into_iter().map(ConfigChange::from).collect(),
            only_in_a: a.into_iter().map(|instance| side(0, instance)).collect(),
            only_in_b: b.into_iter().map(|instance| side(1, instance)).collect(),
            changed: changed.collect(),
            losses: notes(&of_documents, NoteKind::Lost, &[FILE.to_owned()]).0,
        })
    }
}
