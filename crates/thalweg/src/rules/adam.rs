//! Adam and AdamW: momentum and RMSProp combined, with bias correction.

use super::cautious;
use super::common::*;
use crate::settings::words;

words! {
    /// How Adam corrects the bias of m and v, which start at 0.
    BiasCorrection {
        /// m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ): Algorithm 1 of the paper.
        #[default]
        Full = "full",
        /// Both corrections folded into the step, lr·√(1 − β₂ᵗ)/(1 − β₁ᵗ): the paper's remark at
        /// the end of its section 2. The ε is then the paper's ε̂, which is not scaled by √(1 −
        /// β₂ᵗ); this is the only difference between the two forms.
        Folded = "folded",
        /// No correction: the first steps are too long, the very first by the factor (1 − β₁)/√(1 −
        /// β₂).
        Off = "off",
    }
}

/// m ← β₁m + (1 − β₁)u; v ← β₂v + (1 − β₂)u²; u ← m̂ / (√(v̂ + ε_root) + ε).
///
/// Reference: Kingma, Ba, "Adam: A Method for Stochastic Optimization" (2015), Algorithm 1,
/// <https://arxiv.org/abs/1412.6980>.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByAdam {
    /// The decay rate β₁ of the first moment m.
    pub beta1: f64,
    /// The decay rate β₂ of the second moment v.
    pub beta2: f64,
    /// ε, added outside the root.
    pub eps: f64,
    /// ε_root, added inside the root.
    pub eps_root: f64,
    /// How m̂ and v̂ are computed from m and v.
    pub bias_correction: BiasCorrection,
}

/// [`ScaleByAdam`] that divides by the largest v so far instead of v.
///
/// Reference: Reddi, Kale, Kumar, "On the Convergence of Adam and Beyond" (2018),
/// <https://arxiv.org/abs/1904.09237>; the maximum is over v before its correction, as in PyTorch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByAmsgrad(
    /// The hyperparameters of Adam.
    pub ScaleByAdam,
);

/// The constants of a step of [`ScaleByAdam`].
#[derive(Debug, Clone, Copy)]
pub struct AdamConstants<N> {
    beta1: N,
    one_minus_beta1: N,
    beta2: N,
    one_minus_beta2: N,
    m_scale: N,
    v_scale: N,
    eps: N,
    eps_root: N,
}

impl<N: Number> AdamConstants<N> {
    /// m ← β₁m + (1 − β₁)u; v ← β₂v + (1 − β₂)u².
    #[inline(always)]
    fn update_moments(&self, u: N, m: &mut N, v: &mut N) {
        *m = self.beta1 * *m + self.one_minus_beta1 * u;
        *v = self.beta2 * *v + self.one_minus_beta2 * (u * u);
    }

    /// m̂ / (√(v̂ + ε_root) + ε).
    #[inline(always)]
    fn direction(&self, m: N, v: N) -> N {
        let (m_hat, v_hat) = ((self.m_scale * m).named("m̂"), (self.v_scale * v).named("v̂"));
        m_hat / ((v_hat + self.eps_root).sqrt() + self.eps)
    }
}

impl Rule for ScaleByAdam {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = AdamConstants<N>;
    const SLOT_NAMES: &'static [&'static str] = &["m", "v"];
    hyperparameters! {
        beta1; beta2; eps; eps_root;
        bias_correction, BiasCorrection::ACCEPTS, "how m̂ and v̂ come from m and v"
    }

    fn prepare<N: Number>(&self, t: N::Wide) -> AdamConstants<N> {
        let one = N::Wide::one();
        let beta1 = N::hyperparameter(self.beta1, "beta1");
        let beta2 = N::hyperparameter(self.beta2, "beta2");
        let correction1 = beta1.one_minus_power(t);
        let correction2 = beta2.one_minus_power(t);
        let (m_scale, v_scale) = match self.bias_correction {
            BiasCorrection::Full => (one / correction1, one / correction2),
            BiasCorrection::Folded => (correction2.sqrt() / correction1, one),
            BiasCorrection::Off => (one, one),
        };
        AdamConstants {
            beta1: N::from_wide(beta1),
            one_minus_beta1: N::from_wide(one - beta1),
            beta2: N::from_wide(beta2),
            one_minus_beta2: N::from_wide(one - beta2),
            m_scale: N::from_wide(m_scale),
            v_scale: N::from_wide(v_scale),
            eps: N::from_wide(N::hyperparameter(self.eps, "eps")),
            eps_root: N::from_wide(N::hyperparameter(self.eps_root, "eps_root")),
        }
    }

    #[inline(always)]
    fn apply<N: Number>(c: &AdamConstants<N>, u: N, _: N, [m, v]: &mut [N; 2]) -> N {
        c.update_moments(u, m, v);
        c.direction(*m, *v)
    }
}

