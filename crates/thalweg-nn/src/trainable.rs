//! Networks that compute something else in training than in evaluation.

use candle_core::{Module, Result, Tensor};

/// What a network is run for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// To score, to predict: the result is a function of inputs and weights.
    Evaluation,
    /// To take gradients. What is random is a function of seed and step, so that a run that resumes
    /// draws the same, and so does every method of a comparison.
    Training {
        /// The seed of the run.
        seed: u64,
        /// The step, from 1.
        step: u64,
    },
    /// To score weights that no training led to, as those of a loss surface: as evaluation, except
    /// that batch normalisation takes mean and variance of the inputs, as the running ones are of
    /// other weights.
    OwnStatistics,
}

/// A network as comparisons train it. Every [`Module`] is one, the same in training and in
/// evaluation; a network with dropout or batch normalisation implements this trait instead.
pub trait Trainable: Send + Sync {
    /// The scores `(samples, …, classes)` of inputs `(samples, …)`.
    ///
    /// # Errors
    /// candle's, such as for inputs that do not fit.
    fn scores(&self, inputs: &Tensor, mode: Mode) -> Result<Tensor>;

    /// Whether it shares its work among the threads of the caller's pool.
    fn is_parallel(&self) -> bool {
        false
    }
}

/// A network that scores classes: inputs `(samples, …)` to scores `(samples, …, classes)`.
pub type Model = Box<dyn Trainable>;

impl<M: Module + Send + Sync> Trainable for M {
    fn scores(&self, inputs: &Tensor, _mode: Mode) -> Result<Tensor> {
        self.forward(inputs)
    }
}

impl Trainable for Model {
    fn scores(&self, inputs: &Tensor, mode: Mode) -> Result<Tensor> {
        self.as_ref().scores(inputs, mode)
    }

    fn is_parallel(&self) -> bool {
        self.as_ref().is_parallel()
    }
}
