//! A method explained: its formula, its hyperparameters and its first steps with the numbers put in.
//!
//! An [`Explanation`] is plain data; `text.rs`, `markdown.rs`, `tex.rs`, `html.rs` and `json.rs` write
//! it, `sentences.rs` says what is remarkable, and `gradients.rs` reads a list of gradients.

mod format;
mod gradients;
mod html;
mod json;
mod markdown;
mod sentences;
mod tex;
mod text;

pub use format::ExplainFormat;
pub use gradients::{Gradients, GradientsError};

use thalweg::formula::{Formula, WorkedStep, latex_letter};
use thalweg::{Clip, Hyperparameter, Method, Paper, Spec, Value};

use crate::problem::Problem;

/// Elements that are shown; of more, the rest is computed but not printed.
const MOST_SHOWN: usize = 4;

/// A method with its worked steps.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The method.
    pub spec: Spec,
    /// Its formula.
    pub formula: Formula,
    /// Its hyperparameters with their values.
    pub hyperparameters: Vec<(Hyperparameter, Value)>,
    /// Where the gradients come from.
    pub source: Source,
    /// The names of the elements: x and y, or those of the list.
    pub elements: Vec<String>,
    /// W before the first step.
    pub start: Vec<f64>,
    /// How gradients are clipped.
    pub clip: Clip,
    /// The steps.
    pub steps: Vec<Step>,
    /// The step that was not finite, where the steps end early.
    pub diverged_at: Option<u64>,
}

/// Where the gradients of the steps come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A function of the plane.
    Problem(Box<Problem>),
    /// A list of gradients, by the name of its file.
    Gradients(String),
}

/// One step.
#[derive(Debug, Clone)]
pub struct Step {
    /// W before it.
    pub before: Vec<f64>,
    /// f before and after it, if there is a function.
    pub values: Option<[f64; 2]>,
    /// The gradient as it came.
    pub gradient: Vec<f64>,
    /// The gradient after clipping, with the norm before it, if it was clipped.
    pub clipped: Option<(f64, Vec<f64>)>,
    /// The lines of the formula.
    pub worked: WorkedStep,
}

/// Why a method cannot be explained.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExplainError {
    /// A whole-tensor method that does not say its formula.
    #[error("{0} has no formula to explain")]
    NoFormula(String),
    /// A method that adds noise to gradients.
    #[error("{0} adds noise to gradients; eta=0 leaves it out, and can be explained")]
    Noise(String),
    /// The method refuses its hyperparameters.
    #[error(transparent)]
    Method(#[from] thalweg::Error),
    /// The function has no finite value at the start.
    #[error("{problem} is {value} at the start {start}; start where it is finite")]
    Start {
        /// The problem's name.
        problem: String,
        /// The start.
        start: String,
        /// The function there.
        value: f64,
    },
    /// Too few or too many numbers for the start.
    #[error("the start has {start}, the gradients have {gradient}")]
    StartLength {
        /// The numbers of the start.
        start: String,
        /// The elements of a gradient.
        gradient: String,
    },
    /// More steps than gradients.
    #[error("{name} has {known}; {steps} steps need as many")]
    TooFewGradients {
        /// The name of the list.
        name: String,
        /// How many there are.
        known: String,
        /// The steps asked for.
        steps: usize,
    },
}

