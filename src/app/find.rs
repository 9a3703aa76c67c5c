//! Resolves references in the input to rows, or to a problem with the path of the reference.
//!
//! Called by every use case that changes something. It must not write.

use crate::{
    db::{
        Session, Tx,
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

/// A reference to a stack.
#[derive(Clone, Debug, Hash)]
pub enum StackRef {
    /// By global id; `None` if the text is not the id of a stack.
    Id(Option<StackId>),
    /// By name.
    Name(String),
}

/// A reference to a template.
#[derive(Clone, Debug, Hash)]
pub enum TemplateRef {
    /// By global id; `None` if the text is not the id of a template.
    Id(Option<TemplateId>),
    /// By name.
    Name(String),
}

/// Finds a live stack and locks it until the transaction ends.
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

/// Finds a live stack for a read that has no payload with user errors.
pub(super) async fn live_stack(db: &impl Session, wanted: &StackRef) -> Result<StackModel> {
    let found = match wanted {
        StackRef::Id(None) => None,
        StackRef::Id(Some(id)) => stacks::load(db, &[*id]).await?.pop(),
        StackRef::Name(name) if storable(name) => stacks::find_by_name(db, name, RowLock::None).await?,
        StackRef::Name(_) => None,
    };
    found.filter(|stack| stack.deleted_at.is_none()).ok_or_else(|| {
        Error::bad_request(match wanted {
            StackRef::Id(_) => "No stack has this id.".to_owned(),
            StackRef::Name(name) => format!("There is no stack `{}`.", shown(name)),
        })
    })
}

/// Finds a template and locks it until the transaction ends.
pub(super) async fn template(
    tx: &Tx,
    wanted: &TemplateRef,
    hold: TemplateLock,
) -> Result<Result<TemplateModel, Problem>> {
    let (found, message) = match wanted {
        TemplateRef::Id(id) => {
            let found = match id {
                Some(id) => templates::lock(tx, *id, hold).await?,
                None => None,
            };
            (found, "No template has this id.".to_owned())
        }
        TemplateRef::Name(name) => {
            let found = if storable(name) { templates::lock_by_name(tx, name, hold).await? } else { None };
            (found, format!("There is no template `{}`.", shown(name)))
        }
    };
    Ok(found.ok_or_else(|| missing(&template_path(wanted), message)))
}

/// The path of a reference to a template in the input.
pub(super) fn template_path(wanted: &TemplateRef) -> [&'static str; 3] {
    let last = match wanted {
        TemplateRef::Id(_) => "id",
        TemplateRef::Name(_) => "name",
    };
    ["input", "template", last]
}

/// Finds a live instance and its live stack. The stack is locked against changes, the instance is locked for a change.
/// The locks are always taken in this order, so that two writers cannot deadlock.
pub(super) async fn instance(tx: &Tx, wanted: &InstanceRef) -> Result<Result<(StackModel, InstanceModel), Problem>> {
    instance_in(tx, wanted, RowLock::Shared).await
}

/// Finds a live instance and its live stack with the given lock on the stack. Writers of anything that connects the
/// instances of a stack, such as dependencies, need an exclusive lock.
pub(super) async fn instance_in(
    tx: &Tx,
    wanted: &InstanceRef,
    hold: RowLock,
) -> Result<Result<(StackModel, InstanceModel), Problem>> {
    match wanted {
        InstanceRef::Id(id) => {
            let problem = missing(&["input", "instance", "id"], "No instance has this id.");
            let Some(id) = id else { return Ok(Err(problem)) };
            let Some(stack) = instances::find(tx, *id, RowLock::None).await?.map(|found| found.stack_id) else {
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

/// Finds a live instance and checks its revision.
pub(super) async fn instance_at(
    tx: &Tx,
    wanted: &InstanceRef,
    expected: Option<i64>,
) -> Result<(StackModel, InstanceModel)> {
    let (stack, found) = instance(tx, wanted).await?.map_err(Error::refused)?;
    expect_revision(AnyId::Instance(found.id), found.revision, expected)?;
    Ok((stack, found))
}

/// Refuses a write that was based on an older revision.
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

/// Whether a text can be stored at all. PostgreSQL refuses NUL characters even in comparisons.
pub(super) fn storable(name: &str) -> bool {
    !name.contains('\0')
}

/// Shortens a client's text and removes control characters, for use in a message.
pub(super) fn shown(text: &str) -> String {
    let clean: String = text.chars().filter(|c| !c.is_control()).take(64).collect();
    if clean.len() < text.len() { format!("{clean}…") } else { clean }
}
