//! A comparison under way: all methods take each step side by side.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use candle_core::{Result as CandleResult, Tensor};
use rayon::prelude::*;
use thalweg::{Formula, Spec, Value};

use super::check::{check, check_fit};
use super::contender::Contender;
use super::error::CompareError;
use super::method::Method;
use super::order::Order;
use super::score::{self, Predictions, Score, score};
use super::task::Task;
use super::timing::Timing;
use super::training::Training;
use crate::data::{Samples, TaskKind};
use crate::record::{EpochRecord, StepRecord};
use crate::trainable::{Mode, Model, Trainable};
use crate::weights::{Values, Weights};

/// Multiplications per forward pass from which several threads are faster than one.
const LARGE: usize = 1 << 27;

/// Makes candle compute each matrix product on the calling thread, in the whole process from now on.
/// Small products are slower on several threads than on one, and several methods, or several points
/// of a loss surface, keep all threads busy anyway. Results do not change.
pub fn products_on_one_thread() {
    gemm::set_threading_threshold(usize::MAX);
}

/// The records of one step of all methods.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// The step, from 1.
    pub step: u64,
    /// A record for each method that has not diverged, in the order of the methods.
    pub steps: Vec<StepRecord>,
    /// The same after the last step of an epoch; otherwise empty.
    pub epochs: Vec<EpochRecord>,
    /// The indices of the methods that diverged in this step.
    pub diverged: Vec<usize>,
}

/// A comparison under way. Results are the same bits on any number of threads.
///
/// Methods that have [evaluation weights](thalweg::Optimizer::evaluation_weights) (schedule-free methods,
/// `asgd`) are evaluated with them: losses and accuracies of an epoch, [`scores`](Self::scores),
/// [`predictions`](Self::predictions), [`evaluate`](Self::evaluate). They are written into a second
/// network, so that training is the same bits however often a method is evaluated. The losses of batches
/// are those of the [training weights](Self::weights), at which gradients are taken.
pub struct Comparison {
    train: Samples,
    test: Samples,
    task: Task,
    training: Training,
    order: Order,
    pub(super) contenders: Vec<Contender>,
    pub(super) step: u64,
}

impl Comparison {
    /// A comparison before its first step.
    ///
    /// # Errors
    /// No methods or no samples, methods with the same label, a network that does not fit the data, a
    /// method that does not fit the network.
    pub fn new(
        train: &Samples,
        test: &Samples,
        task: Task,
        methods: &[Method],
        training: Training,
    ) -> Result<Self, CompareError> {
        check(train, test, methods, training)?;
        let contenders: Vec<Contender> = methods
            .iter()
            .map(|method| Contender::new(method, &task, training.seed))
            .collect::<Result<_, _>>()?;
        check_fit(&contenders[0], &task, train, test)?;
        let order = Order::new(training.seed, train.targets.dim(0)?, training.batch);
        let (train, test) = (train.clone(), test.clone());
        Ok(Self { train, test, task, training, order, contenders, step: 0 })
    }

    /// The same with another seed for the order of the samples than for the weights.
    #[must_use]
    pub fn ordered_by(mut self, seed: u64) -> Self {
        let samples = self.train.len();
        self.order = Order::new(seed, samples, self.training.batch);
        self
    }

