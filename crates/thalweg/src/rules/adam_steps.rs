//! Adam with another step from its two moments.

use super::adam::{BiasCorrection, ScaleByAdam};
use super::common::*;

/// m ← β₁m + (1 − β₁)u; v ← β₂v + (1 − β₂)u².
#[inline(always)]
fn update_moments<N: Number>([b1, c1, b2, c2]: [N; 4], u: N, m: &mut N, v: &mut N) {
    *m = b1 * *m + c1 * u;
    *v = b2 * *v + c2 * (u * u);
}

method! {
    /// AdaBound: Adam whose rates are drawn into a band that narrows to SGD's. Luo et al., "Adaptive
    /// Gradient Methods with Dynamic Bound of Learning Rate" (2019), <https://arxiv.org/abs/1902.09843>.
    pub struct AdaBound {
        name: "adabound",
        title: "AdaBound",
        summary: "Adam whose rates are drawn into a band that narrows to one rate",
        paper: ("Luo, Xiong, Liu, Sun", 2019,
                "Adaptive Gradient Methods with Dynamic Bound of Learning Rate",
                "https://arxiv.org/abs/1902.09843"),
        state: ["m", "v", "v_max"],
    }
    lr = 0.001;
    final_lr = 0.1, Accepts::NON_NEGATIVE, "the rate that the band narrows to";
    beta1 = 0.9;
    beta2 = 0.999;
    gamma = 0.001, Accepts::NON_NEGATIVE, "how fast the band narrows";
    weight_decay = 0.0;
    decoupled: bool = true;
    amsgrad: bool = false;
    eps = 1e-8;
}

impl Build for AdaBound {
    fn build(&self) -> Kernel {
        let [before, _] = decays(self.weight_decay, self.decoupled);
        match self.amsgrad {
            true => Kernel::elementwise(chain!(before, StepByAdaBound::<3>(*self))),
            false => Kernel::elementwise(chain!(before, StepByAdaBound::<2>(*self))),
        }
    }
}

/// m, v as in Adam; η = clamp(lr·√(1 − β₂ᵗ)/(1 − β₁ᵗ)/(√(v + 10⁻¹⁵) + ε), final_lr·(1 − 1/(γt + 1)),
/// final_lr·(1 + 1/(γt))); W ← W − η·m. With a third slot, v is the largest one so far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepByAdaBound<const SLOTS: usize>(pub AdaBound);

impl<const SLOTS: usize> Rule for StepByAdaBound<SLOTS> {
    type State<N: Number> = [N; SLOTS];
    type Constants<N: Number> = ([N; 4], [N; 6]);
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m", "v", "v_max"];

    fn prepare<N: Number>(&self, t: N::Wide) -> Self::Constants<N> {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [lr, final_lr, gamma, eps] = wide!(N, self.0; lr, final_lr, gamma, eps);
        let one = moments.one;
        let low = final_lr * (one - one / (gamma * t + one));
        let high = final_lr * (one + one / (gamma * t));
        let decay = decay_after::<N>(lr, self.0.weight_decay, self.0.decoupled);
        let root = N::Wide::from_f64(ROOT);
        let constants = [lr * moments.folded(), low, high, eps, root, decay];
        (moments.shares().map(N::from_wide), constants.map(N::from_wide))
    }

    #[inline(always)]
    fn apply<N: Number>(
        &(shares, [rate, low, high, eps, root, decay]): &([N; 4], [N; 6]),
        u: N,
        w: N,
        slots: &mut [N; SLOTS],
    ) -> N {
        let size = size(shares, root, u, slots) + eps;
        let rate = high.min(low.max(rate / size)).named("η");
        -(rate * slots[0]) - decay * w
    }
}

/// Updates m and v, and the largest v if there is a third slot; gives the root of what divides.
#[inline(always)]
fn size<N: Number, const SLOTS: usize>(
    [b1, c1, b2, c2]: [N; 4],
    root: N,
    u: N,
    slots: &mut [N; SLOTS],
) -> N {
    slots[0] = b1 * slots[0] + c1 * u;
    (second_moment([b2, c2], u, slots) + root).sqrt()
}

