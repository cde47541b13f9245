//! What can be wrong with an expression.

use thiserror::Error;

use crate::words::{did_you_mean, list};

/// Why a text is not an expression in x and y. Columns count characters from 1.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ExpressionError {
    /// Only white space.
    #[error("the expression is empty; write one in x and y, such as x^2/20 + y^2")]
    Empty,
    /// More characters than an expression may have.
    #[error("the expression has {length} characters; at most {limit} are accepted")]
    TooLong {
        /// Its length in characters.
        length: usize,
        /// The greatest length accepted.
        limit: usize,
    },
    /// More open parentheses and powers of powers than accepted.
    #[error("the expression is nested more than {limit} deep at column {column}")]
    TooDeep {
        /// Where the limit is passed.
        column: usize,
        /// The greatest depth accepted.
        limit: usize,
    },
    /// A character with no meaning here.
    #[error(
        "'{found}' at column {column} has no meaning in an expression; use numbers, x, y, pi, e, \
         + - * / ^, parentheses and functions such as sin(x)"
    )]
    UnexpectedCharacter {
        /// Where it stands.
        column: usize,
        /// The character.
        found: char,
    },
    /// A malformed number, or one that is too large.
    #[error(
        "{text} at column {column} is not a number; numbers look like 2, 0.5 or 1e-3 and are \
         below 1.8e308"
    )]
    BadNumber {
        /// Where it begins.
        column: usize,
        /// What is written.
        text: String,
    },
    /// Names that are neither x nor y nor a constant.
    #[error("it has {}; only x and y are variables (first at column {column})", list(.names, "and"))]
    OtherVariables {
        /// The names, in the order of their first use.
        names: Vec<String>,
        /// Where the first one stands.
        column: usize,
    },
    /// A call of a function that does not exist.
    #[error(
        "there is no function {name} at column {column}{}; known are {}",
        did_you_mean(.nearest), list(.known, "and")
    )]
    UnknownFunction {
        /// Its name.
        name: String,
        /// Where the name begins.
        column: usize,
        /// Known functions with a similar name, the nearest first.
        nearest: Vec<&'static str>,
        /// Every known function.
        known: Vec<String>,
    },
    /// A piecewise constant function, such as `floor`.
    #[error(
        "{name} at column {column} has no slope to descend: it is constant between its jumps; \
         use a smooth function instead"
    )]
    NoSlope {
        /// Its name.
        name: String,
        /// Where the name begins.
        column: usize,
    },
    /// A function without its argument in parentheses.
    #[error("{function} at column {column} needs its argument in parentheses, as in {function}(x)")]
    MissingParenthesis {
        /// The function.
        function: String,
        /// Where its name begins.
        column: usize,
    },
    /// A function with too few or too many arguments.
    #[error("{function} at column {column} takes {expected} {}", if *.expected == 1 { "argument" } else { "arguments" })]
    ArgumentCount {
        /// The function.
        function: String,
        /// Where its name begins.
        column: usize,
        /// How many arguments it takes.
        expected: usize,
    },
    /// A comma that separates no arguments.
    #[error(
        "the comma at column {column} separates nothing; numbers have a decimal point, and only \
         min, max and atan2 take two arguments"
    )]
    UnexpectedComma {
        /// Where it stands.
        column: usize,
    },
    /// An operator, a parenthesis or the end where a number, a variable or a function should be.
    #[error(
        "an operand is missing at column {column}, before {found}; a number, x, y, a function or \
         ( belongs there"
    )]
    MissingOperand {
        /// Where the operand should be.
        column: usize,
        /// What stands there.
        found: String,
    },
    /// Two operands with nothing between them.
    #[error("an operator is missing before {found} at column {column}; products are written 2*x")]
    MissingOperator {
        /// Where the operator should be.
        column: usize,
        /// What stands there.
        found: String,
    },
    /// A closing parenthesis that was never opened.
    #[error("the ) at column {column} closes nothing; remove it or add its (")]
    Unopened {
        /// Where it stands.
        column: usize,
    },
    /// An opening parenthesis that is never closed.
    #[error("the ( at column {column} is never closed; add its )")]
    Unclosed {
        /// Where it stands.
        column: usize,
    },
    /// The parser beneath refused a text that looked well-formed.
    #[error("the expression cannot be read: {message}")]
    Rejected {
        /// Its reason.
        message: String,
    },
}

impl ExpressionError {
    /// The column to point at, counted in characters from 1; `None` if no place is to blame.
    pub fn column(&self) -> Option<usize> {
        use ExpressionError::*;
        match *self {
            Empty | TooLong { .. } | Rejected { .. } => None,
            TooDeep { column, .. }
            | UnexpectedCharacter { column, .. }
            | BadNumber { column, .. }
            | OtherVariables { column, .. }
            | UnknownFunction { column, .. }
            | NoSlope { column, .. }
            | MissingParenthesis { column, .. }
            | ArgumentCount { column, .. }
            | UnexpectedComma { column }
            | MissingOperand { column, .. }
            | MissingOperator { column, .. }
            | Unopened { column }
            | Unclosed { column } => Some(column),
        }
    }
}