    /// Takes the next step with every method, and evaluates them after the last step of an epoch;
    /// `None` when all epochs are done or every method has diverged.
    ///
    /// # Errors
    /// [`CompareError`], if a computation fails. Some methods may have taken the step then: the
    /// comparison cannot be continued.
    pub fn advance(&mut self) -> Result<Option<Tick>, CompareError> {
        let is_over = self.contenders.iter().all(|it| it.diverged_at.is_some());
        if self.step == self.steps() || is_over {
            return Ok(None);
        }
        let step = self.step + 1;
        let at = (step, (step - 1) / self.steps_per_epoch() + 1);
        let begin = Instant::now();
        let batch = self.train.subset(self.order.batch(step))?;
        let gathered = begin.elapsed();
        let ends_epoch = step.is_multiple_of(self.steps_per_epoch());
        let (task, parts) = (&self.task, [&self.train, &self.test]);
        let before: Vec<bool> = self.contenders.iter().map(|it| it.diverged_at.is_some()).collect();
        let one = |contender: &mut Contender| {
            let stepped = contender.step(task, (&batch, gathered), at)?;
            let epoch = if ends_epoch { contender.epoch(task, parts, at)? } else { None };
            Ok((stepped, epoch))
        };
        let done: Vec<_> = self
            .contenders
            .par_iter_mut()
            .with_max_len(1)
            .map(one)
            .collect::<Result<_, CompareError>>()?;
        self.step = step;
        let (steps, epochs): (Vec<_>, Vec<_>) = done.into_iter().unzip();
        let now = self.contenders.iter().zip(before);
        let diverged = now
            .enumerate()
            .filter(|(_, (contender, before))| contender.diverged_at.is_some() && !before)
            .map(|(place, _)| place)
            .collect();
        let (steps, epochs) = (steps.into_iter().flatten(), epochs.into_iter().flatten());
        Ok(Some(Tick { step, steps: steps.collect(), epochs: epochs.collect(), diverged }))
    }

    /// The scores of each method now, on the training and the test samples.
    ///
    /// # Errors
    /// [`CompareError::Candle`], if a computation fails.
    pub fn scores(&self) -> Result<Vec<[Score; 2]>, CompareError> {
        let both = |it: &Contender| {
            Ok([it.score(&self.task, &self.train)?, it.score(&self.task, &self.test)?])
        };
        self.contenders.par_iter().map(both).collect()
    }

    /// The scores over samples of a network with these values.
    ///
    /// # Errors
    /// [`CompareError::Candle`], if a computation fails or the number of values is not that of the network.
    pub fn score_at(&self, values: &Values, samples: &Samples) -> Result<Score, CompareError> {
        let own = Weights::new(self.training.seed);
        let model = (self.task.build)(own.builder())?;
        own.set_values(values)?;
        Ok(score(model.as_ref(), &self.task, samples, Mode::Evaluation)?)
    }