method! {
    /// AdaMod: no rate is longer than the mean of the rates so far. Ding et al., "An Adaptive and
    /// Momental Bound Method for Stochastic Learning" (2019), <https://arxiv.org/abs/1910.12249>.
    pub struct AdaMod {
        name: "adamod",
        title: "AdaMod",
        summary: "Adam whose rates are at most their own mean over many steps",
        paper: ("Ding, Ren, Luo, Sun", 2019,
                "An Adaptive and Momental Bound Method for Stochastic Learning",
                "https://arxiv.org/abs/1910.12249"),
        state: ["m", "v", "rate"],
        build: |&method| {
            let [before, _] = decays(method.weight_decay, method.decoupled);
            chain!(before, StepByAdaMod(method))
        },
    }
    lr = 0.001;
    beta1 = 0.9;
    beta2 = 0.99;
    beta3 = 0.9999, Accepts::BELOW_ONE, "share of the mean rate that is kept";
    weight_decay = 0.0;
    decoupled: bool = true;
    eps = 1e-8;
}

/// m, v as in Adam; η = lr·√(1 − β₂ᵗ)/(1 − β₁ᵗ)/(√v + ε); rate ← β₃·rate + (1 − β₃)η;
/// W ← W − min(η, rate)·m.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepByAdaMod(pub AdaMod);

impl Rule for StepByAdaMod {
    type State<N: Number> = [N; 3];
    type Constants<N: Number> = ([N; 4], [N; 5]);
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m", "v", "rate"];

    fn prepare<N: Number>(&self, t: N::Wide) -> Self::Constants<N> {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [lr, beta3, eps] = wide!(N, self.0; lr, beta3, eps);
        let decay = decay_after::<N>(lr, self.0.weight_decay, self.0.decoupled);
        let constants = [lr * moments.folded(), beta3, moments.one - beta3, eps, decay];
        (moments.shares().map(N::from_wide), constants.map(N::from_wide))
    }

    #[inline(always)]
    fn apply<N: Number>(
        &(shares, [scale, b3, c3, eps, decay]): &([N; 4], [N; 5]),
        u: N,
        w: N,
        [m, v, rate]: &mut [N; 3],
    ) -> N {
        update_moments(shares, u, m, v);
        let eta = (scale / (v.sqrt() + eps)).named("η");
        *rate = b3 * *rate + c3 * eta;
        -(eta.min(*rate) * *m) - decay * w
    }
}

method! {
    /// DiffGrad: short steps where the gradient has not changed. Dubey et al., "diffGrad: An Optimization
    /// Method for Convolutional Neural Networks" (2019), <https://arxiv.org/abs/1909.11015>.
    pub struct DiffGrad {
        name: "diffgrad",
        title: "diffGrad",
        summary: "Adam with half the step where the gradient is the same as before",
        paper: ("Dubey et al.", 2019,
                "diffGrad: An Optimization Method for Convolutional Neural Networks",
                "https://arxiv.org/abs/1909.11015"),
        state: ["last", "m", "v", "v_max"],
    }
    lr = 0.001;
    beta1 = 0.9;
    beta2 = 0.999;
    weight_decay = 0.0;
    decoupled: bool = true;
    amsgrad: bool = false;
    eps = 1e-8;
}

impl Build for DiffGrad {
    fn build(&self) -> Kernel {
        let &Self { lr, weight_decay, decoupled, .. } = self;
        match self.amsgrad {
            true => {
                let rule = ScaleByDiffGrad::<3>(*self);
                Kernel::elementwise(decayed(rule, lr, weight_decay, decoupled))
            }
            false => {
                let rule = ScaleByDiffGrad::<2>(*self);
                Kernel::elementwise(decayed(rule, lr, weight_decay, decoupled))
            }
        }
    }
}

