//! Why methods cannot be compared.

use thalweg::Error as OptimizerError;
use thalweg_candle::VarError;

/// Why a comparison cannot begin or go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// Nothing to compare.
    #[error("there is no method to train with")]
    NoMethods,
    /// Two methods could not be told apart.
    #[error("two methods are both called `{0}`")]
    SameLabel(String),
    /// A number that has to be 1 at least is 0.
    #[error("{0} is 0; 1 and more are accepted")]
    Zero(&'static str),
    /// Nothing to learn from, or to be tested on.
    #[error("there are no {0} samples")]
    NoSamples(&'static str),
    /// Inputs and targets do not belong together.
    #[error("there are {inputs} {part} inputs and {targets} targets; they must be as many")]
    Counts {
        /// `training` or `test`.
        part: &'static str,
        /// How many inputs there are.
        inputs: usize,
        /// How many targets there are.
        targets: usize,
    },
    /// The network does not give a score for every class of every target.
    #[error(
        "for targets {targets:?} the network gives {outputs:?}; it has to give a score for every \
         class of every target, in f32, and the highest class is {highest}, counted from 0"
    )]
    Classes {
        /// The shape of what it gives.
        outputs: Vec<usize>,
        /// The shape of the targets.
        targets: Vec<usize>,
        /// The highest class.
        highest: u32,
    },
    /// The network cannot take the data's samples.
    #[error("the network does not fit the data: {0}")]
    Misfit(candle_core::Error),
    /// Variables that would never be learnt.
    #[error(
        "the loss gives no gradient to {}: an operation of the network has no derivative, or they \
         are not used",
        .0.join(", ")
    )]
    NoGradient(Vec<String>),
    /// A method cannot step this network, as when a group matches none of its parameters.
    #[error("{label}: {source}")]
    Method {
        /// The method's label.
        label: String,
        /// What the optimizer says.
        source: Box<VarError>,
    },
    /// A text is no optimizer.
    #[error(transparent)]
    Spec(#[from] OptimizerError),
    /// What was saved belongs to other methods or another network.
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
