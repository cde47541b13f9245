//! What an optimizer is made with besides its method.

use std::fmt;
use std::str::FromStr;

use crate::clip::Clip;
use crate::error::Error;
use crate::group::{Group, Matcher};
use crate::lane::{Lane, lanes};
use crate::method::Method;
use crate::optimizer::Optimizer;
use crate::real::Real;
use crate::report::Measure;
use crate::schedule::Schedule;
use crate::simd::Simd;
use crate::storage::Dtype;

/// What happens when a gradient holds an infinity or a NaN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NonFinite {
    /// The step is an error, and nothing has changed.
    #[default]
    Error,
    /// The step is left out: nothing changes but the count of skipped steps, and the report says
    /// where it was.
    Skip,
    /// Such values reach parameters and state. Gradients are not read for a check; a norm that is
    /// not finite clips nothing.
    Propagate,
}

/// How numbers are rounded to bfloat16. The default is to nearest, ties to even.
///
/// To nearest, a change below half a unit of the eighth bit (0.2 to 0.4 per cent) is lost every
/// time: weights stand still under a small learning rate, and a mean square with β₂ = 0.999 never
/// falls again. Stochastic rounding is right on average.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rounding {
    /// To the nearest, ties to even.
    #[default]
    Nearest,
    /// To one of the two neighbours, with a chance in proportion to how near it is. The random
    /// bits are a function of the seed, the step and the element.
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
            accepted: "nearest, or stochastic with a whole number as seed, as stochastic:0",
        })
    }
}

/// An optimizer in the making. Everything is checked when it is [built](Self::build).
///
/// ```
/// use thalweg::schedule::Schedule;
/// use thalweg::{Clip, Group, Optimizer, rules::AdamW};
///
/// let mut optimizer: Optimizer<f32, AdamW> = Optimizer::builder(AdamW::default())
///     .group(Group::matching("*.bias").set("weight_decay", 0.0))
///     .schedule("lr", Schedule::parse("warmup:steps=10 then cosine:steps=90")?)
///     .clip(Clip::GlobalNorm(1.0))
///     .build()?;
/// let (mut weight, mut bias) = (vec![1.0_f32; 4], vec![0.5_f32]);
/// optimizer.step([
///     ("layer.weight", &mut weight, &vec![3.0_f32; 4]),
///     ("layer.bias", &mut bias, &vec![0.0_f32]),
/// ])?;
/// assert_eq!(bias, [0.5]); // no gradient to speak of, and no decay
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is made before `build`"]
pub struct Builder<R, M> {
    pub(crate) method: M,
    pub(crate) groups: Vec<Group>,
    pub(crate) matchers: Vec<std::sync::Arc<Matcher>>,
    pub(crate) schedules: Vec<(String, Schedule)>,
    pub(crate) clip: Clip,
    pub(crate) non_finite: NonFinite,
    pub(crate) loss_scale: f64,
    pub(crate) state_type: Dtype,
    pub(crate) rounding: Rounding,
    pub(crate) average: Option<f64>,
    pub(crate) large_pages: bool,
    pub(crate) measure: Measure,
    pub(crate) simd: Simd,
    arithmetic: std::marker::PhantomData<R>,
}

impl<R: Real, M: Method<R>> Builder<R, M> {
    pub(crate) fn new(method: M) -> Self {
        Self {
            method,
            groups: Vec::new(),
            matchers: Vec::new(),
            schedules: Vec::new(),
            clip: Clip::Off,
            non_finite: NonFinite::Error,
            loss_scale: 1.0,
            state_type: R::DTYPE,
            rounding: Rounding::Nearest,
            average: None,
            large_pages: false,
            measure: Measure::Off,
            simd: Simd::widest(),
            arithmetic: std::marker::PhantomData,
        }
    }

    /// Treats the parameters of some names differently; of several groups the first that matches
    /// a name counts.
    pub fn group(mut self, group: Group) -> Self {
        self.groups.push(group);
        self
    }

    /// Adds several groups, as [`Group::parse_all`] reads them.
    pub fn groups(mut self, groups: impl IntoIterator<Item = Group>) -> Self {
        self.groups.extend(groups);
        self
    }

    /// Lets a hyperparameter follow a schedule, in every group that has it, each from its own
    /// value. Any number can be scheduled, the learning rate above all.
    pub fn schedule(mut self, hyperparameter: &str, schedule: Schedule) -> Self {
        self.schedules.retain(|(known, _)| known != hyperparameter);
        self.schedules.push((hyperparameter.to_owned(), schedule));
        self
    }

    /// Clips gradients. It costs one read of the gradients, the same that looks for those that are
    /// not finite, so that the report can tell.
    pub fn clip(self, clip: Clip) -> Self {
        Self { clip, ..self }
    }

    /// Says what happens to gradients that are infinite or NaN.
    pub fn non_finite(self, non_finite: NonFinite) -> Self {
        Self { non_finite, ..self }
    }

    /// Divides every gradient by `scale`, which the loss was multiplied with, in the same pass.
    pub fn loss_scale(self, scale: f64) -> Self {
        Self { loss_scale: scale, ..self }
    }

