//! Schedules along waves: settings and formulas.

use super::curve::Formula;
use super::math::{cosine, linear, power};
use super::table::{
    Declared, Field, ScheduleEntry, ScheduleSetting, SettingAccepts, declare, store, words,
};
use crate::hyperparameter::Accepts;

declare! {
    /// Half a period of the cosine down to a minimum, where it stays.
    ///
    /// PyTorch's goes up again after `steps`, along the same cosine; up to there they agree.
    /// Under the learning rates of several groups, `min` is the same number for all.
    Cosine {
        name: "cosine",
        summary: "half a period of the cosine down to a minimum, where it stays",
        formula: "min + (base − min)·(1 + cos(π·min(t/steps, 1)))/2",
        reference: "Loshchilov & Hutter, \"SGDR: Stochastic Gradient Descent with Warm Restarts\" \
                    (2017), <https://arxiv.org/abs/1608.03983>; PyTorch's `CosineAnnealingLR`",
        settings: {
            steps: u64 = None, SettingAccepts::STEPS, "steps until the minimum";
            min: f64 = Some("0"), SettingAccepts::NON_NEGATIVE, "the last value";
        }
    }
}

impl Formula for Cosine {
    fn value(&self, t: u64, base: f64) -> f64 {
        cosine(base, self.min, t.min(self.steps) as f64, self.steps as f64)
    }
    fn length(&self) -> Option<u64> {
        Some(self.steps)
    }
}

declare! {
    /// The cosine again and again, each period `mult` times as long as the one before.
    CosineRestarts {
        name: "cosine-restarts",
        summary: "the cosine again and again, over longer and longer periods",
        formula: "min + (base − min)·(1 + cos(πs/p))/2, s steps into a period of p = period·multᵏ",
        reference: "Loshchilov & Hutter, \"SGDR: Stochastic Gradient Descent with Warm Restarts\" \
                    (2017), <https://arxiv.org/abs/1608.03983>; PyTorch's \
                    `CosineAnnealingWarmRestarts`",
        settings: {
            period: u64 = None, SettingAccepts::STEPS, "steps of the first period";
            mult: u64 = Some("1"), SettingAccepts::STEPS, "how many times longer the next one is";
            min: f64 = Some("0"), SettingAccepts::NON_NEGATIVE, "what each period falls to";
        }
    }
}

impl Formula for CosineRestarts {
    fn value(&self, t: u64, base: f64) -> f64 {
        let (mut s, mut period) = (t, self.period);
        if self.mult == 1 {
            s %= period;
        }
        while s >= period {
            s -= period;
            period = period.saturating_mul(self.mult);
        }
        cosine(base, self.min, s as f64, period as f64)
    }
}

words! {
    /// The line along which [`OneCycle`] goes.
    Anneal {
        /// Half a period of the cosine.
        #[default]
        Cos = "cos",
        /// A straight line.
        Linear = "linear",
    }
}

declare! {
    /// Up from a fraction of the configured value to the value itself and down to almost nothing,
    /// over one whole run; with three phases, down to where it started first.
    ///
    /// The configured value is PyTorch's `max_lr`. PyTorch refuses to go on after `steps`; here
    /// the last value stays.
    OneCycle {
        name: "onecycle",
        summary: "up to the configured value and down to almost nothing, over one run",
        formula: "base/div_factor → base at t = pct_start·steps − 1 → \
                  base/(div_factor·final_div_factor) at t = steps − 1",
        reference: "Smith & Topin, \"Super-Convergence\" (2018), \
                    <https://arxiv.org/abs/1708.07120>; PyTorch's `OneCycleLR`",
        settings: {
            steps: u64 = None, SettingAccepts::STEPS, "steps of the run";
            pct_start: f64 = Some("0.3"), SettingAccepts::UNIT, "share of the steps that go up";
            div_factor: f64 = Some("25"), SettingAccepts::FROM_ONE, "configured / first value";
            final_div_factor: f64 = Some("10000"), SettingAccepts::FROM_ONE, "first / last value";
            anneal: Anneal = Some("cos"), Anneal::ACCEPTS, "the line between these values";
            three_phase: bool = Some("false"), SettingAccepts::FLAG,
                "whether it goes down as far as it went up, in as many steps, before the rest";
        }
    }
}

impl Formula for OneCycle {
    fn value(&self, t: u64, base: f64) -> f64 {
        let (steps, last) = (self.steps as f64, (self.steps - 1) as f64);
        let t = t.min(self.steps - 1) as f64;
        let first = base / self.div_factor;
        let lowest = first / self.final_div_factor;
        let top = self.pct_start * steps - 1.0;
        let down = 2.0 * self.pct_start * steps - 2.0;
        let (from, to, start, end) = match self.three_phase {
            _ if t <= top => (first, base, 0.0, top),
            false => (base, lowest, top, last),
            true if t <= down => (base, first, top, down),
            true => (first, lowest, down, last),
        };
        match self.anneal {
            // The way up ends at the step where it begins.
            _ if end == start => to,
            Anneal::Cos => cosine(from, to, t - start, end - start),
            Anneal::Linear => linear(from, to, t - start, end - start),
        }
    }
    fn length(&self) -> Option<u64> {
        Some(self.steps)
    }
    fn conflict(&self) -> Option<(usize, &'static str)> {
        let short = self.three_phase && self.pct_start > 0.5;
        short.then_some((1, "a number in [0, 0.5] where three_phase=true"))
    }
}

words! {
    /// How the height of [`Cyclic`] changes.
    CyclicMode {
        /// It stays.
        #[default]
        Triangular = "triangular",
        /// It is halved after each cycle.
        Triangular2 = "triangular2",
        /// It is multiplied by gamma at each step.
        ExpRange = "exp_range",
    }
}

declare! {
    /// Up to a maximum and down again, on straight lines, for ever.
    ///
    /// The configured value is PyTorch's `base_lr`, at which each cycle starts and ends.
    Cyclic {
        name: "cyclic",
        summary: "up to a maximum and down again, on straight lines, for ever",
        formula: "base + (max − base)·h·min(s/up, (up+down−s)/down), s steps into cycle c = 0, 1, \
                  …; h is 1, 2⁻ᶜ or gammaᵗ",
        reference: "Smith, \"Cyclical Learning Rates for Training Neural Networks\" (2017), \
                    <https://arxiv.org/abs/1506.01186>; PyTorch's `CyclicLR`",
        settings: {
            max: f64 = None, SettingAccepts::NON_NEGATIVE, "the value at the top";
            up: u64 = None, SettingAccepts::STEPS, "steps up";
            down: Option<u64> = Some("up"), SettingAccepts::WholeOrAs("up"), "steps down";
            mode: CyclicMode = Some("triangular"), CyclicMode::ACCEPTS, "how the height changes";
            gamma: f64 = Some("1"), SettingAccepts::UNIT, "factor of the height, in exp_range";
        }
    }
}

impl Formula for Cyclic {
    fn value(&self, t: u64, base: f64) -> f64 {
        // Wider than a step count: both sides together may be more than one can be.
        let (up, down) = (u128::from(self.up), u128::from(self.down.unwrap_or(self.up)));
        let (cycle, s) = (u128::from(t) / (up + down), u128::from(t) % (up + down));
        let side =
            if s <= up { s as f64 / up as f64 } else { (up + down - s) as f64 / down as f64 };
        let height = match self.mode {
            CyclicMode::Triangular => 1.0,
            CyclicMode::Triangular2 => power(0.5, cycle as u64),
            CyclicMode::ExpRange => power(self.gamma, t),
        };
        linear(base, self.max, side * height, 1.0)
    }
}
