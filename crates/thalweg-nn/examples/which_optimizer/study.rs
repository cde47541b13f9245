//! How a study is made: the rate of each candidate is tuned on a part of the training samples, then the
//! best rate is measured on the test samples with other seeds.
//!
//! Tuning is given [`TuningData`], which has no test samples; measuring is given [`TestData`] and what
//! was tuned, and cannot change it.

use std::error::Error;

use rayon::prelude::*;
use serde::Serialize;
use thalweg_nn::compare::{Comparison, Task, Training};
use thalweg_nn::data::Samples;

use super::candidate::Candidate;

pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The seed of the runs that choose a rate; those that measure it have the seeds 1, 2, …
pub const TUNING_SEED: u64 = 0;

/// The share of the training samples that are held out to choose a rate by.
const HELD_OUT: f64 = 0.2;

/// Neighbours in a grid are this apart, so that three of them span a factor of ten.
const RATIO: f64 = 2.154_434_690_031_884; // ∛10

/// A rate that is off is the tuned one divided or multiplied by this.
pub const OFF: f64 = 3.0;

/// The number of seeds that a rate that is off is measured with, the first ones.
pub const OFF_SEEDS: u64 = 2;

/// What is trained, and for how long.
pub struct Setup {
    pub network: fn() -> Task,
    pub epochs: u64,
    pub batch: usize,
}

/// Training samples with a part of them held out.
pub struct TuningData {
    train: Samples,
    validation: Samples,
}

impl TuningData {
    /// Holds out the last fifth of training samples, which are in no order.
    pub fn hold_out(training: &Samples) -> Result<Self> {
        let len = training.len() as u32;
        let kept = len - (HELD_OUT * f64::from(len)).ceil() as u32;
        let part = |range: std::ops::Range<u32>| training.subset(&range.collect::<Vec<_>>());
        Ok(Self { train: part(0..kept)?, validation: part(kept..len)? })
    }

    /// The samples that are fitted, and those that are held out.
    pub fn parts(&self) -> [&Samples; 2] {
        [&self.train, &self.validation]
    }
}

/// All training samples, and the test samples.
pub struct TestData {
    pub train: Samples,
    pub test: Samples,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Outcome {
    /// With a loss and an accuracy on samples that it was not trained on.
    Finished { loss: f64, accuracy: f64 },
    /// With a loss, gradient or step that was not finite.
    Diverged { diverged_at: u64 },
}

impl Outcome {
    /// The loss that runs are ranked by: a run that diverged is behind all others.
    pub fn loss(self) -> f64 {
        match self {
            Self::Finished { loss, .. } => loss,
            Self::Diverged { .. } => f64::INFINITY,
        }
    }
}

/// How much is done for each candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// The number of rates tried; odd, so that the centre is one of them.
    pub rates: usize,
    /// The number of seeds that the best one is measured with, from 2.
    pub seeds: u64,
}

/// A rate that was tried, and how its run ended on the validation samples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Trial {
    pub rate: f64,
    pub validation: Outcome,
}

/// All rates that were tried for a candidate, in ascending order.
#[derive(Debug, Clone, PartialEq)]
pub struct Tuned(Vec<Trial>);

impl Tuned {
    pub fn trials(&self) -> &[Trial] {
        &self.0
    }

    /// The trial with the least validation loss; `None` if all diverged.
    pub fn best(&self) -> Option<&Trial> {
        let best =
            self.0.iter().min_by(|a, b| a.validation.loss().total_cmp(&b.validation.loss()))?;
        best.validation.loss().is_finite().then_some(best)
    }

    /// Whether the best rate is the first or the last of the grid: a better one may lie beyond it.
    pub fn is_at_edge(&self) -> bool {
        let best = self.best().map(|trial| trial.rate);
        [self.0.first(), self.0.last()].into_iter().flatten().any(|trial| Some(trial.rate) == best)
    }
}

/// The runs of the best rate on the test samples, an outcome for each seed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measured {
    pub rate: f64,
    pub outcomes: Vec<Outcome>,
    /// With the rate divided by [`OFF`].
    pub lower: Vec<Outcome>,
    /// With the rate multiplied by [`OFF`].
    pub higher: Vec<Outcome>,
}

