//! Metadata of columns and kinds for read plans, which write rows to JSON without building entries.
//!
//! Used by read plans. It must not know the format of a whole response.

pub mod document;
mod heap_size;
mod logged;
mod rows;

use self::rows::{diff_rows, merge_rows, stats_of_rows};
pub use self::{
    heap_size::HeapSize,
    logged::{LoggedColumns, LoggedEntry, LoggedValue},
    rows::{IsEqual, MergedRows, RowChange, RowKey, RowLayers, RowPosition},
};
use crate::{
    kinds::{
        Condition, EnvValue, Generated, HostPort, Inject, JsonValue, Kind, Names, Protocol, Registered, Shape,
        SharedVar, Stamp, Stats, Stored, VolumeScope, VolumeType, values::Argv,
    },
    reference::InstanceRef,
    references::Resolved,
};

/// The format in which a column is shown.
#[derive(Clone, Copy, Debug)]
pub enum ColumnFormat {
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
    /// The end of the change log, shown as a cursor.
    Cursor,
}

/// The type of a column.
pub trait Plain {
    /// The format in which the column is shown; `None` if the column alone does not determine it.
    const FORMAT: Option<ColumnFormat>;

    /// Whether both databases return the value unchanged after storing it.
    fn survives(&self) -> bool;
}

macro_rules! plain {
    ($( $type:ty => $format:expr, $survives:expr; )+) => { $(
        impl Plain for $type {
            const FORMAT: Option<ColumnFormat> = $format;
            fn survives(&self) -> bool {
                let survives: fn(&Self) -> bool = $survives;
                survives(self)
            }
        }
        impl Plain for Option<$type> {
            const FORMAT: Option<ColumnFormat> = $format;
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
    i32 => Some(ColumnFormat::Int), |_| true;
    bool => Some(ColumnFormat::Flag), |_| true;
    String => Some(ColumnFormat::Text), |text| is_storable(text);
    // RFC 3339 has years of four digits.
    Stamp => Some(ColumnFormat::Time), |stamp| (0..=9999).contains(&chrono::Datelike::year(&stamp.0));
    HostPort => Some(ColumnFormat::NonZero), |_| true;
    Protocol => Some(ColumnFormat::Word(is_word_of::<Protocol>)), is_read_again;
    VolumeType => Some(ColumnFormat::Word(is_word_of::<VolumeType>)), is_read_again;
    VolumeScope => Some(ColumnFormat::Word(is_word_of::<VolumeScope>)), is_read_again;
    Condition => Some(ColumnFormat::Word(is_word_of::<Condition>)), is_read_again;
    Inject => Some(ColumnFormat::Word(is_word_of::<Inject>)), is_read_again;
    Argv => Some(ColumnFormat::Words), is_read_again;
    JsonValue => Some(ColumnFormat::Json), is_read_again;
    Generated => None, is_read_again;
    EnvValue => None, |value| value.text().is_none_or(is_storable);
    InstanceRef => None, |_| true;
    crate::kinds::SettingField => None, is_read_again;
}

/// A field of an entry that can be computed from its row.
#[derive(Clone, Copy, Debug)]
pub struct FieldColumn {
    /// The API field.
    pub field: &'static str,
    /// SQL for the value, valid on both engines.
    pub sql: &'static str,
    /// The format in which the value is shown.
    pub format: ColumnFormat,
}

/// The value of a column after the references in it are resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ResolvedColumn {
    /// A text, in the form in which it is stored; `None` for null.
    Text(Option<String>),
    /// A boolean.
    Flag(bool),
}

/// Resolves one text.
pub type ResolveText<'r> = &'r mut dyn FnMut(&str) -> Resolved;

/// The metadata of a kind, without its type.
#[derive(Clone, Copy, Debug)]
pub struct PlainKind {
    /// The API field of the collection.
    pub field: &'static str,
    /// The table of the instances' entries.
    pub table: &'static str,
    /// The table of the entries that the instances of a stack share; `None` if there are none.
    pub stack_table: Option<&'static str>,
    /// The shape of the field.
    pub shape: Shape,
    /// The name of the kind in stored rules.
    pub word: &'static str,
    /// SQL for the key of a row; see [`Kind::KEY_SQL`].
    pub key: &'static str,
    /// SQL for the key of a stored row, which `read_key` reads; see [`Kind::ROW_KEY`].
    pub row_key: &'static str,
    /// The key as the API shows it; `None` if no entry can have it.
    pub read_key: fn(&str) -> Option<String>,
    /// SQL for the entry in one line; see [`Kind::BRIEF_SQL`].
    pub brief: &'static str,
    /// SQL that sorts rows with the same key; see [`Kind::TIE_SQL`].
    pub tie: Option<&'static str>,
    /// The name of the entries' type in the API.
    pub type_name: &'static str,
    /// The kind.
    pub kind: crate::kinds::OverrideKind,
    /// Merges the rows of the layers of an instance. Returns `None` if a row has a key that no entry can have.
    pub merge: fn(&RowLayers<'_>, &Names<'_>) -> Option<MergedRows>,
    /// The statistics of the rows, given whether two rows are equal. Returns `None` like [`PlainKind::merge`].
    pub stats: fn(&RowLayers<'_>, IsEqual<'_>) -> Option<Stats>,
    /// The differences between the inherited rows and the merged rows. Returns `None` like [`PlainKind::merge`].
    pub diff: fn(&RowLayers<'_>, IsEqual<'_>) -> Option<Vec<RowChange>>,
    /// The column that refers to another instance; see [`Kind::REFERS_BY`].
    pub refers_by: Option<&'static str>,
    /// The fields whose effective values depend on references; see [`Kind::REFERENCE_FIELDS`].
    pub reference_fields: &'static [&'static str],
    /// The field that has to be true for a text to contain references; see [`Kind::REFERS_IF`].
    pub refers_if: Option<&'static str>,
    /// What a text with references comes to; see [`Kind::resolved_columns`].
    pub resolve: fn(&str, ResolveText<'_>) -> Vec<(&'static str, ResolvedColumn)>,
    columns: &'static [(&'static str, Option<ColumnFormat>)],
    shown: &'static [FieldColumn],
}

