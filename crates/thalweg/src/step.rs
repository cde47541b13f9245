//! A step: recognise, look, decide, commit.

use indexmap::IndexMap;

use crate::builder::{Builder, NonFinite, Rounding};
use crate::clip::Clip;
use crate::divide::{self, Look, Step, Wanted};
use crate::engine::{Chunk, Plan};
use crate::error::Error;
use crate::group::nearly_matched;
use crate::lane::lanes;
use crate::memory::State;
use crate::method::Method;
use crate::optimizer::{Entry, Optimizer, size};
use crate::params::Parameter;
use crate::real::Real;
use crate::report::{Measure, NonFiniteAt, ParameterReport, Report, joint_norm};
use crate::scratch::{Job, recycle};
use crate::storage::Values;

impl<R: Real, M: Method<R>> Optimizer<R, M> {
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
    /// [`StateShapeMismatch`](Error::StateShapeMismatch),
    /// [`ShapeOfAnotherSize`](Error::ShapeOfAnotherSize),
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
    pub(crate) fn recognise(
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
                let nearest = nearly_matched(&pattern, names);
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
            if let Some(shape) = shape
                && size(shape) != parameter
            {
                let shape = shape.to_vec();
                return Err(Error::ShapeOfAnotherSize { name: name(), parameter, shape });
            }
            // Without a gradient a parameter may be resized; its next gradient will tell.
            let Some((_, entry)) = self.entries.get_index(index) else { continue };
            if gradient.is_none() || !entry.is_sized() {
                continue;
            }
            if entry.len != parameter {
                return Err(Error::StateMismatch { name: name(), parameter, state: entry.len });
            }
            if let (Some(shape), Some(known)) = (shape, &entry.shape)
                && known != shape
            {
                let (parameter, state) = (shape.to_vec(), known.clone());
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
        let norms = measure != Measure::Off || clip.is_by_norm();
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
        let parameters = measured && self.settings.measure != Measure::Updates;

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
            bound: R::from_f64(match clip {
                Clip::Value(bound) => bound,
                _ => f64::INFINITY,
            }),
            decay: self.settings.average.map(R::from_f64),
            fresh: R::from_f64(1.0 - self.settings.average.unwrap_or(0.0)),
            seed: match self.settings.rounding {
                Rounding::Nearest => None,
                Rounding::Stochastic { seed } => Some(seed),
            },
            sums: measured,
            parameters,
        };
        let mut steps: Vec<Step<'_, '_, R>> = recycle(std::mem::take(&mut self.scratch.steps));
        for ((name, entry), job) in self.entries.iter_mut().zip(&mut jobs) {
            let Some(Job { parameter, gradient, seen }) = job.take() else { continue };
            let Some(Some(track)) = self.lanes.get(entry.lane) else { continue };
            let Some(state) = &mut entry.state else { continue };
            entry.steps += 1;
            report.elements += entry.len as u64;
            let factor = clip_factor(seen.norm);
            let clipped = factor != 1.0 || seen.above;
            report.clipped |= clipped;
            steps.push(Step {
                name,
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

        if measured || clip.is_by_norm() {
            report.gradient_norm = Some(global);
        }
        if measured {
            let sums = steps.iter().map(|step| step.chunk.sums);
            report.update_norm = Some(joint_norm(sums.clone().map(|sums| sums.update.sqrt())));
            let norms = sums.map(|sums| sums.parameter.sqrt());
            report.parameter_norm = parameters.then(|| joint_norm(norms));
        }
        if self.settings.measure == Measure::PerParameter {
            report.parameters.extend(steps.iter().map(|step| ParameterReport {
                name: step.name.to_owned(),
                elements: step.chunk.len() as u64,
                clipped: step.clipped,
                gradient_norm: step.norm,
                update_norm: step.chunk.sums.update.sqrt(),
                parameter_norm: step.chunk.sums.parameter.sqrt(),
            }));
        }
        self.scratch.steps = recycle(steps);
        self.scratch.jobs = recycle(jobs);
    }

    /// Remembers names that are new and makes the state of those that take their first step.
    pub(crate) fn make_known(
        &mut self,
        items: &[Parameter<'_, R>],
        indices: &[usize],
        fresh: &[usize],
    ) {
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
            if let Some(shape) = item.shape
                && entry.shape.is_none()
            {
                entry.shape = Some(shape.to_vec());
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
}

/// The first element that is infinite or NaN, with its value.
fn first_non_finite<R: Real>(gradient: Values<'_, R>) -> Option<(usize, R)> {
    let elements = (0..gradient.len()).map(|i| (i, gradient.get(i)));
    elements.into_iter().find(|(_, value)| !value.is_finite())
}
