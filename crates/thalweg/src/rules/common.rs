//! What every family of rules imports.

pub(super) use super::basic::{AddDecayedWeights, Scale, ScaleByLearningRate};
pub(super) use crate::engine::Kernel;
pub(super) use crate::method::Build;
pub(super) use crate::number::{Number, Wide};
pub(super) use crate::rule::{Rule, Slot};
pub(super) use crate::settings::Accepts;
pub(super) use crate::settings::decoupled;
pub(super) use crate::{chain, hyperparameters, method};