/// m, v as in Adam; ξ = 1/(1 + e^−|u′ − u|); u ← ξ·m·√(1 − β₂ᵗ)/(1 − β₁ᵗ)/(√(v + 10⁻¹⁵) + ε), with the
/// update u′ of the step before. With a third moment, v is the largest one so far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByDiffGrad<const SLOTS: usize>(pub DiffGrad);

impl<const SLOTS: usize> Rule for ScaleByDiffGrad<SLOTS> {
    type State<N: Number> = ([N; 1], [N; SLOTS]);
    type Constants<N: Number> = ([N; 4], [N; 3]);
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["last", "m", "v", "v_max"];

    fn prepare<N: Number>(&self, t: N::Wide) -> Self::Constants<N> {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [eps] = wide!(N, self.0; eps);
        let constants = [moments.folded(), eps, N::Wide::from_f64(ROOT)];
        (moments.shares().map(N::from_wide), constants.map(N::from_wide))
    }

    #[inline(always)]
    fn apply<N: Number>(
        &(shares, [scale, eps, root]): &([N; 4], [N; 3]),
        u: N,
        _: N,
        ([last], slots): &mut ([N; 1], [N; SLOTS]),
    ) -> N {
        let change = (*last - u).abs();
        *last = u;
        let size = size(shares, root, u, slots) + eps;
        let friction = (N::one() / (N::one() + (-change).exp())).named("ξ");
        friction * (scale * slots[0]) / size
    }
}

method! {
    /// PAdam: between momentum and Adam. Chen et al., "Closing the Generalization Gap of Adaptive
    /// Gradient Methods in Training Deep Neural Networks" (2018), <https://arxiv.org/abs/1806.06763>.
    pub struct PAdam {
        name: "padam",
        title: "PAdam",
        summary: "Adam with a smaller power of its second moment: between momentum and Adam",
        paper: ("Chen et al.", 2018,
                "Closing the Generalization Gap of Adaptive Gradient Methods in Training Deep Neural Networks",
                "https://arxiv.org/abs/1806.06763"),
        state: ["m", "v"],
        build: |&padam| decayed(ScaleByPAdam(padam), padam.lr, padam.weight_decay, padam.decoupled),
    }
    lr = 0.1;
    beta1 = 0.9;
    beta2 = 0.999;
    partial = 0.25, Accepts::UNIT, "power of v; 0.5 is Adam, 0 momentum";
    weight_decay = 0.0;
    decoupled: bool = false;
    eps = 1e-8;
}

/// m, v as in Adam; u ← m·√(1 − β₂ᵗ)/(1 − β₁ᵗ)/(√v + ε)^2p.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByPAdam(pub PAdam);

impl Rule for ScaleByPAdam {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = ([N; 4], [N; 3]);
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m", "v"];

    fn prepare<N: Number>(&self, t: N::Wide) -> Self::Constants<N> {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [partial, eps] = wide!(N, self.0; partial, eps);
        let constants = [moments.folded(), N::Wide::from_f64(2.0) * partial, eps];
        (moments.shares().map(N::from_wide), constants.map(N::from_wide))
    }

    #[inline(always)]
    fn apply<N: Number>(
        &(shares, [scale, power, eps]): &([N; 4], [N; 3]),
        u: N,
        _: N,
        [m, v]: &mut [N; 2],
    ) -> N {
        update_moments(shares, u, m, v);
        scale * *m / (v.sqrt() + eps).powf(power)
    }
}

method! {
    /// EXAdam: corrections of each moment that know the other, and a step along the gradient. Adly,
    /// "EXAdam: The Power of Adaptive Cross-Moments" (2024), <https://arxiv.org/abs/2412.20302>.
    pub struct ExAdam {
        name: "exadam",
        title: "EXAdam",
        summary: "Adam whose corrections of each moment know the other",
        paper: ("Adly", 2024, "EXAdam: The Power of Adaptive Cross-Moments",
                "https://arxiv.org/abs/2412.20302"),
        state: ["m", "v"],
        build: |&exadam| {
            decayed(ScaleByExAdam(exadam), exadam.lr, exadam.weight_decay, exadam.decoupled)
        },
    }
    lr = 0.001;
    beta1 = 0.9;
    beta2 = 0.999;
    weight_decay = 0.0;
    decoupled: bool = true;
    eps = 1e-8, "added outside the root, and in both corrections";
}

