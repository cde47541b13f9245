//! Runs: one method on one problem, with everything that happened on the way.

use thalweg::sensitivity::Derivative;
use thalweg::{Clip, Error as StepError, Method, Optimizer, Real, Schedule, Transform, Value};

use crate::problem::Problem;
use thalweg_draw::Point;

/// The floating-point type in which a run computes its points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// 32 bits: points, gradients and state; values stay in 64.
    F32,
    /// 64 bits throughout.
    #[default]
    F64,
}

impl Precision {
    /// The type's name, `f32` or `f64`.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => f32::NAME,
            Self::F64 => f64::NAME,
        }
    }
}

/// Noise that is added to every gradient, as mini-batches add it: independent normal numbers of mean 0.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Noise {
    /// The standard deviation of each component.
    pub deviation: f64,
    /// The seed: the same one gives the same noise.
    pub seed: u64,
}

/// How a run is made, besides problem, method, start and steps. A [`Precision`] alone is one, too.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Setting {
    /// The floating-point type that points are computed in.
    pub precision: Precision,
    /// Noise on the gradients that the method gets; none by default. A run's `gradients` are those of the function.
    pub noise: Option<Noise>,
    /// The schedule of the learning rate; by default it stays as it is.
    pub schedule: Option<Schedule>,
    /// Clipping of gradients, after the noise; none by default.
    pub clip: Clip,
}

impl From<Precision> for Setting {
    fn from(precision: Precision) -> Self {
        Self { precision, ..Self::default() }
    }
}

impl Setting {
    /// Whether a method gets the function's own gradients and keeps its hyperparameters.
    pub fn is_plain(&self) -> bool {
        *self == Self::from(self.precision)
    }

    fn optimizer<R: Real, M: Method>(&self, method: &M) -> Result<Optimizer<R, M>, StepError> {
        let mut builder = Optimizer::builder(method.clone()).clip(self.clip);
        if let Some(schedule) = &self.schedule {
            builder = builder.schedule("lr", schedule.clone());
        }
        if let Some(Noise { deviation, seed }) = self.noise {
            let eta = deviation * deviation;
            builder = builder.transform(Transform::Noise { eta, gamma: 0.0, seed });
        }
        builder.build()
    }
}

/// One descent.
///
/// `points`, `values`, `gradients` and the state slots are all indexed by the step: 0 is the
/// start. A run whose next point or value would not be finite ends before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its label in figures, such as "Adam, lr 0.3".
    pub label: String,
    /// The method's name, such as `adam`.
    pub optimizer: String,
    /// The spec that the method can be parsed from.
    pub spec: String,
    /// Every hyperparameter with its value.
    pub hyperparameters: Vec<(&'static str, Value)>,
    /// (x, y) at each step: the weights that the method trains, at which gradients are taken. A method that
    /// is evaluated with others, such as a schedule-free one, has
    /// [those](thalweg::Optimizer::evaluation_weights) elsewhere.
    pub points: Vec<Point>,
    /// f(x, y) at each step.
    pub values: Vec<f64>,
    /// ∂f/∂x and ∂f/∂y at each step.
    pub gradients: Vec<Point>,
    /// The method's state after each step.
    pub state: Vec<Slot>,
    /// The first step whose point or value is not finite, or which cannot be taken because the
    /// gradient before it is not.
    pub diverged_at: Option<usize>,
    /// How the last point and its value change with hyperparameters and the start, where
    /// [asked for](crate::sensitivity).
    pub sensitivity: Vec<Derivative>,
}

/// A state slot at every step of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    /// Its name, such as `m`.
    pub name: String,
    /// Its value for x and y after each step.
    pub values: Vec<Point>,
}

/// Why a run could not begin.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The function has no finite value at the start.
    #[error("{problem} is {value} at the start ({:?}, {:?}); start where it is finite", start[0], start[1])]
    Start {
        /// The problem's name.
        problem: String,
        /// The start.
        start: Point,
        /// The function there.
        value: f64,
    },
    /// The method refuses its hyperparameters.
    #[error(transparent)]
    Method(#[from] StepError),
}

