//! Why an experiment did not run to its end.

use thalweg_lab::sweep::SweepError;

use crate::compare::CompareError;
use crate::data::DataError;
use crate::session::SessionError;

/// Why an experiment did not run to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExperimentError {
    /// There is no method or no seed.
    #[error("an experiment needs at least one method and one seed")]
    Empty,
    /// A method or a network does not fit the data.
    #[error(transparent)]
    Compare(#[from] CompareError),
    /// A sweep cannot be read.
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// Settings, data or the folder are refused.
    #[error(transparent)]
    Session(Box<SessionError>),
    /// Samples cannot be split.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A finished trial could not be kept.
    #[error("a finished trial could not be kept: {0}")]
    Keep(#[source] std::io::Error),
    /// It was asked to stop.
    #[error("stopped")]
    Stopped,
}
