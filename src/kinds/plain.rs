//! Metadata of columns and kinds for read plans, which write rows to JSON without building entries; and the merge of
//! rows by their keys alone.
//!
//! Used by read plans. It must not know the format of a whole response.

use std::collections::BTreeSet;

use crate::{
    kinds::{
        AttributeValue, Condition, EnvValue, HostPort, Kind, Names, Protocol, Registered, Shape, Stamp, Stats,
        VolumeType,
        merging::merge::{Effective, Removed, diff_sorted, merge_sorted, stats_sorted},
        values::Argv,
    },
    reference::InstanceRef,
};

/// The format in which a column is shown.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// An id, shown as a global id of this type.
    Id(&'static str),
    /// A 32-bit integer.
    Int,
    /// A 64-bit integer. GraphQL's `Int` shows the values that it can represent.
    Long,
    /// An integer; 0 is shown as null.
    NonZero,
    /// A text.
    Text,
    /// A boolean.
    Flag,
    /// A timestamp.
    Time,
    /// An enum value, shown in upper case if the function accepts it.
    Word(fn(&str) -> bool),
    /// A text that holds a list of arguments.
    Words,
    /// A text that holds JSON.
    Json,
}

/// The type of a column.
pub trait Plain {
    /// The format in which the column is shown; `None` if the column alone does not determine it.
    const FORM: Option<Form>;

    /// Whether both databases return the value unchanged after storing it.
    fn survives(&self) -> bool;
}

/// The memory of a value beside its own size.
pub trait HeapSize {
    /// An upper bound in bytes.
    fn heap_size(&self) -> usize {
        0
    }
}

impl HeapSize for i32 {}
impl HeapSize for bool {}
impl HeapSize for Stamp {}
impl HeapSize for HostPort {}
impl HeapSize for Protocol {}
impl HeapSize for VolumeType {}
impl HeapSize for Condition {}
impl HeapSize for super::SettingField {}

impl HeapSize for InstanceRef {
    fn heap_size(&self) -> usize {
        match self {
            Self::Id(_) => 0,
            Self::Name { stack, name } => stack.len() + name.len(),
        }
    }
}

impl HeapSize for String {
    fn heap_size(&self) -> usize {
        self.capacity()
    }
}

impl HeapSize for EnvValue {
    fn heap_size(&self) -> usize {
        self.text().map_or(0, str::len)
    }
}

impl HeapSize for Argv {
    fn heap_size(&self) -> usize {
        self.0.iter().map(|word| size_of::<String>() + word.len()).sum()
    }
}

impl HeapSize for AttributeValue {
    fn heap_size(&self) -> usize {
        json(&self.0)
    }
}

fn json(value: &serde_json::Value) -> usize {
    use serde_json::Value;
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(|item| size_of::<Value>() + json(item)).sum(),
        // An object stores its keys and a table of them.
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| 2 * size_of::<Value>() + key.len() + json(value)).sum()
        }
        _ => 0,
    }
}

impl<T: HeapSize> HeapSize for Option<T> {
    fn heap_size(&self) -> usize {
        self.as_ref().map_or(0, T::heap_size)
    }
}

macro_rules! plain {
    ($( $type:ty => $form:expr, $survives:expr; )+) => { $(
        impl Plain for $type {
            const FORM: Option<Form> = $form;
            fn survives(&self) -> bool {
                let survives: fn(&Self) -> bool = $survives;
                survives(self)
            }
        }
        impl Plain for Option<$type> {
            const FORM: Option<Form> = $form;
            fn survives(&self) -> bool {
                self.as_ref().is_none_or(Plain::survives)
            }
        }
    )+ };
}

/// Whether a value that is stored as text is read back unchanged.
fn is_read_again<T: std::str::FromStr + ToString + PartialEq>(value: &T) -> bool {
    let text = value.to_string();
    is_storable(&text) && text.parse().is_ok_and(|read: T| read == *value)
}

/// PostgreSQL cannot store NUL characters.
fn is_storable(text: &str) -> bool {
    !text.contains('\0')
}

fn is_word_of<T: std::str::FromStr>(word: &str) -> bool {
    word.parse::<T>().is_ok()
}