    /// Keeps the state in `dtype`: the arithmetic's own type, or for an `Optimizer<f32>` bfloat16,
    /// which halves its memory. Read [`Rounding`] first.
    pub fn state_type(self, dtype: Dtype) -> Self {
        Self { state_type: dtype, ..self }
    }

    /// Says how parameters and state kept in bfloat16 are rounded. Half precision is always
    /// rounded to nearest.
    pub fn rounding(self, rounding: Rounding) -> Self {
        Self { rounding, ..self }
    }

    /// Keeps an exponential moving average of the weights, ā ← decay·ā + (1 − decay)·W from the
    /// weights before the first step on, in the arithmetic's type and in the same pass;
    /// [`Optimizer::average`] gives it.
    ///
    /// Reference: Polyak, Juditsky, "Acceleration of Stochastic Approximation by Averaging"
    /// (1992), <https://doi.org/10.1137/0330046>.
    pub fn average(self, decay: f64) -> Self {
        Self { average: Some(decay), ..self }
    }

    /// Asks the system for large pages for state of 2 MiB and more, which spares it looking up
    /// addresses. Where it has none to give, ordinary ones are used.
    pub fn large_pages(self, large_pages: bool) -> Self {
        Self { large_pages, ..self }
    }

    /// Says what reports contain.
    pub fn measure(self, measure: Measure) -> Self {
        Self { measure, ..self }
    }

    /// Steps with these instructions instead of the widest that the machine has.
    pub fn simd(self, simd: Simd) -> Self {
        Self { simd, ..self }
    }

    /// The same settings for arithmetic in another number type. State that was to be kept in the
    /// type of the arithmetic still is; where another type was asked for, that one stays.
    ///
    /// ```
    /// use thalweg::{Builder, Group, Optimizer, rules::Sgd};
    ///
    /// // What is found out late, say from a file, decides between `f32` and `f64`.
    /// let builder: Builder<f32, Sgd> = Optimizer::builder(Sgd { lr: 1.0, ..Sgd::default() })
    ///     .group(Group::matching("slow").set("lr", 0.1));
    /// let mut optimizer = builder.arithmetic::<f64>().build()?;
    /// let (mut fast, mut slow) = ([1.0_f64], [1.0_f64]);
    /// optimizer.step([("fast", &mut fast, &[1.0]), ("slow", &mut slow, &[1.0])])?;
    /// assert_eq!((fast, slow), ([0.0], [1.0 - 0.1]));
    /// # Ok::<(), thalweg::Error>(())
    /// ```
    pub fn arithmetic<R2: Real>(self) -> Builder<R2, M> {
        let state_type = if self.state_type == R::DTYPE { R2::DTYPE } else { self.state_type };
        Builder {
            method: self.method,
            groups: self.groups,
            matchers: self.matchers,
            schedules: self.schedules,
            clip: self.clip,
            non_finite: self.non_finite,
            loss_scale: self.loss_scale,
            state_type,
            rounding: self.rounding,
            average: self.average,
            large_pages: self.large_pages,
            measure: self.measure,
            simd: self.simd,
            arithmetic: std::marker::PhantomData,
        }
    }

    /// Makes the optimizer.
    ///
    /// # Errors
    /// A hyperparameter out of its range, in the method or in a group; a pattern that cannot be
    /// read; a schedule of something that is no hyperparameter or no number; a setting out of its
    /// range. The error says which and what would be accepted.
    pub fn build(mut self) -> Result<Optimizer<R, M>, Error> {
        let lanes = self.check()?;
        Ok(Optimizer::from_parts(self, lanes))
    }

    fn check(&mut self) -> Result<Vec<Lane<R>>, Error> {
        self.clip.check()?;
        let setting = |setting, value: String, accepted| {
            Err(Error::InvalidSetting { setting, value, accepted })
        };
        if !loss_scale_is_valid::<R>(self.loss_scale) {
            return setting("loss_scale", self.loss_scale.to_string(), LOSS_SCALE);
        }
        if let Some(decay) = self.average
            && !(0.0..1.0).contains(&decay)
        {
            return setting("average", decay.to_string(), "a number in [0, 1)");
        }
        if self.state_type != R::DTYPE && !(R::HALF && self.state_type == Dtype::Bf16) {
            let accepted = if R::HALF { "f32 or bf16" } else { "f64" };
            return setting("state_type", self.state_type.name().to_owned(), accepted);
        }
        if self.simd.arch().is_none() {
            return setting("simd", self.simd.to_string(), "one that this machine has");
        }
        self.matchers = self
            .groups
            .iter()
            .map(|group| group.matcher().map(Into::into))
            .collect::<Result<_, _>>()?;
        // Without schedules first, so that an error names the value that was given.
        lanes(self, None)?;
        lanes(self, Some(0))
    }
}

/// What a loss scale can be.
pub(crate) const LOSS_SCALE: &str = "a number > 0 whose inverse the number type can hold";

pub(crate) fn loss_scale_is_valid<R: Real>(scale: f64) -> bool {
    let inverse = R::from_f64(1.0 / scale);
    scale.is_finite() && scale > 0.0 && inverse > R::ZERO && inverse.is_finite()
}
