//! Races: methods on one function, each at the best of its settings.
//!
//! Every method tries the settings of its [`Sweep`] on the same starts with the same noise. A setting is the better the
//! more of its runs reach the target, then the sooner they do, then the lower they end. A run has reached the target
//! at the step from which on it stays below: to fly past the minimum is not to arrive. With noise, the chosen
//! setting runs again on seeds that the choice has not seen, and these runs are compared: a setting that was only
//! lucky does not win.

mod figure;
mod file;
mod outcome;
mod page;
mod record;
mod standing;

use rayon::prelude::*;
use thalweg::{Registry, Spec};
use thalweg_draw::Point;

use crate::methods::MISPRINTS;
use crate::problem::Problem;
use crate::run::{Noise, Run, RunError, Setting};
use crate::statistics::Mean;
use crate::sweep::{Sweep, SweepError};

pub use outcome::{Outcome, compare};
pub use standing::Row;

/// The rates that a method without a chosen one tries: four in each decade.
pub const RATES: &str = "1e-4..10:log21";

/// The share of the first gap to the minimum that is left at the target, unless it is given.
pub const TARGET: f64 = 1e-3;
/// The same where gradients have noise, which keeps runs away from the minimum.
pub const NOISY_TARGET: f64 = 0.05;
/// The share of the last steps whose mean is the end of a run with noise.
const END: f64 = 0.1;
/// Ends that differ by less than this power of ten are alike.
const ALIKE: f64 = 0.05;

/// What all methods of a race have in common.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where runs start, each once with each seed.
    pub starts: Vec<Point>,
    /// The steps of a run.
    pub steps: usize,
    /// Precision, schedule, clipping and noise, whose seed is the first one.
    pub setting: Setting,
    /// How many seeds of the noise; one where there is none.
    pub seeds: usize,
    /// The value that runs should reach; without it [a share](TARGET) of the way to the minimum from each start.
    pub target: Option<f64>,
}

/// A setting of a method, and what became of its runs.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The method with its hyperparameters.
    pub spec: Spec,
    /// A run from each start with each seed, the seeds of a start beside each other.
    pub outcomes: Vec<Outcome>,
}

/// A method of a race.
#[derive(Debug, Clone)]
pub struct Contender {
    /// What it tried.
    pub sweep: Sweep,
    /// A trial for each setting of the sweep.
    pub trials: Vec<Trial>,
    /// The index of the best of them.
    pub best: usize,
    /// The method as it is without the sweep, on the seeds of the result; `None` where nothing was swept.
    pub untuned: Option<Trial>,
    /// The best setting on the seeds that are compared.
    pub result: Trial,
    /// Whether all before it are better with a confidence of 95 %: false where nothing tells it apart from the one
    /// before it.
    pub is_distinct: bool,
}

/// A race: who took part, the best first.
#[derive(Debug, Clone)]
pub struct Race {
    /// The title of figures.
    pub title: String,
    /// The function.
    pub problem: Problem,
    /// What all have in common.
    pub plan: Plan,
    /// The value to reach from each start.
    pub targets: Vec<f64>,
    /// The methods, the best first.
    pub contenders: Vec<Contender>,
    /// Methods that could not run, and why.
    pub left_out: Vec<(String, String)>,
}

/// Why a race cannot be run.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RaceError {
    /// A sweep is refused.
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// A run cannot begin.
    #[error(transparent)]
    Run(#[from] RunError),
    /// There is nothing to run.
    #[error("a race needs at least one method and one start")]
    Empty,
    /// Every run of every method diverged, so that no lowest value is known.
    #[error("no run of any method stays finite; try smaller rates or another start")]
    AllDiverged,
}

/// A method's text as an entry of a race: where neither the text chooses a rate nor the method lacks one, it tries
/// [`RATES`].
///
/// # Errors
/// [`SweepError`], as [`Sweep::parse`].
pub fn entry(registry: &Registry, text: &str) -> Result<Sweep, SweepError> {
    Sweep::parse_with_rates(registry, text, RATES)
}

/// An entry for every method of a registry, without the misprints of the laboratory.
///
/// # Errors
/// None, except for a method that refuses its own defaults.
pub fn everyone(registry: &Registry) -> Result<Vec<Sweep>, SweepError> {
    let names = registry.entries().map(|entry| entry.name);
    let is_misprint = |name: &str| MISPRINTS.iter().any(|(misprint, _)| *misprint == name);
    names.filter(|name| !is_misprint(name)).map(|name| entry(registry, name)).collect()
}

