//! Timing an optimizer and the roofline in alternation.

use std::time::{Duration, Instant};

use rayon::ThreadPoolBuilder;

use super::case::Case;
use super::error::BenchError;
use super::roofline::Roofline;
use super::work::work;

/// Seconds that a batch of calls lasts at least, so that the clock can measure it.
const MIN_BATCH: f64 = 2e-3;

/// Fewest rounds, however long they take.
const MIN_ROUNDS: usize = 3;

/// Most rounds, however quick they are.
const MAX_ROUNDS: usize = 51;

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speed {
    /// Seconds that a step takes, the median of the rounds.
    pub seconds: f64,
    /// Seconds that a pass of the roofline takes, the median of the rounds.
    pub roofline: f64,
    /// The roofline's time divided by the optimizer's, the median of the rounds.
    pub of_roofline: f64,
}

/// Measures a case for about the time of the budget, after its arrays are filled and both sides are warm.
///
/// # Errors
/// As [`Case::check`], and where threads cannot be started or a step is refused.
pub fn measure(case: &Case, budget: Duration) -> Result<Speed, BenchError> {
    case.check()?;
    let &Case { threads, .. } = case;
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|source| BenchError::Threads { threads, source })?;
    pool.install(|| alternate(case, budget))
}

fn alternate(case: &Case, budget: Duration) -> Result<Speed, BenchError> {
    let mut work = work(case)?;
    let mut roofline = Roofline::new(case);
    let mut step = || work.step();
    let mut pass = || {
        roofline.pass();
        Ok(())
    };
    let steps = calibrate(&mut step)?;
    let passes = calibrate(&mut pass)?;
    let begin = Instant::now();
    let mut rounds: Vec<(f64, f64)> = Vec::with_capacity(MAX_ROUNDS);
    while rounds.len() < MIN_ROUNDS || (rounds.len() < MAX_ROUNDS && begin.elapsed() < budget) {
        // Which side goes first changes from round to round: the first meets what was left in the cache.
        rounds.push(if rounds.len().is_multiple_of(2) {
            let floor = mean_seconds(&mut pass, passes)?;
            (mean_seconds(&mut step, steps)?, floor)
        } else {
            (mean_seconds(&mut step, steps)?, mean_seconds(&mut pass, passes)?)
        });
    }
    Ok(Speed {
        seconds: median(rounds.iter().map(|round| round.0)),
        roofline: median(rounds.iter().map(|round| round.1)),
        of_roofline: median(rounds.iter().map(|round| round.1 / round.0)),
    })
}

type Done = Result<(), thalweg::Error>;

/// How many calls last [`MIN_BATCH`]; meanwhile code and data become warm.
fn calibrate(action: &mut impl FnMut() -> Done) -> Result<u32, thalweg::Error> {
    action()?;
    let mut times = 1;
    loop {
        let whole = mean_seconds(action, times)? * f64::from(times);
        if whole >= MIN_BATCH || times > 1 << 20 {
            return Ok(times);
        }
        // Grow in a few steps, none of which relies on a single bad reading.
        times = (f64::from(times) * (1.2 * MIN_BATCH / whole).clamp(1.5, 10.0)).ceil() as u32;
    }
}

/// Seconds that a call takes, on average over a batch of `times`.
fn mean_seconds(action: &mut impl FnMut() -> Done, times: u32) -> Result<f64, thalweg::Error> {
    let begin = Instant::now();
    for _ in 0..times {
        action()?;
    }
    Ok(begin.elapsed().as_secs_f64() / f64::from(times))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
