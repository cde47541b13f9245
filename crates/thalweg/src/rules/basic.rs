//! Rules without state.

use crate::hyperparameters;
use crate::number::Number;
use crate::rule::Rule;
use crate::settings::{Hyperparameter, Value};

/// u ← u.
impl Rule for () {
    type State<N: Number> = ();
    type Constants<N: Number> = ();

    fn prepare<N: Number>(&self, _: N::Wide) {}

    #[inline(always)]
    fn apply<N: Number>((): &(), u: N, _: N, (): &mut ()) -> N {
        u
    }
}

/// u ← −η·u with the learning rate η = lr/(1 + lr_decay·(t − 1)): turns a gradient into a descent
/// step.
///
/// Reference for the decay: Bottou, "Stochastic Gradient Learning in Neural Networks" (1991).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByLearningRate {
    /// The learning rate of the first step.
    pub lr: f64,
    /// How fast it decays; 0 for a constant learning rate.
    pub lr_decay: f64,
}

impl ScaleByLearningRate {
    /// A constant learning rate.
    pub fn new(lr: f64) -> Self {
        Self { lr, lr_decay: 0.0 }
    }
}

impl Rule for ScaleByLearningRate {
    type State<N: Number> = ();
    type Constants<N: Number> = N;
    hyperparameters!(lr; lr_decay);

    fn prepare<N: Number>(&self, t: N::Wide) -> N {
        let one = N::Wide::one();
        let decay = N::hyperparameter(self.lr_decay, "lr_decay");
        N::from_wide(-N::hyperparameter(self.lr, "lr") / (one + (t - one) * decay))
    }

    #[inline(always)]
    fn apply<N: Number>(&factor: &N, u: N, _: N, (): &mut ()) -> N {
        factor * u
    }
}

/// u ← c·u.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale(
    /// The factor c.
    pub f64,
);

impl Rule for Scale {
    type State<N: Number> = ();
    type Constants<N: Number> = N;

    fn prepare<N: Number>(&self, _: N::Wide) -> N {
        N::from_wide(N::Wide::from_f64(self.0))
    }

    #[inline(always)]
    fn apply<N: Number>(&factor: &N, u: N, _: N, (): &mut ()) -> N {
        factor * u
    }
}

/// u ← u + λ·W, with the weight decay λ.
///
/// Before an adaptive rule it is the gradient of an L2 penalty ("coupled"); after it the weights
/// shrink independently of the gradient ("decoupled", as in AdamW).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AddDecayedWeights {
    /// The weight decay λ.
    pub weight_decay: f64,
}

impl Rule for AddDecayedWeights {
    type State<N: Number> = ();
    type Constants<N: Number> = N;
    hyperparameters!(weight_decay);

    fn prepare<N: Number>(&self, _: N::Wide) -> N {
        N::from_wide(N::hyperparameter(self.weight_decay, "weight_decay"))
    }

    #[inline(always)]
    fn apply<N: Number>(&weight_decay: &N, u: N, w: N, (): &mut ()) -> N {
        u + weight_decay * w
    }
}

/// `None` adds nothing: a place for weight decay in a chain that a method does not use.
///
/// Methods of a family that differ in where they decay share one chain, and so one compiled loop.
impl Rule for Option<AddDecayedWeights> {
    type State<N: Number> = ();
    type Constants<N: Number> = N;

    fn prepare<N: Number>(&self, t: N::Wide) -> N {
        self.map_or(N::zero(), |decay| decay.prepare::<N>(t))
    }

    #[inline(always)]
    fn apply<N: Number>(weight_decay: &N, u: N, w: N, state: &mut ()) -> N {
        AddDecayedWeights::apply(weight_decay, u, w, state)
    }

    fn hyperparameters(&self) -> Vec<(Hyperparameter, Value)> {
        self.map_or(Vec::new(), |decay| Rule::hyperparameters(&decay))
    }

    fn assign(&mut self, name: &str, value: &Value) -> bool {
        self.as_mut().is_some_and(|decay| decay.assign(name, value))
    }
}
