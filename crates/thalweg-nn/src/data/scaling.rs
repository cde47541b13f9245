//! What is done to the numbers of a file before a network sees them.

use serde::{Deserialize, Serialize};

use super::table::standard;

/// What was done to the features of every sample, so that the same can be done to new ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scaling {
    /// Nothing: they are as they were generated.
    None,
    /// Divided by this: grey values by their highest.
    Divided(f64),
    /// Each column less its mean, divided by its standard deviation; 0 where that is 0. Both are of the training
    /// samples.
    Standard {
        /// The mean of each column.
        mean: Vec<f64>,
        /// The standard deviation of each column.
        deviation: Vec<f64>,
    },
}

impl Scaling {
    /// The features of one sample as a network sees them.
    pub fn apply(&self, row: &[f64]) -> Vec<f32> {
        match self {
            Self::None => row.iter().map(|&x| x as f32).collect(),
            Self::Divided(by) => row.iter().map(|&x| x as f32 / *by as f32).collect(),
            Self::Standard { mean, deviation } => standard::scaled(row, mean, deviation),
        }
    }
}
