//! Why the gallery could not be made.

use crate::map::AxisError;
use crate::output::OutputError;
use crate::problem::ProblemError;
use crate::render::RenderError;
use crate::run::RunError;

/// Why the gallery could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GalleryError {
    /// A run could not begin.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The problem is not in the catalogue.
    #[error(transparent)]
    Problem(#[from] ProblemError),
    /// A method is not known or refuses its hyperparameters.
    #[error(transparent)]
    Method(#[from] thalweg::Error),
    /// An axis of a map cannot be read.
    #[error(transparent)]
    Axis(#[from] AxisError),
    /// A picture or video could not be made.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A file could not be written.
    #[error(transparent)]
    Output(#[from] OutputError),
}
