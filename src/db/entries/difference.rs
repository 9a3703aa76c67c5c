//! What differs between a collection as it is stored and as it is wanted, by identity. Rows that stay are not written, and
//! only those are read that may be equal to an entry that was given. Entries keep the order in which they were given: a
//! whole collection in another order makes new rows of what has moved, and nothing moves that was not given.
//!
//! Called by everything that writes collections. It must never know a concrete kind.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IdenStatic, Iterable, QueryFilter, sea_query::OnConflict,
};

use crate::{
    db::{
        Session, Tx,
        entries::{number, rows},
        queries::in_list::one_of,
        secrets,
    },
    error::{Code, Error, Problem, Result},
    kinds::{Head, Kind, Owner, Slot, Stored},
};

/// The rows that have to be written.
#[derive(Debug)]
pub(super) struct Difference<K> {
    /// Rows that go.
    gone: Vec<i64>,
    /// Rows that hold something else from now on.
    changed: Vec<(i64, K)>,
    /// Entries that become new rows, some of them with the stored entry whose place they take.
    fresh: Vec<(K, Option<K>)>,
}

/// An entry that was given, and the row that it belongs to.
struct Matched<K: Kind> {
    entry: K,
    row: Option<Head<K>>,
    /// Whether the row stays where it is; otherwise a new one follows the others, as its place was given.
    in_place: bool,
}

impl<K: Kind> Matched<K> {
    /// Whether only a look at the row can tell whether it holds the same.
    fn may_be_equal(&self) -> bool {
        let Some(head) = &self.row else { return false };
        head.sealed == self.entry.holds_secret() && (head.sealed || head.bytes == self.entry.long_bytes())
    }

    fn has_to_be_read(&self) -> bool {
        if self.in_place { self.may_be_equal() } else { self.row.is_some() && !K::LASTING.is_empty() }
    }
}

/// The rows that belong to the entries that were given, in their order; and the rows that nothing is left of.
fn matched<K: Kind>(stored: Vec<Head<K>>, wanted: Vec<Slot<K>>) -> (Vec<Matched<K>>, Vec<Head<K>>) {
    let stays = |slot: &Slot<K>| if let Slot::Stored(head) = slot { Some(head.row) } else { None };
    let staying: HashSet<i64> = wanted.iter().filter_map(stays).collect();
    let mut leaving: Vec<Head<K>> = stored.into_iter().filter(|head| !staying.contains(&head.row)).collect();
    let mut rows: Vec<Option<Head<K>>> = wanted.iter().map(|_| None).collect();
    // The row of the same identity, else one with the same key.
    let by_identity = |head: &Head<K>, entry: &K| head.identity == entry.row_identity();
    let by_key = |head: &Head<K>, entry: &K| head.key.as_ref() == Some(&entry.key());
    for fits in [&by_identity as &dyn Fn(&Head<K>, &K) -> bool, &by_key] {
        for (slot, row) in wanted.iter().zip(&mut rows) {
            if let (Slot::Given(entry, _), None) = (slot, &row) {
                *row = leaving.iter().position(|head| fits(head, entry)).map(|place| leaving.remove(place));
            }
        }
    }
    let (mut last, mut appended, mut given) = (0, false, Vec::new());
    for (slot, row) in wanted.into_iter().zip(rows) {
        let id = stays(&slot).or(row.as_ref().map(|head| head.row));
        let in_place = !appended && id.is_some_and(|id| id > last);
        last = id.unwrap_or_default().max(last);
        if let Slot::Given(entry, _) = slot {
            appended |= !in_place;
            given.push(Matched { entry, row, in_place });
        }
    }
    (given, leaving)
}

impl<K: Kind> Difference<K> {
    /// Between the rows of an owner and what is wanted of it: rows that stay, and entries. At most one statement.
    pub(super) async fn find<O: Owner>(
        tx: &Tx,
        owner: O::Id,
        stored: Vec<Head<K>>,
        wanted: Vec<Slot<K>>,
    ) -> Result<Self, DbErr>
    where
        K: Stored<O>,
    {
        let (given, leaving) = matched(stored, wanted);
        let unknown = given.iter().filter(|given| given.has_to_be_read());
        let unknown: Vec<i64> = unknown.filter_map(|given| Some(given.row.as_ref()?.row)).collect();
        let mut known = read::<O, K>(tx, owner, &unknown).await?;
        let gone = leaving.into_iter().map(|head| head.row).collect();
        let mut found = Self { gone, changed: Vec::new(), fresh: Vec::new() };
        for Matched { entry, row, in_place } in given {
            match row.map(|head| head.row) {
                Some(id) if in_place => {
                    if known.get(&id) != Some(&entry) {
                        found.changed.push((id, entry));
                    }
                }
                Some(id) => {
                    found.gone.push(id);
                    found.fresh.push((entry, known.remove(&id)));
                }
                None => found.fresh.push((entry, None)),
            }
        }
        Ok(found)
    }

