//! The methods of a command line.

use thalweg_lab::sweep::Sweep;
use thalweg_nn::compare::CompareError;

use crate::failure::Failure;

/// Checks that no method is given twice: two runs that are the same could not be told apart.
pub fn check_distinct(labels: impl Iterator<Item = String>) -> Result<(), Failure> {
    let mut known = Vec::new();
    for label in labels {
        if known.contains(&label) {
            return Err(Failure::usage(CompareError::SameLabel(label)));
        }
        known.push(label);
    }
    Ok(())
}

/// The same for sweeps.
pub fn check_distinct_sweeps(sweeps: &[Sweep]) -> Result<(), Failure> {
    check_distinct(sweeps.iter().map(|sweep| match &sweep.specs[..] {
        [one] => one.to_string(),
        _ => sweep.text.split_whitespace().collect(),
    }))
}
