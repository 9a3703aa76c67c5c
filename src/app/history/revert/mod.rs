//! The use case `revertChange`: undoes one change, key by key, although other things have changed since.
//!
//! Called by the resolvers. It goes forward: the change stays in the history, and its undoing is a change. What has the
//! value that the change gave it goes back; what has another one is a conflict that the caller decides.

mod entries;

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use crate::{
    access::Permission,
    access::change::{ChangeAction, Subject, Take},
    app::{
        App, find,
        history::{
            apply::{self, Wanted},
            list::is_creation,
            outcome::Undone,
        },
        stacks::container_names::{self, Naming},
    },
    db::{
        Command, Tx,
        change_log::{Form, history},
        entities::{ChangeEntryModel, ChangeModel, InstanceModel, StackModel, TemplateModel},
        entries::replace_all,
        queries::{
            instances, stack_instances,
            stacks::{self, RowLock, StackChange},
            templates::{self, TemplateLock},
        },
    },
    error::{ChangedSince, Code, Detail, Error, Problem, Problems, Result},
    fields::{self, FieldColumn, INSTANCE, InstanceValues, STACK, StackValues, TEMPLATE, TemplateValues},
    ids::{AnyId, ChangeId, StackId, TemplateId},
    kinds::{OfTemplate, OverrideKind},
};

/// The decision of a conflict.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Resolution {
    /// The kind; `None` for a field.
    pub kind: Option<OverrideKind>,
    /// The key of the entry, or the name of the field.
    pub key: String,
    /// The value to take.
    pub take: Take,
}

/// The input of [`App::revert_change`].
#[derive(Clone, Debug, Hash)]
pub struct RevertChange {
    /// The change; `None` if the text is not the id of a change.
    pub change: Option<ChangeId>,
    /// The decisions of conflicts.
    pub resolutions: Vec<Resolution>,
    /// The expected revision of the subject.
    pub expected_revision: Option<i64>,
}

impl App {
    /// Undoes a change with those that it caused, all or nothing.
    pub async fn revert_change(&self, input: RevertChange) -> Result<Undone> {
        // Templates are shared by all stacks.
        let ids: Vec<ChangeId> = input.change.into_iter().collect();
        if self.load_changes(&ids).await?.values().any(|change| change.stack_id.is_none()) {
            self.allow(Permission::ADMINISTER_ALL)?;
        }
        self.write_stack_name(&input, Naming::Rename).await
    }
}

impl Command for RevertChange {
    const PERMISSION: Permission = Permission::CHANGE;
    type Output = Undone;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<Undone> {
        let ids: Vec<ChangeId> = self.change.into_iter().collect();
        let change = history::load(tx, &ids, false)
            .await?
            .into_iter()
            .next()
            .ok_or_else(|| no_change(Code::NotFound, "No change has this id."))?;
        let action: ChangeAction = change.action.parse().unwrap_or(ChangeAction::Purge);
        if action.is_final() || change.redacted {
            return Err(no_change(Code::InvalidValue, "This change cannot be undone."));
        }
        tx.log().act_as(ChangeAction::Revert);
        let of_stack = match change.stack_id {
            Some(id) => Some(stack_of(tx, id, &change).await?),
            None => None,
        };
        let mut work = Work { tx, now, resolutions: &self.resolutions, problems: Problems::default() };
        let subject = Subject::read(&change.subject_kind, change.subject_id);
        let undone = match (subject, of_stack) {
            (Some(Subject::Template(id)), _) => {
                work.template(id, &change, self.expected_revision).await?;
                AnyId::Template(id)
            }
            (Some(Subject::Instance(id)), Some(stack)) => {
                if stack.deleted_at.is_some() {
                    return Err(no_change(Code::NotFound, "The stack is in the trash; restore it first."));
                }
                work.instance(&stack, &change, self.expected_revision).await?;
                AnyId::Instance(id)
            }
            (Some(Subject::Stack(id)), Some(stack)) => {
                work.stack(stack, &change, self.expected_revision).await?;
                AnyId::Stack(id)
            }
            _ => return Err(no_change(Code::InvalidValue, "This change cannot be undone.")),
        };
        work.problems.finish()?;
        Ok(Undone(undone))
    }
}

fn no_change(code: Code, message: &str) -> Error {
    Error::refused(Problem::new(code, &["input", "change"], message))
}

/// The stack of a change, locked against all other changes.
async fn stack_of(tx: &Tx, id: StackId, change: &ChangeModel) -> Result<StackModel> {
    let stack = stacks::find_any(tx, id, RowLock::Exclusive).await?;
    let message = format!("The stack of `{}` is not there any more.", change.subject_name);
    stack.ok_or_else(|| no_change(Code::NotFound, &message))
}

/// Something that a change has changed.
#[derive(Clone, Copy)]
struct Place<'p> {
    /// The kind; `None` for a field.
    kind: Option<OverrideKind>,
    /// The key as clients see it: of the entry, `*` for a replaced collection, or the name of the field.
    key: &'p str,
    /// The key in the log.
    logged: Option<&'p str>,
}

