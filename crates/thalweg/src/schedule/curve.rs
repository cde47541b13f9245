//! All schedules behind one type, and their table.

use super::cycles::{Cosine, CosineRestarts, Cyclic, OneCycle};
use super::decays::{
    Constant, Exponential, InverseSqrt, Linear, MultiStep, Polynomial, Step, Warmup,
};
use super::plateau::Plateau;
use super::table::{Declared, Field, ScheduleEntry};

/// What a schedule computes.
pub(super) trait Formula: Declared {
    /// The value at step t = 0, 1, …
    fn value(&self, t: u64, base: f64) -> f64;

    /// After how many steps it has done what it does; `None` if that never ends.
    fn length(&self) -> Option<u64> {
        None
    }

    /// The first setting whose value does not go with the others, by its index, and what would.
    fn conflict(&self) -> Option<(usize, &'static str)> {
        None
    }
}

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
            pub(super) fn fields_mut(&mut self) -> Vec<&mut dyn Field> {
                match self {
                    $(Self::$type(curve) => curve.fields_mut(),)*
                }
            }
        }
    };
}

curves! {
    Constant, Warmup, Linear, Step, MultiStep, Exponential, Polynomial, Cosine, CosineRestarts,
    OneCycle, Cyclic, InverseSqrt, Plateau,
}