/// m, v as in Adam; a = 1 + β₂ᵗ·v/(v + ε); b = 1 + β₁ᵗ·m²/(m² + ε); u ← a·(m̂ + u/(1 − β₁ᵗ))/(√(b·v̂) + ε).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByExAdam(pub ExAdam);

impl Rule for ScaleByExAdam {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = ([N; 4], [N; 5]);
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m", "v"];

    fn prepare<N: Number>(&self, t: N::Wide) -> Self::Constants<N> {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [eps] = wide!(N, self.0; eps);
        let Moments { one, correction1, correction2, .. } = moments;
        let powers = [one - correction1, one - correction2];
        let constants = [powers[0], powers[1], one / correction1, one / correction2, eps];
        (moments.shares().map(N::from_wide), constants.map(N::from_wide))
    }

    #[inline(always)]
    fn apply<N: Number>(
        &(shares, [power1, power2, m_scale, v_scale, eps]): &([N; 4], [N; 5]),
        u: N,
        _: N,
        [m, v]: &mut [N; 2],
    ) -> N {
        update_moments(shares, u, m, v);
        let square = *m * *m;
        let a = (N::one() + power2 * (*v / (*v + eps))).named("a");
        let b = (N::one() + power1 * (square / (square + eps))).named("b");
        a * (m_scale * (*m + u)) / ((b * (v_scale * *v).named("v̂")).sqrt() + eps)
    }
}

method! {
    /// Adam-atan2: an angle in place of the quotient, so that no ε is needed. Everett et al., "Scaling
    /// Exponents Across Parameterizations and Optimizers" (2024), <https://arxiv.org/abs/2407.05872>.
    pub struct AdamAtan2 {
        name: "adam-atan2",
        title: "Adam-atan2",
        summary: "Adam with an angle in place of the quotient: it needs no ε",
        paper: ("Everett et al.", 2024,
                "Scaling Exponents Across Parameterizations and Optimizers",
                "https://arxiv.org/abs/2407.05872"),
        state: ["m", "v"],
        build: |&method| decayed(ScaleByAngle(method), method.lr, method.weight_decay, true),
    }
    lr = 1e-4;
    beta1 = 0.9;
    beta2 = 0.99;
    a = 1.27, Accepts::NON_NEGATIVE, "factor of the angle";
    b = 1.0, Accepts::NON_NEGATIVE, "factor of the root";
    weight_decay = 0.0, decoupled!();
}

/// m, v as in Adam; u ← a·atan2(m̂, b·√v̂).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByAngle(pub AdamAtan2);

impl Rule for ScaleByAngle {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = ([N; 4], [N; 4]);
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m", "v"];

    fn prepare<N: Number>(&self, t: N::Wide) -> Self::Constants<N> {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [a, b] = wide!(N, self.0; a, b);
        let Moments { one, correction1, correction2, .. } = moments;
        let constants = [one / correction1, one / correction2, a, b];
        (moments.shares().map(N::from_wide), constants.map(N::from_wide))
    }

    #[inline(always)]
    fn apply<N: Number>(
        &(shares, [m_scale, v_scale, a, b]): &([N; 4], [N; 4]),
        u: N,
        _: N,
        [m, v]: &mut [N; 2],
    ) -> N {
        update_moments(shares, u, m, v);
        let (m_hat, v_hat) = ((m_scale * *m).named("m̂"), (v_scale * *v).named("v̂"));
        a * m_hat.atan2(b * v_hat.sqrt())
    }
}

