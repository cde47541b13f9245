//! The row of a method in a registry.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::text_rule::interned;
use super::{Method, formula_of};
use crate::engine::Kernel;
use crate::error::Error;
use crate::formula::Formula;
use crate::settings::{Hyperparameter, Value};

/// One row of a registry.
pub struct Entry {
    /// The name in specs, such as `adam`.
    pub name: &'static str,
    /// The name in prose, such as "Adam".
    pub title: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// The letters of its formula for hyperparameters and slots, by name, where they are not the
    /// usual ones.
    pub letters: &'static [(&'static str, &'static str)],
    /// Where it was published, if it was.
    pub paper: Option<Paper>,
    /// Names of all state slots it can have; which of them it has depends on hyperparameters.
    pub state: Cow<'static, [&'static str]>,
    /// The method with its defaults.
    #[doc(hidden)]
    pub make: Make,
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
    /// A permanent link.
    pub url: &'static str,
}

/// `AUTHORS (YEAR), TITLE, URL`, as a [`TextRule`](crate::TextRule) has it behind `# Paper: `.
impl fmt::Display for Paper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}), {}, {}", self.authors, self.year, self.title, self.url)
    }
}

impl Paper {
    /// Reads what displaying a paper gives.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (authors, rest) = text.split_once(" (")?;
        let (year, rest) = rest.split_once("), ")?;
        let (title, url) = rest.rsplit_once(", ")?;
        let is_link = url.starts_with("https://") || url.starts_with("http://");
        let is_whole = ![authors, title].contains(&"") && is_link && !url.contains(' ');
        is_whole.then_some(Self {
            authors: interned(authors),
            title: interned(title),
            year: year.parse().ok()?,
            url: interned(url),
        })
    }
}

/// How a method with its defaults is made.
#[doc(hidden)]
pub enum Make {
    Default(fn() -> Box<dyn Erased>),
    Copy(Box<dyn Erased>),
}

impl Entry {
    /// Every hyperparameter with its default, in the order in which they are listed.
    pub fn hyperparameters(&self) -> Vec<(Hyperparameter, Value)> {
        self.make().hyperparameters()
    }

    /// The formula of a step with the defaults, if it can be written.
    pub fn formula(&self) -> Option<Formula> {
        let method = self.make();
        formula_of(&method.kernel(), &method.hyperparameters(), self.letters)
    }

    /// The kernel that steps with the defaults.
    pub fn kernel(&self) -> Kernel {
        self.make().kernel()
    }

    pub(crate) fn make(&self) -> Box<dyn Erased> {
        match &self.make {
            Make::Default(make) => make(),
            Make::Copy(method) => method.boxed(),
        }
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A method with its type erased.
#[doc(hidden)]
pub trait Erased: Send + Sync {
    fn hyperparameters(&self) -> Vec<(Hyperparameter, Value)>;
    fn set_all(&mut self, values: &[(&str, Value)]) -> Result<(), Error>;
    fn check(&self) -> Result<(), Error>;
    fn kernel(&self) -> Kernel;
    fn text(&self) -> Option<String>;
    fn boxed(&self) -> Box<dyn Erased>;
}

impl<M: Method> Erased for M {
    fn hyperparameters(&self) -> Vec<(Hyperparameter, Value)> {
        Method::hyperparameters(self)
    }
    fn set_all(&mut self, values: &[(&str, Value)]) -> Result<(), Error> {
        Method::set_all(self, values)
    }
    fn check(&self) -> Result<(), Error> {
        Method::check(self)
    }
    fn kernel(&self) -> Kernel {
        Method::kernel(self)
    }
    fn text(&self) -> Option<String> {
        Method::text(self)
    }
    fn boxed(&self) -> Box<dyn Erased> {
        Box::new(self.clone())
    }
}

/// A row that specs share with their registry.
#[derive(Debug, Clone)]
pub(crate) enum Row {
    Static(&'static Entry),
    Shared(Arc<Entry>),
}

impl Deref for Row {
    type Target = Entry;

    fn deref(&self) -> &Entry {
        match self {
            Self::Static(entry) => entry,
            Self::Shared(entry) => entry,
        }
    }
}
