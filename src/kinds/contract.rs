//! What a kind is: its behaviour, its rows, how many entries it has, and what makes two of them the same.
//!
//! Implemented by every kind, used by everything that treats kinds alike. It must never know a concrete kind.

use std::{
    cmp::Ordering,
    fmt::{Debug, Display},
    hash::Hash,
    str::FromStr,
};

use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, EntityTrait, FromQueryResult, IntoActiveModel, Value};

use super::{
    compose::{Found, Reading, Rendered},
    plain::{FieldColumn, Form, HeapSize},
};
use crate::{
    error::Problems,
    ids::{AnyId, GlobalId, InstanceId, TemplateId},
    vault::{Vault, VaultError},
};

/// What owns entries: a template or an instance.
pub trait Owner: Send + Sync + 'static {
    /// Whether it belongs to one stack; what does not is shared by all of them.
    const OF_ONE_STACK: bool;
    /// Its key.
    type Id: GlobalId + Eq + Hash + Ord + Debug + Send + Sync + Into<Value> + Into<i64> + Into<AnyId> + 'static;
}

/// Marks rows that belong to a template.
#[derive(Clone, Copy, Debug)]
pub struct OfTemplate;
/// Marks rows that belong to an instance: its overrides.
#[derive(Clone, Copy, Debug)]
pub struct OfInstance;

impl Owner for OfTemplate {
    const OF_ONE_STACK: bool = false;
    type Id = TemplateId;
}
impl Owner for OfInstance {
    const OF_ONE_STACK: bool = true;
    type Id = InstanceId;
}

/// The names by which people know an instance.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// Its stack's.
    pub stack: &'a str,
    /// Its own.
    pub instance: &'a str,
    /// Its template's.
    pub template: &'a str,
}

/// A key of entries; its text is what rules are stored with and what people are shown.
pub trait EntryKey: Clone + Debug + Display + FromStr + Hash + Ord + Send + Sync + 'static {}
impl<T: Clone + Debug + Display + FromStr + Hash + Ord + Send + Sync + 'static> EntryKey for T {}

/// What can be read again once it is stored; written by [`kind!`](super::kind).
pub trait Survives {
    /// A column whose value would not be read as it was written. Nothing with such a column is stored.
    fn lost_column(&self) -> Option<&'static str>;
}

