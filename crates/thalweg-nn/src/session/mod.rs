//! A training run in a folder: it records what happens, can be stopped and killed at any moment and
//! gone on with, and ends with pictures, a report and the trained networks.
//!
//! | in the folder | what |
//! |---|---|
//! | `run.json` | the settings |
//! | `.lock` | empty; locked by the program that trains |
//! | `metrics.jsonl`, `metrics.csv` | a record a step and an epoch of each method |
//! | `METHOD/events.out.tfevents.thalweg` | the same for TensorBoard |
//! | `checkpoint.safetensors` | everything to go on from |
//! | `trajectory.f32` | all weights now and then, where a landscape is to be drawn |
//! | `METHOD/model.safetensors` | the trained network |
//! | `loss.*`, `accuracy.*`, `regions.*`, `landscape.*`, `report.html` | what there is to see |
//!
//! Whether a run was stopped or not, its metrics and weights are the same, bit for bit: a checkpoint
//! knows how long the metrics were, and what was written after it is cut off.

mod error;
mod finish;
mod folder;
mod journal;
mod journals;
mod memory;
mod metrics;
mod saved;
mod settings;
mod trajectory;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use candle_core::Tensor;
use thalweg_lab::output;

pub use error::SessionError;
pub use settings::{Difference, SIX, Settings};

use crate::compare::{Comparison, Task, Tick};
use crate::data::Dataset;
use crate::landscape::Directions;
use folder::{check_empty, check_folders, lock};
use journals::Journals;
use memory::check_memory;
use trajectory::Stride;

const RUN: &str = "run.json";
const CHECKPOINT: &str = "checkpoint.safetensors";

/// How often a checkpoint is written, unless that takes long, and how often others see new records.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(5);
const FLUSH_EVERY: Duration = Duration::from_millis(500);
/// The time between two checkpoints, at least, in times that the last one took.
const CHECKPOINT_SPACING: u32 = 20;

/// A run under way.
pub struct Session {
    folder: PathBuf,
    settings: Settings,
    dataset: Dataset,
    comparison: Comparison,
    landscape: Option<Directions>,
    stride: Stride,
    journals: Journals,
    checkpoint_every: Duration,
    /// When the last checkpoint was written, and how long that took.
    checkpointed: (Instant, Duration),
    flushed: Instant,
    /// The step of the last checkpoint.
    safe: u64,
    /// Held locked as long as the run is under way.
    _lock: File,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All epochs are over, or every method has diverged.
    Finished,
    /// It was asked to stop; a checkpoint has everything.
    Stopped,
}

impl Session {
    /// Begins a run in a folder that is new or empty.
    ///
    /// # Errors
    /// [`SessionError`]: settings that cannot be read, data that cannot be had, a folder that has
    /// something in it or cannot be written. The folder is not touched unless everything fits.
    pub fn start(folder: &Path, settings: Settings) -> Result<Self, SessionError> {
        check_empty(folder)?;
        let (dataset, comparison, landscape) = prepare(&settings)?;
        output::make_folder(folder)?;
        let lock = lock(folder)?;
        // Somebody may have begun a run while the data was read.
        check_empty(folder)?;
        let run = settings.to_json(checksum(&dataset)?)?;
        output::write(&folder.join(RUN), run.as_bytes())?;
        Self::begin(folder, settings, (dataset, comparison, landscape), lock)
    }

    /// Goes on with the run in a folder from its last checkpoint.
    ///
    /// # Errors
    /// [`SessionError`]: no run there, or files of it that are damaged; data that has changed;
    /// another program that writes there.
    pub fn resume(folder: &Path) -> Result<Self, SessionError> {
        let settings = Self::settings_of(folder)?;
        let lock = lock(folder)?;
        let (_, data_crc32c) = Settings::read(&folder.join(RUN))?;
        let (dataset, mut comparison, landscape) = prepare(&settings)?;
        if checksum(&dataset)? != data_crc32c {
            let data = settings.data.clone();
            return Err(SessionError::DataChanged { data, folder: folder.to_owned() });
        }
        let path = folder.join(CHECKPOINT);
        if !path.exists() && !Journals::have_records(folder) {
            // Killed before the first one.
            return Self::begin(folder, settings, (dataset, comparison, landscape), lock);
        }
        let (state, lengths) = saved::read(&path)?;
        comparison.restore(&state)?;
        let labels: Vec<String> = comparison.labels().map(str::to_owned).collect();
        let journals = Journals::reopen(folder, &labels, landscape.is_some(), &lengths)?;
        Ok(Self::with(folder, settings, (dataset, comparison, landscape), journals, lock))
    }

    /// The settings of the run in a folder.
    ///
    /// # Errors
    /// [`SessionError`]: no run there, or a `run.json` that is damaged.
    pub fn settings_of(folder: &Path) -> Result<Settings, SessionError> {
        let path = folder.join(RUN);
        if !path.exists() {
            return Err(SessionError::NoRun(folder.to_owned()));
        }
        Ok(Settings::read(&path)?.0)
    }

