//! Methods with one second moment for the whole parameter, or one that is measured against it: Adam-mini,
//! Amos, FAdam.

use super::common::*;

method! {
    /// Adam-mini: one second moment for each parameter. Zhang et al., "Adam-mini: Use Fewer Learning Rates
    /// To Gain More" (2024), <https://arxiv.org/abs/2406.16793>.
    ///
    /// The paper has one second moment for each block of the Hessian. Here that is a parameter; embeddings
    /// and output layers, for which the paper takes AdamW, are a group: `embed*: adamw`.
    pub struct AdamMini {
        name: "adam-mini",
        title: "Adam-mini",
        summary: "AdamW with one second moment for the whole parameter",
        paper: ("Zhang et al.", 2024, "Adam-mini: Use Fewer Learning Rates To Gain More",
                "https://arxiv.org/abs/2406.16793"),
        state: ["m", "v"],
    }
    lr = 1.0;
    beta1 = 0.9;
    beta2 = 0.999;
    weight_decay = 0.1, decoupled!();
    eps = 1e-8;
}

impl Build for AdamMini {
    fn build(&self) -> Kernel {
        let decay = AddDecayedWeights { weight_decay: self.weight_decay };
        let after = chain!(decay, ScaleByLearningRate::new(self.lr));
        Kernel::sums(Around((), ScaleByAdamMini(*self), after))
    }
}

/// m ← β₁m + (1 − β₁)u; v ← β₂v + (1 − β₂)·mean(u²); u ← m̂/(√v̂ + ε).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByAdamMini(pub AdamMini);

impl SumRule<1> for ScaleByAdamMini {
    type State<N: Number> = [N; 1];
    type Constants<N: Number> = [N; 2];
    type Scalars<N: Number> = N;
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m"];
    const KEPT: &'static [&'static str] = &["v"];

    fn prepare<N: Number>(&self, _: N::Wide, _: &[N::Wide]) -> [N; 2] {
        let [beta1] = wide!(N, self.0; beta1);
        [beta1, N::Wide::one() - beta1].map(N::from_wide)
    }

    #[inline(always)]
    fn terms<N: Number>(_: &[N; 2], u: N, _: N, _: &mut [N; 1]) -> [[N; 2]; 1] {
        [[u, u]]
    }

    fn scalars<N: Number>(&self, t: N::Wide, sums: Sums<'_, N::Wide, 1>) -> N {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [eps] = wide!(N, self.0; eps);
        let [_, _, b2, c2] = moments.shares();
        sums.kept[0] = b2 * sums.kept[0] + c2 * (sums.of[0] / sums.count);
        let size = (sums.kept[0] / moments.correction2).sqrt() + eps;
        N::from_wide(moments.one / moments.correction1 / size)
    }

    #[inline(always)]
    fn apply<N: Number>(&[b1, c1]: &[N; 2], &scale: &N, u: N, _: N, [m]: &mut [N; 1]) -> N {
        *m = b1 * *m + c1 * u;
        scale * *m
    }
}

method! {
    /// Amos: a rate and a weight decay that fall as the parameter has moved. Tian, Parikh, "Amos: An
    /// Adam-style Optimizer with Adaptive Weight Decay towards Model-Oriented Scale" (2022),
    /// <https://arxiv.org/abs/2210.11693>.
    ///
    /// The scale η that weights are expected to have is 1/2 in one dimension, √(2/n) for a matrix with n
    /// columns, and √(1/n) with more dimensions, of which the second has n.
    pub struct Amos {
        name: "amos",
        title: "Amos",
        summary: "a rate and a weight decay that fall as the parameter has moved",
        paper: ("Tian, Parikh", 2022,
                "Amos: An Adam-style Optimizer with Adaptive Weight Decay towards Model-Oriented Scale",
                "https://arxiv.org/abs/2210.11693"),
        state: ["m", "v", "b"],
        letters: [c_coef = "c", d_coef = "d", extra_l2 = "λ"],
    }
    lr = 0.001, "rate of a parameter of scale 1";
    beta = 0.999, "share of the mean square v that is kept";
    momentum = 0.0, Accepts::BELOW_ONE, "share of the mean step m that is kept";
    extra_l2 = 0.0, Accepts::NON_NEGATIVE, "strength of a decay towards larger weights";
    c_coef = 0.25, Accepts::NON_NEGATIVE, "how fast the weight decay falls";
    d_coef = 0.25, Accepts::NON_NEGATIVE, "how fast the step falls";
    eps = 1e-18, "added to v";
}