    /// The loss over samples as a function of all weights, in the order of [`Weights::flat`]: the
    /// input of a loss landscape. It can be called from many threads, each with its own copy of the
    /// network; it is NaN where it cannot be computed. Batch normalisation takes mean and variance of
    /// the samples, up to 1000 at a time: running statistics belong to one method's weights.
    ///
    /// # Errors
    /// [`CompareError::Candle`], if the network cannot be built.
    pub fn loss_at<'a>(
        &'a self,
        samples: &'a Samples,
    ) -> Result<impl Fn(&[f32]) -> f64 + Sync + 'a, CompareError> {
        let make = || -> CandleResult<(Weights, Model)> {
            let weights = Weights::new(self.training.seed);
            let model = (self.task.build)(weights.builder())?;
            Ok((weights, model))
        };
        let idle = Mutex::new(vec![make()?]);
        Ok(move |values: &[f32]| {
            let taken = lock(&idle).pop();
            let Ok((weights, model)) = taken.map_or_else(make, Ok) else { return f64::NAN };
            let scored = weights
                .set_flat(values)
                .and_then(|()| score(model.as_ref(), &self.task, samples, Mode::OwnStatistics));
            lock(&idle).push((weights, model));
            scored.map_or(f64::NAN, |score| score.loss)
        })
    }

    /// A method's predictions for all test samples. Here and below, a method is given by its index
    /// in [`labels`](Self::labels).
    ///
    /// # Errors
    /// [`CompareError::Candle`], if a computation fails.
    ///
    /// # Panics
    /// If there is no such method; the same holds for the methods below.
    pub fn predictions(&self, method: usize) -> Result<Predictions, CompareError> {
        self.contenders[method].predictions(&self.task, &self.test)
    }

    /// The numbers that a method's network predicts for all test samples, standardised as their targets are.
    ///
    /// # Errors
    /// As [`predictions`](Self::predictions).
    pub fn numbers(&self, method: usize) -> Result<Vec<f32>, CompareError> {
        let contender = &self.contenders[method];
        contender.evaluate(&self.task, |model| score::numbers(model, &self.test))
    }

    /// Classification or regression.
    pub fn kind(&self) -> TaskKind {
        self.task.kind()
    }

    /// The class scores `(inputs, …, classes)` that a method's network gives for any inputs with its
    /// evaluation weights, detached from the graph.
    ///
    /// # Errors
    /// [`CompareError::Candle`], if a computation fails, such as for inputs that do not fit the
    /// network.
    pub fn evaluate(&self, method: usize, inputs: &Tensor) -> Result<Tensor, CompareError> {
        let scores = |model: &dyn Trainable| model.scores(inputs, Mode::Evaluation);
        self.contenders[method].evaluate(&self.task, |model| Ok(scores(model)?.detach()))
    }

    /// The variables of a method's network, which train: its gradients are taken at them.
    pub fn weights(&self, method: usize) -> &Weights {
        &self.contenders[method].weights
    }

    /// The weights that a method is evaluated with, which are those of its trained network: a copy, if
    /// [they are others](Self::has_evaluation_weights) than those that train; otherwise
    /// [`weights`](Self::weights), whose variables they share.
    ///
    /// # Errors
    /// [`CompareError::Candle`], if a computation fails.
    pub fn evaluation_weights(&self, method: usize) -> Result<Weights, CompareError> {
        self.contenders[method].evaluation_weights(&self.task)
    }

    /// Whether a method is evaluated with other weights than those that train.
    pub fn has_evaluation_weights(&self, method: usize) -> bool {
        self.contenders[method].optimizer.has_evaluation_weights()
    }

    /// The labels of the methods, in order.
    pub fn labels(&self) -> impl ExactSizeIterator<Item = &str> {
        self.contenders.iter().map(|it| it.label.as_str())
    }

    /// The formula of a method's step, if it can be written.
    pub fn formula(&self, method: usize) -> Option<Formula> {
        thalweg::Method::formula(self.contenders[method].optimizer.method())
    }

    /// A method's optimizer as a spec, with its hyperparameters.
    pub fn spec(&self, method: usize) -> &str {
        &self.contenders[method].spec
    }

    /// A method's name and hyperparameters, with their values.
    pub fn hyperparameters(&self, method: usize) -> Vec<(&'static str, Value)> {
        let it = self.contenders[method].optimizer.method();
        let name = ("optimizer", Value::Choice(thalweg::Method::name(it)));
        let all = it.hyperparameters().into_iter().map(|(known, value)| (known.name, value));
        [name].into_iter().chain(all).collect()
    }

    /// The methods as configured.
    pub(crate) fn methods(&self) -> impl Iterator<Item = &Spec> {
        self.contenders.iter().map(|it| it.optimizer.method())
    }

    /// The step at which a method diverged, if it did.
    pub fn diverged_at(&self, method: usize) -> Option<u64> {
        self.contenders[method].diverged_at
    }

    /// How long a method's training has taken.
    pub fn timing(&self, method: usize) -> Timing {
        self.contenders[method].timing
    }

    /// The recommended number of threads for the caller's pool: all for a large network
    /// ([`is_large`](Self::is_large)) and for one that [shares its work](Trainable::is_parallel),
    /// otherwise one per method, combined with [`products_on_one_thread`].
    pub fn threads(&self) -> usize {
        let all = rayon::current_num_threads();
        let is_shared = self.is_large() || self.contenders[0].is_parallel();
        if is_shared { all } else { self.contenders.len().min(all) }
    }

    /// Whether single matrix products are large enough to be faster on several threads than on one.
    pub fn is_large(&self) -> bool {
        let rows = self.training.batch.saturating_mul(self.train.targets_each());
        self.contenders[0].weights.elements().saturating_mul(rows) >= LARGE
    }

    /// Steps taken.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// Steps in all epochs.
    pub fn steps(&self) -> u64 {
        self.training.steps(self.train.len())
    }

    /// Steps per epoch.
    pub fn steps_per_epoch(&self) -> u64 {
        self.order.steps_per_epoch()
    }
}

/// Locks, whether or not a thread has panicked while holding the lock.
fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
