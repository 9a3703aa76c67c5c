//! Metadata of columns and kinds for direct plans, which write rows to JSON without building entries; and the merge of
//! rows by their keys alone.
//!
//! Used by direct plans. It must not know the format of a whole response.

use std::collections::BTreeSet;

use crate::{
    kinds::{
        AttributeValue, Condition, EnvValue, HostPort, Kind, Names, Protocol, Registered, Shape, Stamp, VolumeType,
        merging::merge::{Effective, merge_sorted},
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
    pub key: Option<&'static str>,
    /// SQL that sorts rows with the same key; see [`Kind::TIE_SQL`].
    pub tie: Option<&'static str>,
    /// Merges the rows of a template and of its instance. Returns `None` if a row has a key that no entry can have.
    pub merge: fn(&Layers<'_>, &Names<'_>) -> Option<MergedRows>,
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

/// The effective entries of one kind, sorted by key.
#[derive(Debug)]
pub struct MergedRows {
    /// The effective entries.
    pub entries: Vec<Effective<Found>>,
    /// The columns of the entries that the service itself adds.
    pub system: Vec<Vec<(&'static str, String)>>,
}

/// Implements [`PlainKind::merge`] for a kind.
fn merge_rows<K: Kind>(layers: &Layers<'_>, names: &Names<'_>) -> Option<MergedRows> {
    let sorted = |rows: &[Keyed<'_>], found: fn(usize) -> Found| {
        let keyed =
            rows.iter().enumerate().map(|(at, (key, tie))| Some((key.parse::<K::Key>().ok()?, *tie, found(at))));
        let mut keyed = keyed.collect::<Option<Vec<_>>>()?;
        keyed.sort_by(|(a, left, _), (b, right, _)| a.cmp(b).then_with(|| left.cmp(right)));
        Some(keyed.into_iter().map(|(key, _, found)| (key, found)).collect::<Vec<_>>())
    };
    let (template, own) = (sorted(&layers.template, Found::Template)?, sorted(&layers.own, Found::Own)?);
    let removed: BTreeSet<K::Key> = layers.removed.iter().filter_map(|key| key.parse().ok()).collect();
    let mut merged = merge_sorted(&template, &own, |key| removed.contains(key), layers.replaced);
    if !K::HAS_SYSTEM {
        return Some(MergedRows { entries: merged.entries, system: Vec::new() });
    }
    let system = K::system(names);
    let parsed = |rows: &[Keyed<'_>], at: usize| rows.get(at).and_then(|(key, _)| key.parse().ok());
    merged.inject_by((0..system.len()).map(Found::System), |found| match found {
        Found::Template(at) => parsed(&layers.template, at),
        Found::Own(at) => parsed(&layers.own, at),
        Found::System(at) => system.get(at).map(Kind::key),
    });
    let owned = |entry: &K| entry.texts().into_iter().map(|(column, text)| (column, text.to_owned())).collect();
    Some(MergedRows { entries: merged.entries, system: system.iter().map(owned).collect() })
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
            merge: merge_rows::<super::$kind>,
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
