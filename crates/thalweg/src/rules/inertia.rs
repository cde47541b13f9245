//! Gradient descent with other kinds of inertia than [`Trace`](super::Trace).

use super::cautious;
use super::common::*;
use super::sgd::Trace;

method! {
    /// SGD with Nesterov momentum. Sutskever et al., "On the importance of initialization and momentum
    /// in deep learning" (2013), <https://proceedings.mlr.press/v28/sutskever13.html>.
    pub struct Nesterov {
        name: "nesterov",
        title: "Nesterov momentum",
        summary: "momentum that takes its gradient's step a second time",
        paper: ("Sutskever, Martens, Dahl, Hinton", 2013,
                "On the importance of initialization and momentum in deep learning",
                "https://proceedings.mlr.press/v28/sutskever13.html"),
        state: ["velocity"],
        build: |nesterov| chain!(
            AddDecayedWeights { weight_decay: nesterov.weight_decay },
            Trace { momentum: nesterov.momentum, nesterov: true, ..Trace::default() },
            ScaleByLearningRate::new(nesterov.lr),
        ),
    }
    lr = 0.01;
    momentum = 0.9;
    weight_decay = 0.0;
}

method! {
    /// SGD with momentum and decoupled weight decay. Loshchilov, Hutter, "Decoupled Weight Decay
    /// Regularization" (2019), Algorithm 1, <https://arxiv.org/abs/1711.05101>.
    pub struct SgdW {
        name: "sgdw",
        title: "SGDW",
        summary: "SGD with momentum whose weights decay by themselves",
        paper: ("Loshchilov, Hutter", 2019, "Decoupled Weight Decay Regularization",
                "https://arxiv.org/abs/1711.05101"),
        state: ["velocity"],
    }
    lr = 0.001;
    momentum = 0.0;
    dampening = 0.0;
    weight_decay = 0.0, decoupled!();
    nesterov: bool = false;
    cautious: bool = false;
}

impl Build for SgdW {
    fn build(&self) -> Kernel {
        let &Self { lr, momentum, dampening, weight_decay, nesterov, cautious } = self;
        let (decay, scale) = (AddDecayedWeights { weight_decay }, ScaleByLearningRate::new(lr));
        if momentum == 0.0 {
            return Kernel::elementwise(chain!(decay, scale));
        }
        let trace = Trace { momentum, dampening, nesterov };
        cautious::kernel(cautious, (), trace, chain!(decay, scale))
    }

    fn consistent(&self) -> Result<(), &'static str> {
        if self.nesterov && (self.momentum == 0.0 || self.dampening != 0.0) {
            return Err("nesterov=true needs momentum above 0 and dampening 0");
        }
        Ok(())
    }
}

method! {
    /// Optimistic gradient descent: the change of the gradient is expected to go on. Daskalakis et
    /// al., "Training GANs with Optimism" (2018), <https://arxiv.org/abs/1711.00141>.
    pub struct OptimisticGd {
        name: "optimistic-gd",
        title: "Optimistic gradient descent",
        summary: "a step along the gradient and along its last change",
        paper: ("Daskalakis, Ilyas, Syrgkanis, Zeng", 2018, "Training GANs with Optimism",
                "https://arxiv.org/abs/1711.00141"),
        state: ["last"],
        build: |&method| chain!(
            AddLastChange { alpha: method.alpha, beta: method.beta },
            ScaleByLearningRate::new(method.lr),
        ),
    }
    lr = 0.001;
    alpha = 1.0, Accepts::NON_NEGATIVE, "weight of the gradient";
    beta = 1.0, Accepts::NON_NEGATIVE, "weight of its change since the last step";
}

/// u ← (α + β)·u − β·u′ with the update u′ of the step before; at the first step u′ is u.
///
/// Reference: Mokhtari, Ozdaglar, Pattathil, "A Unified Analysis of Extra-gradient and Optimistic
/// Gradient Methods for Saddle Point Problems" (2020), <https://arxiv.org/abs/1901.08511>.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AddLastChange {
    /// The weight α of the update.
    pub alpha: f64,
    /// The weight β of its change since the last step.
    pub beta: f64,
}

impl Rule for AddLastChange {
    type State<N: Number> = [N; 1];
    type Constants<N: Number> = [N; 2];
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["last"];
    hyperparameters! {
        alpha, Accepts::NON_NEGATIVE, "weight of the update";
        beta, Accepts::NON_NEGATIVE, "weight of its change"
    }

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 2] {
        let [alpha, beta] = wide!(N, self; alpha, beta);
        let last = N::Wide::at_first(t, N::Wide::zero(), beta);
        [alpha + last, last].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(&[now, before]: &[N; 2], u: N, _: N, [last]: &mut [N; 1]) -> N {
        let sum = now * u - before * *last;
        *last = u;
        sum
    }
}

