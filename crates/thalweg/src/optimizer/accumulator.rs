//! Gradient accumulation: the gradients of several micro-batches, for one step.

use std::collections::HashSet;

use indexmap::IndexMap;
use rayon::prelude::*;

use super::parameter::Parameter;
use super::report::Report;
use super::state::Optimizer;
use crate::error::Error;
use crate::method::Method;
use crate::storage::{Elements, Real, Values, ValuesMut};

/// Elements that one thread adds at a time.
const PIECE: usize = 1 << 15;

/// The sum of the gradients of several micro-batches, in the arithmetic's type; a step takes
/// their mean.
///
/// ```
/// use thalweg::{Accumulator, Optimizer};
///
/// let mut optimizer: Optimizer<f32> = Optimizer::from_spec("sgd:lr=1")?;
/// let mut accumulator = Accumulator::new();
/// let mut w = [1.0_f32, 1.0];
/// for gradient in [[0.0_f32, 1.0], [1.0, 1.0]] {
///     accumulator.add([("w", &gradient)])?;
/// }
/// accumulator.step(&mut optimizer, [("w", &mut w)])?;
/// assert_eq!(w, [0.5, 0.0]);
/// assert_eq!(accumulator.count(), 0); // ready for the next
/// # Ok::<(), thalweg::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Accumulator<R> {
    sums: IndexMap<String, Sum<R>>,
    count: u64,
}

/// The sum of one parameter's gradients.
#[derive(Debug, Clone)]
struct Sum<R> {
    values: Vec<R>,
    /// Whether a gradient has been added since the last step; the memory is kept without one.
    begun: bool,
}

impl<R: Real> Accumulator<R> {
    /// An empty accumulator.
    pub fn new() -> Self {
        Self { sums: IndexMap::new(), count: 0 }
    }

    /// Adds the gradients of one micro-batch. A parameter without a gradient in some micro-batches
    /// counts as zero there.
    ///
    /// # Errors
    /// [`DuplicateName`](Error::DuplicateName), and [`StateMismatch`](Error::StateMismatch) if a
    /// gradient has a different number of elements than before. Nothing has been added then.
    pub fn add<'a, N, G>(
        &mut self,
        gradients: impl IntoIterator<Item = (&'a N, &'a G)>,
    ) -> Result<(), Error>
    where
        N: AsRef<str> + ?Sized + 'a,
        G: Elements<R> + ?Sized + 'a,
    {
        let mut given: IndexMap<&str, Values<'_, R>> = IndexMap::new();
        for (name, gradient) in gradients {
            let (name, gradient) = (name.as_ref(), gradient.values());
            if let Some(sum) = self.sums.get(name)
                && sum.begun
                && sum.values.len() != gradient.len()
            {
                let (name, parameter, state) = (name.to_owned(), gradient.len(), sum.values.len());
                return Err(Error::StateMismatch { name, parameter, state });
            }
            if given.insert(name, gradient).is_some() {
                return Err(Error::DuplicateName { name: name.to_owned() });
            }
        }
        for (name, gradient) in given {
            if !self.sums.contains_key(name) {
                self.sums.insert(name.to_owned(), Sum { values: Vec::new(), begun: false });
            }
            let sum = &mut self.sums[name];
            if !sum.begun {
                sum.values.clear();
                sum.values.resize(gradient.len(), R::zero());
                sum.begun = true;
            }
            sum.values.par_chunks_mut(PIECE).enumerate().for_each(|(i, sums)| {
                gradient.part(i * PIECE, sums.len()).add_to(sums);
            });
        }
        self.count += 1;
        Ok(())
    }

    /// How many micro-batches have been added since the last step.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Takes a step with the mean of the gradients, and resets the sum. Parameters without a
    /// gradient do not change.
    ///
    /// # Errors
    /// [`UnknownParameter`](Error::UnknownParameter) for a gradient whose parameter is not given,
    /// and those of [`Optimizer::step`]. Nothing has changed then, and the sum is kept.
    pub fn step<'a, M: Method, N, P>(
        &mut self,
        optimizer: &mut Optimizer<R, M>,
        parameters: impl IntoIterator<Item = (&'a N, &'a mut P)>,
    ) -> Result<Report, Error>
    where
        N: AsRef<str> + ?Sized + 'a,
        P: Elements<R> + ?Sized + 'a,
    {
        self.take(optimizer, None, parameters)
    }

    /// The same with the mean loss of the micro-batches, for methods that need it; see
    /// [`Optimizer::step_with_loss`].
    ///
    /// # Errors
    /// As [`step`](Self::step), and [`NonFiniteLoss`](Error::NonFiniteLoss).
    pub fn step_with_loss<'a, M: Method, N, P>(
        &mut self,
        optimizer: &mut Optimizer<R, M>,
        loss: f64,
        parameters: impl IntoIterator<Item = (&'a N, &'a mut P)>,
    ) -> Result<Report, Error>
    where
        N: AsRef<str> + ?Sized + 'a,
        P: Elements<R> + ?Sized + 'a,
    {
        self.take(optimizer, Some(loss), parameters)
    }

    fn take<'a, M: Method, N, P>(
        &mut self,
        optimizer: &mut Optimizer<R, M>,
        loss: Option<f64>,
        parameters: impl IntoIterator<Item = (&'a N, &'a mut P)>,
    ) -> Result<Report, Error>
    where
        N: AsRef<str> + ?Sized + 'a,
        P: Elements<R> + ?Sized + 'a,
    {
        let count = self.count.max(1);
        let given: Vec<(&str, ValuesMut<'_, R>)> = parameters
            .into_iter()
            .map(|(name, value)| (name.as_ref(), value.values_mut()))
            .collect();
        let names: HashSet<&str> = given.iter().map(|(name, _)| *name).collect();
        let mut begun = self.sums.iter().filter(|(_, sum)| sum.begun);
        if let Some((name, _)) = begun.find(|(name, _)| !names.contains(name.as_str())) {
            return Err(Error::UnknownParameter { name: name.clone() });
        }
        let report = optimizer.step_scaled(
            1.0 / count as f64,
            loss,
            given.into_iter().map(|(name, value)| {
                let sum = self.sums.get(name).filter(|sum| sum.begun);
                let gradient = sum.map(|sum| Values::Real(&sum.values));
                Parameter { name, value, gradient, rows: None, shape: None, copy: None }
            }),
        )?;
        self.clear();
        Ok(report)
    }

    /// Resets the sum without a step. The memory is kept for the next sum.
    pub fn clear(&mut self) {
        self.sums.values_mut().for_each(|sum| sum.begun = false);
        self.count = 0;
    }
}
