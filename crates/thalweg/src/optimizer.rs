//! The optimizer: owns the state of every named parameter, takes gradients, gives a report or an
//! error.

use indexmap::IndexMap;

use crate::builder::{Builder, LOSS_SCALE, NonFinite, Rounding, loss_scale_is_valid};
use crate::clip::Clip;
use crate::divide::{self, Look, Step, Wanted};
use crate::engine::{Chunk, Plan};
use crate::error::Error;
use crate::hyperparameter::{Hyperparameter, Value};
use crate::lane::{Lane, lanes};
use crate::memory::State;
use crate::method::Method;
use crate::nearest::nearest;
use crate::params::Parameter;
use crate::real::Real;
use crate::report::{Measure, NonFiniteAt, ParameterReport, Report, joint_norm};
use crate::schedule::Schedule;
use crate::scratch::{Job, Scratch, recycle};
use crate::spec::Spec;
use crate::storage::Values;

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
    call: u64,
    scratch: Scratch<R>,
}

/// What is remembered of a parameter.
pub(crate) struct Entry<R> {
    pub(crate) lane: usize,
    pub(crate) steps: u64,
    pub(crate) len: usize,
    /// Its shape; empty for a plain list of numbers.
    pub(crate) shape: Vec<usize>,
    /// The number of its first element among those of all parameters.
    pub(crate) first_element: u64,
    /// Nothing until its first step.
    pub(crate) state: Option<State<R>>,
    pub(crate) average: Option<Vec<R>>,
    /// The call that saw it last.
    seen: u64,
    /// The optimizer's step that it took part in last.
    stepped: u64,
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

    /// Takes one step: each parameter moves by what the method makes of its gradient.
    ///
    /// Items are `(name, &mut parameter, &gradient)` or `(name, &mut parameter, Some(&gradient))`
    /// with slices, arrays or vectors; one without a gradient is left alone. Items of one step are
    /// of one type: where containers differ, make them [`Parameter`]s, or slices.
    ///
    /// ```
    /// use thalweg::{Optimizer, Parameter};
    ///
    /// let (mut weights, mut bias) = (vec![1.0_f32, 2.0], [0.5_f32]);
    /// let mut optimizer: Optimizer<f32> = Optimizer::from_spec("sgd:lr=1")?;
    /// optimizer.step([
    ///     Parameter::from(("weights", &mut weights, &vec![0.5_f32, 0.5])),
    ///     Parameter::from(("bias", &mut bias, &[0.5_f32])),
    /// ])?;
    /// assert_eq!((weights, bias), (vec![0.5, 1.5], [0.0]));
    /// # Ok::<(), thalweg::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`LengthMismatch`](Error::LengthMismatch), [`StateMismatch`](Error::StateMismatch),
    /// [`DuplicateName`](Error::DuplicateName), [`NonFiniteGradient`](Error::NonFiniteGradient),
    /// [`UnmatchedPattern`](Error::UnmatchedPattern) of a group, and
    /// [`InvalidValue`](Error::InvalidValue) from a schedule. No parameter and no state has
    /// changed then.
    pub fn step<'a, P: Into<Parameter<'a, R>>>(
        &mut self,
        parameters: impl IntoIterator<Item = P>,
    ) -> Result<Report, Error> {
        self.step_scaled(1.0, parameters.into_iter().map(Into::into))
    }

