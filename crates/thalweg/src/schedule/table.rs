//! The description of a schedule: its row of the table, its settings, its formula.

use super::misfit::Events;
use crate::settings::{Hyperparameter, Value};

/// One row of the table [`SCHEDULES`](super::SCHEDULES).
#[derive(Debug)]
pub struct ScheduleEntry {
    /// The name in text, as `cosine`.
    pub name: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// The value at step t = 0, 1, …
    pub formula: &'static str,
    /// Its settings, in the order in which they are listed and printed.
    pub settings: &'static [Hyperparameter],
    /// Where it comes from and what it is called in PyTorch.
    pub reference: &'static str,
    /// The defaults of its settings; an out-of-range value where there is no default.
    #[doc(hidden)]
    pub defaults: fn() -> Vec<Value>,
}

impl ScheduleEntry {
    /// The settings with their defaults, as text; `None` where there is none and it must be given.
    pub fn defaults(&self) -> impl Iterator<Item = (&'static Hyperparameter, Option<String>)> {
        let defaults = (self.defaults)().into_iter();
        self.settings
            .iter()
            .zip(defaults)
            .map(|(setting, default)| (setting, (!setting.required).then(|| default.to_string())))
    }
}

/// A schedule's row and the values of its settings; [`schedule!`] implements it.
pub(super) trait Declared {
    fn entry(&self) -> &'static ScheduleEntry;
    fn values(&self) -> Vec<Value>;
}

/// What a schedule computes.
pub(super) trait Formula: Declared {
    /// The value at step t = 0, 1, …
    fn value(&self, t: u64, base: f64) -> f64;

    /// Its length in steps; `None` if it has no end.
    fn length(&self) -> Option<u64> {
        None
    }

    /// What happens after some steps, so that a run without them has hardly a use for the schedule.
    fn events(&self) -> Option<Events> {
        None
    }

    /// The index of the first setting that is inconsistent with the others, and what would be
    /// accepted.
    fn conflict(&self) -> Option<(usize, &'static str)> {
        None
    }
}

/// Declares a schedule: a type with a public field for each setting, and its row of the table.
macro_rules! schedule {
    ($(#[$doc:meta])* $type:ident {
        name: $name:literal,
        summary: $summary:literal,
        formula: $formula:literal,
        reference: $reference:literal,
        settings: { $($rows:tt)* }
    }) => {
        $crate::settings! {
            $(#[$doc])*
            ///
            #[doc = concat!("In text `", $name, "`. Value at step t: `", $formula, "`.")]
            ///
            #[doc = concat!("Reference: ", $reference, ".")]
            #[derive(Debug, Clone, PartialEq)]
            pub struct $type { $($rows)* }
        }

        impl $type {
            pub(super) const ENTRY: &'static ScheduleEntry = &ScheduleEntry {
                name: $name,
                summary: $summary,
                formula: $formula,
                settings: <Self as $crate::Settings>::TABLE,
                reference: $reference,
                defaults: || $crate::Settings::values(&Self::default()),
            };
        }

        impl $crate::schedule::table::Declared for $type {
            fn entry(&self) -> &'static ScheduleEntry {
                Self::ENTRY
            }
            fn values(&self) -> Vec<$crate::Value> {
                $crate::Settings::values(self)
            }
        }
    };
}

pub(super) use schedule;
