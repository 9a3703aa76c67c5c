//! The traits of a kind: its behaviour, its rows, and its cardinality.
//!
//! Implemented by every kind, and used by all code that treats kinds alike. It must not depend on a concrete kind.

use std::{
    borrow::Cow,
    cmp::Ordering,
    fmt::{Debug, Display},
    hash::Hash,
    str::FromStr,
};

use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, EntityTrait, FromQueryResult, IntoActiveModel, Value};

use super::{
    Registered,
    compose::{ReadEntry, Reading, Rendered},
    plain::{ColumnFormat, FieldColumn, HeapSize, LoggedColumns, LoggedEntry, ResolvedColumn},
};
use crate::{
    error::Problems,
    ids::{AnyId, GlobalId, InstanceId, StackId, TemplateId},
    references::Resolved,
    vault::{Vault, VaultError},
};

/// To which stack an owner of entries belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belongs {
    /// To none: all stacks share it.
    Nowhere,
    /// It is the stack.
    IsStack,
    /// To the stack of which it is an instance.
    ToStack,
}

/// The owner of entries: a template, a stack or an instance.
pub trait Owner: Send + Sync + 'static {
    /// To which stack an owner belongs.
    const BELONGS: Belongs;
    /// The id of the owner.
    type Id: GlobalId + Eq + Hash + Ord + Debug + Send + Sync + Into<Value> + Into<i64> + Into<AnyId> + 'static;
}

/// Marks rows that belong to a template.
#[derive(Clone, Copy, Debug)]
pub struct OfTemplate;
/// Marks rows that belong to a stack, which all its instances share.
#[derive(Clone, Copy, Debug)]
pub struct OfStack;
/// Marks rows that belong to an instance, which are its overrides.
#[derive(Clone, Copy, Debug)]
pub struct OfInstance;

impl Owner for OfTemplate {
    const BELONGS: Belongs = Belongs::Nowhere;
    type Id = TemplateId;
}
impl Owner for OfStack {
    const BELONGS: Belongs = Belongs::IsStack;
    type Id = StackId;
}
impl Owner for OfInstance {
    const BELONGS: Belongs = Belongs::ToStack;
    type Id = InstanceId;
}

/// The names related to an instance.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// The name of its stack.
    pub stack: &'a str,
    /// Its own name.
    pub instance: &'a str,
    /// The name of its template.
    pub template: &'a str,
    /// Its id.
    pub id: InstanceId,
}

/// An entry in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Brief<'a> {
    /// Its value, or the form in which Compose writes it in short.
    Text(Cow<'a, str>),
    /// A secret, which is not shown.
    Secret,
    /// No value: the shell that starts the stack provides it.
    Unset,
}

impl<'a> Brief<'a> {
    /// A text that is there already.
    pub fn of(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    /// A text that is made for it.
    pub fn made(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }

    /// The text, if there is one to show.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Secret | Self::Unset => None,
        }
    }
}

/// The key of an entry. Its text is stored in rules and shown to users.
pub trait EntryKey: Clone + Debug + Display + FromStr + Hash + Ord + Send + Sync + 'static {}
impl<T: Clone + Debug + Display + FromStr + Hash + Ord + Send + Sync + 'static> EntryKey for T {}

/// A value that a database can store without changing it. Implemented by [`kind!`](super::kind).
pub trait Survives {
    /// Returns a column whose value would not be read back as it was written. An entry with such a column is never
    /// stored.
    fn lost_column(&self) -> Option<&'static str>;
}

/// The column of a secret; see [`Kind::HAS_SECRETS`].
pub const SECRET_COLUMN: &str = "value";

