//! Methods that estimate the distance to the solution from what they have seen: D-adaptation and Prodigy.

use super::common::*;

method! {
    /// Prodigy: Adam whose rate is an estimate of the distance to the solution. Mishchenko, Defazio,
    /// "Prodigy: An Expeditiously Adaptive Parameter-Free Learner" (2024),
    /// <https://arxiv.org/abs/2306.06101>. All parameters have one estimate.
    pub struct Prodigy {
        name: "prodigy",
        title: "Prodigy",
        summary: "Adam whose rate is an estimate of the distance to the solution",
        paper: ("Mishchenko, Defazio", 2024,
                "Prodigy: An Expeditiously Adaptive Parameter-Free Learner",
                "https://arxiv.org/abs/2306.06101"),
        state: ["start", "m", "v", "s", "d", "numerator"],
    }
    lr = 1.0, "factor of the estimate";
    beta1 = 0.9;
    beta2 = 0.999;
    beta3 = 0.0, Accepts::BELOW_ONE, "share of s and of the numerator that is kept; 0 stands for √beta2";
    eps = 1e-8;
    estim_lr0 = 1e-6, Accepts::NON_NEGATIVE, "first estimate";
    estim_lr_coef = 1.0, Accepts::NON_NEGATIVE, "factor of later estimates";
    weight_decay = 0.0, decoupled!();
    safeguard_warmup: bool = false, Accepts::Flag,
        "whether gradients are weighted without lr, so that a warm-up does not lower the estimate";
}

impl Build for Prodigy {
    fn build(&self) -> Kernel {
        Kernel::over_model(StepByProdigy(*self))
    }
}

/// a = d·lr·√(1 − β₂ᵗ)/(1 − β₁ᵗ); m of d·g and v of (d·g)² as in Adam; s ← β₃s + a·d·g/d₀;
/// numerator ← β₃·numerator + a·d/d₀·⟨g, W₀ − W⟩; d ← max(d, coef·numerator/∑|s|);
/// W ← W − a·λW − a·m/(√v + d·ε), with the new d in the last place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepByProdigy(pub Prodigy);

/// The constants of a step of [`StepByProdigy`].
#[derive(Debug, Clone, Copy)]
pub struct ProdigyConstants<N> {
    shares: [N; 4],
    beta3: N,
    /// d, and the weight of a gradient in s.
    d: N,
    weight: N,
    /// a, and a·λ.
    rate: N,
    decay: N,
    first: N,
    later: N,
}

impl StepByProdigy {
    fn beta3<N: Number>(&self) -> N::Wide {
        match self.0.beta3 == 0.0 {
            true => N::hyperparameter(self.0.beta2, "beta2").sqrt(),
            false => N::hyperparameter(self.0.beta3, "beta3"),
        }
    }

    /// a, from the estimate d.
    fn rate<N: Number>(&self, t: N::Wide, d: N::Wide) -> N::Wide {
        let [lr] = wide!(N, self.0; lr);
        d * lr * Moments::new(wide!(N, self.0; beta1, beta2), t).folded()
    }

    #[inline(always)]
    fn update<N: Number>(c: &ProdigyConstants<N>, g: N, w: N, state: &mut [N; 4]) -> N {
        let [start, m, v, s] = state;
        let ([b1, c1, b2, c2], scaled) = (c.shares, c.d * g);
        *start = c.first * w + c.later * *start;
        *m = b1 * *m + c1 * scaled;
        *v = b2 * *v + c2 * (scaled * scaled);
        *s = c.beta3 * *s + c.weight * g;
        *start - w
    }
}

