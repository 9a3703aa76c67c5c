//! Operations that change overrides of any kind. The code is generated from the registry, so that no kind is forgotten.
//!
//! Parsed from the input of `patchInstanceOverrides` and applied by its use case. It must not access the database.

use async_graphql::{Enum, OneofObject, Union};
use zeroize::Zeroizing;

use crate::{
    error::{Code, Problems},
    kinds::{
        Cardinality, Change, Collections, Kind, MAX_ENTRIES, MAX_KIND_BYTES, Overrides, Rule, Shape,
        check::{check_entries, too_many_bytes},
        for_each_kind,
        merging::slots::{Drafted, Keyed, Slot},
    },
    references::has_references,
};

/// One step. The steps of a list are taken in order.
#[derive(Clone, Debug, Hash, OneofObject)]
#[graphql(name = "OverrideOperation")]
pub enum Operation {
    /// Sets an entry: it takes the place of every override with its key, and comes back if it was removed.
    Set(Entry),
    /// Removes what is there under a key: the override, and the entry that the template brings now or later.
    Remove(Key),
    /// Ignores everything of this kind that the template brings; the instance's own entries stay. With none of them
    /// there are none at all.
    Replace(OverrideKind),
    /// Goes back to what the template says.
    Reset(Reset),
}

/// What goes back to what the template says.
#[derive(Clone, Debug, Hash, OneofObject)]
#[graphql(name = "OverrideResetInput")]
pub enum Reset {
    /// One entry: its override or its removal.
    Entry(Key),
    /// Everything of one kind, also that it was replaced.
    Kind(OverrideKind),
    /// Everything; only `true` is accepted.
    All(bool),
}

