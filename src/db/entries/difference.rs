//! Computes and writes the difference between a stored collection and a new one, matched by identity.
//!
//! Called by everything that writes collections. It must not depend on a concrete kind.
//!
//! Unchanged rows are not written, and the only rows read are those that may equal a given entry. Entries keep the
//! order in which they were given: an entry that moved gets a new row, and an entry that was not given never moves.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, DbErr, EntityTrait, IdenStatic, Iterable, QueryTrait, sea_query::OnConflict};

use crate::{
    access::change::Subject,
    db::{
        Session, Tx,
        change_log::{Form, NewEntry, Side},
        entries::{
            batch::{Table, TableRows},
            number,
            pending::{PendingReads, PendingWrites},
            rows::Row,
        },
        secrets,
    },
    error::{Code, Error, Problem, Result},
    ids::AnyId,
    kinds::{Head, Kind, Owner, Registered, Slot, Stored},
};

/// A stored row as it was before an update: for the log, and as its entry.
type BeforeUpdate<K> = (Side, K);

/// The rows to write.
#[derive(Debug)]
pub(super) struct Difference<K> {
    /// Ids of the rows to delete.
    deleted: Vec<i64>,
    /// Rows to update, with their new contents, and what they are for the log.
    updated: Vec<(i64, K, Option<BeforeUpdate<K>>)>,
    /// Entries to insert. An entry that replaces a row in another position comes with the stored entry.
    inserted: Vec<(K, Option<K>)>,
    /// Whether the owner is new. Then its entries are not logged.
    is_first: bool,
}

/// A given entry and the row that belongs to it.
struct Matched<K: Kind> {
    entry: K,
    row: Option<Head<K>>,
    /// Whether the row keeps its position. Otherwise the entry gets a new row after the others, in the given order.
    in_place: bool,
}

impl<K: Kind> Matched<K> {
    /// Whether the row has to be read: to find out if it equals the entry, and for the change log.
    fn has_to_be_read(&self) -> bool {
        self.row.is_some() && (self.in_place || !K::LASTING.is_empty())
    }
}

