//! An experiment in a folder: after it was stopped, or ended by a crash, it resumes with the trials that are missing.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rand::Rng;
use serde::{Deserialize, Serialize};
use thalweg::{Optimizer, Registry};
use thalweg_lab::sweep::Sweep;
use thalweg_lab::{methods, output};

use super::error::ExperimentError;
use super::standing::Results;
use super::trial::Trial;
use super::{Experiment, Parts, Plan, Search, Vary};
use crate::compare::{CompareError, Comparison, DEFAULT_SUITE, Method};
use crate::data::{DataError, Dataset, Kind, Reading, Source, Split};
use crate::landscape::Directions;
use crate::random::{SETTINGS, random};
use crate::session::{self, Difference, SessionError, check_empty, command, lock};

/// The settings of an experiment, in its folder.
pub const EXPERIMENT: &str = "experiment.json";
/// Every finished trial, a line each.
pub const TRIALS: &str = "trials.jsonl";

/// The settings of an experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Data, network, budget and what all methods have in common; its methods are sweeps, in which the learning
    /// rate is chosen if nobody did.
    pub training: session::Settings,
    /// How many seeds methods are compared on.
    pub seeds: usize,
    /// The share of the training samples that is held out for validation.
    pub validation: f64,
    /// Epochs without a lower validation loss after which a trial ends.
    pub patience: Option<u64>,
    /// What follows from the seed.
    #[serde(default)]
    pub vary: Vary,
    /// How many settings of a larger sweep are drawn at random; `None` for its grid.
    #[serde(default)]
    pub random: Option<usize>,
    /// How settings are tried.
    #[serde(default)]
    pub search: Search,
}

impl Default for Settings {
    /// The article's six methods on digits, each with its rate tuned, over five seeds.
    fn default() -> Self {
        // Their rates are chosen here.
        let name = |spec: &str| spec.split(':').next().unwrap_or(spec).to_owned();
        let methods = DEFAULT_SUITE.map(name).to_vec();
        Self {
            training: session::Settings { methods, ..session::Settings::default() },
            seeds: Plan::default().seeds,
            validation: VALIDATION,
            patience: None,
            vary: Vary::default(),
            random: None,
            search: Search::default(),
        }
    }
}

/// The rates that a method without a chosen one tries: eleven, two in each decade.
pub const RATES: &str = "1e-4..10:log11";

/// The share that is held out for validation, unless another is given.
pub const VALIDATION: f64 = 0.15;

/// What `experiment.json` holds.
#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    data_crc32c: u32,
    settings: Settings,
}

const VERSION: u32 = 1;

/// An experiment in a folder.
pub struct Run {
    folder: PathBuf,
    settings: Settings,
    dataset: Dataset,
    experiment: Experiment,
    schedule_warnings: Vec<String>,
    known: Vec<Trial>,
    log: Mutex<File>,
    /// Keeps the folder locked while the experiment is under way.
    _lock: File,
}

impl Settings {
    /// The default, with what is [usual](session::Settings::suiting) for a source.
    pub fn suiting(source: &Source) -> Self {
        let default = Self::default();
        let usual = session::Settings::suiting(source);
        let training = session::Settings { methods: default.training.methods, ..usual };
        Self { training, ..default }
    }

    /// Checks that every text can be read, and gives the sweeps.
    ///
    /// # Errors
    /// [`ExperimentError`]: a sweep, network, schedule, group or clipping that cannot be read.
    pub fn sweeps(&self, registry: &Registry) -> Result<Vec<Sweep>, ExperimentError> {
        if self.training.methods.is_empty() || self.seeds == 0 {
            return Err(ExperimentError::Empty);
        }
        self.training.network()?;
        self.training.common(registry, None)?;
        Source::parse(&self.training.data).map_err(SessionError::from)?;
        let plane = self.training.landscape.as_deref().map(str::parse::<Directions>);
        plane.transpose().map_err(SessionError::from)?;
        let sweep = |(k, text): (usize, &String)| {
            let sweep = Sweep::parse_with_rates(registry, text, RATES)?;
            let Some(count) = self.random else { return Ok(sweep) };
            let mut random = random(self.training.seed, SETTINGS + k as u64);
            Ok(sweep.drawn(count, || random.random::<f64>())?)
        };
        self.training.methods.iter().enumerate().map(sweep).collect()
    }

    /// The differences from the settings that an experiment started with.
    pub fn differences(&self, before: &Self) -> Vec<Difference> {
        let own = self.own_differences(before);
        self.training.differences(&before.training).into_iter().chain(own).collect()
    }

