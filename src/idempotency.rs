//! Idempotency keys: what tells a request that is sent again from a new one.
//!
//! Made by the mutations from the command that they run, looked up by the database room in the transaction of the change.
//! It must never hold the key or the command itself: who reads the database cannot guess from a hash what was asked for.

use std::{
    fmt::Write,
    hash::{Hash, Hasher},
};

use sha2::{Digest, Sha256};

use crate::{
    access::Access,
    error::{Code, Problem},
};

/// Longest key, in characters.
pub const MAX_KEY: usize = 255;

/// A request that is done once, however often it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotentRequest {
    id: String,
    earlier_id: String,
    request: String,
}

impl IdempotentRequest {
    /// Under a key of the caller's, for a change by its name and its command. The command is what the input means, with
    /// all defaults: how it was written is no part of it.
    pub fn new(key: &str, access: &Access, change: &str, command: &impl Hash) -> Result<Self, Problem> {
        let fits = (1..=MAX_KEY).contains(&key.len()) && key.bytes().all(|c| (b' '..=b'~').contains(&c));
        if !fits {
            let message = "An idempotency key takes 1 to 255 printable characters of ASCII, such as a UUID.";
            return Err(Problem::new(Code::InvalidValue, &["input", "idempotencyKey"], message));
        }
        // The row of the API key: its name can belong to another key tomorrow.
        let owner = access.key_id.map(|id| id.to_string()).unwrap_or_default();
        let name = access.key.as_deref().unwrap_or_default();
        let mut request = Fingerprint::of(&["request of a command", key, change]);
        command.hash(&mut request);
        Ok(Self {
            id: Fingerprint::of(&["key of a row", &owner, key]).text(),
            earlier_id: Fingerprint::of(&["key", name, key]).text(),
            request: request.text(),
        })
    }

    /// By which its row is found.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// By which its row would be found if an earlier version of the service had written it: there a key belonged to the
    /// name of an API key, so whose it is cannot be told any more.
    pub fn earlier_id(&self) -> &str {
        &self.earlier_id
    }

    /// What tells one request from another under the same key.
    pub fn request(&self) -> &str {
        &self.request
    }
}

/// A SHA-256 of a value's [`Hash`]. Numbers have the same bytes on every machine.
struct Fingerprint(Sha256);

impl Fingerprint {
    /// Begun with several texts, each behind its length so that no two lists read the same.
    fn of(parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        Self(hash)
    }

    fn text(self) -> String {
        self.0.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

macro_rules! little_endian {
    ($( $write:ident($number:ty) ),+) => { $(
        fn $write(&mut self, number: $number) {
            self.0.update(number.to_le_bytes());
        }
    )+ };
}

impl Hasher for Fingerprint {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    little_endian!(write_u16(u16), write_u32(u32), write_u64(u64), write_u128(u128));
    little_endian!(write_i16(i16), write_i32(i32), write_i64(i64), write_i128(i128));

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write_isize(&mut self, number: isize) {
        self.write_i64(number as i64);
    }

    /// Of no use: the whole of it is asked for.
    fn finish(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::idempotency::*;

    fn with(key_id: i64, name: &str) -> Access {
        Access { key: Some(Arc::from(name)), key_id: Some(key_id), ..Access::full() }
    }

    #[test]
    fn a_request_is_its_change_and_its_command() {
        let once = |change, command: &[&str]| IdempotentRequest::new("k", &Access::full(), change, &command).unwrap();
        let one = once("createStack", &["a", "b"]);
        assert_eq!(once("createStack", &["a", "b"]), one);
        for other in [once("createStack", &["ab"]), once("createStack", &["b", "a"]), once("x", &["a", "b"])] {
            assert_eq!(other.id(), one.id());
            assert_ne!(other.request(), one.request());
        }
    }

    #[test]
    fn keys_belong_to_the_row_of_an_api_key() {
        let id = |access: &Access| IdempotentRequest::new("k", access, "a", &()).unwrap().id().to_owned();
        let ids = [id(&Access::full()), id(&with(1, "ci")), id(&with(2, "ci"))];
        assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2], "{ids:?}");
        assert_eq!(id(&with(1, "renamed")), ids[1]);
        for key in ["", "ü", "a\nb", &"x".repeat(256)] {
            assert!(IdempotentRequest::new(key, &Access::full(), "a", &()).is_err(), "{key}");
        }
    }

    #[test]
    fn rows_of_earlier_versions_are_found_by_the_name() {
        // As version 0.1 wrote it: SHA-256 of "key", "ci" and "k", each behind its length.
        let once = IdempotentRequest::new("k", &with(1, "ci"), "a", &()).unwrap();
        assert_eq!(once.earlier_id(), Fingerprint::of(&["key", "ci", "k"]).text());
        assert_eq!(once.earlier_id().len(), 64);
    }
}
