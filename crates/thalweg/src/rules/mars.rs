//! MARS: moments of gradients whose variance is reduced by the gradient before.

use super::cautious;
use super::common::*;
use crate::settings::words;

words! {
    /// What MARS makes of the corrected gradient.
    MarsType {
        /// The step of AdamW.
        #[default]
        AdamW = "adamw",
        /// The sign of the mean, as in Lion.
        Lion = "lion",
    }
}

method! {
    /// MARS: AdamW or Lion of gradients that are corrected by their change since the last step. Yuan et al.,
    /// "MARS: Unleashing the Power of Variance Reduction for Training Large Models" (2024),
    /// <https://arxiv.org/abs/2411.10438>, in its approximate form, which needs one gradient a step.
    ///
    /// Parameters of one dimension take a step of AdamW with rates of their own, unless `optimize_1d` is on.
    pub struct Mars {
        name: "mars",
        title: "MARS",
        summary: "AdamW of gradients that are corrected by their change since the last step",
        paper: ("Yuan et al.", 2024,
                "MARS: Unleashing the Power of Variance Reduction for Training Large Models",
                "https://arxiv.org/abs/2411.10438"),
        state: ["m", "v", "v_max", "g_last", "scale"],
        letters: [gamma = "γ", lr_1d = "lr₁", beta1_1d = "β₁", beta2_1d = "β₂", weight_decay_1d = "λ"],
    }
    lr = 0.003;
    beta1 = 0.95;
    beta2 = 0.99;
    gamma = 0.025, Accepts::NON_NEGATIVE, "strength of the correction";
    mars_type: MarsType = MarsType::AdamW, MarsType::ACCEPTS, "what is made of the corrected gradient";
    optimize_1d: bool = false, Accepts::Flag, "whether parameters of one dimension are stepped alike";
    lr_1d = 0.003, Accepts::NON_NEGATIVE, "learning rate in one dimension";
    beta1_1d = 0.9, Accepts::BELOW_ONE, "beta1 in one dimension";
    beta2_1d = 0.95, Accepts::BELOW_ONE, "beta2 in one dimension";
    weight_decay = 0.0, decoupled!();
    weight_decay_1d = 0.1, Accepts::NON_NEGATIVE, "weight decay in one dimension";
    amsgrad: bool = false;
    cautious: bool = false;
    eps = 1e-8;
}

impl Build for Mars {
    fn build(&self) -> Kernel {
        let matrices = match (self.mars_type, self.amsgrad) {
            (MarsType::Lion, _) => self.corrected::<2>(),
            (MarsType::AdamW, false) => self.corrected::<3>(),
            (MarsType::AdamW, true) => self.corrected::<4>(),
        };
        if self.optimize_1d {
            return matrices;
        }
        let after = StepByMars1d(*self);
        let vectors = match self.amsgrad {
            false => cautious::kernel(self.cautious, (), ScaleByMars1d::<2>(*self), after),
            true => cautious::kernel(self.cautious, (), ScaleByMars1d::<3>(*self), after),
        };
        vectors.with_matrices(matrices)
    }
}

impl Mars {
    fn corrected<const SLOTS: usize>(&self) -> Kernel {
        let decay = AddDecayedWeights { weight_decay: self.weight_decay };
        let after = chain!(decay, ScaleByLearningRate::new(self.lr));
        let (first, rule) = (MarsNorm::<SLOTS>(*self), ScaleByMars::<SLOTS>(*self));
        match self.cautious {
            false => Kernel::sums_after::<_, 1, _, 0>(first, Around((), rule, after)),
            true => Kernel::sums_after::<_, 1, _, 1>(first, Around((), rule, after)),
        }
    }

    /// γβ₁/(1 − β₁).
    fn strength<N: Number>(&self) -> N::Wide {
        let [gamma, beta1] = wide!(N, self; gamma, beta1);
        gamma * (beta1 / (N::Wide::one() - beta1))
    }
}

/// The corrected gradient c = u + γβ₁/(1 − β₁)·(u − g_last), before it is scaled to a norm of at most 1.
#[inline(always)]
fn corrected<N: Number>(strength: N, u: N, last: N) -> N {
    u + strength * (u - last)
}

/// scale ← 1/max(1, ‖c‖) with the corrected gradient c.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MarsNorm<const SLOTS: usize>(pub Mars);

impl<const SLOTS: usize> SumRule<1> for MarsNorm<SLOTS> {
    type State<N: Number> = [N; SLOTS];
    type Constants<N: Number> = N;
    type Scalars<N: Number> = ();
    const RARE: bool = true;
    const KEPT: &'static [&'static str] = &["scale"];

    fn prepare<N: Number>(&self, _: N::Wide, _: &[N::Wide]) -> N {
        N::from_wide(self.0.strength::<N>())
    }

    #[inline(always)]
    fn terms<N: Number>(&strength: &N, u: N, _: N, slots: &mut [N; SLOTS]) -> [[N; 2]; 1] {
        let c = corrected(strength, u, slots[SLOTS - 1]).named("c");
        [[c, c]]
    }

    fn scalars<N: Number>(&self, _: N::Wide, sums: Sums<'_, N::Wide, 1>) {
        let one = N::Wide::one();
        sums.kept[0] = one / one.max(sums.of[0].sqrt());
    }

    #[inline(always)]
    fn apply<N: Number>(_: &N, (): &(), u: N, _: N, _: &mut [N; SLOTS]) -> N {
        u
    }
}

