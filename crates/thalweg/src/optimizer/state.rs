//! The optimizer: it owns the state of every named parameter.

use indexmap::IndexMap;

use super::group_kernels::{GroupKernel, carry, group_kernels, place_of};
use super::options::{Options, check_loss_scale};
use super::scratch::Scratch;
use crate::error::Error;
use crate::method::{Method, Spec};
use crate::schedule::Schedule;
use crate::settings::{Hyperparameter, Value};
use crate::storage::Real;
use crate::storage::state::{Keeping, State};

/// A method together with the state of every parameter it has stepped.
///
/// `Optimizer<f32>` holds a [`Spec`], chosen at run time; `Optimizer<f32, Adam>` or `Optimizer<f32,
/// MyRule>` knows its method at compile time and gives typed access to it. Both run the same fused
/// loop. Parameters are identified by name: state is created at a parameter's first gradient and
/// counts its own steps; a parameter without a gradient does not change. Groups, schedules,
/// clipping and every other setting come from a [`builder`](Self::builder).
///
/// A call that returns an error has changed nothing.
///
/// ```
/// use thalweg::Optimizer;
///
/// let mut optimizer: Optimizer<f64> = Optimizer::from_spec("momentum:lr=0.1")?;
/// let (mut x, mut y) = ([-7.0], [2.0]);
/// for _ in 0..300 {
///     let (dx, dy) = ([x[0] / 10.0], [2.0 * y[0]]); // the gradient of x²/20 + y²
///     optimizer.step([("x", &mut x, &dx), ("y", &mut y, &dy)])?;
/// }
/// assert!(x[0].abs() < 0.01 && y[0].abs() < 0.01);
///
/// optimizer.set("lr", 0.05)?;
/// assert_eq!(optimizer.get("lr")?, 0.05.into());
/// # Ok::<(), thalweg::Error>(())
/// ```
pub struct Optimizer<R: Real, M = Spec> {
    pub(super) options: Options<M>,
    /// The kernel of the method itself, then one for each group.
    pub(super) kernels: Vec<Option<GroupKernel>>,
    pub(super) entries: IndexMap<String, Entry<R>>,
    pub(super) steps: u64,
    pub(super) skipped: u64,
    /// The index, among the elements of all parameters, of the next new parameter's first element.
    pub(super) elements: u64,
    /// Whether every pattern has been matched against the parameters' names.
    pub(super) patterns_checked: bool,
    /// Incremented at every call, to detect names that are given twice.
    pub(super) call: u64,
    pub(super) scratch: Scratch<R>,
}

/// What the optimizer stores for a parameter.
pub(super) struct Entry<R: Real> {
    /// The index of its kernel.
    pub(super) kernel: usize,
    pub(super) steps: u64,
    pub(super) len: usize,
    /// Its shape; `None` for a plain list of numbers.
    pub(super) shape: Option<Vec<usize>>,
    /// The number of its first element among those of all parameters.
    pub(super) first_element: u64,
    /// `None` until its first step.
    pub(super) state: Option<State<R>>,
    pub(super) average: Option<Vec<R>>,
    /// The call that saw it last.
    pub(super) seen: u64,
}

impl<R: Real, M: Method> Optimizer<R, M> {
    pub(super) fn from_parts(options: Options<M>, kernels: Vec<Option<GroupKernel>>) -> Self {
        Self {
            options,
            kernels,
            entries: IndexMap::new(),
            steps: 0,
            skipped: 0,
            elements: 0,
            patterns_checked: false,
            call: 0,
            scratch: Scratch::default(),
        }
    }

    /// Replaces the kernels; state is kept by slot name.
    pub(super) fn change_kernels(&mut self, kernels: Vec<Option<GroupKernel>>) {
        let keeping = self.options.keeping::<R>();
        for entry in self.entries.values_mut() {
            let before = self.kernels.get(entry.kernel).and_then(Option::as_ref);
            let after = kernels.get(entry.kernel).and_then(Option::as_ref);
            entry.carry(before, after, keeping);
        }
        self.kernels = kernels;
    }

