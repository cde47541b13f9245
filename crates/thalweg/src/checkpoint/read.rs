//! Reads a checkpoint from a file.
//!
//! Nothing in the header is trusted. The metadata gives the parameters and the sizes of their
//! slots; from these the only valid header is built again, and the file's must equal it byte for
//! byte. So offsets, shapes and types in the file's header are only compared, never used, and no
//! memory is allocated for numbers before the file is known to contain them.

use std::io::{self, Read};

use super::text::{Fields, hex};
use super::{Checkpoint, CheckpointError, header, layout};

/// Reads a checkpoint from a file of `length` bytes.
pub(super) fn read(mut from: impl Read, length: u64) -> Result<Checkpoint, CheckpointError> {
    let head = header::read(&mut from, length)?;
    let fields = header::fields(&head)?;
    let parameters = fields.parameters()?;
    let mut checkpoint = fields.checkpoint(&parameters)?;
    let tensors = layout::tensors(&parameters)?;

    let expected = (head.len() as u64).saturating_add(layout::data_length(&tensors));
    if length < expected {
        return Err(CheckpointError::truncated(length, expected));
    }
    if length > expected {
        return Err(CheckpointError::corrupt(format!(
            "it continues after its end at byte {expected}"
        )));
    }
    let crcs = (header::stated_checksum(&head), fields.data_crc32.clone());
    let only = Fields::of(&checkpoint, &parameters, crcs.0, crcs.1)?;
    if !header::is_exactly(&head, &only, &tensors) {
        return Err(CheckpointError::malformed("its header does not match its metadata"));
    }

    let mut crc = crc32fast::Hasher::new();
    for tensor in &tensors {
        let (parameter, slot) = tensor.of;
        let bytes = &mut checkpoint.parameters[parameter].slots[slot].bytes;
        let (start, end) = tensor.offsets;
        if !read_exactly(&mut from, end - start, bytes, &mut crc)? {
            // The file was shortened while it was being read.
            return Err(CheckpointError::truncated(head.len() as u64 + start, expected));
        }
    }
    if hex(crc.finalize()) != fields.data_crc32 {
        return Err(CheckpointError::corrupt("its state does not match its checksum"));
    }
    Ok(checkpoint)
}

/// Reads `length` bytes in pieces that fit the processor's cache; false if the file has fewer.
fn read_exactly(
    from: &mut impl Read,
    length: u64,
    bytes: &mut Vec<u8>,
    crc: &mut crc32fast::Hasher,
) -> Result<bool, CheckpointError> {
    const PIECE: u64 = 1 << 18;
    let out_of_memory = || io::Error::from(io::ErrorKind::OutOfMemory);
    let whole = usize::try_from(length).map_err(|_| out_of_memory())?;
    bytes.try_reserve_exact(whole).map_err(|_| out_of_memory())?;
    while bytes.len() < whole {
        let start = bytes.len();
        let piece = PIECE.min((whole - start) as u64);
        if from.by_ref().take(piece).read_to_end(bytes)? == 0 {
            return Ok(false);
        }
        crc.update(&bytes[start..]);
    }
    Ok(true)
}
