//! The formulas: one file a family.
//!
//! Each file has the rules (the update of one element) and the optimizers built from them: a table
//! of hyperparameters and a chain of a few lines.
//!
//! An adaptive rule divides by the size of past gradients. With `eps` and `eps_root` both 0 (or so
//! small that the number type rounds them to 0) an element whose gradients have all been 0 becomes
//! 0/0, NaN, as it does in PyTorch; with the defaults it does not move.

mod basic;
mod cautious;
mod common;

use std::str::FromStr;

pub use basic::{AddDecayedWeights, Scale, ScaleByLearningRate};
pub use cautious::Cautious;

use crate::error::Error;
use crate::method::{Configuration, Registry, Spec};

/// Declares the families' modules and collects their methods in the standard registry.
macro_rules! families {
    ($($family:ident: $($Method:ident),*;)*) => {
        $(mod $family;)*
        $(pub use $family::*;)*

        impl Registry {
            /// Every method of this library, in order of increasing complexity.
            pub fn standard() -> Self {
                Self::empty()$($(.with(<$Method as Configuration>::ENTRY))*)*
            }
        }
    };
}

families! {
    sgd: Sgd, Momentum;
    inertia: Nesterov, SgdW, OptimisticGd, Qhm, AggMo, Pid, Srmm;
    averaged: Asgd;
    signs: SignSgd, Signum, Tiger, Rprop;
    lion: Lion;
    adagrad: Adagrad;
    sums: AdagradW, Ftrl, Kate, Madgrad, Cocob;
    rmsprop: RmsProp;
    adadelta: Adadelta;
    adam: Adam, AdamW;
    adamax: Adamax, AdamaxW;
    nadam: NAdam, NAdamW, OptimisticAdam;
    radam: RAdam;
    adam_moments: AmsGrad, AdaBelief, Yogi, AcProp, Adopt, LaProp;
    adam_steps: AdaBound, AdaMod, DiffGrad, PAdam, ExAdam, AdamAtan2, AdamC, Grams, Ano;
    adam_means: QhAdam, AdEmaMix, SimplifiedAdEmaMix, Adan, GrokFast;
    distances: Dog, Dowg, PolyakSgd, Momo, MomoAdam;
    estimates: Prodigy, DAdaptAdamW, AvaGrad;
    layerwise: StableAdamW, AdaNorm, NovoGrad, Fromage;
    trust_ratio: Lars, Lamb;
}

impl Spec {
    /// Reads a spec of the standard registry.
    ///
    /// # Errors
    /// As [`Registry::spec`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        Registry::standard().spec(text)
    }
}

impl FromStr for Spec {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}
