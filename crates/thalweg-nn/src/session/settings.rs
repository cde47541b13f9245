//! The settings of a run: everything that its results depend on, as text.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use thalweg::{Builder, Clip, Group, Registry, Schedule, Spec, Value};

use super::error::{Difference, SessionError};
use crate::compare::{DEFAULT_SUITE, Method, Task, Training, methods_in};
use crate::data::{Dataset, Reading, Source, Split, TaskKind};
use crate::landscape::Directions;
use crate::network::{Activation, Architecture, Gpt, Initial, Network};

/// The settings of a run, as stored in `run.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The data: `digits`, `idx:DIR`, `csv:FILE:label=COLUMN`, `text:FILE`, `spirals`, …
    pub data: String,
    /// The share of the test split; `None` for the default of the data.
    pub test: Option<f64>,
    /// Classification or regression.
    #[serde(default)]
    pub task: TaskKind,
    /// The columns of a table that are left out.
    #[serde(default)]
    pub drop: Vec<String>,
    /// The network: `softmax`, `mlp:100,100`, `cnn:6,16` or `gpt`.
    pub model: String,
    /// The activation after a hidden layer: relu, sigmoid, tanh, gelu.
    pub activation: String,
    /// The initialisation of the weights: he, xavier, normal:σ.
    pub init: String,
    /// The optimizers, as specs.
    pub methods: Vec<String>,
    /// The learning-rate schedule of every method, as it was given: in steps or in shares of the run.
    pub schedule: Option<String>,
    /// The parameter groups of every method.
    pub groups: Option<String>,
    /// The gradient clipping of every method.
    pub clip: Option<String>,
    /// Samples per step.
    pub batch: usize,
    /// Passes over the training samples.
    pub epochs: u64,
    /// The seed of the split, the initial weights and the order of the samples.
    pub seed: u64,
    /// The plane of the loss landscape, `pca` or `random`; `None` for no landscape.
    pub landscape: Option<String>,
}

impl Default for Settings {
    /// The article's six methods on digits.
    fn default() -> Self {
        Self {
            data: "digits".to_owned(),
            test: None,
            task: TaskKind::Classification,
            drop: Vec::new(),
            model: "mlp:100,100".to_owned(),
            activation: "relu".to_owned(),
            init: "he".to_owned(),
            methods: DEFAULT_SUITE.map(str::to_owned).to_vec(),
            schedule: None,
            groups: None,
            clip: None,
            batch: 128,
            epochs: 20,
            seed: 0,
            landscape: None,
        }
    }
}

impl Settings {
    /// What is usual for a source: for a text the usual transformer, `adamw:lr=0.003`, five epochs and batches
    /// of 32 windows; for others the default.
    pub fn suiting(source: &Source) -> Self {
        let usual = Self { data: source.to_string(), ..Self::default() };
        let Source::Text(_) = source else { return usual };
        let network = Network::new(Architecture::Gpt(Gpt::default()));
        Self {
            model: network.to_string(),
            activation: network.activation.to_string(),
            init: network.initial.to_string(),
            methods: vec!["adamw:lr=0.003".to_owned()],
            batch: 32,
            epochs: 5,
            ..usual
        }
    }

    /// Reads `run.json`: the settings and the checksum of the data.
    ///
    /// # Errors
    /// A file that cannot be read, or is not a `run.json` of this version.
    pub(super) fn read(path: &Path) -> Result<Run, SessionError> {
        let text = fs::read_to_string(path).map_err(|source| SessionError::read(path, source))?;
        let run: Run = serde_json::from_str(&text).map_err(|source| SessionError::Damaged {
            path: path.to_owned(),
            what: source.to_string(),
        })?;
        if run.version != VERSION {
            let what =
                format!("it has version {}; this program reads version {VERSION}", run.version);
            return Err(SessionError::Damaged { path: path.to_owned(), what });
        }
        Ok(run)
    }

