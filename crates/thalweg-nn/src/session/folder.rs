//! The folder of a run: checking that it is empty, locking it, and naming the methods' folders.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::Path;

use super::error::SessionError;
use crate::experiment::EXPERIMENT;

/// The settings of a run.
pub const RUN: &str = "run.json";
const LOCK: &str = ".lock";
/// The prefix of a `run.json` that was being written when the program was killed.
const PARTIAL_RUN: &str = ".run.json.thalweg-";

/// Checks that a run can start in a folder: it does not exist, or is empty except for the remains of
/// a run that was killed before it started.
pub fn check_empty(folder: &Path) -> Result<(), SessionError> {
    let failed = |source| SessionError::read(folder, source);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    for entry in entries {
        let name = entry.map_err(failed)?.file_name();
        if name == LOCK || name.to_string_lossy().starts_with(PARTIAL_RUN) {
            continue;
        }
        // Looked for after another file was seen, not before: a run that starts meanwhile writes its
        // settings first, so that where one of its files is seen they are there.
        let folder = folder.to_owned();
        let is_run = [RUN, EXPERIMENT].iter().any(|name| folder.join(name).exists());
        return Err(match is_run {
            true => SessionError::Occupied(folder),
            false => SessionError::NotEmpty(folder),
        });
    }
    Ok(())
}

/// Locks the folder against other processes, until the file is closed or the process ends.
pub fn lock(folder: &Path) -> Result<File, SessionError> {
    let path = folder.join(LOCK);
    // Opened for writing, because network file systems require that of a lock.
    let opened = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
    let file = opened.map_err(|source| SessionError::write(&path, source))?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(SessionError::InUse(folder.to_owned())),
        // On a file system without locks the run goes unlocked.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

/// The folder of a method within the run's: its label, with characters replaced that a file system
/// may reject, and a beginning that would hide it or read as an option.
pub fn folder_of(label: &str) -> String {
    let fits =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '=' | '_' | ',');
    let folder: String = label.chars().map(|c| if fits(c) { c } else { '-' }).collect();
    let kept = folder.trim_start_matches(['.', '-']);
    "_".repeat(folder.len() - kept.len()) + kept
}

/// Checks that each method has its own folder, also on file systems that ignore case.
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
    fn a_folder_name_is_valid_on_every_system() {
        assert_eq!(folder_of("adam"), "adam");
        assert_eq!(folder_of("adam:lr=1e-3,beta1=0.5"), "adam-lr=1e-3,beta1=0.5");
        assert_eq!(folder_of("sgd: lr=1e+3/\\\"é"), "sgd--lr=1e+3----");
    }

    #[test]
    fn a_folder_in_which_a_run_starts_at_this_moment_has_that_run() {
        for _ in 0..300 {
            let parent = tempfile::tempdir().unwrap();
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    fs::write(parent.path().join(RUN), "{}").unwrap();
                    fs::write(parent.path().join("metrics.jsonl"), "").unwrap();
                });
                let error = loop {
                    if let Err(error) = check_empty(parent.path()) {
                        break error;
                    }
                };
                assert!(matches!(error, SessionError::Occupied(_)), "{error}");
            });
        }
    }

    #[test]
    fn methods_do_not_share_a_folder() {
        let check = |labels: [&str; 2]| check_folders(labels.into_iter());
        assert!(check(["sgd:lr=1e-3", "sgd:lr=1e+3"]).is_ok());
        let error = check(["sgd:lr=1e-3", "sgd:lr=1E-3"]).unwrap_err().to_string();
        let expected = "`sgd:lr=1e-3` and `sgd:lr=1E-3` would both be written into the folder \
                        sgd-lr=1E-3; write one of the two specs differently";
        assert_eq!(error, expected);
    }
}
