//! The token of a plan: proves that this caller has seen these effects of this change, not long ago.
//!
//! Used by the plans. It must hold no secret, and nothing of the effects themselves.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// How long a token is valid.
pub(super) const LIFE: TimeDelta = TimeDelta::minutes(15);
/// The version of the form.
const VERSION: u8 = 1;
/// The bytes before the code: the version, and the end as seconds since 1970.
const HEAD: usize = 9;
/// The bytes of the code.
const CODE: usize = 32;

/// What a token binds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound<'a> {
    /// The caller, the mutation and its input.
    pub(super) request: &'a str,
    /// The effects, as text.
    pub(super) effects: &'a str,
}

fn code(key: &[u8], head: &[u8], bound: Bound<'_>) -> Option<Hmac<Sha256>> {
    let mut code = Hmac::<Sha256>::new_from_slice(key).ok()?;
    // Each part after its length, so that no two lists give the same bytes.
    for part in [head, bound.request.as_bytes(), bound.effects.as_bytes()] {
        code.update(&(part.len() as u64).to_be_bytes());
        code.update(part);
    }
    Some(code)
}

/// Makes the token that is valid until a time.
pub(super) fn sign(key: &[u8], until: DateTime<Utc>, bound: Bound<'_>) -> Option<String> {
    let mut bytes = vec![VERSION];
    bytes.extend(until.timestamp().to_be_bytes());
    let code = code(key, &bytes, bound)?.finalize().into_bytes();
    bytes.extend(code);
    Some(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// Whether a token is valid for what it is to bind.
pub(super) fn is_valid(key: &[u8], token: &str, now: DateTime<Utc>, bound: Bound<'_>) -> bool {
    // Longer texts are not worth decoding.
    let Ok(bytes) = BASE64_URL_SAFE_NO_PAD.decode(&token[..token.len().min(2 * (HEAD + CODE))]) else { return false };
    let Some((head, given)) = bytes.split_at_checked(HEAD) else { return false };
    let Some((version, end)) = head.split_first() else { return false };
    let Ok(end) = end.try_into().map(i64::from_be_bytes) else { return false };
    *version == VERSION
        && now.timestamp() < end
        && code(key, head, bound).is_some_and(|code| code.verify_slice(given).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUND: Bound<'_> = Bound { request: "request", effects: "effects" };

    #[test]
    fn a_token_binds_key_time_request_and_effects() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let token = sign(b"key", now + LIFE, BOUND).unwrap();
        assert!(is_valid(b"key", &token, now, BOUND));
        assert!(!is_valid(b"other", &token, now, BOUND));
        assert!(!is_valid(b"key", &token, now + LIFE, BOUND));
        assert!(!is_valid(b"key", &token, now, Bound { request: "requeste", effects: "ffects" }));
        assert!(!is_valid(b"key", &token, now, Bound { effects: "others", ..BOUND }));
        for place in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            // The last character has two bits that mean nothing, and must be zero.
            assert!(!is_valid(b"key", &changed, now, BOUND), "{place}");
        }
        for wrong in ["", "x", "ü", &"A".repeat(1000), &token[1..], &token[..token.len() - 1]] {
            assert!(!is_valid(b"key", wrong, now, BOUND), "{wrong}");
        }
    }
}
