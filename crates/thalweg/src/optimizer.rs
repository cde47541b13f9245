//! The optimizer: owns the state of every named parameter, takes gradients, gives a report or an
//! error.

use indexmap::IndexMap;

use crate::builder::{Builder, LOSS_SCALE, loss_scale_is_valid};
use crate::error::Error;
use crate::hyperparameter::{Hyperparameter, Value};
use crate::lane::{Lane, lanes};
use crate::memory::State;
use crate::method::Method;
use crate::params::Parameter;
use crate::real::Real;
use crate::schedule::Schedule;
use crate::scratch::Scratch;
use crate::spec::Spec;

/// A method together with the state of every parameter it has stepped.
///
/// `Optimizer<f32>` holds a [`Spec`], chosen at run time; `Optimizer<f32, Adam>` or
/// `Optimizer<f32, MyRule>` knows its method at compile time and gives typed access to it. Both
/// run the same fused loop. Parameters are known by name: state is created at a name's first
/// gradient and counts its own steps; a parameter that takes no part in a step is left alone.
/// Groups, schedules, clipping and everything else come in through a [`builder`](Self::builder).
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
    pub(crate) settings: Builder<R, M>,
    /// The lane of the method itself, then one a group.
    pub(crate) lanes: Vec<Lane<R>>,
    pub(crate) entries: IndexMap<String, Entry<R>>,
    pub(crate) steps: u64,
    pub(crate) skipped: u64,
    /// The number that the first element of the next new parameter gets.
    pub(crate) elements: u64,
    /// Whether every pattern has been held against the parameters' names.
    pub(crate) patterns_checked: bool,
    /// Changes with every call, to see names that are given twice.
    pub(crate) call: u64,
    pub(crate) scratch: Scratch<R>,
}

/// What is remembered of a parameter.
pub(crate) struct Entry<R> {
    pub(crate) lane: usize,
    pub(crate) steps: u64,
    pub(crate) len: usize,
    /// Its shape; `None` for a plain list of numbers.
    pub(crate) shape: Option<Vec<usize>>,
    /// The number of its first element among those of all parameters.
    pub(crate) first_element: u64,
    /// Nothing until its first step.
    pub(crate) state: Option<State<R>>,
    pub(crate) average: Option<Vec<R>>,
    /// The call that saw it last.
    pub(crate) seen: u64,
}

impl<R: Real> Optimizer<R, Spec>
where
    Spec: Method<R>,
{
    /// An optimizer from its text, as `adam:lr=0.3`.
    ///
    /// # Errors
    /// As [`Spec::parse`].
    pub fn from_spec(text: &str) -> Result<Self, Error> {
        Self::new(Spec::parse(text)?)
    }
}

impl<R: Real, M: Method<R>> Optimizer<R, M> {
    /// An optimizer without any state yet, and with nothing but a method.
    ///
    /// # Errors
    /// A hyperparameter out of its range, or a combination that makes no sense.
    pub fn new(method: M) -> Result<Self, Error> {
        Self::builder(method).build()
    }

    /// An optimizer in the making: groups, schedules, clipping, types and more.
    pub fn builder(method: M) -> Builder<R, M> {
        Builder::new(method)
    }

    pub(crate) fn from_parts(settings: Builder<R, M>, lanes: Vec<Lane<R>>) -> Self {
        Self {
            settings,
            lanes,
            entries: IndexMap::new(),
            steps: 0,
            skipped: 0,
            elements: 0,
            patterns_checked: false,
            call: 0,
            scratch: Scratch::default(),
        }
    }

    /// Takes other kernels; state is kept by slot name.
    pub(crate) fn change_lanes(&mut self, lanes: Vec<Lane<R>>) {
        for entry in self.entries.values_mut() {
            let (Some(Some(before)), Some(Some(after))) =
                (self.lanes.get(entry.lane), lanes.get(entry.lane))
            else {
                continue;
            };
            let Some(state) = &mut entry.state else { continue };
            if before.names == after.names {
                continue;
            }
            let (len, slots) = (entry.len, after.names.len());
            let mut moved = State::zeroed(len, slots, state.is_half(), self.settings.large_pages);
            for (slot, values) in before.carry(after, state, len).enumerate() {
                moved.write(len, slots, slot, |i| values[i]);
            }
            *state = moved;
        }
        self.lanes = lanes;
    }