method! {
    /// QHM: a mean of gradient and momentum. Ma, Yarats, "Quasi-hyperbolic momentum and Adam for deep
    /// learning" (2019), <https://arxiv.org/abs/1810.06801>.
    pub struct Qhm {
        name: "qhm",
        title: "QHM",
        summary: "a step along a mean of the gradient and of its mean",
        paper: ("Ma, Yarats", 2019, "Quasi-hyperbolic momentum and Adam for deep learning",
                "https://arxiv.org/abs/1810.06801"),
        state: ["m"],
    }
    lr = 0.001;
    momentum = 0.0, "share of the mean gradient that is kept";
    nu = 1.0, Accepts::UNIT, "share of the mean gradient in the step";
    weight_decay = 0.0;
    decoupled: bool = false;
}

impl Build for Qhm {
    fn build(&self) -> Kernel {
        let &Self { lr, momentum, weight_decay, decoupled, .. } = self;
        // The mean of nothing but the gradient is the gradient.
        match momentum == 0.0 {
            true => Kernel::elementwise(decayed((), lr, weight_decay, decoupled)),
            false => Kernel::elementwise(decayed(ScaleByQhm(*self), lr, weight_decay, decoupled)),
        }
    }
}

/// m ← μm + (1 − μ)u; u ← (1 − ν)u + νm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByQhm(pub Qhm);

impl Rule for ScaleByQhm {
    type State<N: Number> = [N; 1];
    type Constants<N: Number> = [N; 4];
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m"];

    fn prepare<N: Number>(&self, _: N::Wide) -> [N; 4] {
        let [momentum, nu] = wide!(N, self.0; momentum, nu);
        let one = N::Wide::one();
        [momentum, one - momentum, nu, one - nu].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(&[mu, rest, nu, now]: &[N; 4], u: N, _: N, [m]: &mut [N; 1]) -> N {
        *m = mu * *m + rest * u;
        now * u + nu * *m
    }
}

method! {
    /// AggMo: the mean of three velocities with different damping. Lucas et al., "Aggregated Momentum:
    /// Stability Through Passive Damping" (2019), <https://arxiv.org/abs/1804.00325>.
    pub struct AggMo {
        name: "aggmo",
        title: "AggMo",
        summary: "the mean of three velocities, of which each damps the others",
        paper: ("Lucas, Sun, Zemel, Grosse", 2019,
                "Aggregated Momentum: Stability Through Passive Damping",
                "https://arxiv.org/abs/1804.00325"),
        state: ["b2", "b3", "b1"],
    }
    lr = 0.001;
    beta1 = 0.0, "share of the first velocity that is kept";
    beta2 = 0.9, "share of the second velocity that is kept";
    beta3 = 0.99, Accepts::BELOW_ONE, "share of the third velocity that is kept";
    weight_decay = 0.0;
    decoupled: bool = false;
}

impl Build for AggMo {
    fn build(&self) -> Kernel {
        let &Self { lr, beta1, weight_decay, decoupled, .. } = self;
        // A velocity that forgets everything is the gradient.
        match beta1 == 0.0 {
            true => {
                let rule = ScaleByAggMo::<2>(*self);
                Kernel::elementwise(decayed(rule, lr, weight_decay, decoupled))
            }
            false => {
                let rule = ScaleByAggMo::<3>(*self);
                Kernel::elementwise(decayed(rule, lr, weight_decay, decoupled))
            }
        }
    }
}

/// bₖ ← βₖbₖ + u for k = 1, 2, 3; u ← (b₁ + b₂ + b₃)/3. With two slots, b₁ is u.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByAggMo<const SLOTS: usize>(pub AggMo);

impl<const SLOTS: usize> Rule for ScaleByAggMo<SLOTS> {
    type State<N: Number> = [N; SLOTS];
    type Constants<N: Number> = [N; 4];
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["b2", "b3", "b1"];

