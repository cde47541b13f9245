//! Methods that need a norm of the whole parameter: steps in two passes over memory.

use super::common::*;

method! {
    /// StableAdamW: AdamW whose steps become shorter where its second moment is out of date. Wortsman et
    /// al., "Stable and low-precision training for large-scale vision-language models" (2023),
    /// <https://arxiv.org/abs/2304.13013>.
    pub struct StableAdamW {
        name: "stableadamw",
        title: "StableAdamW",
        summary: "AdamW with shorter steps where gradients are larger than its second moment says",
        paper: ("Wortsman et al.", 2023,
                "Stable and low-precision training for large-scale vision-language models",
                "https://arxiv.org/abs/2304.13013"),
        state: ["m", "v"],
    }
    lr = 0.001;
    beta1 = 0.9;
    beta2 = 0.99;
    weight_decay = 0.01;
    decoupled: bool = true;
    eps = 1e-8;
}

impl Build for StableAdamW {
    fn build(&self) -> Kernel {
        let [before, _] = decays(self.weight_decay, self.decoupled);
        Kernel::sums(Around(before, ScaleByStableAdam(*self), ScaleByLearningRate::new(self.lr)))
    }
}

/// m and v are means without bias, m ← m + (u − m)(1 − β₁)/(1 − β₁ᵗ), v likewise of u²;
/// r = max(√mean(u²/max(v, ε²)), 1); u ← (m/(√v + ε) + λW)/r.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByStableAdam(pub StableAdamW);

impl ScaleByStableAdam {
    #[inline(always)]
    fn update<N: Number>([c1, b1, c2, b2, ..]: &[N; 7], u: N, m: &mut N, v: &mut N) {
        *m = *b1 * *m + *c1 * u;
        *v = *b2 * *v + *c2 * (u * u);
    }
}

impl SumRule<1> for ScaleByStableAdam {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = [N; 7];
    type Scalars<N: Number> = N;
    const SLOT_NAMES: &'static [&'static str] = &["m", "v"];

    fn prepare<N: Number>(&self, t: N::Wide, _: &[N::Wide]) -> [N; 7] {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [eps, decay] = wide!(N, self.0; eps, weight_decay);
        let one = moments.one;
        let share1 = (one - moments.beta1) / moments.correction1;
        let share2 = (one - moments.beta2) / moments.correction2;
        let decay = if self.0.decoupled { decay } else { N::Wide::zero() };
        [share1, one - share1, share2, one - share2, eps, eps * eps, decay].map(N::from_wide)
    }

    #[inline(always)]
    fn terms<N: Number>(c: &[N; 7], u: N, _: N, [m, v]: &mut [N; 2]) -> [[N; 2]; 1] {
        Self::update(c, u, m, v);
        [[u, u / c[5].max(*v)]]
    }

    fn scalars<N: Number>(&self, _: N::Wide, sums: Sums<'_, N::Wide, 1>) -> N {
        let [sum] = sums.of;
        let one = N::Wide::one();
        let rms = one.max((sum / sums.count).sqrt()).named("r");
        N::from_wide(one / rms)
    }

    #[inline(always)]
    fn apply<N: Number>(c: &[N; 7], &scale: &N, u: N, w: N, [m, v]: &mut [N; 2]) -> N {
        Self::update(c, u, m, v);
        let [.., eps, _, decay] = *c;
        scale * (*m / (v.sqrt() + eps) + decay * w)
    }
}

method! {
    /// AdaNorm: Adam of gradients that are as long as their mean length. Dubey, Singh, Chaudhuri,
    /// "AdaNorm: Adaptive Gradient Norm Correction based Optimizer for CNNs" (2022),
    /// <https://arxiv.org/abs/2210.06364>.
    pub struct AdaNorm {
        name: "adanorm",
        title: "AdaNorm",
        summary: "Adam of gradients that are never shorter than their mean length",
        paper: ("Dubey, Singh, Chaudhuri", 2022,
                "AdaNorm: Adaptive Gradient Norm Correction based Optimizer for CNNs",
                "https://arxiv.org/abs/2210.06364"),
        state: ["m", "v", "v_max", "length"],
    }
    lr = 0.001;
    beta1 = 0.9;
    beta2 = 0.99;
    r = 0.95, Accepts::BELOW_ONE, "share of the mean length that is kept";
    weight_decay = 0.0;
    decoupled: bool = true;
    amsgrad: bool = false;
    eps = 1e-8;
}

