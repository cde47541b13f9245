//! Losses.

use std::sync::Arc;

use candle_core::{D, Result, Tensor};

/// A loss from scores and targets: a mean over the samples.
pub type Loss = Arc<dyn Fn(&Tensor, &Tensor) -> Result<Tensor> + Send + Sync>;

/// The mean squared error of numbers: outputs `(…, 1)`, targets `(…)` in f32.
///
/// # Errors
/// Shapes that do not match.
pub fn mean_squared_error(outputs: &Tensor, targets: &Tensor) -> Result<Tensor> {
    candle_nn::loss::mse(&outputs.squeeze(D::Minus1)?, targets)
}

/// The mean of −ln softmax(scores) at the target, over all targets: scores `(…, classes)`, targets
/// `(…)` in u32.
///
/// # Errors
/// Shapes that do not match, and targets beyond the last class.
pub fn cross_entropy(scores: &Tensor, targets: &Tensor) -> Result<Tensor> {
    if scores.rank() == 2 && targets.rank() == 1 {
        return candle_nn::loss::cross_entropy(scores, targets);
    }
    let scores = scores.flatten_to(D::Minus2)?;
    candle_nn::loss::cross_entropy(&scores, &targets.flatten_all()?)
}
