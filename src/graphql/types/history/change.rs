//! `Change`: one entry of the change log.
//!
//! Reached through the fields of `fields.rs`. It must not show a secret: entries keep theirs encrypted, and their types
//! show none.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject, Union};
use chrono::{DateTime, Utc};

use crate::{
    access::change::{ActorKind, ChangeAction, Subject},
    app::{Edits, is_creation},
    db::{
        change_log::{
            PART_OF_TEMPLATES,
            cursor::{LogCursor, Position, Reach, check_of},
            history::{ChangeFilter, Whose},
        },
        entities::ChangeModel,
    },
    fields::{self, INSTANCE, STACK, TEMPLATE},
    graphql::{
        config::override_report::ConfigChange,
        context::ContextExt,
        execution::to_error::to_graphql_error,
        loaders::{ChangeKey, EditsOf, EpochKey, HistoryPageOf, InstanceKey, StackKey, TemplateKey},
        types::{
            history::{
                fields::{ChangeConnection, changes_of},
                point::ChangeCursor,
            },
            instance::Instance,
            stack::Stack,
            template::Template,
        },
    },
    ids::{GlobalId, StackId},
    read::cursor::PageArgs,
};

/// Who made a change.
#[derive(SimpleObject)]
pub(in crate::graphql) struct Actor {
    /// The sort of actor.
    kind: ActorKind,
    /// The name that the API key had; null for others.
    name: Option<String>,
}

/// What a change is about.
#[derive(Union)]
pub(in crate::graphql) enum ChangeSubject {
    /// A stack.
    Stack(Stack),
    /// An instance.
    Instance(Instance),
    /// A template.
    Template(Template),
}

/// What sort of thing a change is about.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(in crate::graphql) enum SubjectKind {
    /// A stack.
    Stack,
    /// An instance.
    Instance,
    /// A template.
    Template,
    /// An API key.
    Key,
}

/// A field that a change has given another value.
#[derive(SimpleObject)]
pub(in crate::graphql) struct FieldChange {
    /// The field, such as `name`; `copyOf` tells what a copy was made from.
    field: String,
    /// The value before, as text; null when there was none, or when it was redacted.
    from: Option<String>,
    /// The value after, as text; null when there is none, or when it was redacted.
    to: Option<String>,
}

impl FieldChange {
    /// A field with both values.
    pub(in crate::graphql) fn new(field: &str, from: String, to: String) -> Self {
        Self { field: field.to_owned(), from: Some(from), to: Some(to) }
    }

    /// A field with both values, of which one may be missing.
    pub(in crate::graphql) fn between(field: String, from: Option<String>, to: Option<String>) -> Self {
        Self { field, from, to }
    }
}

/// A change of a stack, an instance, a template or an API key.
#[derive(Clone)]
pub(in crate::graphql) struct Change(pub(in crate::graphql) Arc<ChangeModel>);

impl Change {
    fn subject_ref(&self) -> Option<Subject> {
        Subject::read(&self.0.subject_kind, self.0.subject_id)
    }

    async fn edits_of(&self, ctx: &Context<'_>) -> Result<Arc<Edits>> {
        let found = ctx.loaders().load(EditsOf(self.0.id)).await.map_err(to_graphql_error)?;
        Ok(found.unwrap_or_default())
    }
}

