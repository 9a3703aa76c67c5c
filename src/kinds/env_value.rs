//! The value of an environment variable: text that may be a secret, so it is never printed.
//!
//! Used as a field type by its kind. It must never be shown by itself: what is answered is decided by the kind's fields.

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

/// A value, or what stands in its place.
#[derive(Clone, Default, PartialEq)]
pub enum EnvValue {
    /// In an input: nothing was said, so a stored secret stays as it is.
    #[default]
    StoredOutcome,
    /// The shell that starts the stack has it.
    Unset,
    /// This text; wiped from memory when it is not needed any more.
    Text(Zeroizing<String>),
    /// This text, given as a secret by a caller who may not see what is stored: it equals no stored value, so nothing
    /// that is compared or left out because nothing has changed tells whether it was the right one.
    Unseen(Zeroizing<String>),
}

impl EnvValue {
    /// The text, if there is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Unseen(text) => Some(text),
            Self::StoredOutcome | Self::Unset => None,
        }
    }
}

/// Tells whether there is a text, never which.
impl fmt::Debug for EnvValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StoredOutcome => "kept",
            Self::Unset => "unset",
            Self::Text(_) | Self::Unseen(_) => "set",
        })
    }
}

/// Of the text itself, so that inputs with different secrets differ; only for hashes that nobody is shown.
impl Hash for EnvValue {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (*self == Self::StoredOutcome, self.text()).hash(state);
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

/// A nullable text that tells null from nothing.
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
            None => Ok(Self::StoredOutcome),
            given => <Option<String> as InputType>::parse(given).map(Self::from).map_err(InputValueError::propagate),
        }
    }
    fn to_value(&self) -> Value {
        // Asked for by nobody but printers of defaults and inputs.
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
