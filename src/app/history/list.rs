//! Pages of changes, and what each of them has changed.
//!
//! Called by the resolvers. It must not show a secret.

use std::collections::HashMap;

use crate::{
    access::Permission,
    access::change::Subject,
    app::App,
    db::{
        change_log::{
            Form,
            history::{self, ByChange, ByPosition, ChangeFilter, Whose},
            past::{self, Point, Undo},
        },
        entities::{ChangeEntryModel, ChangeModel},
        queries::page::{Page, Slice},
        repeated,
    },
    error::Result,
    ids::{ChangeId, InstanceId, StackId, TemplateId},
    kinds::{
        AnyChange, AnyEntry, OfInstance, OfStack, OfTemplate, OverrideKind, Registered, SharedVar, for_each_kind,
        for_each_template_kind,
    },
};

/// A field that a change has changed, with its values as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldEdit {
    /// The column.
    pub column: String,
    /// The value before; `None` if it was removed from the log.
    pub from: Option<serde_json::Value>,
    /// The value after; `None` if it was removed from the log.
    pub to: Option<serde_json::Value>,
}

/// What a change has changed.
#[derive(Clone, Debug, Default)]
pub struct Edits {
    /// Fields of the subject.
    pub fields: Vec<FieldEdit>,
    /// Entries of kinds, by kind and key, with secrets still encrypted.
    pub entries: Vec<AnyChange>,
}

impl App {
    /// Whether the caller may see the changes of API keys.
    fn sees_keys(&self) -> bool {
        self.access().lacks(Permission::ADMINISTER_ALL).is_none()
    }

    /// The epoch of the change log, which is a part of its cursors.
    pub async fn epoch(&self) -> Result<i64> {
        Ok(history::epoch(&self.reader()).await?.epoch)
    }

    /// A page of changes for each list, latest first. All lists are of the same sort.
    pub async fn history(
        &self,
        lists: &[Whose],
        filter: &ChangeFilter,
        slice: &Slice<ByPosition>,
    ) -> Result<HashMap<Whose, Page<ChangeModel>>> {
        Ok(history::pages(&self.reader(), lists, filter, slice, self.sees_keys()).await?)
    }

    /// A page of all changes within the reach of the caller, latest first.
    pub async fn changes(&self, filter: &ChangeFilter, slice: &Slice<ByChange>) -> Result<Page<ChangeModel>> {
        Ok(history::page(&self.reader(), filter, slice, self.sees_keys()).await?)
    }

    /// Changes by their ids. Those that the caller may not see are missing.
    pub async fn load_changes(&self, ids: &[ChangeId]) -> Result<HashMap<ChangeId, ChangeModel>> {
        let found = history::load(&self.reader(), ids, self.sees_keys()).await?;
        Ok(found.into_iter().map(|row| (row.id, row)).collect())
    }

    /// What changes have changed. The creation of an object has added everything that the object had then.
    pub async fn load_edits(&self, ids: &[ChangeId]) -> Result<HashMap<ChangeId, Edits>> {
        repeated!(self.read_edits(ids))
    }

    async fn read_edits(&self, ids: &[ChangeId]) -> Result<HashMap<ChangeId, Edits>> {
        let db = self.snapshot().await?;
        let changes = history::load(&db, ids, self.sees_keys()).await?;
        let mut entries = history::entries(&db, ids).await?;
        let created: Vec<&ChangeModel> = changes.iter().filter(|change| is_creation(change)).collect();
        let subject = |change: &ChangeModel| Subject::read(&change.subject_kind, change.subject_id);
        let subjects: Vec<Subject> = created.iter().filter_map(|change| subject(change)).collect();
        let mut initial = if subjects.is_empty() { HashMap::new() } else { initial(&db, &subjects).await? };
        let mut edits = HashMap::new();
        for change in &changes {
            let of_change = entries.remove(&change.id).unwrap_or_default();
            let mut found = edits_of(&of_change);
            if let Some(source) = &change.source_name {
                let to = Some(serde_json::Value::from(source.as_str()));
                found.fields.push(FieldEdit { column: "copy_of".to_owned(), from: Some(serde_json::Value::Null), to });
            }
            if let Some(added) = subject(change).filter(|_| is_creation(change)).and_then(|it| initial.remove(&it)) {
                found.entries = added;
            }
            edits.insert(change.id, found);
        }
        Ok(edits)
    }
}

/// Whether a change has made its subject. Objects begin with the revision 1.
pub fn is_creation(change: &ChangeModel) -> bool {
    change.revision == Some(1) && matches!(change.action.as_str(), "CREATE" | "DUPLICATE" | "FORK" | "IMPORT" | "APPLY")
}

