//! The shape of a sample.

use std::fmt;

/// What one sample is to a network. Inputs are `(samples, features)` in f32 of features and of images,
/// whose pixels follow one another row by row from the top, and `(samples, length)` in u32 of
/// sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleShape {
    /// Numbers without an order.
    Features(usize),
    /// A greyscale image.
    Image {
        /// Height in pixels.
        height: usize,
        /// Width in pixels.
        width: usize,
    },
    /// Tokens, each from 0 to below `vocabulary`; every one has a class.
    Sequence {
        /// The number of tokens.
        length: usize,
        /// How many different tokens there are.
        vocabulary: usize,
    },
}

impl SampleShape {
    /// The numbers in a sample.
    pub fn features(self) -> usize {
        match self {
            Self::Features(features) => features,
            Self::Image { height, width } => height.saturating_mul(width),
            Self::Sequence { length, .. } => length,
        }
    }

    /// The networks that take such samples.
    pub(super) fn networks(self) -> &'static str {
        match self {
            Self::Features(_) => "softmax and mlp",
            Self::Image { .. } => "softmax, mlp and cnn",
            Self::Sequence { .. } => "gpt",
        }
    }
}

impl From<usize> for SampleShape {
    fn from(features: usize) -> Self {
        Self::Features(features)
    }
}

impl fmt::Display for SampleShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Features(features) => write!(f, "{features} features"),
            Self::Image { height, width } => write!(f, "{height} × {width} pixels"),
            Self::Sequence { length, .. } => write!(f, "{length} tokens"),
        }
    }
}
