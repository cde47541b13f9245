//! LARS and LAMB: step lengths proportional to the parameter's norm.

use super::adam::{BiasCorrection, ScaleByAdam};
use super::common::*;
use super::sgd::Trace;

/// u ← r·A(u) with the trust ratio r = c·‖W‖ / (‖A(u)‖ + ε), for a rule A; r is 1 where one of the norms
/// is 0.
///
/// Reference: You, Gitman, Ginsburg, "Large Batch Training of Convolutional Networks" (2017),
/// <https://arxiv.org/abs/1708.03888>.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrustRatio<A> {
    /// Rule A: computes the update whose length is set.
    pub rule: A,
    /// The share c of the parameter's norm.
    pub trust_coefficient: f64,
    /// ε, added to the norm of the update; `None` adds nothing.
    pub eps: Option<f64>,
}

impl<A: Rule> SumRule<2> for TrustRatio<A> {
    type State<N: Number> = A::State<N>;
    type Constants<N: Number> = A::Constants<N>;
    type Scalars<N: Number> = N;

    fn slots(&self) -> Vec<Slot> {
        self.rule.slots()
    }

    fn prepare<N: Number>(&self, t: N::Wide, _: &[N::Wide]) -> A::Constants<N> {
        self.rule.prepare::<N>(t)
    }

    #[inline(always)]
    fn terms<N: Number>(c: &A::Constants<N>, u: N, w: N, state: &mut A::State<N>) -> [[N; 2]; 2] {
        let u = A::apply(c, u, w, state).named("u");
        [[w, w], [u, u]]
    }

    fn scalars<N: Number>(&self, _: N::Wide, sums: Sums<'_, N::Wide, 2>) -> N {
        let [parameter, update] = sums.of.map(N::Wide::sqrt);
        let c = N::hyperparameter(self.trust_coefficient, "trust_coefficient");
        let eps = self.eps.map_or(N::Wide::zero(), |eps| N::hyperparameter(eps, "eps"));
        let (one, ratio) = (N::Wide::one(), c * parameter / (update + eps));
        let ratio = parameter.where_zero(one, update.where_zero(one, ratio)).named("r");
        N::from_wide(ratio)
    }

    #[inline(always)]
    fn apply<N: Number>(c: &A::Constants<N>, &ratio: &N, u: N, w: N, state: &mut A::State<N>) -> N {
        ratio * A::apply(c, u, w, state).named("u")
    }
}

method! {
    /// LARS: momentum with step lengths proportional to the parameter's norm, for large batches.
    /// Each parameter counts as a layer; exclude biases and normalisation layers with a
    /// [`Group`](crate::Group).
    ///
    /// Reference: You, Gitman, Ginsburg, "Large Batch Training of Convolutional Networks" (2017),
    /// <https://arxiv.org/abs/1708.03888>; the order of operations is optax's.
    pub struct Lars {
        name: "lars",
        title: "LARS",
        summary: "momentum whose steps are a share of each parameter's norm",
        paper: ("You, Gitman, Ginsburg", 2017, "Large Batch Training of Convolutional Networks",
                "https://arxiv.org/abs/1708.03888"),
        state: ["velocity"],
    }
    lr = 0.01;
    momentum = 0.9;
    nesterov: bool = false;
    trust_coefficient = 0.001;
    eps = 0.0, "added to the norm of the update";
    weight_decay = 0.0;
}

impl Build for Lars {
    fn build(&self) -> Kernel {
        let &Self { lr, momentum, nesterov, trust_coefficient, eps, weight_decay } = self;
        let trace = Trace { momentum, nesterov, ..Trace::default() };
        let rule = AddDecayedWeights { weight_decay };
        let ratio = TrustRatio { rule, trust_coefficient, eps: Some(eps) };
        Kernel::sums(Around((), ratio, chain!(ScaleByLearningRate::new(lr), trace)))
    }
}

method! {
    /// LAMB: AdamW with steps of length lr·‖W‖, for large batches.
    ///
    /// Reference: You et al., "Large Batch Optimization for Deep Learning: Training BERT in 76
    /// minutes" (2020), Algorithm 2, <https://arxiv.org/abs/1904.00962>.
    pub struct Lamb {
        name: "lamb",
        title: "LAMB",
        summary: "AdamW whose steps are a share of each parameter's norm",
        paper: ("You et al.", 2020,
                "Large Batch Optimization for Deep Learning: Training BERT in 76 minutes",
                "https://arxiv.org/abs/1904.00962"),
        state: ["m", "v"],
    }
    lr = 0.001;
    beta1 = 0.9;
    beta2 = 0.999;
    eps = 1e-6;
    eps_root = 0.0;
    weight_decay = 0.0, decoupled!();
}

impl Build for Lamb {
    fn build(&self) -> Kernel {
        let &Self { lr, beta1, beta2, eps, eps_root, weight_decay } = self;
        let bias_correction = BiasCorrection::Full;
        let adam = ScaleByAdam { beta1, beta2, eps, eps_root, bias_correction };
        let rule = chain!(adam, AddDecayedWeights { weight_decay });
        let ratio = TrustRatio { rule, trust_coefficient: 1.0, eps: None };
        Kernel::sums(Around((), ratio, ScaleByLearningRate::new(lr)))
    }
}
