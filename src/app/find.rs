//! From a reference in the input to a row, or to a problem that says where it was.
//!
//! Called by every use case that changes something. It must never write.

use crate::{
    db::{
        Tx,
        entities::{InstanceModel, StackModel, TemplateModel},
        queries::{
            instances,
            stacks::{self, RowLock},
            templates::{self, TemplateLock},
        },
    },
    error::{Code, Detail, Error, Problem, Result},
    ids::{AnyId, StackId, TemplateId},
    reference::InstanceRef,
};

/// How an input refers to a stack.
#[derive(Clone, Debug, Hash)]
pub enum StackRef {
    /// By its global id; `None` when the text was not the id of a stack.
    Id(Option<StackId>),
    /// By its name.
    Name(String),
}

/// How an input refers to a template.
#[derive(Clone, Debug, Hash)]
pub enum TemplateRef {
    /// By its global id; `None` when the text was not the id of a template.
    Id(Option<TemplateId>),
    /// By its name.
    Name(String),
}

/// A live stack, held so that it stays what it is until the transaction ends.
pub(super) async fn stack(tx: &Tx, wanted: &StackRef, hold: RowLock) -> Result<Result<StackModel, Problem>> {
    let (found, problem) = match wanted {
        StackRef::Id(id) => {
            let found = match id {
                Some(id) => stacks::find(tx, *id, hold).await?,
                None => None,
            };
            (found, missing(&["input", "stack", "id"], "No stack has this id."))
        }
        StackRef::Name(name) => {
            let found = if storable(name) { stacks::find_by_name(tx, name, hold).await? } else { None };
            (found, missing(&["input", "stack", "name"], format!("There is no stack `{}`.", shown(name))))
        }
    };
    Ok(found.ok_or(problem))
}

/// A template, held until the transaction ends.
pub(super) async fn template(
    tx: &Tx,
    wanted: &TemplateRef,
    hold: TemplateLock,
) -> Result<Result<TemplateModel, Problem>> {
    let (found, message) = match wanted {
        TemplateRef::Id(id) => {
            let found = match id {
                Some(id) => templates::hold(tx, *id, hold).await?,
                None => None,
            };
            (found, "No template has this id.".to_owned())
        }
        TemplateRef::Name(name) => {
            let found = if storable(name) { templates::hold_by_name(tx, name, hold).await? } else { None };
            (found, format!("There is no template `{}`.", shown(name)))
        }
    };
    Ok(found.ok_or_else(|| missing(&template_path(wanted), message)))
}

/// The way to the input that says which template.
pub(super) fn template_path(wanted: &TemplateRef) -> [&'static str; 3] {
    let last = match wanted {
        TemplateRef::Id(_) => "id",
        TemplateRef::Name(_) => "name",
    };
    ["input", "template", last]
}

/// A live instance with its live stack: the stack held as it is, the instance held for a change. Rows are always
/// taken in this order, so two writers cannot wait for each other.
pub(super) async fn instance(tx: &Tx, wanted: &InstanceRef) -> Result<Result<(StackModel, InstanceModel), Problem>> {
    instance_in(tx, wanted, RowLock::Shared).await
}

/// The same, with the stack held as strongly as wanted: exclusively by who writes what ties its instances together.
pub(super) async fn instance_in(
    tx: &Tx,
    wanted: &InstanceRef,
    hold: RowLock,
) -> Result<Result<(StackModel, InstanceModel), Problem>> {
    match wanted {
        InstanceRef::Id(id) => {
            let problem = missing(&["input", "instance", "id"], "No instance has this id.");
            let Some(id) = id else { return Ok(Err(problem)) };
            let Some(stack) = instances::find(tx, *id, RowLock::No).await?.map(|found| found.stack_id) else {
                return Ok(Err(problem));
            };
            let stack = stacks::find(tx, stack, hold).await?;
            let found = instances::find(tx, *id, RowLock::Exclusive).await?;
            let found = found.filter(|instance| instance.deleted_at.is_none());
            Ok(stack.zip(found).ok_or(problem))
        }
        InstanceRef::Name { stack, name } => {
            let no_stack =
                missing(&["input", "instance", "byName", "stack"], format!("There is no stack `{}`.", shown(stack)));
            let no_instance = missing(
                &["input", "instance", "byName", "name"],
                format!("The stack `{}` has no instance `{}`.", shown(stack), shown(name)),
            );
            if !storable(stack) {
                return Ok(Err(no_stack));
            }
            let Some(stack) = stacks::find_by_name(tx, stack, hold).await? else { return Ok(Err(no_stack)) };
            if !storable(name) {
                return Ok(Err(no_instance));
            }
            let found = instances::find_by_name(tx, stack.id, name, RowLock::Exclusive).await?;
            Ok(found.map(|instance| (stack, instance)).ok_or(no_instance))
        }
    }
}

/// A live instance, of the revision that the writer has seen.
pub(super) async fn instance_at(
    tx: &Tx,
    wanted: &InstanceRef,
    expected: Option<i64>,
) -> Result<(StackModel, InstanceModel)> {
    let (stack, found) = instance(tx, wanted).await?.map_err(Error::refused)?;
    expect_revision(AnyId::Instance(found.id), found.revision, expected)?;
    Ok((stack, found))
}

/// Refuses a write that was made from an older state.
pub(super) fn expect_revision(of: AnyId, current: i64, expected: Option<i64>) -> Result<()> {
    match expected {
        Some(expected) if expected != current => {
            let message = format!("It has changed meanwhile: its revision is {current}, not {expected}.");
            let problem = Problem::new(Code::StaleRevision, &["input", "expectedRevision"], message)
                .suggest(current.to_string())
                .with(Detail::Current { of, revision: current });
            Err(Error::refused(problem))
        }
        _ => Ok(()),
    }
}

fn missing(path: &[&str], message: impl Into<String>) -> Problem {
    Problem::new(Code::NotFound, path, message)
}

/// Text that can be a name at all; PostgreSQL does not even compare with a NUL.
pub(super) fn storable(name: &str) -> bool {
    !name.contains('\0')
}

/// A client's text as it may stand in a message.
pub(super) fn shown(text: &str) -> String {
    let clean: String = text.chars().filter(|c| !c.is_control()).take(64).collect();
    if clean.len() < text.len() { format!("{clean}…") } else { clean }
}
