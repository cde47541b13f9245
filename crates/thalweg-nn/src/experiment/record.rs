//! The runs of the first seed, repeated with everything recorded: their networks, records and paths.

use thalweg::{Optimizer, Registry, Value};

use super::error::ExperimentError;
use super::standing::Results;
use super::trial::Trial;
use super::{Experiment, Plan};
use crate::compare::{CompareError, Comparison, Method, Training};
use crate::history::{self, Snapshot};
use crate::record::{EpochRecord, Record};
use crate::report::MethodResult;
use crate::session::Stride;

/// What the runs of the first seed led to; methods are in the order of their ranks.
pub(super) struct Recorded {
    /// The networks, with the weights of their best epochs, to be tested: it takes no step.
    pub networks: Comparison,
    /// The records of every method; epochs have the scores on validation samples.
    pub results: Vec<MethodResult>,
    /// The name and hyperparameters of every method.
    pub hyperparameters: Vec<Vec<(&'static str, Value)>>,
    /// The weights on the way.
    pub snapshots: Vec<Snapshot>,
}

impl Experiment {
    /// Repeats the runs of the first seed, which gives the same bits; `stop` is asked between steps.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub(super) fn recorded(
        &self,
        results: &Results,
        has_paths: bool,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Recorded, ExperimentError> {
        let Plan { epochs, batch, seed, .. } = self.plan;
        let parts = (self.parts)(seed)?;
        let labels = results.labels();
        let methods = results.standings.iter().zip(&labels).map(|(it, label)| {
            let optimizer = (self.equip)(Optimizer::builder(it.spec().clone()));
            Method { label: label.clone(), optimizer }
        });
        let methods: Vec<Method> = methods.collect();
        let training = Training { epochs, batch, seed };
        let (train, task) = (&parts.train, &self.task);
        let mut comparison =
            Comparison::new(train, &parts.validation, task.clone(), &methods, training)?;
        // A method without weights of its own for evaluation: what is tested is what is set.
        let still = Registry::standard().spec("sgd").map_err(CompareError::from)?;
        let still = labels.iter().map(|label| Method {
            label: label.clone(),
            optimizer: Optimizer::builder(still.clone()),
        });
        let still: Vec<Method> = still.collect();
        let networks = Comparison::new(train, &parts.test, task.clone(), &still, training)?;

        let runs: Vec<&Trial> = results.standings.iter().filter_map(|it| it.runs.first()).collect();
        let longest = runs.iter().map(|run| run.epochs.len() as u64).max().unwrap_or(0);
        let elements = comparison.weights(0).elements();
        let stride = Stride::new(comparison.steps(), labels.len(), elements);
        let mut records = Vec::new();
        let mut snapshots = Vec::new();
        loop {
            if has_paths && stride.includes(comparison.step()) {
                snapshots.push(Snapshot::of(&comparison)?);
            }
            let Some(tick) = comparison.advance()? else { break };
            let epoch = tick.epochs.first().map(|record| record.epoch);
            for record in &tick.epochs {
                let method = labels.iter().position(|label| *label == record.method);
                let Some(method) = method else { continue };
                if runs[method].best_epoch == Some(record.epoch) {
                    let values = comparison.evaluation_weights(method)?.values();
                    let values = values.map_err(CompareError::from)?;
                    networks.weights(method).set_values(&values).map_err(CompareError::from)?;
                }
            }
            records.extend(tick.steps.into_iter().map(Record::Step));
            records.extend(tick.epochs.into_iter().map(Record::Epoch));
            // Patience has ended all of them; the path of a landscape goes on to the last step.
            if epoch == Some(longest) && !has_paths {
                break;
            }
            if stop() {
                return Err(ExperimentError::Stopped);
            }
        }
        let results = history::results(&comparison, records);
        let count = labels.len();
        let hyperparameters = (0..count).map(|method| comparison.hyperparameters(method)).collect();
        Ok(Recorded { networks, results, hyperparameters, snapshots })
    }
}

/// A result that has one epoch, the best one, with the scores on the test samples.
pub(super) fn tested(result: &MethodResult, run: &Trial) -> MethodResult {
    let best = run.best_epoch.and_then(|best| result.epochs.iter().find(|it| it.epoch == best));
    let epoch = run.test.zip(best).map(|(test, best)| EpochRecord {
        test_loss: test.loss,
        test_accuracy: test.accuracy,
        ..best.clone()
    });
    // One that diverged later has a network all the same.
    let diverged_at = result.diverged_at.filter(|_| epoch.is_none());
    MethodResult { epochs: epoch.into_iter().collect(), diverged_at, ..result.clone() }
}