    fn begin(
        folder: &Path,
        settings: Settings,
        parts: (Dataset, Comparison, Option<Directions>),
        lock: File,
    ) -> Result<Self, SessionError> {
        let labels: Vec<String> = parts.1.labels().map(str::to_owned).collect();
        let journals = Journals::create(folder, &labels, parts.2.is_some())?;
        let mut session = Self::with(folder, settings, parts, journals, lock);
        session.record_weights()?;
        session.checkpoint()?;
        Ok(session)
    }

    fn with(
        folder: &Path,
        settings: Settings,
        (dataset, comparison, landscape): (Dataset, Comparison, Option<Directions>),
        journals: Journals,
        lock: File,
    ) -> Self {
        let now = Instant::now();
        let methods = comparison.labels().len();
        let stride = Stride::new(comparison.steps(), methods, comparison.weights(0).elements());
        Self {
            folder: folder.to_owned(),
            settings,
            stride,
            safe: comparison.step(),
            dataset,
            comparison,
            landscape,
            journals,
            checkpoint_every: CHECKPOINT_EVERY,
            checkpointed: (now, Duration::ZERO),
            flushed: now,
            _lock: lock,
        }
    }

    /// How often a checkpoint is written while it trains: every five seconds unless something else
    /// is said here. Where that takes long it is done less often, so that at most a twentieth of the
    /// time goes into it.
    pub fn checkpoint_every(&mut self, interval: Duration) {
        self.checkpoint_every = interval;
    }

    /// Trains until all is done or `stop` says so, which is asked between steps; `watch` sees every
    /// step.
    ///
    /// # Errors
    /// [`SessionError`], as when the disk is full. The run can be gone on with from its last
    /// checkpoint, [`safe_step`](Self::safe_step).
    pub fn run(
        &mut self,
        stop: impl Fn() -> bool,
        mut watch: impl FnMut(&Comparison, &Tick),
    ) -> Result<Outcome, SessionError> {
        loop {
            if stop() {
                self.checkpoint()?;
                return Ok(Outcome::Stopped);
            }
            let Some(tick) = self.comparison.advance()? else {
                self.checkpoint()?;
                return Ok(Outcome::Finished);
            };
            self.journals.record(&tick)?;
            if self.stride.includes(tick.step) {
                self.record_weights()?;
            }
            watch(&self.comparison, &tick);
            if self.flushed.elapsed() >= FLUSH_EVERY {
                self.journals.flush()?;
                self.flushed = Instant::now();
            }
            let (last, took) = self.checkpointed;
            if last.elapsed() >= self.checkpoint_every.max(took * CHECKPOINT_SPACING) {
                self.checkpoint()?;
            }
        }
    }

    /// The comparison.
    pub fn comparison(&self) -> &Comparison {
        &self.comparison
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The data.
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The step of the last checkpoint.
    pub fn safe_step(&self) -> u64 {
        self.safe
    }

    fn record_weights(&mut self) -> Result<(), SessionError> {
        if self.landscape.is_some() {
            let bytes = trajectory::encode(&self.comparison)?;
            self.journals.record_weights(&bytes)?;
        }
        Ok(())
    }

    fn checkpoint(&mut self) -> Result<(), SessionError> {
        let begin = Instant::now();
        // The journals first: a checkpoint must not know of more than is on the disk.
        let lengths = self.journals.sync()?;
        saved::write(&self.folder.join(CHECKPOINT), &self.comparison.state()?, lengths)?;
        self.safe = self.comparison.step();
        self.checkpointed = (Instant::now(), begin.elapsed());
        Ok(())
    }
}

/// The data, the comparison before its first step, and the plane of the landscape.
fn prepare(settings: &Settings) -> Result<(Dataset, Comparison, Option<Directions>), SessionError> {
    let plan = settings.parse()?;
    let dataset = Dataset::load(&plan.source, &plan.split)?;
    let (network, inputs, classes) = (plan.network, dataset.features(), dataset.classes.len());
    check_memory(&settings.model, network.elements(inputs, classes), plan.methods.len())?;
    let task = Task::classification(move |vars| network.build(&vars, inputs, classes));
    let comparison =
        Comparison::new(&dataset.train, &dataset.test, task, &plan.methods, plan.training)?;
    check_folders(comparison.labels())?;
    Ok((dataset, comparison, plan.landscape))
}

/// A checksum of all numbers of the data.
fn checksum(dataset: &Dataset) -> Result<u32, SessionError> {
    let bytes = |tensor: &Tensor| -> candle_core::Result<Vec<u8>> {
        let values = tensor.flatten_all()?.to_dtype(candle_core::DType::F32)?.to_vec1::<f32>()?;
        Ok(values.iter().flat_map(|value| value.to_le_bytes()).collect())
    };
    let checksum = |crc: u32, tensor| Ok(crc32c::crc32c_append(crc, &bytes(tensor)?));
    let (train, test) = (&dataset.train, &dataset.test);
    let all = [&train.inputs, &train.targets, &test.inputs, &test.targets];
    let sum: candle_core::Result<u32> = all.into_iter().try_fold(0, checksum);
    Ok(sum.map_err(crate::compare::CompareError::from)?)
}