impl SumRule<2> for StepByProdigy {
    type State<N: Number> = [N; 4];
    type Constants<N: Number> = ProdigyConstants<N>;
    type Scalars<N: Number> = N;
    const SLOT_NAMES: &'static [&'static str] = &["start", "m", "v", "s"];
    const KEPT: &'static [&'static str] = &["d", "numerator"];

    fn kept(&self) -> Vec<Slot> {
        vec![
            Slot::new("d").starting_at_hyperparameter(self.0.estim_lr0, "estim_lr0"),
            Slot::new("numerator"),
        ]
    }

    fn prepare<N: Number>(&self, t: N::Wide, kept: &[N::Wide]) -> ProdigyConstants<N> {
        let [d0, decay] = wide!(N, self.0; estim_lr0, weight_decay);
        let (d, [first, later]) = (kept[0], first_and_later(t));
        let rate = self.rate::<N>(t, d);
        let weight = if self.0.safeguard_warmup { d * d / d0 } else { rate * d / d0 };
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        ProdigyConstants {
            shares: moments.shares().map(N::from_wide),
            beta3: N::from_wide(self.beta3::<N>()),
            d: N::from_wide(d),
            weight: N::from_wide(weight),
            rate: N::from_wide(rate),
            decay: N::from_wide(rate * decay),
            first: N::from_wide(first),
            later: N::from_wide(later),
        }
    }

    #[inline(always)]
    fn terms<N: Number>(c: &ProdigyConstants<N>, g: N, w: N, state: &mut [N; 4]) -> [[N; 2]; 2] {
        let way = Self::update(c, g, w, state);
        [[g, way], [state[3].abs(), N::one()]]
    }

    fn scalars<N: Number>(&self, t: N::Wide, sums: Sums<'_, N::Wide, 2>) -> N {
        let [d0, factor, eps] = wide!(N, self.0; estim_lr0, estim_lr_coef, eps);
        let [slope, size] = sums.of;
        let d = sums.kept[0];
        let weight = d / d0 * self.rate::<N>(t, d);
        sums.kept[1] = self.beta3::<N>() * sums.kept[1] + weight * slope;
        let estimate = size.where_zero(N::Wide::zero(), factor * sums.kept[1] / size);
        sums.kept[0] = d.max(estimate);
        N::from_wide(sums.kept[0] * eps)
    }

    #[inline(always)]
    fn apply<N: Number>(c: &ProdigyConstants<N>, &eps: &N, g: N, w: N, state: &mut [N; 4]) -> N {
        Self::update(c, g, w, state);
        -(c.rate * state[1] / (state[2].sqrt() + eps)) - c.decay * w
    }
}

method! {
    /// D-Adapted AdamW: its rate grows to an estimate of the distance to the solution. Defazio, Mishchenko,
    /// "Learning-Rate-Free Learning by D-Adaptation" (2023), <https://arxiv.org/abs/2301.07733>. All
    /// parameters have one estimate.
    pub struct DAdaptAdamW {
        name: "dadapt-adamw",
        title: "D-Adapted AdamW",
        summary: "AdamW whose rate grows to an estimate of the distance to the solution",
        paper: ("Defazio, Mishchenko", 2023, "Learning-Rate-Free Learning by D-Adaptation",
                "https://arxiv.org/abs/2301.07733"),
        state: ["m", "v", "s", "d", "numerator"],
    }
    lr = 1.0, "factor of the estimate";
    beta1 = 0.9;
    beta2 = 0.999;
    eps = 1e-8;
    estim_lr0 = 1e-6, Accepts::NON_NEGATIVE, "first estimate";
    weight_decay = 0.0, decoupled!();
}

impl Build for DAdaptAdamW {
    fn build(&self) -> Kernel {
        Kernel::over_model(StepByDAdaptation(*self))
    }
}

/// a = d·lr·√(1 − β₂ᵗ)/(1 − β₁ᵗ), q = √β₂; numerator ← q·numerator + (1 − q)a·⟨g, s/(√v + ε)⟩;
/// m ← β₁m + (1 − β₁)a·g; v as in Adam; s ← qs + (1 − q)a·g; d ← max(d, numerator/((1 − q)∑|s|));
/// W ← W − a·λW − m/(√v + ε).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepByDAdaptation(pub DAdaptAdamW);

impl StepByDAdaptation {
    /// q and a, from the estimate d.
    fn rates<N: Number>(&self, t: N::Wide, d: N::Wide) -> [N::Wide; 2] {
        let [lr] = wide!(N, self.0; lr);
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        [moments.beta2.sqrt().named("q"), d * lr * moments.folded()]
    }

    #[inline(always)]
    fn update<N: Number>(&[b1, c1, b2, c2, q, new, ..]: &[N; 8], g: N, [m, v, s]: &mut [N; 3]) {
        *m = b1 * *m + c1 * g;
        *v = b2 * *v + c2 * (g * g);
        *s = q * *s + new * g;
    }
}

