//! Multilayer perceptrons; without hidden layers, softmax regression.

use std::fmt;

use super::arguments::{Arguments, Widths};
use super::error::NetworkError;
use super::layers::{Plan, dense_layers};
use super::regularisation::Regularisation;

/// Beyond it, the weights of one layer fill the memory of a large machine.
pub(super) const MAX_WIDTH: usize = 100_000;

/// A multilayer perceptron before it has weights.
///
/// As text: `softmax`, which has no hidden layer, or `mlp:100,100`, the width of each hidden layer,
/// with the settings of [`Regularisation`], if any: `mlp:100,100,norm=batch,dropout=0.5`.
/// Layer k computes h(x·W + b) with the parameters `Wk` `(inputs, neurons)` and `bk` `(neurons)`,
/// k from 1; the last has no activation h and gives one score (logit) for each class.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mlp {
    /// The number of neurons of each hidden layer.
    pub hidden: Vec<usize>,
    /// Batch normalisation and dropout of the hidden layers.
    pub regularisation: Regularisation,
}

impl Mlp {
    /// A multilayer perceptron with these hidden layers.
    pub fn new(hidden: impl Into<Vec<usize>>) -> Self {
        Self { hidden: hidden.into(), ..Self::default() }
    }

    /// Reads `mlp:…`.
    pub(super) fn parse(text: &str) -> Result<Self, NetworkError> {
        let widths =
            Widths { range: 1..=MAX_WIDTH, accepted: "each hidden layer has 1 to 100000 neurons" };
        let Arguments { widths: hidden, settings } = Arguments::parse("mlp", text, &widths)?;
        let mut regularisation = Regularisation::default();
        for setting in settings {
            if !regularisation.set(setting)? {
                return Err(setting.unknown(&Regularisation::SETTINGS));
            }
        }
        match hidden.is_empty() {
            true => Err(NetworkError::NoWidths),
            false => Ok(Self { hidden, regularisation }),
        }
    }

    /// The layers from features to the scores of classes.
    pub(super) fn plan(&self, features: usize, classes: usize) -> Vec<Plan> {
        let mut plan = Vec::new();
        dense_layers(&mut plan, features, (&self.hidden, classes), self.regularisation);
        plan
    }
}

impl fmt::Display for Mlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hidden.is_empty() {
            return f.write_str("softmax");
        }
        let layers: Vec<String> = self.hidden.iter().map(usize::to_string).collect();
        write!(f, "mlp:{}{}", layers.join(","), self.regularisation)
    }
}
