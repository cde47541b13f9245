//! One method with its own copy of the network.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use candle_core::Tensor;
use thalweg::{Measure, NonFinite, Spec, Value};
use thalweg_candle::VarOptimizer;

use super::error::CompareError;
use super::method::Method;
use super::score::{self, Predictions, Score};
use super::task::Task;
use super::timing::Timing;
use crate::data::Samples;
use crate::record::{EpochRecord, StepRecord};
use crate::trainable::{Mode, Model, Trainable};
use crate::weights::Weights;

pub(super) struct Contender {
    pub label: String,
    pub spec: String,
    /// The weights that gradients are taken at.
    pub weights: Weights,
    pub optimizer: VarOptimizer<Spec>,
    /// The step at which the loss, gradient or update was not finite; the weights have not changed since.
    pub diverged_at: Option<u64>,
    pub timing: Timing,
    model: Model,
    /// Copies of the network to evaluate with other weights than those that train, if the method has
    /// such. They are kept apart, so that no evaluation can change training.
    evaluated: Mutex<Vec<(Weights, Model)>>,
    seed: u64,
    /// The learning rate, if it has no schedule.
    fixed_rate: Option<f64>,
}

impl Contender {
    pub fn new(method: &Method, task: &Task, seed: u64) -> Result<Self, CompareError> {
        let weights = Weights::new(seed);
        let model = (task.build)(weights.builder())?;
        let builder =
            method.optimizer.clone().measure(Measure::Updates).non_finite(NonFinite::Skip);
        let optimizer = VarOptimizer::named(weights.vars(), builder)
            .map_err(|source| CompareError::method(&method.label, source))?;
        let is_fixed = !optimizer.schedules().iter().any(|(name, _)| *name == "lr");
        let rate = optimizer.current("lr", None).and_then(number);
        Ok(Self {
            fixed_rate: rate.filter(|_| is_fixed),
            label: method.label.clone(),
            spec: optimizer.method().to_string(),
            weights,
            optimizer,
            diverged_at: None,
            timing: Timing::default(),
            model,
            evaluated: Mutex::default(),
            seed,
        })
    }

    /// The scores of the network with the weights that train.
    pub fn forward(&self, inputs: &Tensor) -> candle_core::Result<Tensor> {
        self.model.scores(inputs, Mode::Evaluation)
    }

    /// The variables without a gradient of the loss of these samples.
    pub fn without_gradient(
        &self,
        task: &Task,
        samples: &Samples,
    ) -> candle_core::Result<Vec<String>> {
        let scores = self.model.scores(&samples.inputs, Mode::Evaluation)?;
        let gradients = (task.loss)(&scores, &samples.targets)?.backward()?;
        let vars = self.weights.vars().into_iter();
        Ok(vars.filter(|(_, var)| gradients.get(var).is_none()).map(|(name, _)| name).collect())
    }

    /// Takes one step; `None` for a method that has diverged, now or before.
    pub fn step(
        &mut self,
        task: &Task,
        (batch, gathered): (&Samples, Duration),
        (step, epoch): (u64, u64),
    ) -> Result<Option<StepRecord>, CompareError> {
        if self.diverged_at.is_some() {
            return Ok(None);
        }
        let begin = Instant::now();
        let before = self.weights.flat_buffers()?;
        let mode = Mode::Training { seed: self.seed, step };
        let loss = (task.loss)(&self.model.scores(&batch.inputs, mode)?, &batch.targets)?;
        let value = f64::from(loss.to_scalar::<f32>()?);
        if !value.is_finite() {
            return self.diverge(step, &before);
        }
        let gradients = loss.backward()?;
        let lr = self.fixed_rate.or_else(|| self.optimizer.current("lr", None).and_then(number));
        let computed = Instant::now();
        let report = self
            .optimizer
            .step_report_with_loss(value, &gradients)
            .map_err(|source| CompareError::method(&self.label, source))?;
        self.timing.samples += batch.targets.elem_count() as u64;
        self.timing.gradients += gathered + (computed - begin);
        self.timing.optimizer += computed.elapsed();
        let finite = |norm: Option<f64>| norm.filter(|norm| norm.is_finite());
        let (Some(grad_norm), Some(update_norm), None) =
            (finite(report.gradient_norm), finite(report.update_norm), &report.skipped)
        else {
            return self.diverge(step, &before);
        };
        let method = self.label.clone();
        Ok(Some(StepRecord { method, step, epoch, loss: value, lr, grad_norm, update_norm }))
    }