method! {
    /// AdamC: AdamW whose weight decay falls with the learning rate, for layers that are followed by a
    /// normalisation. Defazio, "Why Gradients Rapidly Increase Near the End of Training" (2025),
    /// <https://arxiv.org/abs/2506.02285>.
    ///
    /// The weights decay by lr²/max_lr·λ·W: give the largest rate of the schedule for layers in front of a
    /// normalisation, in a [`Group`](crate::Group).
    pub struct AdamC {
        name: "adamc",
        title: "AdamC",
        summary: "AdamW whose weight decay falls with the square of a scheduled rate",
        paper: ("Defazio", 2025, "Why Gradients Rapidly Increase Near the End of Training",
                "https://arxiv.org/abs/2506.02285"),
        state: ["m", "v", "v_max"],
    }
    lr = 0.001;
    beta1 = 0.9;
    beta2 = 0.999;
    weight_decay = 0.0;
    decoupled: bool = true;
    amsgrad: bool = false;
    eps = 1e-8;
    max_lr = 0.0, Accepts::NON_NEGATIVE, "largest rate of the schedule; 0 stands for lr";
}

impl Build for AdamC {
    fn build(&self) -> Kernel {
        match self.amsgrad {
            true => Kernel::elementwise(self.chain(ScaleByRootedAdam::<3>(*self))),
            false => Kernel::elementwise(self.chain(ScaleByRootedAdam::<2>(*self))),
        }
    }
}

impl AdamC {
    fn chain<T: Rule>(&self, rule: T) -> impl Rule + use<T> {
        let [before, _] = decays(self.weight_decay, self.decoupled);
        chain!(before, rule, DecayByRate(*self), ScaleByLearningRate::new(self.lr))
    }
}

/// u ← u + λ·lr/max_lr·W, where the weight decay is decoupled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DecayByRate(pub AdamC);

impl Rule for DecayByRate {
    type State<N: Number> = ();
    type Constants<N: Number> = N;
    const RARE: bool = true;

    fn prepare<N: Number>(&self, _: N::Wide) -> N {
        if !self.0.decoupled {
            return N::zero();
        }
        let [weight_decay] = wide!(N, self.0; weight_decay);
        if self.0.max_lr == 0.0 {
            return N::from_wide(weight_decay);
        }
        let [lr, max_lr] = wide!(N, self.0; lr, max_lr);
        N::from_wide(weight_decay * lr / max_lr)
    }

    #[inline(always)]
    fn apply<N: Number>(&decay: &N, u: N, w: N, (): &mut ()) -> N {
        u + decay * w
    }
}

/// m, v as in Adam; u ← m·√(1 − β₂ᵗ)/(1 − β₁ᵗ)/(√(v + 10⁻¹⁵) + ε). With a third slot, v is the largest one
/// so far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByRootedAdam<const SLOTS: usize>(pub AdamC);

impl<const SLOTS: usize> Rule for ScaleByRootedAdam<SLOTS> {
    type State<N: Number> = [N; SLOTS];
    type Constants<N: Number> = ([N; 4], [N; 3]);
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m", "v", "v_max"];

    fn prepare<N: Number>(&self, t: N::Wide) -> Self::Constants<N> {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [eps] = wide!(N, self.0; eps);
        let constants = [moments.folded(), eps, N::Wide::from_f64(ROOT)];
        (moments.shares().map(N::from_wide), constants.map(N::from_wide))
    }

    #[inline(always)]
    fn apply<N: Number>(
        &(shares, [scale, eps, root]): &([N; 4], [N; 3]),
        u: N,
        _: N,
        slots: &mut [N; SLOTS],
    ) -> N {
        let size = size(shares, root, u, slots) + eps;
        scale * slots[0] / size
    }
}

method! {
    /// Grams: Adam's length and the gradient's sign. Cao, Li, Song, "Grams: Gradient Descent with Adaptive
    /// Momentum Scaling" (2024), <https://arxiv.org/abs/2412.17107>.
    pub struct Grams {
        name: "grams",
        title: "Grams",
        summary: "a step as long as Adam's, along the gradient's sign",
        paper: ("Cao, Li, Song", 2024, "Grams: Gradient Descent with Adaptive Momentum Scaling",
                "https://arxiv.org/abs/2412.17107"),
        state: ["m", "v"],
        build: |&Grams { lr, beta1, beta2, weight_decay, decoupled, eps }| decayed(
            AlongGradient(ScaleByAdam {
                beta1,
                beta2,
                eps,
                eps_root: 0.0,
                bias_correction: BiasCorrection::Full,
            }),
            lr,
            weight_decay,
            decoupled,
        ),
    }
    lr = 0.001;
    beta1 = 0.9;
    beta2 = 0.999;
    weight_decay = 0.0;
    decoupled: bool = true;
    eps = 1e-6;
}

