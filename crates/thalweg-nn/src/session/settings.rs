//! What a run is: everything that its numbers depend on, as text.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use thalweg::{Clip, Group, Schedule};

use super::SessionError;
use crate::compare::{Method, Training, methods};
use crate::data::{Source, Split};
use crate::landscape::Directions;
use crate::network::{Activation, Initial, Network};

/// The settings of a run, as `run.json` keeps them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The data: `digits`, `idx:DIR`, `csv:FILE:label=COLUMN`, `spirals`, …
    pub data: String,
    /// The share of samples to be tested on; by default what is usual for the data.
    pub test: Option<f64>,
    /// The network: `softmax` or `mlp:100,100`.
    pub model: String,
    /// What follows a hidden layer: relu, sigmoid, tanh, gelu.
    pub activation: String,
    /// What weights begin with: he, xavier, normal:σ.
    pub init: String,
    /// The optimizers.
    pub methods: Vec<String>,
    /// The schedule of every method's learning rate.
    pub schedule: Option<String>,
    /// Groups of parameters, for every method.
    pub groups: Option<String>,
    /// How every method's gradients are clipped.
    pub clip: Option<String>,
    /// Samples a step.
    pub batch: usize,
    /// How often every sample is learnt from.
    pub epochs: u64,
    /// The seed of split, first weights and order.
    pub seed: u64,
    /// The plane of the loss landscape, `pca` or `random`, if there is to be one.
    pub landscape: Option<String>,
}

impl Default for Settings {
    /// The article's six methods on digits.
    fn default() -> Self {
        Self {
            data: "digits".to_owned(),
            test: None,
            model: "mlp:100,100".to_owned(),
            activation: "relu".to_owned(),
            init: "he".to_owned(),
            methods: SIX.map(str::to_owned).to_vec(),
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

/// The article's six methods, with rates at which each trains a small network well.
pub const SIX: [&str; 6] =
    ["sgd:lr=0.1", "momentum:lr=0.05", "adagrad:lr=0.02", "rmsprop:lr=0.001", "adadelta", "adam"];

/// A setting that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The setting's name.
    pub setting: &'static str,
    /// What the run began with.
    pub was: String,
    /// What is asked for now.
    pub is: String,
}

impl Settings {
    /// Reads what `run.json` says.
    ///
    /// # Errors
    /// A file that is not there, cannot be read, or is none of ours.
    pub(super) fn read(path: &Path) -> Result<(Self, u32), SessionError> {
        let text = fs::read_to_string(path).map_err(|source| SessionError::read(path, source))?;
        let run: Run = serde_json::from_str(&text).map_err(|source| SessionError::Damaged {
            path: path.to_owned(),
            what: source.to_string(),
        })?;
        if run.version != VERSION {
            let what = format!("it is of version {}; this program knows {VERSION}", run.version);
            return Err(SessionError::Damaged { path: path.to_owned(), what });
        }
        Ok((run.settings, run.data_crc32c))
    }

    /// `run.json` of these settings and of data with this checksum.
    pub(super) fn to_json(&self, data_crc32c: u32) -> Result<String, SessionError> {
        let run = Run { version: VERSION, data_crc32c, settings: self.clone() };
        let text = serde_json::to_string_pretty(&run).map_err(std::io::Error::other)?;
        Ok(text + "\n")
    }

    /// What differs from the settings that a run began with.
    pub fn differences(&self, before: &Self) -> Vec<Difference> {
        let texts = |it: &Self| {
            let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
            [
                ("--data", it.data.clone()),
                ("--test", it.test.map_or_else(|| "the usual".to_owned(), |test| test.to_string())),
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
        let pairs = texts(before).into_iter().zip(texts(self));
        pairs
            .filter(|((_, was), (_, is))| was != is)
            .map(|((setting, was), (_, is))| Difference { setting, was, is })
            .collect()
    }

    /// Reads every text, as what is to be done before anything else.
    ///
    /// # Errors
    /// The first that cannot be read: a source, network, optimizer, schedule, group, clipping or
    /// plane.
    pub fn check(&self) -> Result<(), SessionError> {
        self.parse().map(drop)
    }

    pub(super) fn parse(&self) -> Result<Plan, SessionError> {
        let mut network: Network = self.model.parse()?;
        network.activation = self.activation.parse::<Activation>()?;
        network.initial = self.init.parse::<Initial>()?;
        let mut methods = methods(&self.methods)?;
        for Method { optimizer, .. } in &mut methods {
            let mut builder = optimizer.clone();
            if let Some(schedule) = &self.schedule {
                builder = builder.schedule("lr", Schedule::parse(schedule)?);
            }
            if let Some(groups) = &self.groups {
                builder = builder.groups(Group::parse_all(groups)?);
            }
            if let Some(clip) = &self.clip {
                builder = builder.clip(clip.parse::<Clip>()?);
            }
            *optimizer = builder;
        }
        Ok(Plan {
            source: Source::parse(&self.data)?,
            split: Split { seed: self.seed, test: self.test },
            network,
            methods,
            training: Training { epochs: self.epochs, batch: self.batch, seed: self.seed },
            landscape: self.landscape.as_deref().map(str::parse).transpose()?,
        })
    }
}

/// Settings as what they mean.
pub(super) struct Plan {
    pub source: Source,
    pub split: Split,
    pub network: Network,
    pub methods: Vec<Method>,
    pub training: Training,
    pub landscape: Option<Directions>,
}

/// The version of a run's files.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Run {
    version: u32,
    data_crc32c: u32,
    settings: Settings,
}
