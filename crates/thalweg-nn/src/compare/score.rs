//! Loss, accuracy or R², and predictions of a network.

use serde::{Deserialize, Serialize};

use candle_core::{D, DType, Result, Tensor};

use super::task::Task;
use crate::data::{Samples, TaskKind};
use crate::trainable::{Mode, Trainable};

/// Samples, and targets, per forward pass in evaluation; bounds memory.
const CHUNK: usize = 1000;
const TARGETS: usize = 8000;

/// Loss and accuracy, or R², over some samples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The mean loss.
    pub loss: f64,
    /// The share of targets whose class has the highest score, from 0 to 1; of a regression R² = 1 − SS_res/SS_tot,
    /// at most 1.
    pub accuracy: f64,
}

/// The predicted class of each target.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Predictions {
    /// The class with the highest score.
    pub classes: Vec<u32>,
    /// Its probability by softmax.
    pub probabilities: Vec<f32>,
}

/// Samples per forward pass: fewer where each has many targets.
fn chunk(samples: &Samples) -> usize {
    (TARGETS / samples.targets_each()).clamp(1, CHUNK)
}

/// Evaluates a network.
pub(super) fn score(
    model: &dyn Trainable,
    task: &Task,
    samples: &Samples,
    mode: Mode,
) -> Result<Score> {
    let (mut total, mut tally) = (0.0, Tally::new(task.kind(), samples)?);
    let count = samples.targets.dim(0)?;
    let chunk = chunk(samples);
    for from in (0..count).step_by(chunk) {
        let len = chunk.min(count - from);
        let targets = samples.targets.narrow(0, from, len)?;
        let outputs = model.scores(&samples.inputs.narrow(0, from, len)?, mode)?.detach();
        total += f64::from((task.loss)(&outputs, &targets)?.to_scalar::<f32>()?) * len as f64;
        tally.count(&outputs, &targets)?;
    }
    Ok(Score { loss: total / count as f64, accuracy: tally.score() })
}

/// What the score of a task is made of.
enum Tally {
    /// Targets that are predicted, and all targets.
    Classes { right: f64, all: usize },
    /// R² = 1 − Σ(ŷ − y)² / Σ(y − ȳ)².
    Numbers { residuals: f64, mean: f64, total: f64 },
}

impl Tally {
    fn new(kind: TaskKind, samples: &Samples) -> Result<Self> {
        Ok(match kind {
            TaskKind::Classification => Self::Classes { right: 0.0, all: 0 },
            TaskKind::Regression => {
                let targets = samples.targets.flatten_all()?.to_dtype(DType::F64)?;
                let mean = targets.mean_all()?.to_scalar::<f64>()?;
                Self::Numbers { residuals: 0.0, mean, total: 0.0 }
            }
        })
    }

    fn count(&mut self, outputs: &Tensor, targets: &Tensor) -> Result<()> {
        match self {
            Self::Classes { right, all } => {
                let hits = outputs.argmax(D::Minus1)?.eq(targets)?.to_dtype(DType::F32)?;
                *right += f64::from(hits.sum_all()?.to_scalar::<f32>()?);
                *all += targets.elem_count();
            }
            Self::Numbers { residuals, mean, total } => {
                let numbers = |tensor: &Tensor| tensor.flatten_all()?.to_vec1::<f32>();
                for (&predicted, &y) in numbers(outputs)?.iter().zip(&numbers(targets)?) {
                    let y = f64::from(y);
                    *residuals += (f64::from(predicted) - y).powi(2);
                    *total += (y - *mean).powi(2);
                }
            }
        }
        Ok(())
    }

    fn score(&self) -> f64 {
        match self {
            Self::Classes { right, all } => right / *all as f64,
            Self::Numbers { residuals, total, .. } => r_squared(*residuals, *total),
        }
    }
}

/// R² from the sum of squared residuals and that of squared deviations from the mean. Where all numbers are the same it
/// is 1 if all residuals are 0, otherwise 0, as in scikit-learn.
pub fn r_squared(residuals: f64, total: f64) -> f64 {
    match total > 0.0 {
        true => 1.0 - residuals / total,
        false if residuals == 0.0 => 1.0,
        false => 0.0,
    }
}

/// The number that a network gives for each sample.
pub(super) fn numbers(model: &dyn Trainable, samples: &Samples) -> Result<Vec<f32>> {
    let (mut all, count) = (Vec::new(), samples.targets.dim(0)?);
    for from in (0..count).step_by(CHUNK) {
        let inputs = samples.inputs.narrow(0, from, CHUNK.min(count - from))?;
        all.extend(
            model.scores(&inputs, Mode::Evaluation)?.detach().flatten_all()?.to_vec1::<f32>()?,
        );
    }
    Ok(all)
}

/// The predictions of a network.
pub(super) fn predictions(model: &dyn Trainable, samples: &Samples) -> Result<Predictions> {
    let mut all = Predictions::default();
    let count = samples.targets.dim(0)?;
    let chunk = chunk(samples);
    for from in (0..count).step_by(chunk) {
        let inputs = samples.inputs.narrow(0, from, chunk.min(count - from))?;
        let outputs = model.scores(&inputs, Mode::Evaluation)?.detach();
        let chances = candle_nn::ops::softmax(&outputs, D::Minus1)?;
        all.classes.extend(outputs.argmax(D::Minus1)?.flatten_all()?.to_vec1::<u32>()?);
        all.probabilities.extend(chances.max(D::Minus1)?.flatten_all()?.to_vec1::<f32>()?);
    }
    Ok(all)
}
