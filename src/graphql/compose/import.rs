//! `ImportComposePayload`: the result of an import or of its dry run.
//!
//! Made by `importCompose`. It must not read files.

use async_graphql::{Context, Enum, Object, Result, SimpleObject};

use crate::{
    app::{ImportReport, ImportedAs, Outcome},
    compose::{Note, NoteKind},
    error::Result as AppResult,
    graphql::{
        context::ContextExt,
        execution::to_error::to_graphql_error,
        loaders::*,
        payloads::from_result,
        types::{instance::Instance, stack::Stack, template::Template, user_error::UserError},
    },
    ids::{InstanceId, StackId, TemplateId},
};

/// Most notes of one sort in a payload.
const MAX_NOTES: usize = 1_000;

/// What became of a template, an instance or a stack.
#[derive(Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Outcome")]
enum ImportOutcome {
    /// It is new.
    Created,
    /// It says something else now.
    Updated,
    /// It said the same already; of a stack: it was there.
    Unchanged,
    /// It says something else than the file, and stays so.
    Skipped,
}

macro_rules! imported {
    ($( $(#[$doc:meta])* $name:ident($id:ty) $(#[$field_doc:meta])* $field:ident -> $shown:ident by $key:ident, )+) => { $(
        /// See the description of the type.
        pub(in crate::graphql) struct $name(ImportedAs<$id>);

        impl From<ImportedAs<$id>> for $name {
            fn from(imported: ImportedAs<$id>) -> Self {
                Self(imported)
            }
        }

        #[Object]
        $(#[$doc])*
        impl $name {
            /// Its name.
            async fn name(&self) -> &str {
                &self.0.name
            }

            /// What became of it.
            async fn outcome(&self) -> ImportOutcome {
                self.0.outcome.into()
            }

            $(#[$field_doc])*
            async fn $field(&self, ctx: &Context<'_>) -> Option<Result<$shown>> {
                let found = ctx.loaders().load($key(self.0.id?)).await;
                found.map_err(to_graphql_error).transpose().map(|found| found.map($shown))
            }
        }
    )+ };
}

imported! {
    /// What an import did with the stack.
    ImportedStack(StackId)
    /// The stack; null where a dry run would make it.
    stack -> Stack by StackKey,
    /// What an import did with a template.
    ImportedTemplate(TemplateId)
    /// The template; null where a dry run would make it.
    template -> Template by TemplateKey,
    /// What an import did with an instance.
    ImportedInstance(InstanceId)
    /// The instance; null where a dry run would make it.
    instance -> Instance by InstanceKey,
}

/// Something that a file says and that is not held as it stands there.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ImportNote {
    /// The file.
    file: String,
    /// The line, from 1.
    line: i32,
    /// The way to it, such as `services.web.ports.0`.
    path: String,
    /// Why, and what holds instead.
    reason: String,
}

/// What `importCompose` did.
#[derive(SimpleObject)]
pub(in crate::graphql) struct ImportComposePayload {
    /// The stack; null without one, and when there are errors.
    stack: Option<ImportedStack>,
    /// What became of the templates, in the order of the files.
    templates: Vec<ImportedTemplate>,
    /// What became of the instances, in the same order; none without a stack.
    instances: Vec<ImportedInstance>,
    /// What cannot be held: the first 1,000, in the order of the files.
    losses: Vec<ImportNote>,
    /// How many there are in all.
    loss_count: i32,
    /// What is held in another form: the first 1,000, in the order of the files.
    changes: Vec<ImportNote>,
    /// How many there are in all.
    change_count: i32,
    /// The volumes of new instances, such as `db/data`, or `data` for one that the stack shares. They are empty at first:
    /// those that a project has on a host already are other ones, and keep their data.
    new_volumes: Vec<String>,
    /// What has to be put right; empty when it was done.
    user_errors: Vec<UserError>,
}

impl ImportComposePayload {
    pub(in crate::graphql) fn from_result(done: AppResult<ImportReport>, files: &[String]) -> Result<Self> {
        let (report, user_errors) = from_result(done)?;
        let Some(report) = report else {
            return Ok(Self {
                stack: None,
                templates: Vec::new(),
                instances: Vec::new(),
                losses: Vec::new(),
                loss_count: 0,
                changes: Vec::new(),
                change_count: 0,
                new_volumes: Vec::new(),
                user_errors,
            });
        };
        let (losses, loss_count) = notes(&report.notes, NoteKind::Lost, files);
        let (changes, change_count) = notes(&report.notes, NoteKind::Changed, files);
        Ok(Self {
            stack: report.stack.map(ImportedStack),
            templates: report.templates.into_iter().map(ImportedTemplate).collect(),
            instances: report.instances.into_iter().map(ImportedInstance).collect(),
            losses,
            loss_count,
            changes,
            change_count,
            new_volumes: report.new_volumes,
            user_errors,
        })
    }
}

/// The first notes of a sort, and how many there are in all.
pub(in crate::graphql) fn notes(all: &[Note], fate: NoteKind, files: &[String]) -> (Vec<ImportNote>, i32) {
    let notes = || all.iter().filter(|note| note.fate == fate);
    let shown = notes().take(MAX_NOTES).map(|note| ImportNote {
        file: files.get(note.at.file).cloned().unwrap_or_default(),
        line: i32::try_from(note.at.line).unwrap_or(i32::MAX),
        path: note.path.clone(),
        reason: note.reason.clone(),
    });
    (shown.collect(), i32::try_from(notes().count()).unwrap_or(i32::MAX))
}