    /// Those of what only an experiment has.
    fn own_differences(&self, before: &Self) -> Vec<Difference> {
        let texts = |it: &Self| {
            let or_none = |number: Option<String>| number.unwrap_or_else(|| "none".to_owned());
            let search = match it.search {
                Search::Full => "off",
                Search::Halving => "on",
            };
            [
                ("--seeds", it.seeds.to_string()),
                ("--validation", it.validation.to_string()),
                ("--patience", or_none(it.patience.map(|epochs| epochs.to_string()))),
                ("--vary", it.vary.to_string()),
                ("--random", or_none(it.random.map(|count| count.to_string()))),
                ("--halving", search.to_owned()),
            ]
        };
        Difference::between(&texts(before), &texts(self))
    }

    /// The command that runs it, into a new folder.
    pub fn command(&self) -> String {
        let usual = Self::default();
        let mut words = self.training.words(&usual.training);
        for Difference { setting, is, .. } in self.own_differences(&usual) {
            words.push(setting.to_owned());
            words.extend((setting != "--halving").then_some(is));
        }
        let methods = &self.training.methods;
        if *methods != usual.training.methods && !methods.iter().any(|text| Sweep::is_in(text)) {
            words.push("--tune".to_owned());
        }
        command(&words)
    }

    fn plan(&self) -> Plan {
        let session::Settings { epochs, batch, seed, .. } = self.training;
        let &Self { seeds, patience, vary, search, .. } = self;
        let tuning_seeds = Plan::default().tuning_seeds;
        Plan { epochs, batch, seeds, seed, tuning_seeds, patience, vary, search }
    }
}

impl Run {
    /// Starts an experiment in a folder that is new or empty.
    ///
    /// # Errors
    /// [`ExperimentError`]: invalid settings, data that cannot be loaded, a folder that is not empty or cannot be
    /// written. The folder is not touched unless everything is valid.
    pub fn start(
        registry: &Registry,
        folder: &Path,
        settings: Settings,
    ) -> Result<Self, ExperimentError> {
        check_empty(folder)?;
        let prepared = prepare(registry, &settings)?;
        output::make_folder(folder).map_err(SessionError::from)?;
        let lock = lock(folder)?;
        check_empty(folder)?;
        let data_crc32c = session::checksum(&prepared.dataset)?;
        let stored = Stored { version: VERSION, data_crc32c, settings: settings.clone() };
        let text = serde_json::to_string_pretty(&stored).map_err(std::io::Error::other);
        let text = text.map_err(ExperimentError::Keep)? + "\n";
        output::write(&folder.join(EXPERIMENT), text.as_bytes()).map_err(SessionError::from)?;
        Self::with(folder, settings, prepared, Vec::new(), lock)
    }

    /// Resumes the experiment in a folder.
    ///
    /// # Errors
    /// [`ExperimentError`]: no experiment in the folder, damaged files, changed data, another process that works in
    /// the folder.
    pub fn resume(registry: &Registry, folder: &Path) -> Result<Self, ExperimentError> {
        let Stored { data_crc32c, settings, .. } = read(folder)?;
        let lock = lock(folder)?;
        let prepared = prepare(registry, &settings)?;
        if session::checksum(&prepared.dataset)? != data_crc32c {
            let data = settings.training.data;
            return Err(SessionError::DataChanged { data, folder: folder.to_owned() }.into());
        }
        let path = folder.join(TRIALS);
        let text = fs::read_to_string(&path).unwrap_or_default();
        // A line that was being written when the program was killed has no end.
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        let damaged = |error: serde_json::Error| SessionError::Damaged {
            path: path.clone(),
            what: error.to_string(),
        };
        let known: Result<Vec<Trial>, _> = whole.lines().map(serde_json::from_str).collect();
        let known = known.map_err(damaged)?;
        if whole.len() < text.len() {
            output::write(&path, whole.as_bytes()).map_err(SessionError::from)?;
        }
        Self::with(folder, settings, prepared, known, lock)
    }

    /// The settings of the experiment in a folder.
    ///
    /// # Errors
    /// [`ExperimentError`]: no experiment in the folder, or a damaged file.
    pub fn settings_of(folder: &Path) -> Result<Settings, ExperimentError> {
        Ok(read(folder)?.settings)
    }

    /// Whether there is an experiment in a folder.
    pub fn is_in(folder: &Path) -> bool {
        folder.join(EXPERIMENT).exists()
    }

    fn with(
        folder: &Path,
        settings: Settings,
        Prepared { dataset, experiment, schedule_warnings }: Prepared,
        known: Vec<Trial>,
        lock: File,
    ) -> Result<Self, ExperimentError> {
        let log = OpenOptions::new().append(true).create(true).open(folder.join(TRIALS));
        let log = Mutex::new(log.map_err(ExperimentError::Keep)?);
        let folder = folder.to_owned();
        Ok(Self {
            folder,
            settings,
            dataset,
            experiment,
            schedule_warnings,
            known,
            log,
            _lock: lock,
        })
    }

