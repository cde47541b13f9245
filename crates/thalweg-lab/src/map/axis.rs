//! What a map varies along a side: `NAME=LOW..HIGH`, and `,log` behind it.

use std::fmt;
use std::str::FromStr;

use thalweg::Number;
use thalweg::sensitivity::Input;

use crate::sensitivity::input;

/// What a map varies along one of its sides: a hyperparameter, or a coordinate of the start.
///
/// ```
/// use thalweg_lab::map::Axis;
///
/// let axis: Axis = "lr=0.001..1,log".parse()?;
/// assert_eq!(axis.values(4), [0.001, 0.01, 0.1, 1.0]);
/// assert!("lr=1..0.001".parse::<Axis>().is_err());
/// # Ok::<(), thalweg_lab::map::AxisError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// The hyperparameter, or `x` or `y`, the start.
    pub name: String,
    /// The lowest value.
    pub low: f64,
    /// The highest value.
    pub high: f64,
    /// Whether values are apart by a factor, not by a difference.
    pub logarithmic: bool,
}

/// Why a text is not an axis.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AxisError {
    /// It does not have the form of one.
    #[error(
        "`{text}` is not an axis; write NAME=LOW..HIGH or NAME=LOW..HIGH,log, such as lr=0.001..1,log"
    )]
    Malformed {
        /// The text.
        text: String,
    },
    /// An end is not a finite number.
    #[error("`{end}` is not a finite number; the axis of {name} is LOW..HIGH, such as 0.001..1")]
    End {
        /// What is varied.
        name: String,
        /// The end as it was given.
        end: String,
    },
    /// The ends are in the wrong order, or the same.
    #[error("the axis of {name} runs from {low:?} to {high:?}; the lower end comes first")]
    Order {
        /// What is varied.
        name: String,
        /// The first end.
        low: f64,
        /// The second one.
        high: f64,
    },
    /// The ends are so close, or so far apart, that values between them cannot be told apart.
    #[error("between {low:?} and {high:?} the axis of {name} has no values that can be told apart")]
    Width {
        /// What is varied.
        name: String,
        /// The first end.
        low: f64,
        /// The second one.
        high: f64,
    },
    /// A logarithmic axis that is not of positive numbers.
    #[error(
        "a logarithmic axis is above 0, but that of {name} begins at {low:?}; leave out `,log`"
    )]
    Logarithm {
        /// What is varied.
        name: String,
        /// The lower end.
        low: f64,
    },
    /// A word behind the comma other than `log`.
    #[error("`{word}` behind the axis of {name} is not known; `,log` makes it logarithmic")]
    Word {
        /// What is varied.
        name: String,
        /// The word.
        word: String,
    },
}

impl FromStr for Axis {
    type Err = AxisError;

    fn from_str(text: &str) -> Result<Self, AxisError> {
        let malformed = || AxisError::Malformed { text: text.to_owned() };
        let (name, range) = text.split_once('=').ok_or_else(malformed)?;
        let name = name.trim().to_owned();
        let (range, word) = match range.split_once(',') {
            Some((range, word)) => (range, Some(word.trim())),
            None => (range, None),
        };
        let (low, high) = range.split_once("..").ok_or_else(malformed)?;
        if name.is_empty() || low.trim().is_empty() || high.trim().is_empty() {
            return Err(malformed());
        }
        let end = |text: &str| {
            let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
            let end = || AxisError::End { name: name.clone(), end: text.trim().to_owned() };
            number.ok_or_else(end)
        };
        let (low, high) = (end(low)?, end(high)?);
        if let Some(word) = word.filter(|word| *word != "log") {
            return Err(AxisError::Word { name, word: word.to_owned() });
        }
        Self { name, low, high, logarithmic: word.is_some() }.checked()
    }
}

/// Parts of the range that are told apart; a map has fewer values.
const PARTS: f64 = 1e9;

impl Axis {
    fn checked(self) -> Result<Self, AxisError> {
        let Self { ref name, low, high, logarithmic } = self;
        let name = || name.clone();
        if low >= high {
            return Err(AxisError::Order { name: name(), low, high });
        }
        if logarithmic && low <= 0.0 {
            return Err(AxisError::Logarithm { name: name(), low });
        }
        let width = high - low;
        if !width.is_finite() || width / PARTS < f64::EPSILON * low.abs().max(high.abs()) {
            return Err(AxisError::Width { name: name(), low, high });
        }
        Ok(self)
    }

