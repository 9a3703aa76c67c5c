//! The keys for secrets, as parsed from a setting or a key file: the first one encrypts, all of them decrypt.
//!
//! Used by the vault. It must not show more than the ids, nor leave the bytes of a key in memory.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use zeroize::Zeroizing;

/// The id of a key: 1 to 32 lower-case letters, digits and hyphens. It is not secret; each ciphertext begins with it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(String);

/// A text that is not a valid key id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadKeyId;

impl KeyId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for KeyId {
    type Err = BadKeyId;

    fn from_str(text: &str) -> Result<Self, BadKeyId> {
        let legal = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        if (1..=32).contains(&text.len()) && text.bytes().all(legal) {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadKeyId)
        }
    }
}

/// The length of a key, in bytes.
pub(crate) const SECRET_KEY_BYTES: usize = 32;

/// A key and its id.
#[derive(Clone)]
pub struct SecretKey {
    id: KeyId,
    bytes: Zeroizing<[u8; SECRET_KEY_BYTES]>,
}

/// Shows only the id.
impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id.as_str())
    }
}

impl SecretKey {
    /// Creates a key from a random id and random bytes.
    pub(crate) fn new(id: u64, bytes: Zeroizing<[u8; SECRET_KEY_BYTES]>) -> Self {
        Self { id: KeyId(format!("k{:012x}", id & 0xffff_ffff_ffff)), bytes }
    }

    /// Parses a key from its id and its bytes in base64; `None` if these are not 32 bytes.
    fn read(id: KeyId, base64: &str) -> Option<Self> {
        let decoded = Zeroizing::new(BASE64.decode(base64).ok()?);
        let mut bytes = Zeroizing::new([0; SECRET_KEY_BYTES]);
        if decoded.len() != SECRET_KEY_BYTES {
            return None;
        }
        bytes.copy_from_slice(&decoded);
        Some(Self { id, bytes })
    }

    /// The key as a line of a key file.
    pub(crate) fn line(&self) -> Zeroizing<String> {
        let base64 = Zeroizing::new(BASE64.encode(self.bytes.as_slice()));
        Zeroizing::new(format!("{} {}", self.id, base64.as_str()))
    }

    /// The id.
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// The bytes.
    pub(crate) fn bytes(&self) -> &[u8; SECRET_KEY_BYTES] {
        &self.bytes
    }
}

/// A list of keys; the first one encrypts. `Debug` shows only the ids.
#[derive(Clone, Default)]
pub struct Keyring(Vec<SecretKey>);

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

/// Why a text is not a list of keys. It does not contain a part of a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// The text contains no key.
    #[error("there is no key; a line is `<key id> <32 bytes in base64>`")]
    Empty,
    /// A line is not `<key id> <32 bytes in base64>`.
    #[error(
        "line {0} is no key; it is `<key id> <32 bytes in base64>`, and an id has lower-case letters, digits and \
         hyphens, 32 at most"
    )]
    Line(usize),
    /// A key id occurs twice.
    #[error("the key {0} is there twice")]
    Twice(KeyId),
}

impl Keyring {
    /// The same keys, with this one in front of them.
    pub(crate) fn with_first(&self, key: SecretKey) -> Self {
        Self([vec![key], self.0.clone()].concat())
    }

    /// The key that encrypts.
    pub(crate) fn current(&self) -> Option<&SecretKey> {
        self.0.first()
    }

    /// The key with this id.
    pub(crate) fn find(&self, id: &KeyId) -> Option<&SecretKey> {
        self.0.iter().find(|key| key.id() == id)
    }

    /// The ids of all keys.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &KeyId> {
        self.0.iter().map(SecretKey::id)
    }
}

/// Parses one key per line, or keys separated by commas; `#` begins a comment.
impl FromStr for Keyring {
    type Err = KeyringError;

    fn from_str(text: &str) -> Result<Self, KeyringError> {
        let mut keys: Vec<SecretKey> = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default();
            for entry in line.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
                let read = entry.split_once(char::is_whitespace).and_then(|(id, base64)| {
                    let id = id.parse().ok()?;
                    SecretKey::read(id, base64.trim())
                });
                let key = read.ok_or(KeyringError::Line(number + 1))?;
                if keys.iter().any(|other| other.id() == key.id()) {
                    return Err(KeyringError::Twice(key.id().clone()));
                }
                keys.push(key);
            }
        }
        if keys.is_empty() { Err(KeyringError::Empty) } else { Ok(Self(keys)) }
    }
}
