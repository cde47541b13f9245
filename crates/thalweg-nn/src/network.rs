//! Networks from text: softmax regression and multilayer perceptrons.

use std::fmt;
use std::str::FromStr;

use candle_core::{Module, Result, Tensor};
use candle_nn::{Init, VarBuilder};

use crate::linear::linear;
use crate::named_text::NamedText;

/// Limits of a network: beyond them, the weights of one layer fill the memory of a large machine.
const MAX_WIDTH: usize = 100_000;
const MAX_LAYERS: usize = 100;

/// The architecture of a network between its inputs and its classes.
///
/// As text: `softmax`, which has no hidden layer, or `mlp:100,100`, the width of each hidden layer.
/// Layer k computes h(x·W + b) with the parameters `Wk` `(inputs, neurons)` and `bk` `(neurons)`,
/// k from 1; the last has no activation h and gives one score (logit) for each class.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// The number of neurons of each hidden layer.
    pub hidden: Vec<usize>,
    /// The activation after each hidden layer.
    pub activation: Activation,
    /// The initialisation of the weights; biases start at 0.
    pub initial: Initial,
}

/// The function after a hidden layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Activation {
    /// max(x, 0)
    #[default]
    Relu,
    /// 1 / (1 + e⁻ˣ)
    Sigmoid,
    /// tanh x
    Tanh,
    /// x·Φ(x) with the normal distribution Φ (Hendrycks, Gimpel 2016,
    /// <https://arxiv.org/abs/1606.08415>)
    Gelu,
}

/// The distribution of the initial weights of a layer with n inputs and m neurons: normal with
/// mean 0 and standard deviation σ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Initial {
    /// σ = √(2/n), for relu and gelu (He et al. 2015, <https://arxiv.org/abs/1502.01852>).
    He,
    /// σ = √(2/(n + m)), for sigmoid and tanh (Glorot, Bengio 2010,
    /// <https://proceedings.mlr.press/v9/glorot10a.html>).
    Xavier,
    /// σ as given.
    Normal(f64),
}

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
}

impl FromStr for Network {
    type Err = NetworkError;

    /// Reads `softmax` or `mlp:100,100`, with relu and He initialisation.
    fn from_str(text: &str) -> std::result::Result<Self, NetworkError> {
        let NamedText { name, arguments } = NamedText::new(text);
        let hidden = match (name, arguments) {
            ("softmax", None) => Vec::new(),
            ("mlp", None | Some("")) => return Err(NetworkError::NoWidths),
            ("mlp", Some(widths)) => widths
                .split(',')
                .map(|width| {
                    let neurons = width.trim().parse().ok();
                    neurons.filter(|n| (1..=MAX_WIDTH).contains(n)).ok_or_else(|| {
                        NetworkError::Width { width: width.to_owned(), text: text.to_owned() }
                    })
                })
                .collect::<std::result::Result<_, _>>()?,
            _ => return Err(NetworkError::Unknown(text.to_owned())),
        };
        if hidden.len() > MAX_LAYERS {
            return Err(NetworkError::Layers(hidden.len()));
        }
        Ok(Self { hidden, activation: Activation::Relu, initial: Initial::He })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hidden.is_empty() {
            return f.write_str("softmax");
        }
        let layers: Vec<String> = self.hidden.iter().map(usize::to_string).collect();
        write!(f, "mlp:{}", layers.join(","))
    }
}

impl Activation {
    const ALL: [(&'static str, Self); 4] = [
        ("relu", Self::Relu),
        ("sigmoid", Self::Sigmoid),
        ("tanh", Self::Tanh),
        ("gelu", Self::Gelu),
    ];

    fn names() -> String {
        let [others @ .., last] = Self::ALL.map(|(name, _)| name);
        format!("{} and {last}", others.join(", "))
    }

    /// The initialisation that suits the activation.
    pub fn initial(self) -> Initial {
        match self {
            Self::Relu | Self::Gelu => Initial::He,
            Self::Sigmoid | Self::Tanh => Initial::Xavier,
        }
    }

    fn apply(self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Relu => x.relu(),
            Self::Sigmoid => candle_nn::ops::sigmoid(x),
            Self::Tanh => x.tanh(),
            Self::Gelu => x.gelu_erf(),
        }
    }
}