impl Rule for ScaleByAmsgrad {
    type State<N: Number> = [N; 3];
    type Constants<N: Number> = AdamConstants<N>;
    const SLOT_NAMES: &'static [&'static str] = &["m", "v", "v_max"];

    fn prepare<N: Number>(&self, t: N::Wide) -> AdamConstants<N> {
        self.0.prepare::<N>(t)
    }

    #[inline(always)]
    fn apply<N: Number>(c: &AdamConstants<N>, u: N, _: N, [m, v, v_max]: &mut [N; 3]) -> N {
        c.update_moments(u, m, v);
        *v_max = v_max.max(*v);
        c.direction(*m, *v_max)
    }

    fn hyperparameters(&self) -> Vec<(crate::Hyperparameter, crate::Value)> {
        Rule::hyperparameters(&self.0)
    }

    fn assign(&mut self, name: &str, value: &crate::Value) -> bool {
        self.0.assign(name, value)
    }
}

/// The table of Adam's hyperparameters; methods of its family differ in the default and the meaning
/// of the weight decay.
macro_rules! adam {
    (
        $(#[$doc:meta])*
        pub struct $Name:ident $head:tt
        weight_decay = $weight_decay:literal $(, $meaning:expr)?;
        build: $build:expr
    ) => {
        method! {
            $(#[$doc])*
            pub struct $Name $head
            lr = 0.001;
            beta1 = 0.9;
            beta2 = 0.999;
            eps = 1e-8;
            eps_root = 0.0;
            weight_decay = $weight_decay $(, $meaning)?;
            amsgrad: bool = false;
            cautious: bool = false;
            bias_correction: BiasCorrection = BiasCorrection::Full, BiasCorrection::ACCEPTS,
                "how m̂ and v̂ come from m and v";
        }

        impl Build for $Name {
            fn build(&self) -> Kernel {
                let &Self { lr, beta1, beta2, eps, eps_root, bias_correction, cautious, .. } = self;
                let adam = ScaleByAdam { beta1, beta2, eps, eps_root, bias_correction };
                let [coupled, decoupled] =
                    $build(AddDecayedWeights { weight_decay: self.weight_decay });
                let after = chain!(decoupled, ScaleByLearningRate::new(lr));
                match self.amsgrad {
                    true => cautious::kernel(cautious, coupled, ScaleByAmsgrad(adam), after),
                    false => cautious::kernel(cautious, coupled, adam, after),
                }
            }
        }
    };
}

adam! {
    /// Adam, with a choice of three bias corrections; the weight decay is coupled (an L2 penalty).
    ///
    /// Reference: Kingma, Ba, "Adam: A Method for Stochastic Optimization" (2015),
    /// <https://arxiv.org/abs/1412.6980>.
    pub struct Adam {
        name: "adam",
        title: "Adam",
        summary: "momentum and RMSProp together, with their start at 0 corrected",
        paper: ("Kingma, Ba", 2015, "Adam: A Method for Stochastic Optimization",
                "https://arxiv.org/abs/1412.6980"),
        state: ["m", "v", "v_max"],
    }
    weight_decay = 0.0;
    build: |decay| [Some(decay), None]
}

adam! {
    /// Adam with decoupled weight decay: W shrinks by lr·λ·W, whatever the gradients were.
    ///
    /// Reference: Loshchilov, Hutter, "Decoupled Weight Decay Regularization" (2019),
    /// <https://arxiv.org/abs/1711.05101>.
    pub struct AdamW {
        name: "adamw",
        title: "AdamW",
        summary: "Adam whose weights decay by themselves, outside the adaptive rate",
        paper: ("Loshchilov, Hutter", 2019, "Decoupled Weight Decay Regularization",
                "https://arxiv.org/abs/1711.05101"),
        state: ["m", "v", "v_max"],
    }
    weight_decay = 0.01, decoupled!();
    build: |decay| [None, Some(decay)]
}
