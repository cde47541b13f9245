//! Sorting digits, a task small enough for a processor: random samples, and a transformer that learns it.
//! Shared by the examples.
//!
//! The network is an ordinary candle module. A comparison requires that it takes its variables from the
//! given `VarBuilder`, and that it gives a score for every class of every target: here ten for each of
//! eight tokens.

use candle_core::{D, Device, Module, Result, Tensor};
use candle_nn::{Embedding, LayerNorm, Linear, VarBuilder};
use rand::SeedableRng;
use rand::distr::{Distribution, Uniform};
use rand_chacha::ChaCha8Rng;
use thalweg_nn::data::Samples;

const DIGITS: usize = 10;
const LENGTH: usize = 8;
const WIDTH: usize = 32;
const HEADS: usize = 2;

/// Digits at random, and the same in ascending order.
pub fn sorted_digits(samples: usize, seed: u64) -> Result<Samples> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let digit = Uniform::new(0, DIGITS as u32).map_err(candle_core::Error::wrap)?;
    let inputs: Vec<u32> = digit.sample_iter(&mut random).take(samples * LENGTH).collect();
    let mut targets = inputs.clone();
    targets.chunks_exact_mut(LENGTH).for_each(<[u32]>::sort_unstable);
    let tokens = |digits| Tensor::from_vec(digits, (samples, LENGTH), &Device::Cpu);
    Ok(Samples { inputs: tokens(inputs)?, targets: tokens(targets)? })
}

/// Tokens `(samples, length)` to scores `(samples, length, digits)`.
pub struct Transformer {
    digits: Embedding,
    places: Tensor,
    blocks: Vec<Block>,
    norm: LayerNorm,
    head: Linear,
}

impl Transformer {
    /// `blocks` times attention and a perceptron, with all variables from `vars`.
    pub fn new(blocks: usize, vars: &VarBuilder) -> Result<Self> {
        let block = |k: usize| Block::new(&vars.pp(format!("block{k}")));
        Ok(Self {
            digits: candle_nn::embedding(DIGITS, WIDTH, vars.pp("digits"))?,
            places: candle_nn::embedding(LENGTH, WIDTH, vars.pp("places"))?.embeddings().clone(),
            blocks: (1..=blocks).map(block).collect::<Result<_>>()?,
            norm: norm(&vars.pp("norm"))?,
            head: candle_nn::linear(WIDTH, DIGITS, vars.pp("head"))?,
        })
    }
}

impl Module for Transformer {
    fn forward(&self, tokens: &Tensor) -> Result<Tensor> {
        let mut x = self.digits.forward(tokens)?.broadcast_add(&self.places)?;
        for block in &self.blocks {
            x = block.forward(&x)?;
        }
        self.head.forward(&self.norm.forward(&x)?)
    }
}

/// Self-attention and a perceptron, each after a norm and added to what came in.
struct Block {
    norm1: LayerNorm,
    qkv: Linear,
    out: Linear,
    norm2: LayerNorm,
    up: Linear,
    down: Linear,
}

impl Block {
    fn new(vars: &VarBuilder) -> Result<Self> {
        let linear = |from, to, name: &str| candle_nn::linear(from, to, vars.pp(name));
        Ok(Self {
            norm1: norm(&vars.pp("norm1"))?,
            qkv: linear(WIDTH, 3 * WIDTH, "qkv")?,
            out: linear(WIDTH, WIDTH, "out")?,
            norm2: norm(&vars.pp("norm2"))?,
            up: linear(WIDTH, 4 * WIDTH, "up")?,
            down: linear(4 * WIDTH, WIDTH, "down")?,
        })
    }

    /// softmax(q·kᵀ / √d)·v in each head.
    fn attention(&self, x: &Tensor) -> Result<Tensor> {
        let (samples, length, _) = x.dims3()?;
        let qkv = self.qkv.forward(x)?.reshape((samples, length, 3, HEADS, WIDTH / HEADS))?;
        let qkv = qkv.permute((2, 0, 3, 1, 4))?.contiguous()?;
        let (q, k, v) = (qkv.get(0)?, qkv.get(1)?, qkv.get(2)?);
        let scale = 1.0 / ((WIDTH / HEADS) as f64).sqrt();
        let weights = (q.matmul(&k.t()?)? * scale)?;
        // `softmax_last_dim` is faster and has no gradient.
        let weights = candle_nn::ops::softmax(&weights, D::Minus1)?;
        let mixed = weights.matmul(&v)?.transpose(1, 2)?.reshape(x.shape())?;
        self.out.forward(&mixed)
    }
}

impl Module for Block {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let x = (x + self.attention(&self.norm1.forward(x)?)?)?;
        let h = self.up.forward(&self.norm2.forward(&x)?)?.relu()?;
        x + self.down.forward(&h)?
    }
}

/// With a bias, candle takes a faster path that has no gradient and says nothing of it.
fn norm(vars: &VarBuilder) -> Result<LayerNorm> {
    candle_nn::layer_norm_no_bias(WIDTH, 1e-5, vars.clone())
}
