//! ASGD: the mean of all iterates.

use super::common::*;

method! {
    /// Averaged SGD, as in PyTorch: the mean of the iterates is the slot `ax`, which
    /// [`evaluation_weights`](crate::Optimizer::evaluation_weights) gives. Polyak, Juditsky,
    /// "Acceleration of Stochastic Approximation by Averaging" (1992), <https://doi.org/10.1137/0330046>.
    pub struct Asgd {
        name: "asgd",
        title: "ASGD",
        summary: "SGD with a falling rate, which also keeps the mean of its iterates",
        paper: ("Polyak, Juditsky", 1992, "Acceleration of Stochastic Approximation by Averaging",
                "https://doi.org/10.1137/0330046"),
        state: ["ax"],
        letters: [lambd = "λ"],
    }
    lr = 0.01;
    lambd = 1e-4, Accepts::NON_NEGATIVE, "decay of the weights, and how fast the rate falls";
    alpha = 0.75, Accepts::NON_NEGATIVE, "power with which the rate falls";
    t0 = 1e6, Accepts::NON_NEGATIVE, "step at which averaging starts";
    weight_decay = 0.0;
}

impl Build for Asgd {
    fn build(&self) -> Kernel {
        let decay = AddDecayedWeights { weight_decay: self.weight_decay };
        Kernel::elementwise(chain!(decay, StepByAsgd(*self))).with_evaluation(|_, slots| slots[0])
    }
}

/// η = lr/(1 + λ·lr·(t − 1))^α; W ← (1 − λη)W − ηu; ax ← ax + μ(W − ax) with
/// μ = 1/max(1, t − 1 − t₀).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepByAsgd(pub Asgd);

impl Rule for StepByAsgd {
    type State<N: Number> = [N; 1];
    type Constants<N: Number> = [N; 4];
    const SLOT_NAMES: &'static [&'static str] = &["ax"];

    fn prepare<N: Number>(&self, t: N::Wide) -> [N; 4] {
        let [lr, lambda, alpha, t0] = wide!(N, self.0; lr, lambd, alpha, t0);
        let one = N::Wide::one();
        let eta = (lr / (one + lambda * lr * (t - one)).powf(alpha)).named("η");
        let mu = (one / one.max(t - one - t0)).named("μ");
        [-eta, lambda, mu, one - mu].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(&[eta, lambda, mu, rest]: &[N; 4], u: N, w: N, [ax]: &mut [N; 1]) -> N {
        let step = eta * (u + lambda * w);
        *ax = rest * *ax + mu * (w + step);
        step
    }
}
