//! Queries on the changes themselves: pages of them, their entries, and where a page of events can begin.
//!
//! Called by the use cases. They must not decide who may see a value.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, Iterable, QueryFilter, QueryOrder,
    sea_query::{Alias, Expr, ExprTrait, Order, OrderedStatement, OverStatement, Query, WindowStatement},
};

use crate::{
    access::change::{ChangeAction, Subject},
    db::{
        Session,
        entities::{
            ChangeEntryModel, ChangeModel,
            change_log::{
                change::{Column, Entity},
                entry, epoch, head,
            },
        },
        queries::{
            in_list::one_of,
            page::{Cursor, Page, Slice, SortValue},
        },
    },
    ids::{ChangeId, StackId},
    kinds::OverrideKind,
};

/// The cursor of the changes of one object, latest first. What a change caused can be in two parts of the log, where
/// positions repeat, so the id belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ByPosition {
    /// The position in the part.
    pub seq: i64,
    /// The change.
    pub id: ChangeId,
}

impl Cursor for ByPosition {
    const COLUMNS: &'static [&'static str] = &["seq", "id"];
    const DESCENDING: bool = true;

    fn values(&self) -> Vec<SortValue<'_>> {
        vec![SortValue::Number(self.seq), SortValue::Number(self.id.0)]
    }
}

/// The cursor of the changes of everything, latest first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ByChange(pub ChangeId);

impl Cursor for ByChange {
    const COLUMNS: &'static [&'static str] = &["id"];
    const DESCENDING: bool = true;

    fn values(&self) -> Vec<SortValue<'_>> {
        vec![SortValue::Number(self.0.0)]
    }
}

/// What the changes of a list have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Whose {
    /// They are about the stack or its instances.
    Stack(StackId),
    /// They are about this object.
    Subject(Subject),
    /// They were caused by this change.
    CausedBy(ChangeId),
}

impl Whose {
    /// The condition for many lists of the same sort.
    fn condition(db: &impl Session, lists: &[Self]) -> Condition {
        let backend = db.get_database_backend();
        let of = |pick: fn(&Self) -> Option<i64>| lists.iter().filter_map(pick).collect::<Vec<i64>>();
        let stacks = of(|list| if let Self::Stack(id) = list { Some(id.0) } else { None });
        let causes = of(|list| if let Self::CausedBy(id) = list { Some(id.0) } else { None });
        let mut any = Condition::any();
        for (column, ids) in [("stack_id", stacks), ("cause_id", causes)] {
            if !ids.is_empty() {
                any = any.add(one_of(backend, column, ids.into_iter()));
            }
        }
        for kind in ["STACK", "INSTANCE", "TEMPLATE", "KEY"] {
            let ids: Vec<i64> = lists
                .iter()
                .filter_map(|list| match list {
                    Self::Subject(subject) if subject.kind() == kind => Some(subject.number()),
                    _ => None,
                })
                .collect();
            if !ids.is_empty() {
                let of_kind = Condition::all().add(one_of(backend, "subject_id", ids.into_iter()));
                any = any.add(of_kind.add(Column::SubjectKind.eq(kind)));
            }
        }
        any
    }

    /// The list that a change belongs to, among lists of the sort of `like`.
    fn of(like: Self, row: &ChangeModel) -> Option<Self> {
        match like {
            Self::Stack(_) => row.stack_id.map(Self::Stack),
            Self::Subject(_) => Subject::read(&row.subject_kind, row.subject_id).map(Self::Subject),
            Self::CausedBy(_) => row.cause_id.map(Self::CausedBy),
        }
    }

    fn column(self) -> Column {
        match self {
            Self::Stack(_) => Column::StackId,
            Self::Subject(_) => Column::SubjectId,
            Self::CausedBy(_) => Column::CauseId,
        }
    }
}

/// The filter of a list of changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ChangeFilter {
    /// Only changes of entries of these kinds.
    pub kinds: Option<Vec<OverrideKind>>,
    /// Only changes of entries with this key.
    pub key: Option<String>,
    /// Only these actions.
    pub actions: Option<Vec<ChangeAction>>,
    /// Only changes of this actor.
    pub actor: Option<String>,
}

impl ChangeFilter {
    fn condition(&self) -> Condition {
        let mut all = Condition::all();
        if let Some(actions) = &self.actions {
            all = all.add(Column::Action.is_in(actions.iter().map(|action| action.as_str())));
        }
        if let Some(actor) = &self.actor {
            all = all.add(Column::ActorName.eq(actor.as_str()));
        }
        if self.kinds.is_some() || self.key.is_some() {
            let mut entries = Query::select();
            entries
                .column((entry::Entity, entry::Column::ChangeId))
                .from(entry::Entity)
                .and_where(Expr::col((entry::Entity, entry::Column::ChangeId)).equals((Entity, Column::Id)));
            if let Some(kinds) = &self.kinds {
                let words = kinds.iter().map(|kind| kind.as_str());
                entries.and_where(Expr::col((entry::Entity, entry::Column::Kind)).is_in(words));
            }
            if let Some(key) = &self.key {
                entries.and_where(Expr::col((entry::Entity, entry::Column::EntryKey)).eq(key.as_str()));
            }
            all = all.add(Expr::exists(entries.take()));
        }
        all
    }
}

/// The changes that the caller may see: those of stacks within its scope, those of templates, and those of API keys if
/// `keys` is true.
fn visible(db: &impl Session, keys: bool) -> Condition {
    let of_stack = Condition::any().add(Column::StackId.is_null()).add(db.within("stack_id"));
    let visible = Condition::all().add(of_stack);
    if keys { visible } else { visible.add(Column::SubjectKind.ne("KEY")) }
}

