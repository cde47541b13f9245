//! The split into training and test samples.

use rand::Rng;
use rand::seq::SliceRandom;

use super::error::DataError;
use crate::random::{SHUFFLE, random};

/// How samples are shuffled and split into training and test samples.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Split {
    /// The seed of the shuffle and of generated points.
    pub seed: u64,
    /// The share of the test split, above 0 and below 1; `None` for the default of the source (see
    /// [`Dataset::load`](super::Dataset::load)) and for sources with test files of their own.
    pub test: Option<f64>,
}

/// The default share of the test split.
pub(super) const TEST_SHARE: f64 = 0.25;

/// The indices of the samples of each split.
pub(super) struct Parts {
    pub(super) train: Vec<u32>,
    pub(super) test: Vec<u32>,
}

/// Splits samples with these classes.
pub(super) fn parts(
    targets: &[u32],
    classes: &[String],
    options: &Split,
    default: f64,
) -> Result<Parts, DataError> {
    let parts = parts_of(targets.len(), options, default)?;
    every_class_is_among(parts.train.iter().map(|&i| targets[i as usize]), classes)?;
    Ok(parts)
}

/// Splits samples whatever their targets are.
pub(super) fn parts_of(samples: usize, options: &Split, default: f64) -> Result<Parts, DataError> {
    let test = held_out(samples, options, default)?;
    let mut random = random(options.seed, SHUFFLE);
    let [test, train] = shuffled(samples, test, &mut random);
    Ok(Parts { train, test })
}

/// The number of test samples, of a number of samples.
pub(super) fn held_out(samples: usize, options: &Split, default: f64) -> Result<usize, DataError> {
    let share = options.test.unwrap_or(default);
    if !(share > 0.0 && share < 1.0) {
        return Err(DataError::TestShare { share });
    }
    let test = samples_of(share, samples);
    match test == 0 || test >= samples {
        true => Err(DataError::TooFew { samples, share, test: test.min(samples) }),
        false => Ok(test),
    }
}

/// How many samples a share of them is.
pub(super) fn samples_of(share: f64, samples: usize) -> usize {
    // A product such as 0.07 · 100 = 7.000000000000001 is meant to be an integer.
    (share * samples as f64 - 1e-9).ceil() as usize
}

/// The indices of some samples that are held out, and of those for training, in random order.
pub(super) fn shuffled(samples: usize, held_out: usize, random: &mut impl Rng) -> [Vec<u32>; 2] {
    let mut train: Vec<u32> = (0..samples as u32).collect();
    train.shuffle(random);
    let held_out = train.drain(..held_out).collect();
    [held_out, train]
}

/// The indices of samples side by side that are held out, from a random one on, and of those for
/// training.
pub(super) fn block(samples: usize, held_out: usize, random: &mut impl Rng) -> [Vec<u32>; 2] {
    let from = random.random_range(0..=samples - held_out) as u32;
    let block = from..from + held_out as u32;
    let train = (0..samples as u32).filter(|index| !block.contains(index)).collect();
    [block.collect(), train]
}

/// Checks that every class has training samples.
pub(super) fn every_class_is_among(
    targets: impl ExactSizeIterator<Item = u32>,
    classes: &[String],
) -> Result<(), DataError> {
    let samples = targets.len();
    let mut present = vec![false; classes.len()];
    targets.for_each(|class| present[class as usize] = true);
    match present.iter().position(|&present| !present) {
        None => Ok(()),
        Some(first) => Err(DataError::ClassNotInTraining {
            class: classes[first].clone(),
            missing: present.iter().filter(|&&present| !present).count(),
            classes: classes.len(),
            samples,
        }),
    }
}
