//! Schedules: PyTorch's numbers, text that survives printing, clear refusals.

mod golden;
mod misfits;
mod plateau;
mod properties;
mod refusals;
mod relative;
mod text;
mod values;

use thalweg::schedule::{Curve, Schedule};

/// The schedule of a text that is one.
fn schedule(text: &str) -> Schedule {
    Schedule::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

/// The schedule of settings that are valid.
fn curve(curve: impl Into<Curve>) -> Schedule {
    Schedule::new(curve).unwrap_or_else(|error| panic!("{error}"))
}
