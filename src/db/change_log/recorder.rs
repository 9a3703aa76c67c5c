//! Collects what a transaction changes, for the change log.
//!
//! Called by the queries that write. It must not access the database.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
};

use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::{
    access::change::{ActorKind, Author, ChangeAction, Subject},
    db::{
        change_log::{Form, claims::ClaimChanges},
        entities::{InstanceModel, StackModel, TemplateModel},
        idempotency::outcomes::{InstanceForm, StackForm, TemplateForm},
    },
    ids::StackId,
    kinds::{Kind, OverrideKind, Rule, RuleAction},
};

/// A value on one side of a change: before it or after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// The row that held the entry; only before a change.
    pub row: Option<i64>,
    /// The columns or the value, as JSON.
    pub value: String,
    /// The encrypted secret of the entry.
    pub secret: Option<String>,
}

impl Side {
    /// An entry as it is stored, with its secret encrypted.
    pub fn of_entry<K: Kind>(entry: &K, row: Option<i64>) -> Self {
        let secret = entry.secret_text().map(str::to_owned);
        Self { row, value: Json::Object(entry.public_columns()).to_string(), secret }
    }

    /// A plain value.
    pub fn of(value: &Json) -> Self {
        Self { row: None, value: value.to_string(), secret: None }
    }
}

/// A field, an entry or a rule that has changed.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// The form.
    pub form: Form,
    /// The kind; `FIELD` for a field.
    pub kind: &'static str,
    /// The key of the entry or of the rule, or the column of the field.
    pub key: Option<String>,
    /// What tells entries with the same key apart, if it is not the key.
    pub identity: Option<String>,
    /// The value before; `None` if there was none.
    pub before: Option<Side>,
    /// The value after; `None` if there is none.
    pub after: Option<Side>,
}

impl NewEntry {
    /// A rule that is new, or gone.
    pub fn rule(rule: &Rule, is_new: bool) -> Self {
        let side = Some(Side::of(&Json::Bool(true)));
        let (before, after) = if is_new { (None, side) } else { (side, None) };
        let key = if rule.action == RuleAction::Replace { None } else { rule.key.clone() };
        Self { form: Form::Rule, kind: rule.kind.as_str(), key, identity: None, before, after }
    }

    fn is_same_thing(&self, other: &Self) -> bool {
        (self.form, self.kind, &self.key, &self.identity) == (other.form, other.kind, &other.key, &other.identity)
    }
}

/// A change of one subject.
#[derive(Clone, Debug)]
pub struct NewChange {
    /// What it is about.
    pub subject: Subject,
    /// The stack of the subject.
    pub stack: Option<StackId>,
    /// The name of the subject after the change.
    pub name: String,
    /// What it does.
    pub action: ChangeAction,
    /// The revision of the subject after the change.
    pub revision: Option<i64>,
    /// What the subject was copied from.
    pub source: Option<(i64, String)>,
    /// Whether the subject is new. Then its fields and entries are not logged.
    pub is_new: bool,
}

/// A subject that a transaction has changed so far.
#[derive(Clone, Debug)]
pub struct Touched {
    /// The subject.
    pub subject: Subject,
    /// The stack of the subject.
    pub stack: Option<StackId>,
    /// Its name after the change.
    pub name: String,
    /// Whether it is gone for good.
    pub is_purged: bool,
    /// What is done to it.
    pub action: ChangeAction,
    /// Whether a field of it has another value.
    pub has_fields: bool,
    /// The kinds of which entries or rules differ.
    pub kinds: BTreeSet<OverrideKind>,
}

/// Collects the changes of one transaction. Several changes of one subject become one.
#[derive(Debug)]
pub struct Recorder {
    author: Author,
    state: Mutex<Recorded>,
}

/// What a transaction has changed so far.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    pub(super) changes: Vec<NewChange>,
    pub(super) entries: HashMap<Subject, Vec<NewEntry>>,
    claims: ClaimChanges,
    action: Option<ChangeAction>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new(Author::of_kind(ActorKind::CommandLine))
    }
}

/// Columns of objects that are no part of what users set: they follow from other columns, or the action tells them.
const NOT_LOGGED: [&str; 10] = [
    "id",
    "stack_id",
    "storage_name",
    "secret_seed",
    "revision",
    "created_at",
    "updated_at",
    "deleted_at",
    "deleted_with_stack",
    "override_count",
];

