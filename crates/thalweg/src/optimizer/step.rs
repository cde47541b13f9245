//! One step: first names, lengths and gradients are checked; after that nothing can fail.

use super::clip::Clip;
use super::group_kernels::group_kernels;
use super::options::{NonFinite, Options, Rounding};
use super::parameter::Parameter;
use super::report::{Measure, NonFiniteAt, ParameterReport, Report};
use super::rows::Coalesced;
use super::scratch::{Job, recycle};
use super::state::Optimizer;
use super::transform::Transforms;
use crate::engine::chunk::{Chunk, Context};
use crate::engine::squares::joint_norm;
use crate::engine::statistics::{Inspected, Wanted, inspect, norm};
use crate::engine::{self, Kernel, Step};
use crate::error::Error;
use crate::method::Method;
use crate::storage::Real;
use crate::storage::rows::Touched;

impl<R: Real, M: Method> Optimizer<R, M> {
    /// Takes one step: updates each parameter with its gradient.
    ///
    /// Items are `(name, &mut parameter, &gradient)` or `(name, &mut parameter, Some(&gradient))`
    /// with slices, arrays or vectors; a parameter without a gradient does not change. All items of
    /// a step have the same Rust type: where containers differ, convert them to [`Parameter`]s or
    /// slices. [`Parameter::with_rows`] makes a gradient sparse: of some rows of a table.
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
    /// [`UnmatchedPattern`](Error::UnmatchedPattern) of a group,
    /// [`InvalidValue`](Error::InvalidValue) from a schedule, and those of
    /// [`Parameter::with_rows`]. No parameter and no state has changed then.
    pub fn step<'a, P: Into<Parameter<'a, R>>>(
        &mut self,
        parameters: impl IntoIterator<Item = P>,
    ) -> Result<Report, Error> {
        self.step_scaled(1.0, None, parameters.into_iter().map(Into::into))
    }

    /// Takes one step with the loss at which the gradients were taken, for methods that need it, such
    /// as `polyak-sgd` and `momo`; for all others it is the same as [`step`](Self::step).
    ///
    /// ```
    /// use thalweg::Optimizer;
    ///
    /// // f(x) = x², whose minimum is 0: half of Newton's step.
    /// let mut optimizer: Optimizer<f64> = Optimizer::from_spec("polyak-sgd")?;
    /// let mut x = [3.0];
    /// optimizer.step_with_loss(x[0] * x[0], [("x", &mut x, &[6.0])])?;
    /// assert_eq!(x, [1.5]);
    ///
    /// let error = optimizer.step([("x", &mut x, &[3.0])]).unwrap_err();
    /// assert!(error.to_string().starts_with("polyak-sgd needs the loss of the step"));
    /// # Ok::<(), thalweg::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`step`](Self::step), and [`NonFiniteLoss`](Error::NonFiniteLoss).
    pub fn step_with_loss<'a, P: Into<Parameter<'a, R>>>(
        &mut self,
        loss: f64,
        parameters: impl IntoIterator<Item = P>,
    ) -> Result<Report, Error> {
        self.step_scaled(1.0, Some(loss), parameters.into_iter().map(Into::into))
    }

    /// Whether a step needs the loss, as [`step_with_loss`](Self::step_with_loss) takes it.
    pub fn needs_loss(&self) -> bool {
        self.kernels.iter().flatten().any(|group| group.kernel.needs_loss())
    }

    /// The loss of a step, where it is needed.
    fn checked_loss(&self, loss: Option<f64>) -> Result<f64, Error> {
        if !self.needs_loss() {
            return Ok(f64::NAN);
        }
        let optimizer = || self.options.method.name();
        match loss {
            Some(loss) if loss.is_finite() => Ok(loss),
            Some(loss) => Err(Error::NonFiniteLoss { optimizer: optimizer(), loss }),
            None => Err(Error::LossNeeded { optimizer: optimizer() }),
        }
    }