impl Build for Amos {
    fn build(&self) -> Kernel {
        match self.momentum == 0.0 {
            true => self.kernel_of::<0>(),
            false => self.kernel_of::<1>(),
        }
    }
}

impl Amos {
    fn kernel_of<const SLOTS: usize>(&self) -> Kernel {
        let step = StepByAmos::<SLOTS> { amos: *self, scale: 0.5 };
        Kernel::sums(step).with_matrices(Kernel::tensor(AmosOfMatrix(step)))
    }
}

/// v ← βv + (1 − β)·mean(g²); r = (1 − βᵗ)/(v + ε); γ = lr²·r·mean(g²)/√(1 + c·√lr·b);
/// s = (ηlr·√r·g + (γ − λ)/2·W)/(1 + d·√(ηlr)·b); b ← b + γ(1 + b); W ← W − s, or W − m with a mean m of s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepByAmos<const SLOTS: usize> {
    /// The hyperparameters.
    pub amos: Amos,
    /// The scale η.
    pub scale: f64,
}

impl<const SLOTS: usize> SumRule<1> for StepByAmos<SLOTS> {
    type State<N: Number> = [N; SLOTS];
    type Constants<N: Number> = [N; 2];
    type Scalars<N: Number> = [N; 2];
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m"];
    const KEPT: &'static [&'static str] = &["v", "b"];

    fn prepare<N: Number>(&self, _: N::Wide, _: &[N::Wide]) -> [N; 2] {
        if SLOTS == 0 {
            return [N::zero(), N::one()];
        }
        let [momentum] = wide!(N, self.amos; momentum);
        [momentum, N::Wide::one() - momentum].map(N::from_wide)
    }

    #[inline(always)]
    fn terms<N: Number>(_: &[N; 2], g: N, _: N, _: &mut [N; SLOTS]) -> [[N; 2]; 1] {
        [[g, g]]
    }

    fn scalars<N: Number>(&self, t: N::Wide, sums: Sums<'_, N::Wide, 1>) -> [N; 2] {
        let [lr, beta, extra] = wide!(N, self.amos; lr, beta, extra_l2);
        let [c, d, eps] = wide!(N, self.amos; c_coef, d_coef, eps);
        let (one, half) = (N::Wide::one(), N::Wide::from_f64(0.5));
        let square = sums.of[0] / sums.count;
        let [v, b] = [sums.kept[0], sums.kept[1]];
        let v = beta * v + (one - beta) * square;
        let r = beta.one_minus_power(t) / (v + eps);
        let rate = lr * N::Wide::from_f64(self.scale);
        let gamma = (lr * lr * r * square / (one + c * lr.sqrt() * b).sqrt()).named("γ");
        let falling = one / (one + d * rate.sqrt() * b);
        sums.kept[0] = v;
        sums.kept[1] = b * (one + gamma) + gamma;
        [-(rate * r.sqrt() * falling), -(half * (gamma - extra) * falling)].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[kept, rest]: &[N; 2],
        &[of_g, of_w]: &[N; 2],
        g: N,
        w: N,
        slots: &mut [N; SLOTS],
    ) -> N {
        let step = of_g * g + of_w * w;
        let Some(m) = slots.first_mut() else { return step };
        *m = kept * *m + rest * step;
        *m
    }
}

/// The same for two or more dimensions.
#[derive(Clone)]
struct AmosOfMatrix<const SLOTS: usize>(StepByAmos<SLOTS>);

impl<const SLOTS: usize> TensorRule for AmosOfMatrix<SLOTS> {
    fn slots(&self) -> Vec<Slot> {
        Kernel::sums(self.0).slots()
    }

    fn text(&self) -> Option<&'static str> {
        Some(
            "the same, with √(2/columns) in the place of 0.5, or √(1/n) with n indices of the second of \
              more dimensions",
        )
    }

    fn step<R: Real>(&self, tensor: &mut Tensor<'_, R>) {
        let scale = match *tensor.shape() {
            [_, columns] => (2.0 / columns as f64).sqrt(),
            [_, second, ..] => (1.0 / second as f64).sqrt(),
            _ => self.0.scale,
        };
        tensor.step_sums(&StepByAmos { scale, ..self.0 });
    }
}