/// An object whose columns can be logged.
pub trait LoggedObject {
    /// The columns by their names.
    fn columns(&self) -> Map<String, Json>;
    /// Restores an object; `None` if a column has another type.
    fn from_columns(columns: Map<String, Json>) -> Option<Self>
    where
        Self: Sized;
    /// The subject of its changes.
    fn subject(&self) -> Subject;
    /// The stack that it is or belongs to.
    fn stack(&self) -> Option<StackId>;
    /// Its name.
    fn name(&self) -> &str;
    /// Its revision.
    fn revision(&self) -> i64;
}

fn object(form: &impl Serialize) -> Map<String, Json> {
    match serde_json::to_value(form) {
        Ok(Json::Object(columns)) => columns,
        _ => Map::new(),
    }
}

macro_rules! logged_objects {
    ($( $model:ident, $form:ident, $subject:ident, |$row:ident| $stack:expr, $name:ident; )+) => { $(
        impl LoggedObject for $model {
            fn columns(&self) -> Map<String, Json> {
                object(&$form::from(self))
            }
            fn from_columns(columns: Map<String, Json>) -> Option<Self> {
                serde_json::from_value::<$form>(Json::Object(columns)).ok().map(Self::from)
            }
            fn subject(&self) -> Subject {
                Subject::$subject(self.id)
            }
            fn stack(&self) -> Option<StackId> {
                let $row = self;
                $stack
            }
            fn name(&self) -> &str {
                &self.$name
            }
            fn revision(&self) -> i64 {
                self.revision
            }
        }
    )+ };
}
logged_objects! {
    StackModel, StackForm, Stack, |row| Some(row.id), name;
    InstanceModel, InstanceForm, Instance, |row| Some(row.stack_id), instance_id;
    TemplateModel, TemplateForm, Template, |_row| None, name;
}

/// The columns that users set and that differ between two states of an object, with both values.
pub fn differing_columns(before: &impl LoggedObject, after: &impl LoggedObject) -> Vec<(String, Json, Json)> {
    let (mut before, after) = (before.columns(), after.columns());
    let mut changed = Vec::new();
    for (column, new) in after {
        let old = before.remove(&column).unwrap_or_default();
        if old != new && !NOT_LOGGED.contains(&column.as_str()) {
            changed.push((column, old, new));
        }
    }
    changed
}

/// What users have set in an object, as text.
pub fn columns_text(object: &impl LoggedObject) -> String {
    let mut columns = object.columns();
    columns.retain(|column, _| !NOT_LOGGED.contains(&column.as_str()));
    Json::Object(columns).to_string()
}

/// The fields that differ between two states of an object.
fn changed_fields(before: &impl LoggedObject, after: &impl LoggedObject) -> Vec<NewEntry> {
    let differing = differing_columns(before, after).into_iter().map(|(column, old, new)| NewEntry {
        form: Form::Field,
        kind: Form::Field.as_str(),
        key: Some(column),
        identity: None,
        before: Some(Side::of(&old)),
        after: Some(Side::of(&new)),
    });
    differing.collect()
}

impl Recorder {
    /// Creates a recorder for the changes of an author.
    pub fn new(author: Author) -> Self {
        Self { author, state: Mutex::default() }
    }

    /// On whose behalf the changes are made.
    pub(super) fn author(&self) -> &Author {
        &self.author
    }

    fn state(&self) -> std::sync::MutexGuard<'_, Recorded> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was changed so far, with the kinds of the entries that differ.
    pub fn all_touched(&self) -> Vec<Touched> {
        let state = self.state();
        let differs = |entry: &&NewEntry| entry.before != entry.after;
        let touched = state.changes.iter().map(|change| {
            let entries = state.entries.get(&change.subject).into_iter().flatten().filter(differs);
            let (fields, kinds): (Vec<&NewEntry>, Vec<&NewEntry>) =
                entries.partition(|entry| entry.form == Form::Field);
            Touched {
                subject: change.subject,
                stack: change.stack,
                name: change.name.clone(),
                is_purged: change.action == ChangeAction::Purge,
                action: change.action,
                has_fields: !fields.is_empty(),
                kinds: kinds.into_iter().filter_map(|entry| OverrideKind::read(entry.kind)).collect(),
            }
        });
        touched.collect()
    }

    /// Takes everything that was recorded.
    pub(super) fn take(&self) -> Recorded {
        std::mem::take(&mut self.state())
    }

    /// Notes that entries of a kind have changed which the log does not show.
    pub fn unlogged(&self, owner: Subject, kind: OverrideKind) {
        self.state().claims.entry(owner, kind.as_str());
    }

