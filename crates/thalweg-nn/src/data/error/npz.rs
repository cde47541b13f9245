//! Errors in NPZ files.

use thalweg_draw::numbers::{counted, grouped};

/// Why a file of NumPy's arrays could not be loaded.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NpzError {
    /// It is not a ZIP archive, or a damaged one.
    #[error("not an NPZ file, or a damaged one: {0}")]
    Archive(String),
    /// An archive without arrays.
    #[error("the archive has no arrays; numpy.savez writes them")]
    NoArrays,
    /// A named array is not there.
    #[error("there is no array `{name}`; there are {}", quoted(known))]
    NoArray {
        /// The name.
        name: String,
        /// The names of all arrays.
        known: Vec<String>,
    },
    /// No names that are known.
    #[error(
        "which arrays are inputs and targets? There are {}; name them, such as npz:FILE:x={},y={}, or call them \
         x and y, data and target, or x_train, y_train, x_test and y_test",
        quoted(known), known[0], known.last().map_or("", String::as_str)
    )]
    Unclear {
        /// The names of all arrays.
        known: Vec<String>,
    },
    /// An array that cannot be read.
    #[error("array `{name}` {error}")]
    Array {
        /// The array.
        name: String,
        /// What is wrong.
        error: NpyError,
    },
    /// Inputs without a first dimension for samples, or without features.
    #[error(
        "array `{name}` has shape {shape:?}; inputs have one of at least one sample and one feature, \
         (samples, features) or (samples, height, width)"
    )]
    Inputs {
        /// The array.
        name: String,
        /// Its shape.
        shape: Vec<usize>,
    },
    /// Targets that are not one number for each sample.
    #[error("array `{name}` has shape {shape:?}; targets are one number for each of {}", counted(*samples as u64, "sample"))]
    Targets {
        /// The array.
        name: String,
        /// Its shape.
        shape: Vec<usize>,
        /// The number of samples of the inputs.
        samples: usize,
    },
    /// Test samples with other features.
    #[error("samples of `{}` have shape {:?}, those of `{}` {:?}; they must be the same", names[0], shapes[0], names[1], shapes[1])]
    Features {
        /// The arrays of training and test inputs.
        names: [String; 2],
        /// The shape of a sample of each.
        shapes: [Vec<usize>; 2],
    },
    /// A number that cannot be used.
    #[error(
        "array `{name}` has {value} in sample {sample}; a finite number, at most 3.4e38 in size, is needed"
    )]
    NotFinite {
        /// The array.
        name: String,
        /// The sample, from 1.
        sample: usize,
        /// The number.
        value: f64,
    },
    /// All targets are the same.
    #[error("array `{0}` has only one value; at least two are needed")]
    OneValue(String),
    /// Targets that cannot be classes.
    #[error("array `{name}` has {} different numbers: for regression add --task regression", grouped(*numbers as u64))]
    ManyNumbers {
        /// The array.
        name: String,
        /// The number of different numbers.
        numbers: usize,
    },
    /// A test share for arrays that are already split.
    #[error("a test share of {share} is refused: there is an array of test samples, `{name}`")]
    TestGiven {
        /// The share.
        share: f64,
        /// The array.
        name: String,
    },
}

/// Why an array could not be read; it follows the array's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NpyError {
    /// A wrong magic number or header.
    #[error("is not in NumPy's format, or its header is damaged")]
    NotNpy,
    /// Records with fields.
    #[error("has records with fields; numbers are needed")]
    Structured,
    /// Python objects.
    #[error("has Python objects; numbers are needed, such as x.astype(numpy.float32)")]
    Objects,
    /// Another type.
    #[error(
        "has elements of type `{0}`; booleans, integers and floats of 4 or 8 bytes are accepted"
    )]
    Type(String),
    /// More elements than fit.
    #[error("is too large: more than 268,435,456 elements")]
    TooLarge,
    /// Data that is shorter or longer than the header says.
    #[error("has {} of data; its header announces {}", counted(*found, "byte"), counted(*expected, "byte"))]
    Length {
        /// The number of bytes that the header announces.
        expected: u64,
        /// The number of bytes that are there.
        found: u64,
    },
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
