//! A block: causal self-attention and a perceptron, each after a norm and added to what came in.

use candle_core::{Module, Result, Tensor};
use candle_nn::VarBuilder;

use super::Gpt;
use super::dense::Dense;
use super::norm::LayerNorm;
use super::weighting::causal_softmax;
use crate::network::{Activation, Initial};

#[derive(Debug, Clone)]
pub(super) struct Block {
    heads: usize,
    activation: Activation,
    norm1: LayerNorm,
    qkv: Dense,
    out: Dense,
    norm2: LayerNorm,
    up: Dense,
    down: Dense,
}

impl Block {
    pub fn new(
        gpt: &Gpt,
        vars: &VarBuilder,
        (activation, initial): (Activation, Initial),
    ) -> Result<Self> {
        let width = gpt.width;
        let dense = |inputs: usize, outputs: usize, name: &str, share: f64| {
            let stdev = share * initial.deviation(inputs, outputs);
            Dense::new(inputs, outputs, stdev, &vars.pp(name))
        };
        // Two results a block are added to x: with this its variance does not grow with the layers.
        let added = 1.0 / (2.0 * gpt.layers as f64).sqrt();
        Ok(Self {
            heads: gpt.heads,
            activation,
            norm1: LayerNorm::new(width, &vars.pp("norm1"))?,
            qkv: dense(width, 3 * width, "qkv", 1.0)?,
            out: dense(width, width, "out", added)?,
            norm2: LayerNorm::new(width, &vars.pp("norm2"))?,
            up: dense(width, 4 * width, "up", 1.0)?,
            down: dense(4 * width, width, "down", added)?,
        })
    }

    /// softmax(q·kᵀ/√d)·v in each head of d numbers, of each token over itself and those before it.
    fn attention(&self, x: &Tensor) -> Result<Tensor> {
        let (samples, length, width) = x.dims3()?;
        let d = width / self.heads;
        let qkv = self.qkv.forward(x)?.reshape((samples, length, 3, self.heads, d))?;
        let qkv = qkv.permute((2, 0, 3, 1, 4))?.contiguous()?;
        let (q, k, v) = (qkv.get(0)?, qkv.get(1)?, qkv.get(2)?);
        let weights = causal_softmax(&q.matmul(&k.t()?)?, 1.0 / (d as f64).sqrt())?;
        let mixed = weights.matmul(&v)?.transpose(1, 2)?.reshape(x.shape())?;
        self.out.forward(&mixed)
    }
}

impl Module for Block {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let x = (x + self.attention(&self.norm1.forward(x)?)?)?;
        let hidden = self.activation.apply(&self.up.forward(&self.norm2.forward(&x)?)?)?;
        x + self.down.forward(&hidden)?
    }
}
