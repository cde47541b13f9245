//! Lion: the sign of an interpolated momentum.

use super::cautious;
use super::common::*;

method! {
    /// Lion. Chen et al., "Symbolic Discovery of Optimization Algorithms" (2023), Algorithm 2,
    /// <https://arxiv.org/abs/2302.06675>.
    pub struct Lion {
        name: "lion", title: "Lion",
        summary: "a step of one length in every element, along the sign of its momentum",
        paper: ("Chen et al.", 2023, "Symbolic Discovery of Optimization Algorithms", "https://arxiv.org/abs/2302.06675"),
        state: ["m"],
    }
    lr = 1e-4; beta1 = 0.9, "share of m in the direction"; beta2 = 0.99, "share of m that is kept"; weight_decay = 0.0, decoupled!(); cautious: bool = false;
}

impl Build for Lion {
    fn build(&self) -> Kernel {
        let decay = AddDecayedWeights { weight_decay: self.weight_decay };
        let after = chain!(decay, ScaleByLearningRate::new(self.lr));
        cautious::kernel(self.cautious, (), ScaleByLion(*self), after)
    }
}

/// c = β₁m + (1 − β₁)u; m ← β₂m + (1 − β₂)u; u ← sign(c), with the β₁ and β₂ of a [`Lion`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByLion(pub Lion);

impl Rule for ScaleByLion {
    type State<N: Number> = [N; 1];
    type Constants<N: Number> = [N; 4];
    const SLOT_NAMES: &'static [&'static str] = &["m"];

    fn prepare<N: Number>(&self, _: N::Wide) -> [N; 4] {
        let [b1, b2] =
            [N::hyperparameter(self.0.beta1, "beta1"), N::hyperparameter(self.0.beta2, "beta2")];
        [b1, N::Wide::one() - b1, b2, N::Wide::one() - b2].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(&[b1, c1, b2, c2]: &[N; 4], u: N, _: N, [m]: &mut [N; 1]) -> N {
        let c = (b1 * *m + c1 * u).named("c");
        *m = b2 * *m + c2 * u;
        c.sign()
    }
}
