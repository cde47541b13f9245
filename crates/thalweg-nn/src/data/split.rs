//! Which samples are learned from and which are held out.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::error::DataError;

/// How samples are shuffled and split.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Split {
    /// The seed of the shuffle, and of the points that are made.
    pub seed: u64,
    /// The share of samples that is held out, above 0 and below 1; `None` for the source's own (see
    /// [`Dataset::load`](super::Dataset::load)), and where files of a test part are there.
    pub test: Option<f64>,
}

/// The share that is held out by default.
pub(super) const QUARTER: f64 = 0.25;

/// The stream of random numbers that shuffles.
const SHUFFLE: u64 = 1;

/// The stream of random numbers that makes points.
pub(super) const POINTS: u64 = 2;

/// The random numbers of one purpose: streams of one seed have nothing in common.
pub(super) fn random(seed: u64, stream: u64) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(stream);
    random
}

/// Numbers of samples.
pub(super) struct Parts {
    pub(super) train: Vec<u32>,
    pub(super) test: Vec<u32>,
}

/// Splits samples of these classes.
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
    // A product such as 0.07 · 100 = 7.000000000000001 is meant to be whole.
    let held_out = (share * samples as f64 - 1e-9).ceil() as usize;
    if held_out == 0 || held_out >= samples {
        return Err(DataError::TooFew { samples, share, held_out: held_out.min(samples) });
    }
    let mut train: Vec<u32> = (0..samples as u32).collect();
    train.shuffle(&mut random(options.seed, SHUFFLE));
    let test = train.drain(..held_out).collect();
    every_class_is_among(train.iter().map(|&i| targets[i as usize]), classes)?;
    Ok(Parts { train, test })
}

/// Whether the samples to learn from are of all classes.
pub(super) fn every_class_is_among(
    targets: impl ExactSizeIterator<Item = u32>,
    classes: &[String],
) -> Result<(), DataError> {
    let samples = targets.len();
    let mut seen = vec![false; classes.len()];
    targets.for_each(|class| seen[class as usize] = true);
    match seen.iter().position(|&seen| !seen) {
        None => Ok(()),
        Some(first) => Err(DataError::ClassNotInTraining {
            class: classes[first].clone(),
            missing: seen.iter().filter(|&&seen| !seen).count(),
            classes: classes.len(),
            samples,
        }),
    }
}
