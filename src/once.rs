//! Idempotency keys: what tells a request that is sent again from a new one.
//!
//! Made by the mutations from what a client sends, looked up by the database room in the transaction of the change. It
//! must never hold the key itself: who reads the database cannot guess from a hash what was asked for.

use std::fmt::Write;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    access::Access,
    error::{Code, Problem},
};

/// Longest key, in characters.
pub const MAX_KEY: usize = 255;

/// A request that is done once, however often it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    id: String,
    request: String,
}

impl Once {
    /// Under a key of somebody's, for a change by its name and its input. What the key itself stands in is no part of
    /// the input.
    pub fn new(key: &str, access: &Access, change: &str, mut input: Value) -> Result<Self, Problem> {
        let fits = (1..=MAX_KEY).contains(&key.len()) && key.bytes().all(|c| (b' '..=b'~').contains(&c));
        if !fits {
            let message = "An idempotency key takes 1 to 255 printable characters of ASCII, such as a UUID.";
            return Err(Problem::new(Code::InvalidValue, &["input", "idempotencyKey"], message));
        }
        if let Value::Object(fields) = &mut input {
            fields.remove("idempotencyKey");
        }
        input.sort_all_objects();
        let by = access.key.as_deref().unwrap_or_default();
        Ok(Self { id: hash(&["key", by, key]), request: hash(&["request", key, change, &input.to_string()]) })
    }

    /// By which its row is found.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What tells one request from another under the same key.
    pub fn request(&self) -> &str {
        &self.request
    }
}

/// Of several texts, each behind its length so that no two lists read the same.
fn hash(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;

    #[test]
    fn the_order_of_fields_and_the_key_itself_are_no_part_of_a_request() {
        let access = Access::full();
        let once = |input| Once::new("k", &access, "createStack", input).unwrap();
        let one = once(json!({ "name": "a", "more": { "x": 1, "y": [1, 2] }, "idempotencyKey": "k" }));
        assert_eq!(once(json!({ "more": { "y": [1, 2], "x": 1 }, "name": "a" })), one);
        assert_ne!(once(json!({ "more": { "y": [2, 1], "x": 1 }, "name": "a" })), one);
    }

    #[test]
    fn keys_belong_to_who_sends_them_and_requests_to_their_change() {
        let somebody = Access { key: Some(Arc::from("ci")), ..Access::full() };
        let [own, other] = [Access::full(), somebody].map(|access| Once::new("k", &access, "a", json!({})).unwrap());
        assert_ne!(own.id(), other.id());
        let change = Once::new("k", &Access::full(), "b", json!({})).unwrap();
        assert_eq!(change.id(), own.id());
        assert_ne!(change.request(), own.request());
        for key in ["", "ü", "a\nb", &"x".repeat(256)] {
            assert!(Once::new(key, &Access::full(), "a", json!({})).is_err(), "{key}");
        }
    }
}
