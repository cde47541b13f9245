//! Adam with another mean of gradients in place of its first moment.

use super::cautious;
use super::common::*;
use super::inertia::Qhm;

method! {
    /// QHAdam: means of gradient and moment in both places. Ma, Yarats, "Quasi-hyperbolic momentum and
    /// Adam for deep learning" (2019), <https://arxiv.org/abs/1810.06801>.
    pub struct QhAdam {
        name: "qhadam",
        title: "QHAdam",
        summary: "Adam with a mean of the gradient and its moment in both places",
        paper: Qhm::ENTRY.paper,
        state: ["m", "v"],
        build: |&qhadam| {
            decayed(ScaleByQhAdam(qhadam), qhadam.lr, qhadam.weight_decay, qhadam.decoupled)
        },
    }
    lr = 0.001;
    beta1 = 0.9;
    beta2 = 0.999;
    nu1 = 1.0, Accepts::UNIT, "share of m in the direction";
    nu2 = 1.0, Accepts::UNIT, "share of v in the size";
    weight_decay = 0.0;
    decoupled: bool = false;
    eps = 1e-8;
}

/// m and v are means without bias: m ← m + (u − m)(1 − β₁)/(1 − β₁ᵗ), v likewise of u²;
/// u ← ((1 − ν₁)u + ν₁m)/(√((1 − ν₂)u² + ν₂v) + ε).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByQhAdam(pub QhAdam);

impl Rule for ScaleByQhAdam {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = [N; 9];
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m", "v"];

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 9] {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [nu1, nu2, eps] = wide!(N, self.0; nu1, nu2, eps);
        let one = moments.one;
        let share1 = (one - moments.beta1) / moments.correction1;
        let share2 = (one - moments.beta2) / moments.correction2;
        [share1, one - share1, share2, one - share2, nu1, one - nu1, nu2, one - nu2, eps]
            .map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[c1, b1, c2, b2, nu1, rest1, nu2, rest2, eps]: &[N; 9],
        u: N,
        _: N,
        [m, v]: &mut [N; 2],
    ) -> N {
        let square = u * u;
        *m = b1 * *m + c1 * u;
        *v = b2 * *v + c2 * square;
        (nu1 * *m + rest1 * u) / ((nu2 * *v + rest2 * square).sqrt() + eps)
    }
}

method! {
    /// AdEMAMix: a fast and a slow mean of gradients. Pagliardini, Ablin, Grangier, "The AdEMAMix
    /// Optimizer: Better, Faster, Older" (2024), <https://arxiv.org/abs/2409.03137>.
    pub struct AdEmaMix {
        name: "ademamix",
        title: "AdEMAMix",
        summary: "Adam with a second, slow mean of gradients that remembers thousands of steps",
        paper: ("Pagliardini, Ablin, Grangier", 2024,
                "The AdEMAMix Optimizer: Better, Faster, Older", "https://arxiv.org/abs/2409.03137"),
        state: ["m", "slow", "v"],
        build: |&method| chain!(
            ScaleByAdEmaMix(method),
            AddDecayedWeights { weight_decay: method.weight_decay },
            ScaleByLearningRate::new(method.lr),
        ),
    }
    lr = 0.001;
    beta1 = 0.9;
    beta2 = 0.999;
    beta3 = 0.9999, Accepts::BELOW_ONE, "share of the slow mean that is kept";
    alpha = 5.0, Accepts::NON_NEGATIVE, "weight of the slow mean";
    eps = 1e-8;
    eps_root = 0.0;
    weight_decay = 0.0, decoupled!();
}

/// m, v as in Adam; slow ← β₃·slow + (1 − β₃)u; u ← (m̂ + α·slow)/(√(v̂ + ε_root) + ε).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByAdEmaMix(pub AdEmaMix);

impl Rule for ScaleByAdEmaMix {
    type State<N: Number> = [N; 3];
    type Constants<N: Number> = [N; 11];
    const SLOT_NAMES: &'static [&'static str] = &["m", "slow", "v"];

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 11] {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [beta3, alpha] = wide!(N, self.0; beta3, alpha);
        let [eps, eps_root] = wide!(N, self.0; eps, eps_root);
        let one = moments.one;
        let [b1, c1, b2, c2] = moments.shares();
        let (m_scale, v_scale) = (one / moments.correction1, one / moments.correction2);
        [b1, c1, b2, c2, beta3, one - beta3, alpha, m_scale, v_scale, eps, eps_root]
            .map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[b1, c1, b2, c2, b3, c3, alpha, m_scale, v_scale, eps, eps_root]: &[N; 11],
        u: N,
        _: N,
        [m, slow, v]: &mut [N; 3],
    ) -> N {
        *m = b1 * *m + c1 * u;
        *slow = b3 * *slow + c3 * u;
        *v = b2 * *v + c2 * (u * u);
        let (m_hat, v_hat) = ((m_scale * *m).named("m̂"), (v_scale * *v).named("v̂"));
        (m_hat + alpha * *slow) / ((v_hat + eps_root).sqrt() + eps)
    }
}