/// A kind of configuration. Its fields and tables come from [`kind!`](super::kind).
pub trait Kind: Survives + LoggedEntry + Clone + Debug + HeapSize + PartialEq + Send + Sync + 'static {
    /// The API field of the collection.
    const FIELD: &'static str;
    /// The column that refers to another instance, if any. In a copied stack it refers to the copy of that instance.
    const REFERS_BY: Option<&'static str> = None;
    /// Whether the service adds entries of its own; see [`Kind::system`].
    const HAS_SYSTEM: bool = false;
    /// Whether a stack can have entries of this kind, which its instances share.
    const HAS_SHARED: bool = false;
    /// Whether entries can contain secrets, which are encrypted in the database. The tables of such a kind have the
    /// columns `is_secret` and `value`.
    const HAS_SECRETS: bool = false;
    /// API fields that are not columns, or that are not shown as they are stored.
    const FIELD_COLUMNS: &'static [FieldColumn] = &[];
    /// SQL for the text of an entry's key, valid on both engines.
    const KEY_SQL: &'static str;
    /// SQL for the text of [`Kind::brief`] of a stored entry, null where there is none, valid on both engines. A search
    /// looks into it and shows it. What is stored as JSON may have its escapes.
    const BRIEF_SQL: &'static str;
    /// SQL for a text that sorts as [`Kind::tie`] does.
    const TIE_SQL: Option<&'static str> = None;
    /// SQL for the text of a stored entry's key, which [`Kind::row_key`] parses.
    const ROW_KEY: &'static str = Self::KEY_SQL;
    /// SQL for the text of [`Kind::row_identity`].
    const ROW_IDENTITY: &'static str = Self::ROW_KEY;
    /// The column whose text can be long.
    const LONG_COLUMN: Option<&'static str> = None;
    /// Columns that an update leaves unchanged.
    const LASTING: &'static [&'static str] = &[];
    /// The API fields whose effective values depend on references. The first one is that of the column with the text.
    const REFERENCE_FIELDS: &'static [&'static str] = &[];
    /// The API field, a flag, that has to be true for the text to contain references; `None` if it always can.
    const REFERS_IF: Option<&'static str> = None;
    /// Whether Compose interpolates the texts with references itself, so that `$${{` means the same to both.
    const IS_INTERPOLATED: bool = false;
    /// The key: an entry of an instance overrides the entries of the template with the same key.
    type Key: EntryKey;
    /// The collection: `Vec<Self>`, or `Option<Self>` if there is at most one entry.
    type Set: Cardinality<Self>;

    /// The key of the entry; see [`Kind::Key`].
    fn key(&self) -> Self::Key;
    /// The entry in one line, as a table shows it beside its key.
    fn brief(&self) -> Brief<'_>;
    /// What must be unique within a collection; usually the key.
    fn identity(&self) -> impl Hash + Eq {
        self.key()
    }
    /// Parses a key in the form of [`Kind::ROW_KEY`]; `None` if no entry can have it.
    fn row_key(text: &str) -> Option<Self::Key> {
        text.parse().ok()
    }
    /// The text of [`Kind::identity`] in the form of [`Kind::ROW_IDENTITY`], which tells the rows of an owner apart.
    fn row_identity(&self) -> String {
        self.key().to_string()
    }
    /// The size of the text of [`Kind::LONG_COLUMN`] in bytes, before encryption.
    fn long_bytes(&self) -> usize {
        0
    }
    /// The order of entries with the same key.
    fn tie(&self, _other: &Self) -> Ordering {
        Ordering::Equal
    }
    /// Normalizes an entry to the form in which it is stored and compared.
    fn normalize(&mut self) {}
    /// Normalizes a key to the form in which it is compared.
    fn normalize_key(_key: &mut Self::Key) {}
    /// Notes all invalid values of the entry.
    fn validate(&self, at: &mut Problems);
    /// Notes a problem if no entry can have this key.
    fn validate_key(key: &Self::Key, at: &mut Problems);
    /// Why a rule is not allowed: to remove the inherited entry with this key or, without a key, all inherited entries.
    fn refuses_rule(_key: Option<&Self::Key>) -> Option<&'static str> {
        None
    }
    /// The entries that the service adds to an instance. Clients cannot set them.
    fn system(_names: &Names<'_>) -> Vec<Self> {
        Vec::new()
    }
    /// The columns of an entry that the service adds.
    fn texts(&self) -> Vec<(&'static str, &str)> {
        Vec::new()
    }
    /// Sets the timestamps of an entry that is inserted, given the stored entry that it replaces. When a row is
    /// updated, the columns of [`Kind::LASTING`] stay unchanged.
    fn stamp(&mut self, _now: DateTime<Utc>, _stored: Option<&Self>) {}
    /// The secret of the entry, decrypted or encrypted; see [`Kind::HAS_SECRETS`].
    fn secret_text(&self) -> Option<&str> {
        None
    }
    /// Whether the entry contains a secret.
    fn holds_secret(&self) -> bool {
        self.secret_text().is_some()
    }
    /// Whether its secret is generated, so that what is stored of it is not its value.
    fn is_generated(&self) -> bool {
        false
    }
    /// The columns without the secret.
    fn public_columns(&self) -> LoggedColumns {
        let mut columns = self.to_log();
        if self.holds_secret() {
            columns.remove(SECRET_COLUMN);
        }
        columns
    }
    /// Encrypts the secret, bound to the table and the owner of the row.
    fn seal(&mut self, _table: &str, _owner: i64, _vault: &Vault) -> Result<(), VaultError> {
        Ok(())
    }
    /// Decrypts the secret. Between reading and writing, all code works on decrypted entries.
    fn open(&mut self, _table: &str, _owner: i64, _vault: &Vault) -> Result<(), VaultError> {
        Ok(())
    }
    /// The texts that can contain [references](crate::references), each with its API field.
    fn reference_texts(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        Vec::new()
    }
    /// Replaces these texts, in the same order.
    fn replace_reference_texts(&mut self, _replace: &mut dyn FnMut(&str) -> String) {}
    /// Replaces these texts by what they resolve to. What may not be shown, and what has no value, stays a reference.
    fn resolve(&mut self, resolve: &mut dyn FnMut(&str) -> Resolved) {
        self.replace_reference_texts(&mut |text| resolve(text).displayed());
    }
    /// What the column of the first of [`Kind::REFERENCE_FIELDS`] comes to as [`Kind::resolve`] replaces the references in it:
    /// the columns that change, each by the SQL of its field.
    fn resolved_columns(text: &str, resolve: &mut dyn FnMut(&str) -> Resolved) -> Vec<(&'static str, ResolvedColumn)> {
        let column = Self::REFERENCE_FIELDS.first();
        column.map(|column| (*column, ResolvedColumn::Text(Some(resolve(text).displayed())))).into_iter().collect()
    }
    /// Writes the effective entries, sorted by key, into a Compose service.
    fn render(entries: &[&Self], to: &mut Rendered<'_>);
    /// Takes the entries out of a Compose service, and notes what cannot be stored. The entries are validated later.
    fn read(from: &mut Reading<'_>) -> Vec<ReadEntry<Self>>;
    /// A strategy for valid entries, for the laws that every kind has to satisfy.
    #[cfg(test)]
    fn arbitrary() -> proptest::strategy::BoxedStrategy<Self>;
}

/// The rows of a kind for one owner. Implemented by [`kind!`](super::kind).
pub trait Stored<O: Owner>: Registered {
    /// The entity.
    type Entity: EntityTrait<Model = Self::Model>;
    /// A row as it is read.
    type Model: FromQueryResult + IntoActiveModel<Self::Row> + Send + Sync;
    /// A row as it is written.
    type Row: ActiveModelTrait<Entity = Self::Entity> + Send;
    /// The name of the table.
    const TABLE: &'static str;
    /// The columns of an entry, with the formats of those that are shown as they are stored.
    const COLUMNS: &'static [(&'static str, Option<ColumnFormat>)];
    /// The column that refers to the owner.
    fn owner_column() -> <Self::Entity as EntityTrait>::Column;
    /// The primary key, which sorts entries in the order in which they were given.
    fn id_column() -> <Self::Entity as EntityTrait>::Column;
    /// The primary key of a row.
    fn row_id(row: &Self::Model) -> i64;
    /// Splits a row into its owner and its entry.
    fn from_row(row: Self::Model) -> (O::Id, Self);
    /// Creates the row of an entry.
    fn into_row(self, owner: O::Id) -> Self::Row;
}

/// The shape of a collection in the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A list of entries.
    List,
    /// One entry, or null.
    One,
    /// An object with a field for each possible entry.
    Fields,
}

/// How many entries a collection has: any number, at most one, or one for each of some fields.
pub trait Cardinality<K>: Clone + Debug + Send + Sync {
    /// The input that sets an entry.
    type Given: Clone + Debug + Send + Sync;
    /// The shape in the API.
    const SHAPE: Shape;
    /// Creates the collection from the rows of one owner.
    fn from_entries(entries: Vec<K>) -> Self;
    /// Converts the collection to rows.
    fn into_entries(self) -> Vec<K>;
    /// The number of rows.
    fn count(&self) -> usize;
    /// Converts an input that sets an entry to entries.
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