impl Race {
    /// Runs a race. `progress` is called after each setting of each method, from several threads.
    ///
    /// # Errors
    /// [`RaceError`]: nothing to run, a start at which the function is not finite, no run that stays finite.
    ///
    /// ```
    /// use thalweg_lab::methods;
    /// use thalweg_lab::problem::Problem;
    /// use thalweg_lab::race::{Plan, Race, entry};
    /// use thalweg_lab::run::Setting;
    ///
    /// let ravine = Problem::named("ravine")?;
    /// let entries = [entry(&methods::registry(), "sgd")?, entry(&methods::registry(), "momentum")?];
    /// let (starts, setting) = (vec![ravine.start], Setting::default());
    /// let plan = Plan { starts, steps: 100, setting, seeds: 1, target: None };
    /// let race = Race::new(&ravine, entries.to_vec(), plan, &|| {})?;
    /// assert_eq!(race.contenders[0].sweep.base.entry().name, "sgd");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(
        problem: &Problem,
        entries: Vec<Sweep>,
        plan: Plan,
        progress: &(dyn Fn() + Sync),
    ) -> Result<Self, RaceError> {
        if entries.is_empty() || plan.starts.is_empty() {
            return Err(RaceError::Empty);
        }
        for &start in &plan.starts {
            let value = problem.value(start);
            if !value.is_finite() {
                let problem = problem.name.clone();
                return Err(RunError::Start { problem, start, value }.into());
            }
        }
        let course = Course::new(problem, &plan, &entries)?;
        let settings: Vec<&Spec> = entries.iter().flat_map(|entry| &entry.specs).collect();
        let tried: Vec<Result<Trial, RunError>> = settings
            .par_iter()
            .with_max_len(1)
            .map(|spec| {
                let trial = course.trial(spec, Use::Choice);
                progress();
                trial
            })
            .collect();
        let (mut left_out, mut entered) = (Vec::new(), Vec::new());
        let mut tried = tried.into_iter();
        for sweep in entries {
            let own: Result<Vec<Trial>, RunError> =
                tried.by_ref().take(sweep.specs.len()).collect();
            match own {
                Ok(trials) => entered.push((sweep, trials)),
                Err(error) => left_out.push((sweep.base.to_string(), error.to_string())),
            }
        }
        let finish = |(sweep, trials): (Sweep, Vec<Trial>)| course.contender(sweep, trials);
        let contenders: Result<Vec<Contender>, RunError> =
            entered.into_par_iter().with_max_len(1).map(finish).collect();
        let mut contenders = contenders?;
        contenders.sort_by(|a, b| compare(&a.result.outcomes, &b.result.outcomes));
        let distinct: Vec<bool> = (0..contenders.len())
            .map(|k| k == 0 || is_distinct(&contenders[k - 1], &contenders[k], plan.steps))
            .collect();
        for (contender, is_distinct) in contenders.iter_mut().zip(distinct) {
            contender.is_distinct = is_distinct;
        }
        let targets = course.targets;
        let title = format!("Race on {}", problem.title);
        Ok(Self { title, problem: problem.clone(), plan, targets, contenders, left_out })
    }
}

/// Whether runs of one method are known to be better than those of the next, pair by pair. One run of each is told
/// apart by any difference, as nothing in it is random.
fn is_distinct(better: &Contender, worse: &Contender, steps: usize) -> bool {
    let pairs = [better, worse].map(|it| &it.result.outcomes[..]);
    if pairs[0].len() == 1 {
        let [a, b] = pairs.map(|outcomes| outcomes[0]);
        return a.reached_at != b.reached_at || (a.log_gap() - b.log_gap()).abs() > ALIKE;
    }
    let measures: [fn(&Outcome, usize) -> f64; 2] =
        [|it, steps| it.reached_at.unwrap_or(steps + 1) as f64, |it, _| it.log_gap()];
    measures.iter().any(|measure| {
        let numbers = pairs
            .map(|outcomes| outcomes.iter().map(|it| measure(it, steps)).collect::<Vec<f64>>());
        Mean::of_differences(&numbers[0], &numbers[1]).is_some_and(|it| it.interval[1] < 0.0)
    })
}

/// What the seeds of runs are for: no seed is used for both.
#[derive(Debug, Clone, Copy)]
enum Use {
    Choice,
    Comparison,
}