/// The entries of objects right after they were created: everything that was logged later is undone.
async fn initial(db: &crate::db::Tx, subjects: &[Subject]) -> Result<HashMap<Subject, Vec<AnyChange>>> {
    let undo = Undo::load(db, Point { stack: -1, templates: -1 }, subjects).await?;
    let instances: Vec<InstanceId> =
        subjects.iter().filter_map(|it| if let Subject::Instance(id) = it { Some(*id) } else { None }).collect();
    let stacks: Vec<StackId> =
        subjects.iter().filter_map(|it| if let Subject::Stack(id) = it { Some(*id) } else { None }).collect();
    let templates: Vec<TemplateId> =
        subjects.iter().filter_map(|it| if let Subject::Template(id) = it { Some(*id) } else { None }).collect();
    let mut found: HashMap<Subject, Vec<AnyChange>> = HashMap::new();
    macro_rules! added {
        (($owner:ident, $ids:ident) $( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => { $(
            let mut loaded = undo.entries::<$owner, crate::kinds::$kind>(db, &$ids).await?;
            for id in &$ids {
                let subject = Subject::from(crate::ids::AnyId::from(*id));
                // A row that cannot be read is left out.
                if let Ok(entries) = loaded.take(*id) {
                    found.entry(subject).or_default().extend(as_added(entries));
                }
            }
        )+ };
    }
    if !stacks.is_empty() {
        added! { (OfStack, stacks) shared_vars: SharedVar, }
    }
    if !instances.is_empty() {
        for_each_kind!(added, OfInstance, instances);
    }
    if !templates.is_empty() {
        for_each_template_kind!(added, OfTemplate, templates);
    }
    Ok(found)
}

fn as_added<K: Registered + Into<AnyEntry>>(entries: Vec<K>) -> Vec<AnyChange> {
    let mut changes: Vec<AnyChange> = Vec::new();
    for entry in entries {
        let key = entry.key().to_string();
        match changes.iter_mut().find(|change| change.key == key) {
            Some(change) => change.to.push(entry.into()),
            None => changes.push(AnyChange { kind: K::KIND, key, from: Vec::new(), to: vec![entry.into()] }),
        }
    }
    changes
}

fn edits_of(rows: &[ChangeEntryModel]) -> Edits {
    let mut edits = Edits::default();
    for row in rows {
        match Form::read(&row.form) {
            Some(Form::Field) => {
                let value = |text: &Option<String>| serde_json::from_str(text.as_deref()?).ok();
                let column = row.entry_key.clone().unwrap_or_default();
                edits.fields.push(FieldEdit { column, from: value(&row.value_before), to: value(&row.value_after) });
            }
            Some(Form::Entry) => {
                let Some(kind) = OverrideKind::read(&row.kind) else { continue };
                let key = row.entry_key.clone().unwrap_or_default();
                let (from, to) = sides(kind, row);
                match edits.entries.iter_mut().find(|known| known.kind == kind && known.key == key) {
                    Some(known) => {
                        known.from.extend(from);
                        known.to.extend(to);
                    }
                    None => edits.entries.push(AnyChange {
                        kind,
                        key,
                        from: from.into_iter().collect(),
                        to: to.into_iter().collect(),
                    }),
                }
            }
            Some(Form::Rule) => {
                let Some(kind) = OverrideKind::read(&row.kind) else { continue };
                let key = row.entry_key.clone().unwrap_or_else(|| "*".to_owned());
                if !edits.entries.iter().any(|known| known.kind == kind && known.key == key) {
                    edits.entries.push(AnyChange { kind, key, from: Vec::new(), to: Vec::new() });
                }
            }
            None => {}
        }
    }
    edits
}

macro_rules! all_sides {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        /// The entry before and after a change, with secrets still encrypted.
        fn sides(kind: OverrideKind, row: &ChangeEntryModel) -> (Option<AnyEntry>, Option<AnyEntry>) {
            let (before, after) = (row.value_before.as_deref(), row.value_after.as_deref());
            if row.owner_kind == "STACK" {
                return (
                    past::read_side::<SharedVar>(before, row.secret_before.as_deref()).map(AnyEntry::from),
                    past::read_side::<SharedVar>(after, row.secret_after.as_deref()).map(AnyEntry::from),
                );
            }
            match kind { $(
                OverrideKind::$kind => (
                    past::read_side::<crate::kinds::$kind>(before, row.secret_before.as_deref()).map(AnyEntry::from),
                    past::read_side::<crate::kinds::$kind>(after, row.secret_after.as_deref()).map(AnyEntry::from),
                ),
            )+ }
        }
    };
}
for_each_kind!(all_sides);
