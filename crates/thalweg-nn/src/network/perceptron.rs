//! Multilayer perceptrons; without hidden layers, softmax regression.

use std::fmt;

use candle_core::{Module, Result, Tensor};
use candle_nn::{Init, VarBuilder};

use super::activation::Activation;
use super::error::NetworkError;
use super::initial::Initial;
use crate::linear::linear;

/// Limits of a network: beyond them, the weights of one layer fill the memory of a large machine.
pub(super) const MAX_WIDTH: usize = 100_000;
pub(super) const MAX_LAYERS: usize = 100;

/// A multilayer perceptron before it has weights.
///
/// As text: `softmax`, which has no hidden layer, or `mlp:100,100`, the width of each hidden layer.
/// Layer k computes h(x·W + b) with the parameters `Wk` `(inputs, neurons)` and `bk` `(neurons)`,
/// k from 1; the last has no activation h and gives one score (logit) for each class.
#[derive(Debug, Clone, PartialEq)]
pub struct Mlp {
    /// The number of neurons of each hidden layer.
    pub hidden: Vec<usize>,
}

impl Mlp {
    /// What stands after `mlp:`; `text` is the whole.
    pub(super) fn parse(arguments: &str, text: &str) -> std::result::Result<Self, NetworkError> {
        if arguments.is_empty() {
            return Err(NetworkError::NoWidths);
        }
        let width = |width: &str| {
            let neurons = width.trim().parse().ok();
            neurons.filter(|n| (1..=MAX_WIDTH).contains(n)).ok_or_else(|| NetworkError::Width {
                width: width.to_owned(),
                text: text.to_owned(),
            })
        };
        let hidden: Vec<usize> =
            arguments.split(',').map(width).collect::<std::result::Result<_, _>>()?;
        if hidden.len() > MAX_LAYERS {
            return Err(NetworkError::Layers(hidden.len()));
        }
        Ok(Self { hidden })
    }

    pub(super) fn build(
        &self,
        vars: &VarBuilder,
        (inputs, classes): (usize, usize),
        (activation, initial): (Activation, Initial),
    ) -> Result<Perceptron> {
        let mut inputs = inputs;
        let mut layers = Vec::new();
        for (k, &neurons) in self.hidden.iter().chain([&classes]).enumerate() {
            let stdev = initial.deviation(inputs, neurons);
            let normal = Init::Randn { mean: 0.0, stdev };
            let w = vars.get_with_hints((inputs, neurons), &format!("W{}", k + 1), normal)?;
            let b = vars.get_with_hints(neurons, &format!("b{}", k + 1), candle_nn::init::ZERO)?;
            layers.push((w, b));
            inputs = neurons;
        }
        Ok(Perceptron { layers, activation })
    }

    pub(super) fn elements(&self, inputs: usize, classes: usize) -> usize {
        let widths = self.hidden.iter().chain([&classes]);
        let layers = widths.scan(inputs, |inputs, &neurons| {
            let elements = (*inputs + 1).saturating_mul(neurons);
            *inputs = neurons;
            Some(elements)
        });
        layers.fold(0, usize::saturating_add)
    }
}

impl fmt::Display for Mlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hidden.is_empty() {
            return f.write_str("softmax");
        }
        let layers: Vec<String> = self.hidden.iter().map(usize::to_string).collect();
        write!(f, "mlp:{}", layers.join(","))
    }
}

/// A multilayer perceptron with weights.
#[derive(Debug, Clone)]
pub(super) struct Perceptron {
    layers: Vec<(Tensor, Tensor)>,
    activation: Activation,
}

impl Module for Perceptron {
    /// The scores `(samples, classes)` of inputs `(samples, inputs)`; their softmax gives the
    /// probability of each class.
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut x = x.clone();
        for (k, (w, b)) in self.layers.iter().enumerate() {
            if k > 0 {
                x = self.activation.apply(&x)?;
            }
            x = linear(&x, w, b)?;
        }
        Ok(x)
    }
}
