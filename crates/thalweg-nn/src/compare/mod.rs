//! The fair comparison: several methods train the same network from the same weights on the same
//! batches in the same order, step by step side by side. Only the method differs.
//!
//! ```
//! use candle_core::{Result, Tensor};
//! use candle_nn::{Linear, Module, VarBuilder, linear};
//! use thalweg_nn::compare::{Comparison, Task, Training, methods};
//! use thalweg_nn::data::{Dataset, Source, Split};
//!
//! /// Any candle model that threads can share, here one of one's own.
//! struct Residual {
//!     first: Linear,
//!     second: Linear,
//! }
//!
//! impl Module for Residual {
//!     fn forward(&self, x: &Tensor) -> Result<Tensor> {
//!         let h = self.first.forward(x)?;
//!         self.second.forward(&(h.silu()? + h)?)
//!     }
//! }
//!
//! let task = Task::classification(|vars: VarBuilder| {
//!     let (first, second) = (linear(2, 16, vars.pp("first"))?, linear(16, 2, vars.pp("second"))?);
//!     Ok(Residual { first, second })
//! });
//! let data = Dataset::load(&Source::parse("moons")?, &Split::default())?;
//! let training = Training { epochs: 2, batch: 32, seed: 0 };
//! let methods = methods(&["sgd:lr=0.1", "adam:lr=0.01"])?;
//! let mut comparison = Comparison::new(&data.train, &data.test, task, &methods, training)?;
//! while let Some(tick) = comparison.advance()? {
//!     for record in tick.epochs {
//!         assert!(record.test_accuracy > 0.5, "{record:?}");
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
mod contender;
mod error;
mod order;
mod score;
mod state;
mod task;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use candle_core::{Result as CandleResult, Tensor};
use rayon::prelude::*;
use thalweg::{Optimizer, Spec};

use check::{check, check_fit};
use contender::Contender;
pub use contender::{Method, Spent};
pub use error::CompareError;
use order::Order;
pub use score::{Predictions, Score, cross_entropy};
pub use state::{ContenderState, State};
pub use task::{Loss, Model, Task};

use crate::data::Samples;
use crate::record::{EpochRecord, StepRecord};
use crate::weights::Weights;

/// Multiplications of a forward pass from which several threads are faster than one.
const LARGE: usize = 1 << 27;

/// How long, in which batches, from which seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Training {
    /// How often every sample is learnt from.
    pub epochs: u64,
    /// Samples a step; the last batch of an epoch has the rest.
    pub batch: usize,
    /// What first weights and the order of samples come from.
    pub seed: u64,
}

/// What one step of all methods gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// The step, from 1.
    pub step: u64,
    /// A record for each method that has not diverged, in their order.
    pub steps: Vec<StepRecord>,
    /// The same after the last step of an epoch; otherwise empty.
    pub epochs: Vec<EpochRecord>,
    /// The methods that diverged in this step, by their place.
    pub diverged: Vec<usize>,
}

/// Methods from their specs, labelled by name, or by the whole spec where two have one name.
///
/// # Errors
/// A spec that cannot be read, and one that is given twice.
pub fn methods(specs: &[impl AsRef<str>]) -> Result<Vec<Method>, CompareError> {
    let parse = |text: &str| {
        let spec = Spec::parse(text)?;
        // As the library writes it, so that two spellings of one are one.
        Ok((spec.entry().name, spec.to_string(), spec))
    };
    let specs: Vec<(&str, String, Spec)> =
        specs.iter().map(|text| parse(text.as_ref())).collect::<Result<_, CompareError>>()?;
    let alone = |name: &str| specs.iter().filter(|(other, ..)| *other == name).count() == 1;
    let label = |name: &str, text: &str| if alone(name) { name } else { text }.to_owned();
    Ok(specs
        .iter()
        .map(|(name, text, spec)| Method {
            label: label(name, text),
            optimizer: Optimizer::builder(spec.clone()),
        })
        .collect())
}

/// Computes each of candle's matrix products on the thread that asks for it, in the whole process
/// from now on. Small products are slower on several threads than on one, and several methods, or
/// several points of a loss surface, keep all threads busy. It changes no bit.
pub fn products_on_one_thread() {
    gemm::set_threading_threshold(usize::MAX);
}

/// A comparison under way. The result is the same bits on any number of threads.
pub struct Comparison {
    train: Samples,
    test: Samples,
    task: Task,
    training: Training,
    order: Order,
    contenders: Vec<Contender>,
    step: u64,
}

