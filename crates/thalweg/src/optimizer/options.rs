//! The settings of an optimizer besides its method.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::clip::Clip;
use super::group::{Group, Matcher, Treatment};
use super::report::Measure;
use super::transform::Transform;
use crate::engine::Simd;
use crate::engine::chunk::Beside;
use crate::error::Error;
use crate::method::Method;
use crate::schedule::Schedule;
use crate::settings::text::Reader;
use crate::storage::state::Keeping;
use crate::storage::{Dtype, Real};

/// Everything that is set before the first step.
#[derive(Debug, Clone)]
pub(crate) struct Options<M> {
    pub(crate) method: M,
    pub(crate) groups: Vec<Group>,
    pub(crate) matchers: Vec<Arc<Matcher>>,
    pub(crate) schedules: Vec<(String, Schedule)>,
    pub(crate) clip: Clip,
    pub(crate) non_finite: NonFinite,
    pub(crate) loss_scale: f64,
    pub(crate) maximize: bool,
    /// The type in which state is stored; `None` is the arithmetic's.
    pub(crate) state_type: Option<Dtype>,
    pub(crate) rounding: Rounding,
    pub(crate) average: Option<f64>,
    pub(crate) lookahead: Option<Lookahead>,
    pub(crate) transforms: Vec<Transform>,
    pub(crate) large_pages: bool,
    pub(crate) measure: Measure,
    pub(crate) simd: Simd,
}

impl<M> Options<M> {
    pub(crate) fn new(method: M) -> Self {
        Self {
            method,
            groups: Vec::new(),
            matchers: Vec::new(),
            schedules: Vec::new(),
            clip: Clip::Off,
            non_finite: NonFinite::Error,
            loss_scale: 1.0,
            maximize: false,
            state_type: None,
            rounding: Rounding::Nearest,
            average: None,
            lookahead: None,
            transforms: Vec::new(),
            large_pages: false,
            measure: Measure::Off,
            simd: Simd::widest(),
        }
    }

    /// The name of the method whose kernel has this index: 0 for the method itself, then the groups.
    pub(crate) fn method_name(&self, kernel: usize) -> String
    where
        M: Method,
    {
        let group = kernel.checked_sub(1).map(|group| &self.groups[group].treatment);
        match group {
            Some(Treatment::Other(spec)) => spec.name(),
            _ => self.method.name(),
        }
    }

    /// How state is kept.
    pub(crate) fn keeping<R: Real>(&self) -> Keeping {
        let dtype = self.state_type.unwrap_or(R::DTYPE);
        Keeping { dtype, large_pages: self.large_pages }
    }

    /// Checks everything except the method, the groups and the schedules.
    pub(crate) fn check<R: Real>(&self) -> Result<(), Error> {
        self.clip.check()?;
        let invalid = |setting, value: String, accepted| {
            Err(Error::InvalidSetting { setting, value, accepted })
        };
        check_loss_scale::<R>(self.loss_scale)?;
        if let Some(decay) = self.average
            && !(0.0..1.0).contains(&decay)
        {
            return invalid("average", decay.to_string(), "a number in [0, 1)");
        }
        if let Some(lookahead) = self.lookahead {
            lookahead.check()?;
            if self.average.is_some() {
                let accepted = "no lookahead beside a moving average, which is kept in its place";
                return invalid("lookahead", lookahead.to_string(), accepted);
            }
        }
        self.transforms.iter().try_for_each(|transform| transform.check())?;
        let Keeping { dtype, .. } = self.keeping::<R>();
        if !R::STATE_TYPES.contains(&dtype) {
            let accepted = if R::STATE_TYPES.len() > 1 { "f32 or bf16" } else { "f64" };
            return invalid("state_type", dtype.name().to_owned(), accepted);
        }
        if self.simd.arch().is_none() {
            return invalid(
                "simd",
                self.simd.to_string(),
                "an instruction set that this machine has",
            );
        }
        Ok(())
    }
}

/// Checks that gradients can be divided by a loss scale.
pub(crate) fn check_loss_scale<R: Real>(scale: f64) -> Result<(), Error> {
    let inverse = R::from_f64(1.0 / scale);
    if scale.is_finite() && scale > 0.0 && inverse > R::zero() && inverse.is_finite() {
        return Ok(());
    }
    let accepted = "a number > 0 whose inverse the number type can hold";
    Err(Error::InvalidSetting { setting: "loss_scale", value: scale.to_string(), accepted })
}

