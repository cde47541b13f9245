//! Networks from text: softmax regression, multilayer perceptrons, transformers.
//!
//! ```
//! use thalweg_nn::network::{Architecture, Initial, Mlp, Network, SampleShape};
//!
//! let mut network: Network = "mlp:100,50".parse()?;
//! assert_eq!(network.architecture, Architecture::Mlp(Mlp { hidden: vec![100, 50] }));
//! network.initial = Initial::Normal(0.01);
//! let image = SampleShape::Image { height: 8, width: 8 };
//! assert_eq!(network.elements(image, 10), (64 + 1) * 100 + (100 + 1) * 50 + (50 + 1) * 10);
//! # Ok::<(), thalweg_nn::network::NetworkError>(())
//! ```

mod activation;
mod error;
mod gpt;
mod initial;
mod perceptron;
mod shape;

use std::fmt;
use std::str::FromStr;

use candle_core::Result;
use candle_nn::VarBuilder;

use crate::named_text::NamedText;
use crate::trainable::Model;

pub use activation::Activation;
pub use error::NetworkError;
pub use gpt::Gpt;
pub use initial::Initial;
pub use perceptron::Mlp;
pub use shape::SampleShape;

/// A network between its inputs and its classes.
///
/// As text: an architecture, such as `softmax`, `mlp:100,100` or `gpt:layers=2,width=64`.
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
    /// A transformer that predicts the next token.
    Gpt(Gpt),
}

impl Network {
    /// An architecture with its usual activation and initialisation: GPT-2's for a transformer, relu and
    /// He's for others.
    pub fn new(architecture: Architecture) -> Self {
        let (activation, initial) = match architecture {
            Architecture::Gpt(_) => Gpt::USUAL,
            Architecture::Mlp(_) => (Activation::Relu, Initial::He),
        };
        Self { architecture, activation, initial }
    }

    /// Checks that the network takes samples of a shape; a number is a number of features.
    ///
    /// # Errors
    /// [`NetworkError::Sample`].
    pub fn check(&self, sample: impl Into<SampleShape>) -> std::result::Result<(), NetworkError> {
        let sample = sample.into();
        let needs = match (&self.architecture, sample) {
            (Architecture::Mlp(_), SampleShape::Sequence { .. }) => "features or images",
            (Architecture::Gpt(_), SampleShape::Features(_) | SampleShape::Image { .. }) => {
                "a text"
            }
            (Architecture::Mlp(_) | Architecture::Gpt(_), _) => return Ok(()),
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
        Ok(match &self.architecture {
            Architecture::Mlp(it) => {
                Box::new(it.build(vars, (sample.features(), classes), with)?)
            }
            Architecture::Gpt(it) => Box::new(it.build(vars, sizes(sample, classes), with)?),
        })
    }

    /// The number of trained elements, such as weights and biases, for samples of a shape and the
    /// given number of classes.
    pub fn elements(&self, sample: impl Into<SampleShape>, classes: usize) -> usize {
        let sample = sample.into();
        match &self.architecture {
            Architecture::Mlp(it) => it.elements(sample.features(), classes),
            Architecture::Gpt(it) => it.elements(sizes(sample, classes)),
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

    /// Reads `softmax`, `mlp:100,100`, `gpt` or `gpt:layers=2,width=64,heads=4`, with the usual activation
    /// and initialisation.
    fn from_str(text: &str) -> std::result::Result<Self, NetworkError> {
        let NamedText { name, arguments } = NamedText::new(text);
        let architecture = match (name, arguments) {
            ("softmax", None) => Architecture::Mlp(Mlp { hidden: Vec::new() }),
            ("mlp", arguments) => {
                Architecture::Mlp(Mlp::parse(arguments.unwrap_or_default(), text)?)
            }
            ("gpt", _) => Architecture::Gpt(Gpt::parse(text)?),
            _ => return Err(NetworkError::Unknown(text.to_owned())),
        };
        Ok(Self::new(architecture))
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.architecture {
            Architecture::Mlp(it) => it.fmt(f),
            Architecture::Gpt(it) => it.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::Weights;

    #[test]
    fn text_round_trips() {
        for text in ["softmax", "mlp:100,100", "mlp:1", "gpt", "gpt:layers=1,heads=8"] {
            assert_eq!(text.parse::<Network>().unwrap().to_string(), text);
        }
        for text in ["relu", "sigmoid", "tanh", "gelu"] {
            assert_eq!(text.parse::<Activation>().unwrap().to_string(), text);
        }
        for text in ["he", "xavier", "normal:0.01"] {
            assert_eq!(text.parse::<Initial>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn an_unknown_network_is_an_error_that_lists_the_known_ones() {
        let says = |text: &str| text.parse::<Network>().unwrap_err().to_string();
        assert!(says("cnn").starts_with("there is no network `cnn`; there are softmax; mlp"));
        assert!(says("mlp").contains("such as mlp:100 or mlp:100,100"));
        assert!(says("softmax:3").contains("there is no network `softmax:3`"));
        assert!(says("mlp:").starts_with("`mlp` needs the width of each hidden layer"));
        assert!(says("mlp:,").starts_with("`` in `mlp:,` is not a width"));
        assert!(says("mlp:100,0").starts_with("`0` in `mlp:100,0`"));
        assert!(says("mlp:1e3").contains("1 to 100000"));
        assert!(says(&format!("mlp:1{}", ",1".repeat(100))).contains("101 hidden layers"));
        for text in ["normal", "normal:", "normal:-1", "normal:0", "normal:nan", "normal:1e99"] {
            assert!(text.parse::<Initial>().is_err(), "{text}");
        }
    }

    #[test]
    fn parameters_have_the_names_and_shapes_of_the_article() {
        let weights = Weights::new(0);
        let network: Network = "mlp:5,4".parse().unwrap();
        network.build(&weights.builder(), 3, 2).unwrap();
        let shapes: Vec<_> =
            weights.vars().into_iter().map(|(name, var)| (name, var.dims().to_vec())).collect();
        let expected = [
            ("W1", vec![3, 5]),
            ("b1", vec![5]),
            ("W2", vec![5, 4]),
            ("b2", vec![4]),
            ("W3", vec![4, 2]),
            ("b3", vec![2]),
        ];
        assert_eq!(shapes, expected.map(|(name, dims)| (name.to_owned(), dims)));
        assert_eq!(network.elements(3, 2), weights.elements());
    }
}
