//! Experiments: methods tuned on validation samples with the same budget, then compared over several seeds.
//!
//! A *trial* is one training run: a setting of a method with a seed. First every setting of every [`Sweep`] is tried
//! with a few seeds, and one whose validation loss is lowest, to a standard error of the difference, is chosen: of those
//! the one with the smallest rate. One that diverges is not. Then each method is trained with its chosen
//! setting on other seeds. Weights are kept from the epoch at which the validation loss was lowest, and with
//! these the test samples are looked at once. Methods are compared pair by pair on the same seeds.
//!
//! Trials run side by side on the threads of the caller's rayon pool, each on one thread; results are the same bits on
//! any number of threads. Every finished trial is told, so that it can be kept, and known ones are not run again.
//!
//! ```
//! use candle_nn::{VarBuilder, linear};
//! use thalweg_lab::sweep::Sweep;
//! use thalweg_nn::compare::Task;
//! use thalweg_nn::data::{Dataset, Source, Split};
//! use thalweg_nn::experiment::{Experiment, Parts, Plan};
//!
//! let data = Dataset::load(&Source::parse("moons:samples=200")?, &Split::default())?;
//! let parts = Parts::of(&data, 0.2, 0)?;
//! let task = Task::classification(|vars: VarBuilder| linear(2, 2, vars));
//! let registry = thalweg::Registry::standard();
//! let sweeps = ["sgd:lr=0.01/0.1/1", "adam:lr=0.01"];
//! let sweeps = sweeps.iter().map(|text| Sweep::parse(&registry, text)).collect::<Result<_, _>>()?;
//! let plan = Plan { epochs: 3, batch: 32, seeds: 3, ..Plan::default() };
//! let results = Experiment::new(parts, task, sweeps, plan).run(Vec::new(), &|_| Ok(()), &|| false)?;
//! assert_eq!(results.standings.len(), 2);
//! assert_eq!(results.standings[0].runs.len(), 3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod figure;
mod files;
mod record;
mod run;
mod search;
mod standing;
mod trial;
mod vary;
mod words;

use rayon::prelude::*;
use thalweg::{Builder, Optimizer, Spec};
use thalweg_lab::sweep::Sweep;

use crate::compare::{Method, Task};
use crate::data::{DataError, Dataset, Samples};
use crate::random::{VALIDATION, random};
use search::Tuning;
use trial::Wanted;

pub use error::ExperimentError;
pub use run::{EXPERIMENT, RATES, Run, Settings, TRIALS, VALIDATION as VALIDATION_SHARE};
pub use search::Search;
pub use standing::{Results, Setting, Standing};
pub use trial::{Epoch, Stage, Trial};
pub use vary::{Vary, VaryError};
pub use words::Row;

/// Training, validation and test samples.
#[derive(Debug, Clone)]
pub struct Parts {
    /// Gradients are of these.
    pub train: Samples,
    /// Settings and epochs are chosen by these.
    pub validation: Samples,
    /// Methods are compared by these.
    pub test: Samples,
}

impl Parts {
    /// The parts of a data set whose training samples give a share to validation, chosen by a seed.
    ///
    /// # Errors
    /// [`DataError`]: a share that leaves a part empty, or a class without training samples.
    pub fn of(data: &Dataset, share: f64, seed: u64) -> Result<Self, DataError> {
        let (train, validation) = data.validation(share, &mut random(seed, VALIDATION))?;
        Ok(Self { train, validation, test: data.test.clone() })
    }
}

/// The budget of an experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Passes over the training samples of each trial.
    pub epochs: u64,
    /// Samples per step.
    pub batch: usize,
    /// How many seeds methods are compared on.
    pub seeds: usize,
    /// The first of them.
    pub seed: u64,
    /// How many seeds settings are chosen by: those that follow the seeds of the comparison.
    pub tuning_seeds: usize,
    /// Epochs without a lower validation loss after which a trial ends; `None` for all epochs.
    pub patience: Option<u64>,
    /// What follows from the seed of a trial; the rest follows from the first seed.
    pub vary: Vary,
    /// How settings are tried.
    pub search: Search,
}

impl Default for Plan {
    fn default() -> Self {
        let (vary, search) = (Vary::default(), Search::Full);
        let (epochs, batch, seeds, seed, tuning_seeds) = (20, 128, 5, 0, 5);
        Self { epochs, batch, seeds, seed, tuning_seeds, patience: None, vary, search }
    }
}

/// What is added to the optimizer of every method: groups, schedules, clipping.
type Equip = dyn Fn(Builder<f32, Spec>) -> Builder<f32, Spec> + Send + Sync;

/// The parts that a trial with a seed learns from.
type SplitBy = dyn Fn(u64) -> Result<Parts, DataError> + Send + Sync;

/// An experiment before it runs.
pub struct Experiment {
    parts: Box<SplitBy>,
    task: Task,
    sweeps: Vec<Sweep>,
    plan: Plan,
    equip: Box<Equip>,
}

impl Experiment {
    /// An experiment over the settings of these methods.
    pub fn new(parts: Parts, task: Task, sweeps: Vec<Sweep>, plan: Plan) -> Self {
        let parts = Box::new(move |_| Ok(parts.clone()));
        Self { parts, task, sweeps, plan, equip: Box::new(|builder| builder) }
    }

    /// The same with other validation samples for each seed, so that a choice depends less on which they are.
    #[must_use]
    pub fn split_by(
        self,
        parts: impl Fn(u64) -> Result<Parts, DataError> + Send + Sync + 'static,
    ) -> Self {
        Self { parts: Box::new(parts), ..self }
    }

