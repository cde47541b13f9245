//! Stochastic gradient descent and momentum.

use super::common::*;

/// Momentum: the velocity b ← μ·b + (1 − τ)·u replaces the update; with Nesterov momentum u + μ·b
/// does.
///
/// At a parameter's first step b is u itself, without dampening, as in PyTorch; where momentum is
/// switched on later, b starts at 0, with dampening.
///
/// References: Polyak, "Some methods of speeding up the convergence of iteration methods" (1964),
/// <https://doi.org/10.1016/0041-5553(64)90137-5>; Sutskever et al., "On the importance of
/// initialization and momentum in deep learning" (2013),
/// <https://proceedings.mlr.press/v28/sutskever13.html>.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Trace {
    /// The momentum μ: the share of the velocity that is kept.
    pub momentum: f64,
    /// The dampening τ: the share of the update that does not enter the velocity.
    pub dampening: f64,
    /// Whether to use Nesterov momentum.
    pub nesterov: bool,
}

/// The constants of a step of [`Trace`].
#[derive(Debug, Clone, Copy)]
pub struct TraceConstants<N> {
    momentum: N,
    one_minus_dampening: N,
    nesterov: bool,
}

impl Rule for Trace {
    type State<N: Number> = [N; 1];
    type Constants<N: Number> = TraceConstants<N>;
    const SLOT_NAMES: &'static [&'static str] = &["velocity"];
    hyperparameters!(momentum; dampening; nesterov);

    fn prepare<N: Number>(&self, t: N::Wide) -> TraceConstants<N> {
        let one = N::Wide::one();
        let damped = one - N::hyperparameter(self.dampening, "dampening");
        TraceConstants {
            momentum: N::from_wide(N::hyperparameter(self.momentum, "momentum")),
            one_minus_dampening: N::from_wide(N::Wide::at_first(t, one, damped)),
            nesterov: self.nesterov,
        }
    }

    #[inline(always)]
    fn apply<N: Number>(c: &TraceConstants<N>, u: N, _: N, [b]: &mut [N; 1]) -> N {
        *b = c.momentum * *b + c.one_minus_dampening * u;
        if c.nesterov { u + c.momentum * *b } else { *b }
    }
}

method! {
    /// Stochastic gradient descent, optionally with PyTorch's momentum.
    ///
    /// Reference: Robbins, Monro, "A Stochastic Approximation Method" (1951),
    /// <https://doi.org/10.1214/aoms/1177729586>.
    pub struct Sgd {
        name: "sgd",
        title: "SGD",
        summary: "a step straight down the gradient",
        paper: ("Robbins, Monro", 1951, "A Stochastic Approximation Method",
                "https://doi.org/10.1214/aoms/1177729586"),
        state: ["velocity"],
    }
    lr = 0.01;
    momentum = 0.0;
    dampening = 0.0;
    nesterov: bool = false;
    weight_decay = 0.0;
}

impl Build for Sgd {
    fn build(&self) -> Kernel {
        let &Self { lr, momentum, dampening, nesterov, weight_decay } = self;
        let (decay, scale) = (AddDecayedWeights { weight_decay }, ScaleByLearningRate::new(lr));
        if momentum == 0.0 {
            return Kernel::elementwise(chain!(decay, scale));
        }
        let trace = Trace { momentum, dampening, nesterov };
        Kernel::elementwise(chain!(decay, trace, scale))
    }

    fn consistent(&self) -> Result<(), &'static str> {
        if self.nesterov && (self.momentum == 0.0 || self.dampening != 0.0) {
            return Err("nesterov=true needs momentum above 0 and dampening 0");
        }
        Ok(())
    }
}

method! {
    /// Gradient descent with inertia; the velocity holds the learning rate.
    ///
    /// A change of the learning rate therefore takes effect gradually, whereas PyTorch's form
    /// (`sgd:momentum=0.9`) rescales the whole step at once. At a constant learning rate the two
    /// agree.
    ///
    /// Reference: Polyak, "Some methods of speeding up the convergence of iteration methods"
    /// (1964), <https://doi.org/10.1016/0041-5553(64)90137-5>.
    pub struct Momentum {
        name: "momentum",
        title: "Momentum",
        summary: "a ball with inertia rolling down the slope",
        paper: ("Polyak", 1964, "Some methods of speeding up the convergence of iteration methods",
                "https://doi.org/10.1016/0041-5553(64)90137-5"),
        state: ["velocity"],
        letters: [momentum = "γ", velocity = "v"],
    }
    lr = 0.01;
    momentum = 0.9, "share γ of the velocity that is kept";
}

impl Build for Momentum {
    fn build(&self) -> Kernel {
        let trace = Trace { momentum: self.momentum, ..Trace::default() };
        Kernel::elementwise(chain!(ScaleByLearningRate::new(self.lr), trace))
    }
}
