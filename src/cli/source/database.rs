//! Opens the database of a command.
//!
//! Used by `Source` and by the commands that need a database. A command that reads must create nothing and must not
//! migrate.

use std::{fs, path::PathBuf};

use crate::{
    cli::secrets,
    config::{DbUrl, Keyring, Settings},
    db::Db,
    private_file,
    random::Random,
    vault::Vault,
};

/// What a command does with a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Access {
    /// It reads: the database has to be there, and up to date.
    Read,
    /// It writes: the database is created and migrated if that is needed.
    Write,
}

/// Opens the database, with the keys for its secrets.
pub(in crate::cli) async fn open(settings: &Settings, access: Access) -> Result<Db, String> {
    let db = connect(settings, access).await?;
    match access {
        Access::Read => secrets::look(settings, db).await,
        Access::Write => secrets::unlock(settings, db).await,
    }
}

/// Opens the database without keys for secrets.
pub(in crate::cli) async fn connect(settings: &Settings, access: Access) -> Result<Db, String> {
    let database = &settings.database_url;
    if let (Access::Read, DbUrl::Sqlite(path)) = (access, database)
        && !path.exists()
    {
        return Err(format!("there is no {database}: say with --database-url where the database is"));
    }
    // A plan reads what is committed beside its own transaction.
    let opened = Db::connect(database, 2, &settings.timeouts).await;
    let db = opened.map_err(|error| format!("cannot open the {database}: {error}"))?;
    // On a network that drops all packets a statement would wait until the system stops retransmitting.
    db.watch();
    match access {
        Access::Write => {
            db.migrate().await.map_err(|error| format!("cannot migrate the {database}: {error}"))?;
        }
        Access::Read => {
            db.check_owner().await.map_err(|error| format!("cannot read the {database}: {error}"))?;
            if !db.is_ready().await.map_err(|error| format!("cannot read the {database}: {error}"))? {
                return Err(format!(
                    "the {database} was made by an earlier version: start the service on it, or run `devarch migrate up`"
                ));
            }
        }
    }
    Ok(db)
}

/// An empty database that is removed afterwards, for a trial run where no database is yet.
pub(in crate::cli) struct Scratch {
    folder: PathBuf,
    /// The settings of a command on it.
    pub(in crate::cli) settings: Settings,
}

impl Scratch {
    /// Makes one, if the settings name an SQLite file that is not there.
    pub(in crate::cli) fn instead_of(settings: &Settings) -> Result<Option<Self>, String> {
        let DbUrl::Sqlite(path) = &settings.database_url else { return Ok(None) };
        if path.exists() {
            return Ok(None);
        }
        let folder = std::env::temp_dir().join(format!("devarch-{:016x}", Random::system().distinct()));
        private_file::create_folder(&folder)
            .map_err(|error| format!("cannot make the folder {}: {error}", folder.display()))?;
        let mut settings = settings.clone();
        settings.database_url = DbUrl::Sqlite(folder.join("devarch.db"));
        settings.secrets_key_file = None;
        let key = Vault::new_line().map_err(|error| error.to_string())?;
        settings.secrets_key = Some(key.parse::<Keyring>().map_err(|error| error.to_string())?);
        Ok(Some(Self { folder, settings }))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is in the folder for temporary files.
        drop(fs::remove_dir_all(&self.folder));
    }
}