    /// `run.json` of these settings, with the texts of their rule files, and of data with this
    /// checksum.
    pub(super) fn to_json(
        &self,
        registry: &Registry,
        data_crc32c: u32,
    ) -> Result<String, SessionError> {
        let rules = self.rules(registry)?;
        let run = Run { version: VERSION, data_crc32c, settings: self.clone(), rules };
        let text = serde_json::to_string_pretty(&run).map_err(std::io::Error::other)?;
        Ok(text + "\n")
    }

    /// The texts of the rule files of methods and groups, by file.
    fn rules(&self, registry: &Registry) -> Result<BTreeMap<String, String>, SessionError> {
        let methods = self.methods.iter().map(|text| registry.spec(text));
        let mut specs = methods.collect::<Result<Vec<Spec>, _>>()?;
        if let Some(groups) = &self.groups {
            let groups = Group::parse_all_in(registry, groups)?;
            specs.extend(groups.iter().filter_map(Group::method).cloned());
        }
        let named = specs.iter().map(|spec| (thalweg::Method::name(spec), spec));
        let files = named.filter(|(name, _)| name.ends_with(".rule"));
        Ok(files.filter_map(|(name, spec)| Some((name, thalweg::Method::text(spec)?))).collect())
    }

    /// The differences from the settings that a run started with.
    pub fn differences(&self, before: &Self) -> Vec<Difference> {
        let texts = |it: &Self| {
            let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
            [
                ("--data", it.data.clone()),
                (
                    "--test",
                    it.test.map_or_else(|| "the default".to_owned(), |test| test.to_string()),
                ),
                ("--task", it.task.to_string()),
                ("--drop", or(&(!it.drop.is_empty()).then(|| it.drop.join(", ")))),
                ("--model", it.model.clone()),
                ("--activation", it.activation.clone()),
                ("--init", it.init.clone()),
                ("--with", it.methods.join(" ")),
                ("--schedule", or(&it.schedule)),
                ("--groups", or(&it.groups)),
                ("--clip", or(&it.clip)),
                ("--batch", it.batch.to_string()),
                ("--epochs", it.epochs.to_string()),
                ("--seed", it.seed.to_string()),
                ("--landscape and --plane", or(&it.landscape)),
            ]
        };
        Difference::between(&texts(before), &texts(self))
    }

    /// Checks that every text can be parsed, with the optimizers of a registry.
    ///
    /// # Errors
    /// The first one that cannot: a source, network, optimizer, schedule, group, clipping or plane.
    pub fn check(&self, registry: &Registry) -> Result<(), SessionError> {
        self.parse(registry, None).map(drop)
    }

    /// The share of the test split and the seed that it is drawn with.
    pub(crate) fn split(&self) -> Split {
        Split { seed: self.seed, test: self.test }
    }

    /// Epochs, batch size and seed.
    pub(crate) fn training(&self) -> Training {
        Training { epochs: self.epochs, batch: self.batch, seed: self.seed }
    }

    /// What a run is compared by with others, beside its method, on TensorBoard's page of hyperparameters.
    pub(crate) fn hyperparameters(&self) -> Vec<(&'static str, Value)> {
        let text = |text: &str| Value::Choice(text.to_owned());
        let mut all = vec![
            ("data", text(&self.data)),
            ("model", text(&self.model)),
            ("batch", Value::Number(self.batch as f64)),
            ("seed", Value::Number(self.seed as f64)),
        ];
        all.extend(self.schedule.as_deref().map(|schedule| ("schedule", text(schedule))));
        all
    }

    /// Network and data, such as `mlp:100,100 on digits`.
    pub(crate) fn title(&self, dataset: &Dataset) -> String {
        format!("{} on {}", self.model, dataset.name)
    }

    /// The network on the data, and its loss.
    pub(crate) fn task(&self, dataset: &Dataset) -> Result<Task, SessionError> {
        let network = self.network()?;
        let (sample, outputs) = (dataset.shape(), dataset.outputs());
        network.check(sample)?;
        Ok(Task::new(dataset.target.task(), move |vars| network.build(&vars, sample, outputs)))
    }

