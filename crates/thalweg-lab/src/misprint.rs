//! RMSProp and AdaDelta as an article misprinted them, to show what the misprint does.
//!
//! Both keep their averages with `+=` on a line that already holds γG: G ← (1 + γ)G + (1 − γ)g².
//! G then nearly doubles every step, the effective rate falls as 1/√G, and the method stalls.

use thalweg::prelude::*;
use thalweg::rules::{Adadelta, RmsProp, ScaleByAdadelta, ScaleByRms};

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

impl Rule for ScaleByPrintedRms {
    type State<N: Number> = [N; 1];
    type Constants<N: Number> = [N; 4];
    const SLOT_NAMES: &'static [&'static str] = &["G"];
    hyperparameters!(alpha; eps; eps_root);

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 4] {
        let &Self { alpha, eps, eps_root } = self;
        ScaleByRms { alpha, eps, eps_root }.prepare::<N>(t)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[alpha, one_minus_alpha, eps, eps_root]: &[N; 4],
        u: N,
        _: N,
        [g]: &mut [N; 1],
    ) -> N {
        *g = *g + (alpha * *g + one_minus_alpha * (u * u));
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

impl Rule for ScaleByPrintedAdadelta {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = [N; 3];
    const SLOT_NAMES: &'static [&'static str] = &["G", "s"];
    hyperparameters!(rho; eps, Accepts::NON_NEGATIVE, "inside both roots");

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 3] {
        let &Self { rho, eps } = self;
        ScaleByAdadelta { rho, eps }.prepare::<N>(t)
    }

    #[inline(always)]
    fn apply<N: Number>(&[rho, one_minus_rho, eps]: &[N; 3], u: N, _: N, [g, s]: &mut [N; 2]) -> N {
        *g = *g + (rho * *g + one_minus_rho * (u * u));
        let delta = (*s + eps).sqrt() / (*g + eps).sqrt() * u;
        *s = *s + (rho * *s + one_minus_rho * (delta * delta));
        delta
    }
}

method! {
    /// RMSProp as the article printed it; [`RmsProp`] is what was meant, with the same
    /// hyperparameters.
    pub struct RmsPropPrinted {
        name: "rmsprop-printed",
        title: "RMSProp as printed",
        summary: "RMSProp with a misprint: the mean square is added to itself and nearly doubles a step",
        paper: RmsProp::ENTRY.paper,
        state: ["G"],
        build: |&RmsPropPrinted { lr, alpha, eps, eps_root }| chain!(
            ScaleByPrintedRms { alpha, eps, eps_root },
            ScaleByLearningRate::new(lr),
        ),
    }
    lr = 0.01;
    alpha = 0.9, "meant as the share of G that is kept";
    eps = 0.0;
    eps_root = 1e-6;
}

method! {
    /// AdaDelta as the article printed it; [`Adadelta`] is what was meant.
    pub struct AdadeltaPrinted {
        name: "adadelta-printed",
        title: "AdaDelta as printed",
        summary: "AdaDelta with a misprint: both averages are added to themselves and nearly double a step",
        paper: Adadelta::ENTRY.paper,
        state: ["G", "s"],
        build: |&AdadeltaPrinted { rho, eps }| chain!(
            ScaleByPrintedAdadelta { rho, eps },
            ScaleByLearningRate::new(1.0),
        ),
    }
    rho = 0.9, "meant as the share of both averages that is kept";
    eps = 1e-6, "inside both roots";
}
