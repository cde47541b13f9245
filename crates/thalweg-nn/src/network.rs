//! Networks from text: softmax regression and multilayer perceptrons.

use std::fmt;
use std::str::FromStr;

use candle_core::{Module, Result, Tensor};
use candle_nn::{Init, VarBuilder};

use crate::linear::linear;

/// Most neurons of a layer, and most layers: beyond, one layer's weights fill the memory of a
/// large machine.
const MOST_NEURONS: usize = 100_000;
const MOST_LAYERS: usize = 100;

/// What a network looks like between its inputs and its classes.
///
/// As text `softmax`, which has no hidden layer, or `mlp:100,100`, one number a hidden layer.
/// Layer k computes h(x·W + b) with the parameters `Wk` `(inputs, neurons)` and `bk` `(neurons)`,
/// k from 1; the last has no activation h and gives a score a class.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// The number of neurons of each hidden layer.
    pub hidden: Vec<usize>,
    /// What follows each hidden layer.
    pub activation: Activation,
    /// What weights begin with; biases begin with 0.
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

/// The distribution of first weights, normal about 0. A layer has n inputs and m neurons.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Initial {
    /// σ = √(2/n), for relu and gelu (He et al. 2015, <https://arxiv.org/abs/1502.01852>).
    He,
    /// σ = √(2/(n + m)), for sigmoid and tanh (Glorot, Bengio 2010,
    /// <https://proceedings.mlr.press/v9/glorot10a.html>).
    Xavier,
    /// This σ.
    Normal(f64),
}

/// Why a text is no network.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// Neither `softmax` nor `mlp`.
    #[error(
        "`{0}` is no network; softmax, or mlp with the neurons of each hidden layer is, as \
         mlp:100,100"
    )]
    Unknown(String),
    /// A layer is no number from 1 on.
    #[error(
        "`{layer}` in `{text}` is no number of neurons; each hidden layer has 1 to {MOST_NEURONS}"
    )]
    Neurons {
        /// What stands in the layer's place.
        layer: String,
        /// The whole text.
        text: String,
    },
    /// Too many layers.
    #[error("`mlp` has {0} hidden layers; 1 to {MOST_LAYERS} are accepted")]
    Layers(usize),
    /// An unknown activation.
    #[error("`{0}` is no activation; relu, sigmoid, tanh and gelu are")]
    Activation(String),
    /// An unknown distribution.
    #[error(
        "`{0}` is no initialisation; he, xavier and normal with a standard deviation above 0 \
         are, as normal:0.01"
    )]
    Initial(String),
}

impl FromStr for Network {
    type Err = NetworkError;

    /// Reads `softmax` or `mlp:100,100`, with relu and He's weights.
    fn from_str(text: &str) -> std::result::Result<Self, NetworkError> {
        let (name, layers) = text.split_once(':').unwrap_or((text, ""));
        let hidden = match (name, layers) {
            ("softmax", "") if text == name => Vec::new(),
            ("mlp", layers) if text != name => layers
                .split(',')
                .map(|layer| {
                    let neurons = layer.trim().parse().ok();
                    neurons.filter(|n| (1..=MOST_NEURONS).contains(n)).ok_or_else(|| {
                        NetworkError::Neurons { layer: layer.to_owned(), text: text.to_owned() }
                    })
                })
                .collect::<std::result::Result<_, _>>()?,
            _ => return Err(NetworkError::Unknown(text.to_owned())),
        };
        if hidden.len() > MOST_LAYERS {
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

    /// The distribution of first weights that goes with it.
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
    /// σ for a layer of so many inputs and neurons.
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
        let number = || {
            let deviation = text.strip_prefix("normal:")?.parse::<f64>().ok()?;
            // Weights are f32: a deviation that is 0 or infinite in f32 gives none to speak of.
            (deviation > 0.0 && (deviation as f32).is_normal()).then_some(Self::Normal(deviation))
        };
        match text {
            "he" => Ok(Self::He),
            "xavier" => Ok(Self::Xavier),
            _ => number().ok_or_else(|| NetworkError::Initial(text.to_owned())),
        }
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
    /// Makes the network for so many inputs and classes, with its variables from `vars`.
    ///
    /// # Errors
    /// candle's, as for variables of another shape in `vars`.
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

    /// The number of weights and biases for so many inputs and classes.
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
    /// The scores `(samples, classes)` of inputs `(samples, inputs)`; softmax of them is a
    /// probability a class.
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
    use crate::Weights;

    #[test]
    fn text_comes_back() {
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
    fn what_is_no_network_says_what_is() {
        let says = |text: &str| text.parse::<Network>().unwrap_err().to_string();
        assert!(says("cnn").starts_with("`cnn` is no network; softmax, or mlp"));
        assert!(says("mlp").contains("as mlp:100,100"));
        assert!(says("softmax:3").contains("`softmax:3` is no network"));
        assert!(says("mlp:").starts_with("`` in `mlp:` is no number of neurons"));
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
