//! Loads entries, and reports unreadable rows by owner, so that one damaged row fails its owner only.
//!
//! Called by `db::entries`. It must not disclose the contents of a row that cannot be read.

use std::collections::HashMap;

use sea_orm::{
    Condition, DbErr, EntityTrait, FromQueryResult, IdenStatic, QueryFilter, QueryOrder, QueryResult, QueryTrait,
    Select,
};

use crate::{
    db::{Session, queries::in_list::one_of, secrets},
    error::Unreadable,
    ids::GlobalId,
    kinds::{Owner, Stored},
};

/// The entries of one kind, by owner.
#[derive(Debug)]
pub struct Loaded<O: Owner, K> {
    /// The readable entries of each owner, oldest first. Owners without entries are missing.
    pub entries: HashMap<O::Id, Vec<K>>,
    /// The owners with an unreadable row, each with the first such row.
    pub unreadable: HashMap<O::Id, Unreadable>,
}

impl<O: Owner, K> Loaded<O, K> {
    /// Creates a result in which all entries are readable.
    pub(super) fn complete(entries: HashMap<O::Id, Vec<K>>) -> Self {
        Self { entries, unreadable: HashMap::new() }
    }

    /// Returns the entries of all owners, or the first unreadable row as an error.
    pub fn all(self) -> Result<HashMap<O::Id, Vec<K>>, DbErr> {
        match self.unreadable.into_values().min_by_key(|unreadable| unreadable.row) {
            Some(unreadable) => Err(unreadable.into()),
            None => Ok(self.entries),
        }
    }

    /// Takes the entries of an owner.
    pub fn take(&mut self, owner: O::Id) -> Result<Vec<K>, Unreadable> {
        match self.unreadable.get(&owner) {
            Some(unreadable) => Err(unreadable.clone()),
            None => Ok(self.entries.remove(&owner).unwrap_or_default()),
        }
    }
}

/// A row: its id, its owner, and its entry if that can be read.
pub(super) struct Row<O: Owner, K> {
    pub(super) id: i64,
    pub(super) owner: O::Id,
    pub(super) entry: Result<K, Unreadable>,
}

/// Fetches rows without decrypting secrets.
pub(super) async fn fetch<O: Owner, K: Stored<O>>(
    db: &impl Session,
    select: Select<K::Entity>,
) -> Result<Vec<Row<O, K>>, DbErr> {
    of_query(&db.query_all_raw(select.build(db.get_database_backend())).await?, "")
}

/// Reads the rows that a statement has returned. The names of their columns begin with `prefix`.
pub(super) fn of_query<O: Owner, K: Stored<O>>(rows: &[QueryResult], prefix: &str) -> Result<Vec<Row<O, K>>, DbErr> {
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let id: i64 = row.try_get(prefix, K::id_column().as_str())?;
        let owner = O::Id::from_raw(row.try_get(prefix, K::owner_column().as_str())?);
        let entry = match K::Model::from_query_result(row, prefix) {
            Ok(model) => Ok(K::from_row(model).1),
            // The driver's message may quote the value.
            Err(_) => Err(Unreadable { table: K::TABLE, row: id, owner: owner.into(), field: K::FIELD }),
        };
        found.push(Row { id, owner, entry });
    }
    Ok(found)
}

/// Loads the entries of many owners without decrypting secrets.
pub(super) async fn sealed<O: Owner, K: Stored<O>>(
    db: &impl Session,
    owners: &[O::Id],
    reach: Condition,
) -> Result<Loaded<O, K>, DbErr> {
    let ids = owners.iter().map(|id| (*id).into());
    let of_owners = one_of(db.get_database_backend(), K::owner_column().as_str(), ids);
    let rows =
        fetch::<O, K>(db, K::Entity::find().filter(of_owners).filter(reach).order_by_asc(K::id_column())).await?;
    Ok(by_owner(rows))
}

fn by_owner<O: Owner, K: Stored<O>>(rows: Vec<Row<O, K>>) -> Loaded<O, K> {
    let (mut entries, mut unreadable): (HashMap<O::Id, Vec<K>>, HashMap<_, _>) = (HashMap::new(), HashMap::new());
    for Row { owner, entry, .. } in rows {
        match entry {
            Ok(entry) => entries.entry(owner).or_default().push(entry),
            Err(row) => {
                unreadable.entry(owner).or_insert(row);
            }
        }
    }
    entries.retain(|owner, _| !unreadable.contains_key(owner));
    Loaded { entries, unreadable }
}

/// Loads the entries of many owners and decrypts their secrets.
pub(super) async fn open<O: Owner, K: Stored<O>>(db: &impl Session, owners: &[O::Id]) -> Result<Loaded<O, K>, DbErr> {
    decrypted(db, sealed::<O, K>(db, owners, Condition::all()).await?)
}

/// Collects rows by their owners and decrypts their secrets.
pub(super) fn opened<O: Owner, K: Stored<O>>(db: &impl Session, rows: Vec<Row<O, K>>) -> Result<Loaded<O, K>, DbErr> {
    decrypted(db, by_owner(rows))
}

fn decrypted<O: Owner, K: Stored<O>>(db: &impl Session, mut loaded: Loaded<O, K>) -> Result<Loaded<O, K>, DbErr> {
    for (owner, entries) in &mut loaded.entries {
        for entry in entries {
            secrets::open::<O, K>(entry, *owner, db.vault())?;
        }
    }
    Ok(loaded)
}

/// Loads the entries of many owners with the ids of their rows, without decrypting secrets.
pub async fn with_rows<O: Owner, K: Stored<O>>(db: &impl Session, owners: &[O::Id]) -> Result<LoadedRows<O, K>, DbErr> {
    let of_owners = one_of(db.get_database_backend(), K::owner_column().as_str(), owners.iter().map(|id| (*id).into()));
    let rows = fetch::<O, K>(db, K::Entity::find().filter(of_owners).order_by_asc(K::id_column())).await?;
    let mut loaded = LoadedRows { entries: HashMap::new(), unreadable: HashMap::new() };
    for Row { id, owner, entry } in rows {
        match entry {
            Ok(entry) => loaded.entries.entry(owner).or_default().push((id, entry)),
            Err(row) => {
                loaded.unreadable.entry(owner).or_insert(row);
            }
        }
    }
    Ok(loaded)
}

/// The entries of many owners, each with the id of its row.
#[derive(Debug)]
pub struct LoadedRows<O: Owner, K> {
    /// The entries that can be read, in the order of their rows.
    pub entries: HashMap<O::Id, Vec<(i64, K)>>,
    /// The first row of an owner that cannot be read.
    pub unreadable: HashMap<O::Id, Unreadable>,
}
