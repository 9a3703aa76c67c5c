//! `devarch backup` and `devarch restore`: back up and restore an SQLite database.
//!
//! Called by `cli::run`. PostgreSQL has better tools of its own. They must not overwrite a file that they cannot
//! verify.

use std::path::Path;

use super::print;
use crate::{
    clock::Clock,
    config::{DbUrl, Settings},
    db::maintenance::file::{self, Content},
};

/// Backs up the database into a new file. A service may be running on it.
pub(super) async fn back_up(settings: &Settings, to: &Path) -> Result<(), String> {
    let path = sqlite(settings, "pg_dump --format=custom --file=FILE")?;
    let shown = to.display();
    if !path.exists() {
        return Err(format!("there is no {}: say with --database-url where the database is", settings.database_url));
    }
    if to.exists() {
        return Err(format!("{shown} is there already; a backup never takes the place of another"));
    }
    let content = file::back_up(path, to)
        .await
        .map_err(|cause| format!("cannot back up the {}: {cause}", settings.database_url))?;
    let bytes = std::fs::metadata(to).map_or(0, |made| made.len());
    print(&format!(
        "{shown}: {}, {bytes} bytes, looked through.\nSecrets in it are encrypted; keep their key too, in another place: {}.\n",
        summary(&content),
        super::secrets::source(settings)
    ));
    Ok(())
}

/// Replaces the database by a backup. No service may be running on it.
pub(super) async fn restore(settings: &Settings, from: &Path, replace: bool) -> Result<(), String> {
    let path = sqlite(settings, "pg_restore --clean --if-exists --single-transaction FILE")?;
    if !from.exists() {
        return Err(format!("there is no file {}", from.display()));
    }
    if path.exists() && !replace {
        return Err(format!(
            "the {} is there already; with --replace it is put aside, and the backup takes its place",
            settings.database_url
        ));
    }
    let content = file::verify(from).await.map_err(|cause| format!("cannot restore {}: {cause}", from.display()))?;
    let aside = Clock::system().now().format(".before-%Y%m%dT%H%M%SZ").to_string();
    let (_, kept) = file::restore_copy(from, path, &aside)
        .await
        .map_err(|cause| format!("cannot restore the {}: {cause}", settings.database_url))?;
    let mut said = format!("The {} is {} again: {}.\n", settings.database_url, from.display(), summary(&content));
    if let Some(kept) = kept {
        said += &format!("What was there is in {}.\n", kept.display());
    }
    if content.is_older {
        said += "An earlier version has made it; it is brought up to date when the service starts.\n";
    }
    print(&said);
    Ok(())
}

/// The path of the SQLite database; an error that names the tool of PostgreSQL otherwise.
fn sqlite<'a>(settings: &'a Settings, instead: &str) -> Result<&'a Path, String> {
    match &settings.database_url {
        DbUrl::Sqlite(path) => Ok(path),
        DbUrl::Postgres(_) => {
            Err(format!("PostgreSQL has tools of its own for this: `{instead}`; docs/operations.md tells how"))
        }
    }
}

/// Describes the contents of a database.
fn summary(content: &Content) -> String {
    let some = |n: i64, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    let Content { stacks, instances, templates, .. } = content;
    format!("{}, {} and {}", some(*stacks, "stack"), some(*instances, "instance"), some(*templates, "template"))
}
