//! Hyperparameters: names, values, ranges.

use std::fmt;

/// A hyperparameter as the registry describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Hyperparameter {
    /// Its name in specs.
    pub name: &'static str,
    /// What it means, in a few words.
    pub meaning: &'static str,
    /// Which values it takes.
    pub accepts: Accepts,
}

/// Which values a hyperparameter takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Accepts {
    /// A finite number of a range.
    Number(Range),
    /// `true` or `false`.
    Flag,
    /// One of some words.
    Choice(&'static [&'static str]),
}

/// A range of finite numbers, its lower end included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The lowest number.
    pub min: f64,
    /// The upper end; infinity where there is none.
    pub max: f64,
    /// Whether the upper end itself belongs to the range.
    pub max_included: bool,
}

impl Accepts {
    /// A finite number ≥ 0.
    pub const NON_NEGATIVE: Self =
        Self::Number(Range { min: 0.0, max: f64::INFINITY, max_included: false });
    /// A number in [0, 1].
    pub const UNIT: Self = Self::Number(Range { min: 0.0, max: 1.0, max_included: true });
    /// A number in [0, 1).
    pub const BELOW_ONE: Self = Self::Number(Range { min: 0.0, max: 1.0, max_included: false });

    /// Whether `value` is of the right kind and in range.
    pub fn admits(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Number(range), Value::Number(number)) => range.contains(*number),
            (Self::Flag, Value::Flag(_)) => true,
            (Self::Choice(words), Value::Choice(word)) => words.contains(&word.as_str()),
            _ => false,
        }
    }

    /// Reads a value of this kind; `None` where the text is none or is out of range.
    pub fn parse(&self, text: &str) -> Option<Value> {
        let value = match self {
            Self::Number(_) => Value::Number(text.parse().ok()?),
            Self::Flag => Value::Flag(text.parse().ok()?),
            Self::Choice(_) => Value::Choice(text.to_owned()),
        };
        self.admits(&value).then_some(value)
    }
}

impl Range {
    /// Whether `value` is finite and in the range.
    pub fn contains(&self, value: f64) -> bool {
        // NaN fails every comparison, and no range includes an infinity.
        value >= self.min && (value < self.max || (self.max_included && value == self.max))
    }
}

impl fmt::Display for Accepts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(Range { min, max, .. }) if max.is_infinite() => {
                write!(f, "a finite number ≥ {min}")
            }
            Self::Number(Range { min, max, max_included }) => {
                write!(f, "a number in [{min}, {max}{}", if *max_included { ']' } else { ')' })
            }
            Self::Flag => f.write_str("true or false"),
            Self::Choice(words) => f.write_str(&words.join(" or ")),
        }
    }
}

/// The value of a hyperparameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Flag(bool),
    /// One of some words.
    Choice(String),
}

impl Value {
    /// The value that a text means where it is not known what is expected: a number, `true` or
    /// `false`, else a word.
    pub(crate) fn guess(text: &str) -> Self {
        match (text.parse(), text.parse()) {
            (Ok(number), _) => Self::Number(number),
            (_, Ok(flag)) => Self::Flag(flag),
            _ => Self::Choice(text.to_owned()),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // `{:?}` has an exponent where people would write one (1e-8), `{}` never has.
            Self::Number(number) => {
                let text = format!("{number:?}");
                f.write_str(text.strip_suffix(".0").unwrap_or(&text))
            }
            Self::Flag(flag) => flag.fmt(f),
            Self::Choice(word) => f.write_str(word),
        }
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<f32> for Value {
    fn from(number: f32) -> Self {
        Self::Number(number.into())
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<&str> for Value {
    fn from(word: &str) -> Self {
        Self::Choice(word.to_owned())
    }
}

/// A type that a hyperparameter's field can have.
pub trait Setting: Sized {
    /// The field's value.
    fn to_value(&self) -> Value;
    /// The value as the field's type; `None` if it is of another kind.
    fn from_value(value: &Value) -> Option<Self>;
}

impl Setting for f64 {
    fn to_value(&self) -> Value {
        Value::Number(*self)
    }
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }
}

impl Setting for bool {
    fn to_value(&self) -> Value {
        Value::Flag(*self)
    }
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Flag(flag) => Some(*flag),
            _ => None,
        }
    }
}
