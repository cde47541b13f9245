//! Data sets: samples with their answers, split into those to learn from and those to be tested on.
//!
//! A [`Source`] says where samples come from, as text: `digits`, `idx:DIR`,
//! `csv:FILE:label=COLUMN`, `spirals`, `moons`, `blobs`. [`Dataset::load`] reads or makes them,
//! splits them by a seed, and gives tensors:
//!
//! ```
//! use thalweg_nn::data::{Dataset, Source, Split};
//!
//! let digits = Dataset::load(&Source::parse("digits")?, &Split::default())?;
//! assert_eq!((digits.train.len(), digits.test.len()), (1347, 450));
//! assert_eq!((digits.features(), digits.classes.len()), (64, 10));
//! # Ok::<(), thalweg_nn::data::DataError>(())
//! ```
//!
//! Randomness is ChaCha8 from [`Split::seed`] (`SeedableRng::seed_from_u64`): stream 1 shuffles the
//! samples before they are split, stream 2 makes the points of `spirals`, `moons` and `blobs`.

mod digits;
mod error;
mod idx;
mod input;
mod points;
mod source;
mod split;
mod synthetic;
mod table;

use candle_core::{DType, Device, Error, Result, Tensor};

pub use error::DataError;
pub use idx::IdxError;
pub use source::{SOURCES, Source, SourceEntry};
pub use split::Split;
pub use synthetic::{Shape, Synthetic};
pub use table::TableError;

/// Inputs and what should come out, sample by sample.
#[derive(Debug, Clone)]
pub struct Samples {
    /// One sample a row: `(samples, features)` in f32 for the data sets of this module, anything
    /// whose first dimension counts samples for others.
    pub inputs: Tensor,
    /// The class of each sample: `(samples)` in u32 for the data sets of this module.
    pub targets: Tensor,
}

/// What samples are, for whoever shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Grey images, row by row from the top, 0 black to 1 white.
    Images {
        /// Pixels from top to bottom.
        height: usize,
        /// Pixels from left to right.
        width: usize,
    },
    /// Rows of a table, standardised.
    Table {
        /// The names of the feature columns.
        columns: Vec<String>,
    },
    /// Points of the plane.
    Plane,
}

/// A data set for classification.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// What it is called, as `digits`.
    pub name: String,
    /// What its samples are.
    pub kind: Kind,
    /// The names of the classes; class k is number k.
    pub classes: Vec<String>,
    /// The samples to learn from.
    pub train: Samples,
    /// The samples to be tested on.
    pub test: Samples,
}

impl Samples {
    /// Samples from their features, row by row, and classes; both tensors are contiguous, on the
    /// CPU.
    fn from_rows(inputs: Vec<f32>, targets: Vec<u32>) -> Result<Self> {
        let samples = targets.len();
        let features = inputs.len() / samples.max(1);
        Ok(Self {
            inputs: Tensor::from_vec(inputs, (samples, features), &Device::Cpu)?,
            targets: Tensor::from_vec(targets, samples, &Device::Cpu)?,
        })
    }

    /// How many samples there are.
    pub fn len(&self) -> usize {
        self.inputs.dims().first().copied().unwrap_or(0)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The samples of these numbers, counted from 0, in this order; one may come more than once.
    /// Both tensors are contiguous.
    ///
    /// # Errors
    /// A number that no sample has.
    pub fn subset(&self, numbers: &[u32]) -> Result<Self> {
        let samples = self.len();
        // candle takes the greatest u32 for "a row of zeros".
        if let Some(&index) = numbers.iter().find(|&&n| n as usize >= samples) {
            let index = index as usize;
            return Err(Error::InvalidIndex { op: "subset", index, size: samples }.bt());
        }
        let numbers = Tensor::from_slice(numbers, numbers.len(), self.inputs.device())?;
        Ok(Self {
            inputs: self.inputs.contiguous()?.index_select(&numbers, 0)?,
            targets: self.targets.contiguous()?.index_select(&numbers, 0)?,
        })
    }

    /// The features of one sample, counted from 0: of an image its pixels, row by row from the top.
    ///
    /// # Errors
    /// A number that no sample has, features that are no numbers.
    pub fn row(&self, number: usize) -> Result<Vec<f32>> {
        self.inputs.get(number)?.flatten_all()?.to_dtype(DType::F32)?.to_vec1()
    }

    /// The class of every sample.
    ///
    /// # Errors
    /// Targets that are not one class a sample.
    pub fn labels(&self) -> Result<Vec<u32>> {
        self.targets.to_dtype(DType::U32)?.to_vec1()
    }
}

impl Dataset {
    /// Reads or makes a data set and splits it.
    ///
    /// | source | inputs | held out by default |
    /// |---|---|---|
    /// | `digits` | pixels / 16 | a quarter, 450 of 1,797 |
    /// | `idx:DIR` | pixels / 255 | the files `t10k-…`; a fifth where `DIR` has one pair of files |
    /// | `csv:FILE:label=COLUMN` | (x − μ) / σ of the training part, 0 where σ = 0 | a quarter |
    /// | `spirals`, `moons`, `blobs` | x and y | a quarter |
    ///
    /// The samples are shuffled by the seed; the first of them, as many as the held-out share rounded
    /// up, are the test part, the others the training part. Files that come in two parts keep their
    /// order. The same source and the same [`Split`] give the same bits.
    ///
    /// # Errors
    /// [`DataError`]: what could not be read, with file, line and column; a share that leaves one
    /// part empty; a class that has no sample in the training part.
    pub fn load(source: &Source, options: &Split) -> std::result::Result<Self, DataError> {
        match source {
            Source::Digits => digits::load(options),
            Source::Idx(folder) => idx::load(folder, source.title(), options),
            Source::Csv { path, label } => table::load(path, label, source.title(), options),
            Source::Synthetic(synthetic) => points::load(synthetic, options),
        }
    }

    /// The numbers that one sample has.
    pub fn features(&self) -> usize {
        self.train.inputs.dims().iter().skip(1).product()
    }
}
