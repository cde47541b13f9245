//! Where all methods are now and then, for the landscape.

use std::fs;
use std::path::Path;

use super::SessionError;
use super::journals::TRAJECTORY;
use crate::compare::{CompareError, Comparison};
use crate::landscape::Trajectory;

/// Points of a path, at most, and bytes of all paths together, about.
const MOST_POINTS: u64 = 100;
const MOST_BYTES: u64 = 1 << 27;
/// Points of a path, at least.
const FEWEST_POINTS: u64 = 10;

/// At which steps weights are recorded: the first and the last and evenly many between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stride {
    every: u64,
    last: u64,
}

impl Stride {
    /// For a run of so many steps, methods and weights.
    pub fn new(steps: u64, methods: usize, elements: usize) -> Self {
        let bytes_a_point = 4 * (methods * elements).max(1) as u64;
        let points = (MOST_BYTES / bytes_a_point).clamp(FEWEST_POINTS, MOST_POINTS);
        Self { every: steps.div_ceil(points).max(1), last: steps }
    }

    /// Whether weights are recorded after this step.
    pub fn includes(self, step: u64) -> bool {
        step.is_multiple_of(self.every) || step == self.last
    }
}

/// The step, and the weights of all methods one after the other, little endian.
pub fn encode(comparison: &Comparison) -> Result<Vec<u8>, SessionError> {
    let mut bytes = comparison.step().to_le_bytes().to_vec();
    for method in 0..comparison.labels().len() {
        let weights = comparison.weights(method).flat().map_err(CompareError::from)?;
        bytes.extend(weights.iter().flat_map(|w| w.to_le_bytes()));
    }
    Ok(bytes)
}

/// The paths of all methods, as the run in a folder has recorded them. A method that has diverged
/// ends there.
pub fn read(folder: &Path, comparison: &Comparison) -> Result<Vec<Trajectory>, SessionError> {
    let path = folder.join(TRAJECTORY);
    let bytes = fs::read(&path).map_err(|source| SessionError::read(&path, source))?;
    let elements = comparison.weights(0).elements();
    let record = 8 + 4 * elements * comparison.labels().len();
    if !bytes.len().is_multiple_of(record) {
        let what = format!("it does not hold whole records of {record} bytes");
        return Err(SessionError::Damaged { path, what });
    }
    let mut paths: Vec<Trajectory> = comparison
        .labels()
        .enumerate()
        .map(|(method, label)| Trajectory {
            label: label.to_owned(),
            style: method,
            diverged: comparison.diverged_at(method).is_some(),
            ..Trajectory::default()
        })
        .collect();
    for record in bytes.chunks_exact(record) {
        let (step, weights) = record.split_at(8);
        let step = step.iter().rev().fold(0, |step, &byte| step << 8 | u64::from(byte));
        for (method, weights) in weights.chunks_exact(4 * elements).enumerate() {
            if comparison.diverged_at(method).is_some_and(|end| step >= end) {
                continue;
            }
            let (weights, _) = weights.as_chunks::<4>();
            paths[method].steps.push(step);
            paths[method].points.push(weights.iter().map(|&w| f32::from_le_bytes(w)).collect());
        }
    }
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_a_hundred_points_and_the_last() {
        let at = |steps: u64, methods, elements| {
            let stride = Stride::new(steps, methods, elements);
            (0..=steps).filter(|&step| stride.includes(step)).collect::<Vec<u64>>()
        };
        assert_eq!(at(50, 6, 1000), (0..=50).collect::<Vec<_>>());
        let long = at(1234, 6, 50_000);
        assert_eq!((long.len(), long[1], long.last()), (96, 13, Some(&1234)));
        // 6 methods × 25 M weights × 4 bytes a point are 0.6 GB: no more points than it takes.
        assert!(at(1000, 6, 25_000_000).len() <= 11);
    }
}
