//! The laboratory of thalweg: see what an optimizer does.

pub mod draw;
mod expression;
mod geometry;
pub mod movie;
pub mod problem;
mod problems;

pub use expression::{Expression, ExpressionError};
pub use geometry::{Domain, Point};
