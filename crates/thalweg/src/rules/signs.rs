//! Methods whose steps have the length that they choose: only the gradient's sign counts.

use super::common::*;

/// u ← sign(u).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sign;

impl Rule for Sign {
    type State<N: Number> = ();
    type Constants<N: Number> = ();

    fn prepare<N: Number>(&self, _: N::Wide) {}

    #[inline(always)]
    fn apply<N: Number>((): &(), u: N, _: N, (): &mut ()) -> N {
        u.sign()
    }
}

/// m ← βm + (1 − β)u; u ← m.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    /// The share β of the mean that is kept.
    pub beta: f64,
}

impl Rule for Mean {
    type State<N: Number> = [N; 1];
    type Constants<N: Number> = [N; 2];
    const SLOT_NAMES: &'static [&'static str] = &["m"];
    hyperparameters!(beta);

    fn prepare<N: Number>(&self, _: N::Wide) -> [N; 2] {
        let [beta] = wide!(N, self; beta);
        [beta, N::Wide::one() - beta].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(&[beta, rest]: &[N; 2], u: N, _: N, [m]: &mut [N; 1]) -> N {
        *m = beta * *m + rest * u;
        *m
    }
}

method! {
    /// signSGD. Bernstein et al., "signSGD: Compressed Optimisation for Non-Convex Problems" (2018),
    /// <https://arxiv.org/abs/1802.04434>.
    pub struct SignSgd {
        name: "sign-sgd",
        title: "signSGD",
        summary: "a step of one length in every element, along the gradient's sign",
        paper: ("Bernstein et al.", 2018, "signSGD: Compressed Optimisation for Non-Convex Problems",
                "https://arxiv.org/abs/1802.04434"),
        state: [],
        build: |method| chain!(Sign, ScaleByLearningRate::new(method.lr)),
    }
    lr = 0.001;
}

method! {
    /// Signum: signSGD with momentum. Bernstein et al., "signSGD: Compressed Optimisation for
    /// Non-Convex Problems" (2018), <https://arxiv.org/abs/1802.04434>.
    pub struct Signum {
        name: "signum",
        title: "Signum",
        summary: "a step of one length in every element, along the mean gradient's sign",
        paper: SignSgd::ENTRY.paper,
        state: ["m"],
        build: |signum| chain!(
            Mean { beta: signum.beta },
            Sign,
            ScaleByLearningRate::new(signum.lr),
        ),
    }
    lr = 0.001;
    beta = 0.9;
}

method! {
    /// Tiger: Lion with one decay rate, made to take as little memory as possible. Su, "Tiger: A Tight-fisted
    /// Optimizer" (2023), <https://github.com/bojone/tiger>.
    pub struct Tiger {
        name: "tiger",
        title: "Tiger",
        summary: "Lion with one decay rate: the sign of the mean gradient, and weight decay",
        paper: ("Su", 2023, "Tiger: A Tight-fisted Optimizer", "https://github.com/bojone/tiger"),
        state: ["m"],
        build: |&tiger| decayed(
            chain!(Mean { beta: tiger.beta }, Sign),
            tiger.lr,
            tiger.weight_decay,
            tiger.decoupled,
        ),
    }
    lr = 0.001;
    beta = 0.965;
    weight_decay = 0.01;
    decoupled: bool = true;
}

method! {
    /// Rprop, for full batches. Riedmiller, Braun, "A direct adaptive method for faster backpropagation
    /// learning: the RPROP algorithm" (1993), <https://doi.org/10.1109/ICNN.1993.298623>; without the step
    /// back after a change of sign, as in PyTorch.
    pub struct Rprop {
        name: "rprop",
        title: "Rprop",
        summary: "a step length for every element: longer while the sign stays, shorter when it changes",
        paper: ("Riedmiller, Braun", 1993,
                "A direct adaptive method for faster backpropagation learning: the RPROP algorithm",
                "https://doi.org/10.1109/ICNN.1993.298623"),
        state: ["last", "step"],
        build: |&rprop| StepByRprop(rprop),
    }
    lr = 0.01, "length of the first step";
    eta_minus = 0.5, Accepts::UNIT, "factor of the step length when the sign changes";
    eta_plus = 1.2, Accepts::FROM_ONE, "factor of the step length while the sign stays";
    step_min = 1e-6, Accepts::NON_NEGATIVE, "shortest step";
    step_max = 50.0, Accepts::NON_NEGATIVE, "longest step";
}

/// s = sign(g·g′); step ← clamp(step·(η₊ if s > 0, η₋ if s < 0, else 1)); g ← 0 if s < 0;
/// W ← W − step·sign(g), with the gradient g′ of the step before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepByRprop(pub Rprop);

impl Rule for StepByRprop {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = [N; 4];

    fn slots(&self) -> Vec<Slot> {
        vec![Slot::new("last"), Slot::new("step").starting_at_hyperparameter(self.0.lr, "lr")]
    }

    fn prepare<N: Number>(&self, _: N::Wide) -> [N; 4] {
        wide!(N, self.0; eta_minus, eta_plus, step_min, step_max).map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(
        &[eta_minus, eta_plus, step_min, step_max]: &[N; 4],
        g: N,
        _: N,
        [last, step]: &mut [N; 2],
    ) -> N {
        let sign = g.sign() * last.sign();
        let (same, changed) = (is_positive(sign), is_positive(-sign));
        let factor = same * eta_plus + changed * eta_minus + (N::one() - sign.abs());
        *step = step_max.min(step_min.max(*step * factor));
        *last = (N::one() - changed) * g;
        -(*step * last.sign())
    }
}
