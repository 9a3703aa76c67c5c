//! Files with secrets: only their owner can read them, whatever existed before and whatever the umask of the process
//! is.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::{Command, Output},
};

use devarch::db::DbUrl;
use serde_json::json;

use crate::support::{Engine, TestApp, run};

/// A folder to work in, with a database in a folder of its own that is made on first use.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        let done = place.devarch(&["migrate", "up"]);
        assert!(done.status.success(), "{done:?}");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn database(&self) -> PathBuf {
        self.path("data/devarch.db")
    }

    /// The binary, started with a umask that lets other users read new files.
    fn devarch(&self, arguments: &[&str]) -> Output {
        let mut shell = Command::new("sh");
        shell.args(["-c", "umask 022; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_devarch"), "--database-url"]);
        shell.arg(format!("sqlite://{}", self.database().display())).args(arguments).current_dir(self.0.path());
        shell.output().unwrap()
    }

    fn done(&self, arguments: &[&str]) {
        let done = self.devarch(arguments);
        assert!(done.status.success(), "{arguments:?}: {done:?}");
    }

    /// Imports a stack `shop` with a secret.
    fn import(&self) {
        let text = "services:\n  app:\n    image: app\n    environment:\n      PIN: planted\n    x-devarch: {secrets: [PIN]}\n";
        fs::write(self.path("in.yaml"), text).unwrap();
        self.done(&["import", "--stack", "shop", "in.yaml"]);
    }
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap_or_else(|_| panic!("{}", path.display())).permissions().mode() & 0o7777
}

fn open_up(path: &Path) {
    fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap();
}

#[test]
fn a_database_and_its_key_are_closed_to_others() {
    let place = Place::new();
    place.import();
    let (database, key) = (place.database(), place.path("data/devarch.db.key"));
    assert_eq!((mode(&place.path("data")), mode(&database), mode(&key)), (0o700, 0o600, 0o600));
    // Also an existing file with another mode.
    for name in ["data/devarch.db", "data/devarch.db-wal", "data/devarch.db-shm"] {
        let file = place.path(name);
        if !file.exists() {
            fs::write(&file, "").unwrap();
        }
        open_up(&file);
    }
    place.done(&["key", "list"]);
    for name in ["data/devarch.db", "data/devarch.db-wal", "data/devarch.db-shm"] {
        let file = place.path(name);
        assert!(!file.exists() || mode(&file) == 0o600, "{name}");
    }
    // A key file that other users may have read is refused, and its mode is not changed.
    open_up(&key);
    assert_eq!(place.devarch(&["secrets", "status"]).status.code(), Some(1));
    assert_eq!(mode(&key), 0o644);
}

#[test]
fn what_stands_beside_a_running_database_is_closed_to_others() {
    run(Engine::Sqlite, async |t: &TestApp| {
        t.done("createStack", json!({ "name": "shop" }), "").await;
        let DbUrl::Sqlite(file) = &t.url else { panic!("{:?}", t.url) };
        for suffix in ["", "-wal", "-shm"] {
            assert_eq!(mode(Path::new(&format!("{}{suffix}", file.display()))), 0o600, "{suffix}");
        }
    });
}

#[test]
fn a_backup_is_closed_to_others_and_follows_no_link() {
    let place = Place::new();
    place.import();
    let (backup, victim) = (place.path("kept/backup.db"), place.path("victim"));
    fs::create_dir(place.path("kept")).unwrap();
    fs::write(&victim, "theirs").unwrap();
    // Another user has created the temporary file of the backup.
    symlink(&victim, place.path("kept/backup.db.partial")).unwrap();
    place.done(&["backup", backup.to_str().unwrap()]);
    assert_eq!((mode(&backup), fs::read(&victim).unwrap().as_slice()), (0o600, b"theirs".as_slice()));
    assert!(fs::symlink_metadata(&backup).unwrap().is_file());
    place.done(&["backup", place.path("new/backup.db").to_str().unwrap()]);
    assert_eq!((mode(&place.path("new")), mode(&place.path("new/backup.db"))), (0o700, 0o600));

    // Coming back, neither the mode of the backup nor that of the database that is put aside counts.
    open_up(&backup);
    open_up(&place.database());
    place.done(&["restore", "--replace", backup.to_str().unwrap()]);
    assert_eq!(mode(&place.database()), 0o600);
    let aside = fs::read_dir(place.path("data")).unwrap().map(|entry| entry.unwrap().path());
    let aside: Vec<PathBuf> = aside.filter(|path| path.to_str().unwrap().contains(".before-")).collect();
    assert!(!aside.is_empty() && aside.iter().all(|path| mode(path) == 0o600), "{aside:?}");
}

#[test]
fn a_file_with_revealed_secrets_is_closed_to_others() {
    let place = Place::new();
    place.import();
    let render = |folder: &str, more: &[&str]| {
        let mut arguments = vec!["compose", "shop", "--output", folder];
        arguments.extend(more);
        place.done(&arguments);
    };
    let reveal = ["--layered", "--reveal-secrets"];
    let (file, layer) = (place.path("out/compose.yaml"), place.path("out/compose.override.yaml"));
    // Without secrets the file is as the process makes files.
    render("out", &["--layered"]);
    assert_eq!((mode(&file), mode(&layer)), (0o644, 0o644));
    assert!(!fs::read_to_string(&file).unwrap().contains("planted"));
    // Over files that other users can read, and that a process has open.
    let opened = fs::File::open(&file).unwrap();
    render("out", &reveal);
    assert_eq!((mode(&file), mode(&layer)), (0o600, 0o600));
    let both = fs::read_to_string(&file).unwrap() + &fs::read_to_string(&layer).unwrap();
    assert!(both.contains("planted"));
    assert!(!std::io::read_to_string(opened).unwrap().contains("planted"));
    // A private file stays private.
    render("out", &[]);
    assert_eq!(mode(&file), 0o600);
    // A link to a file of others is refused, and replaced with --force.
    let victim = place.path("victim");
    fs::write(&victim, "theirs").unwrap();
    for more in [&reveal[..], &[]] {
        fs::remove_file(&file).unwrap();
        symlink(&victim, &file).unwrap();
        let refused = place.devarch(&[&["compose", "shop", "--output", "out"][..], more].concat());
        assert!(!refused.status.success() && fs::symlink_metadata(&file).unwrap().is_symlink(), "{refused:?}");
        render("out", &[more, &["--force"]].concat());
        assert_eq!(fs::read(&victim).unwrap(), b"theirs");
        assert!(fs::symlink_metadata(&file).unwrap().is_file());
    }
    render("fresh", &reveal);
    assert_eq!((mode(&place.path("fresh")), mode(&place.path("fresh/compose.yaml"))), (0o700, 0o600));
    let left: Vec<_> = fs::read_dir(place.path("out")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "nothing is left behind: {left:?}");
}