/// What every run is measured by.
struct Course<'a> {
    problem: &'a Problem,
    plan: &'a Plan,
    lowest: f64,
    targets: Vec<f64>,
}

impl<'a> Course<'a> {
    /// The lowest value is that of the minimum, where one is known, else that of all runs.
    fn new(problem: &'a Problem, plan: &'a Plan, entries: &[Sweep]) -> Result<Self, RaceError> {
        let mut course = Self { problem, plan, lowest: 0.0, targets: Vec::new() };
        let of_runs = || {
            let settings: Vec<&Spec> = entries.iter().flat_map(|entry| &entry.specs).collect();
            let lowest = |spec: &&Spec| {
                let runs = course.runs(spec, Use::Choice).unwrap_or_default();
                let values = runs.iter().flat_map(|run| run.values.iter().copied());
                values.fold(f64::INFINITY, f64::min)
            };
            settings.par_iter().with_max_len(1).map(lowest).reduce(|| f64::INFINITY, f64::min)
        };
        let lowest = problem.minimum.unwrap_or_else(of_runs);
        if !lowest.is_finite() {
            return Err(RaceError::AllDiverged);
        }
        let left = if plan.setting.noise.is_some() { NOISY_TARGET } else { TARGET };
        let share = |&start: &Point| lowest + left * (problem.value(start) - lowest);
        course.targets = match plan.target {
            Some(target) => vec![target; plan.starts.len()],
            None => plan.starts.iter().map(share).collect(),
        };
        Ok(Self { lowest, ..course })
    }

    fn seeds(&self) -> usize {
        if self.plan.setting.noise.is_some() { self.plan.seeds.max(1) } else { 1 }
    }

    fn runs(&self, spec: &Spec, of: Use) -> Result<Vec<Run>, RunError> {
        let (plan, seeds) = (self.plan, self.seeds() as u64);
        let first = match of {
            Use::Choice => seeds,
            Use::Comparison => 0,
        };
        let seeded = |k: u64| {
            let noise = plan.setting.noise;
            let noise = noise.map(|it| Noise { seed: it.seed.wrapping_add(first + k), ..it });
            Setting { noise, ..plan.setting.clone() }
        };
        let each = plan.starts.iter().flat_map(|&start| (0..seeds).map(move |k| (start, k)));
        each.map(|(start, k)| Run::new(self.problem, spec, start, plan.steps, seeded(k))).collect()
    }

    /// The value at the end: with noise the mean of the last steps, as each is a matter of luck.
    fn end(&self, run: &Run) -> f64 {
        let count = match self.plan.setting.noise {
            Some(_) => ((END * run.values.len() as f64) as usize).max(1),
            None => 1,
        };
        let last = &run.values[run.values.len() - count..];
        last.iter().sum::<f64>() / count as f64
    }

    fn trial(&self, spec: &Spec, of: Use) -> Result<Trial, RunError> {
        let seeds = self.seeds();
        let outcome = |(k, run): (usize, Run)| {
            let (start, target) = (k / seeds, self.targets[k / seeds]);
            let value = if run.diverged_at.is_none() { self.end(&run) } else { f64::NAN };
            let above = run.values.iter().rposition(|&value| value > target);
            let reached_at = above.map_or(0, |last| last + 1);
            Outcome {
                start,
                reached_at: Some(reached_at)
                    .filter(|&step| run.diverged_at.is_none() && step < run.values.len()),
                value,
                gap: if value.is_nan() { f64::INFINITY } else { (value - self.lowest).max(0.0) },
                diverged_at: run.diverged_at,
            }
        };
        let outcomes = self.runs(spec, of)?.into_iter().enumerate().map(outcome).collect();
        Ok(Trial { spec: spec.clone(), outcomes })
    }

    /// The best of the trials, with what it is compared by.
    fn contender(&self, sweep: Sweep, trials: Vec<Trial>) -> Result<Contender, RunError> {
        let order = |a: &usize, b: &usize| compare(&trials[*a].outcomes, &trials[*b].outcomes);
        let best = (0..trials.len()).min_by(order).unwrap_or(0);
        let result = match self.plan.setting.noise {
            Some(_) => self.trial(&trials[best].spec, Use::Comparison)?,
            None => trials[best].clone(),
        };
        let untuned = (!sweep.axes.is_empty()).then(|| self.trial(&sweep.base, Use::Comparison));
        let untuned = untuned.transpose()?;
        Ok(Contender { sweep, trials, best, untuned, result, is_distinct: true })
    }
}
