//! Derivatives of a run with respect to hyperparameters and the start.

use crate::dual::Dual;
use crate::error::Error;
use crate::formula::{Evaluation, Formula, Given};
use crate::method::Method;
use crate::number::Wide;
use crate::settings::Value;
use crate::settings::nearest::did_you_mean;

/// A function f(W) to descend, written for any number type; [`sensitivity()`] gets its gradient from
/// it.
pub trait Function {
    /// f(W).
    fn value<N: Wide>(&self, w: &[N]) -> N;
}

/// A function to descend with its gradient, on numbers that carry derivatives. Every [`Function`]
/// is one; implement it where the gradient is known in another way.
pub trait Objective {
    /// f(W).
    fn value(&self, w: &[Dual]) -> Dual;
    /// ∇f(W), an entry for each element of `w`. Its slopes are the second derivatives of f times
    /// the slopes of `w`.
    fn gradient(&self, w: &[Dual]) -> Vec<Dual>;
}

impl<F: Function> Objective for F {
    fn value(&self, w: &[Dual]) -> Dual {
        Function::value(self, w)
    }

    fn gradient(&self, w: &[Dual]) -> Vec<Dual> {
        let mut along: Vec<Dual<Dual>> = w.iter().copied().map(Dual::constant).collect();
        let mut partial = |i: usize| {
            along[i] = Dual::variable(w[i]);
            let value = Function::value(self, &along);
            along[i] = Dual::constant(w[i]);
            value.slope[0]
        };
        (0..w.len()).map(&mut partial).collect()
    }
}

/// What a derivative is taken with respect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A hyperparameter, by name.
    Hyperparameter(String),
    /// An element of the start, by index.
    Start(usize),
}

impl From<&str> for Input {
    fn from(name: &str) -> Self {
        Self::Hyperparameter(name.to_owned())
    }
}

/// Where a run ended, and how that changes with its inputs.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensitivity {
    /// W after the last step, with the bits of an `Optimizer<f64>`; to rounding where there are norms
    /// of more than 32,768 elements.
    pub point: Vec<f64>,
    /// f there.
    pub value: f64,
    /// The derivatives, in the order of the inputs asked for.
    pub derivatives: Vec<Derivative>,
}

/// The derivatives of the end of a run with respect to one input.
#[derive(Debug, Clone, PartialEq)]
pub struct Derivative {
    /// The input.
    pub input: Input,
    /// The derivative of each element of the last W.
    pub point: Vec<f64>,
    /// The derivative of f at the last W.
    pub value: f64,
}

/// Why there are no derivatives.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SensitivityError {
    /// The method is refused, or has no hyperparameter of a name.
    #[error(transparent)]
    Method(#[from] Error),
    /// A hyperparameter is not a number that the formula of a step with these values contains.
    #[error(
        "{optimizer}: a run has no derivative with respect to `{name}`, which is not a number in \
         the formula of this step{}; those with one are {}", did_you_mean(nearest), known.join(", ")
    )]
    NotInFormula {
        /// The optimizer.
        optimizer: String,
        /// The hyperparameter.
        name: String,
        /// Hyperparameters of similar names that have a derivative.
        nearest: Vec<String>,
        /// All hyperparameters that have one.
        known: Vec<String>,
    },
    /// An element of the start that does not exist.
    #[error("the start has {elements} elements; there is no element {index} (the first is 0)")]
    NoElement {
        /// The index asked for.
        index: usize,
        /// The number of elements.
        elements: usize,
    },
    /// A method that adds noise to gradients.
    #[error(
        "{optimizer} adds noise to gradients, so that its runs have no derivatives; eta=0 leaves it out"
    )]
    Noise {
        /// The optimizer.
        optimizer: String,
    },
    /// A whole-tensor method that does not say its formula.
    #[error("{optimizer} has no formula, so that its runs have no derivatives")]
    NoFormula {
        /// The optimizer.
        optimizer: String,
    },
    /// The gradient has another number of elements than W.
    #[error("the gradient has {gradient} elements, but W has {parameter}")]
    GradientLength {
        /// Elements of the gradient.
        gradient: usize,
        /// Elements of W.
        parameter: usize,
    },
    /// The run ended early: a point or a gradient was infinite or not a number.
    #[error("the run stops being finite at step {step}; take fewer steps or a lower learning rate")]
    NotFinite {
        /// The first step that is not finite.
        step: usize,
    },
}