    /// Takes a step with gradients that are first multiplied with `scale`.
    pub(crate) fn step_scaled<'a>(
        &mut self,
        scale: f64,
        parameters: impl Iterator<Item = Parameter<'a, R>>,
    ) -> Result<Report, Error> {
        let mut items: Vec<Parameter<'a, R>> = recycle(std::mem::take(&mut self.scratch.items));
        items.extend(parameters);
        let mut indices = std::mem::take(&mut self.scratch.indices);
        indices.clear();
        let scale = scale / self.settings.loss_scale;
        let result = self.step_items(scale, &mut items, &mut indices);
        self.scratch.items = recycle(items);
        self.scratch.indices = indices;
        result
    }

    fn step_items(
        &mut self,
        scale: f64,
        items: &mut Vec<Parameter<'_, R>>,
        indices: &mut Vec<usize>,
    ) -> Result<Report, Error> {
        let fresh = self.recognise(items, indices)?;
        self.check_lengths(items, indices)?;
        let scheduled = match self.settings.schedules[..] {
            [] => None,
            _ => Some(lanes(&self.settings, Some(self.steps))?),
        };
        let lane_of = |index: usize| match self.entries.get_index(index) {
            Some((_, entry)) => entry.lane,
            None => fresh[index - self.entries.len()],
        };
        let lanes_now = scheduled.as_ref().unwrap_or(&self.lanes);
        for (item, &index) in items.iter_mut().zip(&*indices) {
            if lanes_now[lane_of(index)].is_none() {
                item.gradient = None;
            }
        }

        let mut report = Report::default();
        let mut looks: Vec<Look<'_, R>> = recycle(std::mem::take(&mut self.scratch.looks));
        let seen = self.look(scale, items, &mut looks, &mut report);
        if seen.is_ok() && report.skipped.is_none() {
            if let Some(lanes) = scheduled {
                self.change_lanes(lanes);
            }
            self.commit(scale, items, indices, &fresh, &looks, &mut report);
        }
        self.scratch.looks = recycle(looks);
        seen?;
        if report.skipped.is_some() {
            self.skipped += 1;
        }
        report.step = self.steps;
        Ok(report)
    }

    /// Finds where each item is known, or will be; gives the lanes of new names in their order.
    fn recognise(
        &mut self,
        items: &[Parameter<'_, R>],
        indices: &mut Vec<usize>,
    ) -> Result<Vec<usize>, Error> {
        self.call += 1;
        let known = self.entries.len();
        let mut fresh: IndexMap<&str, usize> = IndexMap::new();
        // Parameters mostly come in the order of the last step, which spares looking them up.
        let mut next = 0;
        for Parameter { name, .. } in items {
            let expected = self.entries.get_index(next).is_some_and(|(known, _)| known == name);
            let index = if expected { Some(next) } else { self.entries.get_index_of(*name) };
            let twice = match index {
                Some(index) => {
                    next = index + 1;
                    indices.push(index);
                    std::mem::replace(&mut self.entries[index].seen, self.call) == self.call
                }
                None => {
                    indices.push(known + fresh.len());
                    fresh.insert(name, self.lane_for(name)).is_some()
                }
            };
            if twice {
                return Err(Error::DuplicateName { name: (*name).to_owned() });
            }
        }
        if !self.patterns_checked {
            let names = self.entries.keys().map(String::as_str).chain(fresh.keys().copied());
            let unmatched =
                self.settings.matchers.iter().find_map(|group| group.unmatched(names.clone()));
            if let Some(pattern) = unmatched {
                let pattern = pattern.as_str().to_owned();
                let like = pattern.replace(['*', '?'], "");
                let nearest = nearest(&like, names).into_iter().map(str::to_owned).collect();
                return Err(Error::UnmatchedPattern { pattern, nearest });
            }
        }
        Ok(fresh.into_values().collect())
    }

    /// The lane of a name: that of the first group that matches it, or the method's own.
    pub(crate) fn lane_for(&self, name: &str) -> usize {
        let group = self.settings.matchers.iter().position(|group| group.matches(name));
        group.map_or(0, |group| group + 1)
    }

    fn check_lengths(&self, items: &[Parameter<'_, R>], indices: &[usize]) -> Result<(), Error> {
        for (Parameter { name, value, gradient, shape }, &index) in items.iter().zip(indices) {
            let name = || (*name).to_owned();
            let parameter = value.len();
            if let Some(gradient) = gradient
                && gradient.len() != parameter
            {
                return Err(Error::LengthMismatch {
                    name: name(),
                    parameter,
                    gradient: gradient.len(),
                });
            }
            // Without a gradient a parameter may be resized; its next gradient will tell.
            let Some((_, entry)) = self.entries.get_index(index) else { continue };
            if gradient.is_none() || !entry.is_sized() {
                continue;
            }
            if entry.len != parameter {
                return Err(Error::StateMismatch { name: name(), parameter, state: entry.len });
            }
            if let Some(shape) = shape
                && !entry.shape.is_empty()
                && entry.shape != *shape
            {
                let (parameter, state) = (shape.to_vec(), entry.shape.clone());
                return Err(Error::StateShapeMismatch { name: name(), parameter, state });
            }
        }
        Ok(())
    }

    /// Reads the gradients once, for what has to be known before anything moves.
    fn look<'a>(
        &self,
        scale: f64,
        items: &[Parameter<'a, R>],
        looks: &mut Vec<Look<'a, R>>,
        report: &mut Report,
    ) -> Result<(), Error>
    where
        R: 'a,
    {
        let Builder { clip, non_finite, measure, .. } = self.settings;
        let norms = measure != Measure::Off || matches!(clip, Clip::Norm(_) | Clip::GlobalNorm(_));
        let above = match clip {
            Clip::Value(bound) => Some(bound / scale),
            _ => None,
        };
        let wanted = Wanted { finite: non_finite != NonFinite::Propagate, squares: norms, above };
        let gradients = items.iter().filter_map(|item| item.gradient);
        looks.extend(gradients.map(|gradient| Look { gradient, seen: Default::default() }));
        if !(wanted.finite || wanted.squares || above.is_some()) {
            return Ok(());
        }
        divide::look(self.arch(), wanted, looks);
        if looks.iter().any(|look| look.seen.bad) {
            let stepped = items.iter().filter_map(|item| Some((item.name, item.gradient?)));
            let found = stepped
                .zip(&*looks)
                .filter(|(_, look)| look.seen.bad)
                .find_map(|((name, gradient), _)| first_non_finite(gradient).map(|at| (name, at)));
            if let Some((name, (index, value))) = found {
                let (name, value) = (name.to_owned(), value.to_f64());
                if non_finite == NonFinite::Error {
                    return Err(Error::NonFiniteGradient { name, index, value });
                }
                report.skipped = Some(NonFiniteAt { name, index, value });
                return Ok(());
            }
        }
        if norms {
            for look in &mut *looks {
                look.seen.norm = divide::norm(look.gradient, look.seen.squares) * scale;
            }
        }
        Ok(())
    }

    fn arch(&self) -> pulp::Arch {
        self.settings.simd.arch().unwrap_or(pulp::Arch::Scalar)
    }

    /// Takes the step; nothing can go wrong any more.
    fn commit(
        &mut self,
        scale: f64,
        items: &mut Vec<Parameter<'_, R>>,
        indices: &[usize],
        fresh: &[usize],
        looks: &[Look<'_, R>],
        report: &mut Report,
    ) {
        self.make_known(items, indices, fresh);
        self.steps += 1;
        let measured = self.settings.measure != Measure::Off;

        // In the order in which parameters became known, whatever the order of this step.
        let mut jobs: Vec<Option<Job<'_, R>>> = recycle(std::mem::take(&mut self.scratch.jobs));
        jobs.resize_with(self.entries.len(), || None);
        let mut looks = looks.iter();
        for (item, &index) in items.drain(..).zip(indices) {
            let Some(gradient) = item.gradient else { continue };
            let seen = looks.next().map(|look| look.seen).unwrap_or_default();
            jobs[index] = Some(Job { parameter: item.value, gradient, seen });
        }
        let global = joint_norm(jobs.iter().flatten().map(|job| job.seen.norm));
        let clip = self.settings.clip;
        let share = |norm: f64, bound: f64| {
            if norm > bound && norm.is_finite() { bound / norm } else { 1.0 }
        };
        let clip_factor = |norm: f64| match clip {
            Clip::Norm(bound) => share(norm, bound),
            Clip::GlobalNorm(bound) => share(global, bound),
            Clip::Off | Clip::Value(_) => 1.0,
        };

        let plan = Plan {
            arch: self.arch(),
            clip: match clip {
                Clip::Value(bound) => Some(R::from_f64(bound)),
                _ => None,
            },
            decay: self.settings.average.map(R::from_f64),
            fresh: R::from_f64(1.0 - self.settings.average.unwrap_or(0.0)),
            seed: match self.settings.rounding {
                Rounding::Nearest => None,
                Rounding::Stochastic { seed } => Some(seed),
            },
            sums: measured,
        };
        let mut steps: Vec<Step<'_, '_, R>> = recycle(std::mem::take(&mut self.scratch.steps));
        for (entry, job) in self.entries.values_mut().zip(&mut jobs) {
            let Some(Job { parameter, gradient, seen }) = job.take() else { continue };
            let Some(Some(track)) = self.lanes.get(entry.lane) else { continue };
            let Some(state) = &mut entry.state else { continue };
            entry.steps += 1;
            report.elements += entry.len as u64;
            let factor = clip_factor(seen.norm);
            let clipped = factor != 1.0 || seen.above;
            report.clipped |= clipped;
            steps.push(Step {
                kernel: &*track.kernel,
                clipped,
                norm: seen.norm,
                chunk: Chunk {
                    t: entry.steps,
                    element: entry.first_element,
                    parameter,
                    gradient,
                    factor: R::from_f64(factor * scale),
                    state: state.as_mut(),
                    slots: track.names.len(),
                    average: entry.average.as_deref_mut(),
                    sums: Default::default(),
                },
            });
        }
        divide::step(&plan, &mut steps);

        if measured || matches!(clip, Clip::Norm(_) | Clip::GlobalNorm(_)) {
            report.gradient_norm = Some(global);
        }
        if measured {
            let sums = steps.iter().map(|step| step.chunk.sums);
            report.update_norm = Some(joint_norm(sums.clone().map(|sums| sums.update.sqrt())));
            report.parameter_norm = Some(joint_norm(sums.map(|sums| sums.parameter.sqrt())));
        }
        let mut figures: Vec<(f64, bool, f64, f64)> = Vec::new();
        if self.settings.measure == Measure::PerParameter {
            figures.extend(steps.iter().map(|step| {
                let sums = step.chunk.sums;
                (step.norm, step.clipped, sums.update.sqrt(), sums.parameter.sqrt())
            }));
        }
        self.scratch.steps = recycle(steps);
        self.scratch.jobs = recycle(jobs);
        // Those that took part are the entries of this call, in the same order.
        let stepped = self.entries.iter().filter(|(_, entry)| entry.stepped == self.steps);
        report.parameters = stepped
            .zip(figures)
            .map(|((name, entry), (gradient_norm, clipped, update_norm, parameter_norm))| {
                let (name, elements) = (name.clone(), entry.len as u64);
                ParameterReport {
                    name,
                    elements,
                    clipped,
                    gradient_norm,
                    update_norm,
                    parameter_norm,
                }
            })
            .collect();
    }

    /// Remembers names that are new and makes the state of those that take their first step.
    fn make_known(&mut self, items: &[Parameter<'_, R>], indices: &[usize], fresh: &[usize]) {
        self.patterns_checked = true;
        let known = self.entries.len();
        let Builder { state_type, large_pages, average, .. } = self.settings;
        for (item, &index) in items.iter().zip(indices) {
            if index >= known {
                let lane = fresh[index - known];
                self.entries.insert(item.name.to_owned(), Entry::new(lane, self.call));
            }
            let entry = &mut self.entries[index];
            if item.gradient.is_none() {
                continue;
            }
            entry.stepped = self.steps + 1;
            if let Some(shape) = item.shape
                && entry.shape.is_empty()
            {
                entry.shape = shape.to_vec();
            }
            if average.is_some() && entry.average.is_none() {
                let value = item.value.as_ref();
                entry.average = Some((0..value.len()).map(|i| value.get(i)).collect());
            }
            let Some(Some(track)) = self.lanes.get(entry.lane) else { continue };
            if entry.state.is_none() {
                entry.len = item.value.len();
                entry.first_element = self.elements;
                self.elements += entry.len as u64;
                let half = state_type != R::DTYPE;
                let slots = track.names.len();
                let mut state = State::zeroed(entry.len, slots, half, large_pages);
                for (slot, &value) in track.initial.iter().enumerate() {
                    if value != R::ZERO {
                        state.write(entry.len, slots, slot, |_| value);
                    }
                }
                entry.state = Some(state);
            }
        }
    }

    /// Takes other kernels; state is kept by slot name.
    fn change_lanes(&mut self, lanes: Vec<Lane<R>>) {
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
            for (slot, (name, &fresh)) in after.names.iter().zip(&after.initial).enumerate() {
                match before.names.iter().position(|old| old == name) {
                    Some(old) => {
                        let values = state.read(len, before.names.len(), old);
                        moved.write(len, slots, slot, |i| values[i]);
                    }
                    None => moved.write(len, slots, slot, |_| fresh),
                }
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
            let (name, parameter) = (name.to_owned(), shape.iter().product());
            if entry.is_sized() && entry.len != parameter {
                return Err(Error::StateMismatch { name, parameter, state: entry.len });
            }
            if !entry.shape.is_empty() && entry.shape != shape {
                let (parameter, state) = (shape.to_vec(), entry.shape.clone());
                return Err(Error::StateShapeMismatch { name, parameter, state });
            }
        }
        self.make_known(&items, &indices, &fresh);
        for (&(_, shape), &index) in parameters.iter().zip(&indices) {
            let entry = &mut self.entries[index];
            entry.shape = shape.to_vec();
            entry.len = shape.iter().product();
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
            shape: Vec::new(),
            first_element: 0,
            state: None,
            average: None,
            seen,
            stepped: 0,
        }
    }

    /// The same parameter as before its first step.
    pub(crate) fn unstepped(self) -> Self {
        Self { steps: 0, stepped: 0, state: None, average: None, ..self }
    }

    /// Whether its length is known.
    pub(crate) fn is_sized(&self) -> bool {
        self.state.is_some() || !self.shape.is_empty()
    }
}

/// The first element that is infinite or NaN, with its value.
fn first_non_finite<R: Real>(gradient: Values<'_, R>) -> Option<(usize, R)> {
    let elements = (0..gradient.len()).map(|i| (i, gradient.get(i)));
    elements.into_iter().find(|(_, value)| !value.is_finite())
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
