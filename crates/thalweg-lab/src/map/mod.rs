//! Maps: where a run ends over two hyperparameters, or over the start.
//!
//! Each cell of a [`Map`] is a run with its own values of what the two axes name: its value after so many
//! steps, with the bits that a [`Descent`](crate::descent::Descent) gives. On a quadratic function the
//! map has the line beyond which [theory](crate::stability) says that runs diverge.

mod axis;
mod cells;
mod error;
mod figure;
mod format;
mod programs;
mod record;
mod sides;
mod theory;

use thalweg::Method;
use thalweg_draw::Point;

pub use axis::{Axis, AxisError};
pub use error::MapError;
pub use format::MapFormat;
pub use theory::Theory;

use crate::problem::Problem;
use cells::Work;
use sides::Sides;

/// The most cells along a side.
pub const MOST_CELLS: usize = 2048;

/// What a map is of.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What is varied along the two sides.
    pub axes: [Axis; 2],
    /// The number of cells along each side, from 2 to [`MOST_CELLS`].
    pub size: [usize; 2],
    /// Where runs start, except for what an axis varies.
    pub start: Point,
    /// The number of steps of each run.
    pub steps: usize,
}

/// A run of a map: where it ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// f after the last step; NaN where the run diverged.
    pub value: f64,
    /// The point after the last step; NaN where the run diverged.
    pub point: Point,
    /// The first step whose point or value is not finite, as of a [`Run`](crate::run::Run); 0 for a start
    /// where the function has no value.
    pub diverged_at: Option<usize>,
}

impl Cell {
    fn diverged(step: usize) -> Self {
        Self { value: f64::NAN, point: [f64::NAN; 2], diverged_at: Some(step) }
    }
}

/// Runs of one method on one problem over two axes.
///
/// ```
/// use thalweg::rules::Momentum;
/// use thalweg_lab::map::{Map, Plan};
/// use thalweg_lab::problem::Problem;
///
/// let ravine = Problem::named("ravine")?;
/// let axes = ["lr=0.01..10,log".parse()?, "momentum=0..0.99".parse()?];
/// let plan = Plan { axes, size: [16, 12], start: ravine.start, steps: 200 };
/// let map = Map::new(&ravine, &Momentum::default(), &plan)?;
/// assert_eq!(map.cells.len(), 16 * 12);
/// let best = map.best().ok_or("all diverged")?;
/// assert!(map.cells[best].value < 1e-6);
/// assert!(map.scene().svg().starts_with("<svg"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Map {
    /// The title of its figure.
    pub title: String,
    /// The problem.
    pub problem: Problem,
    /// The method's name in prose.
    pub method: String,
    /// The spec that the method can be parsed from; the axes override its values.
    pub spec: String,
    /// What was asked for.
    pub plan: Plan,
    /// The values along the two sides.
    pub values: [Vec<f64>; 2],
    /// The cells, row by row from the lowest y.
    pub cells: Vec<Cell>,
    /// What theory says, where it is known.
    pub theory: Option<Theory>,
}

impl Map {
    /// Computes a map.
    ///
    /// # Errors
    /// [`MapError`], before anything is computed, where the axes do not go together with the method or
    /// with each other.
    pub fn new<M: Method>(problem: &Problem, method: &M, plan: &Plan) -> Result<Self, MapError> {
        Self::watched(problem, method, plan, &|| {})
    }

    /// The same, which calls `progress` after each row.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn watched<M: Method>(
        problem: &Problem,
        method: &M,
        plan: &Plan,
        progress: &(dyn Fn() + Sync),
    ) -> Result<Self, MapError> {
        let sides = Sides::new(problem, method, plan)?;
        let cells = Work { problem, method, sides: &sides, steps: plan.steps, progress }.cells()?;
        Ok(Self {
            title: format!("{} on {}", method.title(), problem.title),
            problem: problem.clone(),
            method: method.title(),
            spec: method.spec(),
            plan: plan.clone(),
            theory: Theory::new(problem, method, plan),
            values: sides.values,
            cells,
        })
    }

    /// The same map under another title.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// Where a cell is: its values on the two axes.
    pub fn at(&self, cell: usize) -> Point {
        let width = self.values[0].len();
        [self.values[0][cell % width], self.values[1][cell / width]]
    }

    /// The cell with the lowest value, the first of those that have it; `None` where all diverged.
    pub fn best(&self) -> Option<usize> {
        let finite = (0..self.cells.len()).filter(|k| self.cells[*k].diverged_at.is_none());
        finite.reduce(|best, k| if self.cells[k].value < self.cells[best].value { k } else { best })
    }

    /// The number of cells that diverged.
    pub fn diverged(&self) -> usize {
        self.cells.iter().filter(|cell| cell.diverged_at.is_some()).count()
    }

    /// Whether an axis varies the start.
    pub fn is_over_start(&self) -> bool {
        self.plan.axes.iter().any(|axis| matches!(axis.name.as_str(), "x" | "y"))
    }

    /// Which of the problem's minima a cell reached: the nearest one, if the run ended closer to it than
    /// [`reach`](Self::reach).
    pub fn minimum(&self, cell: usize) -> Option<usize> {
        let [x, y] = self.cells[cell].point;
        let distance = |[a, b]: Point| (x - a).hypot(y - b);
        let minima = self.problem.minima.iter().enumerate();
        let near = minima.map(|(k, minimum)| (k, distance(*minimum)));
        let near = near.filter(|(_, distance)| *distance < self.reach());
        near.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(k, _)| k)
    }

    /// How close to a minimum a run ends that reached it: 2 % of the longer side of the problem's domain.
    pub fn reach(&self) -> f64 {
        let [x, y] = [self.problem.domain.x, self.problem.domain.y].map(|[low, high]| high - low);
        0.02 * x.max(y)
    }
}
