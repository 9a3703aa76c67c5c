//! The key file: reads it, creates it on first use, and adds a key to it, each atomically.
//!
//! Called by the vault. It must not overwrite a key, and must not accept a file that other users can read.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::SystemTime,
};

use zeroize::Zeroizing;

use super::VaultError;
use crate::{
    config::{KeyId, Keyring, KeyringError, SecretKey},
    private_file,
    random::Random,
};

/// The maximum size of a key file in bytes.
const MAX_FILE_BYTES: u64 = 65_536;

const HEAD: &str = "# Keys for DevArch's secrets: `<key id> <32 bytes in base64>`, the first one is used for writing.\n\
                    # Without them secrets cannot be read: keep a copy in a safe place, apart from the database's.\n";

/// Why a key file cannot be used. The message names the file, and never contains a part of its contents.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The operating system refused an operation.
    #[error("cannot {doing} the key file {path}: {source}", path = path.display())]
    Io {
        /// The operation.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// Users other than the owner have permissions on the file, which has this mode.
    #[error("the key file {path} is open to others (mode {1:04o}); close it with: chmod 600 {path}", path = .0.display())]
    Open(PathBuf, u32),
    /// The file is too large for a key file.
    #[error("the key file {} is larger than {MAX_FILE_BYTES} bytes", .0.display())]
    TooLarge(PathBuf),
    /// The path leads to something other than a regular file.
    #[error("the key file {} is not a file", .0.display())]
    NoFile(PathBuf),
    /// The file is malformed.
    #[error("the key file {path} cannot be used: {1}", path = .0.display())]
    Keys(PathBuf, #[source] KeyringError),
    /// No key could be generated.
    #[error("cannot make a key for {path}: {1}", path = .0.display())]
    Vault(PathBuf, #[source] VaultError),
    /// Another process is changing the file.
    #[error("another process is changing the key file {}; try again", .0.display())]
    Moved(PathBuf),
}

impl KeyFileError {
    /// Whether the file does not exist.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }

    /// Converts the error of a failed operation.
    fn io(doing: &'static str, path: &Path) -> impl Fn(io::Error) -> Self + Copy {
        move |source| Self::Io { doing, path: path.to_owned(), source }
    }
}

/// The metadata that changes whenever the file is rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileState {
    changed: Option<SystemTime>,
    length: u64,
    file: u64,
}

/// The current state of the file; `None` if its metadata cannot be read.
pub(super) fn mark(path: &Path) -> Option<FileState> {
    fs::metadata(path).ok().map(|seen| mark_of(&seen))
}

fn mark_of(seen: &fs::Metadata) -> FileState {
    #[cfg(unix)]
    let file = std::os::unix::fs::MetadataExt::ino(seen);
    #[cfg(not(unix))]
    let file = 0;
    FileState { changed: seen.modified().ok(), length: seen.len(), file }
}

/// Reads the keys.
pub(super) fn read(path: &Path) -> Result<(Keyring, FileState), KeyFileError> {
    let (text, mark) = load(path)?;
    let ring = text.parse().map_err(|cause| KeyFileError::Keys(path.to_owned(), cause))?;
    Ok((ring, mark))
}

fn load(path: &Path) -> Result<(Zeroizing<String>, FileState), KeyFileError> {
    let file = File::open(path).map_err(KeyFileError::io("read", path))?;
    let seen = file.metadata().map_err(KeyFileError::io("read", path))?;
    if !seen.is_file() {
        return Err(KeyFileError::NoFile(path.to_owned()));
    }
    if seen.len() > MAX_FILE_BYTES {
        return Err(KeyFileError::TooLarge(path.to_owned()));
    }
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&seen.permissions()) & 0o7777;
        if mode & 0o077 != 0 {
            return Err(KeyFileError::Open(path.to_owned(), mode));
        }
    }
    let text = io::read_to_string(file).map_err(KeyFileError::io("read", path))?;
    Ok((Zeroizing::new(text), mark_of(&seen)))
}

/// Creates the file with one new key, unless it exists.
pub(super) fn create(path: &Path) -> Result<(), KeyFileError> {
    let key = SecretKey::generate().map_err(|cause| KeyFileError::Vault(path.to_owned(), cause))?;
    let text = Zeroizing::new(format!("{HEAD}{}\n", key.line().as_str()));
    if let Some(folder) = folder(path) {
        private_file::create_folder(folder).map_err(KeyFileError::io("create the folder of", path))?;
    }
    let written = write_beside(path, &text)?;
    // Unlike a rename, a link never replaces a file that was created meanwhile.
    let linked = fs::hard_link(&written, path);
    drop(fs::remove_file(&written));
    match linked {
        Ok(()) => sync_folder(path),
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // Some file systems have no hard links.
        Err(_) => match write_new(path, &text) {
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            done => done.map_err(KeyFileError::io("create", path)),
        },
    }
}

/// Adds a new key as the first one.
pub(super) fn add(path: &Path) -> Result<KeyId, KeyFileError> {
    let changing = KeyFileError::io("change", path);
    let held = File::open(path).map_err(changing)?;
    if held.try_lock().is_err() {
        return Err(KeyFileError::Moved(path.to_owned()));
    }
    let (text, mark) = load(path)?;
    if mark_of(&held.metadata().map_err(changing)?) != mark {
        return Err(KeyFileError::Moved(path.to_owned()));
    }
    text.parse::<Keyring>().map_err(|cause| KeyFileError::Keys(path.to_owned(), cause))?;
    let key = SecretKey::generate().map_err(|cause| KeyFileError::Vault(path.to_owned(), cause))?;
    let is_key = |line: &str| !line.split('#').next().unwrap_or_default().trim().is_empty();
    let mut lines: Vec<&str> = text.lines().collect();
    let line = key.line();
    lines.insert(lines.iter().position(|line| is_key(line)).unwrap_or(lines.len()), &line);
    let text = Zeroizing::new(lines.join("\n") + "\n");
    let written = write_beside(path, &text)?;
    if let Err(cause) = fs::rename(&written, path) {
        drop(fs::remove_file(&written));
        return Err(changing(cause));
    }
    sync_folder(path)?;
    Ok(key.id().clone())
}

/// Writes the text to a new file in the same folder, and syncs it to disk.
fn write_beside(path: &Path, text: &str) -> Result<PathBuf, KeyFileError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{:016x}.new", Random::system().distinct()));
    let beside = path.with_file_name(name);
    write_new(&beside, text).map_err(KeyFileError::io("write", path))?;
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

/// Syncs the folder to disk, without which a new name may be lost.
fn sync_folder(path: &Path) -> Result<(), KeyFileError> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    let folder = folder(path).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(KeyFileError::io("keep", path))
}