impl Run {
    /// Descends `problem` from `start` for `steps` steps.
    ///
    /// # Errors
    /// [`RunError::Start`] where the function is not finite at the start, [`RunError::Method`]
    /// where the method refuses its hyperparameters. Divergence is not an error.
    ///
    /// ```
    /// use thalweg::rules::Adam;
    /// use thalweg_lab::{problem::Problem, run::{Precision, Run}};
    ///
    /// let ravine = Problem::named("ravine")?;
    /// let adam = Adam { lr: 0.3, ..Adam::default() };
    /// let run = Run::new(&ravine, &adam, ravine.start, 30, Precision::F64)?;
    /// assert_eq!(run.points.len(), 31);
    /// assert!(run.values[30] < 0.2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new<M: Method>(
        problem: &Problem,
        method: &M,
        start: Point,
        steps: usize,
        setting: impl Into<Setting>,
    ) -> Result<Self, RunError> {
        let setting = setting.into();
        match setting.precision {
            Precision::F32 => Self::descend::<f32, M>(problem, method, start, steps, &setting),
            Precision::F64 => Self::descend::<f64, M>(problem, method, start, steps, &setting),
        }
    }

    fn descend<R: Real, M: Method>(
        problem: &Problem,
        method: &M,
        start: Point,
        steps: usize,
        setting: &Setting,
    ) -> Result<Self, RunError> {
        const NAME: &str = "(x, y)";
        let mut optimizer: Optimizer<R, M> = setting.optimizer(method)?;
        let mut w = start.map(R::from_f64);
        let start = w.map(R::to_f64);
        let value = problem.value(start);
        if !value.is_finite() || start.iter().any(|x| !x.is_finite()) {
            let problem = problem.name.clone();
            return Err(RunError::Start { problem, start, value });
        }
        let mut run = Self {
            label: label(method),
            optimizer: method.name(),
            spec: method.spec(),
            hyperparameters: named(method),
            points: vec![start],
            values: vec![value],
            gradients: vec![problem.gradient(start)],
            state: method
                .kernel()
                .slots()
                .into_iter()
                .map(|slot| Slot {
                    name: slot.name,
                    values: vec![[R::from_f64(slot.start).to_f64(); 2]],
                })
                .collect(),
            diverged_at: None,
            sensitivity: Vec::new(),
        };
        for t in 1..=steps {
            let g = run.gradients[t - 1].map(R::from_f64);
            let loss = run.values[t - 1];
            let stepped = match optimizer.step_with_loss(loss, [(NAME, &mut w, &g)]) {
                Ok(_) => true,
                Err(StepError::NonFiniteGradient { .. }) => false,
                Err(error) => return Err(error.into()),
            };
            let point = w.map(R::to_f64);
            let value = problem.value(point);
            if !stepped || !value.is_finite() || point.iter().any(|x| !x.is_finite()) {
                run.diverged_at = Some(t);
                break;
            }
            run.points.push(point);
            run.values.push(value);
            run.gradients.push(problem.gradient(point));
            for slot in &mut run.state {
                match optimizer.state(NAME, &slot.name).as_deref() {
                    Some(&[x, y]) => slot.values.push([x, y].map(R::to_f64)),
                    // One number for both.
                    Some(&[both]) => slot.values.push([both.to_f64(); 2]),
                    _ => {}
                }
            }
        }
        Ok(run)
    }

    /// The same run under another label.
    #[must_use]
    pub fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// How many steps it took.
    pub fn steps(&self) -> usize {
        self.points.len() - 1
    }

    /// Where it ended.
    pub fn last_point(&self) -> Point {
        self.points[self.steps()]
    }

    /// The value where it ended.
    pub fn last_value(&self) -> f64 {
        self.values[self.steps()]
    }

    /// A state slot by name.
    pub fn slot(&self, name: &str) -> Option<&Slot> {
        self.state.iter().find(|slot| slot.name == name)
    }

    /// A hyperparameter that is a number.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.hyperparameters.iter().find_map(|(known, value)| match value {
            Value::Number(number) if *known == name => Some(*number),
            _ => None,
        })
    }
}

fn named(method: &impl Method) -> Vec<(&'static str, Value)> {
    method.hyperparameters().into_iter().map(|(h, value)| (h.name, value)).collect()
}

/// "Adam, lr 0.3": the name, and the learning rate where it was chosen.
fn label(method: &impl Method) -> String {
    let rate = named(method).into_iter().find(|(name, _)| *name == "lr");
    match rate {
        Some((_, lr)) if method.spec().contains("lr=") => format!("{}, lr {lr}", method.title()),
        _ => method.title(),
    }
}
