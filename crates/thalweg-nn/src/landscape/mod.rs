//! Loss landscapes: the loss of a real network in the plane through the paths that methods took.
//!
//! A network's weights are a point in a space of thousands or millions of dimensions, and training draws a
//! path through it. Of all planes through that space, the one spanned by the first two principal
//! directions of the paths' points shows most of how they moved; the loss at every point of that plane is
//! the ground under them (Li, Xu, Taylor, Studer and Goldstein 2018, "Visualizing the Loss Landscape of
//! Neural Nets", <https://arxiv.org/abs/1712.09913>, section 7).
//!
//! Everything here is independent of the model: weights are flat slices of `f32`, the loss is a function.
//! Paths lie near the plane, seldom in it: they are drawn where they project, and the loss of the plane
//! there is not the loss that the network had.
//!
//! ```
//! use thalweg_nn::landscape::{Directions, Landscape, Trajectory};
//!
//! // Two descents of a bowl in four dimensions, as a network's weights would be.
//! let path = |label: &str, style, rate: f32| {
//!     let point = |step: i32| {
//!         let near = (1.0 - rate).powi(step);
//!         vec![2.0 * near, near * near, -near, 0.5]
//!     };
//!     let points = (0..20).map(point).collect();
//!     Trajectory { label: label.into(), style, points, steps: (0..20).collect(), ..Trajectory::default() }
//! };
//! let paths = [path("slow", 0, 0.1), path("fast", 1, 0.4)];
//! let loss = |weights: &[f32]| weights.iter().map(|w| f64::from(w * w)).sum();
//! let landscape =
//!     Landscape::new("a bowl", &paths, Directions::Principal, 24, &loss, &|_done, _of| {})?;
//! assert!(landscape.plane.explained().iter().sum::<f64>() > 0.999);
//! let picture = landscape.scene().svg();
//! assert!(picture.starts_with("<svg"));
//! # Ok::<(), thalweg_nn::landscape::LandscapeError>(())
//! ```

mod gram;
mod paths;
mod picture;
mod plane;
mod surface;

use std::fmt;
use std::str::FromStr;

use thalweg_draw::plot::DrawError;
use thalweg_draw::video::VideoError as MovieError;

pub use picture::{FILM_SIZE, Landscape};
pub use plane::Plane;
pub use surface::Surface;

/// The path of one method through the space of weights.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trajectory {
    /// The method's name in the legend.
    pub label: String,
    /// Index of its [`Style`](thalweg_draw::plot::Style).
    pub style: usize,
    /// All weights one after the other, at each snapshot; the start first.
    pub points: Vec<Vec<f32>>,
    /// The step of each point, ascending; 0 is the start.
    pub steps: Vec<u64>,
    /// The loss recorded at each point, which the film states; empty for the loss of the plane.
    pub losses: Vec<f64>,
    /// Whether the run ended early because it stopped being finite.
    pub diverged: bool,
}

/// What spans the plane.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Directions {
    /// The first two principal directions of all points of all paths (`pca`).
    #[default]
    Principal,
    /// Two directions drawn evenly from all, at right angles (`random`, `random:SEED`). In many dimensions
    /// they are at nearly right angles to every path as well, which then seems to move little.
    Random {
        /// What they are drawn from.
        seed: u64,
    },
}

impl fmt::Display for Directions {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Principal => write!(f, "pca"),
            Self::Random { seed: 0 } => write!(f, "random"),
            Self::Random { seed } => write!(f, "random:{seed}"),
        }
    }
}

impl FromStr for Directions {
    type Err = UnknownDirections;

    fn from_str(text: &str) -> Result<Self, UnknownDirections> {
        let unknown = || UnknownDirections { text: text.to_owned() };
        match text.split_once(':') {
            None if text == "pca" => Ok(Self::Principal),
            None if text == "random" => Ok(Self::Random { seed: 0 }),
            Some(("random", seed)) => {
                seed.parse().map(|seed| Self::Random { seed }).map_err(|_| unknown())
            }
            _ => Err(unknown()),
        }
    }
}

/// A text that names no kind of plane.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no plane; known are pca, random and random:SEED with a whole number")]
pub struct UnknownDirections {
    /// The text.
    pub text: String,
}

/// Why there is no landscape.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LandscapeError {
    /// No point at all is finite.
    #[error("there is no plane through paths without a finite point")]
    NoPoints,
    /// A plane needs two dimensions.
    #[error("a network of {parameters} parameters has no plane of weights, which takes at least 2")]
    Parameters {
        /// The length of the points.
        parameters: usize,
    },
    /// A point has not as many weights as the very first.
    #[error("point {point} of {label} has {len} weights where {expected} were expected")]
    Length {
        /// The path's label.
        label: String,
        /// The point's position in it, from 0.
        point: usize,
        /// Its number of weights.
        len: usize,
        /// That of the first point.
        expected: usize,
    },
    /// Steps or losses do not go with the points.
    #[error(
        "{label} has {points} points, {steps} steps and {losses} losses: every point needs a step, \
         higher than the one before, and losses are either as many or none"
    )]
    Records {
        /// The path's label.
        label: String,
        /// Number of points.
        points: usize,
        /// Number of steps.
        steps: usize,
        /// Number of losses.
        losses: usize,
    },
    /// The surface would have too few or too many points.
    #[error(
        "a surface of {resolution} × {resolution} points cannot be made: a side takes 2 to 2000"
    )]
    Resolution {
        /// Points along a side.
        resolution: usize,
    },
    /// A frame of the film could not be drawn.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// The film could not be encoded.
    #[error(transparent)]
    Movie(#[from] MovieError),
}
