//! The library's errors as Python's exceptions.

use pyo3::PyErr;
use pyo3::exceptions::{
    PyFileNotFoundError, PyFloatingPointError, PyOSError, PyPermissionError, PyRuntimeError,
    PyTypeError, PyValueError,
};
use thalweg::checkpoint::CheckpointError;
use thalweg::{Error, LoadError};

/// The exception of an error: `FloatingPointError` for numbers that are not finite, `TypeError` for a loss that
/// is missing, `OSError` for files, else `ValueError`.
pub fn exception(error: Error) -> PyErr {
    let message = error.to_string();
    match error {
        Error::NonFiniteGradient { .. } | Error::NonFiniteLoss { .. } => {
            PyFloatingPointError::new_err(message)
        }
        Error::LossNeeded { optimizer } => PyTypeError::new_err(format!(
            "{optimizer} needs the loss of the step: give it as step(…, loss=…)"
        )),
        Error::RuleFile { .. } => PyOSError::new_err(message),
        _ => PyValueError::new_err(message),
    }
}

/// The same, where hyperparameters are keyword arguments: a name that there is not is a `TypeError`.
pub fn exception_of_keywords(error: Error) -> PyErr {
    match error {
        Error::UnknownHyperparameter { .. } => PyTypeError::new_err(error.to_string()),
        error => exception(error),
    }
}

/// The exception of a checkpoint that is not saved or not loaded.
pub fn exception_of_file(error: LoadError) -> PyErr {
    let message = error.to_string();
    match error {
        LoadError::File(
            CheckpointError::Read { source, .. } | CheckpointError::Write { source, .. },
        ) => match source.kind() {
            std::io::ErrorKind::NotFound => PyFileNotFoundError::new_err(message),
            std::io::ErrorKind::PermissionDenied => PyPermissionError::new_err(message),
            _ => PyOSError::new_err(message),
        },
        LoadError::Refused(error) => exception(error),
        _ => PyValueError::new_err(message),
    }
}

/// The exception of an optimizer that another thread is using.
pub fn in_use() -> PyErr {
    PyRuntimeError::new_err(
        "the optimizer is in use by another thread; one step at a time is possible",
    )
}
