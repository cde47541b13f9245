//! Why there is no such network.

use thalweg::internal::did_you_mean;

use super::activation::Activation;
use super::arguments::MAX_LAYERS;
use super::shape::SampleShape;
use crate::named_text::listed;

/// Why a text does not describe a network.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// No network of that name.
    #[error("there is no network `{text}`{}; there are {}", did_you_mean(nearest), known.join(", "))]
    Unknown {
        /// The text as given.
        text: String,
        /// The known names nearest to it, nearest first; empty if none is near.
        nearest: Vec<&'static str>,
        /// All networks, as they are written.
        known: Vec<&'static str>,
    },
    /// `mlp` without widths.
    #[error("`mlp` needs the width of each hidden layer, such as mlp:100 or mlp:100,100")]
    NoWidths,
    /// A layer's width is not a number in its range.
    #[error("`{width}` in `{text}` is not a width; {accepted}")]
    Width {
        /// The text given as the width.
        width: String,
        /// The whole text.
        text: String,
        /// What would be accepted.
        accepted: &'static str,
    },
    /// Too many layers.
    #[error("`{network}` has {layers} widths; 1 to {MAX_LAYERS} are accepted")]
    Layers {
        /// The network.
        network: &'static str,
        /// The number of its widths.
        layers: usize,
    },
    /// A setting that occurs twice.
    #[error("{network}: {name} is given twice")]
    GivenTwice {
        /// The network.
        network: &'static str,
        /// The setting.
        name: String,
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
    /// Images that are too small for the layers.
    #[error(
        "`{network}` has too many layers for images of {} × {} pixels: {} × {} are left after {layers} of \
         its convolutions, and the next one needs at least {smallest} × {smallest}",
        image.0, image.1, left.0, left.1
    )]
    TooSmall {
        /// The network.
        network: String,
        /// Height and width of the images.
        image: (usize, usize),
        /// The convolutions that fit.
        layers: usize,
        /// Height and width after them.
        left: (usize, usize),
        /// The least height and width for another one.
        smallest: usize,
    },
}
