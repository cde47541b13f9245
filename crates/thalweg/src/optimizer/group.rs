//! Parameter groups: settings for parameters with certain names.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use glob::Pattern;

use crate::error::Error;
use crate::method::{Registry, Spec};
use crate::settings::Value;
use crate::settings::nearest::nearest;
use crate::settings::text::Reader;

/// Parameters whose names match a pattern, and what differs for them: some hyperparameters, the
/// whole optimizer, or that they are frozen.
///
/// In a pattern `*` stands for any characters, `?` for one, `[ab]` for one of those; several are
/// joined by `|`. A parameter belongs to the first group that matches its name. A pattern that
/// matches none of the parameters of the first step is an error, unless the group is
/// [`optional`](Self::optional). In text, `:` ends the patterns and `;` ends a group; to match
/// either character in a name, write `?`.
///
/// ```
/// use thalweg::Group;
///
/// // The classic uses, a line each; in Rust and as text.
/// let decay = Group::matching("*.bias|*norm*").set("weight_decay", 0.0);
/// assert_eq!(Group::parse("*.bias|*norm*: weight_decay=0")?, decay);
/// let embedding = Group::matching("embedding.*").set("lr", 1e-4);
/// assert_eq!(Group::parse("embedding.*: lr=1e-4")?, embedding);
/// let backbone = Group::matching("backbone.*").frozen();
/// assert_eq!(Group::parse("backbone.*: frozen")?, backbone);
/// let head = Group::matching("head.*").optimizer("sgd:lr=0.1".parse()?);
/// assert_eq!(Group::parse("head.*: sgd:lr=0.1")?, head);
/// # Ok::<(), thalweg::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    patterns: String,
    /// The names themselves, of a group that is made from names.
    names: Option<Vec<String>>,
    pub(crate) treatment: Treatment,
    optional: bool,
}

/// How the parameters of a group are stepped.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Treatment {
    /// The optimizer's own method with other hyperparameters.
    Overrides(Vec<(String, Value)>),
    /// Another method.
    Other(Spec),
    /// No step at all.
    Frozen,
}

impl Group {
    /// The group of parameters whose names match a pattern, or one of several joined by `|`.
    /// Without further settings they are stepped like parameters outside any group, and later
    /// groups do not apply to them.
    pub fn matching(patterns: &str) -> Self {
        let treatment = Treatment::Overrides(Vec::new());
        Self { patterns: patterns.trim().to_owned(), names: None, treatment, optional: false }
    }

    /// The group of the parameters with these names, whatever characters they have. It is written as the
    /// patterns that match them, in which `?` stands for `:`, `;` and `|`.
    ///
    /// ```
    /// use thalweg::Group;
    ///
    /// assert_eq!(Group::named(["head.weight", "a*b"]).to_string(), "head.weight|a[*]b: default");
    /// ```
    pub fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let escaped = |name: &String| Pattern::escape(name).replace([':', ';', '|'], "?");
        let patterns: Vec<String> = names.iter().map(escaped).collect();
        Self { names: Some(names), ..Self::matching(&patterns.join("|")) }
    }

    /// Gives a hyperparameter another value for this group.
    #[must_use]
    pub fn set(mut self, hyperparameter: &str, value: impl Into<Value>) -> Self {
        let setting = (hyperparameter.to_owned(), value.into());
        match &mut self.treatment {
            Treatment::Overrides(settings) => settings.push(setting),
            _ => self.treatment = Treatment::Overrides(vec![setting]),
        }
        self
    }

    /// Steps this group with another optimizer.
    #[must_use]
    pub fn optimizer(self, spec: Spec) -> Self {
        Self { treatment: Treatment::Other(spec), ..self }
    }

    /// The method of a group that has one of its own.
    pub fn method(&self) -> Option<&Spec> {
        match &self.treatment {
            Treatment::Other(spec) => Some(spec),
            _ => None,
        }
    }

    /// Freezes the parameters of this group.
    #[must_use]
    pub fn frozen(self) -> Self {
        Self { treatment: Treatment::Frozen, ..self }
    }

    /// Allows the patterns to match no parameter.
    #[must_use]
    pub fn optional(self) -> Self {
        Self { optional: true, ..self }
    }

    /// Reads `PATTERN|PATTERN: key=value, key=value`, `PATTERN: frozen`, `PATTERN: default`
    /// (stepped like parameters outside any group) or `PATTERN: optimizer:key=value`. With
    /// `optional` before the pattern, it may match no parameter.
    ///
    /// # Errors
    /// [`MalformedGroup`](Error::MalformedGroup), and those of [`Registry::spec`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        Self::parse_in(&Registry::standard(), text)
    }

    /// The same, where the optimizer of a group may be one of a registry.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_in(registry: &Registry, text: &str) -> Result<Self, Error> {
        let malformed = |problem: &str| Error::MalformedGroup {
            text: text.to_owned(),
            problem: problem.to_owned(),
        };
        let (patterns, treatment) =
            text.split_once(':').ok_or_else(|| malformed("a colon must follow the pattern"))?;
        let (patterns, optional) = match patterns.trim().strip_prefix("optional ") {
            Some(patterns) => (patterns.trim(), true),
            None => (patterns.trim(), false),
        };
        let treatment = treatment.trim();
        let treatment = if treatment.is_empty() {
            return Err(malformed("the settings after the colon are missing"));
        } else if treatment == "frozen" {
            Treatment::Frozen
        } else if treatment == "default" {
            Treatment::Overrides(Vec::new())
        } else if treatment.contains('=')
            && !treatment.split('=').next().is_some_and(|key| key.contains(':'))
        {
            let reader = Reader { text, thing: "group", key: "hyperparameter" };
            let settings = reader.settings(Some(treatment)).map(|setting| {
                let (key, value) = setting.map_err(|error| malformed(&error.problem))?;
                Ok((key.to_owned(), Value::guess(value)))
            });
            Treatment::Overrides(settings.collect::<Result<_, _>>()?)
        } else {
            Treatment::Other(registry.spec(treatment)?)
        };
        let group = Self { patterns: patterns.to_owned(), names: None, treatment, optional };
        group.matcher()?;
        Ok(group)
    }

    /// Reads several groups, separated by `;`.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_all(text: &str) -> Result<Vec<Self>, Error> {
        Self::parse_all_in(&Registry::standard(), text)
    }

    /// The same, where optimizers may be those of a registry.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_all_in(registry: &Registry, text: &str) -> Result<Vec<Self>, Error> {
        let texts = text.split(';').map(str::trim).filter(|text| !text.is_empty());
        texts.map(|text| Self::parse_in(registry, text)).collect()
    }

    /// The patterns, ready to match.
    pub(crate) fn matcher(&self) -> Result<Matcher, Error> {
        let mut matcher = Matcher { optional: self.optional, ..Matcher::default() };
        if let Some(names) = &self.names {
            matcher.names.extend(names.iter().cloned());
            return Ok(matcher);
        }
        for pattern in self.patterns.split('|') {
            let pattern = pattern.trim();
            let invalid = |problem: &str| Error::InvalidPattern {
                pattern: pattern.to_owned(),
                problem: problem.to_owned(),
            };
            if pattern.is_empty() {
                return Err(invalid("it is empty"));
            }
            if pattern.contains([':', ';']) {
                return Err(invalid("`:` and `;` end a pattern; write `?` to match them"));
            }
            if pattern.starts_with("optional ") {
                return Err(invalid(
                    "it cannot begin with `optional `; `Group::optional` makes a group optional",
                ));
            }
            if pattern.contains(['*', '?', '[']) {
                matcher.patterns.push(Pattern::new(pattern).map_err(|error| invalid(error.msg))?);
            } else {
                matcher.names.insert(pattern.to_owned());
            }
        }
        Ok(matcher)
    }
}

