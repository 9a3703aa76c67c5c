//! The restart policy of a container.
//!
//! Used by the settings and by templates. It must not refuse a value: the rules of settings do, with a suggestion.

use std::{convert::Infallible, fmt, str::FromStr};

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

/// When the engine starts a container again, as Compose writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, DeriveValueType, Serialize, Deserialize)]
#[sea_orm(value_type = "String")]
#[serde(transparent)]
pub struct RestartPolicy(pub String);

impl fmt::Display for RestartPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl FromStr for RestartPolicy {
    type Err = Infallible;
    /// A text that is no policy, in a row written by hand, is shown as it is.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}
impl From<&str> for RestartPolicy {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// When the engine starts a container again: `no`, `always`, `unless-stopped`, `on-failure`, or `on-failure:TIMES` with the
/// number of attempts. For code generators, in TypeScript:
/// `'no' | 'always' | 'unless-stopped' | 'on-failure' | \`on-failure:${number}\``. A text, so that it is written as in a Compose
/// file; any other value is refused by the rules of the field that takes it.
#[Scalar(
    name = "RestartPolicy",
    specified_by_url = "https://github.com/compose-spec/compose-spec/blob/main/05-services.md#restart"
)]
impl ScalarType for RestartPolicy {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            _ => Err(InputValueError::custom("A restart policy is a text, such as \"unless-stopped\".")),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}
