//! What is recorded of a run: a line a step and a line an epoch, the same bytes for the same run.

use serde::{Deserialize, Serialize};

/// What one step of one method did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// The method's label.
    pub method: String,
    /// The step, from 1.
    pub step: u64,
    /// The epoch that the step belongs to, from 1.
    pub epoch: u64,
    /// The loss of the batch before the step, a mean over its samples.
    pub loss: f64,
    /// The learning rate of the step; `None` for a method without one.
    pub lr: Option<f64>,
    /// The Euclidean norm of all gradients, before clipping.
    pub grad_norm: f64,
    /// The Euclidean norm of what all parameters changed by.
    pub update_norm: f64,
}

/// How one method stands after an epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// The method's label.
    pub method: String,
    /// The epoch, from 1; 0 is before the first step.
    pub epoch: u64,
    /// The mean loss over all training samples.
    pub train_loss: f64,
    /// The share of training samples that are classified right, from 0 to 1.
    pub train_accuracy: f64,
    /// The mean loss over all test samples.
    pub test_loss: f64,
    /// The share of test samples that are classified right, from 0 to 1.
    pub test_accuracy: f64,
}
