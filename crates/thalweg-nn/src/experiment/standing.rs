//! What came out: methods ranked, and which of them are told apart.

use serde::Serialize;
use thalweg::Spec;
use thalweg_lab::statistics::Mean;
use thalweg_lab::sweep::{Sweep, rate};

use super::Plan;
use super::search::Tuning;
use super::trial::Trial;
use crate::data::TaskKind;

/// A setting that was tried.
#[derive(Debug, Clone, Serialize)]
pub struct Setting {
    /// A trial for each seed of the tuning.
    pub trials: Vec<Trial>,
}

impl Setting {
    /// The mean of the lowest validation losses; infinite where a trial diverged. One seed on which training goes
    /// wrong weighs more than one on which it goes very well.
    pub fn loss(&self) -> f64 {
        let losses = self.trials.iter().map(Trial::validation_loss);
        losses.sum::<f64>() / self.trials.len().max(1) as f64
    }
}

/// A method with its trials.
#[derive(Debug, Clone)]
pub struct Standing {
    /// What it tried.
    pub sweep: Sweep,
    /// Every setting of the sweep, with its longest trials; empty where there is one only.
    pub tuning: Vec<Setting>,
    /// The index of the setting that was chosen, of those that were trained to the end.
    pub chosen: usize,
    /// The method as it comes, with the seeds of the tuning; `None` where nothing was tuned.
    pub untuned: Option<Setting>,
    /// A trial for each seed.
    pub runs: Vec<Trial>,
    /// Whether it is known to be worse than the one ranked before it: the 95 % interval of the difference of their
    /// accuracies on the same seeds is on one side of 0. Of one seed nothing is known.
    pub is_distinct: bool,
}

/// The results of an experiment.
#[derive(Debug, Clone)]
pub struct Results {
    /// The budget.
    pub plan: Plan,
    /// Classification or regression: what methods are compared by.
    pub task: TaskKind,
    /// Whether the characters of a text are predicted.
    pub is_text: bool,
    /// The methods, the best first: by the mean accuracy, or R², on the test samples, then by the mean loss.
    pub standings: Vec<Standing>,
}

/// The setting to take: among those that lose no more to the best one than a standard error, on the same seeds, the one
/// with the smallest rate, as a higher one is closer to where training fails on other seeds. (The one-standard-error
/// rule: Breiman, Friedman, Olshen, Stone, "Classification and Regression Trees", 1984, section 3.4.3.)
fn choice(sweep: &Sweep, tuning: &[Setting], finalists: &[usize]) -> usize {
    let order = |a: &usize, b: &usize| tuning[*a].loss().total_cmp(&tuning[*b].loss());
    let Some(lowest) = finalists.iter().copied().min_by(order) else { return 0 };
    let losses =
        |k: usize| -> Vec<f64> { tuning[k].trials.iter().map(Trial::validation_loss).collect() };
    let is_near = |k: &usize| {
        let lost = Mean::of_differences(&losses(*k), &losses(lowest));
        lost.is_some_and(|it| it.mean <= it.deviation / (it.count as f64).sqrt())
    };
    let rate = |k: &usize| rate(&sweep.specs[*k]).unwrap_or(f64::INFINITY);
    let near = finalists.iter().copied().filter(is_near);
    near.min_by(|a, b| rate(a).total_cmp(&rate(b)).then_with(|| order(a, b))).unwrap_or(lowest)
}

impl Standing {
    pub(super) fn chosen(sweep: Sweep, tuning: Tuning) -> Self {
        let chosen = choice(&sweep, &tuning.settings, tuning.finalists());
        let Tuning { settings: tuning, untuned, .. } = tuning;
        Self { sweep, tuning, chosen, untuned, runs: Vec::new(), is_distinct: false }
    }

    /// The setting that was chosen.
    pub fn spec(&self) -> &Spec {
        &self.sweep.specs[self.chosen]
    }

    /// The accuracy, or R², on the test samples with each seed: 0 of a run that has finished no epoch, the R² of
    /// predicting the mean.
    pub fn accuracies(&self) -> Vec<f64> {
        self.runs.iter().map(|it| it.test.map_or(0.0, |score| score.accuracy)).collect()
    }

    /// The mean accuracy, or R², on the test samples.
    pub fn accuracy(&self) -> Option<Mean> {
        Mean::of(&self.accuracies())
    }

    /// The mean loss on the test samples, of the runs that have finished an epoch.
    pub fn loss(&self) -> Option<Mean> {
        let losses: Vec<f64> =
            self.runs.iter().filter_map(|it| it.test.map(|score| score.loss)).collect();
        Mean::of(&losses)
    }

    /// How many runs diverged.
    pub fn diverged(&self) -> usize {
        self.runs.iter().filter(|it| it.diverged_at.is_some()).count()
    }
}

impl Results {
    pub(super) fn ranked(plan: Plan, task: TaskKind, mut standings: Vec<Standing>) -> Self {
        let key = |it: &Standing| {
            let mean = |mean: Option<Mean>, none: f64| mean.map_or(none, |mean| mean.mean);
            (-mean(it.accuracy(), 0.0), mean(it.loss(), f64::INFINITY))
        };
        standings.sort_by(|a, b| {
            let (a, b) = (key(a), key(b));
            a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
        });
        let mut results = Self { plan, task, is_text: false, standings };
        for k in 1..results.standings.len() {
            results.standings[k].is_distinct = results.is_better(k - 1, k);
        }
        results
    }

    /// A name for each method: its own, or its sweep where two have the same name; they may have chosen the same setting.
    pub fn labels(&self) -> Vec<String> {
        let name = |it: &Standing| it.sweep.base.entry().name;
        let is_alone = |it: &Standing| {
            self.standings.iter().filter(|other| name(other) == name(it)).count() == 1
        };
        let label = |it: &Standing| match is_alone(it) {
            true => name(it).to_owned(),
            false => it.sweep.text.clone(),
        };
        self.standings.iter().map(label).collect()
    }

    /// The mean difference of the accuracies, or R², of two methods, by their ranks from 0, on the same seeds.
    pub fn difference(&self, a: usize, b: usize) -> Option<Mean> {
        let [a, b] = [a, b].map(|k| self.standings[k].accuracies());
        Mean::of_differences(&a, &b)
    }

    /// Whether one method is known to be better than another.
    pub fn is_better(&self, a: usize, b: usize) -> bool {
        self.difference(a, b).is_some_and(|it| it.interval[0] > 0.0)
    }

    /// How many methods cannot be told apart from the first, itself included.
    pub fn leaders(&self) -> usize {
        let others = (1..self.standings.len()).filter(|&k| !self.is_better(0, k)).count();
        others + usize::from(!self.standings.is_empty())
    }
}
