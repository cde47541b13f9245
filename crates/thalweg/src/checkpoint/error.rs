//! Why a checkpoint could not be written or read.

use std::io;
use std::path::{Path, PathBuf};

use super::file::reason;

/// Why a checkpoint could not be written or read. `path` is the file; `None` if the checkpoint was
/// read from bytes.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The system could not read the file.
    #[error("cannot read {}: {}", place(path), reason(source))]
    Read {
        /// The file.
        path: Option<PathBuf>,
        /// The operating system's error.
        source: io::Error,
    },

    /// The system could not write the file. An earlier file at this path is unchanged.
    #[error("cannot write {}: {}", path.display(), reason(source))]
    Write {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },

    /// The file is not a checkpoint.
    #[error("{} is not a checkpoint of thalweg: {what}", place(path))]
    NotACheckpoint {
        /// The file.
        path: Option<PathBuf>,
        /// What it is instead.
        what: &'static str,
    },

    /// The file was written by a later version of thalweg.
    #[error(
        "{} has version {found} of the checkpoint format, but this program reads versions \
         up to {known}; a newer thalweg can read it",
        place(path)
    )]
    NewerVersion {
        /// The file.
        path: Option<PathBuf>,
        /// The file's version.
        found: u64,
        /// The newest version that can be read.
        known: u64,
    },

    /// The file is truncated.
    #[error("{} is cut off: it ends after {found} of at least {expected} bytes", place(path))]
    Truncated {
        /// The file.
        path: Option<PathBuf>,
        /// Bytes in the file.
        found: u64,
        /// Bytes that the file should have at least, according to the part that could be read.
        expected: u64,
    },

    /// The file has changed since it was written.
    #[error("{} is damaged: {what}", place(path))]
    Corrupt {
        /// The file.
        path: Option<PathBuf>,
        /// Where the damage was detected.
        what: String,
    },

    /// The file is intact but its contents are not valid, or a checkpoint cannot be represented as
    /// a file.
    #[error("{} is not well formed: {what}", place(path))]
    Malformed {
        /// The file.
        path: Option<PathBuf>,
        /// What is wrong.
        what: String,
    },
}

impl CheckpointError {
    pub(super) fn not_a_checkpoint(what: &'static str) -> Self {
        Self::NotACheckpoint { path: None, what }
    }

    pub(super) fn truncated(found: u64, expected: u64) -> Self {
        Self::Truncated { path: None, found, expected }
    }

    pub(super) fn corrupt(what: impl Into<String>) -> Self {
        Self::Corrupt { path: None, what: what.into() }
    }

    pub(super) fn malformed(what: impl Into<String>) -> Self {
        Self::Malformed { path: None, what: what.into() }
    }

    /// The same error, with the path of the file.
    pub(super) fn of(mut self, file: &Path) -> Self {
        match &mut self {
            Self::Read { path, .. }
            | Self::NotACheckpoint { path, .. }
            | Self::NewerVersion { path, .. }
            | Self::Truncated { path, .. }
            | Self::Corrupt { path, .. }
            | Self::Malformed { path, .. } => *path = Some(file.to_owned()),
            Self::Write { path, .. } => *path = file.to_owned(),
        }
        self
    }
}

impl From<io::Error> for CheckpointError {
    fn from(source: io::Error) -> Self {
        Self::Read { path: None, source }
    }
}

fn place(path: &Option<PathBuf>) -> String {
    match path {
        Some(path) => path.display().to_string(),
        None => "the checkpoint".to_owned(),
    }
}
