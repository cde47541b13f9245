//! How the end of a run changes with hyperparameters and the start.
//!
//! [`thalweg::sensitivity()`] on the laboratory's problems: gradients are the problem's own, second
//! derivatives come from its expression.

use thalweg::sensitivity::{Input, Objective, Sensitivity, SensitivityError, sensitivity};
use thalweg::{Dual, Method};
use thalweg_draw::Point;

use crate::descent::Descent;
use crate::expression::{Expression, ExpressionError};
use crate::problem::Problem;
use crate::run::Precision;

/// Why a run on a problem has no derivatives.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ProblemSensitivityError {
    /// The method or its hyperparameter has none.
    #[error(transparent)]
    Method(#[from] SensitivityError),
    /// The problem's expression cannot be read, so that its second derivatives are unknown.
    #[error("{problem} has no second derivatives: {error}")]
    Expression {
        /// The problem's name.
        problem: String,
        /// What is wrong with its expression.
        #[source]
        error: ExpressionError,
    },
    /// A hyperparameter has the name of a coordinate.
    #[error(
        "`{name}` is a hyperparameter of {optimizer} as well as the start; give the hyperparameter \
         another name"
    )]
    Ambiguous {
        /// The optimizer.
        optimizer: String,
        /// The name.
        name: &'static str,
    },
    /// The runs are not in `f64`.
    #[error("derivatives of a run are computed in f64; this one is in {precision}")]
    Precision {
        /// The type of the run.
        precision: &'static str,
    },
}

/// The name of an input: that of the hyperparameter, `x` or `y` for the start.
pub fn input_name(input: &Input) -> String {
    match input {
        Input::Hyperparameter(name) => name.clone(),
        Input::Start(0) => "x".to_owned(),
        Input::Start(_) => "y".to_owned(),
    }
}

/// The input of a name: `x` and `y` are the start, everything else a hyperparameter.
pub fn input(name: &str) -> Input {
    match name {
        "x" => Input::Start(0),
        "y" => Input::Start(1),
        name => Input::Hyperparameter(name.to_owned()),
    }
}

struct OnProblem<'a> {
    problem: &'a Problem,
    expression: Expression,
}

impl<'a> OnProblem<'a> {
    fn new(problem: &'a Problem) -> Result<Self, ProblemSensitivityError> {
        let expression = Expression::parse(&problem.expression).map_err(|error| {
            ProblemSensitivityError::Expression { problem: problem.name.clone(), error }
        })?;
        Ok(Self { problem, expression })
    }

    /// A number that depends on x and y, from its value and its derivatives there.
    fn along([x, y]: [Dual; 2], value: f64, [by_x, by_y]: Point) -> Dual {
        x.join(y, value, by_x, by_y)
    }
}

impl Objective for OnProblem<'_> {
    fn value(&self, w: &[Dual]) -> Dual {
        let w = [w[0], w[1]];
        let point = w.map(|w| w.value);
        Self::along(w, self.problem.value(point), self.problem.gradient(point))
    }

    fn gradient(&self, w: &[Dual]) -> Vec<Dual> {
        let w = [w[0], w[1]];
        let point = w.map(|w| w.value);
        let rows = self.problem.gradient(point).into_iter().zip(self.expression.hessian(point));
        rows.map(|(partial, row)| Self::along(w, partial, row)).collect()
    }
}

/// The derivatives of the last point of a run, and of the value there.
///
/// # Errors
/// [`ProblemSensitivityError`].
pub fn on_problem<M: Method>(
    problem: &Problem,
    method: &M,
    start: Point,
    steps: usize,
    inputs: &[Input],
) -> Result<Sensitivity, ProblemSensitivityError> {
    let objective = OnProblem::new(problem)?;
    Ok(sensitivity(method, &objective, &start, steps, inputs)?)
}

impl Descent {
    /// Adds the derivatives of every run's last point to it; `methods` are those of the runs. Of a
    /// run that diverged it is the last finite point.
    ///
    /// # Errors
    /// [`ProblemSensitivityError`].
    pub fn with_sensitivity<M: Method>(
        mut self,
        methods: &[M],
        inputs: &[Input],
    ) -> Result<Self, ProblemSensitivityError> {
        if self.setting.precision != Precision::F64 {
            let precision = self.setting.precision.name();
            return Err(ProblemSensitivityError::Precision { precision });
        }
        for (method, input) in methods.iter().flat_map(|m| inputs.iter().map(move |i| (m, i))) {
            let Input::Start(k) = input else { continue };
            let name = if *k == 0 { "x" } else { "y" };
            if method.hyperparameters().iter().any(|(known, _)| known.name == name) {
                let optimizer = method.name();
                return Err(ProblemSensitivityError::Ambiguous { optimizer, name });
            }
        }
        let objective = OnProblem::new(&self.problem)?;
        for (run, method) in self.runs.iter_mut().zip(methods.iter().cycle()) {
            let start = run.points[0];
            let found = sensitivity(method, &objective, &start, run.steps(), inputs)?;
            run.sensitivity = found.derivatives;
        }
        Ok(self)
    }
}
