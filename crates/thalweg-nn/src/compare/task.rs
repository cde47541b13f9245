//! What is to be learnt: a network and a loss.

use candle_core::{Module, Result, Tensor};
use candle_nn::VarBuilder;

use super::cross_entropy;

/// A network that scores classes: inputs `(samples, …)` to scores `(samples, …, classes)`.
pub type Model = Box<dyn Module + Send + Sync>;

/// A loss from scores and targets, a mean over the samples.
pub type Loss = Box<dyn Fn(&Tensor, &Tensor) -> Result<Tensor> + Send + Sync>;

/// What is to be learnt: a network and a loss.
pub struct Task {
    pub(super) build: Box<dyn Fn(VarBuilder) -> Result<Model> + Send + Sync>,
    pub(super) loss: Loss,
}

impl Task {
    /// To classify with the network that `build` makes, by [`cross_entropy`]. Each method gets a
    /// network of its own; the first values of all are the same. A network has to be `Send` and
    /// `Sync`, as a struct of layers is; candle's `Sequential` is not.
    pub fn classification<M: Module + Send + Sync + 'static>(
        build: impl Fn(VarBuilder) -> Result<M> + Send + Sync + 'static,
    ) -> Self {
        Self {
            build: Box::new(move |vars| Ok(Box::new(build(vars)?))),
            loss: Box::new(cross_entropy),
        }
    }

    /// The same with another loss, of scores and classes as before.
    #[must_use]
    pub fn with_loss(
        self,
        loss: impl Fn(&Tensor, &Tensor) -> Result<Tensor> + Send + Sync + 'static,
    ) -> Self {
        Self { loss: Box::new(loss), ..self }
    }
}
