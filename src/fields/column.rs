//! Properties of columns that follow from their names and types: the name in the API, the SQL expression, the format.
//!
//! Used by the macro `fields!`, when the code is compiled. It must not know a single field.

use crate::{
    fields::Time,
    ids::{GlobalId, InstanceId, StackId, TemplateId},
    kinds::{Argv, RestartPolicy, plain::ColumnFormat},
};

/// The type of a column.
pub(super) trait ColumnType {
    /// The format in which the column is shown.
    const FORMAT: ColumnFormat;
}

macro_rules! column_types {
    ($( $type:ty => $format:expr; )+) => { $(
        impl ColumnType for $type {
            const FORMAT: ColumnFormat = $format;
        }
    )+ };
}
column_types! {
    StackId => ColumnFormat::Id(StackId::TAG);
    InstanceId => ColumnFormat::Id(InstanceId::TAG);
    TemplateId => ColumnFormat::Id(TemplateId::TAG);
    String => ColumnFormat::Text;
    bool => ColumnFormat::Flag;
    i32 => ColumnFormat::Int;
    i64 => ColumnFormat::Long;
    Time => ColumnFormat::Time;
    Argv => ColumnFormat::Words;
    RestartPolicy => ColumnFormat::Text;
}

impl<T: ColumnType> ColumnType for Option<T> {
    const FORMAT: ColumnFormat = T::FORMAT;
}

/// The number of bytes of [`camel`].
pub(super) const fn camel_length(snake: &str) -> usize {
    let (bytes, mut at, mut length) = (snake.as_bytes(), 0, 0);
    while at < bytes.len() {
        if bytes[at] != b'_' {
            length += 1;
        }
        at += 1;
    }
    length
}

/// A name in camel case, as async-graphql derives the names of fields.
pub(super) const fn camel<const LENGTH: usize>(snake: &str) -> [u8; LENGTH] {
    let bytes = snake.as_bytes();
    let (mut camel, mut from, mut to, mut is_upper) = ([0; LENGTH], 0, 0, false);
    while from < bytes.len() {
        let byte = bytes[from];
        if byte != b'_' {
            camel[to] = if is_upper { byte.to_ascii_uppercase() } else { byte };
            to += 1;
        }
        is_upper = byte == b'_';
        from += 1;
    }
    camel
}

/// The name of a field in the API: the given one, or that of the column in camel case.
macro_rules! api_name {
    ($column:ident) => {{
        const SNAKE: &str = stringify!($column);
        const CAMEL: [u8; $crate::fields::column::camel_length(SNAKE)] = $crate::fields::column::camel(SNAKE);
        match std::str::from_utf8(&CAMEL) {
            Ok(name) => name,
            Err(_) => panic!("a name has letters of ASCII only"),
        }
    }};
    ($column:ident, $name:literal) => {
        $name
    };
}

/// The SQL expression of a column, valid on both engines. Names that SQL reserves are quoted.
macro_rules! column_sql {
    ($alias:literal, user) => {
        concat!($alias, ".\"user\"")
    };
    ($alias:literal, $column:ident) => {
        concat!($alias, ".", stringify!($column))
    };
    ($alias:literal, $column:ident, $sql:literal) => {
        $sql
    };
}

/// The format of a column, or of the type as which it is shown.
macro_rules! column_form {
    ($type:ty) => {
        <$type as $crate::fields::column::ColumnType>::FORMAT
    };
    ($type:ty, $shown:ty) => {
        <$shown as $crate::fields::column::ColumnType>::FORMAT
    };
}
pub(super) use {api_name, column_form, column_sql};

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_in_camel_case() {
        assert_eq!(api_name!(override_count), "overrideCount");
        assert_eq!(api_name!(id), "id");
        assert_eq!(api_name!(instance_id, "name"), "name");
    }

    #[test]
    fn reserved_names_are_quoted() {
        assert_eq!([column_sql!("t", user), column_sql!("t", name)], ["t.\"user\"", "t.name"]);
        assert_eq!(column_sql!("s", a, "lower(s.a)"), "lower(s.a)");
    }
}