/// c = scale·(u + γβ₁/(1 − β₁)·(u − g_last)); m ← β₁m + (1 − β₁)c; v ← β₂v + (1 − β₂)c²; g_last ← u;
/// u ← √(1 − β₂ᵗ)/(1 − β₁ᵗ)·m/(√(v + 10⁻¹⁵) + ε), or sign(m) with two slots. With four of them, v is the
/// largest one so far. With a sum, no element moves against its gradient.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByMars<const SLOTS: usize>(pub Mars);

/// The constants of a step of MARS.
#[derive(Debug, Clone, Copy)]
pub struct MarsConstants<N> {
    strength: N,
    /// What scales c.
    scale: N,
    shares: [N; 4],
    correction: N,
    root: N,
    eps: N,
}

impl<const SLOTS: usize> ScaleByMars<SLOTS> {
    #[inline(always)]
    fn update<N: Number>(c: &MarsConstants<N>, u: N, slots: &mut [N; SLOTS]) -> N {
        let [b1, c1, b2, c2] = c.shares;
        let corrected = c.scale * corrected(c.strength, u, slots[SLOTS - 1]);
        slots[SLOTS - 1] = u;
        slots[0] = b1 * slots[0] + c1 * corrected;
        if SLOTS == 2 {
            return slots[0].sign();
        }
        slots[1] = b2 * slots[1] + c2 * (corrected * corrected);
        if SLOTS == 4 {
            slots[2] = slots[2].max(slots[1]);
        }
        c.correction * slots[0] / ((slots[SLOTS - 2] + c.root).sqrt() + c.eps)
    }

    /// 1 where the mean has the gradient's sign, else 0.
    #[inline(always)]
    fn mask<N: Number>(u: N, update: N) -> N {
        is_positive(update.sign() * u.sign()).named("φ")
    }
}

impl<const SLOTS: usize, const K: usize> SumRule<K> for ScaleByMars<SLOTS> {
    type State<N: Number> = [N; SLOTS];
    type Constants<N: Number> = MarsConstants<N>;
    type Scalars<N: Number> = N;
    const RARE: bool = true;
    const KEPT: &'static [&'static str] = &["scale"];

    fn slots(&self) -> Vec<Slot> {
        Slot::list(match SLOTS {
            2 => &["m", "g_last"],
            3 => &["m", "v", "g_last"],
            _ => &["m", "v", "v_max", "g_last"],
        })
    }

    fn prepare<N: Number>(&self, t: N::Wide, kept: &[N::Wide]) -> MarsConstants<N> {
        let moments = Moments::new(wide!(N, self.0; beta1, beta2), t);
        let [eps] = wide!(N, self.0; eps);
        MarsConstants {
            strength: N::from_wide(self.0.strength::<N>()),
            scale: N::from_wide(kept[0]),
            shares: moments.shares().map(N::from_wide),
            correction: N::from_wide(moments.folded()),
            root: N::from_f64(ROOT),
            eps: N::from_wide(eps),
        }
    }

    #[inline(always)]
    fn terms<N: Number>(c: &MarsConstants<N>, u: N, _: N, slots: &mut [N; SLOTS]) -> [[N; 2]; K] {
        let mask = Self::mask(u, Self::update(c, u, slots));
        [[mask, mask]; K]
    }

    fn scalars<N: Number>(&self, _: N::Wide, sums: Sums<'_, N::Wide, K>) -> N {
        let one = N::Wide::one();
        N::from_wide(match sums.of.first() {
            Some(&sum) => one / cautious::least_mean::<N>().max(sum / sums.count),
            None => one,
        })
    }

    #[inline(always)]
    fn apply<N: Number>(c: &MarsConstants<N>, &scale: &N, u: N, _: N, slots: &mut [N; SLOTS]) -> N {
        let update = Self::update(c, u, slots);
        if K == 0 { update } else { update * (scale * Self::mask(u, update)) }
    }
}

/// The step in one dimension: m ← β₁m + (1 − β₁)u; v ← β₂v + (1 − β₂)u²;
/// u ← √(1 − β₂ᵗ)/(1 − β₁ᵗ)·m/(√(v + 10⁻¹⁵) + ε). With a third slot, v is the largest one so far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByMars1d<const SLOTS: usize>(pub Mars);

impl<const SLOTS: usize> Rule for ScaleByMars1d<SLOTS> {
    type State<N: Number> = [N; SLOTS];
    type Constants<N: Number> = [N; 7];
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m", "v", "v_max"];

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 7] {
        let moments = Moments::new(wide!(N, self.0; beta1_1d, beta2_1d), t);
        let ([b1, c1, b2, c2], [eps]) = (moments.shares(), wide!(N, self.0; eps));
        [b1, c1, b2, c2, moments.folded(), N::Wide::from_f64(ROOT), eps].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[b1, c1, b2, c2, scale, root, eps]: &[N; 7],
        u: N,
        _: N,
        slots: &mut [N; SLOTS],
    ) -> N {
        slots[0] = b1 * slots[0] + c1 * u;
        let v = second_moment([b2, c2], u, slots);
        scale * slots[0] / ((v + root).sqrt() + eps)
    }
}

/// u ← −lr₁·(u + λ₁W) with the rate and the weight decay of one dimension.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepByMars1d(pub Mars);

impl Rule for StepByMars1d {
    type State<N: Number> = ();
    type Constants<N: Number> = [N; 2];
    const RARE: bool = true;

    fn prepare<N: Number>(&self, _: N::Wide) -> [N; 2] {
        wide!(N, self.0; lr_1d, weight_decay_1d).map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(&[lr, decay]: &[N; 2], u: N, w: N, (): &mut ()) -> N {
        -lr * (u + decay * w)
    }
}
