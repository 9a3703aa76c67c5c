//! Columns that an answer shows as they are, so that they can be written from a row straight into JSON.
//!
//! Used by the answers that are written without the executor. It must never know what an answer looks like as a whole.

use super::{AttributeValue, Condition, EnvValue, HostPort, Protocol, Shape, Stamp, VolumeType, values::Argv};
use crate::reference::InstanceRef;

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
}

macro_rules! plain {
    ($( $type:ty => $form:expr; )+) => { $(
        impl Plain for $type {
            const FORM: Option<Form> = $form;
        }
        impl Plain for Option<$type> {
            const FORM: Option<Form> = $form;
        }
    )+ };
}

fn is<T: std::str::FromStr>(word: &str) -> bool {
    word.parse::<T>().is_ok()
}

plain! {
    i32 => Some(Form::Int);
    bool => Some(Form::Flag);
    String => Some(Form::Text);
    Stamp => Some(Form::Time);
    HostPort => Some(Form::NonZero);
    Protocol => Some(Form::Word(is::<Protocol>));
    VolumeType => Some(Form::Word(is::<VolumeType>));
    Condition => Some(Form::Word(is::<Condition>));
    Argv => Some(Form::Words);
    AttributeValue => Some(Form::Json);
    EnvValue => None;
    InstanceRef => None;
    super::SettingField => None;
}

/// A field of an entry that follows from its row, beside the columns that are shown as they are.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
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
    columns: &'static [(&'static str, Option<Form>)],
    shown: &'static [Shown],
}

impl PlainKind {
    /// What a field of its entries is; `None` when a row alone does not tell.
    pub fn find(&self, name: &str) -> Option<Shown> {
        let computed = self.shown.iter().find(|shown| shown.field == name).copied();
        computed.or_else(|| {
            let (column, form) = self.columns.iter().find(|(column, _)| is_camel_of(name, column))?;
            Some(Shown { field: column, sql: column, form: (*form)? })
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
            columns: <super::$kind as super::Stored<super::OfInstance>>::COLUMNS,
            shown: <super::$kind as super::Kind>::SHOWN,
        } ),+];
    };
}
super::for_each_kind!(plain_kinds);

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
