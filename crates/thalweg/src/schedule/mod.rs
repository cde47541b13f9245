//! Schedules: the value of a hyperparameter at each step.
//!
//! A [`Schedule`] gives the value of a hyperparameter at step t = 0, 1, … (the number of steps
//! taken before), from its configured value, the base. It is a function of the step alone, so a
//! resumed run has the same bits; only [`Plateau`] has a state, derived from the metrics it has
//! observed.
//!
//! # As text
//!
//! One schedule is written like an optimizer, `name` or `name:key=value,key=value`. The words `for`
//! and `then` join several in sequence; each counts its steps from 0:
//!
//! ```text
//! cosine:steps=1000,min=1e-5
//! warmup:steps=100 then cosine:steps=900
//! constant for 50 then exponential:gamma=0.99
//! warmup:steps=5 then step:size=30 for 90 then constant
//! ```
//!
//! `FIRST for STEPS then NEXT` hands over to NEXT at step STEPS. Where FIRST has a length
//! (`steps`), `for STEPS` can be left out; where it has `for STEPS`, its length can. In a shell, put
//! the text in quotes, as it has spaces. Lists of steps are separated by slashes:
//! `multistep:milestones=30/80`. The first setting that is a number of steps can stand without its
//! key, as in `warmup:100`, and `1e4` is a number of steps, too.
//!
//! The names and settings are those of the table [`SCHEDULES`], one type each. Lengths have no
//! default, since none fits every run; all other settings have PyTorch's defaults. Values also
//! agree with PyTorch, where it has the schedule.
//!
//! ## Relative to a run
//!
//! [`Schedule::parse_for`] reads a text for a run of N steps:
//!
//! ```text
//! warmup:5% then cosine
//! constant for 50% then linear:start=1,end=0
//! onecycle
//! step:every=30%
//! multistep:milestones=50%/75%
//! ```
//!
//! Wherever a number of steps stands, `P%` stands for N·P/100 steps, rounded and at least 1; P is
//! above 0 and at most 100. `cosine`, `linear`, `polynomial` and `onecycle` without `steps` last to
//! the end of the run. `every` is another name of `size`. The schedule that results has, and prints,
//! numbers of steps: a checkpoint does not depend on the length of a run. What does not suit a run
//! is found by [`Schedule::misfits`].
//!
//! # As values
//!
//! ```
//! use thalweg::schedule::{Cosine, OneCycle, Schedule, ScheduleError};
//!
//! let cosine = Schedule::new(Cosine { steps: 900, min: 1e-5 })?.after_warmup(100);
//! assert_eq!(cosine.to_string(), "warmup:steps=100 then cosine:steps=900,min=1e-5");
//! assert_eq!(cosine.value(0, 0.1), 0.001); // the first of 100 steps up to 0.1
//! assert_eq!(cosine.value(100, 0.1), 0.1);
//! assert_eq!(cosine.value(1000, 0.1), 1e-5);
//!
//! let cycle = Schedule::new(OneCycle { steps: 500, pct_start: 0.2, ..OneCycle::default() })?;
//! assert_eq!(cycle.value(99, 0.1), 0.1);
//!
//! let own = Schedule::from_fn("halving", |step, base| base / (1.0 + step as f64));
//! assert_eq!(own.value(3, 0.1), 0.025);
//! # Ok::<(), ScheduleError>(())
//! ```

mod curve;
mod cycles;
mod decays;
mod error;
mod math;
mod misfit;
mod plateau;
mod relative;
mod table;
mod text;

use std::sync::Arc;

pub use curve::{Curve, SCHEDULES};
pub use cycles::{Anneal, Cosine, CosineRestarts, Cyclic, CyclicMode, OneCycle};
pub use decays::{Constant, Exponential, InverseSqrt, Linear, MultiStep, Polynomial, Step, Warmup};
pub use error::ScheduleError;
pub use misfit::Misfit;
use plateau::PlateauState;
pub use plateau::{Plateau, PlateauMode, ThresholdMode};
pub use table::ScheduleEntry;

/// The value of a hyperparameter at each step; see the [module](self) for the text form.
///
/// Two schedules are equal if their settings and states are; closures only if they are the same
/// one.
#[derive(Clone, PartialEq)]
pub struct Schedule {
    /// Each with its number of steps, at least 1.
    parts: Vec<(Part, u64)>,
    last: Part,
}

