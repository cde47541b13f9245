//! Gradient descent with noise.

use super::common::*;
use crate::engine::Noise;

method! {
    /// SGD that adds noise to gradients before it steps, ξ of a normal distribution with the variance η/tᵞ at
    /// step t. Neelakantan et al., "Adding Gradient Noise Improves Learning for Very Deep Networks" (2015),
    /// <https://arxiv.org/abs/1511.06807>.
    ///
    /// Gradients are clipped after it. [`Transform::Noise`](crate::Transform::Noise) adds the same to the
    /// gradients of any method.
    pub struct NoisySgd {
        name: "noisy-sgd",
        title: "Noisy SGD",
        summary: "SGD with noise in its gradients that becomes less",
        paper: ("Neelakantan et al.", 2015, "Adding Gradient Noise Improves Learning for Very Deep Networks",
                "https://arxiv.org/abs/1511.06807"),
        state: [],
        letters: [eta = "η", gamma = "γ"],
    }
    lr = 0.001;
    eta = 0.01, Accepts::NON_NEGATIVE, "variance of the noise at the first step";
    gamma = 0.55, Accepts::NON_NEGATIVE, "how fast the variance falls: it is eta/t^gamma";
    seed: u64 = 0, Accepts::COUNT, "seed of the noise";
}

impl Build for NoisySgd {
    fn build(&self) -> Kernel {
        let &Self { lr, eta, gamma, seed } = self;
        let kernel = Kernel::elementwise(ScaleByLearningRate::new(lr));
        if eta == 0.0 { kernel } else { kernel.with_noise(Noise { eta, gamma, seed }) }
    }
}
