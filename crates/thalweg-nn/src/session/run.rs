//! A run under way: starting, resuming, training, checkpoints.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use thalweg::{Registry, Schedule};
use thalweg_lab::{methods, output};

use super::bytes;
use super::error::SessionError;
use super::extension::Extension;
use super::folder::{RUN, check_empty, check_folders, lock};
use super::logs::{Logs, TRAJECTORY};
use super::memory::check_memory;
use super::saved::{self, CHECKPOINT};
use super::settings::{Run, Settings};
use super::trajectory::{self, Stride};
use crate::compare::{CompareError, Comparison, MethodState, State, Tick};
use crate::data::{Dataset, Source};
use crate::history::Snapshot;
use crate::landscape::Directions;

/// Time between two checkpoints, unless writing one takes long, and between two flushes of the records.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(5);
const FLUSH_EVERY: Duration = Duration::from_millis(500);
/// The minimum time between two checkpoints, in multiples of the time that the last one took.
const MIN_CHECKPOINT_SPACING: u32 = 20;

/// A run under way.
pub struct Session {
    pub(super) folder: PathBuf,
    pub(super) settings: Settings,
    pub(super) dataset: Dataset,
    pub(super) comparison: Comparison,
    pub(super) landscape: Option<Directions>,
    schedule: Option<Schedule>,
    stride: Stride,
    logs: Logs,
    checkpoint_every: Duration,
    /// When the last checkpoint was written, and how long that took.
    checkpointed: (Instant, Duration),
    /// Where training is repeated up to the last checkpoint, for the weights on its way.
    repeated: Option<Repetition>,
    flushed: Instant,
    /// The step of the last checkpoint.
    checkpoint_step: u64,
    /// Keeps the folder locked while the run is under way.
    _lock: File,
}

/// A training that is repeated up to a checkpoint.
struct Repetition {
    /// The state of the checkpoint.
    until: State,
    /// `run.json` as it was before, for the case that the training cannot be repeated.
    run: Vec<u8>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All epochs are done, or every method has diverged.
    Finished,
    /// The run was asked to stop; a checkpoint of the last step is written.
    Stopped,
}

impl Session {
    /// Starts a run in a folder that is new or empty.
    ///
    /// # Errors
    /// [`SessionError`]: invalid settings, data that cannot be loaded, a folder that is not empty or
    /// cannot be written. The folder is not touched unless everything is valid.
    pub fn start(folder: &Path, settings: Settings) -> Result<Self, SessionError> {
        Self::start_in(&Registry::standard(), folder, settings)
    }

