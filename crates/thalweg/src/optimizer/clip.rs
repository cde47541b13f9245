//! Gradient clipping.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// How gradients are clipped.
///
/// Norms are Euclidean, of the gradients after division by the loss scale. A clipped gradient has
/// the bound as its norm: unlike in PyTorch, no small number is added to the divisor.
///
/// Reference: Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks"
/// (2013), <https://arxiv.org/abs/1211.5063>.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Clip {
    /// No clipping.
    #[default]
    Off,
    /// Every element is clamped to [−c, c].
    Value(f64),
    /// Each parameter's gradient with a norm above c is scaled down to c.
    Norm(f64),
    /// If the norm of all gradients together is above c, all are scaled down to c.
    GlobalNorm(f64),
    /// Adaptive gradient clipping: the gradient of each unit whose norm is not below
    /// c·max(‖W‖, 10⁻³), with the unit's weights W, is scaled down to that. A unit is an output of a layer;
    /// a parameter of one dimension is one.
    ///
    /// Reference: Brock et al., "High-Performance Large-Scale Image Recognition Without Normalization"
    /// (2021), <https://arxiv.org/abs/2102.06171>, as timm (`First`) and optax (`Last`) have it.
    Adaptive {
        /// The largest norm c, as a share of that of the weights.
        bound: f64,
        /// Which dimension the outputs are.
        outputs: Outputs,
    },
}

/// Which dimension of a parameter is that of a layer's outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outputs {
    /// The first, as in PyTorch and candle.
    First,
    /// The last, as in JAX and Keras.
    Last,
}

const ACCEPTED: &str = "off, or value, norm, global, adaptive or adaptive-last with a finite number > 0, \
                        such as global:1";

impl Clip {
    /// The bound, if there is one.
    pub fn bound(self) -> Option<f64> {
        match self {
            Self::Off => None,
            Self::Value(bound)
            | Self::Norm(bound)
            | Self::GlobalNorm(bound)
            | Self::Adaptive { bound, .. } => Some(bound),
        }
    }

    /// The share of the norm of a unit's weights, if clipping is by units.
    pub(crate) fn by_units(self) -> Option<(f64, Outputs)> {
        match self {
            Self::Adaptive { bound, outputs } => Some((bound, outputs)),
            _ => None,
        }
    }

    /// Whether norms have to be known.
    pub(crate) fn is_by_norm(self) -> bool {
        matches!(self, Self::Norm(_) | Self::GlobalNorm(_))
    }

    /// The factor that scales a gradient down, from its own norm and that of all gradients; 1 where it
    /// is not too long, and for [`Value`](Self::Value) and [`Adaptive`](Self::Adaptive), which have no
    /// such factor.
    pub fn factor(self, own: f64, global: f64) -> f64 {
        let (norm, bound) = match self {
            Self::Norm(bound) => (own, bound),
            Self::GlobalNorm(bound) => (global, bound),
            Self::Off | Self::Value(_) | Self::Adaptive { .. } => return 1.0,
        };
        if norm > bound && norm.is_finite() { bound / norm } else { 1.0 }
    }

    pub(crate) fn check(self) -> Result<(), Error> {
        match self.bound() {
            Some(bound) if !(bound.is_finite() && bound > 0.0) => Err(Error::InvalidSetting {
                setting: "clip",
                value: self.to_string(),
                accepted: ACCEPTED,
            }),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Clip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::Value(bound) => write!(f, "value:{bound:?}"),
            Self::Norm(bound) => write!(f, "norm:{bound:?}"),
            Self::GlobalNorm(bound) => write!(f, "global:{bound:?}"),
            Self::Adaptive { bound, outputs: Outputs::First } => write!(f, "adaptive:{bound:?}"),
            Self::Adaptive { bound, outputs: Outputs::Last } => {
                write!(f, "adaptive-last:{bound:?}")
            }
        }
    }
}

impl FromStr for Clip {
    type Err = Error;

    /// Reads `off`, `value:C`, `norm:C`, `global:C`, `adaptive:C` or `adaptive-last:C`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let refused = || Error::InvalidSetting {
            setting: "clip",
            value: text.to_owned(),
            accepted: ACCEPTED,
        };
        if text.trim() == "off" {
            return Ok(Self::Off);
        }
        let (kind, bound) = text.split_once(':').ok_or_else(refused)?;
        let bound: f64 = bound.trim().parse().map_err(|_| refused())?;
        let clip = match kind.trim() {
            "value" => Self::Value(bound),
            "norm" => Self::Norm(bound),
            "global" => Self::GlobalNorm(bound),
            "adaptive" => Self::Adaptive { bound, outputs: Outputs::First },
            "adaptive-last" => Self::Adaptive { bound, outputs: Outputs::Last },
            _ => return Err(refused()),
        };
        clip.check().map_err(|_| refused())?;
        Ok(clip)
    }
}
