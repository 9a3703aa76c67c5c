//! Past states: the current rows, with everything undone that the log has after a point.
//!
//! Called by the use cases. It must not decide what a past state is used for.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, FromQueryResult, IdenStatic, Iterable, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, Order, OrderedStatement, OverStatement, Query, SimpleExpr, WindowStatement},
};
use serde_json::{Map, Value as Json};

use crate::{
    access::change::{ChangeAction, Subject},
    db::{
        Session,
        change_log::{Form, PART_OF_TEMPLATES, recorder::LoggedObject},
        entities::{
            ChangeEntryModel, ChangeModel,
            change_log::{change, entry},
        },
        entries::{self, Loaded},
        queries::in_list::one_of,
    },
    fields::Time,
    ids::{AnyId, InstanceId, StackId},
    kinds::{OverrideKind, Owner, Rule, RuleAction, Rules, SECRET_COLUMN, Stored},
};

/// A point in the history of a stack: everything up to these positions has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Point {
    /// The position in the part of the stack.
    pub stack: i64,
    /// The position in the part of templates.
    pub templates: i64,
}

impl Point {
    /// The current state.
    pub const NOW: Self = Self { stack: i64::MAX, templates: i64::MAX };

    /// The position in the part of a subject.
    pub fn of(self, subject: Subject) -> i64 {
        match subject {
            Subject::Stack(_) | Subject::Instance(_) => self.stack,
            Subject::Template(_) | Subject::Key(_) => self.templates,
        }
    }
}

/// The point right after a change and all others of its transaction, for a stack.
pub async fn point_of_change(db: &impl Session, stack: StackId, change: &ChangeModel) -> Result<Point, DbErr> {
    let of_stack = change::Column::StackId.eq(stack);
    if let Some((stack, templates)) = end_of_transaction(db, change, of_stack).await? {
        return Ok(Point { stack, templates });
    }
    let of_templates = end_of_transaction(db, change, change::Column::Part.eq(PART_OF_TEMPLATES)).await?;
    let templates = of_templates.map_or(change.templates_seq, |(seq, _)| seq);
    // Changes of the stack that knew of a later state of the templates happened later.
    let before = change::Entity::find()
        .filter(change::Column::StackId.eq(stack))
        .filter(change::Column::TemplatesSeq.lt(templates))
        .select_only()
        .column_as(change::Column::Seq.max(), "seq")
        .into_tuple::<Option<i64>>();
    Ok(Point { stack: before.one(db).await?.flatten().unwrap_or_default(), templates })
}

/// The point at a position of a part, or at the end of the transaction that it is in.
pub async fn point_of_position(db: &impl Session, part: i32, point: Point) -> Result<Point, DbErr> {
    let of_part = change::Column::Part.eq(part);
    let at = change::Entity::find().filter(of_part.clone()).filter(change::Column::Seq.eq(point.stack)).one(db).await?;
    let Some(change) = at else { return Ok(point) };
    let end = end_of_transaction(db, &change, of_part).await?;
    Ok(Point { stack: end.map_or(point.stack, |(seq, _)| seq), ..point })
}

/// The last positions that the transaction of a change took, there and of the templates; `None` if it changed nothing there.
async fn end_of_transaction(
    db: &impl Session,
    change: &ChangeModel,
    there: SimpleExpr,
) -> Result<Option<(i64, i64)>, DbErr> {
    let cause = change.cause_id.unwrap_or(change.id);
    let of_transaction = Condition::any().add(change::Column::Id.eq(cause)).add(change::Column::CauseId.eq(cause));
    let end = change::Entity::find()
        .filter(of_transaction)
        .filter(there)
        .select_only()
        .column_as(change::Column::Seq.max(), "seq")
        .column_as(change::Column::TemplatesSeq.max(), "templates_seq")
        .group_by(change::Column::Part)
        .into_tuple();
    end.one(db).await
}

/// The point at a time, for a stack.
pub async fn point_of_time(db: &impl Session, stack: StackId, time: Time) -> Result<Point, DbErr> {
    let latest = |of: Condition| async move {
        let found = change::Entity::find()
            .filter(of)
            .filter(change::Column::At.lte(time))
            .select_only()
            .column(change::Column::Seq)
            .order_by_desc(change::Column::Seq)
            .limit(1)
            .into_tuple::<i64>();
        found.one(db).await.map(Option::unwrap_or_default)
    };
    let of_stack = Condition::all().add(change::Column::StackId.eq(stack));
    let of_templates = Condition::all().add(change::Column::Part.eq(PART_OF_TEMPLATES));
    Ok(Point { stack: latest(of_stack).await?, templates: latest(of_templates).await? })
}

