//! Writes JSON: objects, lists, and the values of columns in their formats.
//!
//! Used by the writer of responses. It must write the same bytes as the executor.

use chrono::SecondsFormat;
use serde_json::Value;

use super::super::rows::malformed_row;
use crate::{
    budget::chunks::ChunkWriter,
    db::{
        change_log::cursor::LogEnd,
        read_model::{Place, Row},
    },
    error::Result,
    ids::opaque,
    kinds::{Argv, plain::ColumnFormat},
    read::plan::Fields,
};

/// A number as GraphQL's 32-bit integer.
pub(in crate::read) fn int(n: i64) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

/// Writes the value of a column in its format.
pub(super) fn column(out: &mut ChunkWriter, row: &Row, at: Place, format: ColumnFormat) -> Result<()> {
    match format {
        ColumnFormat::Int | ColumnFormat::Long => match row.number(at)? {
            Some(number) => json(out, &int(number)),
            None => raw(out, "null"),
        },
        ColumnFormat::NonZero => match row.number(at)? {
            Some(number) if number != 0 => json(out, &int(number)),
            _ => raw(out, "null"),
        },
        ColumnFormat::Flag => raw(
            out,
            match row.flag(at)? {
                Some(true) => "true",
                Some(false) => "false",
                None => "null",
            },
        ),
        ColumnFormat::Id(tag) => match row.number(at)? {
            Some(key) => quoted(out, &opaque(tag, key)),
            None => raw(out, "null"),
        },
        ColumnFormat::Time => match row.time(at)? {
            Some(time) => quoted(out, &time.to_rfc3339_opts(SecondsFormat::AutoSi, false)),
            None => raw(out, "null"),
        },
        ColumnFormat::Text
        | ColumnFormat::Word(_)
        | ColumnFormat::Words
        | ColumnFormat::Json
        | ColumnFormat::Cursor => text(out, row.text(at)?, format),
    }
}

/// Writes a text in a format of texts.
pub(super) fn text(out: &mut ChunkWriter, text: Option<&str>, format: ColumnFormat) -> Result<()> {
    let Some(text) = text else { return raw(out, "null") };
    match format {
        ColumnFormat::Word(is) if is(text) => quoted(out, &text.to_ascii_uppercase()),
        ColumnFormat::Word(_) => Err(malformed_row("an unknown word")),
        ColumnFormat::Words => {
            let Ok(Argv(words)) = text.parse();
            json(out, &words)
        }
        ColumnFormat::Cursor => {
            let end = LogEnd::read(text).ok_or_else(|| malformed_row("no end of the change log"))?;
            quoted(out, &end.cursor().encode())
        }
        ColumnFormat::Json => json(out, &serde_json::from_str::<Value>(text).map_err(|_| malformed_row("no JSON"))?),
        _ => json(out, text),
    }
}

/// Writes an object.
pub(super) fn object<F>(
    out: &mut ChunkWriter,
    fields: &Fields<F>,
    mut value: impl FnMut(&mut ChunkWriter, &F) -> Result<()>,
) -> Result<()> {
    if fields.is_empty() {
        return raw(out, "{}");
    }
    let mut sign = b'{';
    for (key, field) in fields {
        out.push(sign);
        sign = b',';
        out.extend_from_slice(key.as_bytes());
        value(out, field)?;
    }
    out.push(b'}');
    Ok(out.check()?)
}

/// Writes a list.
pub(super) fn list<T>(
    out: &mut ChunkWriter,
    items: impl IntoIterator<Item = T>,
    mut value: impl FnMut(&mut ChunkWriter, T) -> Result<()>,
) -> Result<()> {
    out.push(b'[');
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        value(out, item)?;
    }
    out.push(b']');
    Ok(out.check()?)
}

/// Writes text that is JSON already.
#[expect(clippy::unnecessary_wraps, reason = "an arm of matches whose other arms can fail")]
pub(super) fn raw(out: &mut ChunkWriter, json: &str) -> Result<()> {
    out.extend_from_slice(json.as_bytes());
    Ok(())
}

/// Writes a string that contains nothing to escape.
#[expect(clippy::unnecessary_wraps, reason = "an arm of matches whose other arms can fail")]
pub(super) fn quoted(out: &mut ChunkWriter, text: &str) -> Result<()> {
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
    Ok(())
}

pub(super) fn json(out: &mut ChunkWriter, value: &(impl serde::Serialize + ?Sized)) -> Result<()> {
    let written = serde_json::to_writer(&mut *out, value);
    out.check()?;
    written.map_err(|_| malformed_row("what JSON cannot show"))
}

/// Writes the name of an enum value.
pub(super) fn word(out: &mut ChunkWriter, value: impl async_graphql::resolver_utils::EnumType) -> Result<()> {
    match async_graphql::resolver_utils::enum_value(value) {
        async_graphql::Value::Enum(name) => quoted(out, name.as_str()),
        _ => Err(malformed_row("an unknown word")),
    }
}
