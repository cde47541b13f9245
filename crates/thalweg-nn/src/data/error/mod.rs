//! Why a data set could not be loaded. Plain data: nothing here refers to a reader.

mod idx;
mod npz;
mod table;
mod text;

use std::io;
use std::path::PathBuf;

use thalweg::internal::did_you_mean;
use thalweg_draw::numbers::{counted, grouped};
use thalweg_lab::output::reason;

use crate::named_text::listed;

pub use idx::IdxError;
pub use npz::{NpyError, NpzError};
pub use table::TableError;
pub use text::TextError;

/// Why a data set could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// An unknown source.
    #[error(
        "there is no data set `{name}`{}; there are {}",
        did_you_mean(nearest),
        known.join(", ")
    )]
    UnknownSource {
        /// The name as given.
        name: String,
        /// The known names nearest to it, nearest first; empty if none is near.
        nearest: Vec<&'static str>,
        /// All sources, as they are written.
        known: Vec<&'static str>,
    },

    /// A text that names a source but does not have its form.
    #[error("`{text}` cannot be read: {problem}; it is written `{form}`")]
    MalformedSource {
        /// The whole text.
        text: String,
        /// What is wrong.
        problem: String,
        /// The form.
        form: String,
    },

    /// An unknown setting.
    #[error(
        "{source_name} has no setting `{name}`{}; it has {}",
        did_you_mean(nearest),
        listed(known)
    )]
    UnknownSetting {
        /// The source.
        source_name: &'static str,
        /// The name as given.
        name: String,
        /// The source's settings nearest to it, nearest first; empty if none is near.
        nearest: Vec<&'static str>,
        /// All settings of the source, and what each accepts.
        known: Vec<(&'static str, String)>,
    },

    /// A setting with an invalid value.
    #[error("{source_name}: {setting}={value} is refused; {setting} is {accepted}")]
    InvalidSetting {
        /// The source.
        source_name: &'static str,
        /// The setting.
        setting: String,
        /// The value as given.
        value: String,
        /// What would be accepted.
        accepted: String,
    },

    /// An unknown task.
    #[error("there is no task `{0}`; there are classification and regression")]
    UnknownTask(String),

    /// Regression on data with classes.
    #[error(
        "`{name}` has classes; --task regression is for tables and NPZ files with numbers to predict"
    )]
    NoNumbers {
        /// The data set.
        name: String,
    },

    /// A column to drop of data that is not a table.
    #[error("`{name}` has no column `{column}` to drop: it is not a table")]
    NoColumns {
        /// The data set.
        name: String,
        /// The column.
        column: String,
    },

    /// A test share out of its range.
    #[error("a test share of {share} is refused; it is a number above 0 and below 1")]
    TestShare {
        /// The share.
        share: f64,
    },

    /// A validation share out of its range.
    #[error("a validation share of {share} is refused; it is a number above 0 and below 1")]
    ValidationShare {
        /// The share.
        share: f64,
    },

    /// A validation share that leaves nothing to train or nothing to validate.
    #[error("a validation share of {share} leaves {} of {samples} training samples for training", samples - validation)]
    TooFewToValidate {
        /// The number of training samples before.
        samples: usize,
        /// The share.
        share: f64,
        /// The number of validation samples.
        validation: usize,
    },

    /// Another split of a table with other texts in its training samples.
    #[error(
        "the training split of seed {seed} has {found} features, that of the first seed {wanted}: texts that are rare \
         are not in both; drop their column, or keep the split of the first seed"
    )]
    OtherFeatures {
        /// The seed.
        seed: u64,
        /// The features of its split.
        found: usize,
        /// The features of the first split.
        wanted: usize,
    },

    /// A test share for files that are already split.
    #[error(
        "a test share of {share} is refused: {} has test files of its own, {}",
        folder.display(), file.display()
    )]
    TestPartGiven {
        /// The share.
        share: f64,
        /// The folder.
        folder: PathBuf,
        /// The name of the test images.
        file: PathBuf,
    },

    /// One of the two splits would be empty.
    #[error(
        "a test share of {share} of {} leaves no {} samples; each split needs at least one",
        counted(*samples as u64, "sample"),
        if *test == 0 { "test" } else { "training" }
    )]
    TooFew {
        /// The number of all samples.
        samples: usize,
        /// The share.
        share: f64,
        /// The number of test samples.
        test: usize,
    },

    /// Classes without training samples.
    #[error(
        "{} none of the {} training samples; more samples of each class, another seed or a smaller \
         test share may help",
        without_samples(class, *missing, *classes),
        grouped(*samples as u64)
    )]
    ClassNotInTraining {
        /// The first such class.
        class: String,
        /// The number of such classes.
        missing: usize,
        /// The number of all classes.
        classes: usize,
        /// The number of training samples.
        samples: usize,
    },

    /// A file that cannot be read.
    #[error("cannot read {}: {}", path.display(), reason(source))]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },

    /// A file that starts like gzip but cannot be decompressed.
    #[error("{} is a damaged gzip file: {problem}", path.display())]
    DamagedGzip {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },

    /// A file above the maximum size.
    #[error(
        "{} is too large: it has more than {} bytes{}",
        path.display(), grouped(*max), if *packed { " when decompressed" } else { "" }
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The maximum number of bytes.
        max: u64,
        /// Whether it is gzip.
        packed: bool,
    },

    /// IDX files that are not a data set.
    #[error(transparent)]
    Idx(#[from] IdxError),

    /// An NPZ file that is not a data set.
    #[error("{}: {error}", path.display())]
    Npz {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        error: Box<NpzError>,
    },

    /// A table that is not a data set.
    #[error("{}: {error}", path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// What is wrong and where.
        #[source]
        error: Box<TableError>,
    },

    /// A text that is not a data set.
    #[error("{}: {error}", path.display())]
    Text {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        error: TextError,
    },

    /// The bundled digits are damaged.
    #[error("the digits bundled with this program are damaged")]
    Digits,

    /// A tensor could not be created.
    #[error(transparent)]
    Tensor(#[from] candle_core::Error),
}

fn without_samples(class: &str, missing: usize, classes: usize) -> String {
    match missing {
        1 => format!("class `{class}` has"),
        _ => format!("{missing} of {classes} classes, including `{class}`, have"),
    }
}