    /// The same with groups, schedules or clipping for every optimizer.
    #[must_use]
    pub fn equipped(
        self,
        equip: impl Fn(Builder<f32, Spec>) -> Builder<f32, Spec> + Send + Sync + 'static,
    ) -> Self {
        Self { equip: Box::new(equip), ..self }
    }

    /// How many trials it has: the untuned settings and the settings that are compared included.
    pub fn trials(&self) -> usize {
        let tuned = self.sweeps.iter().filter(|sweep| sweep.specs.len() > 1);
        let tried = |sweep: &Sweep| {
            let rungs = self.plan.search.rungs(self.plan.epochs, sweep.specs.len());
            rungs.iter().map(|rung| rung.settings).sum::<usize>() + 1
        };
        let tuning: usize = tuned.map(tried).sum();
        tuning * self.plan.tuning_seeds + self.sweeps.len() * self.plan.seeds
    }

    /// Runs every trial that is not among `known`, which have been run by an experiment of the same settings; `done` is
    /// told of each, from several threads, and `stop` asked between epochs.
    ///
    /// # Errors
    /// [`ExperimentError`]: nothing to run, a method or network that does not fit, a failure of `done`;
    /// [`Stopped`](ExperimentError::Stopped) where `stop` said so.
    pub fn run(
        &self,
        known: Vec<Trial>,
        done: &(dyn Fn(&Trial) -> std::io::Result<()> + Sync),
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Results, ExperimentError> {
        if self.sweeps.is_empty() || self.plan.seeds == 0 || self.plan.tuning_seeds == 0 {
            return Err(ExperimentError::Empty);
        }
        let trials = |wanted: Vec<Wanted>| -> Result<Vec<Trial>, ExperimentError> {
            let trial = |it: &Wanted| {
                if let Some(known) = known.iter().find(|known| it.is(known)) {
                    return Ok(known.clone());
                }
                let trial = self.trial(it, stop)?;
                done(&trial).map_err(ExperimentError::Keep)?;
                Ok(trial)
            };
            wanted.par_iter().with_max_len(1).map(trial).collect()
        };
        let mut standings = self.tuned(&trials)?;
        let Plan { seed, seeds, .. } = self.plan;
        let wanted = standings.iter().flat_map(|it| {
            (0..seeds as u64).map(move |k| {
                let seed = seed.wrapping_add(k);
                Wanted { stage: Stage::Comparison, spec: it.spec(), seed, epochs: None }
            })
        });
        let mut compared = trials(wanted.collect())?.into_iter();
        for standing in &mut standings {
            standing.runs = compared.by_ref().take(seeds).collect();
        }
        Ok(Results::ranked(self.plan, self.task.kind(), standings))
    }

    /// Tries the settings of every sweep, and chooses one of each.
    fn tuned(&self, trials: &RunAll<'_>) -> Result<Vec<Standing>, ExperimentError> {
        let Plan { seed, seeds, tuning_seeds, .. } = self.plan;
        let choosing = (0..tuning_seeds).map(|k| seed.wrapping_add((seeds + k) as u64));
        let choosing: Vec<u64> = choosing.collect();
        let on_each_seed = |stage, spec, epochs| {
            choosing.iter().map(move |&seed| Wanted { stage, spec, seed, epochs })
        };
        let is_tuned = |sweep: &Sweep| sweep.specs.len() > 1;
        let mut tuning: Vec<Tuning> = self
            .sweeps
            .iter()
            .map(|sweep| {
                let count = if is_tuned(sweep) { sweep.specs.len() } else { 0 };
                Tuning::new(self.plan.search.rungs(self.plan.epochs, count), count)
            })
            .collect();
        // All methods climb together, so that a core that is done with one takes the next.
        let rungs = tuning.iter().map(Tuning::rungs).max().unwrap_or(0);
        for rung in 0..rungs {
            let wanted = self.sweeps.iter().zip(&tuning).flat_map(|(sweep, tuning)| {
                let untuned = (rung == 0 && is_tuned(sweep)).then_some(&sweep.base).into_iter();
                let untuned = untuned.flat_map(|base| on_each_seed(Stage::Untuned, base, None));
                let (alive, epochs) = tuning.alive(rung, self.plan.epochs);
                let tried = alive
                    .iter()
                    .flat_map(move |&k| on_each_seed(Stage::Tuning, &sweep.specs[k], epochs));
                tried.chain(untuned)
            });
            let mut tried = trials(wanted.collect())?.into_iter();
            let mut setting = || Setting { trials: tried.by_ref().take(tuning_seeds).collect() };
            for (sweep, tuning) in self.sweeps.iter().zip(&mut tuning) {
                tuning.climb(rung, &mut setting);
                if rung == 0 && is_tuned(sweep) {
                    tuning.untuned = Some(setting());
                }
            }
        }
        let standings = self.sweeps.iter().zip(tuning);
        Ok(standings.map(|(sweep, tuning)| Standing::chosen(sweep.clone(), tuning)).collect())
    }

    fn trial(
        &self,
        it: &Wanted,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Trial, ExperimentError> {
        let optimizer = (self.equip)(Optimizer::builder(it.spec.clone()));
        let method = Method { label: it.spec.to_string(), optimizer };
        let of = |varies: bool| if varies { it.seed } else { self.plan.seed };
        let Vary { weights, order, .. } = self.plan.vary;
        let seeds = trial::Seeds { weights: of(weights), order: of(order) };
        let parts = (self.parts)(it.seed)?;
        trial::run(&parts, &self.task, method, (it, &self.plan, seeds), stop)
    }
}

/// Runs trials side by side.
type RunAll<'a> = dyn Fn(Vec<Wanted>) -> Result<Vec<Trial>, ExperimentError> + 'a;
