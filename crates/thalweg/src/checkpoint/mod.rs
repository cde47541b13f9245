//! Checkpoints: everything that an optimizer remembers, as one file.
//!
//! # The file
//!
//! A [safetensors](https://github.com/huggingface/safetensors) file: eight bytes that hold the
//! header's length (little endian), the header in JSON, padded with spaces to a multiple of
//! eight bytes, and the numbers. Slot `m` of parameter `layer.weight` is the tensor
//! `m/layer.weight` (the name of a slot holds no `/`, so that no two tensors can have one name).
//! It has the parameter's shape if it has as many elements, and is a vector otherwise. Tensors
//! of wider types stand first, which keeps each aligned; among one type they stand in the order
//! of the parameters. The header begins with the metadata, texts in this order:
//!
//! | key | what |
//! |---|---|
//! | `format` | `thalweg checkpoint` |
//! | `version` | of the format, [`Checkpoint::VERSION`] |
//! | `header_crc32` | CRC-32 of the length and the header, without these eight digits |
//! | `data_crc32` | CRC-32 of all that follows the header |
//! | `optimizer`, `arithmetic`, `state_type`, `steps`, `skipped` | the fields of [`Checkpoint`] |
//! | `settings`, `schedules`, `parameters` | likewise, each in JSON |
//!
//! # What is promised
//!
//! - A checkpoint has one file: the same checkpoint gives the same bytes, and bytes that are not
//!   exactly those are refused, be it one flipped bit, a missing end, a key too many or a space.
//!   A file that another program has rewritten is no longer a checkpoint.
//! - Reading never panics and takes memory in proportion to the file, whatever its header says.
//! - Writing is [durable](crate::file::replace_durably): killed at any moment, the file is the
//!   old one or the new one.
//!
//! A checksum finds accidents, not forgery.
//!
//! ```
//! use thalweg::checkpoint::{Checkpoint, Dtype, SavedParameter, Slot};
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
//!         slots: vec![Slot { name: "velocity".to_owned(), dtype: Dtype::F32, bytes: velocity }],
//!     }],
//! };
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("run.safetensors");
//! checkpoint.write(&path)?;
//! assert_eq!(Checkpoint::read(&path)?, checkpoint);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
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

use crate::file;

/// All that an optimizer remembers between two steps, as plain data.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// The method as text, as `adamw:lr=0.001`.
    pub optimizer: String,
    /// The type that formulas compute in.
    pub arithmetic: Dtype,
    /// The type that state is kept in.
    pub state_type: Dtype,
    /// Steps taken, of the optimizer as a whole.
    pub steps: u64,
    /// Steps left out because a gradient was not finite.
    pub skipped: u64,
    /// Everything else that shapes a step, as text by name.
    pub settings: BTreeMap<String, String>,
    /// The schedules, in their order.
    pub schedules: Vec<SavedSchedule>,
    /// The parameters, in their order. No two have one name; any text is a name.
    pub parameters: Vec<SavedParameter>,
}

/// The schedule of a hyperparameter.
#[derive(Debug, Clone)]
pub struct SavedSchedule {
    /// The hyperparameter.
    pub hyperparameter: String,
    /// The schedule as text.
    pub schedule: String,
    /// What it has accumulated; kept to the bit, NaN too.
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

/// What is remembered of one parameter. Its values are not: they are the model's.
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
    /// Its group, if it is in one.
    pub group: Option<usize>,
    /// Its state, none for a method without.
    pub slots: Vec<Slot>,
}

/// One array of a parameter's state, as the first moments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Its name, as `m`; without `/`, and no other slot of the parameter has it.
    pub name: String,
    /// The type of its elements.
    pub dtype: Dtype,
    /// Its elements in order, little endian.
    pub bytes: Vec<u8>,
}

impl Checkpoint {
    /// The version of the format that is written, and the newest that is read.
    pub const VERSION: u64 = 1;

    /// Writes a file, which takes the place of the one at `path` when it is whole and on the disk.
    ///
    /// # Errors
    /// [`Malformed`](CheckpointError::Malformed) for a checkpoint that has no file (two parameters
    /// of one name, half an element, a header beyond 100 MB), [`Write`](CheckpointError::Write).
    /// What was at `path` still is.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), CheckpointError> {
        let path = path.as_ref();
        let head = write::head(self).map_err(|error| error.of(path))?;
        file::replace_durably(path, |out| write::write(self, &head, out))
            .map_err(|source| CheckpointError::Write { path: path.to_owned(), source })
    }

    /// Reads the file at `path`.
    ///
    /// # Errors
    /// Every [`CheckpointError`] but `Write`; each names the file.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, CheckpointError> {
        let path = path.as_ref();
        let open = || {
            // Opening waits if it is a pipe, so what it is comes first.
            let found = path.metadata()?;
            if !found.is_file() {
                let what = if found.is_dir() { "it is a folder" } else { "it is no regular file" };
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

    /// The bytes of its file.
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
