//! What an expression may use, and what it means to `exmex`.

use exmex::{BinOp, MakeOperators, MatchLiteral, Operator};

use super::analytic::Analytic;

/// A function of one argument.
pub type Unary<N> = fn(N) -> N;
/// A function of two arguments.
pub type Binary<N> = fn(N, N) -> N;

/// Functions of one argument.
pub fn functions<N: Analytic>() -> [(&'static str, Unary<N>); 20] {
    [
        ("abs", N::abs),
        ("sqrt", N::sqrt),
        ("cbrt", N::cbrt),
        ("exp", N::exponential),
        ("ln", N::logarithm),
        ("log", N::logarithm),
        ("log2", N::log2),
        ("log10", N::log10),
        ("sin", N::sine),
        ("cos", N::cosine),
        ("tan", N::tan),
        ("asin", N::asin),
        ("acos", N::acos),
        ("atan", N::atan),
        ("sinh", N::sinh),
        ("cosh", N::cosh),
        ("tanh", N::tanh),
        ("asinh", N::asinh),
        ("acosh", N::acosh),
        ("atanh", N::atanh),
    ]
}

/// Functions of two arguments.
pub fn pairs<N: Analytic>() -> [(&'static str, Binary<N>); 3] {
    [("min", N::smaller), ("max", N::larger), ("atan2", N::angle)]
}

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

/// The operators `exmex` is given.
#[derive(Debug, Clone)]
pub struct Operators;

impl<N: Analytic> MakeOperators<N> for Operators {
    fn make<'a>() -> Vec<Operator<'a, N>> {
        // `exmex` joins two neighbouring numbers first when it believes their operator to be
        // commutative, which turns x − 2 + 3 into x − 5 unless − binds tighter than +.
        // Declared as not commutative, operators of one priority go from left to right.
        let binary = |name: &'static str, prio: i64, apply: Binary<N>| {
            let is_commutative = false;
            Operator::make_bin(name, BinOp { apply, prio, is_commutative })
        };
        let mut operators = vec![
            binary("+", 1, |a, b| a + b),
            binary("-", 1, |a, b| a - b),
            binary("*", 2, |a, b| a * b),
            binary("/", 2, |a, b| a / b),
            binary(NEGATE, 3, |_, b| -b),
            binary("^", 4, N::power),
        ];
        operators.extend(pairs().map(|(name, apply)| binary(name, 0, apply)));
        operators.extend(functions().map(|(name, apply)| Operator::make_unary(name, apply)));
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
