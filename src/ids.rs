//! A newtype per table's key, the opaque global ids that clients see, and the keys of new rows.
//!
//! Used by every room. It must never know what a row holds or whether it exists.
//!
//! Keys are not counted by the database: a client that is limited to some stacks would learn from two of its own ids how
//! many rows others have created between. They are made of the time and random bits, so they grow with time (rows of the
//! same time are listed in the order of their keys) and tell nothing that `createdAt` does not tell.

use std::sync::atomic::{AtomicI64, Ordering};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
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

/// The type tag and the number inside an opaque id. An id has one spelling: what [`opaque`] writes.
fn decode_any(text: &str) -> Option<(String, i64)> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (tag, raw) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
    let raw = raw.parse().ok().filter(|raw| *raw > 0)?;
    (opaque(tag, raw) == text).then(|| (tag.to_owned(), raw))
}

/// Bits of a key below the milliseconds. Until the year 2109 the milliseconds since 1970 fit above them.
const RANDOM_BITS: u32 = 21;
/// Keys that one statement may take from [`fresh_block`] on.
const BLOCK: i64 = 1 << 20;
/// Largest distance between two keys that are made in one millisecond.
const MAX_STEP: u64 = 512;

/// The last key that this process has given away.
static LAST_KEY: AtomicI64 = AtomicI64::new(0);

/// The key of a new row.
pub fn fresh<I: GlobalId>(now: DateTime<Utc>) -> I {
    I::from_raw(next_key(now, 0))
}

/// The first of many keys that follow each other, for the rows of one statement, all of one owner.
pub fn fresh_block(now: DateTime<Utc>) -> i64 {
    next_key(now, BLOCK)
}

/// A key above all that were given away before; the next one is more than `reserved` above it. Servers that share a
/// database can, very rarely, draw the same one: the database refuses the second, and its transaction is run again.
fn next_key(now: DateTime<Utc>, reserved: i64) -> i64 {
    let random = random();
    let millis = now.timestamp_millis() & (i64::MAX >> RANDOM_BITS);
    // The upper half of what is below the milliseconds is left to those that come in the same one.
    let of_time = (millis << RANDOM_BITS) | (random >> (64 - RANDOM_BITS + 1)).cast_signed();
    let step = 1 + (random % MAX_STEP).cast_signed();
    // A clock that is far ahead must not use up all keys.
    let above = |last: i64| if last > i64::MAX - 2 * BLOCK { of_time } else { of_time.max(last + step) };
    let last = LAST_KEY.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(above(last) + reserved));
    above(last.unwrap_or_default())
}

/// Random bits of the operating system; where it has none, of this process, since keys have to differ, not to be secret.
fn random() -> u64 {
    getrandom::u64().unwrap_or_else(|_| fastrand::u64(..))
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

    #[test]
    fn an_id_has_one_spelling() {
        for other in ["Stack:01", "Stack:+1", "Stack: 1", "Stack:1 ", "Stack:1:1", "stack:1", "Stack:١"] {
            let text = URL_SAFE_NO_PAD.encode(other);
            assert_eq!((StackId::decode(&text), AnyId::decode(&text)), (None, None), "{other}");
        }
        let one = StackId(1).encode();
        for other in [format!("{one}="), format!("{one}=="), format!(" {one}"), format!("{one}\n")] {
            assert_eq!(StackId::decode(&other), None, "{other:?}");
        }
        // Bits behind the last byte.
        let last = one.chars().last().unwrap();
        let changed = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['-', '_']).filter(|c| *c != last);
        for c in changed {
            let text = format!("{}{c}", &one[..one.len() - 1]);
            assert_ne!(StackId::decode(&text), Some(StackId(1)), "{text}");
        }
    }

    #[test]
    fn keys_grow_and_do_not_count() {
        let now = DateTime::from_timestamp_millis(1_767_225_600_000).unwrap();
        let keys: Vec<i64> = (0..10_000).map(|_| fresh::<StackId>(now).0).collect();
        let steps: Vec<i64> = keys.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(steps.iter().all(|step| *step > 0), "in the order of their creation");
        let different: std::collections::HashSet<_> = steps.iter().collect();
        assert!(different.len() > 200, "{} different steps", different.len());
        let block = fresh_block(now);
        assert!(fresh::<StackId>(now).0 > block + BLOCK);
        // As far as the calendar of both databases goes nothing overflows.
        let end = DateTime::from_timestamp(253_402_300_799, 0).unwrap();
        assert!(fresh::<StackId>(end).0 > 0);
    }
}
