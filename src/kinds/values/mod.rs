//! Column types whose form in the API differs from the stored form.
//!
//! Used as field types by the kinds. They must not know which kind uses them.

pub(super) mod generated;
pub(super) mod json;
pub(super) mod restart;

use std::{
    borrow::Cow,
    convert::Infallible,
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
};

use async_graphql::{
    ContextSelectionSet, InputType, InputValueError, InputValueResult, OutputType, Positioned, ServerResult, Value,
    parser::types::Field, registry::Registry,
};
use chrono::{DateTime, Utc};
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

use crate::error::{Code, Problems};

/// Implements the GraphQL type of another type, through conversions in both directions.
macro_rules! shown_as {
    ($name:ty => $shown:ty) => {
        impl InputType for $name {
            type RawValueType = Self;
            fn type_name() -> Cow<'static, str> {
                <$shown as InputType>::type_name()
            }
            fn qualified_type_name() -> String {
                <$shown as InputType>::qualified_type_name()
            }
            fn create_type_info(registry: &mut Registry) -> String {
                <$shown as InputType>::create_type_info(registry)
            }
            fn parse(value: Option<Value>) -> InputValueResult<Self> {
                <$shown as InputType>::parse(value).map(Self::from).map_err(InputValueError::propagate)
            }
            fn to_value(&self) -> Value {
                InputType::to_value(&<$shown>::from(self.clone()))
            }
            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }
        }
        impl OutputType for $name {
            fn type_name() -> Cow<'static, str> {
                <$shown as OutputType>::type_name()
            }
            fn qualified_type_name() -> String {
                <$shown as OutputType>::qualified_type_name()
            }
            fn create_type_info(registry: &mut Registry) -> String {
                <$shown as OutputType>::create_type_info(registry)
            }
            async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
                <$shown>::from(self.clone()).resolve(ctx, field).await
            }
        }
    };
}

/// A port on the host. 0 in the database and null in the API stand for a port that is chosen when the container starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, DeriveValueType)]
pub struct HostPort(i32);

impl HostPort {
    /// The fixed port, if there is one.
    pub fn fixed(self) -> Option<i32> {
        (self.0 != 0).then_some(self.0)
    }
}

impl From<Option<i32>> for HostPort {
    fn from(port: Option<i32>) -> Self {
        // An explicit 0 must not be taken for null. It is refused like any other number outside 1 to 65535.
        Self(match port {
            None => 0,
            Some(0) => -1,
            Some(port) => port,
        })
    }
}
impl From<HostPort> for Option<i32> {
    fn from(port: HostPort) -> Self {
        port.fixed()
    }
}
shown_as!(HostPort => Option<i32>);

/// A list of arguments, stored as a JSON array of strings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, DeriveValueType, Serialize, Deserialize)]
#[sea_orm(value_type = "String")]
pub struct Argv(pub Vec<String>);

impl fmt::Display for Argv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::Value::from(self.0.clone()).to_string())
    }
}
impl FromStr for Argv {
    type Err = Infallible;
    /// A text that is not a JSON array, in a row written by hand, is a shell command.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(serde_json::from_str(text).unwrap_or_else(|_| vec!["CMD-SHELL".to_owned(), text.to_owned()])))
    }
}
impl From<Vec<String>> for Argv {
    fn from(argv: Vec<String>) -> Self {
        Self(argv)
    }
}
impl From<Argv> for Vec<String> {
    fn from(argv: Argv) -> Self {
        argv.0
    }
}
shown_as!(Argv => Vec<String>);

/// The key of a kind with at most one entry; `true` in an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Only(pub bool);

impl Only {
    /// Notes any value but `true`.
    pub(in crate::kinds) fn check(self, at: &mut Problems) {
        if !self.0 {
            at.note(Code::InvalidValue, "There is only one of it: give true.", Some("true".to_owned()));
        }
    }
}
impl fmt::Display for Only {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("*")
    }
}
impl FromStr for Only {
    type Err = Infallible;
    fn from_str(_: &str) -> Result<Self, Infallible> {
        Ok(Self(true))
    }
}
impl From<bool> for Only {
    fn from(given: bool) -> Self {
        Self(given)
    }
}
impl From<Only> for bool {
    fn from(only: Only) -> Self {
        only.0
    }
}
shown_as!(Only => bool);

/// A timestamp that the service sets. It is ignored when entries are compared.
#[derive(Clone, Copy, Debug, Default, DeriveValueType)]
pub struct Stamp(pub DateTime<Utc>);

impl PartialEq for Stamp {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl Hash for Stamp {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}
impl From<DateTime<Utc>> for Stamp {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at)
    }
}
impl From<Stamp> for DateTime<Utc> {
    fn from(at: Stamp) -> Self {
        at.0
    }
}
shown_as!(Stamp => DateTime<Utc>);

/// A word that a column does not accept. The error does not contain the word, because errors about stored rows must
/// not quote them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a {what}: it is {allowed}")]
pub struct UnknownWord {
    what: &'static str,
    allowed: &'static str,
}

impl UnknownWord {
    pub(in crate::kinds) const fn new(what: &'static str, allowed: &'static str) -> Self {
        Self { what, allowed }
    }

    /// The error message for the client that sent the word.
    pub(in crate::kinds) fn about(self, word: &str) -> String {
        format!("`{word}` is not a {}; it is {}", self.what, self.allowed)
    }
}
