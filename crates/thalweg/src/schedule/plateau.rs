//! The one schedule with a memory: lower when a metric stops improving.

use super::curve::Formula;
use super::math::{power, scaled};
use super::table::{
    Declared, Field, ScheduleEntry, ScheduleSetting, SettingAccepts, declare, store, words,
};
use crate::hyperparameter::Accepts;

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
    /// How the threshold counts.
    ThresholdMode {
        /// As a share of the best metric.
        #[default]
        Rel = "rel",
        /// As a difference from it.
        Abs = "abs",
    }
}

declare! {
    /// Lower by a factor whenever a metric has not improved for more than `patience`
    /// observations; [`observe`](super::Schedule::observe) gives it the metric.
    ///
    /// As in PyTorch a NaN is no improvement, a reduction by no more than `eps` is not made, and
    /// for `cooldown` observations after a reduction none counts as bad. A value that is below
    /// `min` from the start stays there.
    Plateau {
        name: "plateau",
        summary: "lower by a factor when a metric stops improving",
        formula: "max(base·factorᵏ, min) after k reductions",
        reference: "PyTorch's `ReduceLROnPlateau`",
        settings: {
            factor: f64 = Some("0.1"), SettingAccepts::BELOW_ONE, "factor of each reduction";
            patience: u64 = Some("10"), SettingAccepts::COUNT,
                "observations without improvement that are borne";
            threshold: f64 = Some("0.0001"), SettingAccepts::NON_NEGATIVE,
                "how much better than the best one is an improvement";
            threshold_mode: ThresholdMode = Some("rel"), ThresholdMode::ACCEPTS,
                "whether the threshold is a share of the best metric or a difference";
            cooldown: u64 = Some("0"), SettingAccepts::COUNT,
                "observations after a reduction that do not count as bad";
            min: f64 = Some("0"), SettingAccepts::NON_NEGATIVE, "the lowest value";
            mode: PlateauMode = Some("min"), PlateauMode::ACCEPTS, "which metrics are better";
            eps: f64 = Some("1e-8"), SettingAccepts::NON_NEGATIVE,
                "the largest reduction that is not worth making";
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

/// A plateau schedule with what it has observed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Watch {
    pub(super) plateau: Plateau,
    reductions: u64,
    /// The worst there is before the first metric; never NaN.
    best: f64,
    bad: u64,
    cooldown: u64,
}

/// Up to here every whole number is an `f64`.
const MOST: f64 = (1_u64 << 53) as f64;

impl Watch {
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

    /// Itself with another memory; `None` if these numbers are none.
    pub(super) fn remembering(&self, memory: &[f64]) -> Option<Self> {
        let &[reductions, best, bad, cooldown] = memory else { return None };
        let count = |x: f64| (x.fract() == 0.0 && (0.0..=MOST).contains(&x)).then_some(x as u64);
        let (reductions, bad, cooldown) = (count(reductions)?, count(bad)?, count(cooldown)?);
        let plateau = self.plateau.clone();
        (!best.is_nan()).then_some(Self { plateau, reductions, best, bad, cooldown })
    }
}
