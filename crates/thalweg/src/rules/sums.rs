//! Methods that divide by sums of all past gradients, as Adagrad does.

use super::adagrad::Adagrad;
use super::adagrad::ScaleByAdagrad;
use super::common::*;

method! {
    /// Adagrad with decoupled weight decay, as AdamW has it. Duchi, Hazan, Singer, "Adaptive Subgradient
    /// Methods" (2011), <https://jmlr.org/papers/v12/duchi11a.html>; Loshchilov, Hutter, "Decoupled
    /// Weight Decay Regularization" (2019), <https://arxiv.org/abs/1711.05101>.
    pub struct AdagradW {
        name: "adagrad-w",
        title: "AdagradW",
        summary: "Adagrad whose weights decay by themselves, outside the adaptive rate",
        paper: Adagrad::ENTRY.paper,
        state: ["h"],
        build: |&AdagradW { lr, lr_decay, eps, initial_accumulator, weight_decay }| chain!(
            ScaleByAdagrad { eps, eps_root: 0.0, initial_accumulator },
            AddDecayedWeights { weight_decay },
            ScaleByLearningRate { lr, lr_decay },
        ),
    }
    lr = 0.01;
    lr_decay = 0.0;
    eps = 1e-10;
    initial_accumulator = 0.0;
    weight_decay = 0.01, decoupled!();
}

method! {
    /// FTRL-Proximal: weights from the sum of all gradients, exactly 0 where it stays below λ₁.
    /// McMahan et al., "Ad Click Prediction: a View from the Trenches" (2013), Algorithm 1,
    /// <https://doi.org/10.1145/2487575.2488200>. The weights before the first step count for nothing.
    pub struct Ftrl {
        name: "ftrl",
        title: "FTRL",
        summary: "weights from the sum of all gradients, most of them exactly 0",
        paper: ("McMahan et al.", 2013, "Ad Click Prediction: a View from the Trenches",
                "https://doi.org/10.1145/2487575.2488200"),
        state: ["z", "n"],
        build: |&ftrl| StepByFtrl(ftrl),
    }
    lr = 0.001;
    beta = 0.0, Accepts::NON_NEGATIVE, "added to the root of n";
    lambda_1 = 0.0, Accepts::NON_NEGATIVE, "strength of the L1 penalty";
    lambda_2 = 0.0, Accepts::NON_NEGATIVE, "strength of the L2 penalty";
}

/// σ = (√(n + g²) − √n)/lr; n ← n + g²; z ← z + g − σW;
/// W ← (λ₁·sign(z) − z)/((√n + β)/lr + λ₂) where |z| > λ₁, else 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepByFtrl(pub Ftrl);

impl Rule for StepByFtrl {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = [N; 4];
    const SLOT_NAMES: &'static [&'static str] = &["z", "n"];

    fn prepare<N: Number>(&self, _: N::Wide) -> [N; 4] {
        let [lr, beta, lambda_1, lambda_2] = wide!(N, self.0; lr, beta, lambda_1, lambda_2);
        [N::Wide::one() / lr, beta, lambda_1, lambda_2].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[per_lr, beta, lambda_1, lambda_2]: &[N; 4],
        g: N,
        w: N,
        [z, n]: &mut [N; 2],
    ) -> N {
        let before = n.sqrt();
        *n = *n + g * g;
        let root = n.sqrt();
        let sigma = ((root - before) * per_lr).named("σ");
        *z = *z + g - sigma * w;
        let is_kept = is_positive(z.abs() - lambda_1);
        let per_rate = (root + beta) * per_lr + lambda_2;
        // Where no gradient has come yet, z and what it is divided by are 0.
        let smallest = N::from_f64(1e-30);
        is_kept * (lambda_1 * z.sign() - *z) / smallest.max(per_rate) - w
    }
}

method! {
    /// KATE: Adagrad without the root, so that rescaling a feature changes nothing. Choudhury et al.,
    /// "Remove that Square Root: A New Efficient Scale-Invariant Version of AdaGrad" (2024),
    /// <https://arxiv.org/abs/2403.02648>.
    pub struct Kate {
        name: "kate",
        title: "KATE",
        summary: "Adagrad without the root: rescaling a feature changes nothing",
        paper: ("Choudhury et al.", 2024,
                "Remove that Square Root: A New Efficient Scale-Invariant Version of AdaGrad",
                "https://arxiv.org/abs/2403.02648"),
        state: ["m", "b"],
        build: |&kate| decayed(ScaleByKate(kate), kate.lr, kate.weight_decay, kate.decoupled),
    }
    lr = 0.001;
    delta = 0.0, Accepts::NON_NEGATIVE, "weight of the squared gradients in m";
    eps = 1e-8, "added to b in every step";
    weight_decay = 0.0;
    decoupled: bool = true;
}

/// b ← b + u² + ε; m ← m + δu² + u²/b; u ← √m·u/b.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByKate(pub Kate);

impl Rule for ScaleByKate {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = [N; 2];
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m", "b"];

    fn prepare<N: Number>(&self, _: N::Wide) -> [N; 2] {
        wide!(N, self.0; delta, eps).map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(&[delta, eps]: &[N; 2], u: N, _: N, [m, b]: &mut [N; 2]) -> N {
        let square = u * u;
        *b = *b + square + eps;
        *m = *m + delta * square + square / *b;
        m.sqrt() * u / *b
    }
}

method! {
    /// MADGRAD: dual averaging with momentum, divided by a cube root. Defazio, Jelassi, "Adaptivity
    /// without Compromise: A Momentumized, Adaptive, Dual Averaged Gradient Method for Stochastic
    /// Optimization" (2021), <https://arxiv.org/abs/2101.11075>.
    pub struct Madgrad {
        name: "madgrad",
        title: "MADGRAD",
        summary: "from the start along the sum of gradients, divided by a cube root, with momentum",
        paper: ("Defazio, Jelassi", 2021,
                "Adaptivity without Compromise: A Momentumized, Adaptive, Dual Averaged Gradient Method",
                "https://arxiv.org/abs/2101.11075"),
        state: ["s", "v", "start"],
        build: |&madgrad| chain!(
            AddDecayedWeights { weight_decay: madgrad.weight_decay },
            StepByMadgrad(madgrad),
        ),
    }
    lr = 0.001;
    momentum = 0.9, "share of W that is kept";
    weight_decay = 0.0;
    eps = 1e-6, "added to the cube root and to lr";
}

/// λ = (lr + ε)√t; s ← s + λu; v ← v + λu²; z = W₀ − s/(∛v + ε); W ← μW + (1 − μ)z.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepByMadgrad(pub Madgrad);

impl Rule for StepByMadgrad {
    type State<N: Number> = [N; 3];
    type Constants<N: Number> = [N; 6];
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["s", "v", "start"];

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 6] {
        let [lr, momentum, eps] = wide!(N, self.0; lr, momentum, eps);
        let one = N::Wide::one();
        let [first, later] = first_and_later(t);
        let third = one / N::Wide::from_f64(3.0);
        let lambda = ((lr + eps) * t.sqrt()).named("λ");
        [lambda, third, eps, one - momentum, first, later].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[lambda, third, eps, share, first, later]: &[N; 6],
        u: N,
        w: N,
        [s, v, start]: &mut [N; 3],
    ) -> N {
        *start = first * w + later * *start;
        *s = *s + lambda * u;
        *v = *v + lambda * (u * u);
        let z = (*start - *s / (v.powf(third) + eps)).named("z");
        share * (z - w)
    }
}
