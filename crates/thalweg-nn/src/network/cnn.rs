//! Convolutional networks for images.

use std::fmt;

use super::arguments::{Arguments, Known, MAX_LAYERS, Widths};
use super::convolution::{Padding, Window};
use super::error::NetworkError;
use super::layers::{Plan, dense_layers};
use super::mlp::MAX_WIDTH;
use super::regularisation::Regularisation;

const MAX_CHANNELS: usize = 10_000;
const MAX_KERNEL: usize = 99;

/// A convolutional network before it has weights.
///
/// As text: `cnn:6,16`, the channels of each convolution, with the settings `kernel=5`, the side of its
/// window in pixels, `padding=same`, which keeps height and width, or `padding=valid`, without pixels
/// beyond the image's edge, `dense=120/84`, the neurons of dense layers before the scores, and those
/// of [`Regularisation`]. `cnn` alone is `cnn:6,16,dense=120/84`, as LeNet-5 has them (LeCun et al.
/// 1998, <https://doi.org/10.1109/5.726791>).
///
/// Layer k, from 1, is a convolution with the parameters `Kk` `(kernel·kernel·channels, new channels)`,
/// whose rows go over the window row by row from the top, and over the channels of each pixel, and
/// `bk` `(new channels)`; then the activation, then the maximum of each 2×2 pixels, without the last
/// row or column of an odd number. Dense layers have `Wk` and `bk` as those of [`Mlp`](super::Mlp);
/// the first one reads the pixels row by row, and the channels of each.
#[derive(Debug, Clone, PartialEq)]
pub struct Cnn {
    /// The number of channels of each convolution.
    pub channels: Vec<usize>,
    /// The window of each convolution.
    pub window: Window,
    /// The number of neurons of each dense layer before the scores.
    pub dense: Vec<usize>,
    /// Batch normalisation of all hidden layers, dropout before dense ones.
    pub regularisation: Regularisation,
}

impl Default for Cnn {
    fn default() -> Self {
        Self {
            channels: vec![6, 16],
            window: Window { side: 5, padding: Padding::Same },
            dense: vec![120, 84],
            regularisation: Regularisation::default(),
        }
    }
}

impl Cnn {
    /// Its own settings and those of [`Regularisation`].
    const SETTINGS: [(&'static str, &'static str); 5] = [
        ("kernel", "a whole number of pixels from 1 to 99"),
        ("padding", "same or valid"),
        ("dense", "the neurons of each dense layer, 1 to 100000, such as 120/84"),
        Regularisation::SETTINGS[0],
        Regularisation::SETTINGS[1],
    ];

    /// Reads `cnn` or `cnn:…`.
    pub(super) fn parse(text: &str) -> Result<Self, NetworkError> {
        let widths = Widths {
            range: 1..=MAX_CHANNELS,
            accepted: "each convolution has 1 to 10000 channels",
        };
        let Arguments { widths: channels, settings } = Arguments::parse("cnn", text, &widths)?;
        let mut this = Self::default();
        if !channels.is_empty() {
            this = Self { channels, dense: Vec::new(), ..this };
        }
        let known: &Known = &Self::SETTINGS;
        for setting in settings {
            match (setting.name, setting.value) {
                ("kernel", _) => {
                    let is_side = |side: &usize| (1..=MAX_KERNEL).contains(side);
                    this.window.side = setting.value(known, is_side)?;
                }
                ("padding", "same") => this.window.padding = Padding::Same,
                ("padding", "valid") => this.window.padding = Padding::Valid,
                ("padding", _) => return Err(setting.invalid(known)),
                ("dense", widths) => {
                    let width = |width: &str| width.trim().parse().ok();
                    let dense: Option<Vec<usize>> = widths.split('/').map(width).collect();
                    let is_accepted = |dense: &Vec<usize>| {
                        dense.len() <= MAX_LAYERS
                            && dense.iter().all(|width| (1..=MAX_WIDTH).contains(width))
                    };
                    this.dense = dense.filter(is_accepted).ok_or_else(|| setting.invalid(known))?;
                }
                _ if this.regularisation.set(setting)? => {}
                _ => return Err(setting.unknown(known)),
            }
        }
        Ok(this)
    }

    /// Checks that images are large enough for every layer.
    pub(super) fn check(&self, height: usize, width: usize) -> Result<(), NetworkError> {
        // One pixel of the pooled image.
        let smallest = self.window.smallest(2);
        let (mut sides, mut layers) = ((height, width), 0);
        while layers < self.channels.len() {
            if sides.0.min(sides.1) < smallest {
                return Err(NetworkError::TooSmall {
                    network: self.to_string(),
                    image: (height, width),
                    layers,
                    left: sides,
                    smallest,
                });
            }
            sides = (self.pooled(sides.0), self.pooled(sides.1));
            layers += 1;
        }
        Ok(())
    }

    /// The layers from an image to the scores of classes; the image is large enough.
    pub(super) fn plan(&self, height: usize, width: usize, classes: usize) -> Vec<Plan> {
        let norm = self.regularisation.batch_norm;
        let mut plan = vec![Plan::Image { height, width }];
        let (mut height, mut width, mut inputs) = (height, width, 1);
        for &channels in &self.channels {
            let window = self.window;
            plan.extend([
                Plan::Convolution { inputs, channels, window, norm },
                Plan::Activation,
                Plan::Pooling,
            ]);
            (height, width, inputs) = (self.pooled(height), self.pooled(width), channels);
        }
        let features = height.saturating_mul(width).saturating_mul(inputs);
        dense_layers(&mut plan, features, (&self.dense, classes), self.regularisation);
        plan
    }

    /// A side of the image after convolution and pooling.
    fn pooled(&self, side: usize) -> usize {
        self.window.output(side) / 2
    }
}

impl fmt::Display for Cnn {
    /// The settings that differ from those of `cnn:6,16`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |widths: &[usize], between: &str| {
            widths.iter().map(usize::to_string).collect::<Vec<_>>().join(between)
        };
        write!(f, "cnn:{}", list(&self.channels, ","))?;
        let Window { side, padding } = self.window;
        if side != Self::default().window.side {
            write!(f, ",kernel={side}")?;
        }
        if padding == Padding::Valid {
            f.write_str(",padding=valid")?;
        }
        if !self.dense.is_empty() {
            write!(f, ",dense={}", list(&self.dense, "/"))?;
        }
        self.regularisation.fmt(f)
    }
}
