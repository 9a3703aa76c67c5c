//! `PointInput`: a point in time, and the scalars of spans and cursors.
//!
//! Used by the fields that read a past state. It must not read a state itself.

use async_graphql::{ID, InputValueError, InputValueResult, OneofObject, Scalar, ScalarType, Value};
use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    app::PointRef,
    db::change_log::cursor::LogCursor,
    error::{Error, Result},
    ids::{ChangeId, GlobalId},
};

/// A point in the history.
#[derive(Clone, OneofObject)]
#[graphql(name = "PointInput")]
pub(in crate::graphql) enum PointInput {
    /// Right after this change and those that were made together with it, by its id.
    Change(ID),
    /// The state that was read together with this cursor.
    Cursor(ChangeCursor),
    /// The state at this time.
    Time(DateTime<Utc>),
    /// The state so long ago, such as `P2D` or `PT1H`.
    Ago(Duration),
}

impl PointInput {
    /// The point for the use cases.
    pub(in crate::graphql) fn point(self) -> Result<PointRef> {
        Ok(match self {
            Self::Change(id) => PointRef::Change(ChangeId::decode(&id)),
            Self::Cursor(ChangeCursor(text)) => {
                let cursor = LogCursor::decode(&text);
                let cursor = cursor.ok_or_else(|| Error::bad_request("This is not a cursor of changes."))?;
                PointRef::Cursor(cursor)
            }
            Self::Time(time) => PointRef::Time(time),
            Self::Ago(Duration(span)) => PointRef::Ago(span),
        })
    }
}

/// Where the change log ends for a reader, as opaque text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::graphql) struct ChangeCursor(pub(in crate::graphql) String);

/// Where the change log ends for a reader: everything up to there has been seen. Opaque text, valid for the database that
/// gave it. After it was restored from a backup, take a new one.
#[Scalar(name = "ChangeCursor", specified_by_url = "https://relay.dev/graphql/connections.htm#sec-Cursor")]
impl ScalarType for ChangeCursor {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            _ => Err(InputValueError::custom("A cursor is a text.")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// A span of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::graphql) struct Duration(pub(in crate::graphql) TimeDelta);

/// A span of time as in ISO 8601, in weeks, days, hours, minutes and seconds: `P2D`, `PT1H30M`, `P1W`. Years and months
/// are not taken, because they have no fixed length.
#[Scalar(name = "Duration", specified_by_url = "https://www.iso.org/iso-8601-date-and-time-format.html")]
impl ScalarType for Duration {
    fn parse(value: Value) -> InputValueResult<Self> {
        let refusal = || InputValueError::custom("A span of time is written as in ISO 8601, such as P2D or PT1H30M.");
        match value {
            Value::String(text) => parse_span(&text).map(Self).ok_or_else(refusal),
            _ => Err(refusal()),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(format!("PT{}S", self.0.num_seconds()))
    }
}

/// The most that a part of a span may be, so that no sum is out of range.
const MAX_PART: i64 = 1_000_000_000;

/// Parses a span of time in the form of ISO 8601.
pub(in crate::graphql) fn parse_span(text: &str) -> Option<TimeDelta> {
    let (days, time) = match text.strip_prefix('P')?.split_once('T') {
        Some((days, time)) => (days, Some(time)),
        None => (text.strip_prefix('P')?, None),
    };
    let (mut total, mut parts) = (TimeDelta::zero(), 0);
    for (text, units) in [(days, "WD"), (time.unwrap_or_default(), "HMS")] {
        let mut units = units.chars();
        let mut rest = text;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit())?;
            let number: i64 = rest.get(..digits)?.parse().ok().filter(|number| *number <= MAX_PART)?;
            let unit = rest.get(digits..)?.chars().next()?;
            // Units come in this order, each once.
            units.by_ref().find(|known| *known == unit)?;
            let seconds = match unit {
                'W' => 7 * 86_400,
                'D' => 86_400,
                'H' => 3_600,
                'M' => 60,
                _ => 1,
            };
            total += TimeDelta::try_seconds(number * seconds)?;
            rest = rest.get(digits + 1..)?;
            parts += 1;
        }
    }
    let is_complete = parts > 0 && time.is_none_or(|time| !time.is_empty());
    is_complete.then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_those_of_iso_8601() {
        for (text, seconds) in [
            ("P2D", 172_800),
            ("PT1H", 3600),
            ("P1W", 604_800),
            ("PT1H30M", 5400),
            ("P1DT1S", 86_401),
            ("PT0S", 0),
            ("P1W2DT3H4M5S", 604_800 + 172_800 + 10_800 + 245),
        ] {
            assert_eq!(parse_span(text), TimeDelta::try_seconds(seconds), "{text}");
        }
        for text in [
            "",
            "P",
            "PT",
            "2D",
            "P2",
            "P1Y",
            "P1M",
            "PT1D",
            "P1DT",
            "PT1M1H",
            "P1H",
            "P-1D",
            "PT99999999999S",
            "P1.5D",
        ] {
            assert_eq!(parse_span(text), None, "{text}");
        }
    }
}