plain! {
    i32 => Some(Form::Int), |_| true;
    bool => Some(Form::Flag), |_| true;
    String => Some(Form::Text), |text| is_storable(text);
    // RFC 3339 has years of four digits.
    Stamp => Some(Form::Time), |stamp| (0..=9999).contains(&chrono::Datelike::year(&stamp.0));
    HostPort => Some(Form::NonZero), |_| true;
    Protocol => Some(Form::Word(is_word_of::<Protocol>)), is_read_again;
    VolumeType => Some(Form::Word(is_word_of::<VolumeType>)), is_read_again;
    Condition => Some(Form::Word(is_word_of::<Condition>)), is_read_again;
    Argv => Some(Form::Words), is_read_again;
    AttributeValue => Some(Form::Json), is_read_again;
    EnvValue => None, |value| value.text().is_none_or(is_storable);
    InstanceRef => None, |_| true;
    super::SettingField => None, is_read_again;
}

/// A field of an entry that can be computed from its row.
#[derive(Clone, Copy, Debug)]
pub struct FieldColumn {
    /// The API field.
    pub field: &'static str,
    /// SQL for the value, valid on both engines.
    pub sql: &'static str,
    /// The format in which the value is shown.
    pub form: Form,
}

/// The metadata of a kind, without its type.
#[derive(Clone, Copy, Debug)]
pub struct PlainKind {
    /// The API field of the collection.
    pub field: &'static str,
    /// The table of the instances' entries.
    pub table: &'static str,
    /// The shape of the field.
    pub shape: Shape,
    /// The name of the kind in stored rules.
    pub word: &'static str,
    /// SQL for the key of a row; see [`Kind::KEY_SQL`].
    pub key: &'static str,
    /// SQL that sorts rows with the same key; see [`Kind::TIE_SQL`].
    pub tie: Option<&'static str>,
    /// The name of the entries' type in the API.
    pub type_name: &'static str,
    /// The kind.
    pub kind: super::OverrideKind,
    /// Merges the rows of a template and of its instance. Returns `None` if a row has a key that no entry can have.
    pub merge: fn(&Layers<'_>, &Names<'_>) -> Option<MergedRows>,
    /// The statistics of the rows, given whether two rows are equal. Returns `None` like [`PlainKind::merge`].
    pub stats: fn(&Layers<'_>, IsEqual<'_>) -> Option<Stats>,
    /// The differences between the rows of a template and the merged rows. Returns `None` like [`PlainKind::merge`].
    pub diff: fn(&Layers<'_>, IsEqual<'_>) -> Option<Vec<RowChange>>,
    /// The column that refers to another instance; see [`Kind::REFERS_BY`].
    pub refers_by: Option<&'static str>,
    columns: &'static [(&'static str, Option<Form>)],
    shown: &'static [FieldColumn],
}

/// A row, represented by its key and the text that sorts rows with the same key.
pub type Keyed<'r> = (&'r str, &'r str);

/// The rows of a template and of an instance for one kind.
#[derive(Debug, Default)]
pub struct Layers<'r> {
    /// The rows of the template.
    pub template: Vec<Keyed<'r>>,
    /// The rows of the instance.
    pub own: Vec<Keyed<'r>>,
    /// The keys that the instance removes.
    pub removed: Vec<&'r str>,
    /// Whether the instance ignores all entries of the template.
    pub replaced: bool,
}

/// The source of an effective entry.
#[derive(Clone, Copy, Debug)]
pub enum Found {
    /// The n-th row of the template.
    Template(usize),
    /// The n-th row of the instance.
    Own(usize),
    /// The n-th entry of the service itself.
    System(usize),
}

/// Whether two rows are the same entry.
pub type IsEqual<'e> = &'e dyn Fn(Found, Found) -> bool;