    fn prepare<N: Number>(&self, _: N::Wide) -> [N; 4] {
        let [beta2, beta3] = wide!(N, self.0; beta2, beta3);
        let beta1 =
            if SLOTS == 3 { N::hyperparameter(self.0.beta1, "beta1") } else { N::Wide::zero() };
        let three = N::Wide::from_f64(3.0);
        [beta2, beta3, beta1, N::Wide::one() / three].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(c: &[N; 4], u: N, _: N, slots: &mut [N; SLOTS]) -> N {
        for k in 0..SLOTS {
            slots[k] = c[k] * slots[k] + u;
        }
        let first = if SLOTS == 3 { slots[2] } else { u };
        c[3] * (first + slots[0] + slots[1])
    }
}

method! {
    /// PID: the gradient, its sum and its change, as in a controller. An et al., "A PID Controller
    /// Approach for Stochastic Optimization of Deep Networks" (2018),
    /// <https://openaccess.thecvf.com/content_cvpr_2018/html/An_A_PID_Controller_CVPR_2018_paper.html>.
    pub struct Pid {
        name: "pid",
        title: "PID",
        summary: "a controller: the gradient, its sum and its change",
        paper: ("An et al.", 2018,
                "A PID Controller Approach for Stochastic Optimization of Deep Networks",
                "https://openaccess.thecvf.com/content_cvpr_2018/html/An_A_PID_Controller_CVPR_2018_paper.html"),
        state: ["last", "i", "d"],
    }
    lr = 0.001;
    momentum = 0.0, "share of sum and change that is kept; without it this is SGD";
    dampening = 0.0, "share of the gradient that does not reach the sum";
    derivative = 10.0, Accepts::NON_NEGATIVE, "weight of the change";
    integral = 5.0, Accepts::NON_NEGATIVE, "weight of the sum";
    weight_decay = 0.0;
    decoupled: bool = false;
}

impl Build for Pid {
    fn build(&self) -> Kernel {
        let &Self { lr, momentum, weight_decay, decoupled, .. } = self;
        if momentum == 0.0 {
            return Kernel::elementwise(decayed((), lr, weight_decay, decoupled));
        }
        Kernel::elementwise(decayed(ScaleByPid(*self), lr, weight_decay, decoupled))
    }
}

/// i ← μi + (1 − τ)u; d ← μd + (1 − μ)(u − u′), 0 at the first step; u ← u + integral·i +
/// derivative·d, with the update u′ of the step before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByPid(pub Pid);

impl Rule for ScaleByPid {
    type State<N: Number> = [N; 3];
    type Constants<N: Number> = [N; 5];
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["last", "i", "d"];

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 5] {
        let [momentum, dampening] = wide!(N, self.0; momentum, dampening);
        let [derivative, integral] = wide!(N, self.0; derivative, integral);
        let one = N::Wide::one();
        let change = N::Wide::at_first(t, N::Wide::zero(), one - momentum);
        [momentum, one - dampening, change, integral, derivative].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[momentum, damped, change, integral, derivative]: &[N; 5],
        u: N,
        _: N,
        [last, i, d]: &mut [N; 3],
    ) -> N {
        *i = momentum * *i + damped * u;
        *d = momentum * *d + change * (u - *last);
        *last = u;
        u + integral * *i + derivative * *d
    }
}

method! {
    /// SRMM: means of gradients and of parameters with a common weight. Mai, Johansson, "Stochastic
    /// regularized majorization-minimization with weakly convex and multi-convex surrogates" (2022),
    /// <https://arxiv.org/abs/2201.01652>.
    pub struct Srmm {
        name: "srmm",
        title: "SRMM",
        summary: "a step from the mean parameter along the mean gradient",
        paper: ("Lyu", 2022,
                "Stochastic regularized majorization-minimization with weakly convex and multi-convex surrogates",
                "https://arxiv.org/abs/2201.01652"),
        state: ["m", "mean_w"],
        letters: [memory_length = "L", mean_w = "w̄"],
        build: |&srmm| StepBySrmm(srmm),
    }
    lr = 0.01;
    beta = 0.5, Accepts::UNIT, "how fast the weight of the newest step falls";
    memory_length: u64 = 100, Accepts::STEPS, "steps after which the weight starts again at its largest";
}

/// c = (1 + t mod memory_length)^−β; m ← m + c(g − m); w̄ ← w̄ + c(W − w̄) − lr·m; W ← w̄.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepBySrmm(pub Srmm);

impl Rule for StepBySrmm {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = [N; 3];
    const RARE: bool = true;
    const SLOT_NAMES: &'static [&'static str] = &["m", "mean_w"];

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 3] {
        let [lr, beta] = wide!(N, self.0; lr, beta);
        let length = N::hyperparameter(self.0.memory_length as f64, "memory_length");
        let one = N::Wide::one();
        let past = t - length * (t / length).floor();
        let share = (past + one).powf(-beta).named("c");
        [share, one - share, lr].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(&[c, rest, lr]: &[N; 3], g: N, w: N, [m, mean]: &mut [N; 2]) -> N {
        *m = rest * *m + c * g;
        *mean = rest * *mean + c * w - lr * *m;
        *mean - w
    }
}