    /// Gives a parameter another kernel; its state is kept by slot name.
    pub(super) fn move_entry(&mut self, index: usize, kernel: usize) {
        let keeping = self.options.keeping::<R>();
        let Some((_, entry)) = self.entries.get_index_mut(index) else { return };
        let before = self.kernels.get(entry.kernel).and_then(Option::as_ref);
        let after = self.kernels.get(kernel).and_then(Option::as_ref);
        entry.carry(before, after, keeping);
        entry.kernel = kernel;
    }

    /// The method with its hyperparameters, as configured (without schedules).
    pub fn method(&self) -> &M {
        &self.options.method
    }

    /// Changes the method between steps, typed: `optimizer.update(|adam| adam.lr *= 0.5)?`.
    ///
    /// State is kept by slot name: where the new hyperparameters need another slot (momentum that
    /// was 0 before, say) it starts from its initial value, and a slot no longer needed is dropped.
    ///
    /// # Errors
    /// A hyperparameter out of its range, or an inconsistent combination; the method is then
    /// unchanged.
    pub fn update(&mut self, change: impl FnOnce(&mut M)) -> Result<(), Error> {
        let mut method = self.options.method.clone();
        change(&mut method);
        self.replace_method(method)
    }

    fn replace_method(&mut self, method: M) -> Result<(), Error> {
        let before = std::mem::replace(&mut self.options.method, method);
        // Without schedules first, so that an error names the value that was given.
        let checked = group_kernels::<R, M>(&self.options, None)
            .and_then(|_| group_kernels::<R, M>(&self.options, Some(self.steps)));
        match checked {
            Ok(kernels) => {
                self.change_kernels(kernels);
                Ok(())
            }
            Err(error) => {
                self.options.method = before;
                Err(error)
            }
        }
    }

    /// Every hyperparameter that has a name, with its configured value (without schedules).
    pub fn hyperparameters(&self) -> Vec<(Hyperparameter, Value)> {
        self.options.method.hyperparameters()
    }

    /// The configured value of a hyperparameter (without its schedule).
    ///
    /// # Errors
    /// [`UnknownHyperparameter`](Error::UnknownHyperparameter).
    pub fn get(&self, name: &str) -> Result<Value, Error> {
        let all = self.options.method.hyperparameters();
        match all.iter().find(|(hyperparameter, _)| hyperparameter.name == name) {
            Some((_, value)) => Ok(value.clone()),
            None => Err(Error::unknown_hyperparameter(&self.options.method.name(), name, &all)),
        }
    }