/// The effective entries of one kind, and the removed ones, sorted by key.
#[derive(Debug)]
pub struct MergedRows {
    /// The effective entries.
    pub entries: Vec<Effective<Found>>,
    /// The rows of the template that the instance removes, with the text of their keys.
    pub removed: Vec<(String, Removed<Found>)>,
    /// The columns of the entries that the service itself adds.
    pub system: Vec<Vec<(&'static str, String)>>,
}

/// The rows of one key before and after a change.
#[derive(Debug)]
pub struct RowChange {
    /// The text of the key.
    pub key: String,
    /// The rows before.
    pub from: Vec<Found>,
    /// The rows after.
    pub to: Vec<Found>,
}

/// Rows with their keys, sorted by key.
type Sorted<K> = Vec<(<K as Kind>::Key, Found)>;

/// The rows of both layers, sorted by key and then by tie-breaker. `None` if a row has a key that no entry can have.
fn sorted<K: Kind>(layers: &Layers<'_>) -> Option<(Sorted<K>, Sorted<K>)> {
    let sorted = |rows: &[Keyed<'_>], found: fn(usize) -> Found| {
        let keyed = rows.iter().enumerate().map(|(at, (key, tie))| Some((K::row_key(key)?, *tie, found(at))));
        let mut keyed = keyed.collect::<Option<Vec<_>>>()?;
        keyed.sort_by(|(a, left, _), (b, right, _)| a.cmp(b).then_with(|| left.cmp(right)));
        Some(keyed.into_iter().map(|(key, _, found)| (key, found)).collect::<Vec<_>>())
    };
    Some((sorted(&layers.template, Found::Template)?, sorted(&layers.own, Found::Own)?))
}

/// The keys that an instance removes. A key that no entry can have removes nothing.
fn removed_keys<K: Kind>(layers: &Layers<'_>) -> BTreeSet<K::Key> {
    layers.removed.iter().filter_map(|key| key.parse().ok()).collect()
}

/// The key of a row of the template or the instance.
fn key_of<K: Kind>(layers: &Layers<'_>, found: Found) -> Option<K::Key> {
    let (rows, at) = match found {
        Found::Template(at) => (&layers.template, at),
        Found::Own(at) => (&layers.own, at),
        Found::System(_) => return None,
    };
    rows.get(at).and_then(|(key, _)| K::row_key(key))
}

/// Implements [`PlainKind::merge`] for a kind.
fn merge_rows<K: Kind>(layers: &Layers<'_>, names: &Names<'_>) -> Option<MergedRows> {
    let (template, own) = sorted::<K>(layers)?;
    let removed = removed_keys::<K>(layers);
    let mut merged = merge_sorted(&template, &own, |key| removed.contains(key), layers.replaced);
    let taken = std::mem::take(&mut merged.removed).into_iter();
    let removed =
        taken.filter_map(|removed| Some((key_of::<K>(layers, removed.entry)?.to_string(), removed))).collect();
    if !K::HAS_SYSTEM {
        return Some(MergedRows { entries: merged.entries, removed, system: Vec::new() });
    }
    let system = K::system(names);
    merged.inject_by((0..system.len()).map(Found::System), |found| match found {
        Found::System(at) => system.get(at).map(Kind::key),
        stored => key_of::<K>(layers, stored),
    });
    let owned = |entry: &K| entry.texts().into_iter().map(|(column, text)| (column, text.to_owned())).collect();
    Some(MergedRows { entries: merged.entries, removed, system: system.iter().map(owned).collect() })
}

/// Implements [`PlainKind::stats`] for a kind.
fn stats_of_rows<K: Kind>(layers: &Layers<'_>, is_equal: IsEqual<'_>) -> Option<Stats> {
    let (template, own) = sorted::<K>(layers)?;
    Some(stats_sorted(&template, &own, &removed_keys::<K>(layers), layers.replaced, is_equal))
}

/// Implements [`PlainKind::diff`] for a kind.
fn diff_rows<K: Kind>(layers: &Layers<'_>, is_equal: IsEqual<'_>) -> Option<Vec<RowChange>> {
    let (template, own) = sorted::<K>(layers)?;
    let removed = removed_keys::<K>(layers);
    let merged = merge_sorted(&template, &own, |key| removed.contains(key), layers.replaced);
    let merged = merged.values().into_iter().map(|found| Some((key_of::<K>(layers, found)?, found)));
    let merged = merged.collect::<Option<Vec<_>>>()?;
    let changes = diff_sorted(&template, &merged, is_equal).into_iter();
    Some(changes.map(|(key, from, to)| RowChange { key: key.to_string(), from, to }).collect())
}

impl PlainKind {
    /// The table of the templates' entries; `None` if templates have none.
    pub fn template_table(&self) -> Option<&'static str> {
        TEMPLATE_TABLES.iter().find(|(field, _)| *field == self.field).map(|(_, table)| *table)
    }

