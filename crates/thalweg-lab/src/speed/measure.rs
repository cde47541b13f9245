//! Rounds in which an optimizer and the roofline take turns.

use std::time::{Duration, Instant};

use rayon::ThreadPoolBuilder;

use super::work::work;
use super::{Case, Roofline, SpeedError};

/// Seconds that a turn takes at least: as many steps are taken in it.
const TURN: f64 = 2e-3;

/// Fewest rounds, however long they take.
const LEAST: usize = 3;

/// Most rounds, however quick they are.
const MOST: usize = 51;

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speed {
    /// Seconds that a step takes, the median of the rounds.
    pub seconds: f64,
    /// Seconds that a pass of the roofline takes, the median of the rounds.
    pub roofline: f64,
    /// The roofline's time divided by the optimizer's, the median of the rounds.
    pub of_roofline: f64,
    /// How many rounds there were.
    pub rounds: usize,
}

/// Measures a case within about so much time, after its arrays are filled and both sides are warm.
///
/// # Errors
/// As [`Case::check`], and where threads cannot be started or a step is refused.
pub fn measure(case: &Case, budget: Duration) -> Result<Speed, SpeedError> {
    case.check()?;
    let &Case { threads, .. } = case;
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|source| SpeedError::Threads { threads, source })?;
    pool.install(|| take_turns(case, budget))
}

fn take_turns(case: &Case, budget: Duration) -> Result<Speed, SpeedError> {
    let mut work = work(case)?;
    let mut roofline = Roofline::new(case);
    let mut step = || work.step();
    let mut pass = || {
        roofline.pass();
        Ok(())
    };
    let steps = often_enough(&mut step)?;
    let passes = often_enough(&mut pass)?;
    let begin = Instant::now();
    let mut taken: Vec<(f64, f64)> = Vec::with_capacity(MOST);
    while taken.len() < LEAST || (taken.len() < MOST && begin.elapsed() < budget) {
        // Whoever is first meets what came before it.
        taken.push(if taken.len().is_multiple_of(2) {
            let floor = turn(&mut pass, passes)?;
            (turn(&mut step, steps)?, floor)
        } else {
            (turn(&mut step, steps)?, turn(&mut pass, passes)?)
        });
    }
    Ok(Speed {
        seconds: median(taken.iter().map(|round| round.0)),
        roofline: median(taken.iter().map(|round| round.1)),
        of_roofline: median(taken.iter().map(|round| round.1 / round.0)),
        rounds: taken.len(),
    })
}

type Done = Result<(), thalweg::Error>;

/// How many times make a turn; on the way there both code and data become warm.
fn often_enough(action: &mut impl FnMut() -> Done) -> Result<u32, thalweg::Error> {
    action()?;
    let mut times = 1;
    loop {
        let whole = turn(action, times)? * f64::from(times);
        if whole >= TURN || times > 1 << 20 {
            return Ok(times);
        }
        // Towards the goal, in few strides, none of them from one bad reading alone.
        times = (f64::from(times) * (1.2 * TURN / whole).clamp(1.5, 10.0)).ceil() as u32;
    }
}

/// Seconds that the action takes, on average over so many times.
fn turn(action: &mut impl FnMut() -> Done, times: u32) -> Result<f64, thalweg::Error> {
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