impl Explanation {
    /// The first steps of a method on a problem.
    ///
    /// # Errors
    /// [`ExplainError`].
    ///
    /// ```
    /// use thalweg_lab::explain::{ExplainFormat, Explanation};
    /// use thalweg_lab::problem::Problem;
    ///
    /// let ravine = Problem::named("ravine")?;
    /// let adam = Explanation::on(&ravine, &"adam".parse()?, ravine.start, 2, Default::default())?;
    /// let text = adam.render(ExplainFormat::Txt);
    /// assert!(text.contains("m ← β₁m + (1 − β₁)g"));
    /// assert!(text.contains("x: 0.9·0 + (1 − 0.9)·(−0.7) = −0.07"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on(
        problem: &Problem,
        method: &Spec,
        start: [f64; 2],
        steps: usize,
        clip: Clip,
    ) -> Result<Self, ExplainError> {
        let value = problem.value(start);
        if !value.is_finite() {
            let start = sentences::point(&start);
            return Err(ExplainError::Start { problem: problem.name.clone(), start, value });
        }
        let source = Source::Problem(Box::new(problem.clone()));
        let elements = vec!["x".to_owned(), "y".to_owned()];
        let gradient = |_: usize, w: &[f64]| problem.gradient([w[0], w[1]]).to_vec();
        let empty = Self::empty(method, source, elements, start.to_vec(), clip)?;
        Ok(empty.worked(steps, gradient, |w| Some(problem.value([w[0], w[1]]))))
    }

    /// The first steps of a method with given gradients.
    ///
    /// # Errors
    /// [`ExplainError`].
    pub fn with_gradients(
        gradients: &Gradients,
        method: &Spec,
        start: Option<Vec<f64>>,
        steps: usize,
        clip: Clip,
    ) -> Result<Self, ExplainError> {
        let counted = |count: usize, what| thalweg_draw::numbers::counted(count as u64, what);
        let elements = gradients.names.len();
        let start = start.unwrap_or_else(|| vec![0.0; elements]);
        if start.len() != elements {
            return Err(ExplainError::StartLength {
                start: counted(start.len(), "number"),
                gradient: counted(elements, "element"),
            });
        }
        if gradients.rows.len() < steps {
            let (name, known) = (gradients.name.clone(), counted(gradients.rows.len(), "gradient"));
            return Err(ExplainError::TooFewGradients { name, known, steps });
        }
        let source = Source::Gradients(gradients.name.clone());
        let empty = Self::empty(method, source, gradients.names.clone(), start, clip)?;
        Ok(empty.worked(steps, |k, _| gradients.rows[k].clone(), |_| None))
    }

    /// Without steps.
    fn empty(
        spec: &Spec,
        source: Source,
        elements: Vec<String>,
        start: Vec<f64>,
        clip: Clip,
    ) -> Result<Self, ExplainError> {
        spec.check()?;
        let formula = spec.formula();
        let formula = formula.ok_or_else(|| ExplainError::NoFormula(spec.to_string()))?;
        if formula.has_noise() {
            return Err(ExplainError::Noise(spec.to_string()));
        }
        let (spec, hyperparameters) = (spec.clone(), spec.hyperparameters());
        let (steps, diverged_at) = (Vec::new(), None);
        let it = Self {
            spec,
            formula,
            hyperparameters,
            source,
            elements,
            start,
            clip,
            steps,
            diverged_at,
        };
        Ok(it)
    }

    fn worked(
        mut self,
        steps: usize,
        gradient: impl Fn(usize, &[f64]) -> Vec<f64>,
        value: impl Fn(&[f64]) -> Option<f64>,
    ) -> Self {
        let mut w = self.start.clone();
        let mut state = self.formula.start(w.len());
        for k in 0..steps {
            let t = k as u64 + 1;
            let gradient = gradient(k, &w);
            let clipped = clipped(self.clip, &gradient);
            let used = clipped.as_ref().map_or(&gradient, |(_, clipped)| clipped);
            let loss = value(&w).unwrap_or(f64::NAN);
            let worked = self.formula.work(t, used, &w, &state, loss);
            let values = value(&w).zip(value(&worked.parameter)).map(|(a, b)| [a, b]);
            let mut numbers = gradient
                .iter()
                .chain(&worked.parameter)
                .chain(values.iter().flatten())
                .chain(worked.state.iter().flatten());
            if numbers.any(|number| !number.is_finite()) {
                self.diverged_at = Some(t);
                break;
            }
            state.clone_from(&worked.state);
            let before = std::mem::replace(&mut w, worked.parameter.clone());
            self.steps.push(Step { before, values, gradient, clipped, worked });
        }
        self
    }

    /// The title of the method.
    pub fn title(&self) -> &'static str {
        self.spec.entry().title
    }

    /// Where the method was published.
    pub fn paper(&self) -> Option<&Paper> {
        self.spec.entry().paper.as_ref()
    }

    /// The letter of a hyperparameter; empty where that is its name.
    fn letter(&self, name: &str) -> String {
        Some(self.formula.letter(name)).filter(|letter| letter != name).unwrap_or_default()
    }

    /// The same as LaTeX, which has a letter for lr.
    fn latex_letter(&self, name: &str) -> String {
        let latex = latex_letter(&self.formula.letter(name));
        if self.letter(name).is_empty() && latex.contains(r"\mathrm") {
            String::new()
        } else {
            latex
        }
    }

    /// The elements that are shown.
    fn shown(&self) -> impl Iterator<Item = (usize, &str)> {
        self.elements.iter().map(String::as_str).enumerate().take(MOST_SHOWN)
    }
}

/// The gradient after clipping with its norm before, if that changes it.
fn clipped(clip: Clip, gradient: &[f64]) -> Option<(f64, Vec<f64>)> {
    let norm = norm(gradient);
    let clipped: Vec<f64> = match clip {
        Clip::Value(bound) => gradient.iter().map(|g| g.clamp(-bound, bound)).collect(),
        clip => gradient.iter().map(|g| g * clip.factor(norm, norm)).collect(),
    };
    (clipped != gradient).then_some((norm, clipped))
}

fn norm(values: &[f64]) -> f64 {
    values.iter().map(|x| x * x).sum::<f64>().sqrt()
}

impl Step {
    /// What is added to W.
    pub fn update(&self) -> Vec<f64> {
        self.worked
            .parameter
            .iter()
            .zip(&self.before)
            .map(|(after, before)| after - before)
            .collect()
    }
}
