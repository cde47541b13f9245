//! Methods that are written as text.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use super::entry::Paper;
use super::{Method, admitted, change};
use crate::engine::Kernel;
use crate::error::Error;
use crate::formula::{Formula, RuleError, parse};
use crate::settings::{Accepts, Hyperparameter, Value, known_range};

/// A method written as text: hyperparameters with defaults, state with its start, then
/// assignments, executed in order for each element.
///
/// `g` is the gradient, `W` the parameter, `t` the step from 1. What depends only on
/// hyperparameters and `t` is computed once a step in `f64`. The functions are `sqrt`, `abs`,
/// `sign`, `min`, `max`, `exp`, `log`, `cos`, `floor`, `pow` and `atan2`, with the same bits on every machine;
/// `first(a, b)` is a at the first step and
/// b at every other; `1 - beta^t` is the bias correction of a mean. `β₁`, `√`, `·`, `²`, `←` and `−` are understood.
///
/// A comment behind a hyperparameter says what it means; its range is that of the usual
/// hyperparameter of its name (`lr` is ≥ 0), if the default is in it, else any finite number. A
/// first line `# TITLE: SUMMARY` names the method, a line `# Paper: AUTHORS (YEAR), TITLE, URL` says
/// where it was published.
///
/// It steps by the program of its [`Formula`], without a compiler, at the speed of memory.
///
/// ```
/// use thalweg::{Optimizer, TextRule};
///
/// let lion = TextRule::parse("
///     ## Lion. Chen et al. 2023, https://arxiv.org/abs/2302.06675
///     lr = 1e-4
///     beta1 = 0.9
///     beta2 = 0.99
///     weight_decay = 0
///     state m = 0
///     c = beta1*m + (1 - beta1)*g
///     m = beta2*m + (1 - beta2)*g
///     W = W - lr*(sign(c) + weight_decay*W)
/// ")?;
/// let mut w = [1.0_f32, -2.0];
/// let mut optimizer = Optimizer::builder(lion).build()?;
/// optimizer.set("lr", 0.5)?;
/// optimizer.step([("w", &mut w, &[0.3, -0.1])])?;
/// assert_eq!(w, [0.5, -1.5]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct TextRule {
    pub(super) name: &'static str,
    /// What stands before the colon of its first comment.
    title: Option<&'static str>,
    pub(super) summary: &'static str,
    pub(super) paper: Option<Paper>,
    text: Arc<str>,
    hyperparameters: Vec<Hyperparameter>,
    pub(super) formula: Formula,
}

impl TextRule {
    /// Reads a method.
    ///
    /// # Errors
    /// The first thing that cannot be understood, with its place.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        // Some editors write a byte order mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let parsed = parse(text)?;
        let named = &parsed.formula.graph().hyperparameters;
        let hyperparameters = named.iter().zip(&parsed.meanings);
        let hyperparameters = hyperparameters.map(|((name, value), meaning)| Hyperparameter {
            name: interned(name),
            meaning: interned(meaning),
            accepts: known_range(name)
                .filter(|range| range.admits(&Value::Number(*value)))
                .unwrap_or(Accepts::FINITE),
            required: false,
        });
        let paper_of = |comment: &str| Paper::parse(comment.strip_prefix("Paper: ")?);
        let paper = comments(text).find_map(paper_of);
        let mut summaries = comments(text).filter(|comment| paper_of(comment).is_none());
        let summary = interned(summaries.next().unwrap_or_default());
        let titled = summary.split_once(": ").map(|(title, summary)| (Some(title), summary));
        let (title, summary) = titled.unwrap_or((None, summary));
        Ok(Self {
            name: "rule",
            title,
            summary,
            paper,
            text: text.into(),
            hyperparameters: hyperparameters.collect(),
            formula: parsed.formula,
        })
    }

    /// The same method with a name, as error messages and results show it. The name of a file is its
    /// title, too.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        let title = self.title.filter(|_| !name.ends_with(".rule"));
        Self { name: interned(name), title, ..self }
    }

    pub(super) fn title_or_name(&self) -> &'static str {
        // Of a file its name, without folders.
        let file = self.name.rsplit(['/', '\\']).next();
        self.title.or(file).unwrap_or(self.name)
    }

    /// The first line of the text that is a comment, after the title that ends in a colon.
    pub fn summary(&self) -> &'static str {
        self.summary
    }
}

impl Method for TextRule {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn title(&self) -> String {
        self.title_or_name().to_owned()
    }

    fn hyperparameters(&self) -> Vec<(Hyperparameter, Value)> {
        let known = self.hyperparameters.iter().copied();
        let values = known.clone().map(|known| Value::Number(self.formula.value(known.name)));
        known.zip(values).collect()
    }

    fn set_all(&mut self, values: &[(&str, Value)]) -> Result<(), Error> {
        let described = Method::hyperparameters(self);
        let mut changed = self.formula.clone();
        change(self.name, &described, values, &mut |name, value| match value {
            Value::Number(value) => changed.set_value(name, *value),
            _ => false,
        })?;
        self.formula = changed;
        Ok(())
    }

    fn check(&self) -> Result<(), Error> {
        admitted(self.name, &Method::hyperparameters(self))
    }

    fn kernel(&self) -> Kernel {
        Kernel::program(self.formula.clone())
    }

    fn text(&self) -> Option<String> {
        Some(self.text.to_string())
    }

    fn formula(&self) -> Option<Formula> {
        Some(self.formula.clone())
    }
}

/// The lines of a method that are comments.
fn comments(text: &str) -> impl Iterator<Item = &str> {
    let comments = text.lines().filter_map(|line| line.trim_start().strip_prefix('#'));
    comments.map(|comment| comment.trim_start_matches('#').trim()).filter(|text| !text.is_empty())
}

/// The same text, kept until the program ends, once however often it is read: the names of a
/// registry live as long.
pub(super) fn interned(text: &str) -> &'static str {
    static TEXTS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut texts = TEXTS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(known) = texts.get(text) {
        return known;
    }
    let kept: &'static str = Box::leak(text.into());
    texts.insert(kept);
    kept
}