    /// The method with its hyperparameters, as they are without schedules.
    pub fn method(&self) -> &M {
        &self.settings.method
    }

    /// Changes the method between steps, typed: `optimizer.update(|adam| adam.lr *= 0.5)?`.
    ///
    /// State is kept by slot name: where the new hyperparameters need another slot (momentum
    /// that was 0 before, say) it starts fresh, and one no longer needed is dropped.
    ///
    /// # Errors
    /// A hyperparameter out of its range, or a combination that makes no sense; the method is
    /// then as it was.
    pub fn update(&mut self, change: impl FnOnce(&mut M)) -> Result<(), Error> {
        let mut method = self.settings.method.clone();
        change(&mut method);
        self.replace_method(method)
    }

    pub(crate) fn replace_method(&mut self, method: M) -> Result<(), Error> {
        let before = std::mem::replace(&mut self.settings.method, method);
        // Without schedules first, so that an error names the value that was given.
        let checked =
            lanes(&self.settings, None).and_then(|_| lanes(&self.settings, Some(self.steps)));
        match checked {
            Ok(lanes) => {
                self.change_lanes(lanes);
                Ok(())
            }
            Err(error) => {
                self.settings.method = before;
                Err(error)
            }
        }
    }

    /// Every hyperparameter that has a name, with its value, as it is without schedules.
    pub fn hyperparameters(&self) -> Vec<(&'static Hyperparameter, Value)> {
        self.settings.method.hyperparameters()
    }

    /// The value of a hyperparameter, as it is without a schedule.
    ///
    /// # Errors
    /// [`UnknownHyperparameter`](Error::UnknownHyperparameter).
    pub fn get(&self, name: &str) -> Result<Value, Error> {
        let all = self.settings.method.hyperparameters();
        match all.iter().find(|(hyperparameter, _)| hyperparameter.name == name) {
            Some((_, value)) => Ok(value.clone()),
            None => Err(Error::unknown_hyperparameter(self.settings.method.name(), name, all)),
        }
    }

