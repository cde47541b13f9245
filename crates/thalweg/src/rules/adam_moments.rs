//! Adam with another second moment, or with the parts of its step in another order.

use super::common::*;

method! {
    /// AMSGrad as optax has it: the maximum is taken of v̂, after the correction of its start. (PyTorch's,
    /// `adam:amsgrad=true`, takes it of v.) Reddi, Kale, Kumar, "On the Convergence of Adam and Beyond"
    /// (2018), <https://arxiv.org/abs/1904.09237>.
    pub struct AmsGrad {
        name: "amsgrad",
        title: "AMSGrad",
        summary: "Adam that divides by the largest second moment so far, whose start is corrected before",
        paper: ("Reddi, Kale, Kumar", 2018, "On the Convergence of Adam and Beyond",
                "https://arxiv.org/abs/1904.09237"),
        state: ["m", "v", "v_max"],
        build: |&method| chain!(ScaleByCorrectedAmsgrad(method), ScaleByLearningRate::new(method.lr)),
    }
    lr = 0.001;
    beta1 = 0.9;
    beta2 = 0.999;
    eps = 1e-8;
    eps_root = 0.0;
    bias_correction_mu: bool = true, Accepts::Flag, "whether the start of m is corrected";
    bias_correction_nu: bool = true, Accepts::Flag, "whether the start of v is corrected";
}

/// m, v as in Adam; v_max ← max(v_max, v̂); u ← m̂/(√(v_max + ε_root) + ε).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByCorrectedAmsgrad(pub AmsGrad);

impl Rule for ScaleByCorrectedAmsgrad {
    type State<N: Number> = [N; 3];
    type Constants<N: Number> = [N; 8];
    const SLOT_NAMES: &'static [&'static str] = &["m", "v", "v_max"];

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 8] {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [b1, c1, b2, c2] = moments.shares();
        let [eps, eps_root] = wide!(N, self.0; eps, eps_root);
        let one = moments.one;
        let m_scale = if self.0.bias_correction_mu { one / moments.correction1 } else { one };
        let v_scale = if self.0.bias_correction_nu { one / moments.correction2 } else { one };
        [b1, c1, b2, c2, m_scale, v_scale, eps, eps_root].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[b1, c1, b2, c2, m_scale, v_scale, eps, eps_root]: &[N; 8],
        u: N,
        _: N,
        [m, v, v_max]: &mut [N; 3],
    ) -> N {
        *m = b1 * *m + c1 * u;
        *v = b2 * *v + c2 * (u * u);
        *v_max = v_max.max((v_scale * *v).named("v̂"));
        (m_scale * *m).named("m̂") / ((*v_max + eps_root).sqrt() + eps)
    }
}

method! {
    /// AdaBelief: long steps where the gradient is what was expected. Zhuang et al., "AdaBelief
    /// Optimizer: Adapting Stepsizes by the Belief in Observed Gradients" (2020),
    /// <https://arxiv.org/abs/2010.07468>.
    pub struct AdaBelief {
        name: "adabelief",
        title: "AdaBelief",
        summary: "Adam that divides by the gradient's deviation from its mean",
        paper: ("Zhuang et al.", 2020,
                "AdaBelief Optimizer: Adapting Stepsizes by the Belief in Observed Gradients",
                "https://arxiv.org/abs/2010.07468"),
        state: ["m", "s"],
        build: |&method| chain!(ScaleByBelief(method), ScaleByLearningRate::new(method.lr)),
    }
    lr = 0.001;
    beta1 = 0.9;
    beta2 = 0.999, "share of the mean squared deviation that is kept";
    eps = 1e-16;
    eps_root = 1e-16, "added to s in every step";
    nesterov: bool = false;
}

/// m ← β₁m + (1 − β₁)u; s ← β₂s + (1 − β₂)(u − m)² + ε_root; u ← m̂/(√ŝ + ε), with Nesterov's m̂ on
/// request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByBelief(pub AdaBelief);

impl Rule for ScaleByBelief {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = [N; 9];
    const SLOT_NAMES: &'static [&'static str] = &["m", "s"];

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 9] {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [b1, c1, b2, c2] = moments.shares();
        let [eps, eps_root] = wide!(N, self.0; eps, eps_root);
        let [of_m, of_u] = moments.direction(self.0.nesterov, t);
        let scale = moments.one / moments.correction2;
        [b1, c1, b2, c2, of_m, of_u, scale, eps, eps_root].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[b1, c1, b2, c2, of_m, of_u, scale, eps, eps_root]: &[N; 9],
        u: N,
        _: N,
        [m, s]: &mut [N; 2],
    ) -> N {
        *m = b1 * *m + c1 * u;
        let deviation = u - *m;
        *s = b2 * *s + c2 * (deviation * deviation) + eps_root;
        (of_m * *m + of_u * u).named("m̂") / ((scale * *s).named("ŝ").sqrt() + eps)
    }
}