impl<'p> Place<'p> {
    /// An entry of a kind.
    fn entry(kind: OverrideKind, key: &'p str) -> Self {
        Self { kind: Some(kind), key, logged: Some(key) }
    }
}

/// The undoing of a change in a transaction.
struct Work<'w> {
    tx: &'w Tx,
    now: DateTime<Utc>,
    resolutions: &'w [Resolution],
    problems: Problems,
}

impl Work<'_> {
    /// Whether a value goes back: it does if it is what the change made of it, or if the caller decides so. Notes a conflict
    /// otherwise.
    async fn goes_back(
        &mut self,
        subject: Subject,
        Place { kind, key, logged }: Place<'_>,
        (is_as_before, is_as_after): (bool, bool),
    ) -> Result<bool> {
        if is_as_after || is_as_before {
            return Ok(!is_as_before);
        }
        let decided = self.resolutions.iter().find(|it| it.kind == kind && it.key == key);
        match decided.map(|it| it.take) {
            Some(Take::Revert) => return Ok(true),
            Some(Take::Keep) => return Ok(false),
            None => {}
        }
        let kind = kind.map(OverrideKind::as_str);
        let since = history::last_of_key(self.tx, subject, kind.unwrap_or(Form::Field.as_str()), logged).await?;
        let message = format!("`{key}` has changed since; say with `resolutions` whether to keep it or to revert it.");
        let problem = Problem::new(Code::ChangedSince, &["input", "change"], message);
        let changed = ChangedSince { kind, key: key.to_owned(), since };
        self.problems.push(problem.with(Detail::Changed(Box::new(changed))));
        Ok(false)
    }

    /// Undoes a change of a stack, and those that it caused.
    async fn stack(&mut self, stack: StackModel, change: &ChangeModel, expected: Option<i64>) -> Result<()> {
        find::expect_revision(AnyId::Stack(stack.id), stack.revision, expected)?;
        let is_live = stack.deleted_at.is_none();
        match change.action.parse() {
            Ok(ChangeAction::SoftDelete) if is_live => return Ok(()),
            Ok(ChangeAction::SoftDelete) => return self.restore_stack(&stack).await,
            Ok(ChangeAction::Restore) => return self.trash_stack(&stack).await,
            _ if is_creation(change) => return self.trash_stack(&stack).await,
            _ if !is_live => return Err(no_change(Code::NotFound, "The stack is in the trash; restore it first.")),
            _ => {}
        }
        let rows = history::entries(self.tx, &[change.id]).await?.remove(&change.id).unwrap_or_default();
        let others = self.shared_vars(stack.id, &rows).await?;
        let stack = self.stack_fields(stack, &rows, others).await?;
        self.tx.log().noted(&stack, ChangeAction::Revert);
        if change.action == ChangeAction::Rename.as_str() {
            // The names of the containers have followed the name of the stack.
            return Ok(());
        }
        // The last one goes first. Templates stay as they are, because other stacks may use them by now.
        for caused in history::caused_by(self.tx, change.id).await?.iter().rev() {
            if let Some(Subject::Instance(_)) = Subject::read(&caused.subject_kind, caused.subject_id) {
                self.instance(&stack, caused, None).await?;
            }
        }
        Ok(())
    }

    async fn trash_stack(&self, stack: &StackModel) -> Result<()> {
        if stack.deleted_at.is_none() {
            stacks::trash_instances(self.tx, stack.id, self.now).await?;
            let change = StackChange { trashed: Some(true), ..StackChange::default() };
            stacks::update(self.tx, stack, change, self.now).await?;
        }
        Ok(())
    }

    async fn restore_stack(&mut self, stack: &StackModel) -> Result<()> {
        let mut problems = Problems::default();
        let name = container_names::name(self.tx, Some(stack), Naming::Restore, &stack.name, &mut problems).await?;
        problems.finish()?;
        let Some(name) = name else { return Err(Error::Internal("a restored stack has no name".into())) };
        let taken = container_names::taken(stack.id, &name);
        let change = StackChange { trashed: Some(false), ..StackChange::default() };
        stacks::update(self.tx, stack, change, self.now).await.map_err(&taken)?;
        stack_instances::restore(self.tx, stack, name.as_str(), self.now).await.map_err(taken)?;
        Ok(())
    }

    /// Undoes the changes of the fields of a stack. `others` is whether something else of it was written.
    async fn stack_fields(&mut self, stack: StackModel, rows: &[ChangeEntryModel], others: bool) -> Result<StackModel> {
        let subject = Subject::Stack(stack.id);
        let mut columns = crate::db::change_log::columns(&stack);
        if !self.fields((subject, STACK), &mut columns, rows).await? && !others {
            return Ok(stack);
        }
        let wanted = crate::db::change_log::object::<StackModel>(columns).unwrap_or_else(|| stack.clone());
        let values = Some(StackValues::from(&wanted)).filter(|values| *values != StackValues::from(&stack));
        let mut problems = Problems::default();
        let name = match wanted.name == stack.name {
            true => None,
            false => container_names::name(self.tx, Some(&stack), Naming::Rename, &wanted.name, &mut problems).await?,
        };
        problems.finish()?;
        let change = StackChange { name: name.clone(), values, ..StackChange::default() };
        match name {
            None => Ok(stacks::update(self.tx, &stack, change, self.now).await?),
            Some(name) => {
                let taken = container_names::taken(stack.id, &name);
                let updated = stacks::update(self.tx, &stack, change, self.now).await.map_err(&taken)?;
                stack_instances::rename(self.tx, &stack, name.as_str(), self.now).await.map_err(taken)?;
                Ok(updated)
            }
        }
    }

    /// Sets the columns back that go back; false if none does.
    async fn fields(
        &mut self,
        (subject, fields): (Subject, &[FieldColumn]),
        columns: &mut serde_json::Map<String, Json>,
        rows: &[ChangeEntryModel],
    ) -> Result<bool> {
        let mut any = false;
        for row in rows.iter().filter(|row| row.form == Form::Field.as_str()) {
            let Some(column) = &row.entry_key else { continue };
            let value =
                |text: &Option<String>| text.as_deref().and_then(|text| serde_json::from_str::<Json>(text).ok());
            let (Some(before), Some(after)) = (value(&row.value_before), value(&row.value_after)) else { continue };
            // It follows from the names of the stack and of the instance.
            if column == "container_name" {
                continue;
            }
            let now = columns.get(column).cloned().unwrap_or_default();
            let name = fields::api_name(fields, column);
            let place = Place { kind: None, key: &name, logged: Some(column) };
            if self.goes_back(subject, place, (now == before, now == after)).await? {
                columns.insert(column.clone(), before);
                any = true;
            }
        }
        Ok(any)
    }

    /// Undoes a change of an instance.
    async fn instance(&mut self, stack: &StackModel, change: &ChangeModel, expected: Option<i64>) -> Result<()> {
        let id = crate::ids::InstanceId(change.subject_id);
        let Some(instance) = instances::find(self.tx, id, RowLock::Exclusive).await? else {
            return Err(no_change(Code::NotFound, "The instance is not there any more."));
        };
        apply::expect(&instance, expected)?;
        let is_live = instance.deleted_at.is_none();
        let trash = matches!(change.action.parse(), Ok(ChangeAction::Restore)) || is_creation(change);
        match change.action.parse() {
            Ok(ChangeAction::SoftDelete) if is_live => return Ok(()),
            Ok(ChangeAction::SoftDelete) => {
                apply::untrash(self.tx, (stack, &instance), &instance.instance_id, self.now).await?;
                return Ok(());
            }
            _ if trash && is_live => return apply::trash(self.tx, &instance, self.now).await.map(drop),
            _ if trash => return Ok(()),
            _ if !is_live => return Err(no_change(Code::NotFound, "The instance is in the trash; restore it first.")),
            _ => {}
        }
        let rows = history::entries(self.tx, &[change.id]).await?.remove(&change.id).unwrap_or_default();
        let subject = Subject::Instance(id);
        let mut columns = crate::db::change_log::columns(&instance);
        self.fields((subject, INSTANCE), &mut columns, &rows).await?;
        let fields = crate::db::change_log::object::<InstanceModel>(columns).unwrap_or_else(|| instance.clone());
        let overrides = self.overrides(&instance, &rows).await?;
        if !self.problems.is_empty() {
            // What is refused is not written.
            return Ok(());
        }
        let wanted =
            Wanted { name: Some(fields.instance_id.clone()), values: InstanceValues::from(&fields), overrides };
        apply::write_followed(self.tx, (stack, &instance), wanted, self.now).await.map(drop)
    }

    /// Undoes a change of a template.
    async fn template(&mut self, id: TemplateId, change: &ChangeModel, expected: Option<i64>) -> Result<()> {
        let Some(template) = templates::lock(self.tx, id, TemplateLock::NoKeyUpdate).await? else {
            return Err(no_change(Code::NotFound, "The template is not there any more."));
        };
        find::expect_revision(AnyId::Template(id), template.revision, expected)?;
        if is_creation(change) {
            return Err(no_change(Code::InvalidValue, "A template that was created is deleted with deleteTemplate."));
        }
        let rows = history::entries(self.tx, &[change.id]).await?.remove(&change.id).unwrap_or_default();
        let mut columns = crate::db::change_log::columns(&template);
        let any_field = self.fields((Subject::Template(id), TEMPLATE), &mut columns, &rows).await?;
        let wanted = crate::db::change_log::object::<TemplateModel>(columns).unwrap_or_else(|| template.clone());
        let collections = self.collections(id, &rows).await?;
        if !self.problems.is_empty() {
            return Ok(());
        }
        let changed = replace_all::<OfTemplate>(self.tx, id, collections, self.now).await?;
        if changed || any_field {
            templates::update(self.tx, &template, TemplateValues::from(&wanted), self.now).await?;
        }
        Ok(())
    }
}
