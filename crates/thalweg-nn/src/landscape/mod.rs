//! Loss landscapes: the loss of a network over a plane through the paths that methods took.
//!
//! The weights of a network are a point in a space of thousands or millions of dimensions, and training is
//! a path through it. Of all planes, the one spanned by the first two principal directions of the points of
//! the paths explains most of their variance. The landscape is the loss over that plane (Li, Xu, Taylor,
//! Studer and Goldstein 2018, "Visualizing the Loss Landscape of Neural Nets",
//! <https://arxiv.org/abs/1712.09913>, section 7).
//!
//! Everything here is independent of the model: weights are flat slices of `f32`, the loss is a function.
//! Paths lie near the plane, seldom in it: their projections are drawn, and the loss of the plane there
//! differs from the loss that the network had.
//!
//! ```
//! use thalweg_nn::landscape::{Directions, Landscape, Trajectory};
//!
//! // Two descents of a bowl in four dimensions, in place of the weights of a network.
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

mod directions;
mod error;
mod gram;
mod paths;
mod picture;
mod plane;
mod surface;
mod trajectory;

pub use directions::{Directions, UnknownDirections};
pub use error::LandscapeError;
pub use picture::{Landscape, VIDEO_SIZE};
pub use plane::Plane;
pub use surface::Surface;
pub use trajectory::Trajectory;