#[derive(Clone)]
enum Part {
    /// Any except a plateau, with valid settings.
    Curve(Curve),
    Plateau(PlateauState),
    Function {
        name: String,
        f: Arc<dyn Fn(u64, f64) -> f64 + Send + Sync>,
    },
}

impl Schedule {
    /// A schedule of the table.
    ///
    /// # Errors
    /// [`InvalidValue`](ScheduleError::InvalidValue) of a setting.
    pub fn new(curve: impl Into<Curve>) -> Result<Self, ScheduleError> {
        Part::new(curve.into()).map(Self::of)
    }

    /// The configured value at every step.
    pub fn constant() -> Self {
        Self::of(Part::Curve(Constant {}.into()))
    }

    /// A custom schedule: `f(step, base)`, whose result is not checked. It prints as `fn(name)`,
    /// which cannot be read again.
    pub fn from_fn(name: &str, f: impl Fn(u64, f64) -> f64 + Send + Sync + 'static) -> Self {
        Self::of(Part::Function { name: name.to_owned(), f: Arc::new(f) })
    }

    fn of(last: Part) -> Self {
        Self { parts: Vec::new(), last }
    }

    /// This for a number of steps, then `next` from its own step 0. After 0 steps that is `next`.
    ///
    /// ```
    /// use thalweg::schedule::{Exponential, Schedule};
    ///
    /// let decay = Schedule::new(Exponential { gamma: 0.5 })?;
    /// let held = Schedule::constant().then(10, decay).then(12, Schedule::constant());
    /// assert_eq!(held.to_string(), "constant for 10 then exponential:gamma=0.5 for 2 then constant");
    /// assert_eq!([9, 10, 11, 12].map(|step| held.value(step, 1.0)), [1.0, 1.0, 0.5, 1.0]);
    /// # Ok::<(), thalweg::schedule::ScheduleError>(())
    /// ```
    pub fn then(self, steps: u64, next: Self) -> Self {
        let mut left = steps;
        let mut parts = Vec::new();
        for (part, own) in self.parts {
            if left > 0 {
                parts.push((part, own.min(left)));
            }
            left = left.saturating_sub(own);
        }
        if left > 0 {
            parts.push((self.last, left));
        }
        parts.extend(next.parts);
        Self { parts, last: next.last }
    }

    /// This after a [`Warmup`] from 0, whose step k has (k + 1)/steps of the configured value.
    pub fn after_warmup(self, steps: u64) -> Self {
        let warmup = Warmup { steps, ..Warmup::default() };
        Self::of(Part::Curve(warmup.into())).then(steps, self)
    }

    /// The value after `step` steps, where `base` is configured.
    ///
    /// For a finite base that is not negative it is finite and not negative (a closure may give
    /// anything): where a growing schedule would overflow, it is the largest number.
    pub fn value(&self, step: u64, base: f64) -> f64 {
        let (part, step) = self.at(step);
        part.value(step, base)
    }

    /// Passes a metric to the [`Plateau`] in force after `step` steps; returns whether it lowers
    /// the value. All other schedules ignore it.
    ///
    /// ```
    /// use thalweg::schedule::Schedule;
    ///
    /// let mut schedule: Schedule = "plateau:patience=1,factor=0.5".parse()?;
    /// let lowered = [3.0, 2.0, 2.0, 2.0].map(|loss| schedule.observe(0, loss));
    /// assert_eq!(lowered, [false, false, false, true]);
    /// assert_eq!(schedule.value(0, 0.1), 0.05);
    /// # Ok::<(), thalweg::schedule::ScheduleError>(())
    /// ```
    pub fn observe(&mut self, step: u64, metric: f64) -> bool {
        let (index, _) = self.index(step);
        let part = self.parts.get_mut(index).map_or(&mut self.last, |(part, _)| part);
        match part {
            Part::Plateau(state) => state.observe(metric),
            Part::Curve(_) | Part::Function { .. } => false,
        }
    }

    /// Whether it has a [`Plateau`], which does nothing without [`observe`](Self::observe).
    pub fn needs_metric(&self) -> bool {
        self.all().any(|part| matches!(part, Part::Plateau(_)))
    }

    /// The state from [`observe`](Self::observe), for a checkpoint: four numbers for each
    /// [`Plateau`] (reductions, best metric, bad observations, cooldown left), none for all others.
    /// None of them is NaN; the best metric is infinite before the first.
    pub fn memory(&self) -> Vec<f64> {
        self.all().flat_map(|part| part.plateau().map(PlateauState::memory)).flatten().collect()
    }

