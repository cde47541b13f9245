//! How long a method's training takes.

use std::time::Duration;

/// How long a method's training has taken so far.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Timing {
    /// Training targets processed: one for each sample, of text one for each character.
    pub samples: u64,
    /// Time in batches, losses and gradients. A batch is gathered once for all methods, and its time
    /// counts for each.
    pub gradients: Duration,
    /// Time in the optimizer's steps.
    pub optimizer: Duration,
}

impl Timing {
    /// From seconds, as stored in files; an invalid duration counts as zero.
    pub(crate) fn from_seconds(samples: u64, gradients: f64, optimizer: f64) -> Self {
        let duration = |seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default();
        Self { samples, gradients: duration(gradients), optimizer: duration(optimizer) }
    }

    /// Seconds of training, without evaluation.
    pub fn seconds(&self) -> f64 {
        (self.gradients + self.optimizer).as_secs_f64()
    }

    /// Training targets per second; `None` before the first step.
    pub fn samples_per_second(&self) -> Option<f64> {
        let seconds = self.seconds();
        (seconds > 0.0).then(|| self.samples as f64 / seconds)
    }

    /// The optimizer's share of a step's time, from 0 to 1; `None` before the first step.
    pub fn optimizer_share(&self) -> Option<f64> {
        let seconds = self.seconds();
        (seconds > 0.0).then(|| self.optimizer.as_secs_f64() / seconds)
    }
}
