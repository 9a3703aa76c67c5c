//! The keyring: all encryption keys, of which the first one encrypts and all decrypt.
//!
//! Parsed from a file or a setting. It must not show more than the ids.

use std::{fmt, str::FromStr};

use super::{Key, KeyId, VaultError};

/// The keys; the key for encryption comes first. `Debug` shows only their ids.
#[derive(Clone, Default)]
pub struct Keyring(Vec<Key>);

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

/// An error in the text of a keyring. It contains no part of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyringError {
    /// There is no key in the text.
    Empty,
    /// A line is not `<key id> <32 bytes in base64>`.
    Line(usize),
    /// A key id occurs twice.
    Twice(KeyId),
}

impl fmt::Display for KeyringError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there is no key; a line is `<key id> <32 bytes in base64>`"),
            Self::Line(line) => write!(
                f,
                "line {line} is no key; it is `<key id> <32 bytes in base64>`, and an id has lower-case letters, \
                 digits and hyphens, 32 at most"
            ),
            Self::Twice(id) => write!(f, "the key {id} is there twice"),
        }
    }
}

impl std::error::Error for KeyringError {}

impl Keyring {
    /// Creates a keyring with one new key.
    pub fn generate() -> Result<Self, VaultError> {
        Ok(Self(vec![Key::generate()?]))
    }

    /// Adds a new key for encryption.
    pub fn with_new_key(&self) -> Result<Self, VaultError> {
        Ok(Self([vec![Key::generate()?], self.0.clone()].concat()))
    }

    pub(super) fn current(&self) -> Option<&Key> {
        self.0.first()
    }

    pub(super) fn find(&self, id: &KeyId) -> Option<&Key> {
        self.0.iter().find(|key| key.id() == id)
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = &KeyId> {
        self.0.iter().map(Key::id)
    }
}

/// Parses keys, one on each line or separated by commas. `#` starts a comment.
impl FromStr for Keyring {
    type Err = KeyringError;

    fn from_str(text: &str) -> Result<Self, KeyringError> {
        let mut keys: Vec<Key> = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default();
            for entry in line.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
                let read = entry.split_once(char::is_whitespace).and_then(|(id, base64)| {
                    let id = id.parse().ok()?;
                    Key::read(id, base64.trim())
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