/// Rates around a centre, each with two digits, so that it can be typed.
pub fn grid(centre: f64, rates: usize) -> Vec<f64> {
    let half = (rates / 2) as i32;
    (-half..=half).map(|place| two_digits(centre * RATIO.powi(place))).collect()
}

/// The nearest number with two digits.
pub fn two_digits(value: f64) -> f64 {
    format!("{value:.1e}").parse().unwrap_or(value)
}

/// Tries the rates of each candidate's grid, all of them with one seed. `done` is called after each run.
pub fn tune(
    setup: &Setup,
    data: &TuningData,
    candidates: &[Candidate],
    budget: Budget,
    done: &(dyn Fn() + Sync),
) -> Result<Vec<Tuned>> {
    let jobs: Vec<(&Candidate, f64)> = candidates
        .iter()
        .flat_map(|it| grid(it.centre, budget.rates).into_iter().map(move |rate| (it, rate)))
        .collect();
    let samples = data.parts();
    let run = |&(candidate, rate): &(&Candidate, f64)| {
        let validation = run(setup, samples, candidate, rate, TUNING_SEED)?;
        done();
        Ok(Trial { rate, validation })
    };
    let trials: Vec<Trial> = jobs.par_iter().with_max_len(1).map(run).collect::<Result<_>>()?;
    Ok(trials.chunks(budget.rates).map(|trials| Tuned(trials.to_vec())).collect())
}

/// Measures the best rate of each candidate, and rates that are off; `None` for a candidate that
/// diverged at every rate.
pub fn measure(
    setup: &Setup,
    data: &TestData,
    candidates: &[Candidate],
    tuned: &[Tuned],
    budget: Budget,
    done: &(dyn Fn() + Sync),
) -> Result<Vec<Option<Measured>>> {
    let best: Vec<(&Candidate, Option<f64>)> = candidates
        .iter()
        .zip(tuned)
        .map(|(candidate, tuned)| (candidate, tuned.best().map(|trial| trial.rate)))
        .collect();
    let jobs: Vec<(&Candidate, f64, u64)> = best
        .iter()
        .filter_map(|&(candidate, rate)| Some((candidate, rate?)))
        .flat_map(|(candidate, rate)| {
            let [lower, higher] = [rate / OFF, rate * OFF].map(two_digits);
            let runs = [(rate, budget.seeds), (lower, OFF_SEEDS), (higher, OFF_SEEDS)];
            let seeds = move |(rate, seeds)| (1..=seeds).map(move |seed| (candidate, rate, seed));
            runs.into_iter().flat_map(seeds)
        })
        .collect();
    let samples = [&data.train, &data.test];
    let run = |&(candidate, rate, seed): &(&Candidate, f64, u64)| {
        let outcome = run(setup, samples, candidate, rate, seed)?;
        done();
        Ok(outcome)
    };
    let outcomes: Vec<Outcome> = jobs.par_iter().with_max_len(1).map(run).collect::<Result<_>>()?;
    let mut outcomes = outcomes.into_iter();
    let mut next = |count: u64| outcomes.by_ref().take(count as usize).collect();
    let mut measured = |rate: f64| Measured {
        rate,
        outcomes: next(budget.seeds),
        lower: next(OFF_SEEDS),
        higher: next(OFF_SEEDS),
    };
    Ok(best.into_iter().map(|(_, rate)| rate).map(|rate| rate.map(&mut measured)).collect())
}

/// Trains one candidate with one rate and one seed, and evaluates it after the last step.
fn run(
    setup: &Setup,
    [train, evaluation]: [&Samples; 2],
    candidate: &Candidate,
    rate: f64,
    seed: u64,
) -> Result<Outcome> {
    let &Setup { network, epochs, batch } = setup;
    let steps = epochs * train.len().div_ceil(batch) as u64;
    let method = candidate.method(rate, steps)?;
    let training = Training { epochs, batch, seed };
    let mut comparison = Comparison::new(train, evaluation, network(), &[method], training)?;
    let mut last = None;
    while let Some(mut tick) = comparison.advance()? {
        last = tick.epochs.pop().or(last);
    }
    Ok(match (comparison.diverged_at(0), last) {
        (Some(diverged_at), _) => Outcome::Diverged { diverged_at },
        (None, Some(it)) => Outcome::Finished { loss: it.test_loss, accuracy: it.test_accuracy },
        (None, None) => return Err("a run without steps".into()),
    })
}
