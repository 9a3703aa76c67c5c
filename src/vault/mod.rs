//! Sealing: what is marked as a secret is encrypted before it is first written, for one place in the database alone.
//!
//! Given to the database room, which seals and opens rows with it; the command line reads its keys. It must never know
//! the database, what is sealed, or who asks.

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
use crate::config::SecretKey;
pub use crate::config::{KeyId, Keyring};

/// How every sealed text begins: what it is, and in which form.
/// What every sealed text starts with.
pub(crate) const PREFIX: &str = "devarch.v1.";
/// Bytes of a nonce.
const NONCE: usize = 24;

/// Where a secret is kept. It can be opened for this place only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The table.
    pub table: &'a str,
    /// The row's owner.
    pub owner: i64,
    /// The entry's key.
    pub key: &'a str,
}

impl Place<'_> {
    /// The place together with the key of the cipher, so that no two of them read the same: every part is led by its
    /// length.
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

/// Why something could not be sealed or opened. It never holds a part of a key or of a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// There is no key at all.
    #[error("there is no key for secrets")]
    NoKey,
    /// It was sealed under a key that is not in the ring.
    #[error("the key {0} for secrets is missing")]
    UnknownKey(KeyId),
    /// The key has this id but is another one, or the text was changed, or it belongs to another place.
    #[error("it is not what was sealed here with the key {0}")]
    Refused(KeyId),
    /// It is no sealed text.
    #[error("it is not a sealed text")]
    Malformed,
    /// The system has no randomness to give.
    #[error("the system gives no random numbers")]
    NoRandomness,
}

/// Seals and opens; a clone shares the keys. Shows the ids of its keys and nothing else of them.
#[derive(Clone, Default)]
pub struct Vault(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// Where the keys came from, when that can be read again.
    file: Option<PathBuf>,
    now: RwLock<Loaded>,
}

/// The keys, and what the file looked like when they were read.
#[derive(Clone, Default)]
struct Loaded {
    ring: Arc<Keyring>,
    mark: Option<key_file::Mark>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("keys", &self.known().ring).finish_non_exhaustive()
    }
}

impl Vault {
    /// With keys that stay as they are.
    pub fn new(ring: Keyring) -> Self {
        Self::holding(None, Loaded { ring: Arc::new(ring), mark: None })
    }

    /// With the keys of a file. Whenever the file has changed, it is read again.
    pub fn of_file(path: &Path) -> Result<Self, KeyFileError> {
        let (ring, mark) = key_file::read(path)?;
        Ok(Self::holding(Some(path.to_owned()), Loaded { ring: Arc::new(ring), mark: Some(mark) }))
    }

    /// Writes a file with a new key that only its owner can read. Nothing happens to a file that is there already.
    pub fn create_file(path: &Path) -> Result<(), KeyFileError> {
        key_file::create(path)
    }

    /// A new key, as a line of a file.
    pub fn new_line() -> Result<Zeroizing<String>, VaultError> {
        Ok(SecretKey::generate()?.line())
    }

    /// Puts a new key before those of a file, which only reads with them from now on; gives back its id.
    pub fn add_to_file(path: &Path) -> Result<KeyId, KeyFileError> {
        key_file::add(path)
    }

    fn holding(file: Option<PathBuf>, now: Loaded) -> Self {
        Self(Arc::new(Shared { file, now: RwLock::new(now) }))
    }

    /// The file of the keys, when there is one.
    pub fn file(&self) -> Option<&Path> {
        self.0.file.as_deref()
    }

    /// The ids of all keys, the one for writing first.
    pub fn ids(&self) -> Vec<KeyId> {
        self.ring().ids().cloned().collect()
    }

    /// The id of the key for writing.
    pub fn current(&self) -> Result<KeyId, VaultError> {
        self.ring().current().map(|key| key.id().clone()).ok_or(VaultError::NoKey)
    }

    /// The keys as they were at the last look.
    fn known(&self) -> Loaded {
        self.0.now.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The keys as they are now. A file that cannot be read leaves those that are known.
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

    /// Seals a text for a place, under the key for writing.
    pub fn seal(&self, place: Place<'_>, text: &str) -> Result<String, VaultError> {
        let ring = self.ring();
        let key = ring.current().ok_or(VaultError::NoKey)?;
        let nonce = XNonce::try_generate().map_err(|_| VaultError::NoRandomness)?;
        let bound = place.bound_to(key.id());
        let payload = Payload { msg: text.as_bytes(), aad: &bound };
        let sealed = cipher(key).encrypt(&nonce, payload).map_err(|_| VaultError::Refused(key.id().clone()))?;
        Ok(format!("{PREFIX}{}.{}", key.id(), BASE64.encode([nonce.as_slice(), &sealed].concat())))
    }

    /// Opens what was sealed for a place.
    pub fn open(&self, place: Place<'_>, sealed: &str) -> Result<Zeroizing<String>, VaultError> {
        let (id, packed) = unpack(sealed)?;
        let mut ring = self.known().ring;
        if ring.find(&id).is_none() {
            ring = self.ring();
        }
        let key = ring.find(&id).ok_or_else(|| VaultError::UnknownKey(id.clone()))?;
        let (nonce, body) = packed.split_at_checked(NONCE).ok_or(VaultError::Malformed)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| VaultError::Malformed)?;
        let bound = place.bound_to(&id);
        let opened = cipher(key).decrypt(&nonce, Payload { msg: body, aad: &bound });
        let opened = opened.map_err(|_| VaultError::Refused(id.clone()))?;
        String::from_utf8(opened).map(Zeroizing::new).map_err(|_| VaultError::Malformed)
    }
}

/// The id of the key under which a text was sealed.
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
