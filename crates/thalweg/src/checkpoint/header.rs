//! The beginning of the file: the header's length and the header.

use std::io::{self, Read, Write};

use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use super::layout::Tensor;
use super::text::{Fields, hex};
use super::{Checkpoint, CheckpointError, Dtype};

/// How the header of a checkpoint of any version begins; the version follows.
const START: &str = r#"{"__metadata__":{"format":"thalweg checkpoint","version":""#;

/// The text between START and the header's checksum in version 1.
const AFTER_START: &str = r#"1","header_crc32":""#;

/// Bytes of the header's length.
const LENGTH: usize = 8;

/// The byte range of the header checksum's eight digits in the file.
const CRC: std::ops::Range<usize> = {
    let start = LENGTH + START.len() + AFTER_START.len();
    start..start + 8
};

/// Other readers of safetensors refuse longer headers.
const LONGEST: u64 = 100_000_000;

/// The beginning of the file, ready to be written, with its checksum filled in.
pub(super) fn encode(fields: &Fields, tensors: &[Tensor]) -> Result<Vec<u8>, CheckpointError> {
    let mut header = Vec::new();
    write(fields, tensors, &mut header).map_err(|error| {
        CheckpointError::malformed(format!("the header cannot be written: {error}"))
    })?;
    header.resize(header.len().next_multiple_of(8), b' ');
    let length = header.len() as u64;
    if length > LONGEST {
        return Err(CheckpointError::malformed(format!(
            "the header would have {length} bytes for {} tensors, but {LONGEST} are allowed",
            tensors.len(),
        )));
    }
    let mut head = [&length.to_le_bytes(), &header[..]].concat();
    let crc = checksum(&head);
    head[CRC].copy_from_slice(crc.as_bytes());
    Ok(head)
}

/// Whether a file's beginning is the one that [`encode`] would produce, without producing it: a
/// short header can describe a very long one.
pub(super) fn is_exactly(head: &[u8], fields: &Fields, tensors: &[Tensor]) -> bool {
    let mut rest = Expected(&head[LENGTH..]);
    write(fields, tensors, &mut rest).is_ok()
        && head.len().is_multiple_of(8)
        && rest.0.len() < 8
        && rest.0.iter().all(|&byte| byte == b' ')
}

/// A writer that accepts only the expected bytes.
struct Expected<'a>(&'a [u8]);

impl Write for Expected<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.strip_prefix(bytes).ok_or(io::ErrorKind::InvalidData)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write(fields: &Fields, tensors: &[Tensor], out: &mut dyn Write) -> serde_json::Result<()> {
    serde_json::to_writer(out, &Header { metadata: fields, tensors: Tensors(tensors) })
}

/// Reads the beginning of a file of `length` bytes and verifies its checksum.
pub(super) fn read(from: &mut impl Read, length: u64) -> Result<Vec<u8>, CheckpointError> {
    let mut head = Vec::new();
    from.take(LENGTH as u64).read_to_end(&mut head)?;
    let Ok(header) = <[u8; LENGTH]>::try_from(&head[..]).map(u64::from_le_bytes) else {
        return Err(CheckpointError::not_a_checkpoint("it has fewer than eight bytes"));
    };
    from.take(header.min(START.len() as u64)).read_to_end(&mut head)?;
    let seen = &head[LENGTH..];
    let begins = seen.starts_with(START.as_bytes());
    let is_cut =
        header <= LONGEST && length < LENGTH as u64 + header && START.as_bytes().starts_with(seen);
    if !begins && !is_cut {
        return Err(something_else(from, head, header));
    }
    if header > LONGEST {
        return Err(CheckpointError::corrupt(format!("its header cannot have {header} bytes")));
    }
    from.take(header.saturating_sub(START.len() as u64)).read_to_end(&mut head)?;
    known_version(&head)?;
    if length < LENGTH as u64 + header || (head.len() as u64) < LENGTH as u64 + header {
        return Err(CheckpointError::truncated(length, LENGTH as u64 + header));
    }
    if head.get(CRC) != Some(checksum(&head).as_bytes()) {
        return Err(CheckpointError::corrupt("its header does not match its checksum"));
    }
    Ok(head)
}

/// The metadata of a file's beginning.
pub(super) fn fields(head: &[u8]) -> Result<Fields, CheckpointError> {
    #[derive(Deserialize)]
    struct Header {
        #[serde(rename = "__metadata__")]
        metadata: Fields,
    }
    serde_json::from_slice::<Header>(&head[LENGTH..])
        .map(|header| header.metadata)
        .map_err(|error| CheckpointError::malformed(format!("its header cannot be read: {error}")))
}

/// The digits of the checksum in a file's beginning.
pub(super) fn stated_checksum(head: &[u8]) -> String {
    String::from_utf8_lossy(&head[CRC]).into_owned()
}

/// Says what a file is that does not begin like a checkpoint.
fn something_else(from: &mut impl Read, mut head: Vec<u8>, header: u64) -> CheckpointError {
    #[derive(Deserialize)]
    struct Anything {}
    let rest = header.saturating_sub(START.len() as u64);
    if header <= LONGEST
        && from.take(rest).read_to_end(&mut head).is_ok()
        && serde_json::from_slice::<Anything>(&head[LENGTH..]).is_ok()
    {
        CheckpointError::not_a_checkpoint("it is a safetensors file that thalweg did not write")
    } else {
        CheckpointError::not_a_checkpoint("it is not a safetensors file")
    }
}

fn known_version(head: &[u8]) -> Result<(), CheckpointError> {
    let Some(rest) = head.get(LENGTH + START.len()..) else { return Ok(()) };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let found = str::from_utf8(&rest[..digits]).ok().and_then(|text| text.parse().ok());
    match found {
        Some(found) if found > Checkpoint::VERSION && rest.get(digits) == Some(&b'"') => {
            Err(CheckpointError::NewerVersion { path: None, found, known: Checkpoint::VERSION })
        }
        // For any other content the checksum decides.
        _ => Ok(()),
    }
}

/// The checksum of a file's beginning without the digits that hold it.
fn checksum(head: &[u8]) -> String {
    let mut crc = crc32fast::Hasher::new();
    crc.update(&head[..CRC.start.min(head.len())]);
    crc.update(&head[CRC.end.min(head.len())..]);
    hex(crc.finalize())
}

#[derive(Serialize)]
struct Header<'a> {
    #[serde(rename = "__metadata__")]
    metadata: &'a Fields,
    #[serde(flatten)]
    tensors: Tensors<'a>,
}

struct Tensors<'a>(&'a [Tensor<'a>]);

impl Serialize for Tensors<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Info<'a> {
            dtype: &'static str,
            shape: &'a [usize],
            data_offsets: (u64, u64),
        }
        serializer.collect_map(self.0.iter().map(|tensor| {
            let dtype = match tensor.dtype {
                Dtype::Bf16 => "BF16",
                Dtype::F16 => "F16",
                Dtype::F32 => "F32",
                Dtype::F64 => "F64",
            };
            let name = format!("{}/{}", tensor.slot, tensor.parameter);
            (name, Info { dtype, shape: &tensor.shape, data_offsets: tensor.offsets })
        }))
    }
}
