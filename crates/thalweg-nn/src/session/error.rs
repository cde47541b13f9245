//! Why a run cannot begin or go on.

use std::io;
use std::path::{Path, PathBuf};

use thalweg_lab::output::{OutputError, reason};

use crate::compare::CompareError;
use crate::data::DataError;
use crate::landscape::{LandscapeError, UnknownDirections};
use crate::network::NetworkError;

/// Why a run cannot begin or go on. What its folder had before is still there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The folder has a run already.
    #[error(
        "{} has another run in it: --resume goes on with that one, another --out begins a new one",
        .0.display()
    )]
    Occupied(PathBuf),
    /// The folder has something else in it.
    #[error(
        "{} is not empty: a run is written into a folder that is new or empty",
        .0.display()
    )]
    NotEmpty(PathBuf),
    /// There is no run to go on with.
    #[error("{} has no run to go on with: it has no run.json", .0.display())]
    NoRun(PathBuf),
    /// Somebody else writes into the folder.
    #[error("another program is training in {}", .0.display())]
    InUse(PathBuf),
    /// Two methods would write into one folder.
    #[error(
        "`{}` and `{}` would both be written into the folder {folder}; one of them has to be \
         written in another way",
        labels[0], labels[1]
    )]
    SameFolder {
        /// The methods' labels.
        labels: [String; 2],
        /// The folder's name, within the run's.
        folder: String,
    },
    /// Networks that are larger than what is free of memory.
    #[error(
        "{model} has {weights} weights here: for {methods} method{} they and their gradients take \
         {:.1} GB of memory, of which {:.1} GB are free",
        if *methods == 1 { "" } else { "s" }, gigabytes(*needed), gigabytes(*available)
    )]
    Memory {
        /// The network, as text.
        model: String,
        /// The number of its weights and biases.
        weights: usize,
        /// How many methods train one each.
        methods: usize,
        /// Bytes that are needed at least.
        needed: u64,
        /// Bytes that are free.
        available: u64,
    },
    /// The settings are not those that the run began with.
    #[error("{} began with other settings: {}", folder.display(), what.iter().map(|it| {
        format!("{} is {} now and was {}", it.setting, it.is, it.was)
    }).collect::<Vec<_>>().join("; "))]
    Differs {
        /// The run's folder.
        folder: PathBuf,
        /// What differs.
        what: Vec<super::Difference>,
    },
    /// The data is not what the run began with.
    #[error("{data} is not the data that the run in {} began with: it has changed", folder.display())]
    DataChanged {
        /// The data, as text.
        data: String,
        /// The run's folder.
        folder: PathBuf,
    },
    /// A file of the run is not as it was written.
    #[error("{} cannot be gone on with: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A journal has lost its end.
    #[error(
        "{} has {found} bytes, fewer than the {expected} that the checkpoint knows of",
        path.display()
    )]
    Shorter {
        /// The file.
        path: PathBuf,
        /// Its length in bytes.
        found: u64,
        /// The length that the checkpoint knows of.
        expected: u64,
    },
    /// A file cannot be read.
    #[error("cannot read {}: {}", path.display(), reason(source))]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error(transparent)]
    Write(#[from] OutputError),
    /// The data cannot be had.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The network's text cannot be read.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// An optimizer, schedule, group or clipping is not accepted.
    #[error(transparent)]
    Optimizer(#[from] thalweg::Error),
    /// A schedule cannot be read.
    #[error(transparent)]
    Schedule(#[from] thalweg::schedule::ScheduleError),
    /// The methods cannot be compared.
    #[error(transparent)]
    Compare(#[from] CompareError),
    /// The landscape cannot be made.
    #[error(transparent)]
    Landscape(#[from] LandscapeError),
    /// The landscape's plane cannot be read.
    #[error(transparent)]
    Plane(#[from] UnknownDirections),
    /// A picture cannot be drawn.
    #[error(transparent)]
    Draw(#[from] thalweg_draw::plot::DrawError),
    /// An optimizer's state cannot be saved.
    #[error(transparent)]
    Checkpoint(#[from] thalweg::checkpoint::CheckpointError),
    /// Tensors cannot be saved.
    #[error(transparent)]
    Tensors(#[from] safetensors::SafeTensorError),
    /// Something cannot be put into text.
    #[error(transparent)]
    Text(#[from] io::Error),
}

fn gigabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e9
}

impl SessionError {
    pub(super) fn read(path: &Path, source: io::Error) -> Self {
        Self::Read { path: path.to_owned(), source }
    }

    pub(super) fn write(path: &Path, source: io::Error) -> Self {
        Self::Write(OutputError { path: path.to_owned(), source })
    }
}