/// A kind of configuration: its behaviour. The fields and tables come from [`kind!`](super::kind).
pub trait Kind: Survives + Clone + Debug + HeapSize + PartialEq + Send + Sync + 'static {
    /// The field of the API that holds the collection.
    const FIELD: &'static str;
    /// The column that refers to another instance, if there is one: a copied stack refers to its own.
    const REFERS_BY: Option<&'static str> = None;
    /// Whether the service itself adds entries, see [`Kind::system`].
    const HAS_SYSTEM: bool = false;
    /// Whether entries can hold secrets, which are encrypted in the database. The tables of such a kind have the columns
    /// `is_secret` and `value`.
    const HAS_SECRETS: bool = false;
    /// Fields of the API that are no columns of their own, or not shown as they are stored.
    const SHOWN: &'static [FieldColumn] = &[];
    /// The text of an entry's key, in SQL that both engines understand; none when its row alone does not tell.
    const KEY_SQL: Option<&'static str> = None;
    /// Text that sorts as [`Kind::tie`] does, in such SQL.
    const TIE_SQL: Option<&'static str> = None;
    /// The text of a stored entry's key, in such SQL; [`Kind::row_key`] reads it.
    const ROW_KEY: &'static str = match Self::KEY_SQL {
        Some(sql) => sql,
        None => "",
    };
    /// The text of [`Kind::row_identity`], in such SQL.
    const ROW_IDENTITY: &'static str = Self::ROW_KEY;
    /// The column with the text of an entry that can be long.
    const LONG: Option<&'static str> = None;
    /// Columns that keep what they hold when an entry is changed.
    const LASTING: &'static [&'static str] = &[];
    /// What makes two entries "the same" when template and overrides are merged.
    type Key: EntryKey;
    /// `Vec<Self>`, or `Option<Self>` where there can be only one.
    type Set: Cardinality<Self>;

    /// See [`Kind::Key`].
    fn key(&self) -> Self::Key;
    /// What must not occur twice in one collection; usually the key.
    fn identity(&self) -> impl Hash + Eq {
        self.key()
    }
    /// A key as [`Kind::ROW_KEY`] writes it; none when no entry can have it.
    fn row_key(text: &str) -> Option<Self::Key> {
        text.parse().ok()
    }
    /// The text of [`Kind::identity`], as [`Kind::ROW_IDENTITY`] writes it: what tells the rows of an owner apart.
    fn row_identity(&self) -> String {
        self.key().to_string()
    }
    /// How many bytes the text of [`Kind::LONG`] has, in clear.
    fn long_bytes(&self) -> usize {
        0
    }
    /// The order of entries with the same key, where there can be several.
    fn tie(&self, _other: &Self) -> Ordering {
        Ordering::Equal
    }
    /// Brings an entry into the form in which it is stored and compared.
    fn normalize(&mut self) {}
    /// Brings a key that came alone into the form in which it is compared.
    fn normalize_key(_key: &mut Self::Key) {}
    /// Notes everything in the entry that is outside what its fields take.
    fn validate(&self, at: &mut Problems);
    /// Notes why no entry can have this key.
    fn validate_key(key: &Self::Key, at: &mut Problems);
    /// Why a rule cannot be made: to remove the inherited entry of this key, or (without a key) all that is inherited.
    fn refuses_rule(_key: Option<&Self::Key>) -> Option<&'static str> {
        None
    }
    /// The entries that the service itself adds to an instance; nobody else can set them.
    fn system(_names: &Names<'_>) -> Vec<Self> {
        Vec::new()
    }
    /// What an entry that the service itself adds holds, column by column.
    fn texts(&self) -> Vec<(&'static str, &str)> {
        Vec::new()
    }
    /// Sets the times an entry keeps, given the stored entry whose place it takes. (Where a row is changed in its place,
    /// the columns of [`Kind::LASTING`] stay as they are.)
    fn stamp(&mut self, _now: DateTime<Utc>, _stored: Option<&Self>) {}
    /// What is secret, as it stands in the entry: open, or sealed as it was read. See [`Kind::HAS_SECRETS`].
    fn secret_text(&self) -> Option<&str> {
        None
    }
    /// Whether it holds a secret right now.
    fn holds_secret(&self) -> bool {
        self.secret_text().is_some()
    }
    /// Encrypts what is secret, for its row's table and owner alone.
    fn seal(&mut self, _table: &str, _owner: i64, _vault: &Vault) -> Result<(), VaultError> {
        Ok(())
    }
    /// Decrypts what is secret. Everything between reading and writing works on open entries.
    fn open(&mut self, _table: &str, _owner: i64, _vault: &Vault) -> Result<(), VaultError> {
        Ok(())
    }
    /// Writes the entries that would run, sorted by key, into a Compose service.
    fn render(entries: &[&Self], to: &mut Rendered<'_>);
    /// Takes its entries out of a Compose service. What it understands and cannot hold it notes; whether an entry is
    /// valid is looked at later.
    fn read(from: &mut Reading<'_>) -> Vec<Found<Self>>;
    /// Arbitrary valid entries, for the laws that every kind keeps.
    #[cfg(test)]
    fn arbitrary() -> proptest::strategy::BoxedStrategy<Self>;
}

/// Where the rows of a kind live for one owner; written by [`kind!`](super::kind).
pub trait Stored<O: Owner>: Kind {
    /// The table.
    type Entity: EntityTrait<Model = Self::Model>;
    /// A row as it is read.
    type Model: FromQueryResult + IntoActiveModel<Self::Row> + Send + Sync;
    /// A row as it is written.
    type Row: ActiveModelTrait<Entity = Self::Entity> + Send;
    /// The table's name.
    const TABLE: &'static str;
    /// The columns of an entry, and how those are shown that are shown as they are.
    const COLUMNS: &'static [(&'static str, Option<Form>)];
    /// The column that holds the owner's key.
    fn owner_column() -> <Self::Entity as EntityTrait>::Column;
    /// The primary key, which keeps the order in which entries were given.
    fn id_column() -> <Self::Entity as EntityTrait>::Column;
    /// The primary key of a row.
    fn row_id(row: &Self::Model) -> i64;
    /// Takes a row apart.
    fn from_row(row: Self::Model) -> (O::Id, Self);
    /// Makes a row.
    fn into_row(self, owner: O::Id) -> Self::Row;
}

/// What a collection looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A list of entries.
    List,
    /// One entry, or null.
    One,
    /// An object with a field for each entry there can be.
    Fields,
}

/// How many entries a collection has: many, at most one, or one for each of a few fields.
pub trait Cardinality<K>: Clone + Debug + Send + Sync {
    /// What is given to set an entry.
    type Given: Clone + Debug + Send + Sync;
    /// What it looks like.
    const SHAPE: Shape;
    /// From the rows of one owner.
    fn from_entries(entries: Vec<K>) -> Self;
    /// To rows.
    fn into_entries(self) -> Vec<K>;
    /// How many rows these are.
    fn count(&self) -> usize;
    /// What is set, entry by entry.
    fn given(given: Self::Given) -> Vec<K>;
}

impl<K: Clone + Debug + Send + Sync> Cardinality<K> for Vec<K> {
    type Given = K;
    const SHAPE: Shape = Shape::List;
    fn from_entries(entries: Vec<K>) -> Self {
        entries
    }
    fn into_entries(self) -> Vec<K> {
        self
    }
    fn count(&self) -> usize {
        self.len()
    }
    fn given(given: K) -> Vec<K> {
        vec![given]
    }
}

impl<K: Clone + Debug + Send + Sync> Cardinality<K> for Option<K> {
    type Given = K;
    const SHAPE: Shape = Shape::One;
    fn from_entries(entries: Vec<K>) -> Self {
        entries.into_iter().next()
    }
    fn into_entries(self) -> Vec<K> {
        self.into_iter().collect()
    }
    fn count(&self) -> usize {
        usize::from(self.is_some())
    }
    fn given(given: K) -> Vec<K> {
        vec![given]
    }
}
