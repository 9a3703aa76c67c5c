//! References to an instance in an input: by id, or by the names of stack and instance. A resolved reference has the
//! id.
//!
//! Used by the inputs, the use cases, and the kind that refers to another instance. It must not know whether the
//! instance exists.

use std::{borrow::Cow, convert::Infallible, fmt, str::FromStr};

use async_graphql::{ID, InputObject, InputType, InputValueError, InputValueResult, OneofObject, Value};
use sea_orm::{
    ColIdx, QueryResult, TryGetError, TryGetable,
    sea_query::{self, ArrayType, ColumnType, Nullable, ValueType, ValueTypeErr},
};

use crate::ids::{GlobalId, InstanceId};

/// A reference to an instance.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum InstanceRef {
    /// By global id; `None` if the text is not the id of an instance.
    Id(Option<InstanceId>),
    /// By the names of its stack and itself.
    Name {
        /// The name of the stack.
        stack: String,
        /// The name of the instance.
        name: String,
    },
}

impl InstanceRef {
    /// The id, if the reference is resolved.
    pub fn known(&self) -> Option<InstanceId> {
        match self {
            Self::Id(id) => *id,
            Self::Name { .. } => None,
        }
    }
}

impl From<InstanceId> for InstanceRef {
    fn from(id: InstanceId) -> Self {
        Self::Id(Some(id))
    }
}

/// Shows the global id, which is the key of a dependency.
impl fmt::Display for InstanceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(Some(id)) => f.write_str(&id.encode()),
            Self::Id(None) => f.write_str("?"),
            Self::Name { stack, name } => write!(f, "{stack}/{name}"),
        }
    }
}

impl FromStr for InstanceRef {
    type Err = Infallible;
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::Id(InstanceId::decode(text)))
    }
}

/// An instance by the names of its stack and itself.
#[derive(InputObject)]
#[graphql(name = "InstanceNameInput")]
struct InstanceName {
    /// The stack's name.
    stack: String,
    /// The instance's name.
    name: String,
}

/// An instance, by exactly one of its id and its names.
#[derive(OneofObject)]
#[graphql(name = "InstanceRef")]
enum Shown {
    /// By its global id.
    Id(ID),
    /// By the names of its stack and itself.
    ByName(InstanceName),
}

impl InputType for InstanceRef {
    type RawValueType = Self;
    fn type_name() -> Cow<'static, str> {
        <Shown as InputType>::type_name()
    }
    fn create_type_info(registry: &mut async_graphql::registry::Registry) -> String {
        <Shown as InputType>::create_type_info(registry)
    }
    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let shown = <Shown as InputType>::parse(value).map_err(InputValueError::propagate)?;
        Ok(match shown {
            Shown::Id(id) => Self::Id(InstanceId::decode(&id)),
            Shown::ByName(InstanceName { stack, name }) => Self::Name { stack, name },
        })
    }
    fn to_value(&self) -> Value {
        let shown = match self.clone() {
            Self::Name { stack, name } => Shown::ByName(InstanceName { stack, name }),
            id => Shown::Id(id.to_string().into()),
        };
        InputType::to_value(&shown)
    }
    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

/// Stored as the id. An unresolved reference becomes 0, which violates the foreign key.
impl From<InstanceRef> for sea_query::Value {
    fn from(instance: InstanceRef) -> Self {
        instance.known().map_or(0, i64::from).into()
    }
}

impl TryGetable for InstanceRef {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        InstanceId::try_get_by(row, index).map(Self::from)
    }
}

impl ValueType for InstanceRef {
    fn try_from(value: sea_query::Value) -> Result<Self, ValueTypeErr> {
        <InstanceId as ValueType>::try_from(value).map(Self::from)
    }
    fn type_name() -> String {
        <InstanceId as ValueType>::type_name()
    }
    fn array_type() -> ArrayType {
        <InstanceId as ValueType>::array_type()
    }
    fn column_type() -> ColumnType {
        <InstanceId as ValueType>::column_type()
    }
}

impl Nullable for InstanceRef {
    fn null() -> sea_query::Value {
        <i64 as Nullable>::null()
    }
}