impl Comparison {
    /// A comparison before its first step.
    ///
    /// # Errors
    /// Nothing to train with or on, methods that are called alike, a network that does not fit the
    /// data, a method that does not fit the network.
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

    /// Takes the next step with every method, and after the last one of an epoch scores them;
    /// `None` when all epochs are over or every method has diverged.
    ///
    /// # Errors
    /// [`CompareError`], if a computation fails; some methods may have taken the step then, so that
    /// the comparison is of no more use.
    pub fn advance(&mut self) -> Result<Option<Tick>, CompareError> {
        let is_over = self.contenders.iter().all(|it| it.diverged_at.is_some());
        if self.step == self.steps() || is_over {
            return Ok(None);
        }
        let step = self.step + 1;
        let at = (step, (step - 1) / self.steps_per_epoch() + 1);
        let begin = Instant::now();
        let indices = self.order.batch(step);
        let indices = Tensor::from_slice(indices, indices.len(), self.train.inputs.device())?;
        let batch = Samples {
            inputs: self.train.inputs.index_select(&indices, 0)?,
            targets: self.train.targets.index_select(&indices, 0)?,
        };
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

    /// How each method stands now, as after an epoch; 0 is the epoch before the first step.
    ///
    /// # Errors
    /// [`CompareError::Candle`], if a computation fails.
    pub fn scores(&self) -> Result<Vec<[Score; 2]>, CompareError> {
        let both = |it: &Contender| {
            Ok([it.score(&self.task, &self.train)?, it.score(&self.task, &self.test)?])
        };
        self.contenders.par_iter().map(both).collect()
    }

    /// The loss over samples as a function of all weights, in the order of [`Weights::flat`]: what a
    /// loss landscape is drawn from. It can be asked from many threads, each of which gets a
    /// network of its own; where it cannot be computed it is NaN.
    ///
    /// # Errors
    /// [`CompareError::Candle`], if no network can be made.
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
                .and_then(|()| score::score(model.as_ref(), &self.task.loss, samples));
            lock(&idle).push((weights, model));
            scored.map_or(f64::NAN, |score| score.loss)
        })
    }

    /// What a method says of every test sample. Here and below, methods are known by their place
    /// among [`labels`](Self::labels).
    ///
    /// # Errors
    /// [`CompareError::Candle`], if a computation fails.
    ///
    /// # Panics
    /// If there is no such method; the same goes for the five below.
    pub fn predictions(&self, method: usize) -> Result<Predictions, CompareError> {
        Ok(self.contenders[method].predictions(&self.test)?)
    }

    /// The scores that a method's network gives the classes of any inputs, `(inputs, …, classes)`; no
    /// gradient goes through them.
    ///
    /// # Errors
    /// [`CompareError::Candle`], if a computation fails, as for inputs that do not fit the network.
    pub fn judge(&self, method: usize, inputs: &Tensor) -> Result<Tensor, CompareError> {
        Ok(self.contenders[method].forward(inputs)?.detach())
    }

    /// The variables of a method's network.
    pub fn weights(&self, method: usize) -> &Weights {
        &self.contenders[method].weights
    }

    /// The methods' labels, in their order.
    pub fn labels(&self) -> impl ExactSizeIterator<Item = &str> {
        self.contenders.iter().map(|it| it.label.as_str())
    }

    /// A method's optimizer as text, with its hyperparameters.
    pub fn spec(&self, method: usize) -> &str {
        &self.contenders[method].spec
    }

    /// The step at which a method diverged.
    pub fn diverged_at(&self, method: usize) -> Option<u64> {
        self.contenders[method].diverged_at
    }

    /// Where a method's time went.
    pub fn spent(&self, method: usize) -> Spent {
        self.contenders[method].spent
    }

    /// How many threads it is best run on, within a pool of the caller's: one a method, as far as
    /// the machine has them; a lone method with a large network gets all. Where it is one a
    /// method, [`products_on_one_thread`] belongs to it.
    pub fn threads(&self) -> usize {
        let all = rayon::current_num_threads();
        if self.is_large() { all } else { self.contenders.len().min(all) }
    }

    /// Whether single products are large enough to be faster on several threads than on one.
    pub fn is_large(&self) -> bool {
        self.contenders[0].weights.elements().saturating_mul(self.training.batch) >= LARGE
    }

    /// Steps taken.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// Steps of all epochs.
    pub fn steps(&self) -> u64 {
        self.training.epochs.saturating_mul(self.steps_per_epoch())
    }

    /// Steps of one epoch.
    pub fn steps_per_epoch(&self) -> u64 {
        self.order.steps_per_epoch()
    }
}

/// The lock, whether or not a thread has panicked with it.
fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
