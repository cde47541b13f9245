//! What every family of rules imports.

pub(super) use super::basic::{AddDecayedWeights, ScaleByLearningRate};
pub(super) use crate::engine::{Kernel, MatrixRule, MatrixView, Sides, Summed, Tensor, TensorRule};
pub(super) use crate::method::Build;
pub(super) use crate::number::{Number, Wide};
pub(super) use crate::rule::{Chain, Rule, Slot};
pub(super) use crate::settings::Accepts;
pub(super) use crate::settings::decoupled;
pub(super) use crate::storage::Real;
pub(super) use crate::sum_rule::{Around, SumRule, Sums};
pub(super) use crate::{chain, hyperparameters, method};

/// Hyperparameters of a struct in the wide type of `N`, by name: `wide!(N, self; beta1, eps)` is an
/// array of two.
macro_rules! wide {
    ($N:ident, $of:expr; $($name:ident),+) => {
        [$($N::hyperparameter($of.$name, stringify!($name))),+]
    };
}
pub(super) use wide;

/// A chain with weight decay before or after a rule, as [`decayed`] makes it.
pub(super) type Decayed<T> = Chain<
    Option<AddDecayedWeights>,
    Chain<T, Chain<Option<AddDecayedWeights>, ScaleByLearningRate>>,
>;

/// Weight decay before an adaptive rule, as an L2 penalty, or after it.
pub(super) fn decays(weight_decay: f64, decoupled: bool) -> [Option<AddDecayedWeights>; 2] {
    let decay = AddDecayedWeights { weight_decay };
    if decoupled { [None, Some(decay)] } else { [Some(decay), None] }
}

/// The L2 penalty that is added to gradients, and the share of the weights that a step takes: one of them is 0.
pub(super) fn coupled_or_decay(weight_decay: f64, lr: f64, decoupled: bool) -> [f64; 2] {
    if decoupled { [0.0, lr * weight_decay] } else { [weight_decay, 0.0] }
}

/// A rule with a learning rate and a weight decay that is an L2 penalty, or decoupled: one chain, and
/// so one compiled loop, for both.
pub(super) fn decayed<T: Rule>(rule: T, lr: f64, weight_decay: f64, decoupled: bool) -> Decayed<T> {
    let [before, after] = decays(weight_decay, decoupled);
    chain!(before, rule, after, ScaleByLearningRate::new(lr))
}

/// `then` where x is above 0, else `otherwise`.
pub(super) fn where_positive<W: Wide>(x: W, then: W, otherwise: W) -> W {
    W::zero().max(x.sign()).where_zero(otherwise, then)
}

/// 1 where x is above 0, else 0.
#[inline(always)]
pub(super) fn is_positive<N: Number>(x: N) -> N {
    N::zero().max(x.sign())
}

/// What pytorch-optimizer adds inside a root.
pub(super) const ROOT: f64 = 1e-15;

/// v ← β₂v + (1 − β₂)u² in the second of the slots m, v, v_max; where there is a third one, it becomes the
/// largest v. Gives the last of them.
#[inline(always)]
pub(super) fn second_moment<N: Number, const SLOTS: usize>(
    [b2, c2]: [N; 2],
    u: N,
    slots: &mut [N; SLOTS],
) -> N {
    slots[1] = b2 * slots[1] + c2 * (u * u);
    if SLOTS == 3 {
        slots[2] = slots[2].max(slots[1]);
    }
    slots[SLOTS - 1]
}

/// 1 at the first step, else 0, and the other way round: to keep what was there before the first step.
pub(super) fn first_and_later<W: Wide>(t: W) -> [W; 2] {
    [W::at_first(t, W::one(), W::zero()), W::at_first(t, W::zero(), W::one())]
}

/// lr·λ of decoupled weight decay, else 0.
pub(super) fn decay_after<N: Number>(lr: N::Wide, weight_decay: f64, decoupled: bool) -> N::Wide {
    let decay = lr * N::hyperparameter(weight_decay, "weight_decay");
    if decoupled { decay } else { N::Wide::zero() }
}

/// The decay rates of an Adam, with the corrections of what starts at 0.
pub(super) struct Moments<W> {
    pub(super) one: W,
    pub(super) beta1: W,
    pub(super) beta2: W,
    /// 1 − β₁ᵗ and 1 − β₂ᵗ.
    pub(super) correction1: W,
    pub(super) correction2: W,
}

impl<W: Wide> Moments<W> {
    pub(super) fn new([beta1, beta2]: [W; 2], t: W) -> Self {
        let (correction1, correction2) = (beta1.one_minus_power(t), beta2.one_minus_power(t));
        Self { one: W::one(), beta1, beta2, correction1, correction2 }
    }

    /// β₁, 1 − β₁, β₂, 1 − β₂.
    pub(super) fn shares(&self) -> [W; 4] {
        [self.beta1, self.one - self.beta1, self.beta2, self.one - self.beta2]
    }

    /// √(1 − β₂ᵗ)/(1 − β₁ᵗ): both corrections in one factor.
    pub(super) fn folded(&self) -> W {
        self.correction2.sqrt() / self.correction1
    }

    /// The factors of m and of u in m̂, with Nesterov's look ahead on request.
    pub(super) fn direction(&self, nesterov: bool, t: W) -> [W; 2] {
        if !nesterov {
            return [self.one / self.correction1, W::zero()];
        }
        let ahead = self.beta1 / self.beta1.one_minus_power(t + self.one);
        [ahead, (self.one - self.beta1) / self.correction1]
    }
}
