//! Data sets: samples with their answers, split into those to learn from and those to be tested on.

use candle_core::Tensor;

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