impl<M> Options<M> {
    /// What is kept beside the weights.
    pub(crate) fn beside(&self) -> Option<Beside> {
        let average = self.average.map(|decay| Beside::Average { decay });
        average.or(self.lookahead.map(|Lookahead { period, share }| Beside::Slow { period, share }))
    }
}

/// Lookahead around a method: at each k-th step of a parameter the slow weights φ go the share α of the way
/// to the weights, φ ← φ + α(W − φ), and the weights go back to them, W ← φ.
///
/// As text it is `period=5,share=0.5`.
///
/// Reference: Zhang, Lucas, Hinton, Ba, "Lookahead Optimizer: k steps forward, 1 step back" (2019),
/// <https://arxiv.org/abs/1907.08610>.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lookahead {
    /// The number of steps k.
    pub period: u64,
    /// The share α.
    pub share: f64,
}

impl Default for Lookahead {
    fn default() -> Self {
        Self { period: 5, share: 0.5 }
    }
}

impl Lookahead {
    fn refused(value: String) -> Error {
        let accepted = "a period from 1 and a share in [0, 1], such as period=5,share=0.5";
        Error::InvalidSetting { setting: "lookahead", value, accepted }
    }

    fn check(self) -> Result<(), Error> {
        match self.period > 0 && (0.0..=1.0).contains(&self.share) {
            true => Ok(()),
            false => Err(Self::refused(self.to_string())),
        }
    }
}

impl fmt::Display for Lookahead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "period={},share={:?}", self.period, self.share)
    }
}

impl FromStr for Lookahead {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let refused = || Self::refused(text.to_owned());
        let reader = Reader { text, thing: "lookahead", key: "setting" };
        let mut lookahead = Self::default();
        for setting in reader.settings(Some(text)) {
            match setting.map_err(|_| refused())? {
                ("period", value) => lookahead.period = value.parse().map_err(|_| refused())?,
                ("share", value) => lookahead.share = value.parse().map_err(|_| refused())?,
                _ => return Err(refused()),
            }
        }
        lookahead.check()?;
        Ok(lookahead)
    }
}

/// What happens when a gradient holds an infinity or a NaN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NonFinite {
    /// The step returns an error, and nothing has changed.
    #[default]
    Error,
    /// The step is skipped: nothing changes except the count of skipped steps, and the report says
    /// where the value was.
    Skip,
    /// Such values propagate to parameters and state. Gradients are not checked; a norm that is not
    /// finite clips nothing.
    Propagate,
}

/// How numbers are rounded to bfloat16. The default is to nearest, ties to even.
///
/// To nearest, a change below half a unit of the eighth bit (0.2 to 0.4 per cent) is lost every
/// time: weights do not move under a small learning rate, and a mean square with β₂ = 0.999 never
/// decreases again. Stochastic rounding is unbiased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rounding {
    /// To the nearest, ties to even.
    #[default]
    Nearest,
    /// To one of the two neighbours, each with a probability proportional to its nearness. The
    /// random bits are a function of the seed, the step and the element.
    Stochastic {
        /// The seed.
        seed: u64,
    },
}

impl fmt::Display for NonFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Skip => "skip",
            Self::Propagate => "propagate",
        })
    }
}

impl fmt::Display for Rounding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nearest => f.write_str("nearest"),
            Self::Stochastic { seed } => write!(f, "stochastic:{seed}"),
        }
    }
}

impl FromStr for NonFinite {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let known = [Self::Error, Self::Skip, Self::Propagate];
        known.into_iter().find(|policy| policy.to_string() == text).ok_or_else(|| {
            Error::InvalidSetting {
                setting: "non_finite",
                value: text.to_owned(),
                accepted: "error, skip or propagate",
            }
        })
    }
}

impl FromStr for Rounding {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text == "nearest" {
            return Ok(Self::Nearest);
        }
        let seed = text.strip_prefix("stochastic:").and_then(|seed| seed.parse().ok());
        seed.map(|seed| Self::Stochastic { seed }).ok_or_else(|| Error::InvalidSetting {
            setting: "rounding",
            value: text.to_owned(),
            accepted: "nearest, or stochastic with a whole number as seed, such as stochastic:0",
        })
    }
}
