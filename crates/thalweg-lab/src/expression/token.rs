//! Cuts the text of an expression into numbers, names and signs.

use super::error::ExpressionError;
use super::operators::leading_number;

/// A piece of an expression.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Token<'a> {
    /// A finite number, as written.
    Number(&'a str),
    /// A variable, a constant or a function.
    Name(&'a str),
    /// One of `+ - * / ^ ( ) ,`; `**` is read as `^`.
    Sign(char),
}

impl Token<'_> {
    /// The token as an error message shows it.
    pub fn shown(self) -> String {
        match self {
            Token::Number(text) | Token::Name(text) => text.to_owned(),
            Token::Sign(sign) => sign.to_string(),
        }
    }
}

/// The tokens of a text, each with its column (in characters, from 1).
pub fn tokens(text: &str) -> Result<Vec<(Token<'_>, usize)>, ExpressionError> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut column = 1;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_whitespace() {
            first.len_utf8()
        } else {
            let (token, length) = token_at(rest, first, column)?;
            tokens.push((token, column));
            length
        };
        column += rest[..length].chars().count();
        rest = &rest[length..];
    }
    Ok(tokens)
}

/// The token that begins the text, and its length in bytes.
fn token_at(text: &str, first: char, column: usize) -> Result<(Token<'_>, usize), ExpressionError> {
    let span = |keep: fn(char) -> bool| text.find(|c| !keep(c)).unwrap_or(text.len());

    if let Some(number) = leading_number(text) {
        let after = &text[number.len()..];
        let more = after.find(|c: char| c != '.' && !c.is_ascii_digit());
        let end = number.len() + more.unwrap_or(after.len());
        let finite = number.parse::<f64>().is_ok_and(f64::is_finite);
        return if end == number.len() && finite {
            Ok((Token::Number(number), end))
        } else {
            let text = text[..end].to_owned();
            Err(ExpressionError::BadNumber { column, text })
        };
    }
    match first {
        c if c.is_alphabetic() || c == '_' => {
            let end = span(|c| c.is_alphabetic() || c.is_ascii_digit() || c == '_');
            Ok((Token::Name(&text[..end]), end))
        }
        '*' if text.starts_with("**") => Ok((Token::Sign('^'), 2)),
        '+' | '-' | '*' | '/' | '^' | '(' | ')' | ',' => Ok((Token::Sign(first), 1)),
        found => Err(ExpressionError::UnexpectedCharacter { column, found }),
    }
}
