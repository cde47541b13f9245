//! Atomic file replacement: a file appears complete or not at all.
//!
//! A file is written beside its target, under the name `.NAME.thalweg-XXXXXX`, and renamed over it.
//! Readers see the old file or the new one, never a part of it; after an error the old one is still
//! there.
//!
//! - The permissions of a file that is replaced are kept. Symbolic links are followed: the file
//!   that a link leads to is replaced. A pipe or a device is written through.
//! - A writer that is killed leaves its partial file behind. The next writer of the same target
//!   removes it. Each writer holds a lock on its own partial file, which ends with the process, so
//!   that the file of a running writer is never mistaken for a leftover.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Replaces the file at `path` by what `write` writes.
///
/// The name changes at once, but the system may still hold the contents in memory: after a loss
/// of power the file can be empty. [`replace_durably`] waits for the disk.
///
/// # Errors
/// The error of the system or of `write`; the file at `path` is then unchanged.
pub fn replace(
    path: impl AsRef<Path>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    put(path.as_ref(), false, write)
}

/// Like [`replace`], and the file is on the disk on return: its contents are synced before it is
/// renamed, so that even after a loss of power there is a complete file, the old or the new one.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("notes.txt");
/// thalweg::checkpoint::file::replace_durably(&path, |file| writeln!(file, "kept"))?;
/// assert_eq!(std::fs::read_to_string(&path)?, "kept\n");
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// The error of the system or of `write`; the file at `path` is then unchanged. The one exception
/// is a disk that fails after the renaming, while the folder is being synced: the new file is then
/// already in place.
pub fn replace_durably(
    path: impl AsRef<Path>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    put(path.as_ref(), true, write)
}

/// The system's error message without its error number.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_lowercase(),
        None => text,
    }
}

fn put(
    path: &Path,
    durable: bool,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let before = match fs::metadata(path) {
        Ok(found) if found.is_dir() => {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
        }
        Ok(found) if !found.is_file() => {
            return fill(&OpenOptions::new().write(true).open(path)?, write);
        }
        Ok(found) => Some(found),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let target = if before.is_some() { fs::canonicalize(path)? } else { end_of_links(path) };
    let Some(name) = target.file_name() else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it does not name a file"));
    };
    let (folder, prefix) = (folder_of(&target), prefix_of(name));

    remove_remnants(folder, &prefix);
    let partial = Partial::claim(folder, &prefix)?;
    if let Some(before) = before {
        // Permissions come before the contents, so that a private file is never readable by others.
        partial.file.set_permissions(before.permissions())?;
    }
    fill(&partial.file, write)?;
    if durable {
        partial.file.sync_all()?;
        // Opened before the renaming, so that a folder that cannot be opened changes nothing.
        let folder = Folder::open(folder)?;
        partial.rename(&target)?;
        folder.sync()
    } else {
        partial.rename(&target)
    }
}

fn fill(file: &File, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut buffered = BufWriter::with_capacity(1 << 18, file);
    write(&mut buffered)?;
    buffered.flush()
}

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// The target of a dangling symbolic link; any other path is returned unchanged.
fn end_of_links(path: &Path) -> PathBuf {
    let mut end = path.to_owned();
    // The system has already refused a cycle of links.
    while let Ok(next) = fs::read_link(&end) {
        end = folder_of(&end).join(next);
    }
    end
}

/// The number of random characters that end a partial file's name.
const RANDOM: usize = 6;

/// The prefix of the names of a target's partial files.
fn prefix_of(name: &OsStr) -> OsString {
    let mut prefix = OsString::from(".");
    if name.len() <= 200 {
        prefix.push(name);
    } else {
        // A long name is shortened, as the partial file's name would otherwise be too long for the
        // system.
        prefix.push(name.to_string_lossy().chars().take(50).collect::<String>());
    }
    prefix.push(".thalweg-");
    prefix
}

/// Removes the partial files of killed writers. A file that cannot be removed does no harm.
fn remove_remnants(folder: &Path, prefix: &OsStr) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let is_partial = entry
            .file_name()
            .as_encoded_bytes()
            .strip_prefix(prefix.as_encoded_bytes())
            .is_some_and(|end| end.len() == RANDOM && end.iter().all(u8::is_ascii_alphanumeric))
            && entry.file_type().is_ok_and(|kind| kind.is_file());
        if !is_partial {
            continue;
        }
        if let Ok(file) = File::open(entry.path())
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A file being written. It is removed when dropped, unless it has been renamed.
struct Partial {
    file: File,
    path: PathBuf,
    is_renamed: bool,
}

impl Partial {
    /// Creates one and locks it.
    fn claim(folder: &Path, prefix: &OsStr) -> io::Result<Self> {
        for _ in 0..100 {
            let path = folder.join(random_name(prefix));
            let file = match OpenOptions::new().write(true).create_new(true).open(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                result => result?,
            };
            let partial = Self { file, path, is_renamed: false };
            // Between creating and locking, another writer may mistake the file for a leftover: it
            // then holds the lock or has removed the file.
            match partial.file.try_lock() {
                Ok(()) if partial.path.exists() => return Ok(partial),
                Ok(()) | Err(TryLockError::WouldBlock) => {}
                // Where the file system has no locks, no writer removes leftovers, and so none
                // removes this file.
                Err(TryLockError::Error(_)) => return Ok(partial),
            }
        }
        Err(io::Error::new(
            io::ErrorKind::WouldBlock,
            "other writers keep removing the file being written",
        ))
    }

    fn rename(mut self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)?;
        self.is_renamed = true;
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.is_renamed {
            // If this fails, the next writer of the target tries again.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn random_name(prefix: &OsStr) -> OsString {
    const CHARACTERS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    // The standard library's only source of random numbers.
    let mut random = RandomState::new().build_hasher().finish();
    let mut name = prefix.to_owned();
    for _ in 0..RANDOM {
        name.push(char::from(CHARACTERS[(random % 36) as usize]).to_string());
        random /= 36;
    }
    name
}

/// The folder that holds a name, to be synced after the name has changed.
struct Folder(#[cfg(unix)] File);

impl Folder {
    #[cfg(unix)]
    fn open(path: &Path) -> io::Result<Self> {
        File::open(path).map(Self)
    }

    #[cfg(unix)]
    fn sync(self) -> io::Result<()> {
        match self.0.sync_all() {
            // Some file systems cannot sync a folder and report it with this error.
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
            result => result,
        }
    }

    #[cfg(not(unix))]
    fn open(_path: &Path) -> io::Result<Self> {
        Ok(Self())
    }

    #[cfg(not(unix))]
    fn sync(self) -> io::Result<()> {
        Ok(())
    }
}
