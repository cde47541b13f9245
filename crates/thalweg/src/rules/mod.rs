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
mod factored;

use std::str::FromStr;

pub use basic::{AddDecayedWeights, Scale, ScaleByLearningRate};
pub use cautious::Cautious;

use crate::error::Error;
use crate::method::{Configuration, Entry, Registry, Spec};

/// Declares the families' modules and collects their methods in the standard registry.
macro_rules! families {
    ($($title:literal { $($file:ident: $($Method:ident),*;)* })*) => {
        $($(mod $file;)*)*
        $($(pub use $file::*;)*)*

        impl Registry {
            /// Every method of this library, family by family.
            pub fn standard() -> Self {
                Self::empty()$($($(.with(<$Method as Configuration>::ENTRY))*)*)*
            }
        }

        /// The families of methods, each with the names of its own.
        const FAMILIES: &[(&str, &[&str])] =
            &[$(($title, &[$($(<$Method as Configuration>::ENTRY.name),*),*])),*];
    };
}

families! {
    "Gradient descent and momentum" {
        sgd: Sgd, Momentum;
        inertia: Nesterov, SgdW, OptimisticGd, Qhm, AggMo, Pid, Srmm;
        averaged: Asgd;
        noisy: NoisySgd;
    }
    "Signs" {
        signs: SignSgd, Signum, Tiger, Rprop;
        lion: Lion;
    }
    "Adagrad and its kin" {
        adagrad: Adagrad;
        rmsprop: RmsProp;
        adadelta: Adadelta;
        sums: AdagradW, Ftrl, Kate, Madgrad;
    }
    "Adam and its kin" {
        adam: Adam, AdamW;
        adamax: Adamax, AdamaxW;
        nadam: NAdam, NAdamW, OptimisticAdam;
        radam: RAdam;
        adam_moments: AmsGrad, AdaBelief, Yogi, AcProp, Adopt, LaProp;
        adam_steps: AdaBound, AdaMod, DiffGrad, PAdam, ExAdam, AdamAtan2, AdamC, Grams, Ano;
        adam_means: QhAdam, AdEmaMix, SimplifiedAdEmaMix, Adan, GrokFast;
    }
    "By the norm of a parameter" {
        trust_ratio: Lars, Lamb;
        layerwise: StableAdamW, AdaNorm, NovoGrad, Fromage;
        whole_moments: AdamMini, Amos, FAdam;
        mars: Mars;
        neurons: AdamP, Nero;
    }
    "By rows and columns" {
        adafactor: Adafactor, AdafactorOptax;
        came: Came;
        adalite: Adalite;
        sm3: Sm3;
    }
    "Without a rate to tune" {
        distances: Dog, Dowg, PolyakSgd, Momo, MomoAdam;
        estimates: Prodigy, DAdaptAdamW, AvaGrad;
        betting: Cocob;
        adamg: AdamG;
        mechanic: Mechanic;
        schedule_free: ScheduleFreeSgd, ScheduleFreeAdamW;
    }
}

impl Entry {
    /// The family that the method belongs to; `None` for one that is not of this library.
    pub fn family(&self) -> Option<&'static str> {
        let family = FAMILIES.iter().find(|(_, names)| names.contains(&self.name));
        family.map(|(title, _)| *title)
    }
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