/// What has to be undone to get to a point, for some subjects.
#[derive(Debug, Default)]
pub struct Undo {
    entries: HashMap<Subject, Vec<ChangeEntryModel>>,
    /// The first change of each subject after the point.
    first: HashMap<Subject, ChangeModel>,
    /// The first change of each subject after the point that moved it into the trash or out of it.
    first_move: HashMap<Subject, ChangeAction>,
    /// The last change of each subject until the point.
    last: HashMap<Subject, ChangeModel>,
}

impl Undo {
    /// Finds what happened to these subjects after the point. Runs at most nine statements for any number of subjects.
    pub async fn load(db: &impl Session, point: Point, subjects: &[Subject]) -> Result<Self, DbErr> {
        let mut undo = Self::default();
        for kind in ["STACK", "INSTANCE", "TEMPLATE"] {
            let these: Vec<Subject> = subjects.iter().copied().filter(|subject| subject.kind() == kind).collect();
            let Some(after) = these.first().map(|subject| point.of(*subject)) else { continue };
            undo.load_kind(db, kind, &these, after).await?;
        }
        Ok(undo)
    }

    async fn load_kind(
        &mut self,
        db: &impl Session,
        kind: &str,
        subjects: &[Subject],
        after: i64,
    ) -> Result<(), DbErr> {
        let backend = db.get_database_backend();
        let ids = || subjects.iter().map(|subject| subject.number());
        if after < i64::MAX {
            // The first entry of each thing after the point has its value at the point.
            let mut window = WindowStatement::partition_by(entry::Column::OwnerId);
            for column in [entry::Column::Form, entry::Column::Kind, entry::Column::EntryKey, entry::Column::Identity] {
                window.add_partition_by(Expr::col(column));
            }
            OrderedStatement::order_by(&mut window, entry::Column::Seq, Order::Asc);
            let mut numbered = Query::select();
            numbered
                .columns(entry::Column::iter())
                .from(entry::Entity)
                .expr_window_as(Expr::cust("ROW_NUMBER()"), window, Alias::new("place"))
                .and_where(one_of(backend, entry::Column::OwnerId.as_str(), ids()))
                .and_where(Expr::col(entry::Column::OwnerKind).eq(kind))
                .and_where(Expr::col(entry::Column::Seq).gt(after));
            let query = Query::select()
                .columns(entry::Column::iter())
                .from_subquery(numbered.take(), Alias::new("numbered"))
                .and_where(Expr::col(Alias::new("place")).eq(1))
                .take();
            for row in ChangeEntryModel::find_by_statement(backend.build(&query)).all(db).await? {
                if let Some(subject) = Subject::read(&row.owner_kind, row.owner_id) {
                    self.entries.entry(subject).or_default().push(row);
                }
            }
            for row in bordering(db, kind, ids(), after, Order::Asc).await? {
                let Some(subject) = Subject::read(&row.subject_kind, row.subject_id) else { continue };
                if let Ok(action @ (ChangeAction::SoftDelete | ChangeAction::Restore)) = row.action.parse() {
                    self.first_move.insert(subject, action);
                }
                let known = self.first.entry(subject).or_insert_with(|| row.clone());
                if row.seq < known.seq {
                    *known = row;
                }
            }
        }
        for row in bordering(db, kind, ids(), after, Order::Desc).await? {
            let Some(subject) = Subject::read(&row.subject_kind, row.subject_id) else { continue };
            let known = self.last.entry(subject).or_insert_with(|| row.clone());
            if row.seq > known.seq {
                *known = row;
            }
        }
        Ok(())
    }

    /// Whether the subject existed, in the trash or not. It did if its first change after the point did not make it.
    pub fn existed(&self, subject: Subject) -> bool {
        self.first.get(&subject).is_none_or(|first| first.revision != Some(1))
    }

    /// Whether the subject was in the trash, if it is now or not.
    pub fn was_trashed(&self, subject: Subject, is_trashed: bool) -> bool {
        match self.first_move.get(&subject) {
            Some(ChangeAction::SoftDelete) => false,
            Some(_) => true,
            None => is_trashed,
        }
    }

    /// The change that made the subject what it was; `None` if that is older than the log.
    pub fn made_by(&self, subject: Subject) -> Option<&ChangeModel> {
        self.last.get(&subject)
    }

    /// The object as it was. Values that were removed from the log are those of today.
    pub fn object<M: LoggedObject + Clone>(&self, now: &M) -> M {
        let subject = now.subject();
        let mut columns: Map<String, Json> = now.columns();
        for row in self.of_form(subject, Form::Field) {
            if let (Some(column), Some(value)) =
                (&row.entry_key, row.value_before.as_deref().and_then(|text| serde_json::from_str(text).ok()))
            {
                columns.insert(column.clone(), value);
            }
        }
        if let Some(first) = self.first.get(&subject)
            && let Some(revision) = first.revision
        {
            columns.insert("revision".to_owned(), (revision - 1).into());
        }
        M::from_columns(columns).unwrap_or_else(|| now.clone())
    }

