//! All schedules behind one type, and their table.

use super::cycles::{Cosine, CosineRestarts, Cyclic, OneCycle};
use super::decays::{
    Constant, Exponential, InverseSqrt, Linear, MultiStep, Polynomial, Step, Warmup,
};
use super::plateau::Plateau;
use super::table::{Formula, ScheduleEntry};
use crate::settings::Value;

macro_rules! curves {
    ($($type:ident,)*) => {
        /// One of the schedules of the table [`SCHEDULES`].
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Curve {
            $(
                #[doc = concat!("[`", stringify!($type), "`].")]
                $type($type),
            )*
        }

        $(impl From<$type> for Curve {
            fn from(curve: $type) -> Self {
                Self::$type(curve)
            }
        })*

        /// Every schedule, in order of increasing complexity.
        pub static SCHEDULES: &[&ScheduleEntry] = &[$($type::ENTRY),*];

        impl Curve {
            pub(super) fn formula(&self) -> &dyn Formula {
                match self {
                    $(Self::$type(curve) => curve,)*
                }
            }
            /// The schedule of a row with its defaults; settings without one are out of range.
            pub fn of(entry: &ScheduleEntry) -> Option<Self> {
                $(if entry.name == $type::ENTRY.name {
                    return Some($type::default().into());
                })*
                None
            }
            /// Stores a setting.
            pub(super) fn assign(&mut self, name: &str, value: &Value) -> bool {
                match self {
                    $(Self::$type(curve) => $crate::Settings::assign(curve, name, value),)*
                }
            }
        }
    };
}

curves! {
    Constant, Warmup, Linear, Step, MultiStep, Exponential, Polynomial, Cosine, CosineRestarts,
    OneCycle, Cyclic, InverseSqrt, Plateau,
}