impl PlainKind {
    /// The table of the templates' entries; `None` if templates have none.
    pub fn template_table(&self) -> Option<&'static str> {
        TEMPLATE_TABLES.iter().find(|(field, _)| *field == self.field).map(|(_, table)| *table)
    }

    /// The columns that have to be read to know whether a row is readable: enum values and JSON.
    pub fn fallible(&self) -> impl Iterator<Item = FieldColumn> {
        let format = |column: &'static str, format: Option<ColumnFormat>| match format {
            Some(format @ (ColumnFormat::Word(_) | ColumnFormat::Json)) => Some(format),
            None if self.shape == Shape::Fields && column == "field" => {
                Some(ColumnFormat::Word(is_word_of::<crate::kinds::SettingField>))
            }
            _ => None,
        };
        self.columns.iter().filter_map(move |(column, shown)| {
            Some(FieldColumn { field: column, sql: column, format: format(column, *shown)? })
        })
    }

    /// The columns that make two rows different entries, whether they are shown or not.
    pub fn compared(&self) -> impl Iterator<Item = FieldColumn> {
        self.columns.iter().filter_map(|(column, format)| {
            let format = match format {
                // Timestamps are ignored when entries are compared.
                Some(ColumnFormat::Time) => return None,
                Some(ColumnFormat::Word(_) | ColumnFormat::NonZero) | None => self.stored_format(column, *format),
                Some(format) => *format,
            };
            Some(FieldColumn { field: column, sql: column, format })
        })
    }

    /// The same column of what the instances of a stack share, which is null if variables of stacks have no such column.
    pub fn shared(&self, field: FieldColumn) -> FieldColumn {
        let has = |columns: &[(&str, Option<ColumnFormat>)]| columns.iter().any(|(column, _)| *column == field.sql);
        match has(self.columns) && !has(SHARED_VARS.columns) {
            true => FieldColumn { sql: "CAST(NULL AS TEXT)", ..field },
            false => field,
        }
    }

    /// The format in which a column is stored.
    fn stored_format(&self, column: &str, format: Option<ColumnFormat>) -> ColumnFormat {
        match format {
            Some(ColumnFormat::NonZero) => ColumnFormat::Int,
            None if self.refers_by == Some(column) => ColumnFormat::Long,
            _ => ColumnFormat::Text,
        }
    }

    /// Finds a field of the entries; `None` if the row alone does not determine it.
    pub fn find(&self, name: &str) -> Option<FieldColumn> {
        let computed = self.shown.iter().find(|shown| shown.field == name).copied();
        computed.or_else(|| {
            let (column, format) = self.columns.iter().find(|(column, _)| is_camel_of(name, column))?;
            Some(FieldColumn { field: column, sql: column, format: (*format)? })
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

/// The key of a stored row as the API shows it.
fn read_key<K: Kind>(text: &str) -> Option<String> {
    K::row_key(text).map(|key| key.to_string())
}

macro_rules! plain_kinds {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        /// The metadata of all kinds for instances, in registry order.
        pub static PLAIN_KINDS: &[PlainKind] = &[$( PlainKind {
            field: <crate::kinds::$kind as crate::kinds::Kind>::FIELD,
            table: <crate::kinds::$kind as crate::kinds::Stored<crate::kinds::OfInstance>>::TABLE,
            stack_table: if <crate::kinds::$kind as Kind>::HAS_SHARED {
                Some(<SharedVar as Stored<crate::kinds::OfStack>>::TABLE)
            } else {
                None
            },
            shape: <<crate::kinds::$kind as crate::kinds::Kind>::Set as crate::kinds::Cardinality<crate::kinds::$kind>>::SHAPE,
            word: <crate::kinds::$kind as Registered>::KIND.as_str(),
            key: <crate::kinds::$kind as Kind>::KEY_SQL,
            row_key: <crate::kinds::$kind as Kind>::ROW_KEY,
            read_key: read_key::<crate::kinds::$kind>,
            brief: <crate::kinds::$kind as Kind>::BRIEF_SQL,
            tie: <crate::kinds::$kind as Kind>::TIE_SQL,
            type_name: stringify!($kind),
            kind: <crate::kinds::$kind as Registered>::KIND,
            merge: merge_rows::<crate::kinds::$kind>,
            stats: stats_of_rows::<crate::kinds::$kind>,
            diff: diff_rows::<crate::kinds::$kind>,
            refers_by: <crate::kinds::$kind as Kind>::REFERS_BY,
            reference_fields: <crate::kinds::$kind as Kind>::REFERENCE_FIELDS,
            refers_if: <crate::kinds::$kind as Kind>::REFERS_IF,
            resolve: <crate::kinds::$kind as Kind>::resolved_columns,
            columns: <crate::kinds::$kind as crate::kinds::Stored<crate::kinds::OfInstance>>::COLUMNS,
            shown: <crate::kinds::$kind as crate::kinds::Kind>::FIELD_COLUMNS,
        } ),+];
    };
}
crate::kinds::for_each_kind!(plain_kinds);

/// The metadata of the variables of stacks.
pub static SHARED_VARS: PlainKind = PlainKind {
    field: SharedVar::FIELD,
    table: <SharedVar as Stored<crate::kinds::OfStack>>::TABLE,
    stack_table: Some(<SharedVar as Stored<crate::kinds::OfStack>>::TABLE),
    shape: Shape::List,
    word: SharedVar::KIND.as_str(),
    key: SharedVar::KEY_SQL,
    row_key: SharedVar::ROW_KEY,
    read_key: read_key::<SharedVar>,
    brief: SharedVar::BRIEF_SQL,
    tie: SharedVar::TIE_SQL,
    type_name: "SharedVar",
    kind: SharedVar::KIND,
    merge: merge_rows::<SharedVar>,
    stats: stats_of_rows::<SharedVar>,
    diff: diff_rows::<SharedVar>,
    refers_by: SharedVar::REFERS_BY,
    reference_fields: SharedVar::REFERENCE_FIELDS,
    refers_if: SharedVar::REFERS_IF,
    resolve: SharedVar::resolved_columns,
    columns: <SharedVar as Stored<crate::kinds::OfStack>>::COLUMNS,
    shown: SharedVar::FIELD_COLUMNS,
};

macro_rules! template_tables {
    ($( $(#[$doc:meta])* $field:ident : $kind:ident, )+) => {
        const TEMPLATE_TABLES: &[(&str, &str)] = &[$( (
            <crate::kinds::$kind as crate::kinds::Kind>::FIELD,
            <crate::kinds::$kind as crate::kinds::Stored<crate::kinds::OfTemplate>>::TABLE,
        ) ),+];
    };
}
crate::kinds::for_each_template_kind!(template_tables);

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