    /// Takes a step with gradients that are first multiplied by `scale`.
    pub(super) fn step_scaled<'a>(
        &mut self,
        scale: f64,
        loss: Option<f64>,
        parameters: impl Iterator<Item = Parameter<'a, R>>,
    ) -> Result<Report, Error> {
        let loss = self.checked_loss(loss)?;
        let mut items: Vec<Parameter<'a, R>> = recycle(std::mem::take(&mut self.scratch.items));
        items.extend(parameters);
        // Sparse gradients may become sums in `coalesced`, which does not live as long.
        let mut coalesced = std::mem::take(&mut self.scratch.coalesced);
        let mut transformed = std::mem::take(&mut self.scratch.transformed);
        let mut items: Vec<Parameter<'_, R>> = items;
        let mut indices = std::mem::take(&mut self.scratch.indices);
        indices.clear();
        let scale = scale / self.options.loss_scale;
        let (scale, loss) = if self.options.maximize { (-scale, -loss) } else { (scale, loss) };
        let memory = (&mut coalesced, &mut transformed);
        let result = self.step_items((scale, loss), &mut items, &mut indices, memory);
        self.scratch.items = recycle(items);
        self.scratch.indices = indices;
        self.scratch.coalesced = coalesced;
        self.scratch.transformed = transformed;
        result
    }

    fn step_items<'b>(
        &mut self,
        (scale, loss): (f64, f64),
        items: &mut Vec<Parameter<'b, R>>,
        indices: &mut Vec<usize>,
        (coalesced, transformed): (&'b mut Coalesced<R>, &'b mut Vec<R>),
    ) -> Result<Report, Error> {
        let fresh = self.recognise(items, indices)?;
        self.check_lengths(items, indices)?;
        let scheduled = match self.options.schedules[..] {
            [] => None,
            _ => Some(group_kernels::<R, M>(&self.options, Some(self.steps))?),
        };
        let kernel_of = |index: usize| match self.entries.get_index(index) {
            Some((_, entry)) => entry.kernel,
            None => fresh[index - self.entries.len()],
        };
        let kernels_now = scheduled.as_ref().unwrap_or(&self.kernels);
        for (item, &index) in items.iter_mut().zip(&*indices) {
            let kernel = kernel_of(index);
            match &kernels_now[kernel] {
                None => item.gradient = None,
                Some(group) if item.rows.is_some() && item.gradient.is_some() => {
                    self.check_sparse(item.name, kernel, &group.kernel)?;
                    if item.copy.is_some() {
                        let (name, transform) = (item.name.to_owned(), "copy".to_owned());
                        return Err(Error::SparseTransform { name, transform });
                    }
                }
                Some(_) => {}
            }
        }
        let noise_of =
            |index: usize| kernels_now[kernel_of(index)].as_ref()?.kernel.noise().copied();
        let is_noisy = kernels_now.iter().flatten().any(|group| group.kernel.noise().is_some());
        coalesced.coalesce(self.arch(), items);

        let mut report = Report::default();
        let mut inspected: Vec<Inspected<'_, R>> =
            recycle(std::mem::take(&mut self.scratch.inspected));
        let mut result = self.inspect(scale, items, &mut inspected, &mut report);
        let transforms = self.transforms(scale);
        let is_changed = !transforms.is_empty() || is_noisy;
        if result.is_ok() && report.skipped.is_none() && is_changed {
            let entry = |i: usize| self.entries.get_index(indices[i]).map(|(_, entry)| entry);
            let t = |i| entry(i).map_or(0, |entry| entry.steps) + 1;
            let shape = |i| entry(i).and_then(|entry| entry.shape.clone());
            report.clipped =
                transforms.apply(transformed, items, t, shape, |i| noise_of(indices[i]));
            inspected.clear();
            result = self.inspect(scale, items, &mut inspected, &mut report);
        }
        if result.is_ok() && report.skipped.is_none() {
            if let Some(kernels) = scheduled {
                self.change_kernels(kernels);
            }
            self.commit((scale, loss), items, indices, &fresh, &inspected, &mut report);
        }
        self.scratch.inspected = recycle(inspected);
        result?;
        if report.skipped.is_some() {
            self.skipped += 1;
        }
        report.step = self.steps;
        Ok(report)
    }

    /// Checks that a parameter can have a sparse gradient.
    fn check_sparse(&self, name: &str, index: usize, kernel: &Kernel) -> Result<(), Error> {
        if !kernel.is_elementwise() {
            let (name, optimizer) = (name.to_owned(), self.options.method_name(index));
            return Err(Error::SparseWholeTensor { name, optimizer });
        }
        if self.options.beside().is_some() {
            return Err(Error::SparseAverage { name: name.to_owned() });
        }
        let transforms = self.transforms(1.0);
        if !transforms.is_empty() || kernel.noise().is_some() {
            let transform = match kernel.noise() {
                Some(_) if transforms.is_empty() => "noise".to_owned(),
                _ => transforms.first(),
            };
            let name = name.to_owned();
            return Err(Error::SparseTransform { name, transform });
        }
        Ok(())
    }

    /// Reads the gradients once, for the statistics that are needed before anything changes.
    fn inspect<'a>(
        &self,
        scale: f64,
        items: &[Parameter<'a, R>],
        inspected: &mut Vec<Inspected<'a, R>>,
        report: &mut Report,
    ) -> Result<(), Error>
    where
        R: 'a,
    {
        let Options { clip, non_finite, measure, .. } = self.options;
        let norms = measure != Measure::Off || clip.is_by_norm();
        let above = match clip {
            Clip::Value(bound) => Some(bound / scale.abs()),
            _ => None,
        };
        let wanted = Wanted { finite: non_finite != NonFinite::Propagate, squares: norms, above };
        let gradients = items.iter().filter_map(|item| item.gradient);
        inspected.extend(
            gradients.map(|gradient| Inspected { gradient, statistics: Default::default() }),
        );
        if !(wanted.finite || wanted.squares || above.is_some()) {
            return Ok(());
        }
        inspect(self.arch(), wanted, inspected);
        if inspected.iter().any(|inspected| inspected.statistics.non_finite) {
            let stepped = items.iter().filter(|item| item.gradient.is_some());
            let found = stepped
                .zip(&*inspected)
                .filter(|(_, inspected)| inspected.statistics.non_finite)
                .find_map(|(item, _)| first_non_finite(item).map(|at| (item.name, at)));
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
            for Inspected { gradient, statistics } in &mut *inspected {
                statistics.norm = norm(*gradient, statistics.squares) * scale.abs();
            }
        }
        Ok(())
    }

    /// What is made of gradients before they are stepped.
    fn transforms(&self, scale: f64) -> Transforms<'_> {
        let Options { transforms: list, clip, .. } = &self.options;
        Transforms { list, clip: *clip, scale, arch: self.arch() }
    }

    fn arch(&self) -> pulp::Arch {
        self.options.simd.arch().unwrap_or(pulp::Arch::Scalar)
    }

    /// What is the same for all parameters of a step.
    fn context(&self) -> Context<R> {
        Context {
            arch: self.arch(),
            bound: R::from_f64(match self.options.clip {
                Clip::Value(bound) => bound,
                _ => f64::INFINITY,
            }),
            beside: self.options.beside(),
            seed: match self.options.rounding {
                Rounding::Nearest => None,
                Rounding::Stochastic { seed } => Some(seed),
            },
            sums: self.options.measure != Measure::Off,
            parameters: matches!(self.options.measure, Measure::Norms | Measure::PerParameter),
        }
    }

    /// Takes the step; nothing can fail at this point.
    fn commit(
        &mut self,
        (scale, loss): (f64, f64),
        items: &mut Vec<Parameter<'_, R>>,
        indices: &[usize],
        fresh: &[usize],
        inspected: &[Inspected<'_, R>],
        report: &mut Report,
    ) {
        self.make_known(items, indices, fresh);
        self.steps += 1;

        // In the order in which parameters first appeared, whatever the order of this step.
        let mut jobs: Vec<Option<Job<'_, R>>> = recycle(std::mem::take(&mut self.scratch.jobs));
        jobs.resize_with(self.entries.len(), || None);
        let mut inspected = inspected.iter();
        for (item, &index) in items.drain(..).zip(indices) {
            let Some(gradient) = item.gradient else { continue };
            let statistics = inspected.next().map(|found| found.statistics).unwrap_or_default();
            let (parameter, copy, rows) = (item.value, item.copy, item.rows);
            jobs[index] = Some(Job { parameter, copy, gradient, rows, statistics });
        }
        let global = joint_norm(jobs.iter().flatten().map(|job| job.statistics.norm));
        let clip = self.options.clip;

        let context = self.context();
        let mut steps: Vec<Step<'_, '_, R>> = recycle(std::mem::take(&mut self.scratch.steps));
        for ((name, entry), job) in self.entries.iter_mut().zip(&mut jobs) {
            let Some(Job { parameter, copy, gradient, rows, statistics }) = job.take() else {
                continue;
            };
            let Some(Some(group)) = self.kernels.get(entry.kernel) else { continue };
            let Some(state) = &mut entry.state else { continue };
            entry.steps += 1;
            report.elements += gradient.len() as u64;
            let factor = clip.factor(statistics.norm, global);
            let clipped = factor != 1.0 || statistics.above;
            report.clipped |= clipped;
            let (state, slots, separate) = state.as_mut();
            steps.push(Step {
                name,
                kernel: group.kernel.for_shape(entry.shape.as_deref().unwrap_or_default()),
                clipped,
                norm: statistics.norm,
                chunk: Chunk {
                    t: entry.steps,
                    element: entry.first_element,
                    parameter,
                    gradient,
                    rows: rows.map(Touched::new),
                    factor: R::from_f64(factor * scale),
                    state,
                    slots,
                    separate,
                    shape: entry.shape.as_deref().unwrap_or(std::slice::from_ref(&entry.len)),
                    average: entry.average.as_deref_mut(),
                    copy,
                    sums: Default::default(),
                },
            });
        }
        engine::step(&context, loss, &mut steps);

        if context.sums || clip.is_by_norm() {
            report.gradient_norm = Some(global);
        }
        if context.sums {
            let sums = steps.iter().map(|step| step.chunk.sums);
            report.update_norm = Some(joint_norm(sums.clone().map(|sums| sums.update.sqrt())));
            let norms = sums.map(|sums| sums.parameter.sqrt());
            report.parameter_norm = context.parameters.then(|| joint_norm(norms));
        }
        if self.options.measure == Measure::PerParameter {
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
}

/// The first element of a parameter whose gradient is infinite or NaN, with that value.
fn first_non_finite<R: Real>(item: &Parameter<'_, R>) -> Option<(usize, R)> {
    let gradient = item.gradient?;
    let mut values = (0..gradient.len()).map(|i| (i, gradient.get(i)));
    let (i, value) = values.find(|(_, value)| !value.is_finite())?;
    Some((item.rows.map_or(i, |rows| rows.element(i)), value))
}