    /// Takes what may have changed the claims of instances since it was taken last.
    pub fn take_claims(&self) -> ClaimChanges {
        std::mem::take(&mut self.state().claims)
    }

    /// From now on, creations and updates are recorded as this action.
    pub fn act_as(&self, action: ChangeAction) {
        self.state().action = Some(action);
    }

    /// Records a change of a subject. A second change of the same subject is merged into the first one.
    pub fn change(&self, mut new: NewChange) {
        let mut state = self.state();
        if let (Some(action), ChangeAction::Create | ChangeAction::Update | ChangeAction::Rename) =
            (state.action, new.action)
        {
            new.action = action;
        }
        match state.changes.iter_mut().find(|known| known.subject == new.subject) {
            Some(known) => {
                (known.name, known.revision) = (new.name, new.revision.or(known.revision));
                if known.action == ChangeAction::Update || new.source.is_some() {
                    (known.action, known.source) = (new.action, new.source);
                }
            }
            None => state.changes.push(new),
        }
    }

    fn object(&self, object: &impl LoggedObject, action: ChangeAction, source: Option<(i64, String)>) {
        let (subject, stack, revision) = (object.subject(), object.stack(), Some(object.revision()));
        let is_new = matches!(action, ChangeAction::Create | ChangeAction::Duplicate | ChangeAction::Fork);
        self.state().claims.object(subject, action, is_new);
        self.change(NewChange { subject, stack, name: object.name().to_owned(), action, revision, source, is_new });
    }

    /// Records a new object. Its entries are not recorded.
    pub fn created(&self, new: &impl LoggedObject) {
        self.object(new, ChangeAction::Create, None);
    }

    /// Records a copy of an object.
    pub fn copied(&self, copy: &impl LoggedObject, source: &impl LoggedObject) {
        self.copied_as(copy, source, ChangeAction::Duplicate);
    }

    /// Records a copy of an object that this action makes.
    pub fn copied_as(&self, copy: &impl LoggedObject, source: &impl LoggedObject, action: ChangeAction) {
        self.object(copy, action, Some((source.subject().number(), source.name().to_owned())));
    }

    /// Records a change of an object, whose entries may have changed as well.
    pub fn updated(&self, before: &impl LoggedObject, after: &impl LoggedObject, action: ChangeAction) {
        self.fields(after.subject(), changed_fields(before, after));
        self.object(after, action, None);
    }

    /// Records that an object is gone for good.
    pub fn deleted(&self, object: &impl LoggedObject) {
        self.object(object, ChangeAction::Purge, None);
    }

    /// Records that this action has made the row of an object, or has written it without a change of what users set.
    pub fn touched(&self, object: &impl LoggedObject, action: ChangeAction) {
        self.object(object, action, None);
    }

    /// Records an action on an object that has not written its row, as the cause of changes of other objects.
    pub fn noted(&self, object: &impl LoggedObject, action: ChangeAction) {
        let (subject, stack, name) = (object.subject(), object.stack(), object.name().to_owned());
        self.change(NewChange { subject, stack, name, action, revision: None, source: None, is_new: false });
    }

    /// Records the new container name of an instance.
    pub fn container_name(&self, before: &str, after: &InstanceModel) {
        if before != after.container_name {
            let side = |name: &str| Some(Side::of(&Json::from(name)));
            let entry = NewEntry {
                form: Form::Field,
                kind: Form::Field.as_str(),
                key: Some("container_name".to_owned()),
                identity: None,
                before: side(before),
                after: side(&after.container_name),
            };
            self.entry(after.subject(), entry);
        }
    }

    fn fields(&self, subject: Subject, fields: Vec<NewEntry>) {
        for field in fields {
            self.entry(subject, field);
        }
    }

    /// Records a change of an entry. The caller also records a change of its owner.
    pub fn entry(&self, owner: Subject, new: NewEntry) {
        let mut state = self.state();
        match new.form {
            Form::Field => state.claims.field(owner, new.key.as_deref().unwrap_or_default()),
            Form::Entry | Form::Rule => state.claims.entry(owner, new.kind),
        }
        let entries = state.entries.entry(owner).or_default();
        match entries.iter_mut().find(|known| known.is_same_thing(&new)) {
            // A row that was deleted and inserted again has moved.
            Some(known) => known.after = new.after,
            None => entries.push(new),
        }
    }
}