method! {
    /// Yogi: the second moment changes by at most (1 − β₂)g², up or down. Zaheer et al., "Adaptive
    /// Methods for Nonconvex Optimization" (2018),
    /// <https://papers.nips.cc/paper/2018/hash/90365351ccc7437a1309dc64e4db32a3-Abstract.html>.
    pub struct Yogi {
        name: "yogi",
        title: "Yogi",
        summary: "Adam whose second moment moves by equal steps up and down",
        paper: ("Zaheer et al.", 2018, "Adaptive Methods for Nonconvex Optimization",
                "https://papers.nips.cc/paper/2018/hash/90365351ccc7437a1309dc64e4db32a3-Abstract.html"),
        state: ["m", "v"],
        build: |&yogi| chain!(ScaleByYogi(yogi), ScaleByLearningRate::new(yogi.lr)),
    }
    lr = 0.001;
    beta1 = 0.9;
    beta2 = 0.999;
    eps = 1e-3;
}

/// m as in Adam; v ← v − (1 − β₂)·sign(v − u²)·u²; u ← m̂/(√v̂ + ε). Both start at 10⁻⁶.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByYogi(pub Yogi);

impl Rule for ScaleByYogi {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = [N; 6];

    fn slots(&self) -> Vec<Slot> {
        ["m", "v"].map(|name| Slot::new(name).starting_at(1e-6)).to_vec()
    }

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 6] {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [b1, c1, _, c2] = moments.shares();
        let [eps] = wide!(N, self.0; eps);
        let one = moments.one;
        [b1, c1, c2, one / moments.correction1, one / moments.correction2, eps].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[b1, c1, c2, m_scale, v_scale, eps]: &[N; 6],
        u: N,
        _: N,
        [m, v]: &mut [N; 2],
    ) -> N {
        let square = u * u;
        *m = b1 * *m + c1 * u;
        *v = *v - c2 * (*v - square).sign() * square;
        (m_scale * *m).named("m̂") / ((v_scale * *v).named("v̂").sqrt() + eps)
    }
}

method! {
    /// ACProp: divides by the deviation that was known before the gradient. Zhuang et al., "Momentum
    /// Centering and Asynchronous Update for Adaptive Gradient Methods" (2021),
    /// <https://arxiv.org/abs/2110.05454>.
    pub struct AcProp {
        name: "acprop",
        title: "ACProp",
        summary: "the gradient divided by the deviation that was known before it",
        paper: ("Zhuang et al.", 2021,
                "Momentum Centering and Asynchronous Update for Adaptive Gradient Methods",
                "https://arxiv.org/abs/2110.05454"),
        state: ["m", "s"],
        build: |&method| chain!(
            ScaleByAcProp(method),
            AddDecayedWeights { weight_decay: method.weight_decay },
            ScaleByLearningRate::new(method.lr),
        ),
    }
    lr = 0.001;
    beta1 = 0.9;
    beta2 = 0.999, "share of the mean squared deviation that is kept";
    eps = 1e-16;
    eps_root = 1e-16, "added to s in every step";
    weight_decay = 0.0, decoupled!();
}

/// u′ = u/(√(s/(1 − β₂ᵗ⁻¹)) + ε), u/(1 + ε) at the first step; s ← β₂s + (1 − β₂)(u − m)² + ε_root;
/// m ← β₁m + (1 − β₁)u; u ← u′.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByAcProp(pub AcProp);

impl Rule for ScaleByAcProp {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = [N; 8];
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m", "s"];

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 8] {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [b1, c1, b2, c2] = moments.shares();
        let [eps, eps_root] = wide!(N, self.0; eps, eps_root);
        let (zero, one) = (N::Wide::zero(), moments.one);
        let scale = N::Wide::at_first(t, zero, one / moments.beta2.one_minus_power(t - one));
        let first = N::Wide::at_first(t, one, zero);
        [b1, c1, b2, c2, scale, first, eps, eps_root].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[b1, c1, b2, c2, scale, first, eps, eps_root]: &[N; 8],
        u: N,
        _: N,
        [m, s]: &mut [N; 2],
    ) -> N {
        let known = (scale * *s + first).sqrt() + eps;
        let deviation = u - *m;
        *s = b2 * *s + c2 * (deviation * deviation) + eps_root;
        *m = b1 * *m + c1 * u;
        u / known
    }
}

