//! The last change of each entry: since when it is what it is.
//!
//! Called by the use cases. It must not decide which entries are effective.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, FromQueryResult, IdenStatic, QueryFilter, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, Order, OrderedStatement, OverStatement, Query, WindowStatement},
};

use super::past::Point;
use crate::{
    access::change::{ChangeAction, Subject},
    db::{
        Session,
        entities::change_log::{change, entry},
        queries::in_list::one_of,
    },
    ids::ChangeId,
};

/// The last changes of the entries of some subjects.
#[derive(Clone, Debug, Default)]
pub struct LastChanges {
    /// By subject, kind (`FIELD` for fields) and key.
    entries: HashMap<(Subject, String, Option<String>), ChangeId>,
    created: HashMap<Subject, ChangeId>,
}

#[derive(Debug, FromQueryResult)]
struct LastEntry {
    change_id: ChangeId,
    owner_kind: String,
    owner_id: i64,
    kind: String,
    entry_key: Option<String>,
}

impl LastChanges {
    /// The last changes of all entries of these subjects until a point. Runs two statements for each sort of subject.
    pub async fn load(db: &impl Session, point: Point, subjects: &[Subject]) -> Result<Self, DbErr> {
        let mut found = Self::default();
        for kind in ["INSTANCE", "STACK", "TEMPLATE"] {
            let these: Vec<Subject> = subjects.iter().copied().filter(|subject| subject.kind() == kind).collect();
            let Some(until) = these.first().map(|subject| point.of(*subject)) else { continue };
            found.load_kind(db, kind, &these, until).await?;
        }
        Ok(found)
    }

    async fn load_kind(
        &mut self,
        db: &impl Session,
        kind: &str,
        subjects: &[Subject],
        until: i64,
    ) -> Result<(), DbErr> {
        let backend = db.get_database_backend();
        let ids = || subjects.iter().map(|subject| subject.number());
        let mut window = WindowStatement::partition_by(entry::Column::OwnerId);
        for column in [entry::Column::Kind, entry::Column::EntryKey] {
            window.add_partition_by(Expr::col(column));
        }
        OrderedStatement::order_by(&mut window, entry::Column::Seq, Order::Desc);
        let columns = [
            entry::Column::ChangeId,
            entry::Column::OwnerKind,
            entry::Column::OwnerId,
            entry::Column::Kind,
            entry::Column::EntryKey,
        ];
        let mut numbered = Query::select();
        numbered
            .columns(columns)
            .from(entry::Entity)
            .expr_window_as(Expr::cust("ROW_NUMBER()"), window, Alias::new("place"))
            .and_where(one_of(backend, entry::Column::OwnerId.as_str(), ids()))
            .and_where(Expr::col(entry::Column::OwnerKind).eq(kind))
            .and_where(Expr::col(entry::Column::Seq).lte(until));
        let query = Query::select()
            .columns(columns)
            .from_subquery(numbered.take(), Alias::new("numbered"))
            .and_where(Expr::col(Alias::new("place")).eq(1))
            .take();
        for row in LastEntry::find_by_statement(backend.build(&query)).all(db).await? {
            if let Some(subject) = Subject::read(&row.owner_kind, row.owner_id) {
                self.entries.insert((subject, row.kind, row.entry_key), row.change_id);
            }
        }
        let creations = [
            ChangeAction::Create,
            ChangeAction::Duplicate,
            ChangeAction::Fork,
            ChangeAction::Import,
            ChangeAction::Apply,
        ];
        let created = change::Entity::find()
            .select_only()
            .columns([change::Column::SubjectId, change::Column::Id])
            .filter(one_of(backend, change::Column::SubjectId.as_str(), ids()))
            .filter(
                Condition::all()
                    .add(change::Column::SubjectKind.eq(kind))
                    .add(change::Column::Revision.eq(1))
                    .add(change::Column::Action.is_in(creations.map(ChangeAction::as_str))),
            )
            .into_tuple::<(i64, ChangeId)>();
        for (id, change) in created.all(db).await? {
            self.created.extend(Subject::read(kind, id).map(|subject| (subject, change)));
        }
        Ok(())
    }

    /// The last change of an entry, or of all that `key` does not tell apart.
    pub fn of(&self, subject: Subject, kind: &str, key: Option<&str>) -> Option<ChangeId> {
        self.entries.get(&(subject, kind.to_owned(), key.map(str::to_owned))).copied()
    }

    /// The change that made a subject; `None` if that is older than the log.
    pub fn created(&self, subject: Subject) -> Option<ChangeId> {
        self.created.get(&subject).copied()
    }
}
