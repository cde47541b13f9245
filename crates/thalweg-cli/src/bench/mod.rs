//! How fast the optimizers step, against what the machine's memory allows.
//!
//! A [`Case`] is an optimizer with a number of elements, tensors and threads and with the types of
//! its numbers. [`measure`] takes its steps in turn with a pass of the [`Roofline`], a bare loop
//! that reads and writes the same bytes and computes next to nothing: no step can be faster than
//! memory. The result is the median over rounds, so that other load on the machine affects both sides
//! alike. Parameters, gradients, state and the roofline's arrays are in memory pages of the same kind.
//!
//! Steps are taken on a thread of their pool, without the check for infinities and NaN unless it
//! is asked for: it reads the gradients once more, which the roofline does not.
//!
//! ```
//! use std::time::Duration;
//! use thalweg::Spec;
//! use thalweg_cli::bench::{Case, measure};
//!
//! let case = Case { elements: 10_000, ..Case::new(Spec::parse("adamw")?) };
//! let speed = measure(&case, Duration::from_millis(10))?;
//! assert_eq!(case.bytes(), 10_000 * 28); // three arrays are read and written, the gradient read
//! assert!(speed.seconds > 0.0 && speed.of_roofline > 0.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod array;
mod case;
mod check;
mod command;
mod error;
mod measure;
mod options;
mod roofline;
mod scaling;
mod show;
mod work;

pub use array::Pages;
pub use case::{Case, ELEMENTS};
pub(crate) use command::run;
pub use error::BenchError;
pub use measure::{Speed, measure};
pub(crate) use options::Options;
pub use roofline::Roofline;
