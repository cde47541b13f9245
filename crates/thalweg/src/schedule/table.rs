//! The table of all schedules; the parser, the error messages and the listings read it.

use std::fmt;

use super::curve::Curve;
use crate::hyperparameter::{Accepts, Range, Value};

/// One row of the table [`SCHEDULES`](super::SCHEDULES).
#[derive(Debug)]
pub struct ScheduleEntry {
    /// The name in text, as `cosine`.
    pub name: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// The value at step t = 0, 1, …
    pub formula: &'static str,
    /// Its settings, in the order in which they are listed and printed.
    pub settings: &'static [ScheduleSetting],
    /// Where it comes from and what it is called in PyTorch.
    pub reference: &'static str,
    /// The schedule with its defaults; settings without one are NaN, zero or empty.
    #[doc(hidden)]
    pub make: fn() -> Curve,
}

/// A setting of a schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleSetting {
    /// Its name in text.
    pub name: &'static str,
    /// What it means, in a few words.
    pub meaning: &'static str,
    /// Its default, as text; `None` where there is none and it must be given.
    pub default: Option<&'static str>,
    /// Which values it takes.
    pub accepts: SettingAccepts,
}

/// Which values a schedule's setting takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SettingAccepts {
    /// What a hyperparameter can be, too: a number of a range, a flag, a word.
    Value(Accepts),
    /// A whole number from the one given.
    Whole(u64),
    /// Steps in increasing order, from 1, as `30/80`.
    Milestones,
    /// A whole number from 1 or the other setting's name, for as many as that.
    WholeOrAs(&'static str),
}

impl SettingAccepts {
    pub(super) const STEPS: Self = Self::Whole(1);
    pub(super) const COUNT: Self = Self::Whole(0);
    pub(super) const FLAG: Self = Self::Value(Accepts::Flag);
    pub(super) const NON_NEGATIVE: Self = Self::Value(Accepts::NON_NEGATIVE);
    pub(super) const UNIT: Self = Self::Value(Accepts::UNIT);
    pub(super) const BELOW_ONE: Self = Self::Value(Accepts::BELOW_ONE);
    pub(super) const FROM_ONE: Self =
        Self::Value(Accepts::Number(Range { min: 1.0, max: f64::INFINITY, max_included: false }));

    /// Whether `text` is a value of the right kind and in range.
    pub fn admits(&self, text: &str) -> bool {
        match self {
            Self::Value(accepts) => accepts.parse(text).is_some(),
            Self::Whole(min) => text.parse::<u64>().is_ok_and(|n| n >= *min),
            Self::WholeOrAs(other) => text == *other || Self::STEPS.admits(text),
            Self::Milestones => milestones(text).is_some_and(|steps| {
                steps.first().is_some_and(|&first| first >= 1)
                    && steps.is_sorted_by(|earlier, later| earlier < later)
            }),
        }
    }
}

impl fmt::Display for SettingAccepts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(accepts) => accepts.fmt(f),
            Self::Whole(min) => write!(f, "a whole number ≥ {min}"),
            Self::WholeOrAs(other) => write!(f, "a whole number ≥ 1, or `{other}` for as many"),
            Self::Milestones => f.write_str("increasing whole numbers ≥ 1, as 30/80"),
        }
    }
}

/// A type that a setting's field can have.
pub(super) trait Field {
    /// Becomes the value that the text stands for; false if it stands for none.
    fn set(&mut self, text: &str) -> bool;
    fn print(&self) -> String;
}

pub(super) fn store<T>(field: &mut T, read: Option<T>) -> bool {
    read.map(|value| *field = value).is_some()
}

impl Field for f64 {
    fn set(&mut self, text: &str) -> bool {
        store(self, text.parse().ok())
    }
    fn print(&self) -> String {
        Value::Number(*self).to_string()
    }
}

impl Field for u64 {
    fn set(&mut self, text: &str) -> bool {
        store(self, text.parse().ok())
    }
    fn print(&self) -> String {
        self.to_string()
    }
}

