//! Ids: a newtype for the key of each table, the global ids that clients see, and the generation of new ids.
//!
//! Used everywhere. It must not know what a row contains, or whether it exists.
//!
//! Ids are not sequence numbers, from which a client limited to some stacks could learn how many rows others have
//! created between two of its own. They consist of the time and random bits. So they ascend with time (lists break ties
//! of time by id), and disclose nothing that `createdAt` does not.

use std::sync::atomic::{AtomicI64, Ordering};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

use crate::random::Random;

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

/// An id that clients see as a global id.
pub trait GlobalId: Copy {
    /// The GraphQL type of the object.
    const TAG: &'static str;
    /// The number in the database.
    fn raw(self) -> i64;
    /// Creates the id from the number in the database.
    fn from_raw(raw: i64) -> Self;

    /// Encodes the global id.
    fn encode(self) -> String {
        opaque(Self::TAG, self.raw())
    }

    /// Decodes a global id; `None` if the text is not an id of this type.
    fn decode(text: &str) -> Option<Self> {
        let (tag, raw) = decode_any(text)?;
        (tag == Self::TAG).then(|| Self::from_raw(raw))
    }
}

/// Encodes a number as the global id of a type.
pub fn opaque(tag: &str, raw: i64) -> String {
    URL_SAFE_NO_PAD.encode(format!("{tag}:{raw}"))
}

/// Decodes the type and the number of a global id. Only the spelling that [`opaque`] writes is accepted.
fn decode_any(text: &str) -> Option<(String, i64)> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (tag, raw) = std::str::from_utf8(&bytes).ok()?.split_once(':')?;
    let raw = raw.parse().ok().filter(|raw| *raw > 0)?;
    (opaque(tag, raw) == text).then(|| (tag.to_owned(), raw))
}

/// The number of bits below the milliseconds. The milliseconds since 1970 fit above them until the year 2109.
const RANDOM_BITS: u32 = 21;
/// The number of ids that one statement may use after [`fresh_block`].
const BLOCK_SIZE: i64 = 1 << 20;
/// The maximum difference between two ids of the same millisecond.
const MAX_STEP: u64 = 512;

/// Generates an id for a new row.
pub fn fresh<I: GlobalId>(random: &Random, now: DateTime<Utc>) -> I {
    I::from_raw(next_key(random.last_id(), random.distinct(), now, 0))
}

/// The lowest id of this moment: rows that were made before have lower ones.
pub fn first_of(time: DateTime<Utc>) -> i64 {
    time.timestamp_millis().clamp(0, i64::MAX >> RANDOM_BITS) << RANDOM_BITS
}

/// Reserves consecutive ids for the rows of one statement, which all have the same owner, and returns the first one.
pub fn fresh_block(random: &Random, now: DateTime<Utc>) -> i64 {
    next_key(random.last_id(), random.distinct(), now, BLOCK_SIZE)
}

/// Generates an id greater than all before; the next one will be greater by more than `reserved`. Two servers on one
/// database may rarely generate the same id. The database then refuses the second row, and its transaction is run
/// again.
fn next_key(last: &AtomicI64, random: u64, now: DateTime<Utc>, reserved: i64) -> i64 {
    let millis = now.timestamp_millis() & (i64::MAX >> RANDOM_BITS);
    // The random part starts in the lower half, so that later ids of the same millisecond fit.
    let of_time = (millis << RANDOM_BITS) | (random >> (64 - RANDOM_BITS + 1)).cast_signed();
    let step = 1 + (random % MAX_STEP).cast_signed();
    // A clock that is far ahead must not exhaust the ids.
    let above = |last: i64| if last > i64::MAX - 2 * BLOCK_SIZE { of_time } else { of_time.max(last + step) };
    let last = last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(above(last) + reserved));
    above(last.unwrap_or_default())
}

/// The id of any object that a client can refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AnyId {
    /// A stack.
    Stack(StackId),
    /// A template.
    Template(TemplateId),
    /// An instance.
    Instance(InstanceId),
}

impl From<StackId> for AnyId {
    fn from(id: StackId) -> Self {
        Self::Stack(id)
    }
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
    /// Decodes a global id of any type.
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
    /// The id of a stack.
    StackId = "Stack";
    /// The id of a template.
    TemplateId = "Template";
    /// The id of an instance (its row, not its name).
    InstanceId = "Instance";
    /// The id of a change in the change log.
    ChangeId = "Change";
}

/// The id of a past state: the object, and the positions in the change log up to which it has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VersionId {
    /// The GraphQL type of the past state.
    pub tag: &'static str,
    /// The number of the object.
    pub object: i64,
    /// The position in the part of its stack.
    pub stack_seq: i64,
    /// The position in the part of templates.
    pub templates_seq: i64,
}

/// The types of past states.
const VERSION_TAGS: [&str; 2] = ["InstanceVersion", "StackVersion"];

impl VersionId {
    /// The id of a past state of an object.
    pub fn new(tag: &'static str, object: i64, (stack_seq, templates_seq): (i64, i64)) -> Self {
        Self { tag, object, stack_seq, templates_seq }
    }

    /// Encodes the global id.
    pub fn encode(self) -> String {
        let Self { tag, object, stack_seq, templates_seq } = self;
        URL_SAFE_NO_PAD.encode(format!("{tag}:{object}:{stack_seq}:{templates_seq}"))
    }

    /// Decodes a global id; `None` if the text is not the id of a past state.
    pub fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let mut parts = std::str::from_utf8(&bytes).ok()?.split(':');
        let tag = parts.next()?;
        let tag = VERSION_TAGS.into_iter().find(|known| *known == tag)?;
        let mut number = || parts.next()?.parse::<i64>().ok().filter(|number| *number >= 0);
        let id = Self { tag, object: number()?, stack_seq: number()?, templates_seq: number()? };
        (id.encode() == text).then_some(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_past_state_survives_the_round_trip() {
        let id = VersionId::new("InstanceVersion", 7, (3, i64::MAX));
        assert_eq!(VersionId::decode(&id.encode()), Some(id));
        assert_eq!(VersionId::decode(&InstanceId(7).encode()), None);
        assert_eq!(AnyId::decode(&id.encode()), None, "it is not the id of the living object");
    }

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
        // The unused bits of the last character.
        let last = one.chars().last().unwrap();
        let changed = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['-', '_']).filter(|c| *c != last);
        for c in changed {
            let text = format!("{}{c}", &one[..one.len() - 1]);
            assert_ne!(StackId::decode(&text), Some(StackId(1)), "{text}");
        }
    }

    #[test]
    fn keys_grow_and_do_not_count() {
        let (random, now) = (Random::system(), DateTime::from_timestamp_millis(1_767_225_600_000).unwrap());
        let keys: Vec<i64> = (0..10_000).map(|_| fresh::<StackId>(&random, now).0).collect();
        let steps: Vec<i64> = keys.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(steps.iter().all(|step| *step > 0), "in the order of their creation");
        let different: std::collections::HashSet<_> = steps.iter().collect();
        assert!(different.len() > 200, "{} different steps", different.len());
        let block = fresh_block(&random, now);
        assert!(fresh::<StackId>(&random, now).0 > block + BLOCK_SIZE);
        // No overflow up to the last date that both databases support.
        let end = DateTime::from_timestamp(253_402_300_799, 0).unwrap();
        assert!(fresh::<StackId>(&random, end).0 > 0);
    }
}
