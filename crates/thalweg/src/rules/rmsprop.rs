//! RMSProp: Adagrad that forgets.

use super::{AddDecayedWeights, Scale, Trace, names};
use crate::chain;
use crate::engine::Kernel;
use crate::hyperparameter::Accepts;
use crate::method;
use crate::method::Recipe;
use crate::real::Real;
use crate::registry::Paper;
use crate::rule::Rule;

/// v ← αv + (1 − α)u²; u ← u / (√(v + ε_root) + ε).
///
/// Reference: Tieleman, Hinton, "Lecture 6.5: rmsprop", Neural Networks for Machine Learning
/// (2012), <https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf>.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByRms {
    /// The share α of the mean square that is kept.
    pub alpha: f64,
    /// ε, added outside the root.
    pub eps: f64,
    /// ε_root, added inside the root.
    pub eps_root: f64,
}

/// [`ScaleByRms`] around the mean: ḡ ← αḡ + (1 − α)u; u ← u / (√(v − ḡ² + ε_root) + ε).
///
/// v − ḡ² is a variance; rounding that would make it negative is cut off at 0.
///
/// Reference: Graves, "Generating Sequences With Recurrent Neural Networks" (2013),
/// <https://arxiv.org/abs/1308.0850>.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByStddev(
    /// The hyperparameters, as without centring.
    pub ScaleByRms,
);

/// The constants of a step of [`ScaleByRms`].
#[derive(Debug, Clone, Copy)]
pub struct RmsConstants<R> {
    alpha: R,
    fresh: R,
    eps: R,
    eps_root: R,
}

/// αx + (1 − α)·sample.
#[inline(always)]
fn average<R: Real>(c: &RmsConstants<R>, x: R, sample: R) -> R {
    c.alpha * x + c.fresh * sample
}

impl<R: Real> Rule<R> for ScaleByRms {
    type State = [R; 1];
    type Constants = RmsConstants<R>;

    fn state_names(&self) -> Vec<String> {
        names(&["v"])
    }

    fn prepare(&self, _: u64) -> RmsConstants<R> {
        RmsConstants {
            alpha: R::from_f64(self.alpha),
            fresh: R::from_f64(1.0 - self.alpha),
            eps: R::from_f64(self.eps),
            eps_root: R::from_f64(self.eps_root),
        }
    }

    #[inline(always)]
    fn apply(c: &RmsConstants<R>, u: R, _: R, [v]: &mut [R; 1]) -> R {
        *v = average(c, *v, u * u);
        u / ((*v + c.eps_root).sqrt() + c.eps)
    }
}

impl<R: Real> Rule<R> for ScaleByStddev {
    type State = [R; 2];
    type Constants = RmsConstants<R>;

    fn state_names(&self) -> Vec<String> {
        names(&["v", "mean"])
    }

    fn prepare(&self, t: u64) -> RmsConstants<R> {
        self.0.prepare(t)
    }

    #[inline(always)]
    fn apply(c: &RmsConstants<R>, u: R, _: R, [v, mean]: &mut [R; 2]) -> R {
        *v = average(c, *v, u * u);
        *mean = average(c, *mean, u);
        let variance = (*v - *mean * *mean).max(R::ZERO);
        u / ((variance + c.eps_root).sqrt() + c.eps)
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
        formula: "v ← αv + (1 − α)g²;  W ← W − lr·g/(√v + ε)",
        paper: Paper {
            authors: "Tieleman, Hinton",
            title: "Lecture 6.5: rmsprop, Neural Networks for Machine Learning",
            year: 2012,
            url: "https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf",
        },
        state: ["v", "mean", "velocity"],
    }
    lr: f64 = 0.01, Accepts::NON_NEGATIVE, "learning rate";
    alpha: f64 = 0.99, Accepts::UNIT, "share of the mean square that is kept";
    eps: f64 = 1e-8, Accepts::NON_NEGATIVE, "added outside the root";
    eps_root: f64 = 0.0, Accepts::NON_NEGATIVE, "added inside the root";
    momentum: f64 = 0.0, Accepts::UNIT, "share of the velocity that is kept";
    centered: bool = false, Accepts::Flag, "whether to divide by the deviation from the mean";
    weight_decay: f64 = 0.0, Accepts::NON_NEGATIVE, "L2 penalty added to the gradient";
}

impl RmsProp {
    /// The chain around whichever rule scales.
    fn around<R: Real>(&self, rule: impl Rule<R> + 'static) -> Box<dyn Kernel<R>> {
        let decay = AddDecayedWeights(self.weight_decay);
        let scale = Scale::by_learning_rate(self.lr);
        if self.momentum == 0.0 {
            return Box::new(chain!(decay, rule, scale));
        }
        let trace = Trace { decay: self.momentum, ..Trace::default() };
        Box::new(chain!(decay, rule, trace, scale))
    }
}

impl Recipe for RmsProp {
    fn kernel<R: Real>(&self) -> Box<dyn Kernel<R>> {
        let rms = ScaleByRms { alpha: self.alpha, eps: self.eps, eps_root: self.eps_root };
        if self.centered { self.around(ScaleByStddev(rms)) } else { self.around(rms) }
    }
}
