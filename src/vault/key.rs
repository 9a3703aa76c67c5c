//! An encryption key with its id.
//!
//! Used by the keyring. It must not show its bytes, and must not leave them in memory.

use std::{fmt, str::FromStr};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use chacha20poly1305::aead::Generate as _;
use zeroize::Zeroizing;

use super::VaultError;

/// The id of a key: 1 to 32 lower-case letters, digits and hyphens. It is not secret and is part of every encrypted
/// text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(String);

/// The error of a text that is not a key id.
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

/// The length of a key in bytes.
const KEY_BYTES: usize = 32;

/// A key with its id.
#[derive(Clone)]
pub struct Key {
    id: KeyId,
    bytes: Zeroizing<[u8; KEY_BYTES]>,
}

/// Shows only the id.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id.as_str())
    }
}

impl Key {
    /// Generates a key with a random id.
    pub fn generate() -> Result<Self, VaultError> {
        let name = u64::try_generate().map_err(|_| VaultError::NoRandomness)?;
        let bytes = Zeroizing::new(<[u8; KEY_BYTES]>::try_generate().map_err(|_| VaultError::NoRandomness)?);
        Ok(Self { id: KeyId(format!("k{:012x}", name & 0xffff_ffff_ffff)), bytes })
    }

    /// Parses a key from its id and 32 bytes in Base64.
    pub(super) fn read(id: KeyId, base64: &str) -> Option<Self> {
        let decoded = Zeroizing::new(BASE64.decode(base64).ok()?);
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        if decoded.len() != KEY_BYTES {
            return None;
        }
        bytes.copy_from_slice(&decoded);
        Some(Self { id, bytes })
    }

    /// The line of the key in a key file.
    pub(super) fn line(&self) -> Zeroizing<String> {
        let base64 = Zeroizing::new(BASE64.encode(self.bytes.as_slice()));
        Zeroizing::new(format!("{} {}", self.id, base64.as_str()))
    }

    /// The id.
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    pub(super) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.bytes
    }
}
