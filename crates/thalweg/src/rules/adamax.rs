//! Adamax: Adam with the largest gradient in place of the second moment.

use super::adam::Adam;
use super::common::*;

method! {
    /// Adamax; the weight decay is coupled (an L2 penalty). Kingma, Ba, "Adam: A Method for Stochastic
    /// Optimization" (2015), Algorithm 2, <https://arxiv.org/abs/1412.6980>.
    pub struct Adamax {
        name: "adamax",
        title: "Adamax",
        summary: "Adam that divides by the largest gradient, which is forgotten slowly",
        paper: Adam::ENTRY.paper,
        state: ["m", "u"],
        build: |&Adamax { lr, beta1, beta2, eps, weight_decay }| {
            decayed(ScaleByAdamax { beta1, beta2, eps }, lr, weight_decay, false)
        },
    }
    lr = 0.002;
    beta1 = 0.9;
    beta2 = 0.999, "share of the largest gradient that is kept";
    eps = 1e-8, "added to the size of the gradient";
    weight_decay = 0.0;
}

method! {
    /// Adamax with decoupled weight decay, as optax has it. Kingma, Ba, "Adam: A Method for Stochastic
    /// Optimization" (2015), Algorithm 2, <https://arxiv.org/abs/1412.6980>.
    pub struct AdamaxW {
        name: "adamaxw",
        title: "AdamaxW",
        summary: "Adamax whose weights decay by themselves",
        paper: Adam::ENTRY.paper,
        state: ["m", "u"],
        build: |&AdamaxW { lr, beta1, beta2, eps, weight_decay }| {
            decayed(ScaleByAdamax { beta1, beta2, eps }, lr, weight_decay, true)
        },
    }
    lr = 0.001;
    beta1 = 0.9;
    beta2 = 0.999, "share of the largest gradient that is kept";
    eps = 1e-8, "added to the size of the gradient";
    weight_decay = 1e-4, decoupled!();
}

/// m ← β₁m + (1 − β₁)g; u ← max(β₂u, |g| + ε); the step is m̂/u.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByAdamax {
    /// The decay rate β₁ of the mean gradient m.
    pub beta1: f64,
    /// The decay rate β₂ of the largest gradient u.
    pub beta2: f64,
    /// ε, added to the size of the gradient.
    pub eps: f64,
}

impl Rule for ScaleByAdamax {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = [N; 5];
    const SLOT_NAMES: &'static [&'static str] = &["m", "u"];
    hyperparameters!(beta1; beta2; eps);

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 5] {
        let [beta1, beta2, eps] = wide!(N, self; beta1, beta2, eps);
        let one = N::Wide::one();
        [beta1, one - beta1, beta2, one / beta1.one_minus_power(t), eps].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(&[b1, c1, b2, scale, eps]: &[N; 5], g: N, _: N, [m, u]: &mut [N; 2]) -> N {
        *m = b1 * *m + c1 * g;
        *u = (b2 * *u).max(g.abs() + eps);
        (scale * *m).named("m̂") / *u
    }
}
