//! The folder of a run: whether one can begin there, who writes into it, what methods' folders are called.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::Path;

use super::{RUN, SessionError};

const LOCK: &str = ".lock";
/// How the name of a `run.json` begins that was being written when the program was killed.
const PARTIAL_RUN: &str = ".run.json.thalweg-";

/// Whether a run can begin in a folder: it is not there, or has nothing in it but what is left of a
/// run that was killed before it began.
pub fn check_empty(folder: &Path) -> Result<(), SessionError> {
    let failed = |source| SessionError::read(folder, source);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    if folder.join(RUN).exists() {
        return Err(SessionError::Occupied(folder.to_owned()));
    }
    for entry in entries {
        let name = entry.map_err(failed)?.file_name();
        if name != LOCK && !name.to_string_lossy().starts_with(PARTIAL_RUN) {
            return Err(SessionError::NotEmpty(folder.to_owned()));
        }
    }
    Ok(())
}

/// Makes sure that nobody else writes into the folder, until the file is closed or the process ends.
pub fn lock(folder: &Path) -> Result<File, SessionError> {
    let path = folder.join(LOCK);
    // For writing, because network file systems want that of whoever locks.
    let opened = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
    let file = opened.map_err(|source| SessionError::write(&path, source))?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(SessionError::InUse(folder.to_owned())),
        // Where the file system has no locks, the run has to do without.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

/// The folder of a method within the run's: its label, with what a file system could refuse replaced.
pub fn folder_of(label: &str) -> String {
    let fits =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '=' | '_' | ',');
    label.chars().map(|c| if fits(c) { c } else { '-' }).collect()
}

/// Makes sure that each method has a folder of its own, also where capitals do not count.
pub fn check_folders<'a>(labels: impl Iterator<Item = &'a str>) -> Result<(), SessionError> {
    let mut owners = BTreeMap::new();
    for label in labels {
        let folder = folder_of(label);
        if let Some(first) = owners.insert(folder.to_lowercase(), label) {
            let labels = [first.to_owned(), label.to_owned()];
            return Err(SessionError::SameFolder { labels, folder });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_has_a_folder_that_every_system_takes() {
        assert_eq!(folder_of("adam"), "adam");
        assert_eq!(folder_of("adam:lr=1e-3,beta1=0.5"), "adam-lr=1e-3,beta1=0.5");
        assert_eq!(folder_of("sgd: lr=1e+3/\\\"é"), "sgd--lr=1e+3----");
    }

    #[test]
    fn methods_do_not_share_a_folder() {
        let check = |labels: [&str; 2]| check_folders(labels.into_iter());
        assert!(check(["sgd:lr=1e-3", "sgd:lr=1e+3"]).is_ok());
        let error = check(["sgd:lr=1e-3", "sgd:lr=1E-3"]).unwrap_err().to_string();
        let expected = "`sgd:lr=1e-3` and `sgd:lr=1E-3` would both be written into the folder \
                        sgd-lr=1E-3; one of them has to be written in another way";
        assert_eq!(error, expected);
    }
}
