//! Why a landscape could not be computed.

use thalweg_draw::plot::DrawError;
use thalweg_draw::video::VideoError;

/// Why a landscape could not be computed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LandscapeError {
    /// No point is finite.
    #[error("no plane can be computed: no path has a point whose weights are all finite")]
    NoPoints,
    /// A plane needs two dimensions.
    #[error("the number of parameters is {parameters}; a plane needs at least 2")]
    Parameters {
        /// The number of parameters.
        parameters: usize,
    },
    /// A point whose number of weights differs from that of the first point.
    #[error("point {point} of {label} has {len} weights; {expected} were expected")]
    Length {
        /// The path's label.
        label: String,
        /// The index of the point, from 0.
        point: usize,
        /// Its number of weights.
        len: usize,
        /// The number of weights of the first point.
        expected: usize,
    },
    /// Steps or losses that do not match the points.
    #[error(
        "{label} has {points} points, {steps} steps and {losses} losses: every point needs a step, \
         steps must ascend, and there must be one loss per point or none"
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
    /// A resolution out of its range.
    #[error("a resolution of {resolution} is not accepted; it is a whole number from 2 to 2000")]
    Resolution {
        /// Points along a side.
        resolution: usize,
    },
    /// A frame of the video could not be drawn.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// The video could not be encoded.
    #[error(transparent)]
    Video(#[from] VideoError),
}
