//! LARS and LAMB: step lengths proportional to the parameter's norm.

use super::adam::{BiasCorrection, ScaleByAdam};
use super::common::*;
use super::sgd::Trace;
use crate::engine::{Norms, Tensor, TensorRule};
use crate::formula::{Formula, Symbol};
use crate::storage::Real;

/// u ← B(r·A(u)) with the trust ratio r = c·‖W‖ / (‖A(u)‖ + ε), for rules A and B; r is 1 where one
/// of the norms is 0.
///
/// It takes two passes over memory: one that sums the norms, and one that steps.
///
/// Reference: You, Gitman, Ginsburg, "Large Batch Training of Convolutional Networks" (2017),
/// <https://arxiv.org/abs/1708.03888>.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrustRatio<A, B> {
    /// Rule A: computes the update u whose length is set.
    pub before: A,
    /// Rule B: applied to the rescaled update.
    pub after: B,
    /// The share c of the parameter's norm.
    pub trust_coefficient: f64,
    /// ε, added to the norm of the update.
    pub eps: f64,
}

impl<A: Rule, B: Rule> TensorRule for TrustRatio<A, B> {
    fn slots(&self) -> Vec<Slot> {
        chain!(self.before.clone(), self.after.clone()).slots()
    }

    fn step<R: Real>(&self, tensor: &mut Tensor<'_, R>) {
        let Norms { parameter, update } = tensor.norms(&self.before, &self.after);
        let ratio = Self::ratio(self.trust_coefficient, parameter, update, self.eps);
        tensor.step(&chain!(self.before.clone(), Scale(ratio), self.after.clone()));
    }

    fn formula(&self) -> Option<Formula> {
        Some(Formula::record(self.slots(), |recorder| {
            let u = recorder.rule(&self.before, recorder.gradient()).named("u");
            let [c, eps] = self.named();
            let ratio = Self::ratio(c, recorder.parameter().norm(), u.norm(), eps);
            recorder.rule(&self.after, Symbol::from_wide(ratio) * u)
        }))
    }
}

impl<A: Rule, B: Rule> TrustRatio<A, B> {
    /// The trust ratio r from c, ‖W‖, ‖A(u)‖ and ε.
    fn ratio<N: Wide>(c: N, parameter: N, update: N, eps: N) -> N {
        let ratio = c * parameter / (update + eps);
        parameter.where_zero(N::one(), update.where_zero(N::one(), ratio))
    }

    /// c and ε as hyperparameters; an ε of rule A is another one.
    fn named(&self) -> [Symbol; 2] {
        let has_eps = self.before.hyperparameters().iter().any(|(known, _)| known.name == "eps");
        let eps = if has_eps { "trust_eps" } else { "eps" };
        [(self.trust_coefficient, "trust_coefficient"), (self.eps, eps)]
            .map(|(value, name)| Symbol::hyperparameter(value, name))
    }
}

method! {
    /// LARS: momentum with step lengths proportional to the parameter's norm, for large batches.
    /// Each parameter counts as a layer; exclude biases and normalisation layers with a
    /// [`Group`](crate::Group).
    ///
    /// Reference: You, Gitman, Ginsburg, "Large Batch Training of Convolutional Networks" (2017),
    /// <https://arxiv.org/abs/1708.03888>; the order of operations is optax's.
    pub struct Lars {
        name: "lars",
        title: "LARS",
        summary: "momentum whose steps are a share of each parameter's norm",
        paper: ("You, Gitman, Ginsburg", 2017, "Large Batch Training of Convolutional Networks",
                "https://arxiv.org/abs/1708.03888"),
        state: ["velocity"],
    }
    lr = 0.01;
    momentum = 0.9;
    nesterov: bool = false;
    trust_coefficient = 0.001;
    eps = 0.0, "added to the norm of the update";
    weight_decay = 0.0;
}

impl Build for Lars {
    fn build(&self) -> Kernel {
        let &Self { lr, momentum, nesterov, trust_coefficient, eps, weight_decay } = self;
        let trace = Trace { momentum, nesterov, ..Trace::default() };
        Kernel::tensor(TrustRatio {
            before: AddDecayedWeights { weight_decay },
            after: chain!(ScaleByLearningRate::new(lr), trace),
            trust_coefficient,
            eps,
        })
    }
}

method! {
    /// LAMB: AdamW with steps of length lr·‖W‖, for large batches.
    ///
    /// Reference: You et al., "Large Batch Optimization for Deep Learning: Training BERT in 76
    /// minutes" (2020), Algorithm 2, <https://arxiv.org/abs/1904.00962>.
    pub struct Lamb {
        name: "lamb",
        title: "LAMB",
        summary: "AdamW whose steps are a share of each parameter's norm",
        paper: ("You et al.", 2020,
                "Large Batch Optimization for Deep Learning: Training BERT in 76 minutes",
                "https://arxiv.org/abs/1904.00962"),
        state: ["m", "v"],
    }
    lr = 0.001;
    beta1 = 0.9;
    beta2 = 0.999;
    eps = 1e-6;
    eps_root = 0.0;
    weight_decay = 0.0, decoupled!();
}

impl Build for Lamb {
    fn build(&self) -> Kernel {
        let &Self { lr, beta1, beta2, eps, eps_root, weight_decay } = self;
        let bias_correction = BiasCorrection::Full;
        let adam = ScaleByAdam { beta1, beta2, eps, eps_root, bias_correction };
        Kernel::tensor(TrustRatio {
            before: chain!(adam, AddDecayedWeights { weight_decay }),
            after: ScaleByLearningRate::new(lr),
            trust_coefficient: 1.0,
            eps: 0.0,
        })
    }
}