    /// Resumes from a [`memory`](Self::memory) of the same schedule.
    ///
    /// # Errors
    /// [`Memory`](ScheduleError::Memory); the schedule is then unchanged.
    pub fn restore(&mut self, memory: &[f64]) -> Result<(), ScheduleError> {
        let refused = |found: String, accepted: String| ScheduleError::Memory {
            schedule: self.to_string(),
            found,
            accepted,
        };
        let expected = self.memory().len();
        if memory.len() != expected {
            return Err(refused(format!("{} numbers", memory.len()), format!("{expected}")));
        }
        let mut restored = self.clone();
        let mut numbers = memory.chunks(PlateauState::NUMBERS);
        let parts = restored.parts.iter_mut().map(|(part, _)| part).chain([&mut restored.last]);
        for part in parts {
            let Part::Plateau(state) = part else { continue };
            let numbers = numbers.next().unwrap_or_default();
            *state = state.with_memory(numbers).ok_or_else(|| {
                let accepted = "whole numbers ≥ 0 and, second, the best metric".to_owned();
                refused(format!("{numbers:?}"), accepted)
            })?;
        }
        *self = restored;
        Ok(())
    }

    /// The parts in sequence: after how many steps each begins, and its text.
    pub fn parts(&self) -> Vec<(u64, String)> {
        let mut begin: u64 = 0;
        let lengths = self.parts.iter().map(|(_, steps)| *steps).chain([0]);
        let part = |(part, steps): (&Part, u64)| {
            let part = (begin, part.to_string());
            begin = begin.saturating_add(steps);
            part
        };
        self.all().zip(lengths).map(part).collect()
    }

    /// The index of the part in force after `step` steps and that part's own step.
    fn index(&self, step: u64) -> (usize, u64) {
        let mut step = step;
        for (index, (_, steps)) in self.parts.iter().enumerate() {
            match step.checked_sub(*steps) {
                None => return (index, step),
                Some(left) => step = left,
            }
        }
        (self.parts.len(), step)
    }

    fn at(&self, step: u64) -> (&Part, u64) {
        let (index, step) = self.index(step);
        (self.parts.get(index).map_or(&self.last, |(part, _)| part), step)
    }

    fn all(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().map(|(part, _)| part).chain([&self.last])
    }
}

impl Part {
    /// Checks every setting.
    fn new(curve: Curve) -> Result<Self, ScheduleError> {
        let formula = curve.formula();
        let entry = formula.entry();
        let values = formula.values();
        let refused = |i: usize, accepted: String| ScheduleError::InvalidValue {
            schedule: entry.name,
            setting: entry.settings[i].name,
            value: values[i].to_string(),
            accepted,
        };
        for (i, setting) in entry.settings.iter().enumerate() {
            if !setting.accepts.admits(&values[i]) {
                return Err(refused(i, setting.accepts.to_string()));
            }
        }
        if let Some((i, accepted)) = formula.conflict() {
            return Err(refused(i, accepted.to_owned()));
        }
        Ok(match curve {
            Curve::Plateau(plateau) => Self::Plateau(PlateauState::new(plateau)),
            curve => Self::Curve(curve),
        })
    }

    fn value(&self, step: u64, base: f64) -> f64 {
        let value = match self {
            Self::Function { f, .. } => return f(step, base),
            Self::Curve(curve) => curve.formula().value(step, base),
            Self::Plateau(state) => state.value(base),
        };
        value.clamp(-f64::MAX, f64::MAX)
    }

    fn length(&self) -> Option<u64> {
        match self {
            Self::Curve(curve) => curve.formula().length(),
            Self::Plateau(_) | Self::Function { .. } => None,
        }
    }

    fn plateau(&self) -> Option<&PlateauState> {
        match self {
            Self::Plateau(state) => Some(state),
            Self::Curve(_) | Self::Function { .. } => None,
        }
    }
}

impl PartialEq for Part {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Curve(a), Self::Curve(b)) => a == b,
            (Self::Plateau(a), Self::Plateau(b)) => a == b,
            (Self::Function { name: a, f }, Self::Function { name: b, f: g }) => {
                a == b && Arc::ptr_eq(f, g)
            }
            _ => false,
        }
    }
}
