//! The vault: encrypts secrets before they are first written, each bound to its place in the database.
//!
//! Given to the database layer, which encrypts and decrypts rows with it; the command line reads its keys. It must not
//! depend on the database, on the meaning of a secret, or on the caller.

mod key;
mod key_file;

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use chacha20poly1305::{
    Key as CipherKey, KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Generate as _, Payload},
};
use zeroize::Zeroizing;

pub use self::key_file::KeyFileError;
pub use crate::config::{KeyId, Keyring};
use crate::config::{SECRET_KEY_BYTES, SecretKey};

/// The prefix of every encrypted text, with the version of the format.
pub(crate) const PREFIX: &str = "devarch.v1.";
/// The length of a nonce in bytes.
const NONCE_BYTES: usize = 24;

/// The place of a secret, to which its encryption is bound: it cannot be decrypted for another place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The table.
    pub table: &'a str,
    /// The owner of the row.
    pub owner: i64,
    /// The key of the entry.
    pub key: &'a str,
}

impl Place<'_> {
    /// The associated data of the encryption: the place and the id of the encryption key. Every part follows its
    /// length, so that no two places give the same bytes.
    fn bound_to(&self, id: &KeyId) -> Vec<u8> {
        let owner = self.owner.to_be_bytes();
        let parts = [PREFIX.as_bytes(), id.as_str().as_bytes(), self.table.as_bytes(), &owner, self.key.as_bytes()];
        let mut bound = Vec::new();
        for part in parts {
            bound.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bound.extend_from_slice(part);
        }
        bound
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of {} {}", self.key, self.table, self.owner)
    }
}

/// Why a secret could not be encrypted or decrypted. It never contains a part of a key or of a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// There is no key.
    #[error("there is no key for secrets")]
    NoKey,
    /// The text was encrypted under a key that is not in the keyring.
    #[error("the key {0} for secrets is missing")]
    UnknownKey(KeyId),
    /// Decryption failed: another key has this id, the text was changed, or it belongs to another place.
    #[error("it is not what was sealed here with the key {0}")]
    Refused(KeyId),
    /// The text is not an encrypted text.
    #[error("it is not a sealed text")]
    Malformed,
    /// The operating system returned no random numbers.
    #[error("the system gives no random numbers")]
    NoRandomness,
}

/// Encrypts and decrypts secrets. Clones share the keys. `Debug` shows only the ids of the keys.
#[derive(Clone, Default)]
pub struct Vault(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// The key file, if the keys come from one.
    file: Option<PathBuf>,
    now: RwLock<Loaded>,
}

/// The keys, with the state of the key file when they were read.
#[derive(Clone, Default)]
struct Loaded {
    ring: Arc<Keyring>,
    mark: Option<key_file::FileState>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("keys", &self.known().ring).finish_non_exhaustive()
    }
}

impl Vault {
    /// Creates a vault with fixed keys.
    pub fn new(ring: Keyring) -> Self {
        Self::holding(None, Loaded { ring: Arc::new(ring), mark: None })
    }

    /// Creates a vault with the keys of a file, which is read again whenever it has changed.
    pub fn of_file(path: &Path) -> Result<Self, KeyFileError> {
        let (ring, mark) = key_file::read(path)?;
        Ok(Self::holding(Some(path.to_owned()), Loaded { ring: Arc::new(ring), mark: Some(mark) }))
    }

    /// Creates a key file with a new key, readable by its owner only. Does nothing if the file exists.
    pub fn create_file(path: &Path) -> Result<(), KeyFileError> {
        key_file::create(path)
    }

    /// Generates a key, as a line of a key file.
    pub fn new_line() -> Result<Zeroizing<String>, VaultError> {
        Ok(SecretKey::generate()?.line())
    }

    /// Adds a new key as the first one of a key file, and returns its id. The other keys are then used for decryption
    /// only.
    pub fn add_to_file(path: &Path) -> Result<KeyId, KeyFileError> {
        key_file::add(path)
    }

    fn holding(file: Option<PathBuf>, now: Loaded) -> Self {
        Self(Arc::new(Shared { file, now: RwLock::new(now) }))
    }

    /// The key file, if there is one.
    pub fn file(&self) -> Option<&Path> {
        self.0.file.as_deref()
    }

