//! One step over candle's storage.

use std::collections::HashSet;

use candle_core::backprop::GradStore;
use candle_core::{CpuStorage, Storage, Tensor, Var};
use thalweg::{Method, Optimizer, Parameter, Report};

use crate::error::VarError;
use crate::storage::{Arithmetic, Taken};
use crate::variables::{Variables, address};

/// One step of the optimizer over all variables that have a gradient.
pub(crate) fn step<R: Arithmetic, M: Method>(
    optimizer: &mut Optimizer<R, M>,
    variables: &Variables,
    grads: &GradStore,
    loss: Option<f64>,
) -> Result<Report, VarError> {
    let (indices, gradients) = gradients(variables, grads)?;
    let read: Vec<_> = gradients.iter().map(Tensor::storage_and_layout).collect();
    let mut taken = Taken::default();
    for &i in &indices {
        if !taken.take(&variables.vars[i])? {
            return Err(VarError::InUse { name: variables.names[i].clone() });
        }
    }
    let mut parameters = Vec::with_capacity(indices.len());
    for ((&i, storage), (gradient, layout)) in indices.iter().zip(taken.storages()).zip(&read) {
        let (name, var) = (&variables.names[i], &variables.vars[i]);
        let gradient = on_cpu(gradient)
            .zip(layout.contiguous_offsets())
            .and_then(|(storage, (start, end))| R::numbers(storage, start..end));
        let (Some(value), Some(gradient)) =
            (R::numbers_mut(storage, variables.ranges[i].clone()), gradient)
        else {
            return Err(unreadable::<R>(name, var, &gradients[parameters.len()]));
        };
        let gradient = Some(gradient);
        let shape = Some(var.dims());
        parameters.push(Parameter { name, value, gradient, rows: None, shape, copy: None });
    }
    Ok(match loss {
        Some(loss) => optimizer.step_with_loss(loss, parameters)?,
        None => optimizer.step(parameters)?,
    })
}

/// The indices of the variables that have elements and a gradient, and the gradients in a form that can
/// be read in place: contiguous, each in a storage of its own.
fn gradients(
    variables: &Variables,
    grads: &GradStore,
) -> Result<(Vec<usize>, Vec<Tensor>), VarError> {
    let (mut indices, mut gradients) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for (i, (name, var)) in variables.names.iter().zip(&variables.vars).enumerate() {
        let Some(gradient) = grads.get(var) else { continue };
        if gradient.dims() != var.dims() {
            return Err(VarError::Optimizer(thalweg::Error::ShapeMismatch {
                name: name.clone(),
                parameter: var.dims().to_vec(),
                gradient: gradient.dims().to_vec(),
            }));
        }
        // candle rejects some layouts without elements as self-overlapping.
        if var.elem_count() == 0 {
            continue;
        }
        let address = address(gradient);
        // The storage of a variable is taken out during the step, so that a gradient must not share it.
        // Nor may two gradients: a second read lock could wait for a writer that waits for the first.
        let shares = variables.own(address) || !seen.insert(address);
        indices.push(i);
        gradients.push(match gradient.is_contiguous() && !shares {
            true => gradient.clone(),
            false => gradient.force_contiguous()?,
        });
    }
    Ok((indices, gradients))
}

fn on_cpu(storage: &Storage) -> Option<&CpuStorage> {
    match storage {
        Storage::Cpu(storage) => Some(storage),
        _ => None,
    }
}

/// The error for a gradient that cannot be read.
fn unreadable<R: Arithmetic>(name: &str, var: &Var, gradient: &Tensor) -> VarError {
    let name = name.to_owned();
    match gradient.device().is_cpu() {
        false => VarError::GradientNotOnCpu { name, device: gradient.device().location() },
        true => VarError::GradientType {
            name,
            gradient: gradient.dtype(),
            variable: var.dtype(),
            accepted: R::ACCEPTED,
        },
    }
}
