//! How fast the optimizers step, against what the machine's memory allows.
//!
//! A [`Case`] is an optimizer with a number of elements, tensors and threads and with the types of
//! its numbers. [`measure`] takes its steps in turn with a pass of the [`Roofline`], a bare loop
//! that reads and writes the same bytes and computes next to nothing: no step can be faster than
//! memory. What is given is the median of the rounds, so that whatever else the machine does meets
//! both. Parameters, gradients, state and the roofline's arrays lie in pages of the same kind.
//!
//! Steps are taken on a thread of their pool, without the check for infinities and NaN unless it
//! is asked for: it reads the gradients once more, which the roofline does not.
//!
//! ```
//! use std::time::Duration;
//! use thalweg::Spec;
//! use thalweg_lab::speed::{Case, measure};
//!
//! let case = Case { elements: 10_000, ..Case::new(Spec::parse("adamw")?) };
//! let speed = measure(&case, Duration::from_millis(10))?;
//! assert_eq!(case.bytes(), 10_000 * 28); // three arrays are read and written, the gradient read
//! assert!(speed.seconds > 0.0 && speed.of_roofline > 0.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod array;
mod case;
mod machine;
mod measure;
mod roofline;
mod scaling;
mod work;

pub use array::Pages;
pub use case::{Case, ELEMENTS};
pub use machine::{Machine, available_memory};
pub use measure::{Speed, measure};
pub use roofline::Roofline;
pub use scaling::{LARGEST, Line, chart, sizes};

/// Why something cannot be measured.
#[derive(Debug, thiserror::Error)]
pub enum SpeedError {
    /// There are no elements or no tensors.
    #[error(
        "there is nothing to step with {elements} elements in {tensors} tensors; at least one of each is needed"
    )]
    Nothing {
        /// Elements asked for.
        elements: usize,
        /// Tensors asked for.
        tensors: usize,
    },
    /// There are fewer elements than tensors.
    #[error(
        "{elements} elements do not fill {tensors} tensors; at most {elements} tensors are accepted"
    )]
    TooManyTensors {
        /// Elements asked for.
        elements: usize,
        /// Tensors asked for.
        tensors: usize,
    },
    /// State of this type does not go with parameters of that type.
    #[error("state in {state} does not go with parameters in {dtype}; accepted is {accepted}")]
    StateType {
        /// The type of the state.
        state: &'static str,
        /// The type of the parameters.
        dtype: &'static str,
        /// What would be accepted.
        accepted: &'static str,
    },
    /// The optimizer keeps more arrays than the roofline has loops for.
    #[error("{optimizer} keeps {slots} arrays of state; the roofline has loops for at most {most}")]
    TooManySlots {
        /// The optimizer.
        optimizer: String,
        /// Its arrays of state.
        slots: usize,
        /// What would be accepted.
        most: usize,
    },
    /// The machine has less memory than this takes.
    #[error(
        "{optimizer} with {elements} elements needs {} of memory here, and {} are to be had; take fewer elements",
        gigabytes(*.needed), gigabytes(*.available)
    )]
    Memory {
        /// The optimizer.
        optimizer: String,
        /// Elements asked for.
        elements: usize,
        /// Bytes that it takes with the roofline's arrays.
        needed: u64,
        /// Bytes that are to be had.
        available: u64,
    },
    /// So many threads could not be started.
    #[error("{threads} threads could not be started: {source}")]
    Threads {
        /// Threads asked for.
        threads: usize,
        /// What the system said.
        source: rayon::ThreadPoolBuildError,
    },
    /// The optimizer cannot be made or cannot take a step.
    #[error(transparent)]
    Optimizer(#[from] thalweg::Error),
}

fn gigabytes(bytes: u64) -> String {
    let gigabytes = bytes as f64 / 1e9;
    if gigabytes < 10.0 { format!("{gigabytes:.1} GB") } else { format!("{gigabytes:.0} GB") }
}
