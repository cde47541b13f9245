//! Mechanic: a learned scale of another method's steps.

use super::adam::{BiasCorrection, ScaleByAdam};
use super::common::*;
use crate::settings::words;

words! {
    /// The method whose steps [`Mechanic`] scales.
    Base {
        /// Adam.
        #[default]
        Adam = "adam",
        /// Gradient descent.
        Sgd = "sgd",
    }
}

method! {
    /// Mechanic: the steps of Adam or of gradient descent, summed up and scaled by a factor S that is learned.
    /// Cutkosky, Defazio, Mehta, "Mechanic: A Learning Rate Tuner" (2023), <https://arxiv.org/abs/2306.00144>,
    /// with the authors' later bound on h. All parameters have one factor.
    pub struct Mechanic {
        name: "mechanic",
        title: "Mechanic",
        summary: "Adam or gradient descent, whose summed steps have a learned scale",
        paper: ("Cutkosky, Defazio, Mehta", 2023, "Mechanic: A Learning Rate Tuner",
                "https://arxiv.org/abs/2306.00144"),
        state: ["start", "m", "v",
                "r1", "r2", "r3", "r4", "r5", "r6", "m1", "m2", "m3", "m4", "m5", "m6",
                "v1", "v2", "v3", "v4", "v5", "v6", "s1", "s2", "s3", "s4", "s5", "s6"],
        letters: [eps_s = "ε_s", s_init = "s₀", num_betas = "n"],
    }
    base: Base = Base::Adam, Base::ACCEPTS, "method whose steps are scaled";
    lr = 1.0, "rate of the scaled method: its schedule matters, not its size";
    beta1 = 0.9;
    beta2 = 0.999;
    eps = 1e-8;
    weight_decay = 0.01, "share of ‖g‖/‖W‖·S of the weights that is added to the gradient from which S is learned";
    eps_s = 1e-8, Accepts::NON_NEGATIVE, "added to what S is divided by";
    s_init = 1e-6, Accepts::NON_NEGATIVE, "first factor, of each of the six or fewer that are summed";
    num_betas: u64 = 6, Accepts::STEPS, "factors that are learned, each with a longer memory; six at most";
}

impl Build for Mechanic {
    fn build(&self) -> Kernel {
        let &Self { lr, beta1, beta2, eps, .. } = self;
        let lr = ScaleByLearningRate::new(lr);
        let bias_correction = BiasCorrection::Full;
        let adam = ScaleByAdam { beta1, beta2, eps, eps_root: 0.0, bias_correction };
        match self.base {
            Base::Adam => Kernel::over_model(StepByMechanic(*self, chain!(adam, lr))),
            Base::Sgd => Kernel::over_model(StepByMechanic(*self, lr)),
        }
    }

    fn consistent(&self) -> Result<(), &'static str> {
        match self.num_betas > MOST as u64 {
            true => Err("num_betas is at most 6"),
            false => Ok(()),
        }
    }
}

/// Factors, at most.
const MOST: usize = 6;

/// What is kept of each of the factors i = 1 … n, with β = 1 − 10⁻ⁱ: r, m, v and s.
const R: usize = 0;
const M: usize = MOST;
const V: usize = 2 * MOST;
const S: usize = 3 * MOST;

/// Δ = (W₀ − W)/(S + ε); h = ⟨g + λS‖g‖/(‖W‖ + ε)·W, Δ⟩; for each factor r ← βr + clamp(h, ±m)·s,
/// m ← max(βm, |h| + ε), v ← β²v + h², s ← (s₀/n·m + max(r, 0))/(√v + ε); S = ∑s, of before in Δ;
/// W ← W₀ − S(Δ − u) for the step u of a rule.
#[derive(Debug, Clone, Copy, PartialEq)]
struct StepByMechanic<B>(Mechanic, B);

impl<B> StepByMechanic<B> {
    /// S, from what is kept.
    fn scale<W: Wide>(&self, kept: &[W]) -> W {
        let (first, rest) = (kept[S], &kept[S + 1..S + self.0.num_betas as usize]);
        rest.iter().fold(first, |sum, s| sum + *s)
    }
}

impl<B: Rule> SumRule<4> for StepByMechanic<B> {
    type State<N: Number> = ([N; 1], B::State<N>);
    type Constants<N: Number> = ([N; 2], B::Constants<N>);
    /// 1 − S/(S_before + ε), and S.
    type Scalars<N: Number> = [N; 2];
    const RARE: bool = true;
    const KEPT: &'static [&'static str] = &[
        "r1", "r2", "r3", "r4", "r5", "r6", "m1", "m2", "m3", "m4", "m5", "m6", "v1", "v2", "v3",
        "v4", "v5", "v6", "s1", "s2", "s3", "s4", "s5", "s6",
    ];

    fn slots(&self) -> Vec<Slot> {
        let mut slots = Slot::list(&["start"]);
        slots.extend(self.1.slots());
        slots
    }

    fn kept(&self) -> Vec<Slot> {
        let (zero, first) = Self::KEPT.split_at(S);
        let mut slots = Slot::list(zero);
        let first = first.iter().map(|name| Slot::new(name));
        slots.extend(first.map(|slot| slot.starting_at_hyperparameter(self.0.s_init, "s_init")));
        slots
    }

    fn prepare<N: Number>(&self, t: N::Wide, _: &[N::Wide]) -> Self::Constants<N> {
        (first_and_later(t).map(N::from_wide), self.1.prepare::<N>(t))
    }

    #[inline(always)]
    fn terms<N: Number>(
        ([first, later], _): &Self::Constants<N>,
        g: N,
        w: N,
        ([start], _): &mut Self::State<N>,
    ) -> [[N; 2]; 4] {
        let way = *first * w + *later * *start - w;
        [[g, g], [w, w], [g, way], [w, way]]
    }

    fn scalars<N: Number>(&self, _: N::Wide, sums: Sums<'_, N::Wide, 4>) -> [N; 2] {
        let [decay, eps, s_init] = wide!(N, self.0; weight_decay, eps_s, s_init);
        let n = N::hyperparameter(self.0.num_betas as f64, "num_betas");
        let (zero, one) = (N::Wide::zero(), N::Wide::one());
        let ([g, w, along_g, along_w], kept) = (sums.of, sums.kept);
        let before = self.scale(kept).named("S′");
        let decay = decay * before * g.sqrt() / (w.sqrt() + eps);
        let h = ((along_g + decay * along_w) / (before + eps)).named("h");
        for i in 0..self.0.num_betas as usize {
            let beta = one - N::Wide::from_f64(0.1_f64.powi(i as i32 + 1));
            let clamped = h.min(kept[M + i]).max(-kept[M + i]);
            kept[R + i] = beta * kept[R + i] + clamped * kept[S + i];
            kept[M + i] = (beta * kept[M + i]).max(h.abs() + eps);
            kept[V + i] = beta * beta * kept[V + i] + h * h;
            let wealth = s_init / n * kept[M + i] + zero.max(kept[R + i]);
            kept[S + i] = wealth / (kept[V + i].sqrt() + eps);
        }
        let scale = self.scale(kept).named("S");
        [one - scale / (before + eps), scale].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        ([first, later], base): &Self::Constants<N>,
        &[back, scale]: &[N; 2],
        g: N,
        w: N,
        ([start], state): &mut Self::State<N>,
    ) -> N {
        *start = *first * w + *later * *start;
        back * (*start - w) + scale * B::apply(base, g, w, state)
    }
}
