//! The value of a setting, and the types of fields that can hold one.

use std::fmt;

/// The value of a setting.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Flag(bool),
    /// One of several words.
    Choice(String),
    /// A whole number, such as a number of steps.
    Whole(u64),
    /// Several whole numbers.
    List(Vec<u64>),
}

impl Value {
    /// The value of a text whose expected kind is not known: a number, `true` or `false`, else a
    /// word.
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
            // `{:?}` uses an exponent where people would write one (1e-8); `{}` never does.
            Self::Number(number) => {
                let text = format!("{number:?}");
                f.write_str(text.strip_suffix(".0").unwrap_or(&text))
            }
            Self::Flag(flag) => flag.fmt(f),
            Self::Choice(word) => f.write_str(word),
            Self::Whole(number) => number.fmt(f),
            Self::List(numbers) => {
                let texts: Vec<String> = numbers.iter().map(u64::to_string).collect();
                f.write_str(&texts.join("/"))
            }
        }
    }
}

/// The numbers of `30/80`.
pub(super) fn milestones(text: &str) -> Option<Vec<u64>> {
    text.split('/').map(|step| whole(step.trim())).collect()
}

/// A whole number; with an exponent, as in `1e4`, up to 2⁵³, from where on `f64` has gaps.
///
/// ```
/// use thalweg::internal::whole;
///
/// assert_eq!(["200", "1e3", "2.5e3"].map(whole), [Some(200), Some(1000), Some(2500)]);
/// assert_eq!(["-1", "1.5", "1e40", "nan", "many"].map(whole), [None; 5]);
/// ```
pub fn whole(text: &str) -> Option<u64> {
    const MOST: f64 = (1_u64 << f64::MANTISSA_DIGITS) as f64;
    text.parse().ok().or_else(|| {
        let number: f64 = text.parse().ok()?;
        (number.fract() == 0.0 && (0.0..=MOST).contains(&number)).then_some(number as u64)
    })
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

/// A type for the field of a setting.
pub trait Setting: Sized {
    /// The field's value.
    fn to_value(&self) -> Value;
    /// The value as the field's type; `None` if it is of the wrong kind.
    fn from_value(value: &Value) -> Option<Self>;
    /// The placeholder in a field without a default until it is given; out of every range.
    #[doc(hidden)]
    fn unset() -> Self;
}

macro_rules! setting {
    ($($type:ty: $variant:ident, $unset:expr;)*) => {
        $(impl Setting for $type {
            fn to_value(&self) -> Value {
                Value::$variant(self.clone())
            }
            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    Value::$variant(value) => Some(value.clone()),
                    _ => None,
                }
            }
            fn unset() -> Self {
                $unset
            }
        })*
    };
}

setting! {
    f64: Number, f64::NAN;
    bool: Flag, false;
    u64: Whole, 0;
    Vec<u64>: List, Vec::new();
}

/// `None` is the word for "the value of the other setting".
impl Setting for Option<u64> {
    fn to_value(&self) -> Value {
        self.map_or_else(|| Value::Choice("up".to_owned()), Value::Whole)
    }
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Whole(number) => Some(Some(*number)),
            Value::Choice(_) => Some(None),
            _ => None,
        }
    }
    fn unset() -> Self {
        None
    }
}

/// Declares an enumeration whose values are words in text.
macro_rules! words {
    ($(#[$doc:meta])* $type:ident { $($(#[$of_word:meta])* $word:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub enum $type {
            $($(#[$of_word])* $word,)*
        }

        impl $type {
            pub(crate) const ACCEPTS: $crate::Accepts = $crate::Accepts::Choice(&[$($text),*]);
        }

        impl $crate::Setting for $type {
            fn to_value(&self) -> $crate::Value {
                match self {
                    $(Self::$word => $crate::Value::from($text),)*
                }
            }
            fn from_value(value: &$crate::Value) -> Option<Self> {
                match value {
                    $($crate::Value::Choice(word) if word == $text => Some(Self::$word),)*
                    _ => None,
                }
            }
            fn unset() -> Self {
                Self::default()
            }
        }

        impl From<$type> for $crate::Value {
            fn from(word: $type) -> Self {
                $crate::Setting::to_value(&word)
            }
        }
    };
}
pub(crate) use words;
