//! Why there is no such network.

use thalweg::internal::did_you_mean;

use super::activation::Activation;
use super::perceptron::{MAX_LAYERS, MAX_WIDTH};
use super::shape::SampleShape;
use crate::named_text::listed;

/// Why a text does not describe a network.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// Neither `softmax` nor `mlp` with widths.
    #[error(
        "there is no network `{0}`; there are softmax; mlp with the width of each hidden layer, such as \
         mlp:100,100; and gpt, such as gpt:layers=2,width=64"
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
    /// A setting that occurs twice.
    #[error("{network}: {name} is given twice")]
    GivenTwice {
        /// The network.
        network: &'static str,
        /// The setting.
        name: String,
    },
    /// A part of the text without an equals sign.
    #[error("{network}: `{item}` is not a setting, such as layers=2")]
    NotASetting {
        /// The network.
        network: &'static str,
        /// The part.
        item: String,
    },
    /// An unknown setting.
    #[error("{network} has no setting `{name}`{}; it has {}", did_you_mean(nearest), listed(known))]
    UnknownSetting {
        /// The network.
        network: &'static str,
        /// The name as given.
        name: String,
        /// The network's settings nearest to it, nearest first; empty if none is near.
        nearest: Vec<&'static str>,
        /// All settings of the network, and what each accepts.
        known: Vec<(&'static str, &'static str)>,
    },
    /// A setting with a value that is not accepted.
    #[error("{network}: {setting}={value} is refused; {setting} is {accepted}")]
    InvalidSetting {
        /// The network.
        network: &'static str,
        /// The setting.
        setting: String,
        /// The value as given.
        value: String,
        /// What would be accepted.
        accepted: &'static str,
    },
    /// A width that the heads of attention do not divide.
    #[error(
        "gpt: a width of {width} cannot be divided among {heads} heads; width is a multiple of heads"
    )]
    Heads {
        /// The width.
        width: usize,
        /// The heads.
        heads: usize,
    },
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
    #[error(
        "`{network}` needs {needs}; a sample of this data has {sample}, for which there is {}",
        sample.networks()
    )]
    Sample {
        /// The network.
        network: String,
        /// The samples that it takes, such as `images`.
        needs: &'static str,
        /// The shape of the data's samples.
        sample: SampleShape,
    },
}