/// The derivatives of the end of a run, W_T and f(W_T) after `steps` steps from `start`, with
/// respect to hyperparameters and elements of the start.
///
/// The run is made with [`Dual`] numbers through the [`Formula`] of the method, so that the
/// derivatives are exact to rounding. Those of a sign and of a step that is rounded to 0 are 0;
/// a maximum has that of the larger argument.
///
/// ```
/// use thalweg::{Wide, sensitivity::{Function, sensitivity}, rules::Momentum};
///
/// struct Ravine;
///
/// impl Function for Ravine {
///     fn value<N: Wide>(&self, w: &[N]) -> N {
///         w[0] * w[0] / N::from_f64(20.0) + w[1] * w[1]
///     }
/// }
///
/// // f after twenty steps falls by 11.7 per unit of momentum's learning rate.
/// let momentum = Momentum { lr: 0.06, ..Momentum::default() };
/// let end = sensitivity(&momentum, &Ravine, &[-7.0, 2.0], 20, &["lr".into()])?;
/// let higher = Momentum { lr: 0.06 + 1e-6, ..momentum };
/// let difference = sensitivity(&higher, &Ravine, &[-7.0, 2.0], 20, &[])?.value - end.value;
/// assert!((end.derivatives[0].value - difference / 1e-6).abs() < 1e-3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`SensitivityError`].
pub fn sensitivity<M: Method>(
    method: &M,
    objective: &impl Objective,
    start: &[f64],
    steps: usize,
    inputs: &[Input],
) -> Result<Sensitivity, SensitivityError> {
    method.check()?;
    let name = method.name();
    let formula = method.kernel().formula();
    let formula = formula.ok_or(SensitivityError::NoFormula { optimizer: name.clone() })?;
    if formula.has_noise() {
        return Err(SensitivityError::Noise { optimizer: name });
    }
    let plan = Plan { formula, start, steps };
    for input in inputs {
        plan.check(method, input)?;
    }
    // Every run has the same values; without inputs, one run has nothing but them.
    let first = plan.run(objective, inputs.first())?;
    let (point, value) = (first.0.iter().map(|w| w.value).collect(), first.1.value);
    let others = inputs.iter().skip(1).map(|input| plan.run(objective, Some(input)));
    let runs: Vec<_> = std::iter::once(Ok(first)).chain(others).collect::<Result<_, _>>()?;
    let derivatives = inputs.iter().zip(runs).map(|(input, (point, value))| Derivative {
        input: input.clone(),
        point: point.iter().map(|w| w.slope[0]).collect(),
        value: value.slope[0],
    });
    Ok(Sensitivity { point, value, derivatives: derivatives.collect() })
}

struct Plan<'a> {
    formula: Formula,
    start: &'a [f64],
    steps: usize,
}

impl Plan<'_> {
    fn check(&self, method: &impl Method, input: &Input) -> Result<(), SensitivityError> {
        let elements = self.start.len();
        let name = match input {
            Input::Start(index) if *index >= elements => {
                return Err(SensitivityError::NoElement { index: *index, elements });
            }
            Input::Start(_) => return Ok(()),
            Input::Hyperparameter(name) => name,
        };
        let described = method.hyperparameters();
        if !described.iter().any(|(known, _)| known.name == name) {
            return Err(Error::unknown_hyperparameter(&method.name(), name, &described).into());
        }
        let graph = self.formula.graph();
        let slots = self.formula.slots();
        let is_known = |name: &str| {
            slots.iter().any(|slot| slot.start_is == Some(name))
                || graph.hyperparameters.iter().any(|(known, _)| known == name)
        };
        if is_known(name) {
            return Ok(());
        }
        let known = described
            .iter()
            .filter(|(known, value)| matches!(value, Value::Number(_)) && is_known(known.name));
        let known: Vec<String> = known.map(|(known, _)| known.name.to_owned()).collect();
        let near = crate::settings::nearest::nearest(name, known.iter().map(String::as_str));
        Err(SensitivityError::NotInFormula {
            optimizer: method.name(),
            name: name.clone(),
            nearest: near.into_iter().map(str::to_owned).collect(),
            known,
        })
    }

    /// The last W and its value, with their derivatives with respect to one input.
    fn run(
        &self,
        objective: &impl Objective,
        input: Option<&Input>,
    ) -> Result<(Vec<Dual>, Dual), SensitivityError> {
        let graph = self.formula.graph();
        let number = |value: f64, is_input: bool| match is_input {
            true => Dual::variable(value),
            false => Dual::constant(value),
        };
        let is_named = |name: &str| matches!(input, Some(Input::Hyperparameter(it)) if it == name);
        let hyperparameters = graph.hyperparameters.iter();
        let hyperparameters: Vec<Dual> =
            hyperparameters.map(|(name, value)| number(*value, is_named(name))).collect();
        let elements = self.start.iter().enumerate();
        let mut w: Vec<Dual> =
            elements.map(|(i, w)| number(*w, input == Some(&Input::Start(i)))).collect();
        let slots = self.formula.slots().iter();
        let mut state: Vec<Vec<Dual>> = slots
            .map(|slot| {
                let start = number(slot.start, slot.start_is.is_some_and(is_named));
                vec![start; if slot.is_whole { 1 } else { w.len() }]
            })
            .collect();
        let are_finite = |numbers: &[Dual]| numbers.iter().all(|number| number.value.is_finite());
        for step in 1..=self.steps {
            let gradient = objective.gradient(&w);
            if gradient.len() != w.len() {
                let (gradient, parameter) = (gradient.len(), w.len());
                return Err(SensitivityError::GradientLength { gradient, parameter });
            }
            let given = Given {
                hyperparameters: &hyperparameters,
                t: step as u64,
                gradient: &gradient,
                parameter: &w,
                state: &state,
                loss: objective.value(&w),
            };
            let stepped = Evaluation::new(&self.formula, given);
            if !are_finite(&gradient) || !are_finite(&stepped.parameter) {
                return Err(SensitivityError::NotFinite { step });
            }
            (w, state) = (stepped.parameter, stepped.state);
        }
        let value = objective.value(&w);
        Ok((w, value))
    }
}
