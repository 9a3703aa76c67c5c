//! The key file: reads it, creates it on first use, and adds a key to it, each atomically.
//!
//! Called by the vault. It must not overwrite a key, and must not accept a file that other users can read.

use std::{
    fmt,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::SystemTime,
};

use zeroize::Zeroizing;

use super::{Key, KeyId, Keyring, KeyringError, VaultError};
use crate::private_file;

/// The maximum size of a key file in bytes.
const MAX_FILE_BYTES: u64 = 65_536;

const HEAD: &str = "# Keys for DevArch's secrets: `<key id> <32 bytes in base64>`, the first one is used for writing.\n\
                    # Without them secrets cannot be read: keep a copy in a safe place, apart from the database's.\n";

/// Why a key file cannot be used. The message names the file, but shows nothing of its contents.
#[derive(Debug)]
pub struct KeyFileError {
    path: PathBuf,
    what: Failure,
}

#[derive(Debug)]
enum Failure {
    Io(&'static str, io::Error),
    Open(u32),
    TooLarge,
    NoFile,
    Keys(KeyringError),
    Vault(VaultError),
    Moved,
}

impl KeyFileError {
    /// Whether the file does not exist.
    pub fn is_missing(&self) -> bool {
        matches!(&self.what, Failure::Io(_, cause) if cause.kind() == io::ErrorKind::NotFound)
    }
}

impl fmt::Display for KeyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.what {
            Failure::Io(doing, cause) => write!(f, "cannot {doing} the key file {path}: {cause}"),
            Failure::Open(mode) => {
                write!(f, "the key file {path} is open to others (mode {mode:04o}); close it with: chmod 600 {path}")
            }
            Failure::TooLarge => write!(f, "the key file {path} is larger than {MAX_FILE_BYTES} bytes"),
            Failure::NoFile => write!(f, "the key file {path} is not a file"),
            Failure::Keys(cause) => write!(f, "the key file {path} cannot be used: {cause}"),
            Failure::Vault(cause) => write!(f, "cannot make a key for {path}: {cause}"),
            Failure::Moved => write!(f, "somebody else is changing the key file {path}; try again"),
        }
    }
}

impl std::error::Error for KeyFileError {}

/// The state of the file, which differs after every change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    changed: Option<SystemTime>,
    length: u64,
    file: u64,
}

/// The current state of the file; `None` if its metadata cannot be read.
pub(super) fn mark(path: &Path) -> Option<Mark> {
    fs::metadata(path).ok().map(|seen| mark_of(&seen))
}

fn mark_of(seen: &fs::Metadata) -> Mark {
    #[cfg(unix)]
    let file = std::os::unix::fs::MetadataExt::ino(seen);
    #[cfg(not(unix))]
    let file = 0;
    Mark { changed: seen.modified().ok(), length: seen.len(), file }
}

/// Reads the keys.
pub(super) fn read(path: &Path) -> Result<(Keyring, Mark), KeyFileError> {
    let fail = |what| KeyFileError { path: path.to_owned(), what };
    let (text, mark) = load(path).map_err(fail)?;
    let ring = text.parse().map_err(|cause| fail(Failure::Keys(cause)))?;
    Ok((ring, mark))
}

fn load(path: &Path) -> Result<(Zeroizing<String>, Mark), Failure> {
    let file = File::open(path).map_err(|cause| Failure::Io("read", cause))?;
    let seen = file.metadata().map_err(|cause| Failure::Io("read", cause))?;
    if !seen.is_file() {
        return Err(Failure::NoFile);
    }
    if seen.len() > MAX_FILE_BYTES {
        return Err(Failure::TooLarge);
    }
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&seen.permissions()) & 0o7777;
        if mode & 0o077 != 0 {
            return Err(Failure::Open(mode));
        }
    }
    let text = io::read_to_string(file).map_err(|cause| Failure::Io("read", cause))?;
    Ok((Zeroizing::new(text), mark_of(&seen)))
}

/// Creates the file with one new key, unless it exists.
pub(super) fn create(path: &Path) -> Result<(), KeyFileError> {
    let fail = |what| KeyFileError { path: path.to_owned(), what };
    let key = Key::generate().map_err(|cause| fail(Failure::Vault(cause)))?;
    let text = Zeroizing::new(format!("{HEAD}{}\n", key.line().as_str()));
    if let Some(folder) = folder(path) {
        private_file::create_folder(folder).map_err(|cause| fail(Failure::Io("create the folder of", cause)))?;
    }
    let written = write_beside(path, &text).map_err(fail)?;
    // Unlike a rename, a hard link never replaces a file that was created in the meantime.
    let linked = fs::hard_link(&written, path);
    drop(fs::remove_file(&written));
    match linked {
        Ok(()) => sync_folder(path).map_err(fail),
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // Some file systems have no hard links.
        Err(_) => match write_new(path, &text) {
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            done => done.map_err(|cause| fail(Failure::Io("create", cause))),
        },
    }
}

/// Adds a new key as the first one.
pub(super) fn add(path: &Path) -> Result<KeyId, KeyFileError> {
    let fail = |what| KeyFileError { path: path.to_owned(), what };
    let changing = |cause| fail(Failure::Io("change", cause));
    let locked = File::open(path).map_err(changing)?;
    if locked.try_lock().is_err() {
        return Err(fail(Failure::Moved));
    }
    let (text, mark) = load(path).map_err(fail)?;
    if mark_of(&locked.metadata().map_err(changing)?) != mark {
        return Err(fail(Failure::Moved));
    }
    text.parse::<Keyring>().map_err(|cause| fail(Failure::Keys(cause)))?;
    let key = Key::generate().map_err(|cause| fail(Failure::Vault(cause)))?;
    let is_key = |line: &str| !line.split('#').next().unwrap_or_default().trim().is_empty();
    let mut lines: Vec<&str> = text.lines().collect();
    let line = key.line();
    lines.insert(lines.iter().position(|line| is_key(line)).unwrap_or(lines.len()), &line);
    let text = Zeroizing::new(lines.join("\n") + "\n");
    let written = write_beside(path, &text).map_err(fail)?;
    if let Err(cause) = fs::rename(&written, path) {
        drop(fs::remove_file(&written));
        return Err(changing(cause));
    }
    sync_folder(path).map_err(fail)?;
    Ok(key.id().clone())
}

/// Writes the text to a new file in the same folder, and syncs it to disk.
fn write_beside(path: &Path, text: &str) -> Result<PathBuf, Failure> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{:016x}.new", fastrand::u64(..)));
    let beside = path.with_file_name(name);
    write_new(&beside, text).map_err(|cause| Failure::Io("write", cause))?;
    Ok(beside)
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = private_file::create_new(path)?;
    let done = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    if done.is_err() {
        drop(fs::remove_file(path));
    }
    done
}

fn folder(path: &Path) -> Option<&Path> {
    path.parent().filter(|folder| !folder.as_os_str().is_empty())
}

/// The name of a new file is durable only after its folder was synced.
fn sync_folder(path: &Path) -> Result<(), Failure> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    let folder = folder(path).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|cause| Failure::Io("keep", cause))
}