method! {
    /// ADOPT: divides by the second moment before the gradient, and clips. Taniguchi et al., "ADOPT:
    /// Modified Adam Can Converge with Any β₂ with the Optimal Rate" (2024),
    /// <https://arxiv.org/abs/2411.02853>. The first step only starts the second moment.
    pub struct Adopt {
        name: "adopt",
        title: "ADOPT",
        summary: "a mean of gradients, each divided by the second moment that was known before it",
        paper: ("Taniguchi et al.", 2024,
                "ADOPT: Modified Adam Can Converge with Any β₂ with the Optimal Rate",
                "https://arxiv.org/abs/2411.02853"),
        state: ["m", "v"],
        build: |&adopt| chain!(ScaleByAdopt(adopt), ScaleByLearningRate::new(adopt.lr)),
    }
    lr = 0.001;
    beta1 = 0.9;
    beta2 = 0.9999;
    eps = 1e-6, "smallest root of v that is divided by";
    nesterov: bool = false;
    use_clipping: bool = true, Accepts::Flag, "whether quotients are clipped at the fourth root of t − 1";
}

/// d = clamp(u/max(√v, ε), ±(t − 1)^¼); m ← β₁m + (1 − β₁)d; v ← β₂v + (1 − β₂)u²; u ← m, or β₁m +
/// (1 − β₁)d with Nesterov momentum. At the first step v ← u² and u ← 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByAdopt(pub Adopt);

impl Rule for ScaleByAdopt {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = [N; 8];
    const SLOT_NAMES: &'static [&'static str] = &["m", "v"];

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 8] {
        let [beta1, beta2, eps] = wide!(N, self.0; beta1, beta2, eps);
        let (zero, one) = (N::Wide::zero(), N::Wide::one());
        let b2 = N::Wide::at_first(t, zero, beta2);
        let c1 = N::Wide::at_first(t, zero, one - beta1);
        let fourth = N::Wide::from_f64(0.25);
        let bound = match self.0.use_clipping {
            true => (t - one).powf(fourth),
            false => N::Wide::from_f64(f64::INFINITY),
        };
        let [of_m, of_d] = if self.0.nesterov { [beta1, c1] } else { [one, zero] };
        [beta1, c1, b2, one - b2, of_m, of_d, bound, eps].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[b1, c1, b2, c2, of_m, of_d, bound, eps]: &[N; 8],
        u: N,
        _: N,
        [m, v]: &mut [N; 2],
    ) -> N {
        let d = bound.min((-bound).max(u / eps.max(v.sqrt()))).named("d");
        *m = b1 * *m + c1 * d;
        *v = b2 * *v + c2 * (u * u);
        of_m * *m + of_d * d
    }
}

method! {
    /// LaProp: the mean of gradients that are each divided by the second moment. Ziyin, Wang, Ueda,
    /// "LaProp: Separating Momentum and Adaptivity in Adam" (2020), <https://arxiv.org/abs/2002.04839>.
    pub struct LaProp {
        name: "laprop",
        title: "LaProp",
        summary: "Adam that divides each gradient before it takes their mean",
        paper: ("Ziyin, Wang, Ueda", 2020, "LaProp: Separating Momentum and Adaptivity in Adam",
                "https://arxiv.org/abs/2002.04839"),
        state: ["m", "v", "v_max"],
    }
    lr = 0.0004;
    beta1 = 0.9;
    beta2 = 0.999;
    eps = 1e-15;
    weight_decay = 0.0;
    decoupled: bool = true;
    amsgrad: bool = false;
}

impl Build for LaProp {
    fn build(&self) -> Kernel {
        let [before, _] = decays(self.weight_decay, self.decoupled);
        match self.amsgrad {
            true => Kernel::elementwise(chain!(before, StepByLaProp::<3>(*self))),
            false => Kernel::elementwise(chain!(before, StepByLaProp::<2>(*self))),
        }
    }
}

/// v as in Adam; m ← β₁m + (1 − β₁)·lr·u·√(1 − β₂ᵗ)/(√(v + 10⁻¹⁵) + ε); W ← (1 − lr·λ)(W − m̂). With a
/// third slot, v is the largest one so far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepByLaProp<const SLOTS: usize>(pub LaProp);

impl<const SLOTS: usize> Rule for StepByLaProp<SLOTS> {
    type State<N: Number> = [N; SLOTS];
    type Constants<N: Number> = [N; 8];
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m", "v", "v_max"];

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 8] {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [b1, c1, b2, c2] = moments.shares();
        let [lr, eps, weight_decay] = wide!(N, self.0; lr, eps, weight_decay);
        let c1 = c1 * lr * moments.correction2.sqrt();
        let root = N::Wide::from_f64(ROOT);
        let m_scale = moments.one / moments.correction1;
        let decay = if self.0.decoupled { lr * weight_decay } else { N::Wide::zero() };
        [b1, c1, b2, c2, m_scale, decay, eps, root].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[b1, c1, b2, c2, m_scale, decay, eps, root]: &[N; 8],
        u: N,
        w: N,
        slots: &mut [N; SLOTS],
    ) -> N {
        let size = (second_moment([b2, c2], u, slots) + root).sqrt() + eps;
        slots[0] = b1 * slots[0] + c1 * u / size;
        let step = (m_scale * slots[0]).named("m̂");
        -step - decay * (w - step)
    }
}
