//! `devarch backup` and `devarch restore`: the SQLite file as a whole.
//!
//! PostgreSQL has tools of its own for this, which are better at it. They must never touch what they cannot read.

use std::path::Path;

use super::print;
use crate::{
    clock::Clock,
    config::{DbUrl, Settings},
    db::maintenance::file::{self, Content},
};

/// Copies the database into a new file, while a service may be running on it.
pub(super) async fn back_up(settings: &Settings, to: &Path) -> Result<(), String> {
    let path = sqlite(settings, "pg_dump --format=custom --file=FILE")?;
    let shown = to.display();
    if to.exists() {
        return Err(format!("{shown} is there already; a backup never takes the place of another"));
    }
    let content = file::back_up(path, to)
        .await
        .map_err(|cause| format!("cannot back up the {}: {cause}", settings.database_url))?;
    let bytes = std::fs::metadata(to).map_or(0, |made| made.len());
    print(&format!(
        "{shown}: {}, {bytes} bytes, looked through.\nSecrets in it are encrypted; keep their key too, in another place: {}.\n",
        told(&content),
        super::secrets::source(settings)
    ));
    Ok(())
}

/// Puts a backup in the place of the database, on which nothing may be running.
pub(super) async fn restore(settings: &Settings, from: &Path, replace: bool) -> Result<(), String> {
    let path = sqlite(settings, "pg_restore --clean --if-exists --single-transaction FILE")?;
    if path.exists() && !replace {
        return Err(format!(
            "the {} is there already; with --replace it is put aside, and the backup takes its place",
            settings.database_url
        ));
    }
    let content = file::verify(from).await.map_err(|cause| format!("cannot restore {}: {cause}", from.display()))?;
    let aside = Clock::system().now().format(".before-%Y%m%dT%H%M%SZ").to_string();
    let (_, kept) = file::put_back(from, path, &aside)
        .await
        .map_err(|cause| format!("cannot restore the {}: {cause}", settings.database_url))?;
    let mut said = format!("The {} is {} again: {}.\n", settings.database_url, from.display(), told(&content));
    if let Some(kept) = kept {
        said += &format!("What was there is in {}.\n", kept.display());
    }
    if content.is_older {
        said += "An earlier version has made it; it is brought up to date when the service starts.\n";
    }
    print(&said);
    Ok(())
}

fn sqlite<'a>(settings: &'a Settings, instead: &str) -> Result<&'a Path, String> {
    match &settings.database_url {
        DbUrl::Sqlite(path) => Ok(path),
        DbUrl::Postgres(_) => {
            Err(format!("PostgreSQL has tools of its own for this: `{instead}`; docs/operations.md tells how"))
        }
    }
}

fn told(content: &Content) -> String {
    let some = |n: i64, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    let Content { stacks, instances, templates, .. } = content;
    format!("{}, {} and {}", some(*stacks, "stack"), some(*instances, "instance"), some(*templates, "template"))
}
