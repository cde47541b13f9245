//! Problems given as text.

use std::sync::Arc;

use thalweg_draw::Point;

use super::error::ProblemError;
use super::function::{Problem, at_many};
use crate::expression::{Expression, ExpressionError};

impl Problem {
    /// The problem for a text: a name in the catalogue or an expression in x and y.
    ///
    /// An expression is shown on [-5, 5]². It starts at (-4, 3) if value and gradient are finite there
    /// and the gradient is not zero, otherwise at the first of a few other points for which that holds. Its minima are
    /// unknown.
    ///
    /// # Errors
    /// [`ProblemError`]: a text that looks like a name is answered with the nearest known ones,
    /// any other with what is wrong with the expression and where.
    pub fn parse(text: &str) -> Result<Self, ProblemError> {
        let unknown = match Self::named(text.trim()) {
            Ok(problem) => return Ok(problem),
            Err(unknown) => unknown,
        };
        match Expression::parse(text) {
            Ok(expression) => Ok(expression.into()),
            Err(error) if looks_like_a_name(text.trim(), &error, &unknown) => Err(unknown),
            Err(error) => {
                let text = text.to_owned();
                Err(ProblemError::Expression { text, error })
            }
        }
    }
}

/// Whether somebody who wrote `text` meant a problem's name rather than an expression.
fn looks_like_a_name(text: &str, error: &ExpressionError, unknown: &ProblemError) -> bool {
    let is_near = matches!(unknown, ProblemError::Unknown { nearest, .. } if !nearest.is_empty());
    let is_word = text.chars().count() > 2 && text.chars().all(|c| c.is_alphabetic() || c == '_');
    is_near || (is_word && matches!(error, ExpressionError::OtherVariables { .. }))
}

impl From<Expression> for Problem {
    fn from(expression: Expression) -> Self {
        let text = expression.text().to_owned();
        let shared = Arc::new(expression);
        let (value, both) = (Arc::clone(&shared), Arc::clone(&shared));
        let mut problem = Self::new(
            text.clone(),
            text,
            move |point| value.value(point),
            move |point| shared.gradient(point),
        );
        // Of an expression one evaluation gives both.
        problem.at_many = Arc::new(move |points, values, gradients| {
            at_many(|at| both.value_and_gradient(at), points, values, gradients);
        });
        problem.summary = "A function given as an expression.".to_owned();
        problem.start =
            STARTS.into_iter().find(|&start| problem.can_start(start)).unwrap_or(problem.start);
        problem
    }
}

/// Where a descent of an unknown function may begin, the best first.
const STARTS: [Point; 8] = [
    [-4.0, 3.0],
    [4.0, 3.0],
    [4.0, -3.0],
    [-4.0, -3.0],
    [-0.8, 0.6],
    [0.8, 0.6],
    [0.8, -0.6],
    [-0.8, -0.6],
];

impl Problem {
    fn can_start(&self, point: Point) -> bool {
        let [dx, dy] = self.gradient(point);
        self.value(point).is_finite() && dx.is_finite() && dy.is_finite() && [dx, dy] != [0.0, 0.0]
    }
}
