//! A newtype per table's key, and the opaque global ids that clients see.
//!
//! Used by every room. It must never know what a row holds or whether it exists.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

macro_rules! id_type {
    ($( $(#[$doc:meta])* $name:ident = $tag:literal; )+) => { $(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, DeriveValueType, Serialize, Deserialize,
        )]
        pub struct $name(pub i64);

        impl From<$name> for i64 {
            fn from(id: $name) -> i64 {
                id.0
            }
        }

        impl GlobalId for $name {
            const TAG: &'static str = $tag;
            fn raw(self) -> i64 {
                self.0
            }
            fn from_raw(raw: i64) -> Self {
                Self(raw)
            }
        }
    )+ };
}

/// A key that clients see as an opaque id.
pub trait GlobalId: Copy {
    /// The GraphQL type the id belongs to.
    const TAG: &'static str;
    /// The number in the database.
    fn raw(self) -> i64;
    /// From the number in the database.
    fn from_raw(raw: i64) -> Self;

    /// The opaque text for clients.
    fn encode(self) -> String {
        opaque(Self::TAG, self.raw())
    }

    /// Reads an opaque id; `None` for anything that is not an id of this type.
    fn decode(text: &str) -> Option<Self> {
        let (tag, raw) = decode_any(text)?;
        (tag == Self::TAG).then(|| Self::from_raw(raw))
    }
}

/// The opaque text for clients of a number that is the key of a type.
pub fn opaque(tag: &str, raw: i64) -> String {
    URL_SAFE_NO_PAD.encode(format!("{tag}:{raw}"))
}

/// The type tag and the number inside an opaque id.
fn decode_any(text: &str) -> Option<(String, i64)> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (tag, raw) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
    Some((tag.to_owned(), raw.parse().ok().filter(|raw| *raw > 0)?))
}

/// The key of anything that a client can refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AnyId {
    /// A stack.
    Stack(StackId),
    /// A template.
    Template(TemplateId),
    /// An instance.
    Instance(InstanceId),
}

impl From<TemplateId> for AnyId {
    fn from(id: TemplateId) -> Self {
        Self::Template(id)
    }
}

impl From<InstanceId> for AnyId {
    fn from(id: InstanceId) -> Self {
        Self::Instance(id)
    }
}

impl AnyId {
    /// Reads an opaque id of any type.
    pub fn decode(text: &str) -> Option<Self> {
        let (tag, raw) = decode_any(text)?;
        match tag.as_str() {
            StackId::TAG => Some(Self::Stack(StackId(raw))),
            TemplateId::TAG => Some(Self::Template(TemplateId(raw))),
            InstanceId::TAG => Some(Self::Instance(InstanceId(raw))),
            _ => None,
        }
    }
}

id_type! {
    /// Key of a stack.
    StackId = "Stack";
    /// Key of a template.
    TemplateId = "Template";
    /// Key of an instance (its row, not its name).
    InstanceId = "Instance";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_the_round_trip_and_is_bound_to_its_type() {
        let text = InstanceId(42).encode();
        assert_eq!(InstanceId::decode(&text), Some(InstanceId(42)));
        assert_eq!(StackId::decode(&text), None);
        for rubbish in ["", "42", "Instance:42", "!!!", "SW5zdGFuY2U6LTE", "SW5zdGFuY2U6eA"] {
            assert_eq!(InstanceId::decode(rubbish), None, "{rubbish}");
        }
    }
}
