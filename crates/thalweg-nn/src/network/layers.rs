//! Layers one after the other, as a plan and with weights.

use candle_core::{Result, Tensor};
use candle_nn::{Init, VarBuilder};

use super::activation::Activation;
use super::batch_norm::BatchNorm;
use super::convolution::{Window, convolution};
use super::dropout::dropout;
use super::initial::Initial;
use super::pooling::max_pooling;
use super::regularisation::Regularisation;
use crate::linear::linear;
use crate::random::{DROPOUT, random};
use crate::trainable::{Mode, Trainable};

/// A layer before it has weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Plan {
    /// Features become an image with one channel.
    Image { height: usize, width: usize },
    /// x·W + b, or x·W with batch normalisation.
    Dense { inputs: usize, neurons: usize, norm: bool },
    /// A convolution, its parameters as those of `Dense`.
    Convolution { inputs: usize, channels: usize, window: Window, norm: bool },
    /// The network's activation.
    Activation,
    /// The maximum of each 2×2 pixels.
    Pooling,
    /// Dropout with a probability.
    Dropout(f64),
}

/// Dense hidden layers after those that are planned, and the scores of classes.
pub(super) fn dense_layers(
    plan: &mut Vec<Plan>,
    features: usize,
    (hidden, classes): (&[usize], usize),
    Regularisation { batch_norm: norm, dropout }: Regularisation,
) {
    let mut inputs = features;
    let last = (classes, false);
    for (neurons, is_hidden) in hidden.iter().map(|&width| (width, true)).chain([last]) {
        if dropout > 0.0 && !plan.is_empty() {
            plan.push(Plan::Dropout(dropout));
        }
        plan.push(Plan::Dense { inputs, neurons, norm: norm && is_hidden });
        if is_hidden {
            plan.push(Plan::Activation);
        }
        inputs = neurons;
    }
}

impl Plan {
    /// The number of its trained elements.
    pub fn elements(self) -> usize {
        let (inputs, outputs, norm) = match self {
            Self::Dense { inputs, neurons, norm } => (inputs, neurons, norm),
            Self::Convolution { inputs, channels, window, norm } => {
                (window.pixels() * inputs, channels, norm)
            }
            _ => return 0,
        };
        // b, or gamma and beta.
        inputs.saturating_add(if norm { 2 } else { 1 }).saturating_mul(outputs)
    }
}

/// Layers with weights, one after the other.
#[derive(Debug)]
pub(super) struct Layers(Vec<Layer>);

#[derive(Debug)]
enum Layer {
    Image { height: usize, width: usize },
    Dense { w: Tensor, b: Tensor },
    Convolution { kernel: Tensor, b: Tensor, window: Window },
    Norm(BatchNorm),
    Activation(Activation),
    Pooling,
    Dropout(f64),
}

impl Layers {
    /// Layers with their variables from `vars`, numbered from 1 over all that have weights.
    pub fn build(
        plan: &[Plan],
        vars: &VarBuilder,
        (activation, initial): (Activation, Initial),
    ) -> Result<Self> {
        let (mut layers, mut k) = (Vec::new(), 0);
        for layer in plan {
            let norm = match *layer {
                Plan::Image { height, width } => {
                    layers.push(Layer::Image { height, width });
                    None
                }
                Plan::Dense { inputs, neurons, norm } => {
                    k += 1;
                    let deviation = initial.deviation(inputs, neurons);
                    let shape = (inputs, neurons);
                    let (w, b) = parameters(vars, ("W", k), shape, deviation, norm)?;
                    layers.push(Layer::Dense { w, b });
                    norm.then_some(neurons)
                }
                Plan::Convolution { inputs, channels, window, norm } => {
                    k += 1;
                    let pixels = window.pixels();
                    let deviation = initial.deviation(pixels * inputs, pixels * channels);
                    let shape = (pixels * inputs, channels);
                    let (kernel, b) = parameters(vars, ("K", k), shape, deviation, norm)?;
                    layers.push(Layer::Convolution { kernel, b, window });
                    norm.then_some(channels)
                }
                Plan::Activation => {
                    layers.push(Layer::Activation(activation));
                    None
                }
                Plan::Pooling => {
                    layers.push(Layer::Pooling);
                    None
                }
                Plan::Dropout(p) => {
                    layers.push(Layer::Dropout(p));
                    None
                }
            };
            if let Some(channels) = norm {
                layers.push(Layer::Norm(BatchNorm::new(vars, k, channels)?));
            }
        }
        Ok(Self(layers))
    }
}

/// The matrix and the biases of layer k; zeros without a variable for biases that a normalisation would
/// take away again.
fn parameters(
    vars: &VarBuilder,
    (name, k): (&str, usize),
    (inputs, outputs): (usize, usize),
    stdev: f64,
    norm: bool,
) -> Result<(Tensor, Tensor)> {
    let normal = Init::Randn { mean: 0.0, stdev };
    let w = vars.get_with_hints((inputs, outputs), &format!("{name}{k}"), normal)?;
    let b = match norm {
        true => Tensor::zeros(outputs, w.dtype(), w.device())?,
        false => vars.get_with_hints(outputs, &format!("b{k}"), candle_nn::init::ZERO)?,
    };
    Ok((w, b))
}

impl Trainable for Layers {
    fn scores(&self, inputs: &Tensor, mode: Mode) -> Result<Tensor> {
        let mut masks = match mode {
            Mode::Training { seed, step } => Some(random(seed, DROPOUT + step)),
            Mode::Evaluation | Mode::OwnStatistics => None,
        };
        self.0.iter().try_fold(inputs.clone(), |x, layer| match layer {
            Layer::Image { height, width } => x.reshape((x.dim(0)?, *height, *width, 1)),
            Layer::Dense { w, b } if x.rank() == 2 => linear(&x, w, b),
            Layer::Dense { w, b } => linear(&x.flatten_from(1)?, w, b),
            Layer::Convolution { kernel, b, window } => convolution(&x, kernel, b, *window),
            Layer::Norm(norm) => norm.apply(&x, mode),
            Layer::Activation(activation) => activation.apply(&x),
            Layer::Pooling => max_pooling(&x),
            Layer::Dropout(p) => match &mut masks {
                Some(masks) => dropout(&x, *p, masks),
                None => Ok(x),
            },
        })
    }

    fn is_parallel(&self) -> bool {
        self.0.iter().any(|layer| matches!(layer, Layer::Convolution { .. }))
    }
}
