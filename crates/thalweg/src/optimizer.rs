//! The optimizer: owns the state of every named parameter, takes gradients, gives an error or a step.

use indexmap::IndexMap;

use crate::engine::{self, Chunk, Kernel};
use crate::error::Error;
use crate::hyperparameter::{Hyperparameter, Value};
use crate::method::Method;
use crate::params::Parameter;
use crate::real::Real;
use crate::spec::Spec;

/// A method together with the state of every parameter it has stepped.
///
/// `Optimizer<f32>` holds a [`Spec`], chosen at run time; `Optimizer<f32, Adam>` or
/// `Optimizer<f32, MyRule>` knows its method at compile time and gives typed access to it. Both
/// run the same fused loop. Parameters are known by name: state is created at a name's first
/// gradient and counts its own steps; a parameter that takes no part in a step is left alone.
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
    method: M,
    kernel: Box<dyn Kernel<R>>,
    states: IndexMap<String, ParameterState<R>>,
    refuse_non_finite: bool,
}

struct ParameterState<R> {
    steps: u64,
    len: usize,
    blocks: Vec<R>,
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
    /// An optimizer without any state yet.
    ///
    /// # Errors
    /// A hyperparameter out of its range, or a combination that makes no sense.
    pub fn new(method: M) -> Result<Self, Error> {
        check::<R, M>(&method)?;
        let kernel = method.kernel();
        Ok(Self { method, kernel, states: IndexMap::new(), refuse_non_finite: true })
    }

    /// Switches the check for infinite and NaN gradients on (as it is by default) or off.
    ///
    /// It reads every gradient once more. Without it such values reach parameters and state.
    #[must_use]
    pub fn check_finite(mut self, check: bool) -> Self {
        self.refuse_non_finite = check;
        self
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
    ///     Parameter::from(("weights", &mut weights, &vec![0.5, 0.5])),
    ///     Parameter::from(("bias", &mut bias, &[0.5])),
    /// ])?;
    /// assert_eq!((weights, bias), (vec![0.5, 1.5], [0.0]));
    /// # Ok::<(), thalweg::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`LengthMismatch`](Error::LengthMismatch), [`StateMismatch`](Error::StateMismatch),
    /// [`DuplicateName`](Error::DuplicateName), [`NonFiniteGradient`](Error::NonFiniteGradient).
    /// No parameter and no state has changed then.
    pub fn step<'a, P: Into<Parameter<'a, R>>>(
        &mut self,
        parameters: impl IntoIterator<Item = P>,
    ) -> Result<(), Error> {
        let parameters: Vec<Parameter<'a, R>> = parameters.into_iter().map(Into::into).collect();
        self.validate(&parameters)?;

        let mut work: Vec<Option<(&'a mut [R], &'a [R])>> = Vec::new();
        work.resize_with(self.states.len(), || None);
        for Parameter { name, value, gradient } in parameters {
            let Some(gradient) = gradient else { continue };
            let index = match self.states.get_index_of(name) {
                Some(index) => index,
                None => self.create_state(name, value.len()),
            };
            work.resize_with(self.states.len(), || None);
            work[index] = Some((value, gradient));
        }
        let mut chunks: Vec<Chunk<'_, R>> = Vec::with_capacity(work.len());
        for (state, work) in self.states.values_mut().zip(work) {
            let Some((parameter, gradient)) = work else { continue };
            state.steps += 1;
            if !parameter.is_empty() {
                chunks.push(Chunk {
                    t: state.steps,
                    parameter,
                    gradient,
                    state: &mut state.blocks,
                });
            }
        }
        engine::step(&*self.kernel, &mut chunks);
        Ok(())
    }

    fn validate(&self, parameters: &[Parameter<'_, R>]) -> Result<(), Error> {
        let mut seen = std::collections::HashSet::with_capacity(parameters.len());
        for Parameter { name, value, gradient } in parameters {
            let name = *name;
            if !seen.insert(name) {
                return Err(Error::DuplicateName { name: name.to_owned() });
            }
            let Some(gradient) = gradient else { continue };
            if gradient.len() != value.len() {
                return Err(Error::LengthMismatch {
                    name: name.to_owned(),
                    parameter: value.len(),
                    gradient: gradient.len(),
                });
            }
            if let Some(state) = self.states.get(name)
                && state.len != value.len()
            {
                return Err(Error::StateMismatch {
                    name: name.to_owned(),
                    parameter: value.len(),
                    state: state.len,
                });
            }
        }
        if self.refuse_non_finite {
            for Parameter { name, gradient, .. } in parameters {
                if let Some(gradient) = gradient
                    && let Some(index) = engine::first_non_finite(gradient)
                {
                    let (name, value) = ((*name).to_owned(), gradient[index].to_f64());
                    return Err(Error::NonFiniteGradient { name, index, value });
                }
            }
        }
        Ok(())
    }

    fn create_state(&mut self, name: &str, len: usize) -> usize {
        let blocks = engine::initial_state(len, &self.kernel.initial_state());
        self.states.insert_full(name.to_owned(), ParameterState { steps: 0, len, blocks }).0
    }

    /// The method with its hyperparameters.
    pub fn method(&self) -> &M {
        &self.method
    }

    /// Changes the method between steps, typed: `optimizer.update(|adam| adam.lr *= 0.5)?`.
    ///
    /// State is kept by slot name: where the new hyperparameters need another slot (momentum
    /// that was 0 before, say) it starts fresh, and one no longer needed is dropped.
    ///
    /// # Errors
    /// A hyperparameter out of its range, or a combination that makes no sense; the method is
    /// then as it was.
    pub fn update(&mut self, change: impl FnOnce(&mut M)) -> Result<(), Error>
    where
        M: Clone,
    {
        let mut method = self.method.clone();
        change(&mut method);
        check::<R, M>(&method)?;
        self.method = method;
        self.rebuild();
        Ok(())
    }

    /// Every hyperparameter that has a name, with its value.
    pub fn hyperparameters(&self) -> Vec<(&'static Hyperparameter, Value)> {
        self.method.hyperparameters()
    }

    /// The value of a hyperparameter.
    ///
    /// # Errors
    /// [`UnknownHyperparameter`](Error::UnknownHyperparameter).
    pub fn get(&self, name: &str) -> Result<Value, Error> {
        let all = self.method.hyperparameters();
        match all.iter().find(|(hyperparameter, _)| hyperparameter.name == name) {
            Some((_, value)) => Ok(value.clone()),
            None => Err(Error::unknown_hyperparameter(self.method.name(), name, all)),
        }
    }

    /// Changes a hyperparameter between steps, by name; state is kept as in
    /// [`update`](Self::update).
    ///
    /// # Errors
    /// As [`Method::set`]; nothing has changed then.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) -> Result<(), Error> {
        let value = value.into();
        let known = self.method.hyperparameters();
        if let Some((hyperparameter, _)) = known.iter().find(|(known, _)| known.name == name) {
            check_fits::<R>(&self.method.name(), hyperparameter, &value)?;
        }
        self.method.set(name, value)?;
        self.rebuild();
        Ok(())
    }

    fn rebuild(&mut self) {
        let before = self.kernel.state_names();
        self.kernel = self.method.kernel();
        let after = self.kernel.state_names();
        if before == after {
            return;
        }
        let initial = self.kernel.initial_state();
        for state in self.states.values_mut() {
            let slots: Vec<Vec<R>> = after
                .iter()
                .zip(&initial)
                .map(|(name, &fresh)| match before.iter().position(|old| old == name) {
                    Some(slot) => engine::read_slot(&state.blocks, state.len, before.len(), slot),
                    None => vec![fresh; state.len],
                })
                .collect();
            state.blocks = engine::build_state(state.len, &slots);
        }
    }

    /// Names of the state slots that each parameter has, as `m` and `v` for Adam.
    pub fn state_names(&self) -> Vec<String> {
        self.kernel.state_names()
    }

    /// Names of the parameters that have had a gradient, in the order of their first steps.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.states.keys().map(String::as_str)
    }

