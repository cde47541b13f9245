//! The table of all optimizers; the spec parser, the help texts, the listings and the error
//! messages read it.

use crate::engine::Kernel;
use crate::error::Error;
use crate::hyperparameter::{Hyperparameter, Value};
use crate::method::{Configuration, Recipe};
use crate::nearest::nearest;
use crate::rules::{Adadelta, Adagrad, Adam, AdamW, Momentum, RmsProp, Sgd};

/// One row of the registry.
#[derive(Debug)]
pub struct Entry {
    /// The name in specs, as `adam`.
    pub name: &'static str,
    /// The name in prose, as "Adam".
    pub title: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// The update, in a line.
    pub formula: &'static str,
    /// Where it was published.
    pub paper: Paper,
    /// Names, meanings and ranges, in the order in which they are listed.
    pub hyperparameters: &'static [Hyperparameter],
    /// Names of all state slots it can have; which of them it has depends on hyperparameters.
    pub state: &'static [&'static str],
    /// The optimizer with its defaults.
    #[doc(hidden)]
    pub make: fn() -> Box<dyn Registered>,
}

/// Where a method was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paper {
    /// Family names of the authors.
    pub authors: &'static str,
    /// The title.
    pub title: &'static str,
    /// The year.
    pub year: u16,
    /// A lasting link.
    pub url: &'static str,
}

/// Every optimizer of this crate, in order of increasing complexity.
pub static OPTIMIZERS: [&Entry; 7] = [
    Sgd::ENTRY,
    Momentum::ENTRY,
    Adagrad::ENTRY,
    RmsProp::ENTRY,
    Adadelta::ENTRY,
    Adam::ENTRY,
    AdamW::ENTRY,
];

impl Entry {
    /// The default of each hyperparameter, in their order.
    pub fn defaults(&self) -> Vec<Value> {
        (self.make)().values()
    }
}

/// Finds an entry by name.
///
/// # Errors
/// [`UnknownOptimizer`](Error::UnknownOptimizer), with the nearest names.
pub(crate) fn find(entries: &[&'static Entry], name: &str) -> Result<&'static Entry, Error> {
    let names = entries.iter().map(|entry| entry.name);
    entries.iter().copied().find(|entry| entry.name == name).ok_or_else(|| {
        Error::UnknownOptimizer {
            name: name.to_owned(),
            nearest: nearest(name, names.clone()),
            known: names.collect(),
        }
    })
}

/// A [`Configuration`] with its type erased.
#[doc(hidden)]
pub trait Registered: Send + Sync {
    fn values(&self) -> Vec<Value>;
    fn set(&mut self, name: &str, value: &Value) -> Result<(), Error>;
    fn assign(&mut self, name: &str, value: &Value) -> bool;
    fn validate(&self) -> Result<(), Error>;
    fn kernel_f32(&self) -> Box<dyn Kernel<f32>>;
    fn kernel_f64(&self) -> Box<dyn Kernel<f64>>;
    fn boxed(&self) -> Box<dyn Registered>;
}

impl<C: Configuration> Registered for C {
    fn values(&self) -> Vec<Value> {
        Configuration::values(self)
    }
    fn set(&mut self, name: &str, value: &Value) -> Result<(), Error> {
        Configuration::change(self, name, value)
    }
    fn assign(&mut self, name: &str, value: &Value) -> bool {
        Configuration::assign(self, name, value)
    }
    fn validate(&self) -> Result<(), Error> {
        Configuration::validate(self)
    }
    fn kernel_f32(&self) -> Box<dyn Kernel<f32>> {
        Recipe::kernel(self)
    }
    fn kernel_f64(&self) -> Box<dyn Kernel<f64>> {
        Recipe::kernel(self)
    }
    fn boxed(&self) -> Box<dyn Registered> {
        Box::new(self.clone())
    }
}