method! {
    /// FAdam: natural gradients by a diagonal Fisher information. Hwang, "FAdam: Adam is a natural gradient
    /// optimizer using diagonal empirical Fisher information" (2024), <https://arxiv.org/abs/2405.12807>.
    pub struct FAdam {
        name: "fadam",
        title: "FAdam",
        summary: "Adam as a natural gradient: gradient and weight decay over the Fisher information",
        paper: ("Hwang", 2024,
                "FAdam: Adam is a natural gradient optimizer using diagonal empirical Fisher information",
                "https://arxiv.org/abs/2405.12807"),
        state: ["m", "fim", "e"],
        letters: [eps_2 = "ε₂", clip = "d"],
    }
    lr = 0.001;
    beta1 = 0.9;
    beta2 = 0.999, "share of the Fisher information that is kept";
    weight_decay = 0.1, "decay along the natural gradient of the weights";
    clip = 1.0, Accepts::NON_NEGATIVE, "root mean square above which a natural gradient is scaled down";
    p = 0.5, Accepts::NON_NEGATIVE, "power of the Fisher information";
    eps = 1e-8, "added to the root of the Fisher information, at most";
    eps_2 = 0.01, Accepts::NON_NEGATIVE, "the same, as a share of the gradient's root mean square";
}

impl Build for FAdam {
    fn build(&self) -> Kernel {
        let lr = ScaleByLearningRate::new(self.lr);
        Kernel::sums_after(FAdamEps(*self), Around((), ScaleByFAdam(*self), lr))
    }
}

/// e ← min(ε, ε₂·rms(u))²ᵖ, with ε where the gradient is 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FAdamEps(pub FAdam);

impl SumRule<1> for FAdamEps {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = ();
    type Scalars<N: Number> = ();
    const RARE: bool = true;
    const KEPT: &'static [&'static str] = &["e"];

    fn prepare<N: Number>(&self, _: N::Wide, _: &[N::Wide]) {}

    #[inline(always)]
    fn terms<N: Number>((): &(), u: N, _: N, _: &mut [N; 2]) -> [[N; 2]; 1] {
        [[u, u]]
    }

    fn scalars<N: Number>(&self, _: N::Wide, sums: Sums<'_, N::Wide, 1>) {
        let [eps, share, p] = wide!(N, self.0; eps, eps_2, p);
        let rms = (sums.of[0] / sums.count).sqrt();
        let least = rms.where_zero(eps, eps.min(share * rms));
        sums.kept[0] = least.powf(p + p);
    }

    #[inline(always)]
    fn apply<N: Number>((): &(), (): &(), u: N, _: N, _: &mut [N; 2]) -> N {
        u
    }
}

/// fim is the mean of u² without bias, fim ← fim + (u² − fim)(1 − β₂)/(1 − β₂ᵗ); f = fimᵖ + e; n = u/f and
/// w = W/f, each scaled down to a root mean square of d; m ← β₁m + (1 − β₁)n; u ← m + λw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByFAdam(pub FAdam);

impl ScaleByFAdam {
    /// The size that gradient and weight are divided by.
    #[inline(always)]
    fn size<N: Number>([_, _, b2, c2, p, e]: &[N; 6], u: N, fim: &mut N) -> N {
        *fim = *b2 * *fim + *c2 * (u * u);
        fim.powf(*p) + *e
    }
}

impl SumRule<2> for ScaleByFAdam {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = [N; 6];
    type Scalars<N: Number> = [N; 2];
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m", "fim"];
    const KEPT: &'static [&'static str] = &["e"];

    fn prepare<N: Number>(&self, t: N::Wide, kept: &[N::Wide]) -> [N; 6] {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let ([p], one) = (wide!(N, self.0; p), moments.one);
        let share = (one - moments.beta2) / moments.correction2;
        [moments.beta1, one - moments.beta1, one - share, share, p, kept[0]].map(N::from_wide)
    }

    #[inline(always)]
    fn terms<N: Number>(c: &[N; 6], u: N, w: N, [_, fim]: &mut [N; 2]) -> [[N; 2]; 2] {
        let size = Self::size(c, u, fim);
        let (natural, weight) = (u / size, w / size);
        [[natural, natural], [weight, weight]]
    }

    fn scalars<N: Number>(&self, _: N::Wide, sums: Sums<'_, N::Wide, 2>) -> [N; 2] {
        let [clip, decay] = wide!(N, self.0; clip, weight_decay);
        let one = N::Wide::one();
        let [gradient, weight] =
            sums.of.map(|square| one / one.max((square / sums.count).sqrt() / clip));
        [gradient, weight * decay].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        c: &[N; 6],
        &[scale, decay]: &[N; 2],
        u: N,
        w: N,
        [m, fim]: &mut [N; 2],
    ) -> N {
        let size = Self::size(c, u, fim);
        *m = c[0] * *m + c[1] * (scale * (u / size));
        *m + decay * (w / size)
    }
}
