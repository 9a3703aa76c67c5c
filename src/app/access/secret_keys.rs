//! Management of the encryption keys of secrets: checks them, lists them, and re-encrypts secrets under the current
//! key.
//!
//! Called by the command line, before the service accepts requests. It must not see a decrypted secret.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::App,
    db::{
        Command, Session, Tx,
        secrets::{self, Progress},
    },
    error::{Error, Result},
    vault::{KeyId, VaultError},
};

/// The state of an encryption key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyStatus {
    /// The id.
    pub id: String,
    /// Whether new secrets are encrypted under it.
    pub is_current: bool,
    /// Whether the key file contains it, and it is the right key.
    pub is_known: bool,
    /// The number of secrets encrypted under it.
    pub secrets: u64,
}

/// The result of a rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The number of secrets.
    pub secrets: u64,
    /// How many of them were re-encrypted.
    pub sealed: u64,
    /// The ids of keys under which no secret is encrypted any more.
    pub unused: Vec<String>,
}

struct Unlock;
struct SealClear;
struct Retire;
struct Reseal(Progress);
struct Empty;

impl App {
    /// Checks every key in use, registers the current key, and encrypts what an earlier version stored as clear text.
    /// Must be called before anything else is done with a database.
    pub async fn unlock_secrets(&self) -> Result<()> {
        self.write(&Unlock).await?;
        let mut batches = 0;
        while self.write(&SealClear).await? {
            batches += 1;
        }
        if batches > 0 {
            tracing::info!("secrets that an earlier version stored in clear text are encrypted now");
        }
        let db = self.db.writer();
        // No row contains clear text any more, only unused parts of the files may. So a failure is not fatal; the next
        // start tries again.
        if secrets::has_remains(db).await?
            && let Err(cause) = secrets::clear_remains(db).await
        {
            tracing::warn!(%cause, "old clear text may be left in unused parts of the database; tried again at the next start");
        }
        Ok(())
    }

    /// Whether secrets were encrypted in this database, so that a new key would be the wrong one.
    pub async fn has_sealed_secrets(&self) -> Result<bool> {
        Ok(secrets::keys(&self.db.unscoped()).await?.iter().any(|key| key.emptied_at.is_none()))
    }

    /// Whether a secret may be encrypted under another key than the current one.
    pub async fn secrets_need_rotation(&self) -> Result<bool> {
        let current = self.current_key()?;
        let keys = secrets::keys(&self.db.unscoped()).await?;
        Ok(keys.iter().any(|key| key.emptied_at.is_none() && key.id != current.as_str()))
    }

    /// Re-encrypts all secrets under the current key. It can be interrupted and repeated at any time, while the service
    /// runs.
    pub async fn rotate_secrets(&self) -> Result<Rotation> {
        self.write(&Retire).await?;
        let mut progress = Progress::default();
        while let Some(next) = self.write(&Reseal(progress)).await? {
            progress = next;
        }
        let unused = self.write(&Empty).await?;
        Ok(Rotation { secrets: progress.seen, sealed: progress.sealed, unused })
    }

    /// All keys in the key file or in use, the current one first.
    pub async fn secret_keys(&self) -> Result<Vec<KeyStatus>> {
        let (db, vault) = (&self.db.unscoped(), self.db.vault());
        let stored = secrets::keys(db).await?;
        let counts = secrets::counts(db).await?;
        let mut ids: Vec<String> = vault.ids().iter().map(ToString::to_string).collect();
        let used = stored.iter().filter(|key| key.emptied_at.is_none()).map(|key| &key.id);
        for id in used.chain(counts.keys()) {
            if !ids.contains(id) {
                ids.push(id.clone());
            }
        }
        let current = vault.current().ok().map(|id| id.to_string());
        let status = |id: String| KeyStatus {
            is_current: current.as_ref() == Some(&id),
            is_known: match stored.iter().find(|key| key.id == id) {
                Some(key) => secrets::check(vault, key).is_ok(),
                None => vault.ids().iter().any(|known| known.as_str() == id),
            },
            secrets: counts.get(&id).copied().unwrap_or_default(),
            id,
        };
        Ok(ids.into_iter().map(status).collect())
    }

    fn current_key(&self) -> Result<KeyId> {
        self.db.vault().current().map_err(Error::failed)
    }
}

impl Command for Unlock {
    const PERMISSION: Permission = Permission::ADMINISTER_ALL;
    type Output = ();

    async fn run(&self, tx: &Tx, _: DateTime<Utc>) -> Result<()> {
        let vault = tx.vault();
        let current = vault.current().map_err(Error::failed)?;
        // Two servers may start at the same time on an empty database, each with a key of its own.
        secrets::lock(tx).await?;
        let keys = secrets::keys(tx).await?;
        for key in keys.iter().filter(|key| key.emptied_at.is_none()) {
            let id = &key.id;
            secrets::check(vault, key).map_err(|cause| {
                let message = match &cause {
                    VaultError::UnknownKey(_) => format!(
                        "the database has secrets that are encrypted with the key {id}, and that key is not here"
                    ),
                    VaultError::Refused(_) => {
                        format!("the key {id} is not the one with which the database's secrets are encrypted")
                    }
                    other => format!("the key {id} cannot be checked: {other}"),
                };
                Error::Failed { message, source: cause.into() }
            })?;
        }
        match keys.iter().find(|key| key.id == current.as_str()) {
            Some(key) if key.retired_at.is_some() => Err(Error::Internal(format!(
                "the key {current} was retired by `devarch secrets rotate`; the key that took its place must come first"
            ))),
            Some(_) => Ok(()),
            None => Ok(secrets::register(tx, &current).await?),
        }
    }
}

impl Command for SealClear {
    const PERMISSION: Permission = Permission::ADMINISTER_ALL;
    type Output = bool;

    async fn run(&self, tx: &Tx, _: DateTime<Utc>) -> Result<bool> {
        Ok(secrets::encrypt_plaintext(tx).await?)
    }
}

impl Command for Retire {
    const PERMISSION: Permission = Permission::ADMINISTER_ALL;
    type Output = ();

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<()> {
        let current = tx.vault().current().map_err(Error::failed)?;
        secrets::register(tx, &current).await?;
        Ok(secrets::retire_others(tx, &current, now).await?)
    }
}

impl Command for Reseal {
    const PERMISSION: Permission = Permission::ADMINISTER_ALL;
    type Output = Option<Progress>;

    async fn run(&self, tx: &Tx, _: DateTime<Utc>) -> Result<Option<Progress>> {
        Ok(secrets::reseal(tx, self.0).await?)
    }
}

impl Command for Empty {
    const PERMISSION: Permission = Permission::ADMINISTER_ALL;
    type Output = Vec<String>;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<Vec<String>> {
        let current = tx.vault().current().map_err(Error::failed)?;
        secrets::empty_others(tx, &current, now).await?;
        let unused = tx.vault().ids().into_iter().filter(|id| *id != current);
        Ok(unused.map(|id| id.to_string()).collect())
    }
}
