//! New keys for secrets.
//!
//! Used by the vault and its file. It must never show a key, nor leave one in memory.

use chacha20poly1305::aead::Generate as _;
use zeroize::Zeroizing;

use super::VaultError;
use crate::config::{Keyring, SECRET_KEY_BYTES, SecretKey};

impl SecretKey {
    /// A new one, with an id of its own.
    pub fn generate() -> Result<Self, VaultError> {
        let id = u64::try_generate().map_err(|_| VaultError::NoRandomness)?;
        let bytes = <[u8; SECRET_KEY_BYTES]>::try_generate().map_err(|_| VaultError::NoRandomness)?;
        Ok(Self::new(id, Zeroizing::new(bytes)))
    }
}

impl Keyring {
    /// With one new key.
    pub fn generate() -> Result<Self, VaultError> {
        Ok(Self::default().with_first(SecretKey::generate()?))
    }

    /// The same keys with a new one for writing.
    pub fn with_new_key(&self) -> Result<Self, VaultError> {
        Ok(self.with_first(SecretKey::generate()?))
    }
}
