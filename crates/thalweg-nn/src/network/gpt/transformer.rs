//! The whole transformer, with weights.

use candle_core::{D, Module, Result, Tensor};
use candle_nn::{Init, VarBuilder};

use super::block::Block;
use super::dense::Dense;
use super::norm::LayerNorm;
use super::{Gpt, Sizes};
use crate::network::{Activation, Initial};

/// Tokens `(samples, length)` to scores `(samples, length, classes)`.
#[derive(Debug, Clone)]
pub(in crate::network) struct Transformer {
    tokens: Tensor,
    positions: Tensor,
    blocks: Vec<Block>,
    norm: LayerNorm,
    head: Dense,
}

impl Transformer {
    pub fn new(
        gpt: &Gpt,
        vars: &VarBuilder,
        Sizes { vocabulary, length, classes }: Sizes,
        (activation, initial): (Activation, Initial),
    ) -> Result<Self> {
        let width = gpt.width;
        let table = |rows: usize, name: &str| {
            let stdev = initial.deviation(width, width);
            vars.get_with_hints((rows, width), name, Init::Randn { mean: 0.0, stdev })
        };
        let (tokens, positions) = (table(vocabulary, "tokens")?, table(length, "positions")?);
        let block =
            |k: usize| Block::new(gpt, &vars.pp(format!("block{k}")), (activation, initial));
        let blocks = (1..=gpt.layers).map(block).collect::<Result<_>>()?;
        let stdev = initial.deviation(width, classes);
        Ok(Self {
            tokens,
            positions,
            blocks,
            norm: LayerNorm::new(width, &vars.pp("norm"))?,
            head: Dense::new(width, classes, stdev, &vars.pp("head"))?,
        })
    }
}

impl Module for Transformer {
    fn forward(&self, tokens: &Tensor) -> Result<Tensor> {
        let (samples, length) = tokens.dims2()?;
        let embedded = self.tokens.index_select(&tokens.flatten_all()?, 0)?;
        let embedded = embedded.reshape((samples, length, self.tokens.dim(D::Minus1)?))?;
        let mut x = embedded.broadcast_add(&self.positions.narrow(0, 0, length)?)?;
        for block in &self.blocks {
            x = block.forward(&x)?;
        }
        self.head.forward(&self.norm.forward(&x)?)
    }
}
