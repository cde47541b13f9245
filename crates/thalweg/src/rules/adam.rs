//! Adam and AdamW: momentum and RMSProp together, with their start corrected.

use super::{AddDecayedWeights, Scale, names};
use crate::chain;
use crate::engine::Kernel;
use crate::hyperparameter::{Accepts, Setting, Value};
use crate::method;
use crate::method::Recipe;
use crate::real::Real;
use crate::registry::Paper;
use crate::rule::Rule;

/// What Adam does about m and v starting at 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BiasCorrection {
    /// m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ): Algorithm 1 of the paper.
    #[default]
    Full,
    /// Both corrections folded into the step, lr·√(1 − β₂ᵗ)/(1 − β₁ᵗ): the paper's remark at the
    /// end of its section 2. The ε is then ε̂, not scaled by √(1 − β₂ᵗ), and the two forms differ
    /// by exactly that.
    Folded,
    /// None: the first steps are too long, the very first by (1 − β₁)/√(1 − β₂).
    Off,
}

impl BiasCorrection {
    const WORDS: &[&str] = &["full", "folded", "off"];
    const ALL: [Self; 3] = [Self::Full, Self::Folded, Self::Off];
}

impl Setting for BiasCorrection {
    fn to_value(&self) -> Value {
        Value::from(Self::WORDS[*self as usize])
    }

    fn from_value(value: &Value) -> Option<Self> {
        let Value::Choice(word) = value else { return None };
        Self::WORDS.iter().position(|known| known == word).map(|i| Self::ALL[i])
    }
}

impl From<BiasCorrection> for Value {
    fn from(correction: BiasCorrection) -> Self {
        correction.to_value()
    }
}

/// 1 − βᵗ: the share of an exponential moving average that is not its start at 0.
///
/// Only sums and products are used, so the bits are the same on every machine.
///
/// ```
/// use thalweg::rules::bias_correction;
/// assert_eq!(bias_correction(0.75, 2), 1.0 - 0.5625);
/// ```
pub fn bias_correction(beta: f64, t: u64) -> f64 {
    // Shares of a and b steps join as s + s'·(1 − s). Subtracting βᵗ from 1 instead would cancel
    // the digits that matter most, in the first steps.
    let (mut share, mut doubled, mut rest) = (0.0, 1.0 - beta, t);
    while rest > 0 {
        if rest & 1 == 1 {
            share += doubled * (1.0 - share);
        }
        doubled *= 2.0 - doubled;
        rest >>= 1;
    }
    share
}

/// m ← β₁m + (1 − β₁)u; v ← β₂v + (1 − β₂)u²; u ← m̂ / (√(v̂ + ε_root) + ε).
///
/// Reference: Kingma, Ba, "Adam: A Method for Stochastic Optimization" (2015), Algorithm 1,
/// <https://arxiv.org/abs/1412.6980>.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByAdam {
    /// The share β₁ of the mean that is kept.
    pub beta1: f64,
    /// The share β₂ of the mean square that is kept.
    pub beta2: f64,
    /// ε, added outside the root.
    pub eps: f64,
    /// ε_root, added inside the root.
    pub eps_root: f64,
    /// How m̂ and v̂ come from m and v.
    pub bias_correction: BiasCorrection,
}

/// [`ScaleByAdam`] that divides by the largest v so far instead of v.
///
/// Reference: Reddi, Kale, Kumar, "On the Convergence of Adam and Beyond" (2018),
/// <https://arxiv.org/abs/1904.09237>; the maximum is over v before its correction, as in PyTorch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByAmsgrad(
    /// The hyperparameters, as of Adam.
    pub ScaleByAdam,
);

/// The constants of a step of [`ScaleByAdam`].
#[derive(Debug, Clone, Copy)]
pub struct AdamConstants<R> {
    beta1: R,
    fresh1: R,
    beta2: R,
    fresh2: R,
    m_scale: R,
    v_scale: R,
    eps: R,
    eps_root: R,
}

impl ScaleByAdam {
    fn constants<R: Real>(&self, t: u64) -> AdamConstants<R> {
        let correction1 = bias_correction(self.beta1, t);
        let correction2 = bias_correction(self.beta2, t);
        let (m_scale, v_scale) = match self.bias_correction {
            BiasCorrection::Full => (1.0 / correction1, 1.0 / correction2),
            BiasCorrection::Folded => (correction2.sqrt() / correction1, 1.0),
            BiasCorrection::Off => (1.0, 1.0),
        };
        AdamConstants {
            beta1: R::from_f64(self.beta1),
            fresh1: R::from_f64(1.0 - self.beta1),
            beta2: R::from_f64(self.beta2),
            fresh2: R::from_f64(1.0 - self.beta2),
            m_scale: R::from_f64(m_scale),
            v_scale: R::from_f64(v_scale),
            eps: R::from_f64(self.eps),
            eps_root: R::from_f64(self.eps_root),
        }
    }
}

impl<R: Real> AdamConstants<R> {
    #[inline(always)]
    fn track(&self, u: R, m: &mut R, v: &mut R) {
        *m = self.beta1 * *m + self.fresh1 * u;
        *v = self.beta2 * *v + self.fresh2 * (u * u);
    }

    #[inline(always)]
    fn direction(&self, m: R, v: R) -> R {
        self.m_scale * m / ((self.v_scale * v + self.eps_root).sqrt() + self.eps)
    }
}

impl<R: Real> Rule<R> for ScaleByAdam {
    type State = [R; 2];
    type Constants = AdamConstants<R>;

    fn state_names(&self) -> Vec<String> {
        names(&["m", "v"])
    }

    fn prepare(&self, t: u64) -> AdamConstants<R> {
        self.constants(t)
    }

