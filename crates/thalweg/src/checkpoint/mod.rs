//! Checkpoints: everything that an optimizer remembers, as one file.
//!
//! # The file
//!
//! A [safetensors](https://github.com/huggingface/safetensors) file: eight bytes that hold the
//! header's length (little endian), the header in JSON, padded with spaces to a multiple of eight
//! bytes, and the numbers. Slot `m` of parameter `layer.weight` is the tensor `m/layer.weight`
//! (slot names contain no `/`, so that tensor names are unique). It has the parameter's shape if it
//! has as many elements, and is a vector otherwise. Tensors of wider types come first, which keeps
//! each one aligned; those of one type are in the order of the parameters. The header begins with
//! the metadata, strings in this order:
//!
//! | key | what |
//! |---|---|
//! | `format` | `thalweg checkpoint` |
//! | `version` | version of the format, [`Checkpoint::VERSION`] |
//! | `header_crc32` | CRC-32 of the length and the header, without these eight digits |
//! | `data_crc32` | CRC-32 of everything after the header |
//! | `optimizer`, `arithmetic`, `state_type`, `steps`, `skipped` | the fields of [`Checkpoint`] |
//! | `settings`, `schedules`, `parameters` | the fields of [`Checkpoint`], each in JSON |
//!
//! # Guarantees
//!
//! - The encoding is unique: the same checkpoint gives the same bytes, and any other bytes are
//!   refused, be it for a flipped bit, a missing end, an extra key or an extra space. A file that
//!   another program has rewritten is no longer a checkpoint.
//! - Reading never panics and takes memory in proportion to the file, whatever its header says.
//! - Writing is durable: killed at any moment, the file is the old one or the new one.
//!
//! A checksum finds accidents, not forgery.
//!
//! ```
//! use thalweg::checkpoint::{Checkpoint, Dtype, SavedParameter, SavedSlot};
//!
//! let velocity = [0.5_f32, -0.25].iter().flat_map(|v| v.to_le_bytes()).collect();
//! let checkpoint = Checkpoint {
//!     optimizer: "sgd:momentum=0.9".to_owned(),
//!     arithmetic: Dtype::F32,
//!     state_type: Dtype::F32,
//!     steps: 7,
//!     skipped: 0,
//!     settings: [("clip".to_owned(), "global norm 1".to_owned())].into(),
//!     schedules: vec![],
//!     parameters: vec![SavedParameter {
//!         name: "bias".to_owned(),
//!         shape: vec![2],
//!         steps: 7,
//!         first_element: 0,
//!         group: None,
//!         slots: vec![SavedSlot { name: "velocity".to_owned(), dtype: Dtype::F32, bytes: velocity }],
//!     }],
//! };
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("run.safetensors");
//! checkpoint.write(&path)?;
//! assert_eq!(Checkpoint::read(&path)?, checkpoint);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
#[doc(hidden)]
pub mod file;
mod header;
mod layout;
mod read;
mod text;
mod write;

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::Path;

pub use error::CheckpointError;

pub use crate::storage::Dtype;

/// All that an optimizer remembers between two steps, as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// The method as text, such as `adamw:lr=0.001`.
    pub optimizer: String,
    /// The type in which the formulas are computed.
    pub arithmetic: Dtype,
    /// The type in which state is stored.
    pub state_type: Dtype,
    /// Steps that the optimizer has taken.
    pub steps: u64,
    /// Steps skipped because a gradient was not finite.
    pub skipped: u64,
    /// Every other setting that affects a step, as text by name.
    pub settings: BTreeMap<String, String>,
    /// The schedules, in their order.
    pub schedules: Vec<SavedSchedule>,
    /// The parameters, in their order. Names are unique; any text can be a name.
    pub parameters: Vec<SavedParameter>,
}

/// The schedule of a hyperparameter.
#[derive(Debug, Clone)]
pub struct SavedSchedule {
    /// The hyperparameter.
    pub hyperparameter: String,
    /// The schedule as text.
    pub schedule: String,
    /// Its state; stored bit for bit, NaN included.
    pub memory: Vec<f64>,
}

/// Numbers are compared by their bits.
impl PartialEq for SavedSchedule {
    fn eq(&self, other: &Self) -> bool {
        let bits = |memory: &[f64]| memory.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        self.hyperparameter == other.hyperparameter
            && self.schedule == other.schedule
            && bits(&self.memory) == bits(&other.memory)
    }
}

/// The state of one parameter. Its values are not included: they belong to the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedParameter {
    /// Its name.
    pub name: String,
    /// Its shape; empty for a single number.
    pub shape: Vec<usize>,
    /// Steps taken with it.
    pub steps: u64,
    /// The number of its first element among those of all parameters.
    pub first_element: u64,
    /// The index of its group; `None` if no group matches it.
    pub group: Option<usize>,
    /// Its state slots; empty for a method without state.
    pub slots: Vec<SavedSlot>,
}

/// One array of a parameter's state, such as the first moments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedSlot {
    /// Its name, such as `m`; contains no `/` and is unique within the parameter.
    pub name: String,
    /// The type of its elements.
    pub dtype: Dtype,
    /// Its elements in order, little endian.
    pub bytes: Vec<u8>,
}

impl Checkpoint {
    /// The version of the format that is written, and the newest that is read.
    pub const VERSION: u64 = 1;

    /// Writes a file, which replaces the one at `path` when it is complete and on the disk.
    ///
    /// # Errors
    /// [`Malformed`](CheckpointError::Malformed) for a checkpoint that cannot be represented (two
    /// parameters of the same name, a slot with a fraction of an element, a header beyond 100 MB),
    /// [`Write`](CheckpointError::Write). A file at `path` is then unchanged.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), CheckpointError> {
        let path = path.as_ref();
        let head = write::head(self).map_err(|error| error.of(path))?;
        file::replace_durably(path, |out| write::write(self, &head, out))
            .map_err(|source| CheckpointError::Write { path: path.to_owned(), source })
    }

    /// Reads the file at `path`.
    ///
    /// # Errors
    /// Every [`CheckpointError`] except `Write`; each names the file.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, CheckpointError> {
        let path = path.as_ref();
        let open = || {
            // Opening a pipe would block, so the file type is checked first.
            let found = path.metadata()?;
            if !found.is_file() {
                let what =
                    if found.is_dir() { "it is a folder" } else { "it is not a regular file" };
                return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
            }
            let file = File::open(path)?;
            let length = file.metadata()?.len();
            Ok((file, length))
        };
        let (file, length) = open().map_err(|source| CheckpointError::from(source).of(path))?;
        let buffered = io::BufReader::with_capacity(1 << 18, file);
        read::read(buffered, length).map_err(|error| error.of(path))
    }

    /// The bytes of the checkpoint's file.
    ///
    /// # Errors
    /// [`Malformed`](CheckpointError::Malformed), as [`write`](Self::write).
    pub fn to_bytes(&self) -> Result<Vec<u8>, CheckpointError> {
        let mut bytes = Vec::new();
        write::write(self, &write::head(self)?, &mut bytes)?;
        Ok(bytes)
    }

    /// The checkpoint whose file has these bytes.
    ///
    /// # Errors
    /// As [`read`](Self::read), without `Read`.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CheckpointError> {
        read::read(bytes, bytes.len() as u64)
    }
}