    /// Changes a hyperparameter between steps, by name; state is kept as in
    /// [`update`](Self::update). A schedule starts from the new value.
    ///
    /// # Errors
    /// As [`Method::set`]; nothing has changed then.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) -> Result<(), Error> {
        let mut method = self.settings.method.clone();
        method.set(name, value.into())?;
        self.replace_method(method)
    }

    /// The value of a hyperparameter at the next step, with its schedule; in the group of the
    /// parameter if one is named.
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
        let lane = parameter.map_or(0, |name| self.lane_for(name));
        let now = lanes(&self.settings, Some(self.steps)).ok()?;
        let track = now.into_iter().nth(lane)??;
        let mut all = track.hyperparameters.into_iter();
        all.find(|(known, _)| known.name == hyperparameter).map(|(_, value)| value)
    }

    /// Tells schedules that wait for it (reduce on plateau) how well it goes, say the validation
    /// loss after an epoch; whether one of them has changed.
    pub fn observe(&mut self, metric: f64) -> bool {
        let step = self.steps;
        let schedules = self.settings.schedules.iter_mut();
        schedules.fold(false, |changed, (_, schedule)| schedule.observe(step, metric) | changed)
    }

    /// The schedules by hyperparameter.
    pub fn schedules(&self) -> impl Iterator<Item = (&str, &Schedule)> {
        self.settings.schedules.iter().map(|(name, schedule)| (name.as_str(), schedule))
    }

    /// What gradients are divided by.
    pub fn loss_scale(&self) -> f64 {
        self.settings.loss_scale
    }

    /// Changes what gradients are divided by, between steps.
    ///
    /// # Errors
    /// [`InvalidSetting`](Error::InvalidSetting) unless it is a number above 0.
    pub fn set_loss_scale(&mut self, scale: f64) -> Result<(), Error> {
        if !loss_scale_is_valid::<R>(scale) {
            let (setting, value) = ("loss_scale", scale.to_string());
            return Err(Error::InvalidSetting { setting, value, accepted: LOSS_SCALE });
        }
        self.settings.loss_scale = scale;
        Ok(())
    }

    /// Makes parameters known before their first step: groups find their names (a pattern that
    /// matches none is an error now), and a checkpoint that is loaded has to have them all.
    ///
    /// # Errors
    /// [`DuplicateName`](Error::DuplicateName), [`UnmatchedPattern`](Error::UnmatchedPattern),
    /// [`StateMismatch`](Error::StateMismatch) and
    /// [`StateShapeMismatch`](Error::StateShapeMismatch) with what was known before. Nothing has
    /// changed then.
    pub fn register<'a>(
        &mut self,
        parameters: impl IntoIterator<Item = (&'a str, &'a [usize])>,
    ) -> Result<(), Error> {
        let parameters: Vec<_> = parameters.into_iter().collect();
        let items: Vec<Parameter<'_, R>> = parameters
            .iter()
            .map(|&(name, shape)| {
                let value = crate::storage::ValuesMut::Real(&mut []);
                Parameter { name, value, gradient: None, shape: Some(shape) }
            })
            .collect();
        let mut indices = Vec::with_capacity(items.len());
        let fresh = self.recognise(&items, &mut indices)?;
        for (&(name, shape), &index) in parameters.iter().zip(&indices) {
            let Some((_, entry)) = self.entries.get_index(index) else { continue };
            let (name, parameter) = (name.to_owned(), size(shape));
            if entry.is_sized() && entry.len != parameter {
                return Err(Error::StateMismatch { name, parameter, state: entry.len });
            }
            if let Some(state) = entry.shape.clone().filter(|known| known != shape) {
                let parameter = shape.to_vec();
                return Err(Error::StateShapeMismatch { name, parameter, state });
            }
        }
        self.make_known(&items, &indices, &fresh);
        for (&(_, shape), &index) in parameters.iter().zip(&indices) {
            let entry = &mut self.entries[index];
            entry.shape = Some(shape.to_vec());
            entry.len = size(shape);
        }
        Ok(())
    }

    /// Names of the state slots that a parameter has if no group says otherwise, as `m` and `v`
    /// for Adam.
    pub fn state_names(&self) -> Vec<String> {
        self.lanes.first().and_then(Option::as_ref).map_or(Vec::new(), |track| track.names.clone())
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

    /// How many steps were left out because a gradient was not finite.
    pub fn steps_skipped(&self) -> u64 {
        self.skipped
    }

    /// One state slot of a parameter, an element for each of the parameter's; `None` if the
    /// parameter never had a gradient or its method has no such slot.
    pub fn state(&self, name: &str, slot: &str) -> Option<Vec<R>> {
        let entry = self.entries.get(name)?;
        let names = &self.lanes.get(entry.lane)?.as_ref()?.names;
        let slot = names.iter().position(|known| known == slot)?;
        Some(entry.state.as_ref()?.read(entry.len, names.len(), slot))
    }

    /// The moving average of a parameter, if one is [kept](Builder::average) and the parameter
    /// has had a gradient.
    pub fn average(&self, name: &str) -> Option<&[R]> {
        self.entries.get(name)?.average.as_deref()
    }

    /// Forgets the state of one parameter, say because it was resized: its next step is its first.
    ///
    /// Returns whether there was any.
    pub fn forget(&mut self, name: &str) -> bool {
        self.entries.shift_remove(name).is_some_and(|entry| entry.state.is_some())
    }

    /// Forgets all state: the next step is every parameter's first.
    pub fn reset(&mut self) {
        self.entries.clear();
        (self.steps, self.skipped, self.elements) = (0, 0, 0);
        self.patterns_checked = false;
    }
}

impl<R> Entry<R> {
    pub(crate) fn new(lane: usize, seen: u64) -> Self {
        Self {
            lane,
            steps: 0,
            len: 0,
            shape: None,
            first_element: 0,
            state: None,
            average: None,
            seen,
        }
    }

    /// The same parameter as before its first step.
    pub(crate) fn unstepped(self) -> Self {
        Self { steps: 0, state: None, average: None, ..self }
    }

    /// Whether its length is known.
    pub(crate) fn is_sized(&self) -> bool {
        self.state.is_some() || self.shape.is_some()
    }
}

/// The elements of a shape; the most there can be if it has more.
pub(crate) fn size(shape: &[usize]) -> usize {
    shape.iter().try_fold(1_usize, |size, &n| size.checked_mul(n)).unwrap_or(usize::MAX)
}

impl<R: Real, M: std::fmt::Debug> std::fmt::Debug for Optimizer<R, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Optimizer")
            .field("method", &self.settings.method)
            .field("parameters", &self.entries.len())
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}
