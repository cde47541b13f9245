//! Why a checkpoint could not be written or read.

use std::io;
use std::path::{Path, PathBuf};

use crate::file::reason;

/// Why a checkpoint could not be written or read. `path` is the file, if it was one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The system could not read the file.
    #[error("cannot read {}: {}", place(path), reason(source))]
    Read {
        /// The file.
        path: Option<PathBuf>,
        /// What the system said.
        source: io::Error,
    },

    /// The system could not write the file. What was there before still is.
    #[error("cannot write {}: {}", path.display(), reason(source))]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// The file is something else.
    #[error("{} is no checkpoint of thalweg: {what}", place(path))]
    NotACheckpoint {
        /// The file.
        path: Option<PathBuf>,
        /// What it is instead.
        what: &'static str,
    },

    /// A later version of thalweg has written the file.
    #[error(
        "{} has version {found} of the checkpoint format, but this program knows no version \
         beyond {known}; a newer thalweg can read it",
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

    /// The file's end is missing.
    #[error("{} is cut off: it ends after {found} of at least {expected} bytes", place(path))]
    Truncated {
        /// The file.
        path: Option<PathBuf>,
        /// Bytes that are there.
        found: u64,
        /// Bytes that should be there, as far as what is left of the file tells.
        expected: u64,
    },

    /// The file is not as it was written.
    #[error("{} is damaged: {what}", place(path))]
    Corrupt {
        /// The file.
        path: Option<PathBuf>,
        /// Where the damage shows.
        what: String,
    },

    /// The file is whole but says what no checkpoint says, or a checkpoint cannot be a file.
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

    /// The same error, of this file.
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
