//! The one schedule with a state: reduce when a metric stops improving.

use super::math::{power, scaled};
use super::table::{Formula, ScheduleEntry, schedule};
use crate::settings::{Accepts, words};

words! {
    /// Which metrics are better.
    PlateauMode {
        /// Lower ones, as of a loss.
        #[default]
        Min = "min",
        /// Higher ones, as of an accuracy.
        Max = "max",
    }
}

words! {
    /// How the threshold is applied.
    ThresholdMode {
        /// As a share of the best metric.
        #[default]
        Rel = "rel",
        /// As a difference from it.
        Abs = "abs",
    }
}

schedule! {
    /// Multiplied by `factor` whenever a metric has not improved for more than `patience`
    /// observations; pass the metric to [`observe`](super::Schedule::observe).
    ///
    /// As in PyTorch a NaN is no improvement, a reduction by no more than `eps` is not made, and
    /// for `cooldown` observations after a reduction none counts as bad. A value that is below
    /// `min` from the start stays there.
    Plateau {
        name: "plateau",
        summary: "multiplied by factor when a metric stops improving",
        formula: "max(base·factorᵏ, min) after k reductions",
        reference: "PyTorch's `ReduceLROnPlateau`",
        settings: {
            factor: f64 = 0.1, Accepts::BELOW_ONE, "factor of each reduction";
            patience: u64 = 10, Accepts::COUNT,
                "tolerated observations without improvement";
            threshold: f64 = 0.0001, Accepts::NON_NEGATIVE,
                "how much better than the best one counts as an improvement";
            threshold_mode: ThresholdMode = ThresholdMode::Rel, ThresholdMode::ACCEPTS,
                "whether the threshold is a share of the best metric or a difference";
            cooldown: u64 = 0, Accepts::COUNT,
                "observations after a reduction that do not count as bad";
            min: f64 = 0.0, Accepts::NON_NEGATIVE, "the lowest value";
            mode: PlateauMode = PlateauMode::Min, PlateauMode::ACCEPTS, "which metrics are better";
            eps: f64 = 1e-8, Accepts::NON_NEGATIVE,
                "reductions of at most this are not made";
        }
    }
}

/// The value while nothing has been observed.
impl Formula for Plateau {
    fn value(&self, _: u64, base: f64) -> f64 {
        self.reduced(base, 0)
    }
}

impl Plateau {
    /// The value after k reductions.
    fn reduced(&self, base: f64, k: u64) -> f64 {
        if base <= self.min {
            return base;
        }
        let after = |k: u64| scaled(base, power(self.factor, k)).max(self.min);
        // Each reduction is smaller than the one before: none is made after the first that is
        // too small. That one is found by halving, since k may be any number.
        let (mut made, mut not_made) = (0, k);
        while made < not_made {
            let middle = made + (not_made - made) / 2;
            if after(middle) - after(middle + 1) > self.eps {
                made = middle + 1;
            } else {
                not_made = middle;
            }
        }
        after(made)
    }

    fn is_better(&self, metric: f64, best: f64) -> bool {
        match (self.mode, self.threshold_mode) {
            (PlateauMode::Min, ThresholdMode::Rel) => metric < best * (1.0 - self.threshold),
            (PlateauMode::Min, ThresholdMode::Abs) => metric < best - self.threshold,
            (PlateauMode::Max, ThresholdMode::Rel) => metric > best * (1.0 + self.threshold),
            (PlateauMode::Max, ThresholdMode::Abs) => metric > best + self.threshold,
        }
    }
}

/// A plateau schedule with its state: what it has observed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PlateauState {
    pub(super) plateau: Plateau,
    reductions: u64,
    /// The worst possible before the first metric; never NaN.
    best: f64,
    bad: u64,
    cooldown: u64,
}

/// Every whole number up to this is exactly representable in `f64`.
const MOST: f64 = (1_u64 << 53) as f64;

impl PlateauState {
    /// The numbers of a [`memory`](Self::memory).
    pub(super) const NUMBERS: usize = 4;

    pub(super) fn new(plateau: Plateau) -> Self {
        let best = match plateau.mode {
            PlateauMode::Min => f64::INFINITY,
            PlateauMode::Max => f64::NEG_INFINITY,
        };
        Self { plateau, reductions: 0, best, bad: 0, cooldown: 0 }
    }

    pub(super) fn value(&self, base: f64) -> f64 {
        self.plateau.reduced(base, self.reductions)
    }

    pub(super) fn observe(&mut self, metric: f64) -> bool {
        if self.plateau.is_better(metric, self.best) {
            self.best = metric;
            self.bad = 0;
        } else {
            self.bad += 1;
        }
        if self.cooldown > 0 {
            self.cooldown -= 1;
            self.bad = 0;
        }
        let reduces = self.bad > self.plateau.patience;
        if reduces {
            self.reductions += 1;
            self.cooldown = self.plateau.cooldown.min(MOST as u64);
            self.bad = 0;
        }
        reduces
    }

    pub(super) fn memory(&self) -> [f64; Self::NUMBERS] {
        [self.reductions as f64, self.best, self.bad as f64, self.cooldown as f64]
    }

    /// The same schedule with another state; `None` if these numbers are not a valid state.
    pub(super) fn with_memory(&self, memory: &[f64]) -> Option<Self> {
        let &[reductions, best, bad, cooldown] = memory else { return None };
        let count = |x: f64| (x.fract() == 0.0 && (0.0..=MOST).contains(&x)).then_some(x as u64);
        let (reductions, bad, cooldown) = (count(reductions)?, count(bad)?, count(cooldown)?);
        let plateau = self.plateau.clone();
        (!best.is_nan()).then_some(Self { plateau, reductions, best, bad, cooldown })
    }
}
