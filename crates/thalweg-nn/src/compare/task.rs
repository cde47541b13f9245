//! The task: a network and a loss.

use std::sync::Arc;

use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;

use super::loss::{Loss, cross_entropy, mean_squared_error};
use crate::data::TaskKind;
use crate::trainable::{Model, Trainable};

/// A network and a loss to train it with.
#[derive(Clone)]
pub struct Task {
    pub(super) build: Arc<dyn Fn(VarBuilder) -> Result<Model> + Send + Sync>,
    pub(super) loss: Loss,
    pub(super) kind: TaskKind,
}

impl Task {
    /// Classification by the network that `build` makes, with [`cross_entropy`] as the loss. Each
    /// method trains its own copy of the network, all with the same initial weights. A network is any
    /// candle [`Module`](candle_core::Module), or a [`Trainable`] if it computes something else in
    /// training. It has to be `Send` and `Sync`, as a struct of layers is; candle's `Sequential` is
    /// not.
    pub fn classification<M: Trainable + 'static>(
        build: impl Fn(VarBuilder) -> Result<M> + Send + Sync + 'static,
    ) -> Self {
        Self::new(TaskKind::Classification, build)
    }

    /// Regression by the network that `build` makes, with [`mean_squared_error`] as the loss; otherwise as
    /// [`classification`](Self::classification).
    pub fn regression<M: Trainable + 'static>(
        build: impl Fn(VarBuilder) -> Result<M> + Send + Sync + 'static,
    ) -> Self {
        Self::new(TaskKind::Regression, build)
    }

    /// A task of a kind, with the loss that goes with it.
    pub fn new<M: Trainable + 'static>(
        kind: TaskKind,
        build: impl Fn(VarBuilder) -> Result<M> + Send + Sync + 'static,
    ) -> Self {
        let loss: Loss = match kind {
            TaskKind::Classification => Arc::new(cross_entropy),
            TaskKind::Regression => Arc::new(mean_squared_error),
        };
        Self { build: Arc::new(move |vars| Ok(Box::new(build(vars)?))), loss, kind }
    }

    /// Classification or regression.
    pub fn kind(&self) -> TaskKind {
        self.kind
    }

    /// The same task with another loss of scores and targets.
    #[must_use]
    pub fn with_loss(
        self,
        loss: impl Fn(&Tensor, &Tensor) -> Result<Tensor> + Send + Sync + 'static,
    ) -> Self {
        Self { loss: Arc::new(loss), ..self }
    }
}
