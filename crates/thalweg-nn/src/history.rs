//! The history of each method of a comparison, gathered from records and snapshots of all methods:
//! what reports and landscapes are made of.

use std::collections::BTreeMap;

use crate::compare::{CompareError, Comparison};
use crate::landscape::Trajectory;
use crate::record::{Record, mean_losses};
use crate::report::{MethodResult, styles};

/// The training weights of all methods after a step. A landscape shows how training moves, so that its
/// paths lead through the weights at which gradients and the losses of batches are taken, also of methods
/// that are evaluated with others.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Snapshot {
    /// The step; 0 is the start.
    pub step: u64,
    /// Flat weights, method by method.
    pub weights: Vec<Vec<f32>>,
}

impl Snapshot {
    /// The weights as they are now.
    pub fn of(comparison: &Comparison) -> Result<Self, CompareError> {
        let methods = 0..comparison.labels().len();
        let weights = methods.map(|method| Ok(comparison.weights(method).flat()?));
        Ok(Self { step: comparison.step(), weights: weights.collect::<Result<_, CompareError>>()? })
    }
}

/// The result of each method, with its records in their order. Records of unknown methods are left
/// out; predictions are not computed.
pub(crate) fn results(
    comparison: &Comparison,
    records: impl IntoIterator<Item = Record>,
) -> Vec<MethodResult> {
    let result = |(method, label): (usize, &str)| {
        let timing = comparison.timing(method);
        MethodResult {
            label: label.to_owned(),
            spec: comparison.spec(method).to_owned(),
            formula: comparison.formula(method).map_or(Vec::new(), |formula| formula.latex()),
            diverged_at: comparison.diverged_at(method),
            has_evaluation_weights: comparison.has_evaluation_weights(method),
            seconds: Some(timing.seconds()),
            samples_per_second: timing.samples_per_second(),
            optimizer_share: timing.optimizer_share(),
            ..MethodResult::default()
        }
    };
    let mut results: Vec<MethodResult> = comparison.labels().enumerate().map(result).collect();
    let index: BTreeMap<&str, usize> =
        comparison.labels().enumerate().map(|(method, label)| (label, method)).collect();
    for record in records {
        match record {
            Record::Step(it) => {
                if let Some(&method) = index.get(&*it.method) {
                    results[method].steps.push(it);
                }
            }
            Record::Epoch(it) => {
                if let Some(&method) = index.get(&*it.method) {
                    results[method].epochs.push(it);
                }
            }
        }
    }
    results
}

/// The path of each method through the snapshots, with the mean losses of its batches. A method
/// that has diverged ends before the step at which it did.
pub(crate) fn paths(
    snapshots: impl IntoIterator<Item = Snapshot>,
    results: &[MethodResult],
) -> Vec<Trajectory> {
    let styles = styles(results.iter().map(|result| result.spec.as_str()));
    let path = |(result, style): (&MethodResult, usize)| Trajectory {
        label: result.label.clone(),
        style,
        diverged: result.diverged_at.is_some(),
        ..Trajectory::default()
    };
    let mut paths: Vec<Trajectory> = results.iter().zip(styles).map(path).collect();
    for Snapshot { step, weights } in snapshots {
        for (method, weights) in weights.into_iter().enumerate() {
            if results[method].diverged_at.is_none_or(|end| step < end) {
                paths[method].steps.push(step);
                paths[method].points.push(weights);
            }
        }
    }
    for (path, result) in paths.iter_mut().zip(results) {
        path.losses = mean_losses(&result.steps, &path.steps);
    }
    paths
}