    #[inline(always)]
    fn apply(c: &AdamConstants<R>, u: R, _: R, [m, v]: &mut [R; 2]) -> R {
        c.track(u, m, v);
        c.direction(*m, *v)
    }
}

impl<R: Real> Rule<R> for ScaleByAmsgrad {
    type State = [R; 3];
    type Constants = AdamConstants<R>;

    fn state_names(&self) -> Vec<String> {
        names(&["m", "v", "v_max"])
    }

    fn prepare(&self, t: u64) -> AdamConstants<R> {
        self.0.constants(t)
    }

    #[inline(always)]
    fn apply(c: &AdamConstants<R>, u: R, _: R, [m, v, v_max]: &mut [R; 3]) -> R {
        c.track(u, m, v);
        *v_max = v_max.max(*v);
        c.direction(*m, *v_max)
    }
}

method! {
    /// Adam, in all three bias corrections; the weight decay is coupled (an L2 penalty).
    ///
    /// Reference: Kingma, Ba, "Adam: A Method for Stochastic Optimization" (2015),
    /// <https://arxiv.org/abs/1412.6980>.
    pub struct Adam {
        name: "adam",
        title: "Adam",
        summary: "momentum and RMSProp together, with their start at 0 corrected",
        formula: "m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²;  W ← W − lr·m̂/(√v̂ + ε)",
        paper: Paper {
            authors: "Kingma, Ba",
            title: "Adam: A Method for Stochastic Optimization",
            year: 2015,
            url: "https://arxiv.org/abs/1412.6980",
        },
        state: ["m", "v", "v_max"],
    }
    lr: f64 = 0.001, Accepts::NON_NEGATIVE, "learning rate";
    beta1: f64 = 0.9, Accepts::BELOW_ONE, "share of the mean gradient m that is kept";
    beta2: f64 = 0.999, Accepts::BELOW_ONE, "share of the mean square v that is kept";
    eps: f64 = 1e-8, Accepts::NON_NEGATIVE, "added outside the root";
    eps_root: f64 = 0.0, Accepts::NON_NEGATIVE, "added inside the root";
    weight_decay: f64 = 0.0, Accepts::NON_NEGATIVE, "L2 penalty added to the gradient";
    amsgrad: bool = false, Accepts::Flag, "whether to divide by the largest v so far";
    bias_correction: BiasCorrection = BiasCorrection::Full, Accepts::Choice(BiasCorrection::WORDS),
        "how m̂ and v̂ come from m and v";
}

method! {
    /// Adam with decoupled weight decay: W shrinks by lr·λ·W, whatever the gradients were.
    ///
    /// Reference: Loshchilov, Hutter, "Decoupled Weight Decay Regularization" (2019),
    /// <https://arxiv.org/abs/1711.05101>.
    pub struct AdamW {
        name: "adamw",
        title: "AdamW",
        summary: "Adam whose weights decay by themselves, outside the adaptive rate",
        formula: "m, v as Adam;  W ← W − lr·(m̂/(√v̂ + ε) + λW)",
        paper: Paper {
            authors: "Loshchilov, Hutter",
            title: "Decoupled Weight Decay Regularization",
            year: 2019,
            url: "https://arxiv.org/abs/1711.05101",
        },
        state: ["m", "v", "v_max"],
    }
    lr: f64 = 0.001, Accepts::NON_NEGATIVE, "learning rate";
    beta1: f64 = 0.9, Accepts::BELOW_ONE, "share of the mean gradient m that is kept";
    beta2: f64 = 0.999, Accepts::BELOW_ONE, "share of the mean square v that is kept";
    eps: f64 = 1e-8, Accepts::NON_NEGATIVE, "added outside the root";
    eps_root: f64 = 0.0, Accepts::NON_NEGATIVE, "added inside the root";
    weight_decay: f64 = 0.01, Accepts::NON_NEGATIVE, "share of the weights that decays, times lr";
    amsgrad: bool = false, Accepts::Flag, "whether to divide by the largest v so far";
    bias_correction: BiasCorrection = BiasCorrection::Full, Accepts::Choice(BiasCorrection::WORDS),
        "how m̂ and v̂ come from m and v";
}

/// The chain that Adam and AdamW share: they differ in where the weights decay.
fn moments<R: Real>(
    adam: ScaleByAdam,
    amsgrad: bool,
    [coupled, decoupled]: [f64; 2],
    lr: f64,
) -> Box<dyn Kernel<R>> {
    let [coupled, decoupled] = [coupled, decoupled].map(AddDecayedWeights);
    let scale = Scale::by_learning_rate(lr);
    if amsgrad {
        Box::new(chain!(coupled, ScaleByAmsgrad(adam), decoupled, scale))
    } else {
        Box::new(chain!(coupled, adam, decoupled, scale))
    }
}

impl Recipe for Adam {
    fn kernel<R: Real>(&self) -> Box<dyn Kernel<R>> {
        let &Self { lr, beta1, beta2, eps, eps_root, weight_decay, amsgrad, bias_correction } =
            self;
        let adam = ScaleByAdam { beta1, beta2, eps, eps_root, bias_correction };
        moments(adam, amsgrad, [weight_decay, 0.0], lr)
    }
}

impl Recipe for AdamW {
    fn kernel<R: Real>(&self) -> Box<dyn Kernel<R>> {
        let &Self { lr, beta1, beta2, eps, eps_root, weight_decay, amsgrad, bias_correction } =
            self;
        let adam = ScaleByAdam { beta1, beta2, eps, eps_root, bias_correction };
        moments(adam, amsgrad, [0.0, weight_decay], lr)
    }
}