/// Matches given entries with rows, in their order. Also returns the rows that belong to no entry.
fn match_rows<K: Kind>(stored: Vec<Head<K>>, wanted: Vec<Slot<K>>) -> (Vec<Matched<K>>, Vec<Head<K>>) {
    let stays = |slot: &Slot<K>| if let Slot::Stored(head) = slot { Some(head.row) } else { None };
    let staying: HashSet<i64> = wanted.iter().filter_map(stays).collect();
    let mut leaving: Vec<Head<K>> = stored.into_iter().filter(|head| !staying.contains(&head.row)).collect();
    let mut rows: Vec<Option<Head<K>>> = wanted.iter().map(|_| None).collect();
    // First the rows with the same identity, then the rows with the same key.
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

/// The rows of an owner and the entries of the wanted collection, which belong to each other.
pub(super) struct Matching<K: Kind> {
    given: Vec<Matched<K>>,
    /// The rows that belong to no entry.
    leaving: Vec<Head<K>>,
    /// Where the rows are found that have to be read.
    place: Option<usize>,
}

impl<K: Kind> Matching<K> {
    /// Compares the rows of an owner with the wanted collection, which consists of rows to keep and of given entries. Leaves to
    /// `reads` what has to be read.
    pub(super) fn of<O: Owner>(stored: Vec<Head<K>>, wanted: Vec<Slot<K>>, reads: &mut PendingReads) -> Self
    where
        K: Stored<O>,
    {
        let (given, leaving) = match_rows(stored, wanted);
        let unknown = given.iter().filter(|given| given.has_to_be_read());
        let unknown: Vec<i64> = unknown.filter_map(|given| Some(given.row.as_ref()?.row)).collect();
        let place = (!unknown.is_empty()).then(|| reads.add(Table::of::<O, K>(), unknown));
        Self { given, leaving, place }
    }

    /// What has to be written, once the rows were read.
    pub(super) fn compare<O: Owner>(self, tx: &Tx, owner: O::Id, read: &[TableRows]) -> Result<Difference<K>, DbErr>
    where
        K: Stored<O>,
    {
        let Self { given, leaving, place } = self;
        let rows = place.and_then(|place| read.get(place)).map(TableRows::read::<O, K>).transpose()?;
        let mut known = decrypted(tx, owner, rows.unwrap_or_default());
        let deleted = leaving.into_iter().map(|head| head.row).collect();
        let mut found = Difference { deleted, updated: Vec::new(), inserted: Vec::new(), is_first: false };
        for Matched { entry, row, in_place } in given {
            match row.map(|head| head.row) {
                Some(id) if in_place => {
                    let stored = known.remove(&id);
                    if stored.as_ref().map(|(stored, _)| stored) != Some(&entry) {
                        found.updated.push((id, entry, stored.map(|(stored, side)| (side, stored))));
                    }
                }
                Some(id) => {
                    found.deleted.push(id);
                    found.inserted.push((entry, known.remove(&id).map(|(stored, _)| stored)));
                }
                None => found.inserted.push((entry, None)),
            }
        }
        Ok(found)
    }
}

impl<K: Kind> Difference<K> {
    /// The difference between an empty collection and the first entries of an owner.
    pub(super) fn first(entries: Vec<K>) -> Self {
        let inserted = entries.into_iter().map(|entry| (entry, None)).collect();
        Self { deleted: Vec::new(), updated: Vec::new(), inserted, is_first: true }
    }

    /// Whether there is nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.deleted.is_empty() && self.updated.is_empty() && self.inserted.is_empty()
    }

    /// By how many entries the collection grows; negative if it shrinks.
    pub(super) fn more(&self) -> i32 {
        number(self.inserted.len()) - number(self.deleted.len())
    }

    /// Leaves to `writes` what has to be written and logged. Runs a statement for the key if there are secrets.
    pub(super) async fn prepare<O: Owner>(
        mut self,
        tx: &Tx,
        owner: O::Id,
        now: DateTime<Utc>,
        writes: &mut PendingWrites,
    ) -> Result<()>
    where
        K: Stored<O>,
    {
        let written =
            || self.updated.iter().map(|(_, entry, _)| entry).chain(self.inserted.iter().map(|(entry, _)| entry));
        if let Some(column) = written().find_map(|entry| entry.lost_column()) {
            return Err(unstorable::<K>(column));
        }
        if written().any(Kind::holds_secret) {
            secrets::lock_current_key(tx).await?;
        }
        for (entry, before) in &mut self.inserted {
            entry.stamp(now, before.as_ref());
            secrets::seal::<O, K>(entry, owner, tx.vault())?;
        }
        for (_, entry, _) in &mut self.updated {
            entry.stamp(now, None);
            secrets::seal::<O, K>(entry, owner, tx.vault())?;
        }
        let Self { deleted, updated, inserted, is_first } = self;
        let id: AnyId = owner.into();
        let subject = Subject::from(id);
        if !deleted.is_empty() {
            let log = move |tx: &Tx, deleted: &TableRows| log_deletions::<O, K>(tx, owner, deleted);
            writes.delete(Table::of::<O, K>(), deleted, log);
        }
        let mut logged = Vec::new();
        if !is_first {
            for (_, entry, stored) in &updated {
                let after = Some(Side::of_entry(entry, None));
                match stored {
                    // A row with another identity is another thing: the one is gone, and the other one is new.
                    Some((before, stored)) if stored.row_identity() != entry.row_identity() => {
                        logged.push(new_entry(stored, Some(before.clone()), None));
                        logged.push(new_entry(entry, None, after));
                    }
                    Some((before, _)) => logged.push(new_entry(entry, Some(before.clone()), after)),
                    None => logged.push(new_entry(entry, None, after)),
                }
            }
            for (entry, _) in &inserted {
                logged.push(new_entry(entry, None, Some(Side::of_entry(entry, None))));
            }
        }
        writes.log(subject, logged);
        if !updated.is_empty() {
            let rows = updated.into_iter().map(|(id, entry, _)| {
                let mut row = entry.into_row(owner);
                row.set(K::id_column(), id.into());
                row
            });
            let change = OnConflict::column(K::id_column()).update_columns(updated_columns::<O, K>()).to_owned();
            writes.update(K::Entity::insert_many(rows).on_conflict(change).into_query());
        }
        if !inserted.is_empty() {
            let rows = inserted.into_iter().map(|(entry, _)| entry.into_row(owner));
            writes.insert(K::Entity::insert_many(rows).into_query());
        }
        Ok(())
    }
}

