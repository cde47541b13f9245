//! Words, numbers and signs.

use super::Parser;
use crate::formula::rule_error::RuleError;

/// A word, number or sign, with its place in the text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Token<'a> {
    pub kind: Kind<'a>,
    pub start: usize,
    pub end: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind<'a> {
    Name(&'a str),
    Number(f64),
    Sign(char),
    /// A superscript, such as ².
    Power(u32),
    End,
}
impl<'a> Parser<'a> {
    /// The tokens of a line, and its end.
    pub(super) fn scan(&self, start: usize, line: &'a str) -> Result<Vec<Token<'a>>, RuleError> {
        let mut tokens = Vec::new();
        let mut rest = line.trim_end();
        let end = start + rest.len();
        loop {
            rest = rest.trim_start();
            let Some(first) = rest.chars().next() else { break };
            let at = end - rest.len();
            let (kind, length) = if first.is_ascii_digit() || first == '.' {
                let length = number_length(rest);
                let digits = &rest[..length];
                let Some(x) = digits.parse().ok().filter(|x: &f64| x.is_finite()) else {
                    let problem = format!("`{digits}` is not a number");
                    return Err(RuleError::new(self.text, at..at + length, problem));
                };
                (Kind::Number(x), length)
            } else if is_name_start(first) {
                let length = rest.find(|c| !is_name_part(c)).unwrap_or(rest.len());
                (Kind::Name(&rest[..length]), length)
            } else {
                let kind = match first {
                    '·' | '×' | '⋅' => Kind::Sign('*'),
                    '−' | '–' => Kind::Sign('-'),
                    '²' => Kind::Power(2),
                    '³' => Kind::Power(3),
                    '÷' => Kind::Sign('/'),
                    '+' | '-' | '*' | '/' | '^' | '(' | ')' | ',' | '=' | '←' | '√' | '|' => {
                        Kind::Sign(first)
                    }
                    other => {
                        let problem = format!("`{}` has no meaning here", other.escape_debug());
                        return Err(RuleError::new(self.text, at..at + other.len_utf8(), problem));
                    }
                };
                (kind, first.len_utf8())
            };
            tokens.push(Token { kind, start: at, end: at + length });
            rest = &rest[length..];
        }
        tokens.push(Token { kind: Kind::End, start: end, end });
        Ok(tokens)
    }
}

/// Bytes of the number at the beginning: digits, a point, an exponent.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut length = 0;
    while let Some(&byte) = bytes.get(length) {
        let is_sign_of_exponent =
            matches!(byte, b'+' | b'-') && matches!(bytes[length.max(1) - 1], b'e' | b'E');
        let is_exponent = matches!(byte, b'e' | b'E')
            && bytes
                .get(length + 1)
                .is_some_and(|next| next.is_ascii_digit() || matches!(next, b'+' | b'-'));
        if !(byte.is_ascii_digit() || byte == b'.' || is_exponent || is_sign_of_exponent) {
            break;
        }
        length += 1;
    }
    length.max(1)
}

fn is_name_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn is_name_part(c: char) -> bool {
    let is_power = matches!(c, '⁰' | '¹' | '²' | '³' | '⁴'..='⁹');
    (c.is_alphanumeric() && !is_power) || matches!(c, '_' | '₀'..='₉' | '\u{300}'..='\u{36f}')
}
