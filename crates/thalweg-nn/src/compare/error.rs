//! Why methods cannot be compared.

use thalweg::Error as OptimizerError;
use thalweg_candle::VarError;

/// Why a comparison cannot start or continue.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// No methods.
    #[error("there is no method to train with")]
    NoMethods,
    /// Two methods with the same label.
    #[error("`{0}` is given twice; give each method once, or with other settings")]
    SameLabel(String),
    /// A number that must be at least 1 is 0.
    #[error("{0} is 0; it must be at least 1")]
    Zero(&'static str),
    /// No training samples, or no test samples.
    #[error("there are no {0} samples")]
    NoSamples(&'static str),
    /// Different numbers of inputs and targets.
    #[error("there are {inputs} {part} inputs and {targets} targets; the numbers must be equal")]
    Counts {
        /// `training` or `test`.
        part: &'static str,
        /// The number of inputs.
        inputs: usize,
        /// The number of targets.
        targets: usize,
    },
    /// The network does not give a score for every class of every target.
    #[error(
        "for targets of shape {targets:?} the network gives outputs of shape {outputs:?}; it must \
         give a score for every class of every target, in f32, and the highest class is {highest}, \
         counted from 0"
    )]
    Classes {
        /// The shape of the outputs.
        outputs: Vec<usize>,
        /// The shape of the targets.
        targets: Vec<usize>,
        /// The highest class.
        highest: u32,
    },
    /// The network does not give a number for every target.
    #[error(
        "for targets of shape {targets:?} the network gives outputs of shape {outputs:?}; for regression it must give \
         one number for each target, both in f32"
    )]
    Numbers {
        /// The shape of the outputs.
        outputs: Vec<usize>,
        /// The shape of the targets.
        targets: Vec<usize>,
    },
    /// The network does not accept the samples.
    #[error("the network does not fit the data: {0}")]
    Misfit(candle_core::Error),
    /// Variables that would never be trained.
    #[error(
        "the loss gives no gradient to {}: an operation of the network has no derivative, or they \
         are not used",
        .0.join(", ")
    )]
    NoGradient(Vec<String>),
    /// A method that does not fit the network, such as a group that matches none of its parameters.
    #[error("{label}: {source}")]
    Method {
        /// The method's label.
        label: String,
        /// The optimizer's error.
        source: Box<VarError>,
    },
    /// A text that is not an optimizer.
    #[error(transparent)]
    Spec(#[from] OptimizerError),
    /// The saved state belongs to other methods or another network.
    #[error("the saved state is of {0}")]
    OtherState(String),
    /// A computation failed.
    #[error(transparent)]
    Candle(#[from] candle_core::Error),
}

impl CompareError {
    pub(super) fn method(label: &str, source: VarError) -> Self {
        Self::Method { label: label.to_owned(), source: Box::new(source) }
    }
}