    fn of_form(&self, subject: Subject, form: Form) -> impl Iterator<Item = &ChangeEntryModel> {
        self.entries.get(&subject).into_iter().flatten().filter(move |row| row.form == form.as_str())
    }

    /// The rules of an instance as they were.
    pub fn rules(&self, instance: InstanceId, now: &Rules) -> Rules {
        let mut rules = now.clone();
        for row in self.of_form(Subject::Instance(instance), Form::Rule) {
            let Some(kind) = OverrideKind::read(&row.kind) else { continue };
            let action = if row.entry_key.is_some() { RuleAction::Remove } else { RuleAction::Replace };
            let rule = Rule { kind, action, key: row.entry_key.clone() };
            rules.retain(|known| *known != rule);
            if row.value_before.is_some() {
                rules.push(rule);
            }
        }
        rules.sort();
        rules
    }

    /// The entries of a kind as they were, without decrypting secrets. Values that were removed from the log are missing.
    pub async fn entries<O: Owner, K: Stored<O>>(
        &self,
        db: &impl Session,
        owners: &[O::Id],
    ) -> Result<Loaded<O, K>, DbErr> {
        let mut loaded = entries::with_rows::<O, K>(db, owners).await?;
        let mut past = Loaded { entries: HashMap::new(), unreadable: std::mem::take(&mut loaded.unreadable) };
        for owner in owners {
            let mut rows = loaded.entries.remove(owner).unwrap_or_default();
            let id: AnyId = (*owner).into();
            let subject = Subject::from(id);
            let of_kind = self.of_form(subject, Form::Entry).filter(|row| row.kind == K::KIND.as_str());
            for undone in of_kind {
                let (key, identity) = (undone.entry_key.as_deref().unwrap_or_default(), undone.identity.as_deref());
                rows.retain(|(_, entry)| entry.row_identity() != identity.unwrap_or(key));
                if let Some(entry) = undone_entry::<K>(undone) {
                    rows.push((undone.row_before.unwrap_or(i64::MAX), entry));
                }
            }
            rows.sort_by_key(|(row, _)| *row);
            if !rows.is_empty() {
                past.entries.insert(*owner, rows.into_iter().map(|(_, entry)| entry).collect());
            }
        }
        past.entries.retain(|owner, _| !past.unreadable.contains_key(owner));
        Ok(past)
    }
}

/// The entry before a change, with its secret encrypted; `None` if there was none, or if it cannot be read.
fn undone_entry<K: crate::kinds::Kind>(row: &ChangeEntryModel) -> Option<K> {
    read_side(row.value_before.as_deref(), row.secret_before.as_deref())
}

/// An entry on one side of a change, with its secret encrypted.
pub fn read_side<K: crate::kinds::Kind>(value: Option<&str>, secret: Option<&str>) -> Option<K> {
    let Ok(Json::Object(mut columns)) = serde_json::from_str(value?) else { return None };
    if let Some(secret) = secret {
        columns.insert(SECRET_COLUMN.to_owned(), secret.into());
    }
    K::from_log(&columns)
}

/// For each subject the change next to a position: the first one after it (ascending) or the last one up to it
/// (descending). After a position also the first change that moved the subject into the trash or out of it.
async fn bordering(
    db: &impl Session,
    kind: &str,
    subjects: impl Iterator<Item = i64>,
    position: i64,
    order: Order,
) -> Result<Vec<ChangeModel>, DbErr> {
    let is_after = order == Order::Asc;
    let mut window = WindowStatement::partition_by(change::Column::SubjectId);
    if is_after {
        window.add_partition_by(Expr::cust("CASE WHEN action IN ('SOFT_DELETE', 'RESTORE') THEN 1 ELSE 0 END"));
    }
    OrderedStatement::order_by(&mut window, change::Column::Seq, order);
    let mut numbered = Query::select();
    numbered
        .columns(change::Column::iter())
        .from(change::Entity)
        .expr_window_as(Expr::cust("ROW_NUMBER()"), window, Alias::new("place"))
        .and_where(one_of(db.get_database_backend(), change::Column::SubjectId.as_str(), subjects))
        .and_where(Expr::col(change::Column::SubjectKind).eq(kind));
    if is_after {
        // A change without a revision, such as a redaction, has not written the row of its subject.
        numbered.and_where(Expr::col(change::Column::Revision).is_not_null());
    }
    let seq = Expr::col(change::Column::Seq);
    numbered.and_where(if is_after { seq.gt(position) } else { seq.lte(position) });
    let query = Query::select()
        .columns(change::Column::iter())
        .from_subquery(numbered.take(), Alias::new("numbered"))
        .and_where(Expr::col(Alias::new("place")).eq(1))
        .take();
    ChangeModel::find_by_statement(db.get_database_backend().build(&query)).all(db).await
}