    /// What the axis varies.
    pub fn input(&self) -> Input {
        input(&self.name)
    }

    /// `count` values from the lowest to the highest, both included; those between them are
    /// rounded to a thousandth of their distance, so that they are short to write.
    pub fn values(&self, count: usize) -> Vec<f64> {
        let Self { low, high, logarithmic, .. } = *self;
        let last = count.saturating_sub(1).max(1) as f64;
        let value = |i: usize| match i {
            0 => low,
            _ if i + 1 == count => high,
            _ => {
                let value = self.at(i as f64 / last);
                let step = match logarithmic {
                    true => {
                        value * (Number::exp((Number::ln(high) - Number::ln(low)) / last) - 1.0)
                    }
                    false => (high - low) / last,
                };
                rounded(value, step).clamp(low, high)
            }
        };
        (0..count).map(value).collect()
    }

    /// The value at a place between the ends, which are at 0 and 1.
    pub(crate) fn at(&self, share: f64) -> f64 {
        let Self { low, high, logarithmic, .. } = *self;
        match logarithmic {
            // These have the same bits on every machine.
            true => Number::exp(Number::ln(low) + share * (Number::ln(high) - Number::ln(low))),
            false => low + share * (high - low),
        }
    }
}

/// As the command line takes it.
impl fmt::Display for Axis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, low, high, logarithmic } = self;
        write!(f, "{name}={low}..{high}{}", if *logarithmic { ",log" } else { "" })
    }
}

/// A number in as few digits as tell it from others that are `step` away, and three more.
fn rounded(value: f64, step: f64) -> f64 {
    let exponent = |number: f64| {
        let text = format!("{number:e}");
        text.split_once('e').and_then(|(_, exponent)| exponent.parse::<i32>().ok()).unwrap_or(0)
    };
    let digits = (exponent(value) - exponent(step) + 3).clamp(0, 17);
    // A number in this form parses.
    format!("{value:.*e}", digits as usize).parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_evenly_apart_and_short() {
        let axis: Axis = " momentum = 0 .. 0.99 ".parse().unwrap();
        assert_eq!((axis.name.as_str(), axis.logarithmic), ("momentum", false));
        assert_eq!(axis.values(4), [0.0, 0.33, 0.66, 0.99]);
        let axis: Axis = "x=-4..4".parse().unwrap();
        assert_eq!(axis.values(5), [-4.0, -2.0, 0.0, 2.0, 4.0]);
        let axis: Axis = "lr=1e-3..1,log".parse().unwrap();
        let values = axis.values(7);
        assert_eq!(values, [0.001, 0.003162, 0.01, 0.03162, 0.1, 0.3162, 1.0]);
        assert_eq!(axis.to_string(), "lr=0.001..1,log");
    }

    #[test]
    fn many_values_are_all_different() {
        for text in ["lr=1..1.0001", "lr=1..1.0001,log", "x=-1e-9..1e-9", "lr=1e-300..1e300,log"] {
            let values = text.parse::<Axis>().unwrap().values(2048);
            assert!(values.windows(2).all(|pair| pair[0] < pair[1]), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let wrong = |text: &str, part: &str| {
            let error = text.parse::<Axis>().unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        };
        wrong("lr", "write NAME=LOW..HIGH");
        wrong("lr=1", "write NAME=LOW..HIGH");
        wrong("=0..1", "write NAME=LOW..HIGH");
        wrong("lr=..1", "write NAME=LOW..HIGH");
        wrong("lr=a..1", "`a` is not a finite number");
        wrong("lr=0..inf", "`inf` is not a finite number");
        wrong("lr=1..0.1", "from 1.0 to 0.1");
        wrong("lr=1..1", "the lower end comes first");
        wrong("lr=0..1,log", "above 0");
        wrong("lr=0..1,lin", "`lin`");
        wrong("x=1..1.0000000000000002", "told apart");
        wrong("x=-1e308..1e308", "told apart");
    }
}
