//! API keys as text: generates and parses them, and computes the digest that is stored.
//!
//! Used by the use cases that create and check keys. It must not store a key. `Debug` hides the key, and only
//! [`ApiKey::reveal`] returns its text.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::random::{NoRandomNumbers, Random};

/// The prefix of every key, by which users and secret scanners recognize it.
pub const PREFIX: &str = "devarch_";
/// The number of random bytes: 256 bits.
const RANDOM_BYTES: usize = 32;
/// The length of the checksum in bytes. It detects a mistyped key without a query.
const CHECKSUM_BYTES: usize = 4;
/// The number of characters after the prefix that are stored and shown, so that users can tell keys apart.
const HINT_CHARS: usize = 4;

/// A key: the prefix, followed by 256 random bits and a checksum as 48 characters of Base64url.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey([u8; RANDOM_BYTES + CHECKSUM_BYTES]);

impl ApiKey {
    /// Generates a key.
    pub fn generate(random: &Random) -> Result<Self, NoRandomNumbers> {
        let mut bytes = [0; RANDOM_BYTES];
        random.fill(&mut bytes)?;
        Ok(Self::from_random(bytes))
    }

    fn from_random(random: [u8; RANDOM_BYTES]) -> Self {
        let mut bytes = [0; RANDOM_BYTES + CHECKSUM_BYTES];
        bytes[..RANDOM_BYTES].copy_from_slice(&random);
        bytes[RANDOM_BYTES..].copy_from_slice(&checksum(&random));
        Self(bytes)
    }

    /// Parses a key; `None` if the text cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?;
        let bytes: [u8; RANDOM_BYTES + CHECKSUM_BYTES] = bytes.try_into().ok()?;
        let (random, check) = bytes.split_at(RANDOM_BYTES);
        (checksum(random) == check).then_some(Self(bytes))
    }

    /// The text of the key, for its new holder.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(self.0))
    }

    /// The first characters, which tell keys apart.
    pub fn hint(&self) -> String {
        let mut text = self.reveal();
        text.truncate(PREFIX.len() + HINT_CHARS);
        text
    }

    /// The digest that is stored.
    pub fn digest(&self) -> KeyDigest {
        KeyDigest(Sha256::digest(self.0).into())
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey")
    }
}

fn checksum(random: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let mut check = [0; CHECKSUM_BYTES];
    check.copy_from_slice(&Sha256::digest(random)[..CHECKSUM_BYTES]);
    check
}

/// The SHA-256 of a key. A key has 256 random bits and cannot be guessed from its hash, so a slow hash would add
/// nothing.
#[derive(Clone, Copy)]
pub struct KeyDigest([u8; 32]);

impl KeyDigest {
    /// The half that finds the row, in hexadecimal.
    pub fn lookup(&self) -> String {
        hex(&self.0[..16])
    }

    /// The half that is compared, in hexadecimal.
    pub fn verifier(&self) -> String {
        hex(&self.0[16..])
    }

    /// Compares the stored half in constant time.
    pub fn verify(&self, stored: &str) -> bool {
        self.verifier().as_bytes().ct_eq(stored.as_bytes()).into()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::access::api_key::*;

    #[test]
    fn a_key_never_shows_itself() {
        let random = Random::system();
        let key = ApiKey::generate(&random).unwrap();
        assert_eq!(format!("{key:?}"), "ApiKey");
        assert_eq!(key.reveal().len(), PREFIX.len() + 48);
        assert!(key.reveal().starts_with(&key.hint()) && key.hint().len() == 12);
        assert_ne!(ApiKey::generate(&random).unwrap(), key);
    }

    proptest! {
        #[test]
        fn a_key_survives_as_text_and_no_character_can_change(random: [u8; 32], at in 0usize..48, other in "[A-Za-z0-9_-]") {
            let key = ApiKey::from_random(random);
            let text = key.reveal();
            let read = ApiKey::parse(&text);
            prop_assert_eq!(read.as_ref(), Some(&key));
            let at = PREFIX.len() + at;
            let changed = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            prop_assert_eq!(ApiKey::parse(&changed).is_some(), changed == text);
        }

        #[test]
        fn no_text_makes_reading_panic(text in "(devarch_)?\\PC{0,60}") {
            prop_assert_eq!(ApiKey::parse(&text), None);
        }

        #[test]
        fn a_digest_knows_its_own_half(random: [u8; 32], other: [u8; 32]) {
            let digest = ApiKey::from_random(random).digest();
            prop_assert!(digest.verify(&digest.verifier()));
            prop_assert_eq!(digest.verify(&ApiKey::from_random(other).digest().verifier()), random == other);
            prop_assert!(!digest.verify("") && !digest.verify(&digest.verifier()[1..]));
        }
    }
}
