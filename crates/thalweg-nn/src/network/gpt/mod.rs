//! Transformers that predict the next token.

mod block;
mod dense;
mod norm;
mod transformer;
mod weighting;

use std::fmt;
use std::ops::RangeInclusive;

use super::activation::Activation;
use super::arguments::{Arguments, Widths};
use super::error::NetworkError;
use super::initial::Initial;
pub(super) use transformer::Transformer;

/// A decoder-only transformer before it has weights: each token's scores come from it and those before it
/// (Radford et al., "Language Models are Unsupervised Multitask Learners", 2019,
/// <https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf>).
///
/// As text: `gpt`, or with settings that differ from their defaults, `gpt:layers=2,width=64,heads=4`.
///
/// With tokens t at positions p, x = `tokens`\[t\] + `positions`\[p\]; each block, k from 1, adds
/// attention(norm1(x)) and then down(h(up(norm2(x)))); the scores are head(norm(x)). Attention is
/// softmax(q·kᵀ/√d)·v in each head of d = width/heads, over the token itself and those before it
/// (Vaswani et al. 2017, <https://arxiv.org/abs/1706.03762>); norm(x) = (x − μ)/√(σ² + 10⁻⁵)·gain + bias over
/// the width (Ba, Kiros, Hinton 2016, <https://arxiv.org/abs/1607.06450>).
///
/// | parameter | shape |
/// |---|---|
/// | `tokens` | `(vocabulary, width)` |
/// | `positions` | `(length, width)` |
/// | `blockK.norm1.gain`, `.bias`, `blockK.norm2.gain`, `.bias` | `(width)` |
/// | `blockK.qkv.W`, `.b` | `(width, 3·width)`, `(3·width)`: queries, keys, values, each head by head |
/// | `blockK.out.W`, `.b` | `(width, width)`, `(width)` |
/// | `blockK.up.W`, `.b` | `(width, 4·width)`, `(4·width)` |
/// | `blockK.down.W`, `.b` | `(4·width, width)`, `(width)` |
/// | `norm.gain`, `.bias` | `(width)` |
/// | `head.W`, `.b` | `(width, classes)`, `(classes)` |
///
/// Weights and both tables start as the network's initialisation says, for `gpt` normal with σ = 0.02; σ of
/// `out` and `down`, whose results are added up, is divided by √(2·layers). Gains start at 1, biases at 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gpt {
    /// The number of blocks.
    pub layers: usize,
    /// The numbers that stand for a token.
    pub width: usize,
    /// The heads of each attention, which divide the width.
    pub heads: usize,
}

const NAME: &str = "gpt";
const MAX_LAYERS: usize = 100;
const MAX_WIDTH: usize = 10_000;
/// It has no widths of hidden layers.
const NO_WIDTHS: Widths = Widths {
    range: RangeInclusive::new(1, 0),
    accepted: "gpt has settings, such as gpt:layers=2,width=64",
};
/// The settings, and what each accepts.
const KNOWN: [(&str, &str); 3] = [
    ("layers", "a whole number from 1 to 100"),
    ("width", "a whole number from 1 to 10000"),
    ("heads", "a whole number from 1 that divides width"),
];

impl Default for Gpt {
    fn default() -> Self {
        Self { layers: 2, width: 64, heads: 4 }
    }
}

impl Gpt {
    /// GPT-2's activation and initialisation.
    pub(super) const USUAL: (Activation, Initial) = (Activation::Gelu, Initial::Normal(0.02));

    /// Reads the whole text.
    pub(super) fn parse(text: &str) -> Result<Self, NetworkError> {
        let mut this = Self::default();
        for setting in Arguments::parse(NAME, text, &NO_WIDTHS)?.settings {
            let (field, most) = match setting.name {
                "layers" => (&mut this.layers, MAX_LAYERS),
                "width" => (&mut this.width, MAX_WIDTH),
                "heads" => (&mut this.heads, MAX_WIDTH),
                _ => return Err(setting.unknown(&KNOWN)),
            };
            *field = setting.value(&KNOWN, |number| (1..=most).contains(number))?;
        }
        let Self { width, heads, .. } = this;
        match width.is_multiple_of(heads) {
            true => Ok(this),
            false => Err(NetworkError::Heads { width, heads }),
        }
    }

    pub(super) fn elements(&self, Sizes { vocabulary, length, classes }: Sizes) -> usize {
        let Self { layers, width, .. } = *self;
        // Four matrices of width² in attention, eight in the perceptron; thirteen rows of norms and biases.
        let block = 12 * width * width + 13 * width;
        let tables = vocabulary.saturating_add(length).saturating_mul(width);
        let head = (width + 1).saturating_mul(classes);
        [layers * block, tables, 2 * width, head].into_iter().fold(0, usize::saturating_add)
    }
}

/// The sizes that come from the data.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    /// How many different tokens there are.
    pub vocabulary: usize,
    /// The most tokens of a sample.
    pub length: usize,
    /// The classes of a token.
    pub classes: usize,
}

impl fmt::Display for Gpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usual = Self::default();
        f.write_str(NAME)?;
        let settings = [
            ("layers", self.layers, usual.layers),
            ("width", self.width, usual.width),
            ("heads", self.heads, usual.heads),
        ];
        let changed = settings.into_iter().filter(|(_, is, was)| is != was);
        for (i, (key, value, _)) in changed.enumerate() {
            write!(f, "{}{key}={value}", if i == 0 { ':' } else { ',' })?;
        }
        Ok(())
    }
}
