//! Adagrad: a learning rate for each element, from the sum of its squared gradients.

use super::common::*;

/// h ← h + u²; u ← u / (√(h + ε_root) + ε).
///
/// Reference: Duchi, Hazan, Singer, "Adaptive Subgradient Methods for Online Learning and
/// Stochastic Optimization" (2011), <https://jmlr.org/papers/v12/duchi11a.html>.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleByAdagrad {
    /// ε, added outside the root.
    pub eps: f64,
    /// ε_root, added inside the root.
    pub eps_root: f64,
    /// h before the first step.
    pub initial_accumulator: f64,
}

impl Rule for ScaleByAdagrad {
    type State<N: Number> = [N; 1];
    type Constants<N: Number> = [N; 2];
    hyperparameters!(eps; eps_root; initial_accumulator);

    fn slots(&self) -> Vec<Slot> {
        vec![
            Slot::new("h")
                .starting_at_hyperparameter(self.initial_accumulator, "initial_accumulator"),
        ]
    }

    fn prepare<N: Number>(&self, _: N::Wide) -> [N; 2] {
        let eps = N::hyperparameter(self.eps, "eps");
        let eps_root = N::hyperparameter(self.eps_root, "eps_root");
        [eps, eps_root].map(N::from_wide)
    }

    #[inline(always)]
    fn apply<N: Number>(&[eps, eps_root]: &[N; 2], u: N, _: N, [h]: &mut [N; 1]) -> N {
        *h = *h + u * u;
        u / ((*h + eps_root).sqrt() + eps)
    }
}

method! {
    /// Adagrad. The accumulator h only grows, so the effective rate tends to 0.
    ///
    /// Reference: Duchi, Hazan, Singer, "Adaptive Subgradient Methods for Online Learning and
    /// Stochastic Optimization" (2011), <https://jmlr.org/papers/v12/duchi11a.html>.
    pub struct Adagrad {
        name: "adagrad",
        title: "Adagrad",
        summary: "a rate for every element, shrinking with the sum of its squared gradients",
        paper: ("Duchi, Hazan, Singer", 2011,
                "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization",
                "https://jmlr.org/papers/v12/duchi11a.html"),
        state: ["h"],
    }
    lr = 0.01;
    lr_decay = 0.0;
    eps = 1e-10;
    eps_root = 0.0;
    initial_accumulator = 0.0;
    weight_decay = 0.0;
}

impl Build for Adagrad {
    fn build(&self) -> Kernel {
        let &Self { lr, lr_decay, eps, eps_root, initial_accumulator, weight_decay } = self;
        Kernel::elementwise(chain!(
            AddDecayedWeights { weight_decay },
            ScaleByAdagrad { eps, eps_root, initial_accumulator },
            ScaleByLearningRate { lr, lr_decay },
        ))
    }
}
