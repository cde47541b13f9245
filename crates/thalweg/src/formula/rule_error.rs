//! Errors in methods that are written as text.

use std::fmt;
use std::ops::Range;

/// Why a method that is written as text cannot be read, and where.
///
/// It displays the line with a marker below:
///
/// ```
/// let error = thalweg::TextRule::parse("lr = 0.1\nW = W - lr*G\n").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "line 2, column 12: `G` is not defined (did you mean `g`?)\n    W = W - lr*G\n               ^"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    /// The file, if the text is from one.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub problem: String,
    /// The line's text.
    source: String,
    /// Characters that are marked.
    width: usize,
}

impl RuleError {
    pub(super) fn new(text: &str, place: Range<usize>, problem: impl Into<String>) -> Self {
        let line_start = text[..place.start].rfind('\n').map_or(0, |end| end + 1);
        let source = text[line_start..].split('\n').next().unwrap_or_default().trim_end();
        let width = text[place.clone()].chars().count().max(1);
        Self {
            file: None,
            line: Self::line_of(text, place.start),
            column: text[line_start..place.start].chars().count() + 1,
            problem: problem.into(),
            source: source.to_owned(),
            width,
        }
    }

    pub(super) fn line_of(text: &str, place: usize) -> usize {
        text[..place].matches('\n').count() + 1
    }

    pub(crate) fn in_file(self, file: &str) -> Self {
        Self { file: Some(file.to_owned()), ..self }
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, problem, source, width, .. } = self;
        match &self.file {
            Some(file) => write!(f, "{file}:{line}:{column}: {problem}")?,
            None => write!(f, "line {line}, column {column}: {problem}")?,
        }
        if source.is_empty() || source.chars().count() > 200 {
            return Ok(());
        }
        // Tabs and other control characters take one column, so that the marker stands below.
        let plain: String = source.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        write!(f, "\n    {plain}\n    {}{}", " ".repeat(column - 1), "^".repeat(*width))
    }
}

impl std::error::Error for RuleError {}
