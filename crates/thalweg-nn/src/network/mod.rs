//! Networks from text: softmax regression, multilayer perceptrons, convolutional networks, transformers.
//!
//! ```
//! use thalweg_nn::network::{Architecture, Initial, Mlp, Network, SampleShape};
//!
//! let mut network: Network = "mlp:100,50".parse()?;
//! assert_eq!(network.architecture, Architecture::Mlp(Mlp::new([100, 50])));
//! network.initial = Initial::Normal(0.01);
//! let image = SampleShape::Image { height: 8, width: 8 };
//! assert_eq!(network.elements(image, 10), (64 + 1) * 100 + (100 + 1) * 50 + (50 + 1) * 10);
//! # Ok::<(), thalweg_nn::network::NetworkError>(())
//! ```

mod activation;
mod arguments;
mod batch_norm;
mod cnn;
mod convolution;
mod dropout;
mod error;
mod gpt;
mod initial;
mod layers;
mod mlp;
mod pooling;
mod regularisation;
mod shape;

use std::fmt;
use std::str::FromStr;

use candle_core::Result;
use candle_nn::VarBuilder;

use crate::named_text::NamedText;
use crate::trainable::Model;

use gpt::Transformer;
use layers::{Layers, Plan};

pub use activation::Activation;
pub use cnn::Cnn;
pub use convolution::{Padding, Window};
pub use error::NetworkError;
pub use gpt::Gpt;
pub use initial::Initial;
pub use mlp::Mlp;
pub use regularisation::Regularisation;
pub use shape::SampleShape;

/// A network between its inputs and its classes.
///
/// As text: an architecture, such as `softmax`, `mlp:100,100`, `cnn:6,16` or `gpt:layers=2,width=64`.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// The layers.
    pub architecture: Architecture,
    /// The activation after each hidden layer.
    pub activation: Activation,
    /// The initialisation of the weights; biases start at 0.
    pub initial: Initial,
}

/// The layers of a network.
#[derive(Debug, Clone, PartialEq)]
pub enum Architecture {
    /// A multilayer perceptron, or softmax regression.
    Mlp(Mlp),
    /// A convolutional network.
    Cnn(Cnn),
    /// A transformer that predicts the next token.
    Gpt(Gpt),
}

/// One row of the table [`NETWORKS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetworkEntry {
    /// The name, such as `mlp`.
    pub name: &'static str,
    /// How it is written, such as `mlp:100,100`.
    pub form: &'static str,
    /// What it is, and its settings.
    pub summary: &'static str,
}

/// Every network.
pub const NETWORKS: [NetworkEntry; 4] = [
    row("softmax", "softmax", "scores from the features, without a hidden layer"),
    row(
        "mlp",
        "mlp:100,100",
        "a multilayer perceptron, with the neurons of each hidden layer; settings: norm=batch, \
         dropout=0.5",
    ),
    row(
        "cnn",
        "cnn:6,16",
        "for images, with the channels of each convolution, before 2×2 max pooling; settings: \
         kernel=5, padding=same or valid, dense=120/84 for the neurons of dense layers, norm=batch, \
         dropout=0.5; `cnn` alone is cnn:6,16,dense=120/84",
    ),
    row(
        "gpt",
        "gpt:layers=2,width=64,heads=4",
        "for text, a transformer that predicts each character from those before it; `gpt` alone has \
         these settings",
    ),
];

const fn row(name: &'static str, form: &'static str, summary: &'static str) -> NetworkEntry {
    NetworkEntry { name, form, summary }
}

impl Network {
    /// An architecture with its usual activation and initialisation: GPT-2's for a transformer, relu and
    /// He's for others.
    pub fn new(architecture: Architecture) -> Self {
        let (activation, initial) = match architecture {
            Architecture::Gpt(_) => Gpt::USUAL,
            Architecture::Mlp(_) | Architecture::Cnn(_) => (Activation::Relu, Initial::He),
        };
        Self { architecture, activation, initial }
    }

