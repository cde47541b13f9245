//! Which values a setting accepts.

use std::fmt;

use super::value::{Value, milestones, whole};

/// Which values a setting accepts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Accepts {
    /// A finite number of a range.
    Number(Range),
    /// `true` or `false`.
    Flag,
    /// One of several words.
    Choice(&'static [&'static str]),
    /// A whole number of at least this.
    Whole(u64),
    /// A number of steps ≥ 1, in the text of a schedule also a share of the run.
    Length,
    /// The same, or a word that stands for the value of the setting of that name.
    WholeOr(&'static str),
    /// Numbers of steps ≥ 1 in increasing order, as `30/80`.
    Milestones,
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
    /// A finite number.
    pub const FINITE: Self =
        Self::Number(Range { min: f64::MIN, max: f64::INFINITY, max_included: false });
    /// A finite number ≥ 0.
    pub const NON_NEGATIVE: Self =
        Self::Number(Range { min: 0.0, max: f64::INFINITY, max_included: false });
    /// A finite number ≥ 1.
    pub const FROM_ONE: Self =
        Self::Number(Range { min: 1.0, max: f64::INFINITY, max_included: false });
    /// A number in [0, 1].
    pub const UNIT: Self = Self::Number(Range { min: 0.0, max: 1.0, max_included: true });
    /// A number in (0, 1].
    pub const ABOVE_ZERO_TO_ONE: Self =
        Self::Number(Range { min: f64::MIN_POSITIVE, max: 1.0, max_included: true });
    /// A number in [0, 1).
    pub const BELOW_ONE: Self = Self::Number(Range { min: 0.0, max: 1.0, max_included: false });
    /// A whole number ≥ 1.
    pub const STEPS: Self = Self::Whole(1);
    /// A whole number ≥ 0.
    pub const COUNT: Self = Self::Whole(0);

    /// Whether it is about steps of a run, of which the text of a schedule may give shares.
    pub(crate) fn takes_shares(&self) -> bool {
        matches!(self, Self::Length | Self::WholeOr(_) | Self::Milestones)
    }

    /// Whether `value` is of the right kind and in range.
    pub fn admits(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Number(range), Value::Number(number)) => range.contains(*number),
            (Self::Flag, Value::Flag(_)) => true,
            (Self::Choice(words), Value::Choice(word)) => words.contains(&word.as_str()),
            (Self::Whole(min), Value::Whole(number)) => number >= min,
            (Self::Length | Self::WholeOr(_), Value::Whole(number)) => *number >= 1,
            (Self::WholeOr(word), Value::Choice(given)) => word == given,
            (Self::Milestones, Value::List(steps)) => {
                steps.first().is_some_and(|&first| first >= 1)
                    && steps.is_sorted_by(|earlier, later| earlier < later)
            }
            _ => false,
        }
    }

    /// Reads a value of this kind; `None` if the text is not one or is out of range.
    pub fn parse(&self, text: &str) -> Option<Value> {
        let value = match self {
            Self::Number(_) => Value::Number(text.parse().ok()?),
            Self::Flag => Value::Flag(text.parse().ok()?),
            Self::Choice(_) => Value::Choice(text.to_owned()),
            Self::Whole(_) | Self::Length => Value::Whole(whole(text)?),
            Self::WholeOr(word) if text == *word => Value::Choice(text.to_owned()),
            Self::WholeOr(_) => Value::Whole(whole(text)?),
            Self::Milestones => Value::List(milestones(text)?),
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

/// What [`Accepts::Length`] accepts.
const LENGTH: &str = "a number of steps ≥ 1 or a share of the run such as 5%";

impl fmt::Display for Accepts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(Range { min, .. }) if *min == f64::MIN => f.write_str("a finite number"),
            Self::Number(Range { min, max, .. }) if max.is_infinite() => {
                write!(f, "a finite number ≥ {min}")
            }
            Self::Number(Range { min, max, max_included }) => {
                write!(f, "a number in [{min}, {max}{}", if *max_included { ']' } else { ')' })
            }
            Self::Flag => f.write_str("true or false"),
            Self::Choice(words) => f.write_str(&words.join(" or ")),
            Self::Whole(min) => write!(f, "a whole number ≥ {min}"),
            Self::Length => f.write_str(LENGTH),
            Self::WholeOr(word) => write!(f, "{LENGTH}, or `{word}` for as many"),
            Self::Milestones => f.write_str(
                "increasing numbers of steps ≥ 1 or shares of the run, such as 30/80 or 50%/75%",
            ),
        }
    }
}