/// u ← |A(u)|·sign(u), for a rule A.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AlongGradient<A>(
    /// The rule that gives the length.
    pub A,
);

impl<A: Rule> Rule for AlongGradient<A> {
    type State<N: Number> = A::State<N>;
    type Constants<N: Number> = A::Constants<N>;
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = A::SLOT_NAMES;

    fn slots(&self) -> Vec<Slot> {
        self.0.slots()
    }

    fn prepare<N: Number>(&self, t: N::Wide) -> Self::Constants<N> {
        self.0.prepare::<N>(t)
    }

    #[inline(always)]
    fn apply<N: Number>(c: &Self::Constants<N>, u: N, w: N, state: &mut Self::State<N>) -> N {
        A::apply(c, u, w, state).abs() * u.sign()
    }

    fn hyperparameters(&self) -> Vec<(crate::Hyperparameter, crate::Value)> {
        self.0.hyperparameters()
    }

    fn assign(&mut self, name: &str, value: &crate::Value) -> bool {
        self.0.assign(name, value)
    }
}

method! {
    /// Ano: the momentum gives the sign, the gradient the length. Kegreisz, "Ano: Faster is Better in Noisy
    /// Landscape" (2025), <https://arxiv.org/abs/2508.18258>.
    pub struct Ano {
        name: "ano",
        title: "Ano",
        summary: "the sign of the mean gradient with the length of the gradient",
        paper: ("Kegreisz", 2025, "Ano: Faster is Better in Noisy Landscape",
                "https://arxiv.org/abs/2508.18258"),
        state: ["m", "v"],
    }
    lr = 1e-4;
    beta1 = 0.92;
    beta2 = 0.99;
    weight_decay = 0.0;
    decoupled: bool = true;
    logarithmic_schedule: bool = false, Accepts::Flag, "whether β₁ is 1 − 1/ln(max(t, 2))";
    eps = 1e-8;
}

impl Build for Ano {
    fn build(&self) -> Kernel {
        let &Self { lr, weight_decay, decoupled, .. } = self;
        Kernel::elementwise(decayed(ScaleByAno(*self), lr, weight_decay, decoupled))
    }

    fn consistent(&self) -> Result<(), &'static str> {
        match self.beta2 < 0.5 {
            true => Err("beta2 must be at least 0.5, or v becomes negative"),
            false => Ok(()),
        }
    }
}

/// m ← β₁m + (1 − β₁)u; v ← β₂v + (1 − β₂)·sign(u² − v)·u²; u ← |u|·sign(m)/(√v̂ + ε).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByAno(pub Ano);

impl Rule for ScaleByAno {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = [N; 6];
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m", "v"];

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 6] {
        let [beta1, beta2, eps] = wide!(N, self.0; beta1, beta2, eps);
        let one = N::Wide::one();
        let beta1 = match self.0.logarithmic_schedule {
            true => one - one / t.max(N::Wide::from_f64(2.0)).ln(),
            false => beta1,
        };
        [beta1, one - beta1, beta2, one - beta2, one / beta2.one_minus_power(t), eps]
            .map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[b1, c1, b2, c2, scale, eps]: &[N; 6],
        u: N,
        _: N,
        [m, v]: &mut [N; 2],
    ) -> N {
        let square = u * u;
        *m = b1 * *m + c1 * u;
        *v = b2 * *v + c2 * ((square - *v).sign() * square);
        u.abs() * m.sign() / ((scale * *v).named("v̂").sqrt() + eps)
    }
}
