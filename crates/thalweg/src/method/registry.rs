//! Registries: the methods available by name.

use std::sync::Arc;

use super::entry::{Entry, Make, Row};
use super::spec::Spec;
use crate::error::Error;
use crate::rule::Rule;
use crate::settings::nearest::nearest;

/// The methods available by name: those of this library ([`standard`](Self::standard)) and custom
/// ones.
///
/// A registry reads [specs](Self::spec), [groups](crate::Group::parse_in) and
/// [checkpoints](crate::Optimizer::open_in); the laboratory and the program use one, too.
///
/// ```
/// use thalweg::prelude::*;
///
/// let heavy_ball = chain!(Trace { momentum: 0.9, ..Trace::default() }, ScaleByLearningRate::new(0.1));
/// let registry = Registry::standard().with_rule("heavy-ball", "momentum, PyTorch's way", heavy_ball);
/// let mut optimizer: Optimizer<f32> = Optimizer::new(registry.spec("heavy-ball:momentum=0.5,lr=1")?)?;
///
/// let mut w = [1.0_f32];
/// optimizer.step([("w", &mut w, &[1.0])])?;
/// optimizer.step([("w", &mut w, &[1.0])])?;
/// assert_eq!(w, [-1.5]);
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Registry {
    rows: Vec<Row>,
}

impl Registry {
    /// An empty registry.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The registry with one more method, as declared by [`method!`](crate::method). It replaces
    /// one of the same name.
    #[must_use]
    pub fn with(self, entry: &'static Entry) -> Self {
        self.with_row(Row::Static(entry))
    }

    /// The registry with a custom rule under a name. The rule's values are the defaults; specs can
    /// set its [hyperparameters](crate::hyperparameters).
    #[must_use]
    pub fn with_rule(self, name: &'static str, summary: &'static str, rule: impl Rule) -> Self {
        self.with_row(Row::Shared(Arc::new(Entry {
            name,
            title: name,
            summary,
            letters: &[],
            paper: None,
            state: &[],
            make: Make::Copy(Box::new(rule)),
        })))
    }

    fn with_row(mut self, row: Row) -> Self {
        match self.rows.iter_mut().find(|known| known.name == row.name) {
            Some(known) => *known = row,
            None => self.rows.push(row),
        }
        self
    }

    /// The methods, in the order in which they are listed.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = &Entry> + Clone {
        self.rows.iter().map(|row| &**row)
    }

    /// Reads a spec of one of these methods.
    ///
    /// # Errors
    /// [`MalformedSpec`](Error::MalformedSpec), [`UnknownOptimizer`](Error::UnknownOptimizer),
    /// [`UnknownHyperparameter`](Error::UnknownHyperparameter),
    /// [`InvalidValue`](Error::InvalidValue), [`Inconsistent`](Error::Inconsistent).
    pub fn spec(&self, text: &str) -> Result<Spec, Error> {
        Spec::read(text, |name| self.find(name))
    }

    /// Finds a row by name.
    fn find(&self, name: &str) -> Result<Row, Error> {
        let names = self.entries().map(|entry| entry.name);
        self.rows.iter().find(|row| row.name == name).cloned().ok_or_else(|| {
            Error::UnknownOptimizer {
                name: name.to_owned(),
                nearest: nearest(name, names.clone()),
                known: names.collect(),
            }
        })
    }
}
