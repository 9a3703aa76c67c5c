//! The values of columns in the change log.
//!
//! Used by the database layer when it logs an entry, and when it restores one. It must not know which entry it is.

use std::str::FromStr;

use chrono::DateTime;
use serde_json::{Map, Value as Json};

use crate::{
    ids::InstanceId,
    kinds::{
        Condition, EnvValue, Generated, HostPort, Inject, JsonValue, Protocol, SettingField, Stamp, VolumeScope,
        VolumeType, values::Argv,
    },
    reference::InstanceRef,
};

/// The columns of an entry by their names.
pub type LoggedColumns = Map<String, Json>;

/// An entry whose columns can be logged. Implemented by [`kind!`](crate::kinds::kind).
pub trait LoggedEntry: Sized {
    /// The columns.
    fn to_log(&self) -> LoggedColumns;
    /// Restores the entry; `None` if this version of the service cannot. A column that is missing was added later.
    fn from_log(columns: &LoggedColumns) -> Option<Self>;
}

/// A type of columns.
pub trait LoggedValue: Sized {
    /// The value in the log.
    fn to_log(&self) -> Json;
    /// Restores the value; `None` if the type has no such value.
    fn from_log(json: &Json) -> Option<Self>;
}

impl LoggedValue for i32 {
    fn to_log(&self) -> Json {
        (*self).into()
    }
    fn from_log(json: &Json) -> Option<Self> {
        Self::try_from(json.as_i64()?).ok()
    }
}

impl LoggedValue for bool {
    fn to_log(&self) -> Json {
        (*self).into()
    }
    fn from_log(json: &Json) -> Option<Self> {
        json.as_bool()
    }
}

impl LoggedValue for String {
    fn to_log(&self) -> Json {
        self.as_str().into()
    }
    fn from_log(json: &Json) -> Option<Self> {
        json.as_str().map(str::to_owned)
    }
}

impl LoggedValue for Stamp {
    fn to_log(&self) -> Json {
        self.0.to_rfc3339().into()
    }
    fn from_log(json: &Json) -> Option<Self> {
        DateTime::parse_from_rfc3339(json.as_str()?).ok().map(|time| Self(time.to_utc()))
    }
}

impl LoggedValue for HostPort {
    fn to_log(&self) -> Json {
        self.fixed().into()
    }
    fn from_log(json: &Json) -> Option<Self> {
        Option::<i32>::from_log(json).map(Self::from)
    }
}

impl LoggedValue for EnvValue {
    fn to_log(&self) -> Json {
        self.text().into()
    }
    fn from_log(json: &Json) -> Option<Self> {
        Option::<String>::from_log(json).map(Self::from)
    }
}

impl LoggedValue for InstanceRef {
    fn to_log(&self) -> Json {
        self.known().map(i64::from).into()
    }
    fn from_log(json: &Json) -> Option<Self> {
        json.as_i64().map(|id| InstanceId(id).into())
    }
}

macro_rules! words {
    ($( $type:ty ),+) => { $(
        impl LoggedValue for $type {
            fn to_log(&self) -> Json {
                self.to_string().into()
            }
            fn from_log(json: &Json) -> Option<Self> {
                Self::from_str(json.as_str()?).ok()
            }
        }
    )+ };
}
words!(Protocol, VolumeType, VolumeScope, Condition, Inject, SettingField, Argv, JsonValue, Generated);

impl<T: LoggedValue> LoggedValue for Option<T> {
    fn to_log(&self) -> Json {
        self.as_ref().map_or(Json::Null, T::to_log)
    }
    fn from_log(json: &Json) -> Option<Self> {
        if json.is_null() { Some(None) } else { T::from_log(json).map(Some) }
    }
}
