//! Adadelta: RMSProp whose learning rate is the size of its own past steps.

use super::{AddDecayedWeights, Scale, names};
use crate::chain;
use crate::engine::Kernel;
use crate::hyperparameter::Accepts;
use crate::method;
use crate::method::Recipe;
use crate::real::Real;
use crate::registry::Paper;
use crate::rule::Rule;

/// v ← ρv + (1 − ρ)u²; Δ = √(s + ε)/√(v + ε)·u; s ← ρs + (1 − ρ)Δ²; u ← Δ.
///
/// Reference: Zeiler, "ADADELTA: An Adaptive Learning Rate Method" (2012), Algorithm 1,
/// <https://arxiv.org/abs/1212.5701>.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByAdadelta {
    /// The share ρ of both averages that is kept.
    pub rho: f64,
    /// ε, inside both roots.
    pub eps: f64,
}

impl<R: Real> Rule<R> for ScaleByAdadelta {
    type State = [R; 2];
    type Constants = [R; 3];

    fn state_names(&self) -> Vec<String> {
        names(&["v", "s"])
    }

    fn prepare(&self, _: u64) -> [R; 3] {
        [self.rho, 1.0 - self.rho, self.eps].map(R::from_f64)
    }

    #[inline(always)]
    fn apply(&[rho, fresh, eps]: &[R; 3], u: R, _: R, [v, s]: &mut [R; 2]) -> R {
        *v = rho * *v + fresh * (u * u);
        let delta = (*s + eps).sqrt() / (*v + eps).sqrt() * u;
        *s = rho * *s + fresh * (delta * delta);
        delta
    }
}

method! {
    /// Adadelta. It needs no learning rate; `lr` scales its steps.
    ///
    /// Reference: Zeiler, "ADADELTA: An Adaptive Learning Rate Method" (2012),
    /// <https://arxiv.org/abs/1212.5701>.
    pub struct Adadelta {
        name: "adadelta",
        title: "AdaDelta",
        summary: "RMSProp whose learning rate is the size of its own past steps",
        formula: "v ← ρv + (1 − ρ)g²;  Δ = √(s + ε)/√(v + ε)·g;  s ← ρs + (1 − ρ)Δ²;  W ← W − lr·Δ",
        paper: Paper {
            authors: "Zeiler",
            title: "ADADELTA: An Adaptive Learning Rate Method",
            year: 2012,
            url: "https://arxiv.org/abs/1212.5701",
        },
        state: ["v", "s"],
    }
    lr: f64 = 1.0, Accepts::NON_NEGATIVE, "scale of the steps";
    rho: f64 = 0.9, Accepts::UNIT, "share of both averages that is kept";
    eps: f64 = 1e-6, Accepts::NON_NEGATIVE, "inside both roots";
    weight_decay: f64 = 0.0, Accepts::NON_NEGATIVE, "L2 penalty added to the gradient";
}

impl Recipe for Adadelta {
    fn kernel<R: Real>(&self) -> Box<dyn Kernel<R>> {
        let &Self { lr, rho, eps, weight_decay } = self;
        Box::new(chain!(
            AddDecayedWeights(weight_decay),
            ScaleByAdadelta { rho, eps },
            Scale::by_learning_rate(lr),
        ))
    }
}
