//! The value of an environment variable, which may be a secret and is never printed.
//!
//! Used as a field type by [`EnvVar`](crate::kinds::EnvVar). It must not be shown as it is; the fields of the kind
//! decide what is shown.

use std::{
    borrow::Cow,
    fmt,
    hash::{Hash, Hasher},
};

use async_graphql::{InputType, InputValueError, InputValueResult, Value, registry::Registry};
use sea_orm::{
    ColIdx, QueryResult, TryGetError, TryGetable,
    sea_query::{self, ArrayType, ColumnType, Nullable, ValueType, ValueTypeErr},
};
use zeroize::Zeroizing;

use super::Brief;

/// The value, or the reason why there is none.
#[derive(Clone, Default, PartialEq)]
pub enum EnvValue {
    /// The input has no value, so a stored secret is kept.
    #[default]
    KeepStored,
    /// No value: the shell that starts the stack provides it.
    Unset,
    /// A text. Its memory is wiped on drop.
    Text(Zeroizing<String>),
    /// A secret from a caller that may not see the stored one. It equals no stored value, so that no comparison tells
    /// the caller whether both are the same.
    Unseen(Zeroizing<String>),
}

impl EnvValue {
    /// The value in one line.
    pub fn brief(&self, is_secret: bool) -> Brief<'_> {
        match self.text() {
            _ if is_secret => Brief::Secret,
            Some(text) => Brief::of(text),
            None => Brief::Unset,
        }
    }

    /// The text, if there is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Unseen(text) => Some(text),
            Self::KeepStored | Self::Unset => None,
        }
    }
}

/// Prints whether there is a text, but not the text.
impl fmt::Debug for EnvValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KeepStored => "kept",
            Self::Unset => "unset",
            Self::Text(_) | Self::Unseen(_) => "set",
        })
    }
}

/// Hashes the text, so that inputs with different secrets differ. Such a hash must not be shown.
impl Hash for EnvValue {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (*self == Self::KeepStored, self.text()).hash(state);
    }
}

impl From<Option<String>> for EnvValue {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Unset, |text| Self::Text(Zeroizing::new(text)))
    }
}

impl From<String> for EnvValue {
    fn from(text: String) -> Self {
        Some(text).into()
    }
}

/// A nullable text that distinguishes null from an absent field.
impl InputType for EnvValue {
    type RawValueType = Self;
    fn type_name() -> Cow<'static, str> {
        <String as InputType>::type_name()
    }
    fn qualified_type_name() -> String {
        <Option<String> as InputType>::qualified_type_name()
    }
    fn create_type_info(registry: &mut Registry) -> String {
        <Option<String> as InputType>::create_type_info(registry)
    }
    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value {
            None => Ok(Self::KeepStored),
            given => <Option<String> as InputType>::parse(given).map(Self::from).map_err(InputValueError::propagate),
        }
    }
    fn to_value(&self) -> Value {
        // Called only for printing defaults and inputs.
        Value::Null
    }
    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl From<EnvValue> for sea_query::Value {
    fn from(value: EnvValue) -> Self {
        value.text().map(str::to_owned).into()
    }
}

impl TryGetable for EnvValue {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        Option::<String>::try_get_by(row, index).map(Self::from)
    }
}

impl ValueType for EnvValue {
    fn try_from(value: sea_query::Value) -> Result<Self, ValueTypeErr> {
        <Option<String> as ValueType>::try_from(value).map(Self::from)
    }
    fn type_name() -> String {
        <String as ValueType>::type_name()
    }
    fn array_type() -> ArrayType {
        <String as ValueType>::array_type()
    }
    fn column_type() -> ColumnType {
        <String as ValueType>::column_type()
    }
}

impl Nullable for EnvValue {
    fn null() -> sea_query::Value {
        <String as Nullable>::null()
    }
}
