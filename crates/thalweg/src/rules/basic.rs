//! Rules without state.

use crate::real::Real;
use crate::rule::Rule;

/// u ← c·u, where c may fall as 1/(1 + decay·(t − 1)) over the steps.
///
/// Reference for the decay: Bottou, "Stochastic Gradient Learning in Neural Networks" (1991).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// The factor c of the first step.
    pub factor: f64,
    /// How fast it falls; 0 keeps it.
    pub decay: f64,
}

impl Scale {
    /// u ← −lr·u: what turns a gradient into a step downhill.
    pub fn by_learning_rate(lr: f64) -> Self {
        Self { factor: -lr, decay: 0.0 }
    }
}

impl<R: Real> Rule<R> for Scale {
    type State = ();
    type Constants = R;

    fn prepare(&self, t: u64) -> R {
        R::from_f64(self.factor / (1.0 + t.saturating_sub(1) as f64 * self.decay))
    }

    #[inline(always)]
    fn apply(&factor: &R, u: R, _: R, (): &mut ()) -> R {
        factor * u
    }
}

/// u ← u + λ·W, with the weight decay λ.
///
/// Before an adaptive rule it is the gradient of an L2 penalty ("coupled"); after it the weights
/// shrink by themselves ("decoupled", as in AdamW).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AddDecayedWeights(
    /// The weight decay λ.
    pub f64,
);

impl<R: Real> Rule<R> for AddDecayedWeights {
    type State = ();
    type Constants = R;

    fn prepare(&self, _: u64) -> R {
        R::from_f64(self.0)
    }

    #[inline(always)]
    fn apply(&weight_decay: &R, u: R, w: R, (): &mut ()) -> R {
        u + weight_decay * w
    }
}