/// An entry for the log, encrypted as it is stored.
fn new_entry<K: Registered>(entry: &K, before: Option<Side>, after: Option<Side>) -> NewEntry {
    let (key, identity) = (entry.key().to_string(), entry.row_identity());
    NewEntry {
        form: Form::Entry,
        kind: K::KIND.as_str(),
        identity: Some(identity).filter(|identity| *identity != key),
        key: Some(key),
        before,
        after,
    }
}

/// Logs rows that were deleted.
fn log_deletions<O: Owner, K: Stored<O>>(tx: &Tx, owner: O::Id, deleted: &TableRows) -> Result<(), DbErr> {
    let id: AnyId = owner.into();
    let subject = Subject::from(id);
    for row in deleted.read::<O, K>()? {
        // A row that cannot be read leaves no value in the log.
        match row.entry {
            Ok(entry) => {
                let side = side_of_row::<O, K>(tx, owner, &entry, row.id);
                tx.log().entry(subject, new_entry(&entry, Some(side), None));
            }
            Err(_) => tx.log().unlogged(subject, K::KIND),
        }
    }
    Ok(())
}

/// A stored row for the log. Its secret is encrypted under the current key, so that the log has none under an older key
/// after a rotation. One that cannot be decrypted stays as it is.
fn side_of_row<O: Owner, K: Stored<O>>(tx: &Tx, owner: O::Id, stored: &K, row: i64) -> Side {
    let mut entry = stored.clone();
    let is_sealed = secrets::is_older(stored, tx.vault())
        && secrets::open::<O, K>(&mut entry, owner, tx.vault()).is_ok()
        && secrets::seal::<O, K>(&mut entry, owner, tx.vault()).is_ok();
    Side::of_entry(if is_sealed { &entry } else { stored }, Some(row))
}

/// Logs the deletion of a row that another statement deletes.
pub fn log_deleted<O: Owner, K: Stored<O>>(tx: &Tx, row: K::Model) {
    let id = K::row_id(&row);
    let (owner, entry) = K::from_row(row);
    let owner: AnyId = owner.into();
    tx.log().entry(owner.into(), new_entry(&entry, Some(Side::of_entry(&entry, Some(id))), None));
}

/// Decrypts rows, each with what it is for the log. Rows that cannot be read or decrypted are missing.
fn decrypted<O: Owner, K: Stored<O>>(tx: &Tx, owner: O::Id, rows: Vec<Row<O, K>>) -> HashMap<i64, (K, Side)> {
    let opened = rows.into_iter().filter_map(|row| {
        let mut entry = row.entry.ok()?;
        let side = side_of_row::<O, K>(tx, owner, &entry, row.id);
        secrets::open::<O, K>(&mut entry, owner, tx.vault()).ok()?;
        Some((row.id, (entry, side)))
    });
    opened.collect()
}

/// The columns that an update writes.
fn updated_columns<O: Owner, K: Stored<O>>() -> impl Iterator<Item = <K::Entity as EntityTrait>::Column> {
    <K::Entity as EntityTrait>::Column::iter().filter(|column| {
        let name = column.as_str();
        name != K::id_column().as_str() && name != K::owner_column().as_str() && !K::LASTING.contains(&name)
    })
}

/// The error for a value that the database cannot store. This is a last check; user input has been validated before,
/// with the path of the value.
fn unstorable<K: Kind>(column: &str) -> Error {
    let message = format!(
        "A value in the column {column} of {} cannot be stored: it would not be read as it was written.",
        K::FIELD
    );
    Error::refused(Problem::new(Code::InvalidValue, &["input"], message))
}
