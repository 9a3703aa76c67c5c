//! Files that only their owner can read: databases, keys, backups, and rendered files with secrets.
//!
//! Used wherever such a file is created. It must not write into an existing file, and must not follow a symbolic link:
//! a new file is written beside it with private permissions, and then renamed. On systems other than Unix, the
//! permissions of the folder apply.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::random::Random;

/// Read and write for the owner.
#[cfg(unix)]
const FILE_MODE: u32 = 0o600;
/// All permissions for the owner.
#[cfg(unix)]
const FOLDER_MODE: u32 = 0o700;

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Its owner.
    Owner,
    /// The users who may read the file that it replaces. Without one, the default of the process applies.
    AsBefore,
}

/// Creates a file that only its owner can read. Fails if anything with that name exists, including a symbolic link.
pub fn create_new(path: &Path) -> io::Result<File> {
    create(path, Readers::Owner)
}

fn create(path: &Path, readers: Readers) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    if readers == Readers::Owner {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, FILE_MODE);
    }
    #[cfg(not(unix))]
    let _ = readers;
    options.open(path)
}

/// Creates a folder and its parents if they do not exist. Only the owner can access the created folders.
pub fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, FOLDER_MODE);
    builder.create(path)
}

/// Removes the permissions of all users but the owner from an existing file.
pub fn close_to_others(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let seen = match fs::metadata(path) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(()),
            seen => seen?,
        };
        let mode = seen.permissions().mode() & 0o7777;
        if seen.is_file() && mode & 0o077 != 0 {
            fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o700))?;
        }
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Replaces the content of a file atomically, by renaming a new file. A symbolic link is replaced, not followed.
pub fn replace(path: &Path, content: &[u8], readers: Readers) -> io::Result<()> {
    let before = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file);
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{:016x}.new", Random::system().distinct()));
    let beside = path.with_file_name(name);
    let mut file = create(&beside, readers)?;
    let unfinished = Unfinished(&beside);
    if let (Readers::AsBefore, Some(before)) = (readers, before) {
        file.set_permissions(before.permissions())?;
    }
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    std::mem::forget(unfinished);
    Ok(())
}

/// Deletes a file that was not renamed.
struct Unfinished<'a>(&'a PathBuf);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        drop(fs::remove_file(self.0));
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn files_and_folders_are_closed_from_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        create_folder(&inner).unwrap();
        create_folder(&inner).unwrap();
        assert_eq!((mode(&inner), mode(&folder.path().join("a"))), (0o700, 0o700));
        let file = inner.join("file");
        create_new(&file).unwrap();
        assert_eq!(mode(&file), 0o600);
        assert_eq!(create_new(&file).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o664)).unwrap();
        close_to_others(&file).unwrap();
        assert_eq!(mode(&file), 0o600);
        close_to_others(&inner.join("nothing")).unwrap();
    }

    #[test]
    fn what_is_there_is_replaced_and_no_link_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (file, other, link) = (folder.path().join("f"), folder.path().join("o"), folder.path().join("l"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        let opened = File::open(&file).unwrap();
        replace(&file, b"secret", Readers::Owner).unwrap();
        assert_eq!((mode(&file), fs::read(&file).unwrap().as_slice()), (0o600, b"secret".as_slice()));
        assert_eq!(io::read_to_string(opened).unwrap(), "old", "who had it open sees nothing of the new content");
        replace(&file, b"plain", Readers::AsBefore).unwrap();
        assert_eq!(mode(&file), 0o600);
        fs::write(&other, "theirs").unwrap();
        symlink(&other, &link).unwrap();
        assert_eq!(create_new(&link).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        replace(&link, b"secret", Readers::Owner).unwrap();
        assert_eq!(fs::read(&other).unwrap(), b"theirs");
        assert!(fs::symlink_metadata(&link).unwrap().is_file() && mode(&link) == 0o600);
        assert!(replace(folder.path(), b"x", Readers::Owner).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3, "nothing is left behind");
    }
}
