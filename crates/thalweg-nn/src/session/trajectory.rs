//! Snapshots of the weights of all methods, for the landscape.

use std::fs;
use std::path::Path;

use super::bytes;
use super::error::SessionError;
use super::logs::TRAJECTORY;
use crate::compare::Comparison;
use crate::history::Snapshot;

/// Maximum number of snapshots, and about the maximum size of all in bytes.
const MAX_POINTS: u64 = 100;
const MAX_BYTES: u64 = 1 << 27;
/// Minimum number of snapshots, whatever their size.
const MIN_POINTS: u64 = 10;

/// The steps at which weights are recorded: the first, the last, and evenly spaced ones in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stride {
    every: u64,
    last: u64,
}

impl Stride {
    /// For a run with the given number of steps, methods and weights.
    pub fn new(steps: u64, methods: usize, elements: usize) -> Self {
        let bytes_a_point = 4 * (methods * elements).max(1) as u64;
        let points = (MAX_BYTES / bytes_a_point).clamp(MIN_POINTS, MAX_POINTS);
        Self { every: steps.div_ceil(points).max(1), last: steps }
    }

    /// Whether weights are recorded after this step.
    pub fn includes(self, step: u64) -> bool {
        step.is_multiple_of(self.every) || step == self.last
    }
}

/// One record: the step, and the weights of all methods one after the other, little-endian.
pub fn encode(snapshot: &Snapshot) -> Vec<u8> {
    let mut record = snapshot.step.to_le_bytes().to_vec();
    for weights in &snapshot.weights {
        record.extend(bytes::of(weights));
    }
    record
}

/// The weights that the run in a folder has recorded.
pub fn read(folder: &Path, comparison: &Comparison) -> Result<Vec<Snapshot>, SessionError> {
    let path = folder.join(TRAJECTORY);
    let contents = fs::read(&path).map_err(|source| SessionError::read(&path, source))?;
    let elements = comparison.weights(0).elements();
    let record = 8 + 4 * elements * comparison.labels().len();
    if !contents.len().is_multiple_of(record) {
        let what = format!("its length is not a multiple of the record size, {record} bytes");
        return Err(SessionError::Damaged { path, what });
    }
    let snapshot = |record: &[u8]| {
        let (step, all) = record.split_first_chunk()?;
        let weights = all.chunks_exact(4 * elements).map(bytes::floats).collect();
        Some(Snapshot { step: u64::from_le_bytes(*step), weights })
    };
    Ok(contents.chunks_exact(record).filter_map(snapshot).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_up_to_a_hundred_points_and_the_last_step() {
        let at = |steps: u64, methods, elements| {
            let stride = Stride::new(steps, methods, elements);
            (0..=steps).filter(|&step| stride.includes(step)).collect::<Vec<u64>>()
        };
        assert_eq!(at(50, 6, 1000), (0..=50).collect::<Vec<_>>());
        let long = at(1234, 6, 50_000);
        assert_eq!((long.len(), long[1], long.last()), (96, 13, Some(&1234)));
        // 6 methods × 25 M weights × 4 bytes are 0.6 GB per snapshot: the minimum number.
        assert!(at(1000, 6, 25_000_000).len() <= 11);
    }
}
