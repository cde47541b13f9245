//! The distribution of the initial weights.

use std::fmt;
use std::str::FromStr;

use super::error::NetworkError;
use crate::named_text::NamedText;

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

impl Initial {
    /// σ for a layer with the given number of inputs and neurons.
    pub fn deviation(self, inputs: usize, neurons: usize) -> f64 {
        match self {
            Self::He => (2.0 / inputs as f64).sqrt(),
            Self::Xavier => (2.0 / (inputs + neurons) as f64).sqrt(),
            Self::Normal(deviation) => deviation,
        }
    }
}

impl FromStr for Initial {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
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
