//! The formulas: one file a family, in order of increasing complexity.
//!
//! Each file has the rules (what one element does) and the optimizers made of them: a table of
//! hyperparameters and a chain of a few lines.
//!
//! An adaptive rule divides by the size of past gradients. With `eps` and `eps_root` both 0 (or so
//! small that the number type rounds them to 0) an element whose gradients have all been 0 becomes
//! 0/0, NaN, as it does in PyTorch; the defaults keep it where it is.

mod adadelta;
mod adagrad;
mod adam;
mod basic;
mod rmsprop;
mod sgd;

pub use adadelta::{Adadelta, ScaleByAdadelta};
pub use adagrad::{Adagrad, ScaleByAdagrad};
pub use adam::{Adam, AdamW, BiasCorrection, ScaleByAdam, ScaleByAmsgrad, bias_correction};
pub use basic::{AddDecayedWeights, Scale};
pub use rmsprop::{RmsProp, ScaleByRms, ScaleByStddev};
pub use sgd::{Momentum, Sgd, Trace};

/// Names of state slots, as [`Rule::state_names`](crate::Rule::state_names) returns them.
fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}
