//! The memory of column values beside their own size.
//!
//! Used to charge entries to the budget of a request. It must not allocate.

use crate::{
    kinds::{
        Condition, EnvValue, Generated, HostPort, Inject, JsonValue, Protocol, SettingField, Stamp, VolumeScope,
        VolumeType, values::Argv,
    },
    reference::InstanceRef,
};

/// The memory of a value beside its own size.
pub trait HeapSize {
    /// An upper bound in bytes.
    fn heap_size(&self) -> usize {
        0
    }
}

impl HeapSize for i32 {}
impl HeapSize for bool {}
impl HeapSize for Stamp {}
impl HeapSize for HostPort {}
impl HeapSize for Protocol {}
impl HeapSize for VolumeScope {}
impl HeapSize for VolumeType {}
impl HeapSize for Condition {}
impl HeapSize for Inject {}
impl HeapSize for SettingField {}

impl HeapSize for InstanceRef {
    fn heap_size(&self) -> usize {
        match self {
            Self::Id(_) => 0,
            Self::Name { stack, name } => stack.len() + name.len(),
        }
    }
}

impl HeapSize for String {
    fn heap_size(&self) -> usize {
        self.capacity()
    }
}

impl HeapSize for Generated {
    fn heap_size(&self) -> usize {
        self.alphabet.capacity()
    }
}

impl HeapSize for EnvValue {
    fn heap_size(&self) -> usize {
        self.text().map_or(0, str::len)
    }
}

impl HeapSize for Argv {
    fn heap_size(&self) -> usize {
        self.0.iter().map(|word| size_of::<String>() + word.len()).sum()
    }
}

impl HeapSize for JsonValue {
    fn heap_size(&self) -> usize {
        json(&self.0)
    }
}

fn json(value: &serde_json::Value) -> usize {
    use serde_json::Value;
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(|item| size_of::<Value>() + json(item)).sum(),
        // An object stores its keys and a table of them.
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| 2 * size_of::<Value>() + key.len() + json(value)).sum()
        }
        _ => 0,
    }
}

impl<T: HeapSize> HeapSize for Option<T> {
    fn heap_size(&self) -> usize {
        self.as_ref().map_or(0, T::heap_size)
    }
}
