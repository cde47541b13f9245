//! Stochastic gradient descent and momentum.

use super::{AddDecayedWeights, Scale, names};
use crate::chain;
use crate::engine::Kernel;
use crate::hyperparameter::Accepts;
use crate::method;
use crate::method::Recipe;
use crate::real::Real;
use crate::registry::Paper;
use crate::rule::Rule;

/// A velocity b ← μ·b + (1 − τ)·u, which replaces the update; with Nesterov's look-ahead
/// u + μ·b does.
///
/// At a parameter's first step b is u itself, undamped, as PyTorch starts it; a velocity that is
/// switched on later starts at 0 and is damped.
///
/// References: Polyak, "Some methods of speeding up the convergence of iteration methods" (1964),
/// <https://doi.org/10.1016/0041-5553(64)90137-5>; Sutskever et al., "On the importance of
/// initialization and momentum in deep learning" (2013),
/// <https://proceedings.mlr.press/v28/sutskever13.html>.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Trace {
    /// The share μ of the velocity that is kept.
    pub decay: f64,
    /// The share τ of the update that does not reach the velocity.
    pub dampening: f64,
    /// Whether to look ahead.
    pub nesterov: bool,
}

/// The constants of a step of [`Trace`].
#[derive(Debug, Clone, Copy)]
pub struct TraceConstants<R> {
    decay: R,
    fresh: R,
    nesterov: bool,
}

impl<R: Real> Rule<R> for Trace {
    type State = [R; 1];
    type Constants = TraceConstants<R>;

    fn state_names(&self) -> Vec<String> {
        names(&["velocity"])
    }

    fn prepare(&self, t: u64) -> TraceConstants<R> {
        TraceConstants {
            decay: R::from_f64(self.decay),
            fresh: if t == 1 { R::ONE } else { R::from_f64(1.0 - self.dampening) },
            nesterov: self.nesterov,
        }
    }

    #[inline(always)]
    fn apply(c: &TraceConstants<R>, u: R, _: R, [b]: &mut [R; 1]) -> R {
        *b = c.decay * *b + c.fresh * u;
        if c.nesterov { u + c.decay * *b } else { *b }
    }
}

method! {
    /// Stochastic gradient descent, with PyTorch's momentum if wanted.
    ///
    /// Reference: Robbins, Monro, "A Stochastic Approximation Method" (1951),
    /// <https://doi.org/10.1214/aoms/1177729586>.
    pub struct Sgd {
        name: "sgd",
        title: "SGD",
        summary: "a step straight down the gradient",
        formula: "W ← W − lr·g",
        paper: Paper {
            authors: "Robbins, Monro",
            title: "A Stochastic Approximation Method",
            year: 1951,
            url: "https://doi.org/10.1214/aoms/1177729586",
        },
        state: ["velocity"],
    }
    lr: f64 = 0.01, Accepts::NON_NEGATIVE, "learning rate";
    momentum: f64 = 0.0, Accepts::UNIT, "share of the velocity that is kept";
    dampening: f64 = 0.0, Accepts::UNIT, "share of the gradient that does not reach the velocity";
    nesterov: bool = false, Accepts::Flag, "whether to look ahead along the velocity";
    weight_decay: f64 = 0.0, Accepts::NON_NEGATIVE, "L2 penalty added to the gradient";
}

impl Recipe for Sgd {
    fn kernel<R: Real>(&self) -> Box<dyn Kernel<R>> {
        let &Self { lr, momentum, dampening, nesterov, weight_decay } = self;
        let scale = Scale::by_learning_rate(lr);
        if momentum == 0.0 {
            return Box::new(chain!(AddDecayedWeights(weight_decay), scale));
        }
        let trace = Trace { decay: momentum, dampening, nesterov };
        Box::new(chain!(AddDecayedWeights(weight_decay), trace, scale))
    }

    fn consistent(&self) -> Result<(), &'static str> {
        if self.nesterov && (self.momentum == 0.0 || self.dampening != 0.0) {
            return Err("nesterov=true needs momentum above 0 and dampening 0");
        }
        Ok(())
    }
}

method! {
    /// Gradient descent with inertia; the velocity holds the learning rate.
    ///
    /// A change of the learning rate therefore reaches the motion little by little, where
    /// PyTorch's (`sgd:momentum=0.9`) rescales it at once. At a constant rate the two agree.
    ///
    /// Reference: Polyak, "Some methods of speeding up the convergence of iteration methods"
    /// (1964), <https://doi.org/10.1016/0041-5553(64)90137-5>.
    pub struct Momentum {
        name: "momentum",
        title: "Momentum",
        summary: "a ball with inertia rolling down the slope",
        formula: "v ← γv − lr·g;  W ← W + v",
        paper: Paper {
            authors: "Polyak",
            title: "Some methods of speeding up the convergence of iteration methods",
            year: 1964,
            url: "https://doi.org/10.1016/0041-5553(64)90137-5",
        },
        state: ["velocity"],
    }
    lr: f64 = 0.01, Accepts::NON_NEGATIVE, "learning rate";
    momentum: f64 = 0.9, Accepts::UNIT, "share γ of the velocity that is kept";
}

impl Recipe for Momentum {
    fn kernel<R: Real>(&self) -> Box<dyn Kernel<R>> {
        let trace = Trace { decay: self.momentum, ..Trace::default() };
        Box::new(chain!(Scale::by_learning_rate(self.lr), trace))
    }
}
