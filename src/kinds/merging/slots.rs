//! Collections under change, in which stored rows are represented by their heads, so that changing one entry does not
//! read the contents of the others.
//!
//! Created by the database layer from rows, and changed by the use cases. It must not access the database.

use crate::kinds::{Kind, Overrides};

/// The head of a stored row: everything but its contents.
#[derive(Clone, Debug, PartialEq)]
pub struct Head<K: Kind> {
    /// The id of the row.
    pub row: i64,
    /// The key of the entry; `None` if the row cannot be read.
    pub key: Option<K::Key>,
    /// See [`Kind::row_identity`].
    pub identity: String,
    /// The size of its long text in bytes, as it is stored.
    pub bytes: usize,
    /// Whether its contents are encrypted.
    pub sealed: bool,
}

/// An element of a collection under change.
#[derive(Clone, Debug, PartialEq)]
pub enum Slot<K: Kind> {
    /// A stored row.
    Stored(Head<K>),
    /// A given entry, with the size of its long text in bytes.
    Given(K, usize),
}

impl<K: Kind> From<K> for Slot<K> {
    fn from(entry: K) -> Self {
        let bytes = entry.long_bytes();
        Self::Given(entry, bytes)
    }
}

/// Represents an entry of kind `K`: the entry itself, or an element of a collection under change.
pub trait Keyed<K: Kind>: From<K> {
    /// The key of the entry; `None` if it cannot be read.
    fn entry_key(&self) -> Option<K::Key>;
    /// The size of its long text in bytes.
    fn bytes(&self) -> usize;
}

impl<K: Kind> Keyed<K> for K {
    fn entry_key(&self) -> Option<K::Key> {
        Some(self.key())
    }
    fn bytes(&self) -> usize {
        self.long_bytes()
    }
}

impl<K: Kind> Keyed<K> for Slot<K> {
    fn entry_key(&self) -> Option<K::Key> {
        match self {
            Self::Stored(head) => head.key.clone(),
            Self::Given(entry, _) => Some(entry.key()),
        }
    }
    fn bytes(&self) -> usize {
        match self {
            Self::Stored(head) => head.bytes,
            Self::Given(_, bytes) => *bytes,
        }
    }
}

/// The overrides of an instance for one kind under change, and the rows that are stored.
#[derive(Clone, Debug)]
pub struct Drafted<K: Kind> {
    /// The overrides after the change.
    pub overrides: Overrides<K, Slot<K>>,
    /// All stored rows, in the order of their ids.
    pub stored: Vec<Head<K>>,
}

impl<K: Kind> Drafted<K> {
    /// Creates a draft without changes.
    pub fn new(stored: Vec<Head<K>>, removed: impl IntoIterator<Item = K::Key>, replaced: bool) -> Self {
        let entries = stored.iter().cloned().map(Slot::Stored).collect();
        Self { overrides: Overrides { entries, removed: removed.into_iter().collect(), replaced }, stored }
    }

    /// Sets the overrides to exactly these.
    pub fn decide(&mut self, overrides: Overrides<K>) {
        let Overrides { entries, removed, replaced } = overrides;
        self.overrides = Overrides { entries: entries.into_iter().map(Slot::from).collect(), removed, replaced };
    }

    /// The first element with a key.
    pub fn find(&self, key: &K::Key) -> Option<&Slot<K>> {
        self.overrides.entries.iter().find(|slot| slot.entry_key().as_ref() == Some(key))
    }
}
