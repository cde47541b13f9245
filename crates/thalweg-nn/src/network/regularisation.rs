//! What hidden layers have against overfitting and for faster training.

use std::fmt;

use super::arguments::{Known, Setting};
use super::error::NetworkError;

/// Batch normalisation and dropout of a network's hidden layers, as settings of its text: `norm=batch`
/// and `dropout=0.5`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Regularisation {
    /// Whether each hidden layer k, before its activation, has zero mean and unit variance over the
    /// samples of a batch (and, of a convolution, over its pixels), and is scaled by `gammak` and
    /// shifted by `betak`; it has no `bk` then, which the mean would take away again. Evaluation takes
    /// the running mean and variance of training, `running_meank` and `running_vark`: a tenth of
    /// each batch's, the variance with n − 1 in the denominator. Ioffe, Szegedy, "Batch Normalization"
    /// (2015), <https://arxiv.org/abs/1502.03167>.
    pub batch_norm: bool,
    /// The probability p with which each input of a dense layer is 0 in a training step; those that
    /// stay are divided by 1 − p, and evaluation changes none. The features of a sample always stay.
    /// The choice is a function of seed and step, the same for every method of a comparison.
    /// Srivastava et al., "Dropout" (2014), <https://jmlr.org/papers/v15/srivastava14a.html>.
    pub dropout: f64,
}

impl Regularisation {
    /// The settings, and what each accepts.
    pub(super) const SETTINGS: [(&'static str, &'static str); 2] =
        [("norm", "batch or none"), ("dropout", "a number from 0 to below 1")];

    /// Takes a setting; false if it is not one of these.
    pub(super) fn set(&mut self, setting: Setting) -> Result<bool, NetworkError> {
        let known: &Known = &Self::SETTINGS;
        match (setting.name, setting.value) {
            ("norm", "batch") => self.batch_norm = true,
            ("norm", "none") => self.batch_norm = false,
            ("norm", _) => return Err(setting.invalid(known)),
            ("dropout", _) => {
                self.dropout = setting.value(known, |p: &f64| (0.0..1.0).contains(p))?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl fmt::Display for Regularisation {
    /// The settings that differ from their defaults, each after a comma.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.batch_norm {
            f.write_str(",norm=batch")?;
        }
        if self.dropout > 0.0 {
            write!(f, ",dropout={}", self.dropout)?;
        }
        Ok(())
    }
}
