//! Why there is no such network.

use super::activation::Activation;
use super::perceptron::{MAX_LAYERS, MAX_WIDTH};
use super::shape::SampleShape;

/// Why a text does not describe a network.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// Neither `softmax` nor `mlp` with widths.
    #[error(
        "there is no network `{0}`; there are softmax, and mlp with the width of each hidden \
         layer, such as mlp:100,100"
    )]
    Unknown(String),
    /// `mlp` without widths.
    #[error("`mlp` needs the width of each hidden layer, such as mlp:100 or mlp:100,100")]
    NoWidths,
    /// A layer's width is not a number from 1 on.
    #[error("`{width}` in `{text}` is not a width; each hidden layer has 1 to {MAX_WIDTH} neurons")]
    Width {
        /// The text given as the width.
        width: String,
        /// The whole text.
        text: String,
    },
    /// Too many layers.
    #[error("`mlp` has {0} hidden layers; 1 to {MAX_LAYERS} are accepted")]
    Layers(usize),
    /// An unknown activation.
    #[error("there is no activation `{0}`; there are {names}", names = Activation::names())]
    Activation(String),
    /// An unknown distribution.
    #[error(
        "`{0}` is not an initialisation; the choices are he, xavier, and normal with a standard \
         deviation above 0, such as normal:0.01"
    )]
    Initial(String),
    /// A network for other samples.
    #[error("`{network}` needs {needs}; a sample of this data has {sample}")]
    Sample {
        /// The network.
        network: String,
        /// The samples that it takes, such as `images`.
        needs: &'static str,
        /// The shape of the data's samples.
        sample: SampleShape,
    },
}
