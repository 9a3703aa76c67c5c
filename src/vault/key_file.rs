//! The file of the keys: read, made on first use, and given a new key; each step whole or not at all.
//!
//! Called by the vault. It must never overwrite a key, nor accept a file that others can read.

use std::{
    fmt,
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
};

/// Largest file of keys, in bytes.
const MAX_FILE: u64 = 65_536;

const HEAD: &str = "# Keys for DevArch's secrets: `<key id> <32 bytes in base64>`, the first one is used for writing.\n\
                    # Without them secrets cannot be read: keep a copy in a safe place, apart from the database's.\n";

/// Why a file of keys cannot be used; names the file, never what is in it.
#[derive(Debug)]
pub struct KeyFileError {
    path: PathBuf,
    what: What,
}

#[derive(Debug)]
enum What {
    Io(&'static str, io::Error),
    Open(u32),
    TooLarge,
    NoFile,
    Keys(KeyringError),
    Vault(VaultError),
    Moved,
}

impl KeyFileError {
    /// Whether there is no such file.
    pub fn is_missing(&self) -> bool {
        matches!(&self.what, What::Io(_, cause) if cause.kind() == io::ErrorKind::NotFound)
    }
}

impl fmt::Display for KeyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.what {
            What::Io(doing, cause) => write!(f, "cannot {doing} the key file {path}: {cause}"),
            What::Open(mode) => {
                write!(f, "the key file {path} is open to others (mode {mode:04o}); close it with: chmod 600 {path}")
            }
            What::TooLarge => write!(f, "the key file {path} is larger than {MAX_FILE} bytes"),
            What::NoFile => write!(f, "the key file {path} is not a file"),
            What::Keys(cause) => write!(f, "the key file {path} cannot be used: {cause}"),
            What::Vault(cause) => write!(f, "cannot make a key for {path}: {cause}"),
            What::Moved => write!(f, "somebody else is changing the key file {path}; try again"),
        }
    }
}

impl std::error::Error for KeyFileError {}

/// What tells one state of a file from the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    changed: Option<SystemTime>,
    length: u64,
    file: u64,
}

/// The mark of the file as it is now; none when it cannot be seen.
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
    let ring = text.parse().map_err(|cause| fail(What::Keys(cause)))?;
    Ok((ring, mark))
}

fn load(path: &Path) -> Result<(Zeroizing<String>, Mark), What> {
    let file = File::open(path).map_err(|cause| What::Io("read", cause))?;
    let seen = file.metadata().map_err(|cause| What::Io("read", cause))?;
    if !seen.is_file() {
        return Err(What::NoFile);
    }
    if seen.len() > MAX_FILE {
        return Err(What::TooLarge);
    }
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&seen.permissions()) & 0o7777;
        if mode & 0o077 != 0 {
            return Err(What::Open(mode));
        }
    }
    let text = io::read_to_string(file).map_err(|cause| What::Io("read", cause))?;
    Ok((Zeroizing::new(text), mark_of(&seen)))
}

/// Makes the file with one new key, unless it is there.
pub(super) fn create(path: &Path) -> Result<(), KeyFileError> {
    let fail = |what| KeyFileError { path: path.to_owned(), what };
    let key = SecretKey::generate().map_err(|cause| fail(What::Vault(cause)))?;
    let text = Zeroizing::new(format!("{HEAD}{}\n", key.line().as_str()));
    if let Some(folder) = folder(path) {
        private_file::create_folder(folder).map_err(|cause| fail(What::Io("create the folder of", cause)))?;
    }
    let written = write_beside(path, &text).map_err(fail)?;
    // A link, unlike a rename, never takes the place of a file that has appeared meanwhile.
    let linked = fs::hard_link(&written, path);
    drop(fs::remove_file(&written));
    match linked {
        Ok(()) => sync_folder(path).map_err(fail),
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        // Some file systems have no links.
        Err(_) => match write_new(path, &text) {
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            done => done.map_err(|cause| fail(What::Io("create", cause))),
        },
    }
}

/// Puts a new key before all others.
pub(super) fn add(path: &Path) -> Result<KeyId, KeyFileError> {
    let fail = |what| KeyFileError { path: path.to_owned(), what };
    let changing = |cause| fail(What::Io("change", cause));
    let held = File::open(path).map_err(changing)?;
    if held.try_lock().is_err() {
        return Err(fail(What::Moved));
    }
    let (text, mark) = load(path).map_err(fail)?;
    if mark_of(&held.metadata().map_err(changing)?) != mark {
        return Err(fail(What::Moved));
    }
    text.parse::<Keyring>().map_err(|cause| fail(What::Keys(cause)))?;
    let key = SecretKey::generate().map_err(|cause| fail(What::Vault(cause)))?;
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

/// Writes the text into a new file in the same folder, down to the disk.
fn write_beside(path: &Path, text: &str) -> Result<PathBuf, What> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{:016x}.new", fastrand::u64(..)));
    let beside = path.with_file_name(name);
    write_new(&beside, text).map_err(|cause| What::Io("write", cause))?;
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

/// A new name is there to stay only when its folder is on the disk, too.
fn sync_folder(path: &Path) -> Result<(), What> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    let folder = folder(path).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|cause| What::Io("keep", cause))
}
