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
    /// The epoch, from 1.
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

/// The mean loss of one method's batches between any two of some ascending steps: entry i is over
/// those after step i − 1 up to step i. Before the first step stands the first batch's; where there
/// is no batch, NaN.
pub fn mean_losses(records: &[StepRecord], at: &[u64]) -> Vec<f64> {
    let mut before = 0;
    let mean = |&step: &u64| {
        let from = records.partition_point(|record| record.step <= before);
        let to = records.partition_point(|record| record.step <= step.max(1));
        before = step;
        let these = &records[from.min(to)..to];
        these.iter().map(|record| record.loss).sum::<f64>() / these.len() as f64
    };
    at.iter().map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_losses_are_over_the_batches_between() {
        let record = |step: u64| StepRecord {
            method: "sgd".to_owned(),
            step,
            epoch: 1,
            loss: step as f64,
            lr: None,
            grad_norm: 1.0,
            update_norm: 1.0,
        };
        let records: Vec<StepRecord> = (1..=7).map(record).collect();
        // The start has the loss of batch 1; then batches 1 to 3, 4 to 6, and 7.
        assert_eq!(mean_losses(&records, &[0, 3, 6, 7]), [1.0, 2.0, 5.0, 7.0]);
    }
}