    /// Changes a hyperparameter between steps, by name; state is kept as in
    /// [`update`](Self::update). A schedule starts from the new value.
    ///
    /// # Errors
    /// As [`Method::set`]; nothing has changed then.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) -> Result<(), Error> {
        let mut method = self.options.method.clone();
        method.set(name, value.into())?;
        self.replace_method(method)
    }

    /// The value of a hyperparameter at the next step, with its schedule; of a parameter's group if
    /// a parameter is named.
    ///
    /// `None` if the parameter's group is frozen or there is no such hyperparameter.
    ///
    /// ```
    /// use thalweg::{Group, Optimizer, Schedule, rules::Sgd};
    ///
    /// let optimizer: Optimizer<f32, Sgd> = Optimizer::builder(Sgd { lr: 0.1, ..Sgd::default() })
    ///     .group(Group::matching("head.*").set("lr", 1.0))
    ///     .schedule("lr", Schedule::parse("warmup:steps=2")?)
    ///     .build()?;
    /// assert_eq!(optimizer.current("lr", None), Some(0.05.into()));
    /// assert_eq!(optimizer.current("lr", Some("head.bias")), Some(0.5.into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn current(&self, hyperparameter: &str, parameter: Option<&str>) -> Option<Value> {
        let kernel = parameter.map_or(0, |name| self.kernel_for(name));
        let now = group_kernels::<R, M>(&self.options, Some(self.steps)).ok()?;
        let mut all = now.into_iter().nth(kernel)??.hyperparameters.into_iter();
        all.find(|(known, _)| known.name == hyperparameter).map(|(_, value)| value)
    }

    /// The index of a name's kernel: that of the first group that matches it, or the method's own.
    pub(super) fn kernel_for(&self, name: &str) -> usize {
        let group = self.options.matchers.iter().position(|group| group.matches(name));
        group.map_or(0, |group| group + 1)
    }

    /// Passes a metric, such as the validation loss after an epoch, to the schedules that use one
    /// (`plateau`); returns whether one of them has changed its value.
    pub fn observe(&mut self, metric: f64) -> bool {
        let step = self.steps;
        let schedules = self.options.schedules.iter_mut();
        schedules.fold(false, |changed, (_, schedule)| schedule.observe(step, metric) | changed)
    }

    /// The schedules by hyperparameter.
    pub fn schedules(&self) -> impl Iterator<Item = (&str, &Schedule)> {
        self.options.schedules.iter().map(|(name, schedule)| (name.as_str(), schedule))
    }

    /// The loss scale: the number that gradients are divided by.
    pub fn loss_scale(&self) -> f64 {
        self.options.loss_scale
    }

    /// Changes the loss scale between steps.
    ///
    /// # Errors
    /// [`InvalidSetting`](Error::InvalidSetting) unless it is a number above 0.
    pub fn set_loss_scale(&mut self, scale: f64) -> Result<(), Error> {
        check_loss_scale::<R>(scale)?;
        self.options.loss_scale = scale;
        Ok(())
    }

    /// Whether the optimizer [ascends](crate::Builder::maximize).
    pub fn maximizes(&self) -> bool {
        self.options.maximize
    }

    /// Changes between steps whether the optimizer ascends.
    pub fn set_maximize(&mut self, maximize: bool) {
        self.options.maximize = maximize;
    }

    /// Names of the state slots of parameters outside any group, such as `m` and `v` for Adam. Where
    /// parameters of one dimension have other slots than those of two, all of them.
    pub fn state_names(&self) -> Vec<String> {
        self.kernels
            .first()
            .and_then(Option::as_ref)
            .map(GroupKernel::slot_names)
            .unwrap_or_default()
    }

    /// Names of the state slots of one parameter, in its group and of its shape; empty for one that is not
    /// known, or frozen.
    pub fn slot_names(&self, name: &str) -> Vec<String> {
        let found = || {
            let entry = self.entries.get(name)?;
            let group = self.kernels.get(entry.kernel)?.as_ref()?;
            let slots = group.slots(entry.kernel_shape());
            Some(slots.iter().map(|slot| slot.name.clone()).collect())
        };
        found().unwrap_or_default()
    }

    /// Names of the parameters that have had a gradient, in the order of their first steps.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let started = self.entries.iter().filter(|(_, entry)| entry.state.is_some());
        started.map(|(name, _)| name.as_str())
    }

    /// How many steps a parameter has taken; 0 if it never had a gradient.
    pub fn steps(&self, name: &str) -> u64 {
        self.entries.get(name).map_or(0, |entry| entry.steps)
    }

    /// How many steps the optimizer has taken.
    pub fn steps_taken(&self) -> u64 {
        self.steps
    }

    /// How many steps were skipped because a gradient was not finite.
    pub fn steps_skipped(&self) -> u64 {
        self.skipped
    }

    /// One state slot of a parameter, its numbers in order; `None` if the parameter never had a
    /// gradient or its method has no such slot.
    pub fn state(&self, name: &str, slot: &str) -> Option<Vec<R>> {
        let entry = self.entries.get(name)?;
        let slots = self.kernels.get(entry.kernel)?.as_ref()?.slots(entry.kernel_shape());
        Some(entry.state.as_ref()?.read(place_of(slots, slot)?))
    }

    /// Whether the method has other weights to evaluate with than those that it trains, as schedule-free
    /// methods and `asgd` have: those of [`evaluation_weights`](Self::evaluation_weights).
    pub fn has_evaluation_weights(&self) -> bool {
        self.kernels.iter().flatten().any(|group| group.kernel.evaluation().is_some())
    }

    /// The weights to evaluate a parameter with, and to keep when training ends: of schedule-free methods
    /// and of `asgd` their average, of all others, and before the first step, the weights themselves.
    /// Training continues with `weights`, which a step needs as it left them.
    ///
    /// ```
    /// use thalweg::Optimizer;
    ///
    /// let mut optimizer: Optimizer<f64> = Optimizer::from_spec("schedule-free-sgd:lr=0.5")?;
    /// let mut w = [4.0];
    /// for _ in 0..100 {
    ///     let g = w; // the gradient of w²/2
    ///     optimizer.step([("w", &mut w, &g)])?;
    /// }
    /// assert!(optimizer.evaluation_weights("w", &w)[0].abs() < 0.1);
    /// # Ok::<(), thalweg::Error>(())
    /// ```
    pub fn evaluation_weights(&self, name: &str, weights: &[R]) -> Vec<R> {
        let found = || {
            let entry = self.entries.get(name)?;
            let group = self.kernels.get(entry.kernel)?.as_ref()?;
            let (evaluation, state) = (group.kernel.evaluation()?, entry.state.as_ref()?);
            let slots = group.slots(entry.kernel_shape()).iter().enumerate();
            let elementwise = slots.filter(|(_, slot)| slot.is_elementwise());
            let slots: Vec<Vec<R>> = elementwise.map(|(k, _)| state.read(k)).collect();
            let mut numbers = vec![0.0; slots.len()];
            let weight = |(i, w): (usize, &R)| {
                for (number, slot) in numbers.iter_mut().zip(&slots) {
                    *number = slot.get(i).map_or(0.0, |x| x.to_f64());
                }
                R::from_f64(evaluation(w.to_f64(), &numbers))
            };
            Some(weights.iter().enumerate().map(weight).collect())
        };
        found().unwrap_or_else(|| weights.to_vec())
    }

    /// The moving average of a parameter, if one is [kept](crate::Builder::average) and the parameter
    /// has had a gradient.
    pub fn average(&self, name: &str) -> Option<&[R]> {
        self.entries.get(name)?.average.as_deref()
    }

    /// Drops the state of one parameter, say because it was resized: its next step is its first.
    ///
    /// Returns whether there was any.
    pub fn forget(&mut self, name: &str) -> bool {
        self.entries.shift_remove(name).is_some_and(|entry| entry.state.is_some())
    }

    /// Drops all state: the next step is every parameter's first.
    pub fn reset(&mut self) {
        self.entries.clear();
        (self.steps, self.skipped, self.elements) = (0, 0, 0);
        self.patterns_checked = false;
    }
}