/// A page of changes for each list, latest first, in one statement. All lists are of the same sort.
pub async fn pages(
    db: &impl Session,
    lists: &[Whose],
    filter: &ChangeFilter,
    slice: &Slice<ByPosition>,
    keys: bool,
) -> Result<HashMap<Whose, Page<ChangeModel>>, DbErr> {
    let Some(like) = lists.first().copied() else { return Ok(HashMap::new()) };
    let matching = Condition::all().add(Whose::condition(db, lists)).add(visible(db, keys)).add(filter.condition());
    let rows = if lists.len() == 1 {
        slice.apply(Entity::find().filter(matching)).all(db).await?
    } else {
        windowed(db, like, matching, slice).await?
    };
    let mut of_list: HashMap<Whose, Vec<ChangeModel>> = lists.iter().map(|list| (*list, Vec::new())).collect();
    for row in rows {
        if let Some(rows) = Whose::of(like, &row).and_then(|list| of_list.get_mut(&list)) {
            rows.push(row);
        }
    }
    Ok(of_list.into_iter().map(|(list, rows)| (list, slice.page(rows))).collect())
}

/// Fetches the pages of several lists with a window function that numbers the rows of each.
async fn windowed(
    db: &impl Session,
    like: Whose,
    matching: Condition,
    slice: &Slice<ByPosition>,
) -> Result<Vec<ChangeModel>, DbErr> {
    let mut window = WindowStatement::partition_by(like.column());
    if let Whose::Subject(_) = like {
        window.add_partition_by(Expr::col(Column::SubjectKind));
    }
    for column in ByPosition::COLUMNS {
        OrderedStatement::order_by(&mut window, Alias::new(*column), slice.order());
    }
    let mut numbered = Query::select();
    numbered
        .columns(Column::iter())
        .from(Entity)
        .expr_window_as(Expr::cust("ROW_NUMBER()"), window, Alias::new("place"))
        .cond_where(matching);
    for bound in slice.bounds() {
        numbered.and_where(bound);
    }
    let query = Query::select()
        .columns(Column::iter())
        .from_subquery(numbered.take(), Alias::new("numbered"))
        .and_where(Expr::col(Alias::new("place")).lte(slice.fetch()))
        .order_by(Alias::new("place"), Order::Asc)
        .take();
    ChangeModel::find_by_statement(db.get_database_backend().build(&query)).all(db).await
}

/// A page of all changes that the caller may see, latest first.
pub async fn page(
    db: &impl Session,
    filter: &ChangeFilter,
    slice: &Slice<ByChange>,
    keys: bool,
) -> Result<Page<ChangeModel>, DbErr> {
    let matching = Condition::all().add(visible(db, keys)).add(filter.condition());
    Ok(slice.page(slice.apply(Entity::find().filter(matching)).all(db).await?))
}

/// Changes by their ids, as far as the caller may see them.
pub async fn load(db: &impl Session, ids: &[ChangeId], keys: bool) -> Result<Vec<ChangeModel>, DbErr> {
    let these = one_of(db.get_database_backend(), "id", ids.iter().map(|id| id.0));
    Entity::find().filter(these).filter(visible(db, keys)).all(db).await
}

/// All changes that a change caused, in their order.
pub async fn caused_by(db: &impl Session, cause: ChangeId) -> Result<Vec<ChangeModel>, DbErr> {
    let caused = Entity::find().filter(Column::CauseId.eq(cause)).filter(visible(db, false));
    caused.order_by_asc(Column::Id).all(db).await
}

/// The entries of changes, in their order.
pub async fn entries(
    db: &impl Session,
    changes: &[ChangeId],
) -> Result<HashMap<ChangeId, Vec<ChangeEntryModel>>, DbErr> {
    let these = one_of(db.get_database_backend(), "change_id", changes.iter().map(|id| id.0));
    let rows = entry::Entity::find()
        .filter(these)
        .order_by_asc(entry::Column::ChangeId)
        .order_by_asc(entry::Column::Position)
        .all(db)
        .await?;
    let mut of_change: HashMap<ChangeId, Vec<ChangeEntryModel>> = HashMap::new();
    for row in rows {
        of_change.entry(row.change_id).or_default().push(row);
    }
    Ok(of_change)
}

/// The row about the whole log.
pub async fn epoch(db: &impl ConnectionTrait) -> Result<epoch::Model, DbErr> {
    let found = epoch::Entity::find().one(db).await?;
    found.ok_or_else(|| DbErr::RecordNotFound("the change log has no epoch".to_owned()))
}

/// The last change of the entries of a subject with this key; `kind` is `FIELD` for its fields.
pub async fn last_of_key(
    db: &impl Session,
    subject: Subject,
    kind: &str,
    key: Option<&str>,
) -> Result<Option<ChangeId>, DbErr> {
    let of_key = match key {
        Some(key) => entry::Column::EntryKey.eq(key),
        None => entry::Column::EntryKey.is_null(),
    };
    let last = entry::Entity::find()
        .filter(entry::Column::OwnerId.eq(subject.number()))
        .filter(entry::Column::OwnerKind.eq(subject.kind()))
        .filter(entry::Column::Kind.eq(kind))
        .filter(of_key)
        .order_by_desc(entry::Column::Seq);
    Ok(last.one(db).await?.map(|row| row.change_id))
}

/// The last position of each part that has changes.
pub async fn heads(db: &impl ConnectionTrait) -> Result<HashMap<i32, i64>, DbErr> {
    Ok(head::Entity::find().all(db).await?.into_iter().map(|row| (row.part, row.seq)).collect())
}
