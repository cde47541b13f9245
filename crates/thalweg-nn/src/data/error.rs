//! Why there is no data set.

use std::io;
use std::path::PathBuf;

use thalweg::did_you_mean;
use thalweg_draw::numbers::{counted, grouped};
use thalweg_lab::output::reason;

use super::idx::IdxError;
use super::source::SOURCES;
use super::table::TableError;

/// Why there is no data set.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// No source has this name.
    #[error(
        "there is no data set `{name}`{}; there are {}",
        did_you_mean(nearest),
        SOURCES.map(|row| row.form).join(", ")
    )]
    UnknownSource {
        /// The name that was asked for.
        name: String,
        /// The known names nearest to it, nearest first; empty if none is near.
        nearest: Vec<&'static str>,
    },

    /// A text names a source and is not of its form.
    #[error("`{text}` cannot be read: {problem}; it is written `{form}`")]
    MalformedSource {
        /// The whole text.
        text: String,
        /// What is wrong.
        problem: String,
        /// How it is written.
        form: String,
    },

    /// The source has no setting of this name.
    #[error(
        "{source_name} has no setting `{name}`{}; it has {}",
        did_you_mean(nearest),
        settings(known)
    )]
    UnknownSetting {
        /// The source.
        source_name: &'static str,
        /// The name that was asked for.
        name: String,
        /// The source's settings nearest to it, nearest first; empty if none is near.
        nearest: Vec<&'static str>,
        /// All settings of the source, and what each accepts.
        known: Vec<(&'static str, String)>,
    },

    /// A setting's value is not one that it can have.
    #[error("{source_name}: {setting}={value} is refused; {setting} is {accepted}")]
    InvalidSetting {
        /// The source.
        source_name: &'static str,
        /// The setting.
        setting: String,
        /// The value as it was given.
        value: String,
        /// What would be accepted.
        accepted: String,
    },

    /// A share that is none.
    #[error("a test share of {share} is refused; it is a number above 0 and below 1")]
    TestShare {
        /// The share.
        share: f64,
    },

    /// A test share for files that are split already.
    #[error(
        "a test share of {share} is refused: {} has a test part of its own, {}",
        folder.display(), file.display()
    )]
    TestPartGiven {
        /// The share.
        share: f64,
        /// The folder.
        folder: PathBuf,
        /// The name of the images to be tested on.
        file: PathBuf,
    },

    /// One of the two parts would have no sample.
    #[error(
        "a test share of {share} of {} leaves none to {}; each part needs one at least",
        counted(*samples as u64, "sample"),
        if *held_out == 0 { "be tested on" } else { "learn from" }
    )]
    TooFew {
        /// Samples in all.
        samples: usize,
        /// The share.
        share: f64,
        /// How many samples the share is.
        held_out: usize,
    },

    /// Classes without a sample to learn them from.
    #[error(
        "{} no sample among the {} to learn from; more samples of each class, another seed or a \
         smaller test share may help",
        without_samples(class, *missing, *classes),
        grouped(*samples as u64)
    )]
    ClassNotInTraining {
        /// The first such class.
        class: String,
        /// How many such classes there are.
        missing: usize,
        /// How many classes there are.
        classes: usize,
        /// Samples to learn from.
        samples: usize,
    },

    /// A file cannot be read.
    #[error("cannot read {}: {}", path.display(), reason(source))]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },

    /// A file that begins as gzip and is none.
    #[error("{} is a damaged gzip file: {problem}", path.display())]
    DamagedGzip {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },

    /// A file that is larger than what is read.
    #[error(
        "{} is too large: it has more than {} bytes{}",
        path.display(), grouped(*most), if *packed { " when unpacked" } else { "" }
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The most bytes that are read.
        most: u64,
        /// Whether it is gzip.
        packed: bool,
    },

    /// IDX files that make no data set.
    #[error(transparent)]
    Idx(#[from] IdxError),

    /// A table that makes no data set.
    #[error("{}: {error}", path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// What is wrong and where.
        #[source]
        error: TableError,
    },

    /// The digits that this crate carries are not what they were when it was built.
    #[error("the digits in this program are damaged")]
    Digits,

    /// A tensor could not be made.
    #[error(transparent)]
    Tensor(#[from] candle_core::Error),
}

fn settings(known: &[(&'static str, String)]) -> String {
    let each = known.iter().map(|(name, accepted)| format!("{name} ({accepted})"));
    each.collect::<Vec<_>>().join(", ")
}

fn without_samples(class: &str, missing: usize, classes: usize) -> String {
    match missing {
        1 => format!("class `{class}` has"),
        _ => format!("{missing} of {classes} classes, `{class}` among them, have"),
    }
}
