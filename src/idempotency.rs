//! Idempotency keys: identify a repeated request.
//!
//! Created by the mutations for a command, looked up by the database layer in the transaction of the command. It must
//! not contain the key or the command, only hashes, from which a reader of the database cannot guess a request.

use std::{
    fmt::Write,
    hash::{Hash, Hasher},
};

use sha2::{Digest, Sha256};

use crate::{
    access::Access,
    error::{Code, Problem},
};

/// The maximum length of a key, in characters.
pub const MAX_KEY: usize = 255;

/// A request with an idempotency key, which runs once however often it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotentRequest {
    id: String,
    earlier_id: String,
    request: String,
}

/// A hash of the caller, the mutation and its command, by which a token of a plan is bound to them.
pub fn planned_request(access: &Access, change: &str, command: &impl Hash) -> String {
    let owner = access.key_id.map(|id| id.to_string()).unwrap_or_default();
    let mut request = Fingerprint::of(&["request of a plan", &owner, change]);
    command.hash(&mut request);
    request.text()
}

impl IdempotentRequest {
    /// Creates it from the key, the caller, the name of the mutation and the command. The command is the meaning of the
    /// input, with all defaults, so different spellings of an input are equal.
    pub fn new(key: &str, access: &Access, change: &str, command: &impl Hash) -> Result<Self, Problem> {
        let fits = (1..=MAX_KEY).contains(&key.len()) && key.bytes().all(|c| (b' '..=b'~').contains(&c));
        if !fits {
            let message = "An idempotency key takes 1 to 255 printable characters of ASCII, such as a UUID.";
            return Err(Problem::new(Code::InvalidValue, &["input", "idempotencyKey"], message));
        }
        // The id of the API key, because its name may be given to another key later.
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

    /// The id of the row.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The id of the row if an earlier version of the service has written it. That version used the name of the API
    /// key, so the owner of such a row is not certain.
    pub fn earlier_id(&self) -> &str {
        &self.earlier_id
    }

    /// The hash of the request, which differs for another request under the same key.
    pub fn request(&self) -> &str {
        &self.request
    }
}

/// The SHA-256 of a value's [`Hash`]. Numbers are hashed in the same byte order on every machine.
struct Fingerprint(Sha256);

impl Fingerprint {
    /// Starts with several texts, each after its length, so that no two lists give the same bytes.
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

    /// Not used, because all 256 bits are needed.
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
        // As version 0.1 wrote it: SHA-256 of "key", "ci" and "k", each after its length.
        let once = IdempotentRequest::new("k", &with(1, "ci"), "a", &()).unwrap();
        assert_eq!(once.earlier_id(), Fingerprint::of(&["key", "ci", "k"]).text());
        assert_eq!(once.earlier_id().len(), 64);
    }
}
