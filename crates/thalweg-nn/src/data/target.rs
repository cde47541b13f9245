//! What a network learns to predict: a class or a number.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::error::DataError;

/// What kind of target a network is trained for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskKind {
    /// One of several classes: cross-entropy, judged by the accuracy.
    #[default]
    Classification,
    /// A number: mean squared error, judged by R² = 1 − SS_res/SS_tot.
    Regression,
}

/// What a network of a data set predicts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// The class of a sample.
    #[default]
    Class,
    /// A number y. The network is trained on z = (y − μ) / σ.
    Number {
        /// Its name, such as that of a column.
        name: String,
        /// μ, the mean of the training samples.
        mean: f64,
        /// σ, their standard deviation.
        deviation: f64,
    },
}

impl TaskKind {
    const ALL: [(&'static str, Self); 2] =
        [("classification", Self::Classification), ("regression", Self::Regression)];

    /// The score that networks are judged by, in a sentence or a heading: `accuracy` or `R²`.
    pub fn score_name(self) -> &'static str {
        match self {
            Self::Classification => "accuracy",
            Self::Regression => "R²",
        }
    }

    /// The same in names of files and fields: `accuracy` or `r2`.
    pub fn score_key(self) -> &'static str {
        match self {
            Self::Classification => "accuracy",
            Self::Regression => "r2",
        }
    }

    /// A score as text: `97.78%`, or `0.9134` of R²; a dash where it is not finite.
    pub fn score(self, value: f64) -> String {
        match self {
            _ if !value.is_finite() => "–".to_owned(),
            Self::Classification => format!("{:.2}%", 100.0 * value),
            Self::Regression => format!("{value:.4}").replace('-', "−"),
        }
    }
}

impl FromStr for TaskKind {
    type Err = DataError;

    fn from_str(text: &str) -> Result<Self, DataError> {
        let found = Self::ALL.into_iter().find(|(name, _)| *name == text);
        found.map(|(_, it)| it).ok_or_else(|| DataError::UnknownTask(text.to_owned()))
    }
}

impl fmt::Display for TaskKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = Self::ALL.into_iter().find(|(_, it)| it == self);
        f.write_str(found.map_or("", |(name, _)| name))
    }
}

impl Target {
    /// The kind of task.
    pub fn task(&self) -> TaskKind {
        match self {
            Self::Class => TaskKind::Classification,
            Self::Number { .. } => TaskKind::Regression,
        }
    }

    /// A number that a network gives, in the units of the target: y = μ + σz.
    pub fn in_units(&self, z: f64) -> f64 {
        match self {
            Self::Class => z,
            Self::Number { mean, deviation, .. } => mean + deviation * z,
        }
    }

    /// The root of the mean squared error in the units of the target, from the loss of standardised targets: RMSE =
    /// σ√loss. `None` of classes.
    pub fn rmse(&self, loss: f64) -> Option<f64> {
        match self {
            Self::Class => None,
            Self::Number { deviation, .. } => Some(deviation * loss.sqrt()),
        }
    }
}
