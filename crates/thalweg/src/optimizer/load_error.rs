//! Why a checkpoint was not loaded.

use crate::checkpoint::CheckpointError;
use crate::error::Error;

/// Why a checkpoint was not saved or not loaded. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The file cannot be read or written, or is damaged.
    #[error(transparent)]
    File(#[from] CheckpointError),
    /// The file is intact, but was saved by a different optimizer.
    #[error("the checkpoint does not fit: {0}")]
    Mismatch(#[from] CheckpointMismatch),
    /// The file is intact, but no optimizer can be built from it.
    #[error("no optimizer can be built from the checkpoint: {0}{hint}", hint = hint(.0))]
    Refused(#[from] Error),
}

/// How a checkpoint differs from the optimizer that it is loaded into.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointMismatch {
    /// A setting differs.
    #[error("its {what} is {found}, and here it is {expected}")]
    Differs {
        /// What differs.
        what: String,
        /// The value in the file.
        found: String,
        /// What would be accepted.
        expected: String,
    },
    /// A parameter is not in the file.
    #[error("it has no parameter `{name}`")]
    MissingParameter {
        /// The parameter's name.
        name: String,
    },
    /// The file has a parameter that the optimizer does not have.
    #[error("it has a parameter `{name}`, which is not known here")]
    UnknownParameter {
        /// The parameter's name.
        name: String,
    },
}

/// Tells how to open a checkpoint of a custom method.
fn hint(error: &Error) -> &'static str {
    match error {
        Error::UnknownOptimizer { .. } => {
            "; a custom method is opened with a registry that has it, `Optimizer::open_in`, or \
             loaded into an optimizer made with it, `Optimizer::load`"
        }
        _ => "",
    }
}