    /// The same, with the optimizers of a registry.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn start_in(
        registry: &Registry,
        folder: &Path,
        settings: Settings,
    ) -> Result<Self, SessionError> {
        check_empty(folder)?;
        let parts = prepare(registry, &settings)?;
        output::make_folder(folder)?;
        let lock = lock(folder)?;
        // Another process may have started a run while the data was loaded.
        check_empty(folder)?;
        let run = settings.to_json(registry, checksum(&parts.dataset)?)?;
        output::write(&folder.join(RUN), run.as_bytes())?;
        Self::at_start(folder, settings, parts, lock)
    }

    /// Resumes the run in a folder from its last checkpoint.
    ///
    /// # Errors
    /// [`SessionError`]: no run in the folder, damaged files, changed data, another process that is
    /// training in the folder.
    pub fn resume(folder: &Path) -> Result<Self, SessionError> {
        Self::resume_in(&Registry::standard(), folder)
    }

    /// The same, with the optimizers of a registry.
    ///
    /// # Errors
    /// As [`resume`](Self::resume).
    pub fn resume_in(registry: &Registry, folder: &Path) -> Result<Self, SessionError> {
        Self::extend_in(registry, folder, &Extension::default())
    }

    /// The same with more epochs or a landscape than it began with. A landscape needs the weights on the way: the
    /// training up to the checkpoint is repeated for them, and gives the same bits.
    ///
    /// # Errors
    /// As [`resume`](Self::resume); fewer epochs than before; a schedule in shares of the epochs before.
    pub fn extend_in(
        registry: &Registry,
        folder: &Path,
        extension: &Extension,
    ) -> Result<Self, SessionError> {
        let run = read_run(folder)?;
        let registry = run.registry(registry)?;
        let settings = extension.of(&run.settings)?;
        let is_longer = settings != run.settings;
        let data_crc32c = run.data_crc32c;
        let lock = lock(folder)?;
        let mut parts = prepare(&registry, &settings)?;
        if checksum(&parts.dataset)? != data_crc32c {
            let data = settings.data.clone();
            return Err(SessionError::DataChanged { data, folder: folder.to_owned() });
        }
        let run = folder.join(RUN);
        let before = fs::read(&run).map_err(|source| SessionError::read(&run, source))?;
        if is_longer {
            output::write(&run, settings.to_json(&registry, data_crc32c)?.as_bytes())?;
        }
        let path = folder.join(CHECKPOINT);
        if !path.exists() && !Logs::have_records(folder) {
            // Killed before the first checkpoint.
            return Self::at_start(folder, settings, parts, lock);
        }
        let (state, lengths) = saved::read(&path)?;
        let logs = Logs::reopen(
            folder,
            &parts.labels(),
            parts.landscape.is_some(),
            parts.dataset.target.task(),
            &lengths,
        )?;
        let repeats = parts.landscape.is_some() && !lengths.contains_key(TRAJECTORY);
        if repeats {
            let mut session = Self::with(folder, settings, parts, logs, lock);
            session.checkpoint_step = state.step;
            session.repeated = Some(Repetition { until: state, run: before });
            session.record_weights()?;
            session.rejoin()?;
            return Ok(session);
        }
        parts.comparison.restore(&state)?;
        Ok(Self::with(folder, settings, parts, logs, lock))
    }

    /// The settings of the run in a folder.
    ///
    /// # Errors
    /// [`SessionError`]: no run in the folder, or a damaged `run.json`.
    pub fn settings_of(folder: &Path) -> Result<Settings, SessionError> {
        Ok(read_run(folder)?.settings)
    }

    /// A registry for the settings of the run in a folder: its rule files are the texts that it began
    /// with, whether the files are there or not.
    ///
    /// # Errors
    /// As [`settings_of`](Self::settings_of).
    pub fn registry_of(registry: &Registry, folder: &Path) -> Result<Registry, SessionError> {
        read_run(folder)?.registry(registry)
    }

    /// The rule files that have changed since the run in a folder began; it resumes with the texts
    /// that it began with.
    ///
    /// # Errors
    /// As [`settings_of`](Self::settings_of).
    pub fn changed_rules(folder: &Path) -> Result<Vec<String>, SessionError> {
        Ok(read_run(folder)?.changed_rules())
    }

    fn at_start(
        folder: &Path,
        settings: Settings,
        parts: Parts,
        lock: File,
    ) -> Result<Self, SessionError> {
        let methods = parts.labels().into_iter().enumerate().map(|(method, label)| {
            let mut began = parts.comparison.hyperparameters(method);
            began.extend(settings.hyperparameters());
            (label, began)
        });
        let methods: Vec<_> = methods.collect();
        let task = parts.dataset.target.task();
        let logs = Logs::create(folder, &methods, parts.landscape.is_some(), task)?;
        let mut session = Self::with(folder, settings, parts, logs, lock);
        session.record_weights()?;
        session.checkpoint()?;
        Ok(session)
    }

    fn with(
        folder: &Path,
        settings: Settings,
        Parts { dataset, comparison, landscape, schedule }: Parts,
        logs: Logs,
        lock: File,
    ) -> Self {
        let now = Instant::now();
        let methods = comparison.labels().len();
        let stride = Stride::new(comparison.steps(), methods, comparison.weights(0).elements());
        Self {
            folder: folder.to_owned(),
            settings,
            stride,
            checkpoint_step: comparison.step(),
            dataset,
            comparison,
            landscape,
            schedule,
            logs,
            checkpoint_every: CHECKPOINT_EVERY,
            checkpointed: (now, Duration::ZERO),
            repeated: None,
            flushed: now,
            _lock: lock,
        }
    }

    /// Sets the time between two checkpoints, by default five seconds. If writing one takes long,
    /// they are written less often, so that they take at most a twentieth of the time.
    pub fn checkpoint_every(&mut self, interval: Duration) {
        self.checkpoint_every = interval;
    }

    /// Trains until all epochs are done or `stop`, called between steps, returns true; `on_step` is
    /// called after every step.
    ///
    /// # Errors
    /// [`SessionError`], such as a full disk. The run can resume from its last checkpoint, [`checkpoint_step`](Self::checkpoint_step).
    pub fn run(
        &mut self,
        stop: impl Fn() -> bool,
        mut on_step: impl FnMut(&Comparison, &Tick),
    ) -> Result<Outcome, SessionError> {
        loop {
            if stop() {
                if self.repeated.is_none() {
                    self.checkpoint()?;
                }
                return Ok(Outcome::Stopped);
            }
            let Some(tick) = self.comparison.advance()? else {
                self.checkpoint()?;
                return Ok(Outcome::Finished);
            };
            if self.repeated.is_none() {
                self.logs.record(&tick)?;
            }
            if self.stride.includes(tick.step) {
                self.record_weights()?;
            }
            on_step(&self.comparison, &tick);
            if self.repeated.is_some() {
                self.rejoin()?;
                continue;
            }
            if self.flushed.elapsed() >= FLUSH_EVERY {
                self.logs.flush()?;
                self.flushed = Instant::now();
            }
            let (last, took) = self.checkpointed;
            if last.elapsed() >= self.checkpoint_every.max(took * MIN_CHECKPOINT_SPACING) {
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

    /// What makes the schedule unsuitable for the number of steps, a sentence each.
    pub fn schedule_warnings(&self) -> Vec<String> {
        let (steps, methods) = (self.comparison.steps(), self.comparison.methods());
        let warnings = |it| methods::schedule_warnings(it, steps, methods);
        self.schedule.as_ref().map_or_else(Vec::new, warnings)
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
    pub fn checkpoint_step(&self) -> u64 {
        self.checkpoint_step
    }

    fn record_weights(&mut self) -> Result<(), SessionError> {
        if self.landscape.is_some() {
            let snapshot = Snapshot::of(&self.comparison)?;
            self.logs.record_weights(&trajectory::encode(&snapshot))?;
        }
        Ok(())
    }

    /// Ends the repetition of the training where it has come to the checkpoint.
    fn rejoin(&mut self) -> Result<(), SessionError> {
        let step = self.comparison.step();
        let Some(Repetition { until: state, run }) =
            self.repeated.take_if(|it| it.until.step == step)
        else {
            return Ok(());
        };
        let same = |(a, b): (&MethodState, &MethodState)| a.values == b.values;
        if !self.comparison.state()?.methods.iter().zip(&state.methods).all(same) {
            output::write(&self.folder.join(RUN), &run)?;
            return Err(SessionError::Unrepeatable(self.folder.clone()));
        }
        self.comparison.restore(&state)?;
        self.checkpoint()
    }

    fn checkpoint(&mut self) -> Result<(), SessionError> {
        let begin = Instant::now();
        // The logs first: a checkpoint must not refer to data that is not on the disk.
        let lengths = self.logs.sync()?;
        saved::write(&self.folder.join(CHECKPOINT), &self.comparison.state()?, lengths)?;
        self.checkpoint_step = self.comparison.step();
        self.checkpointed = (Instant::now(), begin.elapsed());
        Ok(())
    }
}

/// What the settings of a run describe.
struct Parts {
    dataset: Dataset,
    comparison: Comparison,
    landscape: Option<Directions>,
    schedule: Option<Schedule>,
}

impl Parts {
    fn labels(&self) -> Vec<String> {
        self.comparison.labels().map(str::to_owned).collect()
    }
}

/// What is known of the run in a folder.
fn read_run(folder: &Path) -> Result<Run, SessionError> {
    let path = folder.join(RUN);
    if !path.exists() {
        return Err(SessionError::NoRun(folder.to_owned()));
    }
    Settings::read(&path)
}

/// The data and the comparison before its first step.
fn prepare(registry: &Registry, settings: &Settings) -> Result<Parts, SessionError> {
    // Before data is loaded, which may take long.
    settings.check(registry)?;
    let source = Source::parse(&settings.data)?;
    let dataset = Dataset::read(&source, &settings.split(), &settings.reading())?;
    let training = settings.training();
    let plan = settings.parse(registry, Some(training.steps(dataset.train.len())))?;
    let task = settings.task(&dataset)?;
    let elements = plan.network.elements(dataset.shape(), dataset.outputs());
    check_memory(&settings.model, elements, plan.methods.len())?;
    let comparison = Comparison::new(&dataset.train, &dataset.test, task, &plan.methods, training)?;
    check_folders(comparison.labels())?;
    Ok(Parts { dataset, comparison, landscape: plan.landscape, schedule: plan.schedule })
}

/// A checksum of all values of the data.
pub fn checksum(dataset: &Dataset) -> Result<u32, SessionError> {
    let checksum = |crc: u32, tensor| Ok(crc32c::crc32c_append(crc, &bytes::of_tensor(tensor)?));
    let (train, test) = (&dataset.train, &dataset.test);
    let all = [&train.inputs, &train.targets, &test.inputs, &test.targets];
    let sum: candle_core::Result<u32> = all.into_iter().try_fold(0, checksum);
    Ok(sum.map_err(CompareError::from)?)
}