/// A value as text.
fn text(value: Option<&serde_json::Value>) -> Option<String> {
    match value? {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[Object]
/// A change of a stack, an instance, a template or an API key: who made it, when, and what it changed.
impl Change {
    /// Opaque global id; it stays the same for ever.
    pub(in crate::graphql) async fn id(&self) -> ID {
        self.0.id.encode().into()
    }

    /// The position of the change in the log.
    async fn cursor(&self, ctx: &Context<'_>) -> Result<ChangeCursor> {
        let epoch = ctx.loaders().load(EpochKey).await.map_err(to_graphql_error)?.unwrap_or_default();
        let mut positions = vec![Position { part: self.0.part, seq: self.0.seq, check: check_of(self.0.id.0) }];
        if self.0.part != PART_OF_TEMPLATES {
            positions.insert(0, Position { part: PART_OF_TEMPLATES, seq: self.0.templates_seq, check: 0 });
        }
        Ok(ChangeCursor(LogCursor { epoch, reach: Reach::Some, positions }.encode()))
    }

    /// When it was made.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// Who made it.
    async fn actor(&self) -> Actor {
        Actor { kind: self.0.actor_kind.parse().unwrap_or(ActorKind::Anonymous), name: self.0.actor_name.clone() }
    }

    /// What it did.
    async fn action(&self) -> ChangeAction {
        self.0.action.parse().unwrap_or(ChangeAction::Update)
    }

    /// Why it was made, in the words of its author.
    async fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The id of the HTTP request that made it, as in the access log.
    async fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// What it is about, as it is now, in the trash or not; null once it is purged, and for API keys.
    async fn subject(&self, ctx: &Context<'_>) -> Option<Result<ChangeSubject>> {
        let loaders = ctx.loaders();
        let found = match self.subject_ref()? {
            Subject::Stack(id) => {
                loaders.load(StackKey(id)).await.map(|found| found.map(|row| ChangeSubject::Stack(Stack(row))))
            }
            Subject::Instance(id) => {
                loaders.load(InstanceKey(id)).await.map(|found| found.map(|row| ChangeSubject::Instance(Instance(row))))
            }
            Subject::Template(id) => {
                loaders.load(TemplateKey(id)).await.map(|found| found.map(|row| ChangeSubject::Template(Template(row))))
            }
            Subject::Key(_) => Ok(None),
        };
        found.map_err(to_graphql_error).transpose()
    }

    /// The sort of the subject.
    async fn subject_kind(&self) -> SubjectKind {
        match self.subject_ref() {
            Some(Subject::Stack(_)) => SubjectKind::Stack,
            Some(Subject::Instance(_)) => SubjectKind::Instance,
            Some(Subject::Template(_)) => SubjectKind::Template,
            Some(Subject::Key(_)) | None => SubjectKind::Key,
        }
    }

    /// The name that the subject had after the change.
    async fn subject_name(&self) -> &str {
        &self.0.subject_name
    }

    /// The stack of the subject, in the trash or not; null for templates and API keys, and once the stack is purged.
    async fn stack(&self, ctx: &Context<'_>) -> Option<Result<Stack>> {
        let id: StackId = self.0.stack_id?;
        let found = ctx.loaders().load(StackKey(id)).await.map_err(to_graphql_error);
        found.map(|found| found.map(Stack)).transpose()
    }

    /// The entries that it changed, by kind and key. The creation of an object has added all that it had then. Of secrets
    /// only that they differ is shown. An entry without `from` and `to` is a rule that was made or dropped, or was
    /// redacted.
    async fn edits(&self, ctx: &Context<'_>) -> Result<Vec<ConfigChange>> {
        let edits = self.edits_of(ctx).await?;
        Ok(edits.entries.iter().cloned().map(ConfigChange::from).collect())
    }

    /// The fields of the subject that it changed.
    async fn fields(&self, ctx: &Context<'_>) -> Result<Vec<FieldChange>> {
        let edits = self.edits_of(ctx).await?;
        let columns = match self.subject_ref() {
            Some(Subject::Stack(_)) => STACK,
            Some(Subject::Instance(_)) => INSTANCE,
            _ => TEMPLATE,
        };
        Ok(edits
            .fields
            .iter()
            .map(|edit| FieldChange {
                field: fields::api_name(columns, &edit.column),
                from: text(edit.from.as_ref()),
                to: text(edit.to.as_ref()),
            })
            .collect())
    }

    /// The change that caused this one, as renaming a stack causes the changes of its instances.
    async fn cause(&self, ctx: &Context<'_>) -> Option<Result<Change>> {
        let id = self.0.cause_id?;
        let found = ctx.loaders().load(ChangeKey(id)).await.map_err(to_graphql_error);
        found.map(|found| found.map(Change)).transpose()
    }

    /// The changes that this one caused, latest first. Pages have 1 to 100 rows, 20 when nothing is said.
    async fn causes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows, 1 to 100.")] first: Option<i32>,
        #[graphql(desc = "Only rows behind this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only rows before this cursor.")] before: Option<String>,
    ) -> Result<ChangeConnection> {
        let slice = PageArgs { first, after, last, before }.slice().map_err(to_graphql_error)?;
        let of = HistoryPageOf { whose: Whose::CausedBy(self.0.id), filter: ChangeFilter::default(), slice };
        changes_of(ctx, Some(of)).await
    }

    /// Whether `revertChange` can undo it, as far as nothing else has changed since. Purges, redactions, renewed
    /// leases and changes of API keys cannot be undone, nor can a change whose values were redacted.
    async fn revertible(&self) -> bool {
        let action = self.0.action.parse().unwrap_or(ChangeAction::Purge);
        let is_template = matches!(self.subject_ref(), Some(Subject::Template(_)));
        let is_key = matches!(self.subject_ref(), Some(Subject::Key(_)) | None);
        let is_new_template = is_template && is_creation(&self.0);
        ![action.is_final(), is_key, self.0.redacted, is_new_template].contains(&true)
    }

    /// Whether its values were removed from the log.
    async fn redacted(&self) -> bool {
        self.0.redacted
    }
}