macro_rules! all_kinds {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        /// A kind of configuration that an instance can override.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Enum)]
        pub enum OverrideKind {
            $( $(#[$doc])* $kind, )+
        }

        impl OverrideKind {
            /// All kinds, in registry order.
            pub const ALL: &[Self] = &[$( Self::$kind ),+];

            /// The name in the database.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$kind => stringify!($field), )+
                }
            }
        }

        /// An entry of any kind, to be set.
        #[derive(Clone, Debug, Hash, OneofObject)]
        #[graphql(name = "OverrideEntryInput")]
        pub enum Entry {
            $( $(#[$doc])* $kind(<<$crate::kinds::$kind as Kind>::Set as Cardinality<$crate::kinds::$kind>>::Given), )+
        }

        /// The key of an entry of any kind: what makes two entries the same.
        #[derive(Clone, Debug, Hash, OneofObject)]
        #[graphql(name = "OverrideKeyInput")]
        pub enum Key {
            $( $(#[$doc])* $kind(<$crate::kinds::$kind as Kind>::Key), )+
        }

        /// An entry of any kind, to be shown. The field `value` is nullable in some of them only: select it under
        /// different names, such as `... on EnvVar { key envValue: value }`.
        #[derive(Clone, Debug, Union)]
        #[graphql(name = "ConfigEntry")]
        pub enum AnyEntry {
            $( #[doc = concat!("An entry of the kind `", stringify!($kind), "`.")] $kind($crate::kinds::$kind), )+
            /// A variable of a stack, in the history and the effects of that.
            SharedVar($crate::kinds::SharedVar),
        }

        $(
            impl Registered for $crate::kinds::$kind {
                const KIND: OverrideKind = OverrideKind::$kind;
            }
        )+

        /// The overrides of an instance by kind; `None` for a kind without overrides.
        #[derive(Clone, Debug, Default)]
        pub struct InstanceOverrides {
            $( $(#[$doc])* pub $field: Option<Overrides<$crate::kinds::$kind>>, )+
        }

        impl InstanceOverrides {
            /// Whether a kind is overridden.
            pub fn mentions(&self, kind: OverrideKind) -> bool {
                match kind {
                    $( OverrideKind::$kind => self.$field.is_some(), )+
                }
            }
        }

        /// The overrides of an instance under change, by kind; `None` for a kind that was not loaded.
        #[derive(Clone, Debug, Default)]
        pub struct Draft {
            $( $(#[$doc])* pub $field: Option<Drafted<$crate::kinds::$kind>>, )+
        }

        impl Draft {
            /// Sets the overrides to exactly these, for the kinds that are present in `overrides`.
            pub fn decide(&mut self, overrides: InstanceOverrides) {
                $( if let (Some(drafted), Some(overrides)) = (&mut self.$field, overrides.$field) {
                    drafted.decide(overrides);
                } )+
            }

            /// Applies an operation, or notes why it cannot be applied. The kinds that it changes must have been
            /// loaded: see [`Operation::touches`].
            pub fn apply(&mut self, operation: Operation, at: &mut Problems) {
                match operation {
                    $( Operation::Set(Entry::$kind(given)) => at.enter("set", |at| {
                        at.enter(entry_field(OverrideKind::$kind), |at| set(&mut self.$field, given, at));
                    }), )+
                    $( Operation::Remove(Key::$kind(key)) => at.enter("remove", |at| {
                        at.enter(entry_field(OverrideKind::$kind), |at| remove(&mut self.$field, key, at));
                    }), )+
                    $( Operation::Replace(OverrideKind::$kind) => at.enter("replace", |at| {
                        replace(&mut self.$field, at);
                    }), )+
                    $( Operation::Reset(Reset::Entry(Key::$kind(key))) => at.enter("reset", |at| at.enter("entry", |at| {
                        at.enter(entry_field(OverrideKind::$kind), |at| reset(&mut self.$field, key, at));
                    })), )+
                    $( Operation::Reset(Reset::Kind(OverrideKind::$kind)) => clear_overrides(&mut self.$field), )+
                    Operation::Reset(Reset::All(true)) => {
                        $( clear_overrides(&mut self.$field); )+
                    }
                    Operation::Reset(Reset::All(false)) => at.enter("reset", |at| {
                        at.invalid("all", "Only true resets everything.", Some("true".to_owned()));
                    }),
                }
            }

            /// Replaces whole collections.
            pub fn write(&mut self, collections: Collections) {
                $( if let (Some(drafted), Some(set)) = (&mut self.$field, collections.$field) {
                    drafted.overrides.write(set.into_entries());
                } )+
            }

            /// The sizes of all kinds.
            pub fn sizes(&self) -> Sizes {
                [$( self.$field.as_ref().map_or_else(Size::default, |drafted| Size::of(&drafted.overrides)) ),+]
            }

            /// Notes each kind that has grown since `before` and exceeds its limit.
            pub fn check_growth(&self, before: &Sizes, at: &mut Problems) {
                let fields = [$( <$crate::kinds::$kind as Kind>::FIELD ),+];
                for ((before, after), field) in before.iter().zip(self.sizes()).zip(fields) {
                    check_growth(before.entries, after.entries, "entries", field, at);
                    check_growth(before.removals, after.removals, "removals", field, at);
                    if after.bytes > before.bytes.max(MAX_KIND_BYTES) {
                        at.note(Code::LimitExceeded, format!("{field}: {}", too_many_bytes(after.bytes)), None);
                    }
                }
            }
        }

        impl Operation {
            /// Whether the operation may change a kind.
            pub fn touches(&self, kind: OverrideKind) -> bool {
                match self {
                    $( Self::Set(Entry::$kind(_)) | Self::Remove(Key::$kind(_))
                    | Self::Reset(Reset::Entry(Key::$kind(_))) => kind == OverrideKind::$kind, )+
                    Self::Replace(of) | Self::Reset(Reset::Kind(of)) => kind == *of,
                    Self::Reset(Reset::All(_)) => true,
                }
            }
        }

        impl Operation {
            /// The texts with references that the operation sets.
            pub fn given_references(&self) -> Vec<GivenReferences> {
                let mut found = Vec::new();
                match self {
                    $( Self::Set(Entry::$kind(given)) => {
                        for entry in <$crate::kinds::$kind as Kind>::Set::given(given.clone()) {
                            let path = ["set".to_owned(), entry_field(OverrideKind::$kind)];
                            given_references(&mut found, &path, &entry);
                        }
                    } )+
                    _ => {}
                }
                found
            }
        }

        impl Collections {
            /// The texts with references in the collections.
            pub fn given_references(&self) -> Vec<GivenReferences> {
                let mut found = Vec::new();
                $( for (index, entry) in self.$field.clone().into_iter().flat_map(Cardinality::into_entries).enumerate() {
                    let field = <$crate::kinds::$kind as Kind>::FIELD.to_owned();
                    match <$crate::kinds::$kind as Kind>::Set::SHAPE {
                        Shape::List => given_references(&mut found, &[field, index.to_string()], &entry),
                        Shape::One | Shape::Fields => given_references(&mut found, &[field], &entry),
                    }
                } )+
                found
            }

            /// Whether a kind is present.
            pub fn touches(&self, kind: OverrideKind) -> bool {
                match kind {
                    $( OverrideKind::$kind => self.$field.is_some(), )+
                }
            }
        }

        /// The input field for an entry of a kind.
        fn entry_field(kind: OverrideKind) -> String {
            let name = match kind {
                $( OverrideKind::$kind => stringify!($kind), )+
            };
            name[..1].to_ascii_lowercase() + &name[1..]
        }
    };
}
for_each_kind!(all_kinds);

/// A text with references that a client has given.
#[derive(Clone, Debug)]
pub struct GivenReferences {
    /// The path of the text, within the collections or the operation.
    pub path: Vec<String>,
    /// The text.
    pub text: Zeroizing<String>,
    /// Whether the text is a secret.
    pub is_secret: bool,
    /// The kind of the entry.
    pub kind: OverrideKind,
}

/// Adds the texts with references of an entry, whose fields are behind `path`.
pub fn given_references<K: Registered>(found: &mut Vec<GivenReferences>, path: &[String], entry: &K) {
    for (field, text) in entry.reference_texts() {
        if has_references(&text) {
            let path = path.iter().cloned().chain([field.to_owned()]).collect();
            let (text, is_secret) = (text.into_owned().into(), entry.holds_secret());
            found.push(GivenReferences { path, text, is_secret, kind: K::KIND });
        }
    }
}

/// A difference under one key, of any kind.
#[derive(Clone, Debug)]
pub struct AnyChange {
    /// The kind.
    pub kind: OverrideKind,
    /// The key, as text.
    pub key: String,
    /// The entries before; empty if they are new.
    pub from: Vec<AnyEntry>,
    /// The entries after; empty if they were removed.
    pub to: Vec<AnyEntry>,
}

impl<K: Registered + Into<AnyEntry>> From<Change<'_, K>> for AnyChange {
    fn from(change: Change<'_, K>) -> Self {
        let shown = |entries: Vec<&K>| entries.into_iter().cloned().map(Into::into).collect();
        Self { kind: K::KIND, key: change.key.to_string(), from: shown(change.from), to: shown(change.to) }
    }
}

/// A kind of the registry.
pub trait Registered: Kind {
    /// Its name in the registry.
    const KIND: OverrideKind;
}

impl OverrideKind {
    /// Parses the name in the database.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }
}

/// The overrides of a loaded kind. Operations change only loaded kinds.
fn overrides_of<K: Kind>(drafted: &mut Option<Drafted<K>>) -> &mut Overrides<K, Slot<K>> {
    &mut drafted.get_or_insert_with(|| Drafted::new(Vec::new(), [], false)).overrides
}

fn clear_overrides<K: Kind>(drafted: &mut Option<Drafted<K>>) {
    *overrides_of(drafted) = Overrides::default();
}

fn set<K: Kind>(drafted: &mut Option<Drafted<K>>, given: <K::Set as Cardinality<K>>::Given, at: &mut Problems) {
    let mut entries = K::Set::given(given);
    check_entries(&mut entries, at);
    overrides_of(drafted).set(entries);
}

fn remove<K: Kind>(drafted: &mut Option<Drafted<K>>, mut key: K::Key, at: &mut Problems) {
    K::normalize_key(&mut key);
    K::validate_key(&key, at);
    match K::refuses_rule(Some(&key)) {
        Some(message) => at.note(Code::InvalidValue, message, None),
        None => overrides_of(drafted).remove(key),
    }
}

fn replace<K: Kind>(drafted: &mut Option<Drafted<K>>, at: &mut Problems) {
    match K::refuses_rule(None) {
        Some(message) => at.note(Code::InvalidValue, message, None),
        None => overrides_of(drafted).replace(),
    }
}

fn reset<K: Kind>(drafted: &mut Option<Drafted<K>>, mut key: K::Key, at: &mut Problems) {
    K::normalize_key(&mut key);
    K::validate_key(&key, at);
    overrides_of(drafted).reset(&key);
}

fn check_growth(before: usize, after: usize, what: &str, field: &str, at: &mut Problems) {
    if after > before.max(MAX_ENTRIES) {
        let message = format!("The instance would have {after} {what} of {field}; at most {MAX_ENTRIES} are allowed.");
        at.note(Code::LimitExceeded, message, None);
    }
}

/// The size of an instance's overrides of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// The number of entries.
    pub entries: usize,
    /// The number of removed keys.
    pub removals: usize,
    /// The size of the long texts in bytes.
    pub bytes: usize,
}

impl Size {
    fn of<K: Kind, E: Keyed<K>>(overrides: &Overrides<K, E>) -> Self {
        let bytes = overrides.entries.iter().map(Keyed::bytes).sum();
        Self { entries: overrides.entries.len(), removals: overrides.removed.len(), bytes }
    }
}

/// The sizes in the order of [`OverrideKind::ALL`].
pub type Sizes = [Size; OverrideKind::ALL.len()];

/// The rules of all kinds, as they are stored.
pub type Rules = Vec<Rule>;
