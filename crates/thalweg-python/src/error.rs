//! The library's errors as Python's exceptions.

use std::sync::OnceLock;

use pyo3::exceptions::{
    PyFileNotFoundError, PyFloatingPointError, PyOSError, PyPermissionError, PyRuntimeError,
    PyTypeError, PyValueError,
};
use pyo3::{PyErr, PyResult};
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
        // Python's setting is `state`.
        Error::InvalidSetting { setting: "state_type", value, accepted } => {
            PyValueError::new_err(format!("state={value} is refused; state is {accepted} here"))
        }
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

/// Checks that the process is still the one that took the first step: the threads of that one are not in a copy of
/// it, and a step would wait for them forever.
pub fn same_process() -> PyResult<()> {
    static FIRST: OnceLock<u32> = OnceLock::new();
    match *FIRST.get_or_init(std::process::id) == std::process::id() {
        true => Ok(()),
        false => Err(PyRuntimeError::new_err(
            "this process was forked from one that has stepped, whose threads it does not have; start it with the \
             method spawn or forkserver of multiprocessing",
        )),
    }
}

/// The exception of an array that another thread is stepping.
pub fn array_in_use(what: &str) -> PyErr {
    PyRuntimeError::new_err(format!(
        "{what} is being stepped by another thread; only one may at a time"
    ))
}

/// The exception of an optimizer that another thread is using.
pub fn in_use() -> PyErr {
    PyRuntimeError::new_err(
        "the optimizer is in use by another thread; one step at a time is possible",
    )
}