impl Build for AdaNorm {
    fn build(&self) -> Kernel {
        let &Self { lr, weight_decay, decoupled, .. } = self;
        let [before, after] = decays(weight_decay, decoupled);
        let after = chain!(after, ScaleByLearningRate::new(lr));
        match self.amsgrad {
            true => Kernel::sums(Around(before, ScaleByAdaNorm::<3>(*self), after)),
            false => Kernel::sums(Around(before, ScaleByAdaNorm::<2>(*self), after)),
        }
    }
}

/// length ← r·length + (1 − r)‖u‖; s = length/‖u‖ where it is above 1, else 1; m of s·u and v of u² as
/// in Adam; u ← m·√(1 − β₂ᵗ)/(1 − β₁ᵗ)/(√(v + 10⁻¹⁵) + ε). With a third slot, v is the largest one so
/// far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByAdaNorm<const SLOTS: usize>(pub AdaNorm);

impl<const SLOTS: usize> SumRule<1> for ScaleByAdaNorm<SLOTS> {
    type State<N: Number> = [N; SLOTS];
    type Constants<N: Number> = [N; 7];
    type Scalars<N: Number> = N;
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m", "v", "v_max"];
    const KEPT: &'static [&'static str] = &["length"];

    fn prepare<N: Number>(&self, t: N::Wide, _: &[N::Wide]) -> [N; 7] {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [b1, c1, b2, c2] = moments.shares();
        let [eps] = wide!(N, self.0; eps);
        [b1, c1, b2, c2, moments.folded(), eps, N::Wide::from_f64(ROOT)].map(N::from_wide)
    }

    #[inline(always)]
    fn terms<N: Number>(_: &[N; 7], u: N, _: N, _: &mut [N; SLOTS]) -> [[N; 2]; 1] {
        [[u, u]]
    }

    fn scalars<N: Number>(&self, _: N::Wide, sums: Sums<'_, N::Wide, 1>) -> N {
        let [r] = wide!(N, self.0; r);
        let (one, norm) = (N::Wide::one(), sums.of[0].sqrt());
        let length = r * sums.kept[0] + (one - r) * norm;
        sums.kept[0] = length;
        let longer = norm.where_zero(one, length / norm);
        N::from_wide(one.max(longer).named("s"))
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[b1, c1, b2, c2, scale, eps, root]: &[N; 7],
        &longer: &N,
        u: N,
        _: N,
        slots: &mut [N; SLOTS],
    ) -> N {
        slots[0] = b1 * slots[0] + c1 * (longer * u);
        let size = (second_moment([b2, c2], u, slots) + root).sqrt() + eps;
        scale * slots[0] / size
    }
}

method! {
    /// NovoGrad: one second moment for each parameter. Ginsburg et al., "Stochastic Gradient Methods with
    /// Layer-wise Adaptive Moments for Training of Deep Networks" (2019),
    /// <https://arxiv.org/abs/1905.11286>.
    pub struct NovoGrad {
        name: "novograd",
        title: "NovoGrad",
        summary: "momentum of gradients that are divided by one second moment for the whole parameter",
        paper: ("Ginsburg et al.", 2019,
                "Stochastic Gradient Methods with Layer-wise Adaptive Moments for Training of Deep Networks",
                "https://arxiv.org/abs/1905.11286"),
        state: ["m", "v"],
    }
    lr = 0.001;
    beta1 = 0.9, "share of the sum m that is kept";
    beta2 = 0.25;
    eps = 1e-6;
    eps_root = 0.0;
    weight_decay = 0.0;
}

impl Build for NovoGrad {
    fn build(&self) -> Kernel {
        Kernel::sums(Around((), ScaleByNovoGrad(*self), ScaleByLearningRate::new(self.lr)))
    }
}