    /// The ids of all keys; the key for encryption comes first.
    pub fn ids(&self) -> Vec<KeyId> {
        self.ring().ids().cloned().collect()
    }

    /// The id of the key for encryption.
    pub fn current(&self) -> Result<KeyId, VaultError> {
        self.ring().current().map(|key| key.id().clone()).ok_or(VaultError::NoKey)
    }

    /// The keys as of the last read.
    fn known(&self) -> Loaded {
        self.0.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The current keys. If the file cannot be read, the keys of the last read stay in use.
    fn ring(&self) -> Arc<Keyring> {
        let known = self.known();
        let Some(path) = self.file().filter(|path| known.mark != key_file::mark(path)) else { return known.ring };
        match key_file::read(path) {
            Ok((ring, mark)) => {
                let ring = Arc::new(ring);
                tracing::info!(keys = ?ring, "the keys for secrets have changed");
                let now = Loaded { ring: Arc::clone(&ring), mark: Some(mark) };
                *self.0.now.write().unwrap_or_else(PoisonError::into_inner) = now;
                ring
            }
            Err(cause) => {
                tracing::warn!(%cause, "the keys for secrets cannot be read again; those that are known stay in use");
                known.ring
            }
        }
    }

    /// Draws a text that cannot be guessed, of hexadecimal digits.
    pub fn draw(&self) -> Result<Zeroizing<String>, VaultError> {
        let bytes = <[u8; SECRET_KEY_BYTES]>::try_generate().map_err(|_| VaultError::NoRandomness)?;
        let bytes = Zeroizing::new(bytes);
        let mut text = Zeroizing::new(String::with_capacity(2 * SECRET_KEY_BYTES));
        bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).for_each(|half| {
            text.extend(char::from_digit(half.into(), 16));
        });
        Ok(text)
    }

    /// Encrypts a text for a place.
    pub fn seal(&self, place: Place<'_>, text: &str) -> Result<String, VaultError> {
        let ring = self.ring();
        let key = ring.current().ok_or(VaultError::NoKey)?;
        let nonce = XNonce::try_generate().map_err(|_| VaultError::NoRandomness)?;
        let bound = place.bound_to(key.id());
        let payload = Payload { msg: text.as_bytes(), aad: &bound };
        let sealed = cipher(key).encrypt(&nonce, payload).map_err(|_| VaultError::Refused(key.id().clone()))?;
        Ok(format!("{PREFIX}{}.{}", key.id(), BASE64.encode([nonce.as_slice(), &sealed].concat())))
    }

    /// Decrypts a text that was encrypted for a place.
    pub fn open(&self, place: Place<'_>, sealed: &str) -> Result<Zeroizing<String>, VaultError> {
        let (id, packed) = unpack(sealed)?;
        let mut ring = self.known().ring;
        if ring.find(&id).is_none() {
            ring = self.ring();
        }
        let key = ring.find(&id).ok_or_else(|| VaultError::UnknownKey(id.clone()))?;
        let (nonce, body) = packed.split_at_checked(NONCE_BYTES).ok_or(VaultError::Malformed)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| VaultError::Malformed)?;
        let bound = place.bound_to(&id);
        let opened = cipher(key).decrypt(&nonce, Payload { msg: body, aad: &bound });
        let opened = opened.map_err(|_| VaultError::Refused(id.clone()))?;
        String::from_utf8(opened).map(Zeroizing::new).map_err(|_| VaultError::Malformed)
    }
}

/// The id of the key under which a text was encrypted.
pub fn key_of(sealed: &str) -> Result<KeyId, VaultError> {
    unpack(sealed).map(|(id, _)| id)
}

fn unpack(sealed: &str) -> Result<(KeyId, Vec<u8>), VaultError> {
    let (id, packed) =
        sealed.strip_prefix(PREFIX).and_then(|rest| rest.split_once('.')).ok_or(VaultError::Malformed)?;
    let id = id.parse().map_err(|_| VaultError::Malformed)?;
    let packed = BASE64.decode(packed).map_err(|_| VaultError::Malformed)?;
    Ok((id, packed))
}

fn cipher(key: &SecretKey) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(<&CipherKey>::from(key.bytes()))
}

#[cfg(test)]
mod tests;
