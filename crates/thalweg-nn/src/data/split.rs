//! The split into training and test samples.

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

/// Splits samples with these targets.
pub(super) fn parts(
    targets: &[u32],
    classes: &[String],
    options: &Split,
    default: f64,
) -> Result<Parts, DataError> {
    let share = options.test.unwrap_or(default);
    if !(share > 0.0 && share < 1.0) {
        return Err(DataError::TestShare { share });
    }
    let samples = targets.len();
    // A product such as 0.07 · 100 = 7.000000000000001 is meant to be an integer.
    let test_samples = (share * samples as f64 - 1e-9).ceil() as usize;
    if test_samples == 0 || test_samples >= samples {
        return Err(DataError::TooFew { samples, share, test: test_samples.min(samples) });
    }
    let mut train: Vec<u32> = (0..samples as u32).collect();
    train.shuffle(&mut random(options.seed, SHUFFLE));
    let test = train.drain(..test_samples).collect();
    every_class_is_among(train.iter().map(|&i| targets[i as usize]), classes)?;
    Ok(Parts { train, test })
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