method! {
    /// Simplified AdEMAMix: one sum of gradients and the gradient itself. Morwani et al., "Connections
    /// between Schedule-Free Optimizers, AdEMAMix, and Accelerated SGD Variants" (2025),
    /// <https://arxiv.org/abs/2502.02431>.
    pub struct SimplifiedAdEmaMix {
        name: "simplified-ademamix",
        title: "Simplified AdEMAMix",
        summary: "a sum of gradients and the last one, divided by the second moment",
        paper: ("Morwani et al.", 2025,
                "Connections between Schedule-Free Optimizers, AdEMAMix, and Accelerated SGD Variants",
                "https://arxiv.org/abs/2502.02431"),
        state: ["m", "v"],
        build: |&method| chain!(
            ScaleBySimplifiedAdEmaMix(method),
            AddDecayedWeights { weight_decay: method.weight_decay },
            ScaleByLearningRate::new(method.lr),
        ),
    }
    lr = 0.001;
    beta1 = 0.99, "share of the sum m that is kept";
    beta2 = 0.95;
    alpha = 0.0, Accepts::NON_NEGATIVE, "weight of the gradient beside the sum";
    eps = 1e-8;
    eps_root = 0.0;
    weight_decay = 0.0, decoupled!();
}

/// m ← β₁m + u; v as in Adam; u ← (m + αu)/(√(v̂ + ε_root) + ε).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleBySimplifiedAdEmaMix(pub SimplifiedAdEmaMix);

impl Rule for ScaleBySimplifiedAdEmaMix {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = [N; 7];
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m", "v"];

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 7] {
        let [beta1, beta2, alpha] = wide!(N, self.0; beta1, beta2, alpha);
        let [eps, eps_root] = wide!(N, self.0; eps, eps_root);
        let one = N::Wide::one();
        let scale = one / beta2.one_minus_power(t);
        [beta1, beta2, one - beta2, alpha, scale, eps, eps_root].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[b1, b2, c2, alpha, scale, eps, eps_root]: &[N; 7],
        u: N,
        _: N,
        [m, v]: &mut [N; 2],
    ) -> N {
        *m = b1 * *m + u;
        *v = b2 * *v + c2 * (u * u);
        (*m + alpha * u) / (((scale * *v).named("v̂") + eps_root).sqrt() + eps)
    }
}

method! {
    /// Adan: Nesterov momentum from the change of the gradient. Xie et al., "Adan: Adaptive Nesterov
    /// Momentum Algorithm for Faster Optimizing Deep Models" (2022), Algorithm 1,
    /// <https://arxiv.org/abs/2208.06677>. Decay rates are shares that are kept, as in Adam: the paper's
    /// βₖ are 1 − βₖ here.
    pub struct Adan {
        name: "adan",
        title: "Adan",
        summary: "means of the gradient, of its change, and of the square of both together",
        paper: ("Xie et al.", 2022,
                "Adan: Adaptive Nesterov Momentum Algorithm for Faster Optimizing Deep Models",
                "https://arxiv.org/abs/2208.06677"),
        state: ["m", "v", "n", "last"],
    }
    lr = 0.001;
    beta1 = 0.98;
    beta2 = 0.92, "share of the mean change v that is kept, and weight of the change";
    beta3 = 0.99, Accepts::BELOW_ONE, "share of the mean square n that is kept";
    eps = 1e-8;
    eps_root = 0.0;
    weight_decay = 0.0, decoupled!();
    small_change: bool = false, Accepts::Flag,
        "whether the change has the weight 1 − beta2, as in optax";
    cautious: bool = false;
}

impl Build for Adan {
    fn build(&self) -> Kernel {
        let decay = AddDecayedWeights { weight_decay: self.weight_decay };
        let after = chain!(decay, ScaleByLearningRate::new(self.lr));
        cautious::kernel(self.cautious, (), ScaleByAdan(*self), after)
    }
}

/// d = u − u′, 0 at the first step; m ← β₁m + (1 − β₁)u; v ← β₂v + (1 − β₂)d; n ← β₃n + (1 − β₃)(u +
/// β₂d)²; u ← (m̂ + β₂v̂)/(√(n̂ + ε_root) + ε), with the update u′ of the step before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByAdan(pub Adan);

