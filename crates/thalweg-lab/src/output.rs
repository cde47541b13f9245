//! Files that appear whole or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thalweg::internal::file;
pub use thalweg::internal::file::reason;

/// Why a file could not be written. The previous file is unchanged.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {}", path.display(), reason(source))]
pub struct OutputError {
    /// The file, or the folder that could not be made.
    pub path: PathBuf,
    /// The system's error.
    pub source: io::Error,
}

/// Writes a file beside its target and renames it over it, so that readers see the old file
/// or the new one. A target that is not a regular file (a pipe, a device) is written to directly.
///
/// # Errors
/// [`OutputError`] with the path and the system's error.
pub fn write(path: &Path, contents: &[u8]) -> Result<(), OutputError> {
    file::replace(path, |out| out.write_all(contents))
        .map_err(|source| OutputError { path: path.to_owned(), source })
}

/// Makes a folder and those above it.
///
/// # Errors
/// [`OutputError`] with the path and the system's error.
pub fn make_folder(path: &Path) -> Result<(), OutputError> {
    fs::create_dir_all(path).map_err(|source| {
        let source = match source.kind() {
            io::ErrorKind::AlreadyExists => io::Error::new(source.kind(), "it is not a folder"),
            _ => source,
        };
        OutputError { path: path.to_owned(), source }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        write(&path, b"old, and longer").unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write(&link, b"new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing").join("a.txt");
        let message = write(&path, b"").unwrap_err().to_string();
        assert!(message.contains("missing") && message.contains("no such file"), "{message}");
        assert!(!message.contains("os error"), "{message}");
    }

    #[test]
    fn a_folder_in_the_place_of_the_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let message = write(folder.path(), b"").unwrap_err().to_string();
        assert!(message.ends_with("it is a folder"), "{message}");
    }
}
