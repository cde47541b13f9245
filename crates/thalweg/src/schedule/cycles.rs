//! Schedules that rise and fall: settings and formulas.

use super::math::{cosine, linear, power};
use super::misfit::Events;
use super::table::{Formula, ScheduleEntry, schedule};
use crate::settings::{Accepts, words};

schedule! {
    /// Half a cosine period down to a minimum, then constant.
    ///
    /// Up to `steps` it agrees with PyTorch's, which then rises again along the same cosine. `min`
    /// is an absolute value, the same for all parameter groups.
    Cosine {
        name: "cosine",
        summary: "half a cosine period down to a minimum, then constant",
        formula: "min + (base − min)·(1 + cos(π·min(t/steps, 1)))/2",
        reference: "Loshchilov & Hutter, \"SGDR: Stochastic Gradient Descent with Warm Restarts\" \
                    (2017), <https://arxiv.org/abs/1608.03983>; PyTorch's `CosineAnnealingLR`",
        settings: {
            steps: u64, Accepts::Length, "steps until the minimum";
            min: f64 = 0.0, Accepts::NON_NEGATIVE, "the last value";
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

schedule! {
    /// The cosine with warm restarts, each period `mult` times as long as the one before.
    CosineRestarts {
        name: "cosine-restarts",
        summary: "the cosine with warm restarts, over periods that grow by a factor",
        formula: "min + (base − min)·(1 + cos(πs/p))/2, s steps into a period of p = period·multᵏ",
        reference: "Loshchilov & Hutter, \"SGDR: Stochastic Gradient Descent with Warm Restarts\" \
                    (2017), <https://arxiv.org/abs/1608.03983>; PyTorch's \
                    `CosineAnnealingWarmRestarts`",
        settings: {
            period: u64, Accepts::Length, "steps of the first period";
            mult: u64 = 1, Accepts::STEPS, "factor from one period's length to the next";
            min: f64 = 0.0, Accepts::NON_NEGATIVE, "lowest value of each period";
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
    fn events(&self) -> Option<Events> {
        Some(Events::at_the_end("the end of its first period", self.period))
    }
}

words! {
    /// The shape of the curve of [`OneCycle`].
    Anneal {
        /// Half a cosine period.
        #[default]
        Cos = "cos",
        /// A straight line.
        Linear = "linear",
    }
}

schedule! {
    /// Up from a fraction of the configured value to the value itself and down to almost zero, over
    /// one whole run; with three phases, first back down to the starting value.
    ///
    /// The configured value is PyTorch's `max_lr`. PyTorch raises an error after `steps`; here the
    /// last value is kept.
    OneCycle {
        name: "onecycle",
        summary: "up to the configured value and down to almost zero, over one run",
        formula: "base/div_factor → base at t = pct_start·steps − 1 → \
                  base/(div_factor·final_div_factor) at t = steps − 1",
        reference: "Smith & Topin, \"Super-Convergence\" (2018), \
                    <https://arxiv.org/abs/1708.07120>; PyTorch's `OneCycleLR`",
        settings: {
            steps: u64, Accepts::Length, "steps of the run";
            pct_start: f64 = 0.3, Accepts::UNIT, "share of the steps that go up";
            div_factor: f64 = 25.0, Accepts::FROM_ONE, "configured / first value";
            final_div_factor: f64 = 10000.0, Accepts::FROM_ONE, "first / last value";
            anneal: Anneal = Anneal::Cos, Anneal::ACCEPTS, "shape of the curve between these values";
            three_phase: bool = false, Accepts::Flag,
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
    /// How the amplitude of [`Cyclic`] changes.
    CyclicMode {
        /// It is constant.
        #[default]
        Triangular = "triangular",
        /// It is halved after each cycle.
        Triangular2 = "triangular2",
        /// It is multiplied by gamma at each step.
        ExpRange = "exp_range",
    }
}

schedule! {
    /// Linearly up to a maximum and down again, repeated without end.
    ///
    /// The configured value is PyTorch's `base_lr`, at which each cycle starts and ends.
    Cyclic {
        name: "cyclic",
        summary: "linearly up to a maximum and down again, repeated without end",
        formula: "base + (max − base)·h·min(s/up, (up+down−s)/down), s steps into cycle c = 0, 1, \
                  …; h is 1, 2⁻ᶜ or gammaᵗ",
        reference: "Smith, \"Cyclical Learning Rates for Training Neural Networks\" (2017), \
                    <https://arxiv.org/abs/1506.01186>; PyTorch's `CyclicLR`",
        settings: {
            max: f64, Accepts::NON_NEGATIVE, "the value at the top";
            up: u64, Accepts::Length, "steps up";
            down: Option<u64> = None, Accepts::WholeOr("up"), "steps down";
            mode: CyclicMode = CyclicMode::Triangular, CyclicMode::ACCEPTS, "how the amplitude changes";
            gamma: f64 = 1.0, Accepts::UNIT, "factor of the amplitude per step, in exp_range";
        }
    }
}

impl Formula for Cyclic {
    fn value(&self, t: u64, base: f64) -> f64 {
        // Wider than a step count: the sum of both sides may overflow it.
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
    fn events(&self) -> Option<Events> {
        Some(Events::at_the_end("its first peak", self.up))
    }
}
