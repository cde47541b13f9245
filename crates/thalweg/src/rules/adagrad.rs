//! Adagrad: a rate for every element, from the sum of its squared gradients.

use super::{AddDecayedWeights, Scale, names};
use crate::chain;
use crate::engine::Kernel;
use crate::hyperparameter::Accepts;
use crate::method;
use crate::method::Recipe;
use crate::real::Real;
use crate::registry::Paper;
use crate::rule::Rule;

/// h ← h + u²; u ← u / (√(h + ε_root) + ε).
///
/// Reference: Duchi, Hazan, Singer, "Adaptive Subgradient Methods for Online Learning and
/// Stochastic Optimization" (2011), <https://jmlr.org/papers/v12/duchi11a.html>.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByAdagrad {
    /// ε, added outside the root.
    pub eps: f64,
    /// ε_root, added inside the root.
    pub eps_root: f64,
    /// h before the first step.
    pub initial_accumulator: f64,
}

impl<R: Real> Rule<R> for ScaleByAdagrad {
    type State = [R; 1];
    type Constants = [R; 2];

    fn state_names(&self) -> Vec<String> {
        names(&["h"])
    }

    fn initial_state(&self) -> [R; 1] {
        [R::from_f64(self.initial_accumulator)]
    }

    fn prepare(&self, _: u64) -> [R; 2] {
        [self.eps, self.eps_root].map(R::from_f64)
    }

    #[inline(always)]
    fn apply(&[eps, eps_root]: &[R; 2], u: R, _: R, [h]: &mut [R; 1]) -> R {
        *h += u * u;
        u / ((*h + eps_root).sqrt() + eps)
    }
}

method! {
    /// Adagrad. The accumulator h only grows, so the effective rate tends to 0.
    ///
    /// Reference: Duchi, Hazan, Singer, "Adaptive Subgradient Methods for Online Learning and
    /// Stochastic Optimization" (2011), <https://jmlr.org/papers/v12/duchi11a.html>.
    pub struct Adagrad {
        name: "adagrad",
        title: "Adagrad",
        summary: "a rate for every element, shrinking with the sum of its squared gradients",
        formula: "h ← h + g²;  W ← W − lr·g/(√h + ε)",
        paper: Paper {
            authors: "Duchi, Hazan, Singer",
            title: "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization",
            year: 2011,
            url: "https://jmlr.org/papers/v12/duchi11a.html",
        },
        state: ["h"],
    }
    lr: f64 = 0.01, Accepts::NON_NEGATIVE, "learning rate";
    lr_decay: f64 = 0.0, Accepts::NON_NEGATIVE, "the rate falls as 1/(1 + lr_decay·(t − 1))";
    eps: f64 = 1e-10, Accepts::NON_NEGATIVE, "added outside the root";
    eps_root: f64 = 0.0, Accepts::NON_NEGATIVE, "added inside the root";
    initial_accumulator: f64 = 0.0, Accepts::NON_NEGATIVE, "h before the first step";
    weight_decay: f64 = 0.0, Accepts::NON_NEGATIVE, "L2 penalty added to the gradient";
}

impl Recipe for Adagrad {
    fn kernel<R: Real>(&self) -> Box<dyn Kernel<R>> {
        let &Self { lr, lr_decay, eps, eps_root, initial_accumulator, weight_decay } = self;
        Box::new(chain!(
            AddDecayedWeights(weight_decay),
            ScaleByAdagrad { eps, eps_root, initial_accumulator },
            Scale { factor: -lr, decay: lr_decay },
        ))
    }
}