impl<R: Real> Entry<R> {
    pub(super) fn new(kernel: usize, seen: u64) -> Self {
        Self {
            kernel,
            steps: 0,
            len: 0,
            shape: None,
            first_element: 0,
            state: None,
            average: None,
            seen,
        }
    }

    /// Gives the state the slots of another kernel, by name.
    fn carry(
        &mut self,
        before: Option<&GroupKernel>,
        after: Option<&GroupKernel>,
        keeping: Keeping,
    ) {
        let (Some(before), Some(after)) = (before, after) else { return };
        let shape = self.kernel_shape();
        let (before, after) = (before.slots(shape), after.slots(shape));
        if before.iter().map(|slot| &slot.name).eq(after.iter().map(|slot| &slot.name)) {
            return;
        }
        let mut moved = State::new(after, &self.shape(), keeping);
        let Some(state) = &mut self.state else { return };
        let slots: Vec<Vec<R>> = carry(before, after, state, &moved).collect();
        for (slot, values) in slots.iter().enumerate() {
            moved.write(slot, |i| values[i]);
        }
        *state = moved;
    }

    /// The same parameter as before its first step.
    pub(super) fn unstepped(self) -> Self {
        Self { steps: 0, state: None, average: None, ..self }
    }

    /// Whether the parameter's length is known.
    pub(super) fn is_sized(&self) -> bool {
        self.state.is_some() || self.shape.is_some()
    }

    /// The shape that its kernel is chosen by; empty for a plain list of numbers.
    pub(super) fn kernel_shape(&self) -> &[usize] {
        self.shape.as_deref().unwrap_or_default()
    }

    /// Its shape; its length, where it is a plain list of numbers.
    pub(super) fn shape(&self) -> Vec<usize> {
        self.shape.clone().unwrap_or_else(|| vec![self.len])
    }
}

/// The number of elements of a shape; `usize::MAX` on overflow.
pub(super) fn size(shape: &[usize]) -> usize {
    shape.iter().try_fold(1_usize, |size, &n| size.checked_mul(n)).unwrap_or(usize::MAX)
}

impl<R: Real, M: std::fmt::Debug> std::fmt::Debug for Optimizer<R, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Optimizer")
            .field("method", &self.options.method)
            .field("parameters", &self.entries.len())
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}
