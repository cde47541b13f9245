//! Epochs, batch size and seed.

/// Epochs, batch size and seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Training {
    /// Passes over the training samples.
    pub epochs: u64,
    /// Samples per step; the last batch of an epoch has the remaining samples.
    pub batch: usize,
    /// The seed of the initial weights and of the order of the samples.
    pub seed: u64,
}

impl Training {
    /// The steps in all epochs over a number of samples.
    pub fn steps(&self, samples: usize) -> u64 {
        self.epochs.saturating_mul(samples.div_ceil(self.batch.max(1)) as u64)
    }
}
