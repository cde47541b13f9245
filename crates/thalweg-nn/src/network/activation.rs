//! The function after a hidden layer.

use std::fmt;
use std::str::FromStr;

use candle_core::{Result, Tensor};

use super::error::NetworkError;
use super::initial::Initial;

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

impl Activation {
    const ALL: [(&'static str, Self); 4] = [
        ("relu", Self::Relu),
        ("sigmoid", Self::Sigmoid),
        ("tanh", Self::Tanh),
        ("gelu", Self::Gelu),
    ];

    pub(super) fn names() -> String {
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

    /// The function of every element.
    ///
    /// # Errors
    /// candle's only.
    pub fn apply(self, x: &Tensor) -> Result<Tensor> {
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
