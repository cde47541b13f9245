//! Functions to descend.

mod catalogue;
mod error;
mod formulas;
mod function;
mod parse;

pub use error::ProblemError;
pub use function::{Problem, Source};
