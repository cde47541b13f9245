//! Adam with Nesterov momentum.

use super::cautious;
use super::common::*;
use super::inertia::AddLastChange;
use super::inertia::OptimisticGd;

method! {
    /// NAdam as PyTorch has it: the momentum warms up. Dozat, "Incorporating Nesterov Momentum into
    /// Adam" (2016), <https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ>.
    ///
    /// The product of all momenta so far follows from β₁, the momentum decay ψ and t; it needs no state.
    pub struct NAdam {
        name: "nadam",
        title: "NAdam",
        summary: "Adam that looks ahead along its mean, with a momentum that warms up",
        paper: ("Dozat", 2016, "Incorporating Nesterov Momentum into Adam",
                "https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ"),
        state: ["m", "v"],
        letters: [momentum_decay = "ψ"],
    }
    lr = 0.002;
    beta1 = 0.9;
    beta2 = 0.999;
    eps = 1e-8;
    weight_decay = 0.0;
    momentum_decay = 0.004, Accepts::NON_NEGATIVE, "how fast the momentum reaches beta1";
    decoupled: bool = false;
    cautious: bool = false;
}

impl Build for NAdam {
    fn build(&self) -> Kernel {
        let [before, after] = decays(self.weight_decay, self.decoupled);
        let after = chain!(after, ScaleByLearningRate::new(self.lr));
        cautious::kernel(self.cautious, before, ScaleByNAdam(*self), after)
    }
}

/// μₜ = β₁(1 − 0.96^(ψt)/2), p = ∏ μᵢ over i from 1 to t; m, v as in Adam;
/// u ← ((1 − μₜ)/(1 − p)·u + μₜ₊₁/(1 − p·μₜ₊₁)·m)/(√v̂ + ε).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByNAdam(pub NAdam);

impl Rule for ScaleByNAdam {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = [N; 8];
    const SLOT_NAMES: &'static [&'static str] = &["m", "v"];

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 8] {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [eps, decay] = wide!(N, self.0; eps, momentum_decay);
        let (one, half) = (moments.one, N::Wide::from_f64(0.5));
        let base = N::Wide::from_f64(0.96);
        let momentum = |t| moments.beta1 * (one - half * base.powf(decay * t));
        let (now, next) = (momentum(t), momentum(t + one));
        let powers = one - moments.correction1;
        let product = (powers * base.powf(decay).warmup_product(t)).named("p");
        let (of_u, of_m) = ((one - now) / (one - product), next / (one - product * next));
        let [b1, c1, b2, c2] = moments.shares();
        [b1, c1, b2, c2, of_u, of_m, one / moments.correction2, eps].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[b1, c1, b2, c2, of_u, of_m, scale, eps]: &[N; 8],
        u: N,
        _: N,
        [m, v]: &mut [N; 2],
    ) -> N {
        *m = b1 * *m + c1 * u;
        *v = b2 * *v + c2 * (u * u);
        (of_u * u + of_m * *m) / ((scale * *v).named("v̂").sqrt() + eps)
    }
}

method! {
    /// NAdamW as optax has it: Nesterov's step at a constant β₁. Dozat, "Incorporating Nesterov Momentum
    /// into Adam" (2016), <https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ>.
    pub struct NAdamW {
        name: "nadamw",
        title: "NAdamW",
        summary: "AdamW that looks ahead along its mean",
        paper: NAdam::ENTRY.paper,
        state: ["m", "v"],
        build: |&NAdamW { lr, beta1, beta2, eps, eps_root, weight_decay }| chain!(
            ScaleByNesterovAdam { beta1, beta2, eps, eps_root, nesterov: true },
            AddDecayedWeights { weight_decay },
            ScaleByLearningRate::new(lr),
        ),
    }
    lr = 0.001;
    beta1 = 0.9;
    beta2 = 0.999;
    eps = 1e-8;
    eps_root = 0.0;
    weight_decay = 1e-4, decoupled!();
}

/// m, v as in Adam; u ← (β₁m/(1 − β₁ᵗ⁺¹) + (1 − β₁)u/(1 − β₁ᵗ))/(√(v̂ + ε_root) + ε), or Adam's step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByNesterovAdam {
    /// The decay rate β₁ of the first moment m.
    pub beta1: f64,
    /// The decay rate β₂ of the second moment v.
    pub beta2: f64,
    /// ε, added outside the root.
    pub eps: f64,
    /// ε_root, added inside the root.
    pub eps_root: f64,
    /// Whether to look ahead; without, it is Adam.
    pub nesterov: bool,
}

impl Rule for ScaleByNesterovAdam {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = [N; 9];
    const SLOT_NAMES: &'static [&'static str] = &["m", "v"];
    hyperparameters!(beta1; beta2; eps; eps_root; nesterov);

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 9] {
        let moments = Moments::new(wide!(N, self; beta1, beta2), t);
        let [b1, c1, b2, c2] = moments.shares();
        let [eps, eps_root] = wide!(N, self; eps, eps_root);
        let [of_m, of_u] = moments.direction(self.nesterov, t);
        [b1, c1, b2, c2, of_m, of_u, moments.one / moments.correction2, eps, eps_root]
            .map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[b1, c1, b2, c2, of_m, of_u, scale, eps, eps_root]: &[N; 9],
        u: N,
        _: N,
        [m, v]: &mut [N; 2],
    ) -> N {
        *m = b1 * *m + c1 * u;
        *v = b2 * *v + c2 * (u * u);
        (of_m * *m + of_u * u).named("m̂") / (((scale * *v).named("v̂") + eps_root).sqrt() + eps)
    }
}

method! {
    /// Optimistic Adam: the change of Adam's step is expected to go on. Daskalakis et al., "Training GANs
    /// with Optimism" (2018), <https://arxiv.org/abs/1711.00141>; as optax's second version.
    pub struct OptimisticAdam {
        name: "optimistic-adam",
        title: "Optimistic Adam",
        summary: "Adam's step and its last change",
        paper: OptimisticGd::ENTRY.paper,
        state: ["m", "v", "last"],
        build: |&OptimisticAdam { lr, alpha, beta, beta1, beta2, eps, eps_root, nesterov }| chain!(
            ScaleByNesterovAdam { beta1, beta2, eps, eps_root, nesterov },
            AddLastChange { alpha, beta },
            ScaleByLearningRate::new(lr),
        ),
    }
    lr = 0.001;
    alpha = 1.0, Accepts::NON_NEGATIVE, "weight of Adam's step";
    beta = 1.0, Accepts::NON_NEGATIVE, "weight of its change since the last step";
    beta1 = 0.9;
    beta2 = 0.999;
    eps = 1e-8;
    eps_root = 0.0;
    nesterov: bool = true;
}