impl Rule for ScaleByAdan {
    type State<N: Number> = [N; 4];
    type Constants<N: Number> = [N; 13];
    const SLOT_NAMES: &'static [&'static str] = &["m", "v", "n", "last"];

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 13] {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [beta3, eps, eps_root] = wide!(N, self.0; beta3, eps, eps_root);
        let one = moments.one;
        let later = N::Wide::at_first(t, N::Wide::zero(), one);
        let weight = if self.0.small_change { one - moments.beta2 } else { moments.beta2 };
        let [b1, c1, b2, c2] = moments.shares();
        let [m_scale, v_scale] = [one / moments.correction1, weight / moments.correction2];
        let n_scale = one / beta3.one_minus_power(t);
        [
            b1,
            c1,
            b2,
            c2,
            beta3,
            one - beta3,
            later,
            weight,
            m_scale,
            v_scale,
            n_scale,
            eps,
            eps_root,
        ]
        .map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[b1, c1, b2, c2, b3, c3, later, weight, m_scale, v_scale, n_scale, eps, eps_root]: &[N;
             13],
        u: N,
        _: N,
        [m, v, n, last]: &mut [N; 4],
    ) -> N {
        let d = (later * (u - *last)).named("d");
        *last = u;
        *m = b1 * *m + c1 * u;
        *v = b2 * *v + c2 * d;
        let ahead = u + weight * d;
        *n = b3 * *n + c3 * (ahead * ahead);
        let mean = m_scale * *m + v_scale * *v;
        mean / (((n_scale * *n).named("n̂") + eps_root).sqrt() + eps)
    }
}

method! {
    /// Grokfast: the slow part of the gradient is amplified before AdamW. Lee et al., "Grokfast:
    /// Accelerated Grokking by Amplifying Slow Gradients" (2024), <https://arxiv.org/abs/2405.20233>.
    pub struct GrokFast {
        name: "grokfast",
        title: "Grokfast",
        summary: "AdamW of the gradient and its amplified slow mean",
        paper: ("Lee et al.", 2024, "Grokfast: Accelerated Grokking by Amplifying Slow Gradients",
                "https://arxiv.org/abs/2405.20233"),
        state: ["slow", "m", "v"],
        build: |&method| chain!(
            ScaleByGrokFast(method),
            AddDecayedWeights { weight_decay: method.weight_decay },
            NormalizeByGrokFast(method),
            ScaleByLearningRate::new(method.lr),
        ),
    }
    lr = 1e-4;
    beta1 = 0.9;
    beta2 = 0.99;
    grokfast: bool = true, Accepts::Flag, "whether the slow mean is added";
    grokfast_alpha = 0.98, Accepts::BELOW_ONE, "share of the slow mean that is kept";
    grokfast_lamb = 2.0, Accepts::NON_NEGATIVE, "weight of the slow mean";
    grokfast_after_step: u64 = 0, Accepts::COUNT, "steps before the slow mean begins";
    weight_decay = 0.0, decoupled!();
    normalize_lr: bool = true, Accepts::Flag, "whether lr is divided by 1 + grokfast_lamb";
    eps = 1e-8, "smallest root of v̂ that is divided by";
}

/// slow is the first u, then, once it has begun, slow ← α·slow + (1 − α)u and u ← u + λ·slow; then
/// Adam's m̂/max(√v̂, ε).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByGrokFast(pub GrokFast);

impl Rule for ScaleByGrokFast {
    type State<N: Number> = [N; 3];
    type Constants<N: Number> = [N; 10];
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["slow", "m", "v"];

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 10] {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [alpha, lamb, eps] = wide!(N, self.0; grokfast_alpha, grokfast_lamb, eps);
        let after = N::hyperparameter(self.0.grokfast_after_step as f64, "grokfast_after_step");
        let (zero, one) = (N::Wide::zero(), moments.one);
        let begun = if self.0.grokfast { where_positive(t - after, one, zero) } else { zero };
        let added = N::Wide::at_first(t, one, begun * (one - alpha));
        let kept = N::Wide::at_first(t, zero, one - begun * (one - alpha));
        let [b1, c1, b2, c2] = moments.shares();
        let (m_scale, v_scale) = (one / moments.correction1, one / moments.correction2);
        [kept, added, begun * lamb, b1, c1, b2, c2, m_scale, v_scale, eps].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[kept, added, lamb, b1, c1, b2, c2, m_scale, v_scale, eps]: &[N; 10],
        u: N,
        _: N,
        [slow, m, v]: &mut [N; 3],
    ) -> N {
        *slow = kept * *slow + added * u;
        let u = u + lamb * *slow;
        *m = b1 * *m + c1 * u;
        *v = b2 * *v + c2 * (u * u);
        (m_scale * *m).named("m̂") / eps.max((v_scale * *v).named("v̂").sqrt())
    }
}

/// u ← u/(1 + λ) where the rate is normalised: the slow mean makes gradients that much longer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NormalizeByGrokFast(pub GrokFast);

impl Rule for NormalizeByGrokFast {
    type State<N: Number> = ();
    type Constants<N: Number> = N;
    const RARE: bool = true;

    fn prepare<N: Number>(&self, _: N::Wide) -> N {
        let [lamb] = wide!(N, self.0; grokfast_lamb);
        let one = N::Wide::one();
        let is_normalized = self.0.grokfast && self.0.normalize_lr;
        N::from_wide(if is_normalized { one / (one + lamb) } else { one })
    }

    #[inline(always)]
    fn apply<N: Number>(&factor: &N, u: N, _: N, (): &mut ()) -> N {
        factor * u
    }
}
