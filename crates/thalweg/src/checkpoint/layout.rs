//! Where each tensor of a checkpoint lies in its file.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashSet;

use super::text::ParameterText;
use super::{CheckpointError, Dtype};

/// A slot as a tensor of the file. It borrows names and shapes, which a hostile header could repeat
/// any number of times.
pub(super) struct Tensor<'a> {
    /// The indices of the parameter and of the slot.
    pub(super) of: (usize, usize),
    pub(super) parameter: &'a str,
    pub(super) slot: &'a str,
    pub(super) dtype: Dtype,
    pub(super) shape: Cow<'a, [usize]>,
    /// Its first byte and the one after its last, from the end of the header.
    pub(super) offsets: (u64, u64),
}

/// All slots, in the order of the file.
pub(super) fn tensors(parameters: &[ParameterText]) -> Result<Vec<Tensor<'_>>, CheckpointError> {
    let mut names = HashSet::new();
    let mut tensors = Vec::new();
    for (i, parameter) in parameters.iter().enumerate() {
        if !names.insert(&parameter.name) {
            return Err(malformed(parameter, "appears twice"));
        }
        let product = |shape: &[usize]| shape.iter().try_fold(1, |n: usize, &d| n.checked_mul(d));
        let Some(elements) = product(&parameter.shape) else {
            return Err(malformed(parameter, "has more elements than can be counted"));
        };
        let mut slots = HashSet::new();
        for (j, slot) in parameter.slots.iter().enumerate() {
            if slot.name.contains('/') {
                let what =
                    format!("has a slot `{}`, but a slot name cannot contain `/`", slot.name);
                return Err(malformed(parameter, &what));
            }
            if !slots.insert(&slot.name) {
                return Err(malformed(parameter, &format!("has slot `{}` twice", slot.name)));
            }
            let fits = slot.elements == elements;
            tensors.push(Tensor {
                of: (i, j),
                parameter: &parameter.name,
                slot: &slot.name,
                dtype: slot.dtype()?,
                shape: if fits { (&parameter.shape).into() } else { vec![slot.elements].into() },
                offsets: (0, slot.elements as u64),
            });
        }
    }
    tensors.sort_by_key(|tensor| Reverse(tensor.dtype.size()));
    let mut start = 0;
    for tensor in &mut tensors {
        let bytes = tensor.offsets.1.checked_mul(tensor.dtype.size() as u64);
        let Some(end) = bytes.and_then(|bytes| bytes.checked_add(start)) else {
            return Err(malformed(&parameters[tensor.of.0], "has more state than can be counted"));
        };
        tensor.offsets = (start, end);
        start = end;
    }
    Ok(tensors)
}

/// Bytes of all tensors.
pub(super) fn data_length(tensors: &[Tensor]) -> u64 {
    tensors.last().map_or(0, |last| last.offsets.1)
}

fn malformed(parameter: &ParameterText, what: &str) -> CheckpointError {
    CheckpointError::malformed(format!("parameter `{}` {what}", parameter.name))
}
