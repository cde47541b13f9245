//! The order of the samples, and the batches.

use rand::seq::SliceRandom;

use crate::random::{ORDER, random};

/// The order of the samples, a new one each epoch. It is a function of the seed and the epoch only,
/// so that a run can resume at any step.
#[derive(Debug)]
pub struct Order {
    seed: u64,
    samples: usize,
    batch: usize,
    /// The epoch of `order`, from 1; 0 for none.
    epoch: u64,
    order: Vec<u32>,
}

impl Order {
    /// Batches of `batch` samples each; the last one of an epoch has the remaining samples.
    pub fn new(seed: u64, samples: usize, batch: usize) -> Self {
        Self { seed, samples, batch, epoch: 0, order: Vec::new() }
    }

    /// Steps per epoch.
    pub fn steps_per_epoch(&self) -> u64 {
        self.samples.div_ceil(self.batch) as u64
    }

    /// The indices of the samples of a step; steps count from 1.
    pub fn batch(&mut self, step: u64) -> &[u32] {
        let per_epoch = self.steps_per_epoch();
        let (epoch, index) = ((step - 1) / per_epoch + 1, (step - 1) % per_epoch);
        if self.epoch != epoch {
            self.order = (0..self.samples as u32).collect();
            self.order.shuffle(&mut random(self.seed, ORDER + epoch));
            self.epoch = epoch;
        }
        let from = index as usize * self.batch;
        &self.order[from..(from + self.batch).min(self.samples)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_has_every_sample_once() {
        let mut order = Order::new(5, 103, 10);
        assert_eq!(order.steps_per_epoch(), 11);
        let mut epochs = Vec::new();
        for epoch in 0..3 {
            let mut all: Vec<u32> = Vec::new();
            for step in 1..=11 {
                let batch = order.batch(epoch * 11 + step);
                assert_eq!(batch.len(), if step == 11 { 3 } else { 10 });
                all.extend(batch);
            }
            epochs.push(all.clone());
            all.sort_unstable();
            assert_eq!(all, (0..103).collect::<Vec<u32>>());
        }
        assert_ne!(epochs[0], epochs[1]);
        assert_ne!(epochs[1], epochs[2]);
    }

    #[test]
    fn a_batch_does_not_depend_on_earlier_calls() {
        let mut order = Order::new(5, 103, 10);
        let straight: Vec<Vec<u32>> = (1..=33).map(|step| order.batch(step).to_vec()).collect();
        for step in [33, 1, 20, 19] {
            assert_eq!(Order::new(5, 103, 10).batch(step), straight[step as usize - 1]);
        }
        assert_ne!(Order::new(6, 103, 10).batch(1), straight[0]);
    }
}