impl SumRule<2> for StepByDAdaptation {
    type State<N: Number> = [N; 3];
    type Constants<N: Number> = [N; 8];
    type Scalars<N: Number> = ();
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m", "v", "s"];
    const KEPT: &'static [&'static str] = &["d", "numerator"];

    fn kept(&self) -> Vec<Slot> {
        vec![
            Slot::new("d").starting_at_hyperparameter(self.0.estim_lr0, "estim_lr0"),
            Slot::new("numerator"),
        ]
    }

    fn prepare<N: Number>(&self, t: N::Wide, kept: &[N::Wide]) -> [N; 8] {
        let [eps, decay] = wide!(N, self.0; eps, weight_decay);
        let [q, rate] = self.rates::<N>(t, kept[0]);
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [b1, c1, b2, c2] = moments.shares();
        [b1, c1 * rate, b2, c2, q, (moments.one - q) * rate, eps, rate * decay].map(N::from_wide)
    }

    #[inline(always)]
    fn terms<N: Number>(c: &[N; 8], g: N, _: N, state: &mut [N; 3]) -> [[N; 2]; 2] {
        let before = state[2] / (state[1].sqrt() + c[6]);
        Self::update(c, g, state);
        [[g, before], [state[2].abs(), N::one()]]
    }

    fn scalars<N: Number>(&self, t: N::Wide, sums: Sums<'_, N::Wide, 2>) {
        let [slope, size] = sums.of;
        let [q, rate] = self.rates::<N>(t, sums.kept[0]);
        let new = N::Wide::one() - q;
        sums.kept[1] = q * sums.kept[1] + new * rate * slope;
        let estimate = size.where_zero(N::Wide::zero(), sums.kept[1] / (new * size));
        sums.kept[0] = sums.kept[0].max(estimate);
    }

    #[inline(always)]
    fn apply<N: Number>(c: &[N; 8], (): &(), g: N, w: N, state: &mut [N; 3]) -> N {
        Self::update(c, g, state);
        let [.., eps, decay] = *c;
        -(state[0] / (state[1].sqrt() + eps)) - decay * w
    }
}

method! {
    /// AvaGrad: Adam whose steps are scaled by the mean of all its rates. Savarese, McAllester, Babu, Maire,
    /// "Domain-independent Dominance of Adaptive Methods" (2021), <https://arxiv.org/abs/1912.01823>; the
    /// second moment is the one before the gradient, and there is no first step, as in pytorch-optimizer.
    pub struct AvaGrad {
        name: "avagrad",
        title: "AvaGrad",
        summary: "Adam whose rate and ε do not depend on one another",
        paper: ("Savarese, McAllester, Babu, Maire", 2021,
                "Domain-independent Dominance of Adaptive Methods", "https://arxiv.org/abs/1912.01823"),
        state: ["m", "v", "scale"],
    }
    lr = 0.1;
    beta1 = 0.9;
    beta2 = 0.999;
    weight_decay = 0.0;
    decoupled: bool = true;
    eps = 0.1;
}

impl Build for AvaGrad {
    fn build(&self) -> Kernel {
        let [before, after] = decays(self.weight_decay, self.decoupled);
        let after = chain!(after, ScaleByLearningRate::new(self.lr));
        Kernel::over_model(Around(before, ScaleByAvaGrad(*self), after))
    }
}

/// u ← scale·m̂/(√(v/(1 − β₂ᵗ⁻¹)) + ε) with v before u, 0 at the first step; then
/// scale ← 1/√mean(1/(√(v/(1 − β₂ᵗ)) + ε)²) over all parameters, and v as in Adam.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByAvaGrad(pub AvaGrad);

impl SumRule<1> for ScaleByAvaGrad {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = [N; 8];
    type Scalars<N: Number> = ();
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m", "v"];
    const KEPT: &'static [&'static str] = &["scale"];

    fn prepare<N: Number>(&self, t: N::Wide, kept: &[N::Wide]) -> [N; 8] {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [b1, c1, b2, c2] = moments.shares();
        let [eps] = wide!(N, self.0; eps);
        let (zero, one) = (N::Wide::zero(), moments.one);
        let scale = N::Wide::at_first(t, zero, kept[0] / moments.correction1);
        let earlier = N::Wide::at_first(t, one, moments.beta2.one_minus_power(t - one));
        let roots = [one / earlier.sqrt(), one / moments.correction2.sqrt()];
        [b1, c1, b2, c2, scale, roots[0], roots[1], eps].map(N::from_wide)
    }

    #[inline(always)]
    fn terms<N: Number>(c: &[N; 8], _: N, _: N, [_, v]: &mut [N; 2]) -> [[N; 2]; 1] {
        let rate = N::one() / (c[6] * v.sqrt() + c[7]);
        [[rate, rate]]
    }

    fn scalars<N: Number>(&self, _: N::Wide, sums: Sums<'_, N::Wide, 1>) {
        let [sum] = sums.of;
        sums.kept[0] = N::Wide::one() / (sum / sums.count).sqrt();
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[b1, c1, b2, c2, scale, root, _, eps]: &[N; 8],
        (): &(),
        u: N,
        _: N,
        [m, v]: &mut [N; 2],
    ) -> N {
        *m = b1 * *m + c1 * u;
        let step = scale * *m / (root * v.sqrt() + eps);
        *v = b2 * *v + c2 * (u * u);
        step
    }
}
