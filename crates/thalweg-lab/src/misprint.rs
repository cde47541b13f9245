//! RMSProp and AdaDelta as an article misprinted them, to show what the misprint does.
//!
//! Both keep their averages with `+=` on a line that already holds γG: G ← (1 + γ)G + (1 − γ)g².
//! G then nearly doubles every step, the effective rate falls as 1/√G, and the method stalls.

use thalweg::rules::{Adadelta, RmsProp, Scale};
use thalweg::{Accepts, Kernel, Real, Recipe, Rule, chain, method};

/// G ← G + (αG + (1 − α)u²); u ← u/(√(G + ε_root) + ε): RMSProp with the misprint.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByPrintedRms {
    /// α, meant as the decay of the average.
    pub alpha: f64,
    /// ε, added outside the root.
    pub eps: f64,
    /// ε_root, added inside the root.
    pub eps_root: f64,
}

impl<R: Real> Rule<R> for ScaleByPrintedRms {
    type State = [R; 1];
    type Constants = [R; 4];

    fn state_names(&self) -> Vec<String> {
        vec!["G".to_owned()]
    }

    fn prepare(&self, _: u64) -> [R; 4] {
        [self.alpha, 1.0 - self.alpha, self.eps, self.eps_root].map(R::from_f64)
    }

    #[inline(always)]
    fn apply(&[alpha, one_minus_alpha, eps, eps_root]: &[R; 4], u: R, _: R, [g]: &mut [R; 1]) -> R {
        *g += alpha * *g + one_minus_alpha * (u * u);
        u / ((*g + eps_root).sqrt() + eps)
    }
}

/// AdaDelta with the misprint in both averages, G and s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByPrintedAdadelta {
    /// ρ, meant as the decay of both averages.
    pub rho: f64,
    /// ε, inside both roots.
    pub eps: f64,
}

impl<R: Real> Rule<R> for ScaleByPrintedAdadelta {
    type State = [R; 2];
    type Constants = [R; 3];

    fn state_names(&self) -> Vec<String> {
        vec!["G".to_owned(), "s".to_owned()]
    }

    fn prepare(&self, _: u64) -> [R; 3] {
        [self.rho, 1.0 - self.rho, self.eps].map(R::from_f64)
    }

    #[inline(always)]
    fn apply(&[rho, one_minus_rho, eps]: &[R; 3], u: R, _: R, [g, s]: &mut [R; 2]) -> R {
        *g += rho * *g + one_minus_rho * (u * u);
        let delta = (*s + eps).sqrt() / (*g + eps).sqrt() * u;
        *s += rho * *s + one_minus_rho * (delta * delta);
        delta
    }
}

method! {
    /// RMSProp as the article printed it; [`RmsProp`] is what was meant, with the same
    /// hyperparameters.
    pub struct RmsPropPrinted {
        name: "rmsprop-printed",
        title: "RMSProp as printed",
        summary: "RMSProp with a slip: the mean square is added to itself and nearly doubles a step",
        formula: "G ← (1 + α)G + (1 − α)g²;  W ← W − lr·g/(√(G + ε_root) + ε)",
        paper: RmsProp::ENTRY.paper,
        state: ["G"],
    }
    lr: f64 = 0.01, Accepts::NON_NEGATIVE, "learning rate";
    alpha: f64 = 0.9, Accepts::UNIT, "share of G that was to be kept";
    eps: f64 = 0.0, Accepts::NON_NEGATIVE, "added outside the root";
    eps_root: f64 = 1e-6, Accepts::NON_NEGATIVE, "added inside the root";
}

impl Recipe for RmsPropPrinted {
    fn kernel<R: Real>(&self) -> Box<dyn Kernel<R>> {
        let &Self { lr, alpha, eps, eps_root } = self;
        let rule = ScaleByPrintedRms { alpha, eps, eps_root };
        Box::new(chain!(rule, Scale::by_learning_rate(lr)))
    }
}

method! {
    /// AdaDelta as the article printed it; [`Adadelta`] is what was meant.
    pub struct AdadeltaPrinted {
        name: "adadelta-printed",
        title: "AdaDelta as printed",
        summary: "AdaDelta with a slip: both averages are added to themselves and nearly double a step",
        formula: "G ← (1 + ρ)G + (1 − ρ)g²;  Δ = √(s + ε)/√(G + ε)·g;  s ← (1 + ρ)s + (1 − ρ)Δ²;  W ← W − Δ",
        paper: Adadelta::ENTRY.paper,
        state: ["G", "s"],
    }
    rho: f64 = 0.9, Accepts::UNIT, "share of both averages that was to be kept";
    eps: f64 = 1e-6, Accepts::NON_NEGATIVE, "inside both roots";
}

impl Recipe for AdadeltaPrinted {
    fn kernel<R: Real>(&self) -> Box<dyn Kernel<R>> {
        let rule = ScaleByPrintedAdadelta { rho: self.rho, eps: self.eps };
        Box::new(chain!(rule, Scale::by_learning_rate(1.0)))
    }
}