    /// Runs the trials that are missing, and keeps each as soon as it is finished; `done` is called after each.
    ///
    /// # Errors
    /// As [`Experiment::run`].
    pub fn run(
        &self,
        done: &(dyn Fn(&Trial) + Sync),
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Results, ExperimentError> {
        let keep = |trial: &Trial| {
            let line = serde_json::to_string(trial)? + "\n";
            let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
            log.write_all(line.as_bytes())?;
            log.sync_data()?;
            done(trial);
            Ok(())
        };
        let results = self.experiment.run(self.known.clone(), &keep, stop)?;
        Ok(Results { is_text: matches!(self.dataset.kind, Kind::Text { .. }), ..results })
    }

    /// How many trials are known already, and how many there are at most.
    pub fn progress(&self) -> (usize, usize) {
        (self.known.len(), self.experiment.trials())
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    /// What makes the schedule unsuitable for the number of steps of a trial, a sentence each.
    pub fn schedule_warnings(&self) -> &[String] {
        &self.schedule_warnings
    }

    /// The data.
    pub fn dataset(&self) -> &Dataset {
        &self.dataset
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

fn read(folder: &Path) -> Result<Stored, ExperimentError> {
    let path = folder.join(EXPERIMENT);
    if !path.exists() {
        return Err(SessionError::NoRun(folder.to_owned()).into());
    }
    let text = fs::read_to_string(&path).map_err(|source| SessionError::read(&path, source))?;
    let damaged = |what: String| SessionError::Damaged { path: path.clone(), what };
    let stored: Stored = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
    if stored.version != VERSION {
        let what = format!("it has version {}; this program reads {VERSION}", stored.version);
        return Err(damaged(what).into());
    }
    Ok(stored)
}

/// What the settings of an experiment describe.
struct Prepared {
    dataset: Dataset,
    experiment: Experiment,
    schedule_warnings: Vec<String>,
}

fn prepare(registry: &Registry, settings: &Settings) -> Result<Prepared, ExperimentError> {
    let sweeps = settings.sweeps(registry)?;
    let it = &settings.training;
    let source = Source::parse(&it.data).map_err(SessionError::from)?;
    let dataset = Dataset::read(&source, &it.split(), &it.reading()).map_err(SessionError::from)?;
    let parts = Parts::of(&dataset, settings.validation, it.seed).map_err(SessionError::from)?;
    // As many with every seed: the share is of all samples.
    let steps = it.training().steps(parts.train.len());
    let common = it.common(registry, Some(steps))?;
    let specs = || sweeps.iter().flat_map(|sweep| &sweep.specs);
    let warnings = |schedule| methods::schedule_warnings(schedule, steps, specs());
    let schedule_warnings = common.schedule.as_ref().map_or_else(Vec::new, warnings);
    let task = it.task(&dataset)?;
    // What does not fit is better known before the first trial: a network, or groups of other names.
    let methods = sweeps.iter().map(|sweep| Method {
        label: sweep.text.clone(),
        optimizer: common.apply(Optimizer::builder(sweep.base.clone())),
    });
    let methods: Vec<Method> = methods.collect();
    Comparison::new(&parts.train, &parts.validation, task.clone(), &methods, it.training())?;
    let mut experiment = Experiment::new(parts, task, sweeps, settings.plan());
    let splits = Splits {
        source,
        reading: it.reading(),
        test: it.test,
        first: (it.seed, dataset.clone()),
        others: Mutex::default(),
    };
    let (vary, share, first) = (settings.vary, settings.validation, it.seed);
    experiment = experiment.split_by(move |seed| {
        let data = splits.of(if vary.split { seed } else { first })?;
        Parts::of(&data, share, if vary.validation { seed } else { first })
    });
    experiment = experiment.equipped(move |builder| common.apply(builder));
    Ok(Prepared { dataset, experiment, schedule_warnings })
}

/// A data set, split by several seeds; each split is made once.
struct Splits {
    source: Source,
    reading: Reading,
    test: Option<f64>,
    first: (u64, Dataset),
    others: Mutex<BTreeMap<u64, Dataset>>,
}

impl Splits {
    fn of(&self, seed: u64) -> Result<Dataset, DataError> {
        if seed == self.first.0 {
            return Ok(self.first.1.clone());
        }
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = others.get(&seed) {
            return Ok(known.clone());
        }
        let split = Split { seed, test: self.test };
        let data = Dataset::read(&self.source, &split, &self.reading)?;
        let (found, wanted) = (data.features(), self.first.1.features());
        if found != wanted {
            return Err(DataError::OtherFeatures { seed, found, wanted });
        }
        others.insert(seed, data.clone());
        Ok(data)
    }
}

impl From<SessionError> for ExperimentError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Compare(error) => Self::Compare(error),
            error => Self::Session(Box::new(error)),
        }
    }
}

impl From<candle_core::Error> for ExperimentError {
    fn from(error: candle_core::Error) -> Self {
        Self::Compare(CompareError::from(error))
    }
}
