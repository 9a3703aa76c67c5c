//! Collections while they are changed: stored rows are known by what tells them apart, without their contents, so that a
//! change of one entry does not read the others.
//!
//! Made by the database room from rows, changed by the steps of the use cases. It must never know the database.

use crate::kinds::{Kind, Overrides};

/// A stored row, without its contents.
#[derive(Clone, Debug, PartialEq)]
pub struct Head<K: Kind> {
    /// Its primary key.
    pub row: i64,
    /// The key of the entry; none when no entry can have it (the row cannot be read).
    pub key: Option<K::Key>,
    /// See [`Kind::row_identity`].
    pub identity: String,
    /// How many bytes its long text has, as it is stored.
    pub bytes: usize,
    /// Whether what it holds is sealed.
    pub sealed: bool,
}

/// An entry of a collection that is being changed.
#[derive(Clone, Debug, PartialEq)]
pub enum Slot<K: Kind> {
    /// It is stored.
    Stored(Head<K>),
    /// It was given, with so many bytes of long text.
    Given(K, usize),
}

impl<K: Kind> From<K> for Slot<K> {
    fn from(entry: K) -> Self {
        let bytes = entry.long_bytes();
        Self::Given(entry, bytes)
    }
}

/// What stands for an entry of kind `K`: the entry itself, or its place while the collection is changed.
pub trait Keyed<K: Kind>: From<K> {
    /// The entry's key; none when it cannot be read.
    fn entry_key(&self) -> Option<K::Key>;
    /// How many bytes its long text has.
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

/// What an instance says about one kind while that is changed, and the rows that were stored before.
#[derive(Clone, Debug)]
pub struct Drafted<K: Kind> {
    /// What it is to say.
    pub said: Overrides<K, Slot<K>>,
    /// All rows that are stored, in the order of their keys.
    pub stored: Vec<Head<K>>,
}

impl<K: Kind> Drafted<K> {
    /// Nothing is changed yet.
    pub fn new(stored: Vec<Head<K>>, removed: impl IntoIterator<Item = K::Key>, replaced: bool) -> Self {
        let entries = stored.iter().cloned().map(Slot::Stored).collect();
        Self { said: Overrides { entries, removed: removed.into_iter().collect(), replaced }, stored }
    }

    /// The instance is to say exactly this.
    pub fn settle_on(&mut self, said: Overrides<K>) {
        let Overrides { entries, removed, replaced } = said;
        self.said = Overrides { entries: entries.into_iter().map(Slot::from).collect(), removed, replaced };
    }

    /// The first entry under a key.
    pub fn find(&self, key: &K::Key) -> Option<&Slot<K>> {
        self.said.entries.iter().find(|slot| slot.entry_key().as_ref() == Some(key))
    }
}
