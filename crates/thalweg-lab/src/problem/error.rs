//! Why a text does not name or describe a problem.

use thiserror::Error;

use crate::expression::ExpressionError;
use crate::words::{did_you_mean, list};

/// Why a text does not name or describe a problem.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProblemError {
    /// A name that is not in the catalogue.
    #[error(
        "there is no problem named {name}{}; known are {}, or an expression in x and y",
        did_you_mean(.nearest), list(.known, "and")
    )]
    Unknown {
        /// The name asked for.
        name: String,
        /// Known names that look like it, the nearest first.
        nearest: Vec<&'static str>,
        /// Every known name.
        known: Vec<String>,
    },
    /// A text that is not an expression in x and y.
    #[error("{} is not a function to descend: {error}", shortened(text))]
    Expression {
        /// The text.
        text: String,
        /// What is wrong with it.
        #[source]
        error: ExpressionError,
    },
}

/// The text in quotes, truncated where it is long.
fn shortened(text: &str) -> String {
    const MOST: usize = 80;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