/// v ← β₂v + (1 − β₂)‖u‖², ‖u‖² at the first step; m ← β₁m + u/(√(v + ε_root) + ε) + λW; u ← m.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByNovoGrad(pub NovoGrad);

impl SumRule<1> for ScaleByNovoGrad {
    type State<N: Number> = [N; 1];
    type Constants<N: Number> = [N; 2];
    type Scalars<N: Number> = N;
    const SLOT_NAMES: &'static [&'static str] = &["m"];
    const KEPT: &'static [&'static str] = &["v"];

    fn prepare<N: Number>(&self, _: N::Wide, _: &[N::Wide]) -> [N; 2] {
        wide!(N, self.0; beta1, weight_decay).map(N::from_wide)
    }

    #[inline(always)]
    fn terms<N: Number>(_: &[N; 2], u: N, _: N, _: &mut [N; 1]) -> [[N; 2]; 1] {
        [[u, u]]
    }

    fn scalars<N: Number>(&self, t: N::Wide, sums: Sums<'_, N::Wide, 1>) -> N {
        let [beta2, eps, eps_root] = wide!(N, self.0; beta2, eps, eps_root);
        let ([square], one) = (sums.of, N::Wide::one());
        let kept = N::Wide::at_first(t, N::Wide::zero(), beta2);
        sums.kept[0] = kept * sums.kept[0] + (one - kept) * square;
        N::from_wide(one / ((sums.kept[0] + eps_root).sqrt() + eps))
    }

    #[inline(always)]
    fn apply<N: Number>(&[b1, decay]: &[N; 2], &scale: &N, u: N, w: N, [m]: &mut [N; 1]) -> N {
        *m = b1 * *m + (scale * u + decay * w);
        *m
    }
}

method! {
    /// Fromage: every parameter turns by the same angle and keeps its length. Bernstein et al., "On the
    /// distance between two neural networks and the stability of learning" (2020),
    /// <https://arxiv.org/abs/2002.03432>.
    pub struct Fromage {
        name: "fromage",
        title: "Fromage",
        summary: "every parameter turns by the same angle",
        paper: ("Bernstein, Vahdat, Yue, Liu", 2020,
                "On the distance between two neural networks and the stability of learning",
                "https://arxiv.org/abs/2002.03432"),
        state: [],
    }
    lr = 0.001, "length of a step, as a share of the parameter's norm";
    min_norm = 1e-6, Accepts::NON_NEGATIVE, "smallest norm of gradient and parameter";
}

impl Build for Fromage {
    fn build(&self) -> Kernel {
        Kernel::sums(StepByFromage(*self))
    }
}

/// W ← (W − lr·‖W‖/‖g‖·g)/√(1 + lr²), with norms of at least min_norm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepByFromage(pub Fromage);

impl SumRule<2> for StepByFromage {
    type State<N: Number> = ();
    type Constants<N: Number> = ();
    type Scalars<N: Number> = [N; 2];
    const RARE: bool = true;

    fn prepare<N: Number>(&self, _: N::Wide, _: &[N::Wide]) {}

    #[inline(always)]
    fn terms<N: Number>((): &(), g: N, w: N, (): &mut ()) -> [[N; 2]; 2] {
        [[w, w], [g, g]]
    }

    fn scalars<N: Number>(&self, _: N::Wide, sums: Sums<'_, N::Wide, 2>) -> [N; 2] {
        let [lr, min_norm] = wide!(N, self.0; lr, min_norm);
        let one = N::Wide::one();
        let [parameter, gradient] = sums.of.map(|square| min_norm.max(square.sqrt()));
        let ratio = parameter / gradient;
        let ratio = parameter.where_zero(one, gradient.where_zero(one, ratio)).named("r");
        let shorter = one / (one + lr * lr).sqrt();
        [-(lr * shorter * ratio), shorter - one].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>((): &(), &[rate, shrink]: &[N; 2], g: N, w: N, (): &mut ()) -> N {
        rate * g + shrink * w
    }
}