    /// Between nothing and the first entries of an owner.
    pub(super) fn first(entries: Vec<K>) -> Self {
        let fresh = entries.into_iter().map(|entry| (entry, None)).collect();
        Self { gone: Vec::new(), changed: Vec::new(), fresh }
    }

    /// Whether nothing has to be written.
    pub(super) fn is_empty(&self) -> bool {
        self.gone.is_empty() && self.changed.is_empty() && self.fresh.is_empty()
    }

    /// How many entries more there will be; less than zero for fewer.
    pub(super) fn more(&self) -> i32 {
        number(self.fresh.len()) - number(self.gone.len())
    }

    /// Writes it: at most three statements, however many rows, and one for the key if there are secrets.
    pub(super) async fn write<O: Owner>(mut self, tx: &Tx, owner: O::Id, now: DateTime<Utc>) -> Result<()>
    where
        K: Stored<O>,
    {
        let written = || self.changed.iter().map(|(_, entry)| entry).chain(self.fresh.iter().map(|(entry, _)| entry));
        if let Some(column) = written().find_map(|entry| entry.lost_column()) {
            return Err(lost::<K>(column));
        }
        if written().any(Kind::holds_secret) {
            secrets::hold_current(tx).await?;
        }
        for (entry, before) in &mut self.fresh {
            entry.stamp(now, before.as_ref());
            secrets::seal::<O, K>(entry, owner, tx.vault())?;
        }
        for (_, entry) in &mut self.changed {
            entry.stamp(now, None);
            secrets::seal::<O, K>(entry, owner, tx.vault())?;
        }
        let Self { gone, changed, fresh } = self;
        if !gone.is_empty() {
            let these = one_of(tx.get_database_backend(), K::id_column().as_str(), gone.into_iter());
            K::Entity::delete_many().filter(these).exec(tx).await?;
        }
        if !changed.is_empty() {
            let rows = changed.into_iter().map(|(id, entry)| {
                let mut row = entry.into_row(owner);
                row.set(K::id_column(), id.into());
                row
            });
            let change = OnConflict::column(K::id_column()).update_columns(changing::<O, K>()).to_owned();
            K::Entity::insert_many(rows).on_conflict(change).exec_without_returning(tx).await?;
        }
        if !fresh.is_empty() {
            let rows = fresh.into_iter().map(|(entry, _)| entry.into_row(owner));
            K::Entity::insert_many(rows).exec_without_returning(tx).await?;
        }
        Ok(())
    }
}

/// The entries of some rows, opened; those that cannot be read or opened are missing.
async fn read<O: Owner, K: Stored<O>>(tx: &Tx, owner: O::Id, ids: &[i64]) -> Result<HashMap<i64, K>, DbErr> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let these = one_of(tx.get_database_backend(), K::id_column().as_str(), ids.iter().copied());
    let rows = rows::fetch::<O, K>(tx, K::Entity::find().filter(these)).await?;
    let opened = rows.into_iter().filter_map(|row| {
        let mut entry = row.entry.ok()?;
        secrets::open::<O, K>(&mut entry, owner, tx.vault()).ok()?;
        Some((row.id, entry))
    });
    Ok(opened.collect())
}

/// The columns that a changed row gets.
fn changing<O: Owner, K: Stored<O>>() -> impl Iterator<Item = <K::Entity as EntityTrait>::Column> {
    <K::Entity as EntityTrait>::Column::iter().filter(|column| {
        let name = column.as_str();
        name != K::id_column().as_str() && name != K::owner_column().as_str() && !K::LASTING.contains(&name)
    })
}

/// The last look before anything is stored; whatever comes from outside has been refused with its path before.
fn lost<K: Kind>(column: &str) -> Error {
    let message = format!(
        "A value in the column {column} of {} cannot be stored: it would not be read as it was written.",
        K::FIELD
    );
    Error::refused(Problem::new(Code::InvalidValue, &["input"], message))
}
