//! Functions to descend.

use std::fmt;
use std::sync::Arc;

use thiserror::Error;

use crate::expression::{Expression, ExpressionError, did_you_mean, list};
use crate::geometry::{Domain, Point};
use crate::problems;

/// A function f(x, y) with its gradient, and what a figure of it should show.
///
/// ```
/// use thalweg_lab::problem::Problem;
///
/// let ravine = Problem::named("ravine")?;
/// assert_eq!(ravine.start, [-7.0, 2.0]);
/// assert_eq!(ravine.gradient([-7.0, 2.0]), [-0.7, 4.0]);
///
/// let own = Problem::parse("(x - 1)^2 + abs(y)")?;
/// assert_eq!(own.value([1.0, -2.0]), 2.0);
/// # Ok::<(), thalweg_lab::problem::ProblemError>(())
/// ```
#[derive(Clone)]
pub struct Problem {
    /// The name to ask for it; the expression itself where it has no other.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// The function as text that [`Expression::parse`] reads.
    pub expression: String,
    /// What it is good for showing, in a sentence.
    pub summary: String,
    /// Where it comes from; `None` for a function of the user's.
    pub source: Option<Source>,
    /// What a figure shows.
    pub domain: Domain,
    /// Where a descent begins.
    pub start: Point,
    /// The global minima; empty where none is known or there is none.
    pub minima: Vec<Point>,
    /// The value at each of `minima`.
    pub minimum: Option<f64>,
    /// The levels of its contour lines; `None` to choose them from the values.
    pub levels: Option<Vec<f64>>,
    value: Arc<dyn Fn(Point) -> f64 + Send + Sync>,
    gradient: Arc<dyn Fn(Point) -> Point + Send + Sync>,
}

/// Where a problem comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Author, title, place and year.
    pub reference: &'static str,
    /// Where to read it.
    pub link: &'static str,
}

/// Why there is no such problem.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProblemError {
    /// A name that is not in the catalogue.
    #[error(
        "there is no problem named {name}{}; known are {}, or an expression in x and y",
        did_you_mean(.nearest), list(.known, "and")
    )]
    Unknown {
        /// The name asked for.
        name: String,
        /// Known names that look like it, the nearest first.
        nearest: Vec<&'static str>,
        /// Every known name.
        known: Vec<String>,
    },
    /// A text that is no expression in x and y.
    #[error("{} is not a function to descend: {error}", shortened(text))]
    Expression {
        /// The text.
        text: String,
        /// What is wrong with it.
        #[source]
        error: ExpressionError,
    },
}

impl Problem {
    /// A problem from its value and gradient, shown on [-5, 5]² from (-4, 3); set the other fields
    /// as they suit.
    ///
    /// `expression` is the text people are shown; nothing checks that it says the same as `value`.
    pub fn new(
        name: impl Into<String>,
        expression: impl Into<String>,
        value: impl Fn(Point) -> f64 + Send + Sync + 'static,
        gradient: impl Fn(Point) -> Point + Send + Sync + 'static,
    ) -> Self {
        let name = name.into();
        Self {
            title: name.clone(),
            name,
            expression: expression.into(),
            summary: String::new(),
            source: None,
            domain: Domain::square(5.0),
            start: [-4.0, 3.0],
            minima: Vec::new(),
            minimum: None,
            levels: None,
            value: Arc::new(value),
            gradient: Arc::new(gradient),
        }
    }

    /// The problem of that name in the catalogue.
    ///
    /// # Errors
    /// [`ProblemError::Unknown`] with the nearest names and all known ones.
    pub fn named(name: &str) -> Result<Self, ProblemError> {
        let row = problems::CATALOGUE.iter().find(|row| row.name == name);
        row.map(problems::Row::problem).ok_or_else(|| {
            let known = problems::CATALOGUE.iter().map(|row| row.name);
            ProblemError::Unknown {
                name: name.to_owned(),
                nearest: thalweg::nearest(name, known.clone()),
                known: known.map(str::to_owned).collect(),
            }
        })
    }

    /// The whole catalogue, the ravine first.
    pub fn all() -> Vec<Self> {
        problems::CATALOGUE.iter().map(problems::Row::problem).collect()
    }

    /// The problem a person asks for: a name in the catalogue or an expression in x and y.
    ///
    /// An expression is shown on [-5, 5]². It starts at (-4, 3), or where it has no finite gradient
    /// there or none to follow, at the first of a few other points that has one. Its minima are
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

    /// f(x, y); NaN or infinite where the function has no value.
    pub fn value(&self, point: Point) -> f64 {
        (self.value)(point)
    }

    /// (∂f/∂x, ∂f/∂y); not finite where the function has no gradient.
    pub fn gradient(&self, point: Point) -> Point {
        (self.gradient)(point)
    }
}

/// The text in quotes, its end cut off where it is long.
fn shortened(text: &str) -> String {
    const MOST: usize = 80;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
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
        let value = Arc::clone(&shared);
        let mut problem = Self::new(
            text.clone(),
            text,
            move |point| value.value(point),
            move |point| shared.gradient(point),
        );
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

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Problem")
            .field("name", &self.name)
            .field("expression", &self.expression)
            .field("domain", &self.domain)
            .field("start", &self.start)
            .field("minima", &self.minima)
            .field("minimum", &self.minimum)
            .finish_non_exhaustive()
    }
}
