//! Monotonic schedules: settings and formulas.

use super::math::{linear, power, real_power, scaled};
use super::misfit::Events;
use super::table::{Formula, ScheduleEntry, schedule};
use crate::settings::Accepts;

schedule! {
    /// The configured value at every step.
    Constant {
        name: "constant",
        summary: "the configured value at every step",
        formula: "base",
        reference: "what an optimizer does without a schedule",
        settings: {}
    }
}

impl Formula for Constant {
    fn value(&self, _: u64, base: f64) -> f64 {
        base
    }
}

schedule! {
    /// A linear warm-up to the configured value, for the steps before another schedule begins: the
    /// first step is already above `from`, and the last one has the full value.
    ///
    /// It is PyTorch's `LinearLR(start_factor=from + (1 - from) / steps, total_iters=steps - 1)`.
    Warmup {
        name: "warmup",
        summary: "a linear warm-up to the configured value",
        formula: "base·(from + (1 − from)·min((t+1)/steps, 1))",
        reference: "Goyal et al., \"Accurate, Large Minibatch SGD\" (2017), section 2.2, \
                    <https://arxiv.org/abs/1706.02677>",
        settings: {
            steps: u64, Accepts::Length, "steps until the configured value";
            from: f64 = 0.0, Accepts::UNIT, "start of the warm-up, as a factor";
        }
    }
}

impl Formula for Warmup {
    fn value(&self, t: u64, base: f64) -> f64 {
        let (done, steps) = (self.steps.min(t.saturating_add(1)) as f64, self.steps as f64);
        scaled(base, linear(self.from, 1.0, done, steps))
    }
    fn length(&self) -> Option<u64> {
        Some(self.steps)
    }
}

schedule! {
    /// Linear from one factor of the configured value to another, then constant.
    Linear {
        name: "linear",
        summary: "linear from one factor of the configured value to another",
        formula: "base·(start + (end − start)·min(t/steps, 1))",
        reference: "PyTorch's `LinearLR`",
        settings: {
            steps: u64, Accepts::Length, "steps until the end factor";
            start: f64 = 0.3333333333333333, Accepts::NON_NEGATIVE, "first factor";
            end: f64 = 1.0, Accepts::NON_NEGATIVE, "last factor";
        }
    }
}

impl Formula for Linear {
    fn value(&self, t: u64, base: f64) -> f64 {
        let (t, steps) = (t.min(self.steps) as f64, self.steps as f64);
        scaled(base, linear(self.start, self.end, t, steps))
    }
    fn length(&self) -> Option<u64> {
        Some(self.steps)
    }
}

schedule! {
    /// Multiplied by `gamma` every `size` steps.
    Step {
        name: "step",
        summary: "multiplied by gamma every `size` steps",
        formula: "base·gamma^⌊t/size⌋",
        reference: "PyTorch's `StepLR`",
        settings: {
            size: u64, Accepts::Length, "steps between reductions";
            gamma: f64 = 0.1, Accepts::NON_NEGATIVE, "factor of each reduction";
        }
    }
}

impl Formula for Step {
    fn value(&self, t: u64, base: f64) -> f64 {
        scaled(base, power(self.gamma, t / self.size))
    }
    fn events(&self) -> Option<Events> {
        Some(Events::before_a_step("its first reduction", vec![self.size]))
    }
}

schedule! {
    /// Multiplied by `gamma` at each milestone.
    MultiStep {
        name: "multistep",
        summary: "multiplied by gamma at each milestone",
        formula: "base·gamma^(number of milestones ≤ t)",
        reference: "PyTorch's `MultiStepLR`",
        settings: {
            milestones: Vec<u64>, Accepts::Milestones, "steps at which it is reduced";
            gamma: f64 = 0.1, Accepts::NON_NEGATIVE, "factor of each reduction";
        }
    }
}

impl Formula for MultiStep {
    fn value(&self, t: u64, base: f64) -> f64 {
        let passed = self.milestones.partition_point(|&milestone| milestone <= t);
        scaled(base, power(self.gamma, passed as u64))
    }
    fn events(&self) -> Option<Events> {
        Some(Events::before_a_step("its milestone", self.milestones.clone()))
    }
}

schedule! {
    /// Multiplied by `gamma` at every step; with `gamma` above 1 it grows, as in a learning rate
    /// range test.
    Exponential {
        name: "exponential",
        summary: "multiplied by gamma at every step",
        formula: "base·gammaᵗ",
        reference: "PyTorch's `ExponentialLR`",
        settings: {
            gamma: f64, Accepts::NON_NEGATIVE, "factor of each step";
        }
    }
}

impl Formula for Exponential {
    fn value(&self, t: u64, base: f64) -> f64 {
        scaled(base, power(self.gamma, t))
    }
}

schedule! {
    /// Down to zero as a power of the remaining share of the steps.
    ///
    /// A power that is not a whole number uses the platform's `pow`, which may differ in the last
    /// bit between machines; everything else has the same bits everywhere.
    Polynomial {
        name: "polynomial",
        summary: "down to zero as a power of the remaining share of the steps",
        formula: "base·(1 − min(t/steps, 1))^power",
        reference: "PyTorch's `PolynomialLR`",
        settings: {
            steps: u64, Accepts::Length, "steps until zero";
            power: f64 = 1.0, Accepts::NON_NEGATIVE, "the power; 1 is a straight line";
        }
    }
}

impl Formula for Polynomial {
    fn value(&self, t: u64, base: f64) -> f64 {
        let left = (self.steps - t.min(self.steps)) as f64 / self.steps as f64;
        scaled(base, real_power(left, self.power))
    }
    fn length(&self) -> Option<u64> {
        Some(self.steps)
    }
}

schedule! {
    /// A linear warm-up, then a decay with the inverse square root of the step.
    ///
    /// In the paper the rate is d^(−1/2)·min(s^(−1/2), s·warmup^(−3/2)) at step s = t + 1 of a
    /// model of width d. That is this schedule with base = 1/√(d·warmup), its highest value.
    InverseSqrt {
        name: "inverse-sqrt",
        summary: "a linear warm-up, then a decay with the inverse square root of the step (Noam)",
        formula: "base·min((t+1)/warmup, √(warmup/(t+1)))",
        reference: "Vaswani et al., \"Attention Is All You Need\" (2017), section 5.3, \
                    <https://arxiv.org/abs/1706.03762>",
        settings: {
            warmup: u64, Accepts::Length, "steps until the configured value";
        }
    }
}

impl Formula for InverseSqrt {
    fn value(&self, t: u64, base: f64) -> f64 {
        let (s, warmup) = (t as f64 + 1.0, self.warmup as f64);
        base * (s / warmup).min((warmup / s).sqrt())
    }
    fn events(&self) -> Option<Events> {
        Some(Events::at_the_end("the end of its warm-up", self.warmup))
    }
}
