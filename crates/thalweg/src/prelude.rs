//! Everything that it takes to write a method, for `use thalweg::prelude::*`.

pub use crate::engine::{Kernel, Tensor, TensorRule};
pub use crate::error::Error;
pub use crate::method::{Build, Configuration, Method, Paper, Registry, Spec};
pub use crate::number::{Number, Wide};
pub use crate::optimizer::Optimizer;
pub use crate::rule::{Chain, Rule, Slot};
pub use crate::rules::{AddDecayedWeights, Scale, ScaleByLearningRate, Trace};
pub use crate::settings::Accepts;
pub use crate::sum_rule::{Around, SumRule, Sums};
pub use crate::{chain, hyperparameters, method};
