//! RMSProp: Adagrad with a moving average in place of the sum.

use super::common::*;
use super::sgd::Trace;

/// v ← αv + (1 − α)u²; u ← u / (√(v + ε_root) + ε).
///
/// Reference: Tieleman, Hinton, "Lecture 6.5: rmsprop", Neural Networks for Machine Learning
/// (2012), <https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf>.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByRms {
    /// The decay rate α of the mean square.
    pub alpha: f64,
    /// ε, added outside the root.
    pub eps: f64,
    /// ε_root, added inside the root.
    pub eps_root: f64,
}

/// Centred [`ScaleByRms`]: ḡ ← αḡ + (1 − α)u; u ← u / (√(v − ḡ² + ε_root) + ε).
///
/// v − ḡ² is a variance; where rounding makes it negative, it is clamped to 0.
///
/// Reference: Graves, "Generating Sequences With Recurrent Neural Networks" (2013),
/// <https://arxiv.org/abs/1308.0850>.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByStddev {
    /// The decay rate α of mean and mean square.
    pub alpha: f64,
    /// ε, added outside the root.
    pub eps: f64,
    /// ε_root, added inside the root.
    pub eps_root: f64,
}

/// α, 1 − α, ε and ε_root.
fn constants<N: Number>(alpha: f64, eps: f64, eps_root: f64) -> [N; 4] {
    let alpha = N::hyperparameter(alpha, "alpha");
    let [eps, eps_root] =
        [(eps, "eps"), (eps_root, "eps_root")].map(|(x, s)| N::hyperparameter(x, s));
    [alpha, N::Wide::one() - alpha, eps, eps_root].map(N::from_wide)
}

impl Rule for ScaleByRms {
    type State<N: Number> = [N; 1];
    type Constants<N: Number> = [N; 4];
    const SLOT_NAMES: &'static [&'static str] = &["v"];
    hyperparameters!(alpha; eps; eps_root);

    fn prepare<N: Number>(&self, _: N::Wide) -> [N; 4] {
        constants(self.alpha, self.eps, self.eps_root)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[alpha, one_minus_alpha, eps, eps_root]: &[N; 4],
        u: N,
        _: N,
        [v]: &mut [N; 1],
    ) -> N {
        *v = alpha * *v + one_minus_alpha * (u * u);
        u / ((*v + eps_root).sqrt() + eps)
    }
}

impl Rule for ScaleByStddev {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = [N; 4];
    const SLOT_NAMES: &'static [&'static str] = &["v", "mean"];
    hyperparameters!(alpha; eps; eps_root);

    fn prepare<N: Number>(&self, _: N::Wide) -> [N; 4] {
        constants(self.alpha, self.eps, self.eps_root)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[alpha, one_minus_alpha, eps, eps_root]: &[N; 4],
        u: N,
        _: N,
        [v, mean]: &mut [N; 2],
    ) -> N {
        *v = alpha * *v + one_minus_alpha * (u * u);
        *mean = alpha * *mean + one_minus_alpha * u;
        let variance = (*v - *mean * *mean).max(N::zero());
        u / ((variance + eps_root).sqrt() + eps)
    }
}

method! {
    /// RMSProp, with PyTorch's options.
    ///
    /// Reference: Tieleman, Hinton, "Lecture 6.5: rmsprop", Neural Networks for Machine Learning
    /// (2012), <https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf>.
    pub struct RmsProp {
        name: "rmsprop",
        title: "RMSProp",
        summary: "a rate for every element, from a moving average of its squared gradients",
        paper: ("Tieleman, Hinton", 2012, "Lecture 6.5: rmsprop, Neural Networks for Machine Learning",
                "https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf"),
        state: ["v", "mean", "velocity"],
    }
    lr = 0.01;
    alpha = 0.99;
    eps = 1e-8;
    eps_root = 0.0;
    momentum = 0.0;
    centered: bool = false;
    weight_decay = 0.0;
}

impl RmsProp {
    /// The chain around the scaling rule, centred or not.
    fn around(&self, rule: impl Rule) -> Kernel {
        let &Self { lr, momentum, weight_decay, .. } = self;
        let (decay, scale) = (AddDecayedWeights { weight_decay }, ScaleByLearningRate::new(lr));
        if momentum == 0.0 {
            return Kernel::elementwise(chain!(decay, rule, scale));
        }
        let trace = Trace { momentum, ..Trace::default() };
        Kernel::elementwise(chain!(decay, rule, trace, scale))
    }
}

impl Build for RmsProp {
    fn build(&self) -> Kernel {
        let &Self { alpha, eps, eps_root, centered, .. } = self;
        match centered {
            true => self.around(ScaleByStddev { alpha, eps, eps_root }),
            false => self.around(ScaleByRms { alpha, eps, eps_root }),
        }
    }
}
