//! Generates keys for secrets.
//!
//! Used by the vault and the key file. It must not log a key, and must not leave one in memory.

use chacha20poly1305::aead::Generate as _;
use zeroize::Zeroizing;

use super::VaultError;
use crate::config::{Keyring, SECRET_KEY_BYTES, SecretKey};

impl SecretKey {
    /// Generates a key with a random id.
    pub fn generate() -> Result<Self, VaultError> {
        let id = u64::try_generate().map_err(|_| VaultError::NoRandomness)?;
        let bytes = <[u8; SECRET_KEY_BYTES]>::try_generate().map_err(|_| VaultError::NoRandomness)?;
        Ok(Self::new(id, Zeroizing::new(bytes)))
    }
}

impl Keyring {
    /// Creates a keyring with one new key.
    pub fn generate() -> Result<Self, VaultError> {
        Ok(Self::default().with_first(SecretKey::generate()?))
    }

    /// Returns these keys with a new one, which encrypts from now on.
    pub fn with_new_key(&self) -> Result<Self, VaultError> {
        Ok(self.with_first(SecretKey::generate()?))
    }
}
