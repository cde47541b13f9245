//! Loss, accuracy and predictions of a network.

use serde::{Deserialize, Serialize};

use candle_core::{D, DType, Result};

use super::loss::Loss;
use crate::data::Samples;
use crate::trainable::{Mode, Trainable};

/// Samples, and targets, per forward pass in evaluation; bounds memory.
const CHUNK: usize = 1000;
const TARGETS: usize = 8000;

/// Loss and accuracy over some samples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// The mean loss.
    pub loss: f64,
    /// The share of targets whose class has the highest score, from 0 to 1.
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
    loss: &Loss,
    samples: &Samples,
    mode: Mode,
) -> Result<Score> {
    let (mut total, mut right, mut targets_scored) = (0.0, 0.0, 0);
    let count = samples.targets.dim(0)?;
    let chunk = chunk(samples);
    for from in (0..count).step_by(chunk) {
        let len = chunk.min(count - from);
        let targets = samples.targets.narrow(0, from, len)?;
        let outputs = model.scores(&samples.inputs.narrow(0, from, len)?, mode)?.detach();
        total += f64::from(loss(&outputs, &targets)?.to_scalar::<f32>()?) * len as f64;
        let hits = outputs.argmax(D::Minus1)?.eq(&targets)?.to_dtype(DType::F32)?;
        right += f64::from(hits.sum_all()?.to_scalar::<f32>()?);
        targets_scored += targets.elem_count();
    }
    Ok(Score { loss: total / count as f64, accuracy: right / targets_scored as f64 })
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
