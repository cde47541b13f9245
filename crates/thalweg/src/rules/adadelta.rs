//! Adadelta: RMSProp whose learning rate is the size of its own past steps.

use super::common::*;

/// v ← ρv + (1 − ρ)u²; Δ = √(s + ε)/√(v + ε)·u; s ← ρs + (1 − ρ)Δ²; u ← Δ.
///
/// Reference: Zeiler, "ADADELTA: An Adaptive Learning Rate Method" (2012), Algorithm 1,
/// <https://arxiv.org/abs/1212.5701>.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByAdadelta {
    /// The decay rate ρ of both averages.
    pub rho: f64,
    /// ε, added inside both roots.
    pub eps: f64,
}

impl Rule for ScaleByAdadelta {
    type State<N: Number> = [N; 2];
    type Constants<N: Number> = [N; 3];
    const SLOT_NAMES: &'static [&'static str] = &["v", "s"];
    hyperparameters!(rho; eps, Accepts::NON_NEGATIVE, "inside both roots");

    fn prepare<N: Number>(&self, _: N::Wide) -> [N; 3] {
        let rho = N::hyperparameter(self.rho, "rho");
        [rho, N::Wide::one() - rho, N::hyperparameter(self.eps, "eps")].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(&[rho, one_minus_rho, eps]: &[N; 3], u: N, _: N, [v, s]: &mut [N; 2]) -> N {
        *v = rho * *v + one_minus_rho * (u * u);
        let delta = ((*s + eps).sqrt() / (*v + eps).sqrt() * u).named("Δ");
        *s = rho * *s + one_minus_rho * (delta * delta);
        delta
    }
}

method! {
    /// Adadelta. It needs no learning rate; `lr` scales its steps.
    ///
    /// Reference: Zeiler, "ADADELTA: An Adaptive Learning Rate Method" (2012),
    /// <https://arxiv.org/abs/1212.5701>.
    pub struct Adadelta {
        name: "adadelta",
        title: "AdaDelta",
        summary: "RMSProp whose learning rate is the size of its own past steps",
        paper: ("Zeiler", 2012, "ADADELTA: An Adaptive Learning Rate Method",
                "https://arxiv.org/abs/1212.5701"),
        state: ["v", "s"],
    }
    lr = 1.0, "scale of the steps";
    rho = 0.9;
    eps = 1e-6, "inside both roots";
    weight_decay = 0.0;
}

impl Build for Adadelta {
    fn build(&self) -> Kernel {
        let &Self { lr, rho, eps, weight_decay } = self;
        Kernel::elementwise(chain!(
            AddDecayedWeights { weight_decay },
            ScaleByAdadelta { rho, eps },
            ScaleByLearningRate::new(lr),
        ))
    }
}