    /// Ends training, with the running statistics from before the step, as its weights have not changed.
    fn diverge(&mut self, step: u64, buffers: &[f32]) -> Result<Option<StepRecord>, CompareError> {
        self.weights.set_flat_buffers(buffers)?;
        self.diverged_at = Some(step);
        Ok(None)
    }

    /// Evaluates the method after an epoch, and passes the test loss to schedules that depend on it.
    /// `None` for a method that has diverged.
    pub fn epoch(
        &mut self,
        task: &Task,
        [train, test]: [&Samples; 2],
        (step, epoch): (u64, u64),
    ) -> Result<Option<EpochRecord>, CompareError> {
        if self.diverged_at.is_some() {
            return Ok(None);
        }
        let [train, test] = [self.score(task, train)?, self.score(task, test)?];
        if !(train.loss.is_finite() && test.loss.is_finite()) {
            self.diverged_at = Some(step);
            return Ok(None);
        }
        self.optimizer.observe(test.loss);
        Ok(Some(EpochRecord {
            method: self.label.clone(),
            epoch,
            train_loss: train.loss,
            train_accuracy: train.accuracy,
            test_loss: test.loss,
            test_accuracy: test.accuracy,
        }))
    }

    pub fn score(&self, task: &Task, samples: &Samples) -> Result<Score, CompareError> {
        self.evaluate(task, |model| score::score(model, task, samples, Mode::Evaluation))
    }

    pub fn predictions(&self, task: &Task, samples: &Samples) -> Result<Predictions, CompareError> {
        self.evaluate(task, |model| score::predictions(model, samples))
    }

    /// Whether the network shares its work among threads.
    pub fn is_parallel(&self) -> bool {
        self.model.is_parallel()
    }

    /// Evaluates the network with the method's evaluation weights, and with the running statistics that
    /// training gathered at its training weights.
    pub fn evaluate<T>(
        &self,
        task: &Task,
        of: impl FnOnce(&dyn Trainable) -> candle_core::Result<T>,
    ) -> Result<T, CompareError> {
        if !self.optimizer.has_evaluation_weights() {
            return Ok(of(self.model.as_ref())?);
        }
        let networks = || self.evaluated.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = networks().pop();
        let (weights, model) = taken.map_or_else(|| self.network(task), Ok)?;
        self.give_evaluation_weights(&weights)?;
        let result = of(model.as_ref())?;
        networks().push((weights, model));
        Ok(result)
    }

    /// The weights that the method is evaluated with, in variables of their own if they are not those
    /// that train.
    pub fn evaluation_weights(&self, task: &Task) -> Result<Weights, CompareError> {
        if !self.optimizer.has_evaluation_weights() {
            return Ok(self.weights.clone());
        }
        let (weights, _) = self.network(task)?;
        self.give_evaluation_weights(&weights)?;
        Ok(weights)
    }

    fn network(&self, task: &Task) -> candle_core::Result<(Weights, Model)> {
        let weights = Weights::new(self.seed);
        let model = (task.build)(weights.builder())?;
        Ok((weights, model))
    }

    fn give_evaluation_weights(&self, to: &Weights) -> Result<(), CompareError> {
        let tensors = self.optimizer.evaluation_weights();
        let tensors = tensors.map_err(|source| CompareError::method(&self.label, source))?;
        let mut all = Vec::with_capacity(self.weights.elements());
        for tensor in tensors {
            all.extend(tensor.flatten_all()?.to_vec1::<f32>()?);
        }
        to.set_flat(&all)?;
        Ok(to.set_flat_buffers(&self.weights.flat_buffers()?)?)
    }
}

fn number(value: Value) -> Option<f64> {
    match value {
        Value::Number(number) => Some(number),
        _ => None,
    }
}
