//! A function with its gradient, and what figures of it show.

use std::fmt;
use std::sync::Arc;

use thalweg_draw::{Domain, Point};

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
    /// The name that [`Problem::named`] finds it by; the expression itself where it has no other.
    pub name: String,
    /// The name in figures.
    pub title: String,
    /// The function as text that [`Expression::parse`](crate::Expression::parse) reads.
    pub expression: String,
    /// What it shows about optimizers, in a sentence.
    pub summary: String,
    /// Where it comes from; `None` for a custom function.
    pub source: Option<Source>,
    /// The domain of figures.
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
    /// Both at many points: one call for all of them.
    pub(super) at_many: Arc<AtMany>,
}

/// Values and gradients at points, of which all x come first, then all y, as those of the gradients.
pub(super) type AtMany = dyn Fn(&[f64], &mut [f64], &mut [f64]) + Send + Sync;

/// Values and gradients at many points from those at one.
pub(super) fn at_many(
    at: impl Fn(Point) -> (f64, Point),
    points: &[f64],
    values: &mut [f64],
    gradients: &mut [f64],
) {
    let (x, y) = points.split_at(values.len());
    let (dx, dy) = gradients.split_at_mut(values.len());
    for ((((&x, &y), value), dx), dy) in x.iter().zip(y).zip(values).zip(dx).zip(dy) {
        (*value, [*dx, *dy]) = at([x, y]);
    }
}

/// Where a problem comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// Author, title, place and year.
    pub reference: &'static str,
    /// Where to read it.
    pub link: &'static str,
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
        let (value, gradient) = (Arc::new(value), Arc::new(gradient));
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
            at_many: Arc::new({
                let (value, gradient) = (Arc::clone(&value), Arc::clone(&gradient));
                move |points, values, gradients| {
                    at_many(|at| (value(at), gradient(at)), points, values, gradients);
                }
            }),
            value,
            gradient,
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

    /// Values and gradients at points, of which all x come first, then all y, as those of the gradients.
    pub(crate) fn evaluate(&self, points: &[f64], values: &mut [f64], gradients: &mut [f64]) {
        (self.at_many)(points, values, gradients);
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