impl Field for bool {
    fn set(&mut self, text: &str) -> bool {
        store(self, text.parse().ok())
    }
    fn print(&self) -> String {
        self.to_string()
    }
}

/// Milestones.
impl Field for Vec<u64> {
    fn set(&mut self, text: &str) -> bool {
        store(self, milestones(text))
    }
    fn print(&self) -> String {
        self.iter().map(u64::to_string).collect::<Vec<_>>().join("/")
    }
}

fn milestones(text: &str) -> Option<Vec<u64>> {
    text.split('/').map(|step| step.trim().parse().ok()).collect()
}

/// `None` is as many as on the way up.
impl Field for Option<u64> {
    fn set(&mut self, text: &str) -> bool {
        store(self, if text == "up" { Some(None) } else { text.parse().ok().map(Some) })
    }
    fn print(&self) -> String {
        self.map_or_else(|| "up".to_owned(), |steps| steps.to_string())
    }
}

/// A schedule's row and the fields that are its settings, in the row's order.
pub(super) trait Declared {
    fn entry(&self) -> &'static ScheduleEntry;
    fn fields(&self) -> Vec<&dyn Field>;
    fn fields_mut(&mut self) -> Vec<&mut dyn Field>;
}

/// Declares the words that a setting can be: an enumeration, and each as text.
macro_rules! words {
    ($(#[$doc:meta])* $type:ident { $($(#[$of_word:meta])* $word:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub enum $type {
            $($(#[$of_word])* $word,)*
        }

        impl $type {
            const ACCEPTS: SettingAccepts =
                SettingAccepts::Value(Accepts::Choice(&[$($text),*]));
        }

        impl Field for $type {
            fn set(&mut self, text: &str) -> bool {
                store(self, match text {
                    $($text => Some(Self::$word),)*
                    _ => None,
                })
            }
            fn print(&self) -> String {
                match self {
                    $(Self::$word => $text.to_owned(),)*
                }
            }
        }
    };
}

/// Declares a schedule: a type with a public field for each setting, and its row of the table.
macro_rules! declare {
    ($(#[$doc:meta])* $type:ident {
        name: $name:literal,
        summary: $summary:literal,
        formula: $formula:literal,
        reference: $reference:literal,
        settings: {
            $($field:ident: $kind:ty = $default:expr, $accepts:expr, $meaning:literal;)*
        }
    }) => {
        $(#[$doc])*
        ///
        #[doc = concat!("In text `", $name, "`. Value at step t: `", $formula, "`.")]
        ///
        #[doc = concat!("Reference: ", $reference, ".")]
        #[derive(Debug, Clone, PartialEq)]
        pub struct $type {
            $(
                #[doc = concat!("`", stringify!($field), "`: ", $meaning, ".")]
                pub $field: $kind,
            )*
        }

        impl $type {
            pub(super) const ENTRY: &'static ScheduleEntry = &ScheduleEntry {
                name: $name,
                summary: $summary,
                formula: $formula,
                settings: &[$(ScheduleSetting {
                    name: stringify!($field),
                    meaning: $meaning,
                    default: $default,
                    accepts: $accepts,
                }),*],
                reference: $reference,
                make: || Self::default().into(),
            };
        }

        /// The defaults. What has none is NaN, zero or empty, and refused: it must be given.
        impl Default for $type {
            fn default() -> Self {
                let mut curve = Self { $($field: Default::default()),* };
                for (field, setting) in curve.fields_mut().into_iter().zip(Self::ENTRY.settings) {
                    // Where the field is no number that can be NaN, it stays zero or empty.
                    field.set(setting.default.unwrap_or("NaN"));
                }
                curve
            }
        }

        impl Declared for $type {
            fn entry(&self) -> &'static ScheduleEntry {
                Self::ENTRY
            }
            fn fields(&self) -> Vec<&dyn Field> {
                vec![$(&self.$field),*]
            }
            fn fields_mut(&mut self) -> Vec<&mut dyn Field> {
                vec![$(&mut self.$field),*]
            }
        }
    };
}

pub(super) use {declare, words};