impl FromStr for Activation {
    type Err = NetworkError;

    fn from_str(text: &str) -> std::result::Result<Self, NetworkError> {
        let found = Self::ALL.into_iter().find(|(name, _)| *name == text);
        found.map(|(_, it)| it).ok_or_else(|| NetworkError::Activation(text.to_owned()))
    }
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = Self::ALL.into_iter().find(|(_, it)| it == self);
        f.write_str(found.map_or("", |(name, _)| name))
    }
}

impl Initial {
    /// σ for a layer with the given number of inputs and neurons.
    fn deviation(self, inputs: usize, neurons: usize) -> f64 {
        match self {
            Self::He => (2.0 / inputs as f64).sqrt(),
            Self::Xavier => (2.0 / (inputs + neurons) as f64).sqrt(),
            Self::Normal(deviation) => deviation,
        }
    }
}

impl FromStr for Initial {
    type Err = NetworkError;

    fn from_str(text: &str) -> std::result::Result<Self, NetworkError> {
        let normal = |deviation: &str| {
            let deviation = deviation.trim().parse::<f64>().ok()?;
            // Weights are f32: the deviation must be a normal number there, too.
            (deviation > 0.0 && (deviation as f32).is_normal()).then_some(Self::Normal(deviation))
        };
        let NamedText { name, arguments } = NamedText::new(text);
        let found = match (name, arguments) {
            ("he", None) => Some(Self::He),
            ("xavier", None) => Some(Self::Xavier),
            ("normal", Some(deviation)) => normal(deviation),
            _ => None,
        };
        found.ok_or_else(|| NetworkError::Initial(text.to_owned()))
    }
}

impl fmt::Display for Initial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::He => f.write_str("he"),
            Self::Xavier => f.write_str("xavier"),
            Self::Normal(deviation) => write!(f, "normal:{deviation}"),
        }
    }
}

impl Network {
    /// Builds the network for the given number of inputs and classes, with its variables from
    /// `vars`.
    ///
    /// # Errors
    /// candle's, such as a variable of another shape in `vars`.
    pub fn build(&self, vars: &VarBuilder, inputs: usize, classes: usize) -> Result<Perceptron> {
        let mut inputs = inputs;
        let mut layers = Vec::new();
        for (k, &neurons) in self.hidden.iter().chain([&classes]).enumerate() {
            let stdev = self.initial.deviation(inputs, neurons);
            let normal = Init::Randn { mean: 0.0, stdev };
            let w = vars.get_with_hints((inputs, neurons), &format!("W{}", k + 1), normal)?;
            let b = vars.get_with_hints(neurons, &format!("b{}", k + 1), candle_nn::init::ZERO)?;
            layers.push((w, b));
            inputs = neurons;
        }
        Ok(Perceptron { layers, activation: self.activation })
    }

    /// The number of weights and biases for the given number of inputs and classes.
    pub fn elements(&self, inputs: usize, classes: usize) -> usize {
        let widths = self.hidden.iter().chain([&classes]);
        let layers = widths.scan(inputs, |inputs, &neurons| {
            let elements = (*inputs + 1).saturating_mul(neurons);
            *inputs = neurons;
            Some(elements)
        });
        layers.fold(0, usize::saturating_add)
    }
}

/// A multilayer perceptron; without hidden layers, softmax regression.
#[derive(Debug, Clone)]
pub struct Perceptron {
    layers: Vec<(Tensor, Tensor)>,
    activation: Activation,
}

impl Module for Perceptron {
    /// The scores `(samples, classes)` of inputs `(samples, inputs)`; their softmax gives the
    /// probability of each class.
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut x = x.clone();
        for (k, (w, b)) in self.layers.iter().enumerate() {
            if k > 0 {
                x = self.activation.apply(&x)?;
            }
            x = linear(&x, w, b)?;
        }
        Ok(x)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::Weights;

    #[test]
    fn text_round_trips() {
        for text in ["softmax", "mlp:100,100", "mlp:1"] {
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
        assert!(says("cnn").starts_with("there is no network `cnn`; there are softmax, and mlp"));
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
