//! Checks before a comparison starts.

use std::collections::BTreeSet;

use candle_core::{DType, Result as CandleResult};

use super::contender::Contender;
use super::error::CompareError;
use super::method::Method;
use super::task::Task;
use super::training::Training;
use crate::data::{Samples, TaskKind};

/// Checks samples, settings and labels.
pub(super) fn check(
    train: &Samples,
    test: &Samples,
    methods: &[Method],
    training: Training,
) -> Result<(), CompareError> {
    if methods.is_empty() {
        return Err(CompareError::NoMethods);
    }
    let mut labels = BTreeSet::new();
    if let Some(twice) = methods.iter().find(|method| !labels.insert(&method.label)) {
        return Err(CompareError::SameLabel(twice.label.clone()));
    }
    for (what, number) in [("epochs", training.epochs), ("batch", training.batch as u64)] {
        if number == 0 {
            return Err(CompareError::Zero(what));
        }
    }
    for (part, samples) in [("training", train), ("test", test)] {
        let (inputs, targets) = (samples.inputs.dim(0)?, samples.targets.dim(0)?);
        if inputs != targets {
            return Err(CompareError::Counts { part, inputs, targets });
        }
        if inputs == 0 {
            return Err(CompareError::NoSamples(part));
        }
    }
    Ok(())
}

/// Runs two samples forward and backward through the network, to find early what would fail later.
pub(super) fn check_fit(
    contender: &Contender,
    task: &Task,
    train: &Samples,
    test: &Samples,
) -> Result<(), CompareError> {
    let few = |samples: &Samples| -> CandleResult<Samples> {
        let count = samples.targets.dim(0)?.min(2);
        let [inputs, targets] =
            [&samples.inputs, &samples.targets].map(|all| all.narrow(0, 0, count));
        Ok(Samples { inputs: inputs?, targets: targets? })
    };
    for samples in [train, test] {
        if task.kind() == TaskKind::Regression {
            check_numbers(contender, &few(samples)?)?;
            continue;
        }
        let highest = samples.targets.flatten_all()?.max(0)?.to_scalar::<u32>()?;
        let few = few(samples)?;
        let outputs = contender.forward(&few.inputs).map_err(CompareError::Misfit)?;
        let (targets, scores) = outputs.dims().split_at(outputs.rank().saturating_sub(1));
        let is_enough = scores.first().is_some_and(|&scores| scores > highest as usize);
        if outputs.dtype() != DType::F32 || targets != few.targets.dims() || !is_enough {
            let (outputs, targets) = (outputs.dims().to_vec(), few.targets.dims().to_vec());
            return Err(CompareError::Classes { outputs, targets, highest });
        }
    }
    // An operation without a derivative would silently leave the layers below it untrained.
    let untrained = contender.without_gradient(task, &few(train)?).map_err(CompareError::Misfit)?;
    match untrained.is_empty() {
        true => Ok(()),
        false => Err(CompareError::NoGradient(untrained)),
    }
}

/// Checks that the network gives one number for each target.
fn check_numbers(contender: &Contender, few: &Samples) -> Result<(), CompareError> {
    let outputs = contender.forward(&few.inputs).map_err(CompareError::Misfit)?;
    let is_number = outputs.dims().split_last() == Some((&1, few.targets.dims()));
    match is_number && outputs.dtype() == DType::F32 && few.targets.dtype() == DType::F32 {
        true => Ok(()),
        false => Err(CompareError::Numbers {
            outputs: outputs.dims().to_vec(),
            targets: few.targets.dims().to_vec(),
        }),
    }
}
