//! Writes a checkpoint to a file.

use std::io::{self, Write};

use super::layout;
use super::text::{Fields, ParameterText, hex};
use super::{Checkpoint, CheckpointError, header};

/// What comes before the numbers, and the order of the slots.
pub(super) struct Head {
    bytes: Vec<u8>,
    order: Vec<(usize, usize)>,
}

pub(super) fn head(checkpoint: &Checkpoint) -> Result<Head, CheckpointError> {
    let parameters: Vec<_> =
        checkpoint.parameters.iter().map(ParameterText::of).collect::<Result<_, _>>()?;
    let tensors = layout::tensors(&parameters)?;
    let order: Vec<_> = tensors.iter().map(|tensor| tensor.of).collect();
    let mut crc = crc32fast::Hasher::new();
    order.iter().for_each(|&slot| crc.update(bytes_of(checkpoint, slot)));
    let fields = Fields::of(checkpoint, &parameters, hex(0), hex(crc.finalize()))?;
    Ok(Head { bytes: header::encode(&fields, &tensors)?, order })
}

pub(super) fn write(checkpoint: &Checkpoint, head: &Head, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(&head.bytes)?;
    head.order.iter().try_for_each(|&slot| out.write_all(bytes_of(checkpoint, slot)))
}

fn bytes_of(checkpoint: &Checkpoint, (parameter, slot): (usize, usize)) -> &[u8] {
    &checkpoint.parameters[parameter].slots[slot].bytes
}
