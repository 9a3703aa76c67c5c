//! Columns that an answer shows as they are, so that they can be written from a row straight into JSON; and the merge of
//! rows of which only the keys are known.
//!
//! Used by the answers that are written without the executor. It must never know what an answer looks like as a whole.

use std::collections::BTreeSet;

use crate::{
    kinds::{
        AttributeValue, Condition, EnvValue, HostPort, Kind, Names, Protocol, Registered, Shape, Stamp, VolumeType,
        merging::merge::{Effective, merge_sorted},
        values::Argv,
    },
    reference::InstanceRef,
};

/// How a column is shown.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// A key, as the opaque id of a type.
    Id(&'static str),
    /// A number of 32 bits.
    Int,
    /// A number of 64 bits, of which GraphQL's `Int` shows what it can.
    Long,
    /// A number, null instead of 0.
    NonZero,
    /// Text.
    Text,
    /// True or false.
    Flag,
    /// A moment.
    Time,
    /// A word of an enum: in upper case, if it is one of them.
    Word(fn(&str) -> bool),
    /// Text that holds a list of arguments.
    Words,
    /// Text that holds JSON.
    Json,
}

/// The type of a column; `None` when it is shown in a way that the column alone does not tell.
pub trait Plain {
    /// How it is shown.
    const FORM: Option<Form>;

    /// Whether it is the same when it is read again after it was stored, on both databases.
    fn survives(&self) -> bool;
}

/// How much memory a value takes beside itself.
pub trait HeapSize {
    /// In bytes; a little more is fine, less is not.
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
        // An object keeps its keys, and a table of them.
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

/// Whether a value that is stored as text is read from it as the same one.
fn is_read_again<T: std::str::FromStr + ToString + PartialEq>(value: &T) -> bool {
    let text = value.to_string();
    is_storable(&text) && text.parse().is_ok_and(|read: T| read == *value)
}

/// PostgreSQL stores no NUL.
fn is_storable(text: &str) -> bool {
    !text.contains('\0')
}

fn is<T: std::str::FromStr>(word: &str) -> bool {
    word.parse::<T>().is_ok()
}

plain! {
    i32 => Some(Form::Int), |_| true;
    bool => Some(Form::Flag), |_| true;
    String => Some(Form::Text), |text| is_storable(text);
    // What RFC 3339 can write.
    Stamp => Some(Form::Time), |stamp| (0..=9999).contains(&chrono::Datelike::year(&stamp.0));
    HostPort => Some(Form::NonZero), |_| true;
    Protocol => Some(Form::Word(is::<Protocol>)), is_read_again;
    VolumeType => Some(Form::Word(is::<VolumeType>)), is_read_again;
    Condition => Some(Form::Word(is::<Condition>)), is_read_again;
    Argv => Some(Form::Words), is_read_again;
    AttributeValue => Some(Form::Json), is_read_again;
    EnvValue => None, |value| value.text().is_none_or(is_storable);
    InstanceRef => None, |_| true;
    super::SettingField => None, is_read_again;
}

/// A field of an entry that follows from its row, beside the columns that are shown as they are.
#[derive(Clone, Copy, Debug)]
pub struct FieldColumn {
    /// The field of the API.
    pub field: &'static str,
    /// What it is, in SQL that both engines understand.
    pub sql: &'static str,
    /// How that is shown.
    pub form: Form,
}

/// What is known of a kind without knowing the kind.
#[derive(Clone, Copy, Debug)]
pub struct PlainKind {
    /// The field of the API that holds the collection.
    pub field: &'static str,
    /// The table of an instance's entries.
    pub table: &'static str,
    /// What the field looks like.
    pub shape: Shape,
    /// The word of its rules in the database.
    pub word: &'static str,
    /// The key of a row and what sorts those with the same one, see [`Kind::KEY_SQL`] and [`Kind::TIE_SQL`].
    pub key: Option<&'static str>,
    /// See [`PlainKind::key`].
    pub tie: Option<&'static str>,
    /// Puts the rows of a template and of its instance together; `None` when a row has a key that no entry can have.
    pub merge: fn(&Layers<'_>, &Names<'_>) -> Option<MergedRows>,
    columns: &'static [(&'static str, Option<Form>)],
    shown: &'static [FieldColumn],
}

/// A row, by its key and what sorts those with the same one.
pub type Keyed<'r> = (&'r str, &'r str);

/// What a template brings and what an instance says about a kind, in rows.
#[derive(Debug, Default)]
pub struct Layers<'r> {
    /// The template's rows.
    pub template: Vec<Keyed<'r>>,
    /// The instance's.
    pub own: Vec<Keyed<'r>>,
    /// The keys that it removes.
    pub removed: Vec<&'r str>,
    /// Whether it ignores everything that the template brings.
    pub replaced: bool,
}

/// Where an effective entry is found.
#[derive(Clone, Copy, Debug)]
pub enum Found {
    /// The n-th of the template's rows.
    Template(usize),
    /// The n-th of the instance's.
    Own(usize),
    /// The n-th of the service's own.
    System(usize),
}

/// The effective entries of one kind, sorted by key.
#[derive(Debug)]
pub struct MergedRows {
    /// What would run.
    pub entries: Vec<Effective<Found>>,
    /// What the service's own hold, column by column.
    pub system: Vec<Vec<(&'static str, String)>>,
}

/// See [`PlainKind::merge`].
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
    /// The table of the templates' entries; none when no template brings any.
    pub fn template_table(&self) -> Option<&'static str> {
        TEMPLATE_TABLES.iter().find(|(field, _)| *field == self.field).map(|(_, table)| *table)
    }

    /// The columns without which it is not known whether a row can be read: they hold words or JSON.
    pub fn fallible(&self) -> impl Iterator<Item = FieldColumn> {
        let form = |column: &'static str, form: Option<Form>| match form {
            Some(form @ (Form::Word(_) | Form::Json)) => Some(form),
            None if self.shape == Shape::Fields && column == "field" => Some(Form::Word(is::<super::SettingField>)),
            _ => None,
        };
        self.columns.iter().filter_map(move |(column, shown)| {
            Some(FieldColumn { field: column, sql: column, form: form(column, *shown)? })
        })
    }

    /// What a field of its entries is; `None` when a row alone does not tell.
    pub fn find(&self, name: &str) -> Option<FieldColumn> {
        let computed = self.shown.iter().find(|shown| shown.field == name).copied();
        computed.or_else(|| {
            let (column, form) = self.columns.iter().find(|(column, _)| is_camel_of(name, column))?;
            Some(FieldColumn { field: column, sql: column, form: (*form)? })
        })
    }
}

/// Whether a field of the API is named after a column.
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
        /// All kinds, as instances have them, in registry order.
        pub static PLAIN_KINDS: &[PlainKind] = &[$( PlainKind {
            field: <super::$kind as super::Kind>::FIELD,
            table: <super::$kind as super::Stored<super::OfInstance>>::TABLE,
            shape: <<super::$kind as super::Kind>::Set as super::Cardinality<super::$kind>>::SHAPE,
            word: <super::$kind as Registered>::KIND.as_str(),
            key: <super::$kind as Kind>::KEY_SQL,
            tie: <super::$kind as Kind>::TIE_SQL,
            merge: merge_rows::<super::$kind>,
            columns: <super::$kind as super::Stored<super::OfInstance>>::COLUMNS,
            shown: <super::$kind as super::Kind>::SHOWN,
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