    /// The network, with its activation and its first weights.
    pub(crate) fn network(&self) -> Result<Network, SessionError> {
        let mut network: Network = self.model.parse()?;
        network.activation = self.activation.parse::<Activation>()?;
        network.initial = self.init.parse::<Initial>()?;
        Ok(network)
    }

    /// What is read from the data.
    pub(crate) fn reading(&self) -> Reading {
        Reading { task: self.task, drop: self.drop.clone() }
    }

    /// What all methods have in common in a run of a number of steps; while that is not known, the schedule is checked
    /// and left out.
    pub(crate) fn common(
        &self,
        registry: &Registry,
        steps: Option<u64>,
    ) -> Result<Common, SessionError> {
        let schedule = match (&self.schedule, steps) {
            (Some(text), Some(steps)) => Some(Schedule::parse_for(text, steps)?),
            (Some(text), None) => {
                Schedule::check(text)?;
                None
            }
            (None, _) => None,
        };
        let groups = self.groups.as_deref();
        let groups = groups.map(|text| Group::parse_all_in(registry, text)).transpose()?;
        let clip = self.clip.as_deref().map(str::parse::<Clip>).transpose()?;
        Ok(Common { schedule, groups, clip })
    }

    /// The network, methods and landscape of a run of a number of steps.
    pub(super) fn parse(
        &self,
        registry: &Registry,
        steps: Option<u64>,
    ) -> Result<Plan, SessionError> {
        let (network, common) = (self.network()?, self.common(registry, steps)?);
        let mut methods = methods_in(registry, &self.methods)?;
        for Method { optimizer, .. } in &mut methods {
            *optimizer = common.apply(optimizer.clone());
        }
        Source::parse(&self.data)?;
        Ok(Plan {
            network,
            methods,
            schedule: common.schedule,
            landscape: self.landscape.as_deref().map(str::parse).transpose()?,
        })
    }
}

/// What all methods of a run have in common.
pub(crate) struct Common {
    pub schedule: Option<Schedule>,
    groups: Option<Vec<Group>>,
    clip: Option<Clip>,
}

impl Common {
    /// An optimizer with schedule, groups and clipping.
    pub fn apply(&self, mut builder: Builder<f32, Spec>) -> Builder<f32, Spec> {
        if let Some(schedule) = &self.schedule {
            builder = builder.schedule("lr", schedule.clone());
        }
        if let Some(groups) = &self.groups {
            builder = builder.groups(groups.clone());
        }
        if let Some(clip) = self.clip {
            builder = builder.clip(clip);
        }
        builder
    }
}

/// Parsed settings.
pub(super) struct Plan {
    pub network: Network,
    pub methods: Vec<Method>,
    pub schedule: Option<Schedule>,
    pub landscape: Option<Directions>,
}

/// The version of a run's files.
const VERSION: u32 = 1;

/// What `run.json` holds.
#[derive(Serialize, Deserialize)]
pub(super) struct Run {
    version: u32,
    pub data_crc32c: u32,
    pub settings: Settings,
    /// The texts of rule files, so that the run resumes without them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rules: BTreeMap<String, String>,
}

impl Run {
    /// A registry in which the names of the run's rule files stand for the texts that it began with.
    pub fn registry(&self, registry: &Registry) -> Result<Registry, SessionError> {
        let add = |all: Registry, (name, text): (&String, &String)| all.with_text(name, text);
        Ok(self.rules.iter().try_fold(registry.clone(), add)?)
    }

    /// The rule files that are there and have another text than the run began with.
    pub fn changed_rules(&self) -> Vec<String> {
        let is_changed = |(name, text): &(&String, &String)| {
            fs::read(name).is_ok_and(|now| now != text.as_bytes())
        };
        self.rules.iter().filter(is_changed).map(|(name, _)| name.clone()).collect()
    }
}
