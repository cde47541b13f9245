//! Why a map cannot be made.

use thalweg::Error as StepError;
use thalweg_draw::Point;

use super::MOST_CELLS;
use super::axis::AxisError;

/// Why a map cannot be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MapError {
    /// An axis is not one.
    #[error(transparent)]
    Axis(#[from] AxisError),
    /// The method has no such hyperparameter, or refuses a value of an axis.
    #[error(transparent)]
    Method(#[from] StepError),
    /// A hyperparameter that is not a number of a range.
    #[error("{optimizer}: a map varies numbers, but `{name}` is {accepted}")]
    NotANumber {
        /// The optimizer.
        optimizer: String,
        /// The hyperparameter.
        name: &'static str,
        /// What it accepts.
        accepted: String,
    },
    /// Both axes vary the same.
    #[error("both axes vary `{name}`; a map needs two different ones")]
    Same {
        /// What they vary.
        name: String,
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
        name: String,
    },
    /// Too few or too many cells.
    #[error("a map of {}×{} cells is refused; each side has from 2 to {MOST_CELLS}", size[0], size[1])]
    Size {
        /// The cells along each side.
        size: [usize; 2],
    },
    /// The function has no finite value at the start of all cells.
    #[error("{problem} is {value} at the start ({:?}, {:?}); start where it is finite", start[0], start[1])]
    Start {
        /// The problem's name.
        problem: String,
        /// The start.
        start: Point,
        /// The function there.
        value: f64,
    },
}
