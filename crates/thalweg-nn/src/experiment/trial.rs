//! One training run of an experiment.

use serde::{Deserialize, Serialize};
use thalweg::Spec;

use super::error::ExperimentError;
use super::{Parts, Plan};
use crate::compare::{CompareError, Comparison, Method, Score, Task, Training};

/// What a trial is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// To choose a setting.
    Tuning,
    /// To see what the method does as it comes.
    Untuned,
    /// To compare methods.
    Comparison,
}

/// A training run of one setting with one seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// What it is for.
    pub stage: Stage,
    /// The setting.
    pub spec: String,
    /// The seed.
    pub seed: u64,
    /// The epochs that it was given, where they are fewer than all: it was a first look at its setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// After each epoch.
    pub epochs: Vec<Epoch>,
    /// The epoch, from 1, with the lowest validation loss; `None` where none was finished.
    pub best_epoch: Option<u64>,
    /// The step at which it diverged.
    pub diverged_at: Option<u64>,
    /// The scores on the test samples with the weights of the best epoch; `None` of trials that are not compared, and
    /// of those that did not finish an epoch.
    pub test: Option<Score>,
}

/// Losses and accuracies after an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// The mean loss over the training samples.
    pub train_loss: f64,
    /// The mean loss over the validation samples.
    pub validation_loss: f64,
    /// The share of validation samples that are classified correctly.
    pub validation_accuracy: f64,
}

impl Trial {
    /// The epoch with the lowest validation loss.
    pub fn best(&self) -> Option<&Epoch> {
        self.epochs.get(self.best_epoch?.checked_sub(1)? as usize)
    }

    /// The lowest validation loss; infinite where the trial diverged.
    pub fn validation_loss(&self) -> f64 {
        let best = self.best().filter(|_| self.diverged_at.is_none());
        best.map_or(f64::INFINITY, |epoch| epoch.validation_loss)
    }
}

/// A trial to be run.
pub(super) struct Wanted<'a> {
    pub stage: Stage,
    pub spec: &'a Spec,
    pub seed: u64,
    /// The epochs after which it ends, where they are fewer than all.
    pub epochs: Option<u64>,
}

impl Wanted<'_> {
    /// Whether a trial that was run is this one.
    pub fn is(&self, trial: &Trial) -> bool {
        let same = (self.stage, self.seed, self.epochs) == (trial.stage, trial.seed, trial.limit);
        same && self.spec.to_string() == trial.spec
    }
}

/// The seeds of the weights and of the order.
#[derive(Clone, Copy)]
pub(super) struct Seeds {
    pub weights: u64,
    pub order: u64,
}

pub(super) fn run(
    parts: &Parts,
    task: &Task,
    method: Method,
    (wanted, plan, seeds): (&Wanted, &Plan, Seeds),
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<Trial, ExperimentError> {
    let &Wanted { stage, seed, epochs: limit, .. } = wanted;
    let spec = method.label.clone();
    let training = Training { epochs: plan.epochs, batch: plan.batch, seed: seeds.weights };
    let (train, validation) = (&parts.train, &parts.validation);
    let mut comparison = Comparison::new(train, validation, task.clone(), &[method], training)?
        .ordered_by(seeds.order);
    let (mut epochs, mut best, mut kept): (Vec<Epoch>, Option<(f64, u64)>, _) =
        (Vec::new(), None, None);
    while let Some(tick) = comparison.advance()? {
        let Some(record) = tick.epochs.first() else { continue };
        epochs.push(Epoch {
            train_loss: record.train_loss,
            validation_loss: record.test_loss,
            validation_accuracy: record.test_accuracy,
        });
        if best.is_none_or(|(lowest, _)| record.test_loss < lowest) {
            best = Some((record.test_loss, record.epoch));
            if stage == Stage::Comparison {
                let values = comparison.evaluation_weights(0)?.values();
                kept = Some(values.map_err(CompareError::from)?);
            }
        }
        let waited = record.epoch - best.map_or(0, |(_, epoch)| epoch);
        if plan.patience.is_some_and(|patience| waited >= patience) || limit == Some(record.epoch) {
            break;
        }
        if stop() {
            return Err(ExperimentError::Stopped);
        }
    }
    let test: Option<Score> =
        kept.map(|values| comparison.score_at(&values, &parts.test)).transpose()?;
    Ok(Trial {
        stage,
        spec,
        seed,
        limit,
        epochs,
        best_epoch: best.map(|(_, epoch)| epoch),
        diverged_at: comparison.diverged_at(0),
        test,
    })
}
