//! Records of a run: one per step and one per epoch of each method. The same run gives the same
//! bytes.

use serde::{Deserialize, Serialize};

/// One step of one method, taken at its training weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// The method's label.
    pub method: String,
    /// The step, from 1.
    pub step: u64,
    /// The epoch that the step belongs to, from 1.
    pub epoch: u64,
    /// The mean loss of the batch, before the step.
    pub loss: f64,
    /// The learning rate of the step; `None` for a method without one.
    pub lr: Option<f64>,
    /// The L2 norm of all gradients, before clipping.
    pub grad_norm: f64,
    /// The L2 norm of the change of all parameters.
    pub update_norm: f64,
}

/// Losses and accuracies of one method after an epoch, with its evaluation weights if it has
/// [such](crate::compare::Comparison).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// The method's label.
    pub method: String,
    /// The epoch, from 1.
    pub epoch: u64,
    /// The mean loss over all training samples.
    pub train_loss: f64,
    /// The share of training samples classified correctly, from 0 to 1; of a regression R², as in
    /// [`Score::accuracy`](crate::compare::Score::accuracy). Files of a regression name it `train_r2`.
    #[serde(alias = "train_r2")]
    pub train_accuracy: f64,
    /// The mean loss over all test samples.
    pub test_loss: f64,
    /// The same of the test samples.
    #[serde(alias = "test_r2")]
    pub test_accuracy: f64,
}

/// A record of either kind.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Record {
    /// Of a step.
    Step(StepRecord),
    /// Of an epoch.
    Epoch(EpochRecord),
}

/// The mean loss of one method's batches between ascending steps: entry i is the mean over the
/// batches after `at[i − 1]`, up to and including `at[i]`. Step 0 gets the loss of the first batch;
/// an interval without a batch gets NaN.
pub(crate) fn mean_losses(records: &[StepRecord], at: &[u64]) -> Vec<f64> {
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
    fn mean_losses_cover_the_batches_in_between() {
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
