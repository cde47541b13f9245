//! Registries: the methods available by name.

use std::borrow::Cow;
use std::io::Read;
use std::sync::Arc;

use super::entry::{Entry, Make, Row};
use super::spec::Spec;
use super::text_rule::{TextRule, interned};
use crate::checkpoint::file::reason;
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
            state: Cow::Borrowed(&[]),
            make: Make::Copy(Box::new(rule)),
        })))
    }

    /// The registry with a method that is written as [text](TextRule) under a name; its comments give
    /// title, summary and paper. A name that ends in `.rule` stands for a file of that name, which is
    /// then not read.
    ///
    /// A program that has its file in it, by `include_str!("signed.rule")`, needs no file:
    ///
    /// ```
    /// use thalweg::{Method, Registry};
    ///
    /// let signed = "\
    /// ## signSGD: only the sign of the gradient counts
    /// ## Paper: Bernstein et al. (2018), signSGD: Compressed Optimisation, https://arxiv.org/abs/1802.04434
    /// lr = 0.001
    /// W = W - lr*sign(g)
    /// ";
    /// let registry = Registry::standard().with_text("signed", signed)?;
    /// let spec = registry.spec("signed:lr=0.1")?;
    /// assert_eq!((spec.title(), spec.entry().paper.map(|paper| paper.year)), ("signSGD".into(), Some(2018)));
    /// # Ok::<(), thalweg::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Rule`](Error::Rule), with the place of what cannot be understood.
    pub fn with_text(self, name: &str, text: &str) -> Result<Self, Error> {
        let row = text_row(name, text)?;
        Ok(self.with_row(row))
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

    /// Reads a spec of one of these methods, or of one in a file: a name that ends in `.rule` is a
    /// file with a method written as [text](TextRule).
    ///
    /// # Errors
    /// [`MalformedSpec`](Error::MalformedSpec), [`UnknownOptimizer`](Error::UnknownOptimizer),
    /// [`UnknownHyperparameter`](Error::UnknownHyperparameter),
    /// [`InvalidValue`](Error::InvalidValue), [`Inconsistent`](Error::Inconsistent),
    /// [`RuleFile`](Error::RuleFile), [`Rule`](Error::Rule).
    pub fn spec(&self, text: &str) -> Result<Spec, Error> {
        Spec::read(text, |name| self.find(name))
    }

    /// Finds a row by name; a name that ends in `.rule` is a file.
    fn find(&self, name: &str) -> Result<Row, Error> {
        if let Some(row) = self.rows.iter().find(|row| row.name == name) {
            return Ok(row.clone());
        }
        if name.ends_with(".rule") {
            return text_row(name, &rule_file(name)?);
        }
        let names = self.entries().map(|entry| entry.name);
        Err(Error::UnknownOptimizer {
            name: name.to_owned(),
            nearest: nearest(name, names.clone()),
            known: names.collect(),
        })
    }
}

/// The bytes of a file that are read; a rule has far fewer.
const MOST_BYTES: u64 = 1 << 20;

/// The text in a file.
fn rule_file(path: &str) -> Result<String, Error> {
    let unreadable = |problem: String| Error::RuleFile { path: path.to_owned(), problem };
    // A device may be endless, and no rule is so long.
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path);
    file.and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(reason(&error)))?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(unreadable(format!("it has more than {MOST_BYTES} bytes")));
    }
    String::from_utf8(bytes).map_err(|error| {
        unreadable(format!("byte {} is not UTF-8 text", error.utf8_error().valid_up_to()))
    })
}

/// The row of a method written as text.
fn text_row(name: &str, text: &str) -> Result<Row, Error> {
    let rule = TextRule::parse(text)
        .map_err(|error| Error::Rule(Box::new(error.in_file(name))))?
        .named(name);
    let state = rule.formula.slots().iter().map(|slot| interned(&slot.name)).collect();
    Ok(Row::Shared(Arc::new(Entry {
        name: rule.name,
        title: rule.title_or_name(),
        summary: rule.summary,
        letters: &[],
        paper: rule.paper,
        state: Cow::Owned(state),
        make: Make::Copy(Box::new(rule)),
    })))
}