    /// Checks that the network takes samples of a shape; a number is a number of features.
    ///
    /// # Errors
    /// [`NetworkError::Sample`], [`NetworkError::TooSmall`].
    pub fn check(&self, sample: impl Into<SampleShape>) -> std::result::Result<(), NetworkError> {
        let sample = sample.into();
        let needs = match (&self.architecture, sample) {
            (Architecture::Mlp(_), SampleShape::Sequence { .. }) => "features or images",
            (Architecture::Mlp(_), _) => return Ok(()),
            (Architecture::Cnn(it), SampleShape::Image { height, width }) => {
                return it.check(height, width);
            }
            (Architecture::Cnn(_), _) => "images",
            (Architecture::Gpt(_), SampleShape::Sequence { .. }) => return Ok(()),
            (Architecture::Gpt(_), _) => "a text",
        };
        Err(NetworkError::Sample { network: self.to_string(), needs, sample })
    }

    /// Builds the network for samples of a shape, or with a number of features, and the given number
    /// of classes, with its variables from `vars`.
    ///
    /// # Errors
    /// Those of [`check`](Self::check), and candle's, such as a variable of another shape in `vars`.
    pub fn build(
        &self,
        vars: &VarBuilder,
        sample: impl Into<SampleShape>,
        classes: usize,
    ) -> Result<Model> {
        let sample = sample.into();
        self.check(sample).map_err(candle_core::Error::wrap)?;
        let with = (self.activation, self.initial);
        if let Architecture::Gpt(it) = &self.architecture {
            return Ok(Box::new(Transformer::new(it, vars, sizes(sample, classes), with)?));
        }
        Ok(Box::new(Layers::build(&self.plan(sample, classes), vars, with)?))
    }

    /// The number of trained elements, such as weights and biases, for samples of a shape and the
    /// given number of classes.
    pub fn elements(&self, sample: impl Into<SampleShape>, classes: usize) -> usize {
        let sample = sample.into();
        if let Architecture::Gpt(it) = &self.architecture {
            return it.elements(sizes(sample, classes));
        }
        let plan = self.plan(sample, classes);
        plan.into_iter().map(Plan::elements).fold(0, usize::saturating_add)
    }

    /// The layers for samples that [`check`](Self::check) accepts; none of a transformer, which is not a row
    /// of layers.
    fn plan(&self, sample: SampleShape, classes: usize) -> Vec<Plan> {
        match (&self.architecture, sample) {
            (Architecture::Cnn(it), SampleShape::Image { height, width }) => {
                it.plan(height, width, classes)
            }
            (Architecture::Cnn(_) | Architecture::Gpt(_), _) => Vec::new(),
            (Architecture::Mlp(it), _) => it.plan(sample.features(), classes),
        }
    }
}

/// The sizes of a transformer for samples that [`check`](Network::check) accepts.
fn sizes(sample: SampleShape, classes: usize) -> gpt::Sizes {
    let vocabulary = match sample {
        SampleShape::Sequence { vocabulary, .. } => vocabulary,
        SampleShape::Features(_) | SampleShape::Image { .. } => classes,
    };
    gpt::Sizes { vocabulary, length: sample.features(), classes }
}

impl FromStr for Network {
    type Err = NetworkError;

    /// Reads `softmax`, `mlp:100,100`, `cnn`, `cnn:6,16` or `gpt`, all but the first with settings if
    /// wanted, with the usual activation and initialisation.
    fn from_str(text: &str) -> std::result::Result<Self, NetworkError> {
        let NamedText { name, arguments } = NamedText::new(text);
        let architecture = match (name, arguments) {
            ("softmax", None) => Architecture::Mlp(Mlp::default()),
            ("mlp", _) => Architecture::Mlp(Mlp::parse(text)?),
            ("cnn", _) => Architecture::Cnn(Cnn::parse(text)?),
            ("gpt", _) => Architecture::Gpt(Gpt::parse(text)?),
            _ => {
                return Err(NetworkError::Unknown {
                    text: text.to_owned(),
                    nearest: thalweg::internal::nearest(name, NETWORKS.map(|row| row.name)),
                    known: NETWORKS.map(|row| row.form).to_vec(),
                });
            }
        };
        Ok(Self::new(architecture))
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.architecture {
            Architecture::Mlp(it) => it.fmt(f),
            Architecture::Cnn(it) => it.fmt(f),
            Architecture::Gpt(it) => it.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests;