    /// The columns that have to be read to know whether a row is readable: enum values and JSON.
    pub fn fallible(&self) -> impl Iterator<Item = FieldColumn> {
        let form = |column: &'static str, form: Option<Form>| match form {
            Some(form @ (Form::Word(_) | Form::Json)) => Some(form),
            None if self.shape == Shape::Fields && column == "field" => {
                Some(Form::Word(is_word_of::<super::SettingField>))
            }
            _ => None,
        };
        self.columns.iter().filter_map(move |(column, shown)| {
            Some(FieldColumn { field: column, sql: column, form: form(column, *shown)? })
        })
    }

    /// The columns that make two rows different entries, whether they are shown or not.
    pub fn compared(&self) -> impl Iterator<Item = FieldColumn> {
        self.columns.iter().filter_map(|(column, form)| {
            let form = match form {
                // Timestamps are ignored when entries are compared.
                Some(Form::Time) => return None,
                Some(Form::Word(_) | Form::NonZero) | None => self.stored_form(column, *form),
                Some(form) => *form,
            };
            Some(FieldColumn { field: column, sql: column, form })
        })
    }

    /// The format in which a column is stored.
    fn stored_form(&self, column: &str, form: Option<Form>) -> Form {
        match form {
            Some(Form::NonZero) => Form::Int,
            None if self.refers_by == Some(column) => Form::Long,
            _ => Form::Text,
        }
    }

    /// Finds a field of the entries; `None` if the row alone does not determine it.
    pub fn find(&self, name: &str) -> Option<FieldColumn> {
        let computed = self.shown.iter().find(|shown| shown.field == name).copied();
        computed.or_else(|| {
            let (column, form) = self.columns.iter().find(|(column, _)| is_camel_of(name, column))?;
            Some(FieldColumn { field: column, sql: column, form: (*form)? })
        })
    }
}

/// Whether an API field is the camel-case form of a column name.
fn is_camel_of(field: &str, column: &str) -> bool {
    let mut rest = field.chars();
    let mut upper = false;
    for c in column.chars() {
        if c == '_' {
            upper = true;
            continue;
        }
        let c = if std::mem::take(&mut upper) { c.to_ascii_uppercase() } else { c };
        if rest.next() != Some(c) {
            return false;
        }
    }
    rest.next().is_none()
}

macro_rules! plain_kinds {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        /// The metadata of all kinds for instances, in registry order.
        pub static PLAIN_KINDS: &[PlainKind] = &[$( PlainKind {
            field: <super::$kind as super::Kind>::FIELD,
            table: <super::$kind as super::Stored<super::OfInstance>>::TABLE,
            shape: <<super::$kind as super::Kind>::Set as super::Cardinality<super::$kind>>::SHAPE,
            word: <super::$kind as Registered>::KIND.as_str(),
            key: <super::$kind as Kind>::KEY_SQL,
            tie: <super::$kind as Kind>::TIE_SQL,
            type_name: stringify!($kind),
            kind: <super::$kind as Registered>::KIND,
            merge: merge_rows::<super::$kind>,
            stats: stats_of_rows::<super::$kind>,
            diff: diff_rows::<super::$kind>,
            refers_by: <super::$kind as Kind>::REFERS_BY,
            columns: <super::$kind as super::Stored<super::OfInstance>>::COLUMNS,
            shown: <super::$kind as super::Kind>::FIELD_COLUMNS,
        } ),+];
    };
}
super::for_each_kind!(plain_kinds);

macro_rules! template_tables {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        const TEMPLATE_TABLES: &[(&str, &str)] = &[$( (
            <super::$kind as super::Kind>::FIELD,
            <super::$kind as super::Stored<super::OfTemplate>>::TABLE,
        ) ),+];
    };
}
super::for_each_template_kind!(template_tables);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_their_columns() {
        assert!(is_camel_of("startPeriodSeconds", "start_period_seconds"));
        assert!(is_camel_of("key", "key"));
        for (field, column) in [("keys", "key"), ("ke", "key"), ("hostport", "host_port"), ("host_port", "host_port")] {
            assert!(!is_camel_of(field, column), "{field}");
        }
    }

    #[test]
    fn a_secret_is_shown_as_null_only() {
        let variables = PLAIN_KINDS.iter().find(|kind| kind.field == "envVars").unwrap();
        assert!(variables.find("value").unwrap().sql.contains("is_secret"));
    }
}