    /// How many steps a parameter has taken; 0 if it never had a gradient.
    pub fn steps(&self, name: &str) -> u64 {
        self.states.get(name).map_or(0, |state| state.steps)
    }

    /// One state slot of a parameter, an element for each of the parameter's; `None` if the
    /// parameter never had a gradient or the method has no such slot.
    pub fn state(&self, name: &str, slot: &str) -> Option<Vec<R>> {
        let state = self.states.get(name)?;
        let names = self.kernel.state_names();
        let slot = names.iter().position(|known| known == slot)?;
        Some(engine::read_slot(&state.blocks, state.len, names.len(), slot))
    }

    /// Forgets the state of one parameter, say because it was resized: its next step is its first.
    ///
    /// Returns whether there was any.
    pub fn forget(&mut self, name: &str) -> bool {
        self.states.shift_remove(name).is_some()
    }

    /// Forgets all state: the next step is every parameter's first.
    pub fn reset(&mut self) {
        self.states.clear();
    }
}

/// The method's own checks, and that the number type can hold every hyperparameter.
fn check<R: Real, M: Method<R>>(method: &M) -> Result<(), Error> {
    method.check()?;
    let name = method.name();
    let mut described = method.hyperparameters().into_iter();
    described.try_for_each(|(hyperparameter, value)| check_fits::<R>(&name, hyperparameter, &value))
}

/// That a finite number is finite in the number type, too.
fn check_fits<R: Real>(
    optimizer: &str,
    hyperparameter: &'static Hyperparameter,
    value: &Value,
) -> Result<(), Error> {
    match value {
        Value::Number(number) if number.is_finite() && !R::from_f64(*number).is_finite() => {
            Err(Error::InvalidValue {
                optimizer: optimizer.to_owned(),
                hyperparameter: hyperparameter.name,
                value: value.to_string(),
                accepted: format!("{} that {} can hold", hyperparameter.accepts, R::NAME),
            })
        }
        _ => Ok(()),
    }
}

impl<R: Real, M: std::fmt::Debug> std::fmt::Debug for Optimizer<R, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Optimizer")
            .field("method", &self.method)
            .field("parameters", &self.states.len())
            .finish_non_exhaustive()
    }
}
