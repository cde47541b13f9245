//! What an expression may use, and what it means to `exmex`.

use exmex::{BinOp, MakeOperators, MatchLiteral, Operator};

use super::dual::Dual;

type Unary = fn(Dual) -> Dual;
type Binary = fn(Dual, Dual) -> Dual;

/// Functions of one argument.
pub const FUNCTIONS: [(&str, Unary); 20] = [
    ("abs", Dual::abs),
    ("sqrt", Dual::sqrt),
    ("cbrt", Dual::cbrt),
    ("exp", Dual::exp),
    ("ln", Dual::ln),
    ("log", Dual::ln),
    ("log2", Dual::log2),
    ("log10", Dual::log10),
    ("sin", Dual::sin),
    ("cos", Dual::cos),
    ("tan", Dual::tan),
    ("asin", Dual::asin),
    ("acos", Dual::acos),
    ("atan", Dual::atan),
    ("sinh", Dual::sinh),
    ("cosh", Dual::cosh),
    ("tanh", Dual::tanh),
    ("asinh", Dual::asinh),
    ("acosh", Dual::acosh),
    ("atanh", Dual::atanh),
];

/// Functions of two arguments.
pub const PAIRS: [(&str, Binary); 3] =
    [("min", Dual::min), ("max", Dual::max), ("atan2", Dual::atan2)];

/// Functions people know that have no slope to descend: constant between their jumps.
pub const STAIRCASES: [&str; 6] = ["floor", "ceil", "round", "trunc", "sign", "signum"];

/// Numbers with a name.
pub const CONSTANTS: [(&str, f64); 5] = [
    ("pi", std::f64::consts::PI),
    ("π", std::f64::consts::PI),
    ("tau", std::f64::consts::TAU),
    ("τ", std::f64::consts::TAU),
    ("e", std::f64::consts::E),
];

/// The sign that stands for "minus what follows", written between a 0 and its operand.
pub const NEGATE: &str = "~";

/// The operators `exmex` is given: the arithmetic of [`Dual`].
#[derive(Debug, Clone)]
pub struct Operators;

impl MakeOperators<Dual> for Operators {
    fn make<'a>() -> Vec<Operator<'a, Dual>> {
        // `exmex` joins two neighbouring numbers first when it believes their operator to be
        // commutative, which turns x − 2 + 3 into x − 5 unless − binds tighter than +.
        // Declared as not commutative, operators of one priority go from left to right.
        let binary = |name: &'static str, prio: i64, apply: Binary| {
            let is_commutative = false;
            Operator::make_bin(name, BinOp { apply, prio, is_commutative })
        };
        let mut operators = vec![
            binary("+", 1, |a, b| a + b),
            binary("-", 1, |a, b| a - b),
            binary("*", 2, |a, b| a * b),
            binary("/", 2, |a, b| a / b),
            binary(NEGATE, 3, |_, b| -b),
            binary("^", 4, Dual::pow),
        ];
        operators.extend(PAIRS.map(|(name, apply)| binary(name, 0, apply)));
        operators.extend(FUNCTIONS.map(|(name, apply)| Operator::make_unary(name, apply)));
        operators
    }
}

/// Numbers as `exmex` is to read them.
#[derive(Debug, Clone)]
pub struct Numbers;

impl MatchLiteral for Numbers {
    fn is_literal(text: &str) -> Option<&str> {
        leading_number(text)
    }
}

/// The number at the beginning of the text, if there is one: `2`, `0.5`, `.5`, `2.`, `1e-3`.
pub fn leading_number(text: &str) -> Option<&str> {
    let digits = |from: usize| {
        let tail = text.as_bytes().get(from..).unwrap_or_default();
        tail.iter().take_while(|b| b.is_ascii_digit()).count()
    };
    let at = |i: usize| text.as_bytes().get(i);

    let whole = digits(0);
    let mut end = whole;
    let mut any = whole;
    if at(end) == Some(&b'.') {
        any += digits(end + 1);
        end += 1 + digits(end + 1);
    }
    if any == 0 {
        return None;
    }
    if matches!(at(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(at(end + 1), Some(b'+' | b'-')));
        let power = digits(end + 1 + sign);
        if power > 0 {
            end += 1 + sign + power;
        }
    }
    Some(&text[..end])
}
