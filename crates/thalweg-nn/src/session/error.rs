//! Why a run cannot start or continue.

use std::io;
use std::path::{Path, PathBuf};

use thalweg_lab::output::{OutputError, reason};

use crate::compare::CompareError;
use crate::data::DataError;
use crate::landscape::{LandscapeError, UnknownDirections};
use crate::network::NetworkError;

/// Why a run cannot start or continue. The files in its folder are kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// The folder already contains a run.
    #[error(
        "{} already contains a run: --resume continues it, another --out starts a new one",
        .0.display()
    )]
    Occupied(PathBuf),
    /// The folder contains other files.
    #[error(
        "{} is not empty: a run needs a new or empty folder",
        .0.display()
    )]
    NotEmpty(PathBuf),
    /// There is no run to resume.
    #[error("{} contains no run to resume: it has no run.json", .0.display())]
    NoRun(PathBuf),
    /// Another process has locked the folder.
    #[error("another process is training in {}", .0.display())]
    InUse(PathBuf),
    /// Two methods with the same folder.
    #[error(
        "`{}` and `{}` would both be written into the folder {folder}; write one of the two specs \
         differently",
        labels[0], labels[1]
    )]
    SameFolder {
        /// The methods' labels.
        labels: [String; 2],
        /// The folder's name, within the run's.
        folder: String,
    },
    /// Networks that do not fit into the free memory.
    #[error(
        "{model} has {weights} weights here: with gradients, {methods} method{} {:.1} GB of \
         memory, and {:.1} GB are free",
        if *methods == 1 { " needs" } else { "s need" }, gigabytes(*needed), gigabytes(*available)
    )]
    Memory {
        /// The network, as text.
        model: String,
        /// The number of its weights and biases.
        weights: usize,
        /// The number of methods, each with its own network.
        methods: usize,
        /// The memory needed at least, in bytes.
        needed: u64,
        /// The free memory in bytes.
        available: u64,
    },
    /// Settings that differ from those of the run.
    #[error("{} was started with other settings: {}", folder.display(), what.iter().map(|it| {
        format!("{} is {} now and was {}", it.setting, it.is, it.was)
    }).collect::<Vec<_>>().join("; "))]
    Differs {
        /// The run's folder.
        folder: PathBuf,
        /// The differences.
        what: Vec<Difference>,
    },
    /// Fewer epochs than the run began with.
    #[error("the run has {was} epochs; it can be given more, not {is}")]
    FewerEpochs {
        /// The epochs that it began with.
        was: u64,
        /// The epochs that were asked for.
        is: u64,
    },
    /// A longer run with a schedule that is relative to its length.
    #[error(
        "the schedule `{schedule}` covers the {epochs} epochs that the run began with and cannot be stretched \
         afterwards; start a new run with more epochs"
    )]
    Stretched {
        /// The schedule.
        schedule: String,
        /// The epochs that the run began with.
        epochs: u64,
    },
    /// Training was repeated up to a checkpoint, and came to other weights.
    #[error(
        "repeating the training in {} for its landscape gives other weights than it had: it was done by another \
         version of the program or on another kind of machine; start a new run with --landscape",
        .0.display()
    )]
    Unrepeatable(PathBuf),
    /// The data has changed since the run started.
    #[error("{data} has changed since the run in {} started", folder.display())]
    DataChanged {
        /// The data, as text.
        data: String,
        /// The run's folder.
        folder: PathBuf,
    },
    /// A damaged file.
    #[error("cannot use {}: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A log that is shorter than at the last checkpoint.
    #[error(
        "{} has {found} bytes, fewer than the {expected} at the last checkpoint",
        path.display()
    )]
    Shorter {
        /// The file.
        path: PathBuf,
        /// Its length in bytes.
        found: u64,
        /// Its length at the last checkpoint.
        expected: u64,
    },
    /// A file that cannot be read.
    #[error("cannot read {}: {}", path.display(), reason(source))]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A file that cannot be written.
    #[error(transparent)]
    Write(#[from] OutputError),
    /// The data cannot be loaded.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The text of the network is invalid.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// An optimizer, group or clipping is invalid.
    #[error(transparent)]
    Optimizer(#[from] thalweg::Error),
    /// A schedule is invalid.
    #[error(transparent)]
    Schedule(#[from] thalweg::schedule::ScheduleError),
    /// The methods cannot be compared.
    #[error(transparent)]
    Compare(#[from] CompareError),
    /// The landscape cannot be computed.
    #[error(transparent)]
    Landscape(#[from] LandscapeError),
    /// The text of the landscape's plane is invalid.
    #[error(transparent)]
    Plane(#[from] UnknownDirections),
    /// A plot cannot be drawn.
    #[error(transparent)]
    Draw(#[from] thalweg_draw::plot::DrawError),
    /// An optimizer's state cannot be saved.
    #[error(transparent)]
    Checkpoint(#[from] thalweg::checkpoint::CheckpointError),
    /// Tensors cannot be saved.
    #[error(transparent)]
    Tensors(#[from] safetensors::SafeTensorError),
    /// A record cannot be serialised.
    #[error(transparent)]
    Text(#[from] io::Error),
}

/// A setting that differs from that of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The option's name.
    pub setting: &'static str,
    /// The value that the run started with.
    pub was: String,
    /// The value requested now.
    pub is: String,
}

impl Difference {
    /// The settings whose text is another one now, in their order.
    pub(crate) fn between(
        before: &[(&'static str, String)],
        now: &[(&'static str, String)],
    ) -> Vec<Self> {
        let pairs = before.iter().zip(now).filter(|((_, was), (_, is))| was != is);
        pairs
            .map(|((setting, was), (_, is))| Self { setting, was: was.clone(), is: is.clone() })
            .collect()
    }
}

fn gigabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e9
}

impl SessionError {
    pub(crate) fn read(path: &Path, source: io::Error) -> Self {
        Self::Read { path: path.to_owned(), source }
    }

    pub(super) fn write(path: &Path, source: io::Error) -> Self {
        Self::Write(OutputError { path: path.to_owned(), source })
    }
}