/// The compiled patterns of a group.
#[derive(Debug, Default)]
pub(crate) struct Matcher {
    /// Patterns that are names.
    names: HashSet<String>,
    patterns: Vec<Pattern>,
    optional: bool,
}

impl Matcher {
    pub(crate) fn matches(&self, name: &str) -> bool {
        self.names.contains(name) || self.patterns.iter().any(|pattern| pattern.matches(name))
    }

    /// A pattern that must match one of the names but does not.
    pub(crate) fn unmatched<'a>(
        &self,
        names: impl Iterator<Item = &'a str> + Clone,
    ) -> Option<&str> {
        if self.optional {
            return None;
        }
        let mut missing: HashSet<&str> = self.names.iter().map(String::as_str).collect();
        names.clone().for_each(|name| _ = missing.remove(name));
        let is_unmatched = |pattern: &&Pattern| !names.clone().any(|name| pattern.matches(name));
        let pattern = || self.patterns.iter().find(is_unmatched).map(Pattern::as_str);
        missing.into_iter().min().or_else(pattern)
    }
}

/// The names that a pattern would match with a few letters changed, at most three.
pub(crate) fn nearly_matched<'a>(
    pattern: &str,
    names: impl Iterator<Item = &'a str>,
) -> Vec<String> {
    let like = pattern.replace(['*', '?'], "");
    let len = like.chars().count();
    // The parts of a name that the literal text of the pattern is compared with.
    let is_near = |name: &str| {
        let at = |k: usize| name.char_indices().nth(k).map_or(name.len(), |(at, _)| at);
        let parts: Vec<&str> = match (pattern.starts_with('*'), pattern.ends_with('*')) {
            (true, true) => name.split(['.', '/', '_']).collect(),
            (true, false) => vec![&name[at(name.chars().count().saturating_sub(len))..]],
            (false, true) => vec![&name[..at(len)]],
            (false, false) => vec![name],
        };
        !nearest(&like, parts).is_empty()
    };
    names.filter(|name| is_near(name)).take(3).map(str::to_owned).collect()
}

impl FromStr for Group {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.optional {
            f.write_str("optional ")?;
        }
        write!(f, "{}: ", self.patterns)?;
        match &self.treatment {
            Treatment::Frozen => f.write_str("frozen"),
            Treatment::Overrides(settings) if settings.is_empty() => f.write_str("default"),
            Treatment::Other(spec) => spec.fmt(f),
            Treatment::Overrides(settings) => {
                let settings: Vec<String> =
                    settings.iter().map(|(key, value)| format!("{key}={value}")).collect();
                f.write_str(&settings.join(","))
            }
        }
    }
}
