//! The numbers optimizers compute with.

use std::fmt::{Debug, Display};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

use crate::convert::Convert;
use crate::engine::Kernel;
use crate::registry::Registered;
use crate::storage::Element;

/// A floating-point type in which a rule computes: `f32` or `f64`.
///
/// A rule is written once, generic over `R: Real`, and serves both. The trait holds what the
/// formulas of the field need and nothing that rounds differently from one machine to another:
/// `+ − × ÷ √` are exact to the last bit by IEEE 754, a fused multiply-add is left out on purpose.
///
/// The trait is sealed; other storage types convert to one of these before a rule sees them.
pub trait Real:
    Copy
    + Debug
    + Default
    + Display
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + AddAssign
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Sum
    + bytemuck::Pod
    + Convert
    + Element<Self>
    + sealed::Sealed
    + 'static
{
    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// The smallest positive normal number: 2⁻¹²⁶ in f32, 2⁻¹⁰²² in f64.
    const MIN_POSITIVE: Self;
    /// The name of the type as users write it: `"f32"` or `"f64"`.
    const NAME: &'static str;

    /// The nearest number of this type.
    fn from_f64(value: f64) -> Self;
    /// The same number in `f64`, exactly.
    fn to_f64(self) -> f64;
    /// √x, correctly rounded.
    fn sqrt(self) -> Self;
    /// |x|.
    fn abs(self) -> Self;
    /// The larger of the two; `other` where they cannot be compared.
    fn max(self, other: Self) -> Self;
    /// −1, 0 or 1 by the sign of x; NaN stays NaN.
    fn sign(self) -> Self;
    /// Neither infinite nor NaN.
    fn is_finite(self) -> bool;
    /// The fused loop of a registered optimizer.
    #[doc(hidden)]
    fn registered_kernel(method: &dyn Registered) -> Box<dyn Kernel<Self>>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

macro_rules! real {
    ($type:ident, $kernel:ident) => {
        impl Real for $type {
            fn registered_kernel(method: &dyn Registered) -> Box<dyn Kernel<Self>> {
                method.$kernel()
            }

            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const MIN_POSITIVE: Self = $type::MIN_POSITIVE;
            const NAME: &'static str = stringify!($type);

            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as Self
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                self.into()
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                $type::sqrt(self)
            }
            #[inline(always)]
            fn abs(self) -> Self {
                $type::abs(self)
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                if self > other { self } else { other }
            }
            #[inline(always)]
            fn sign(self) -> Self {
                if self > 0.0 {
                    1.0
                } else if self < 0.0 {
                    -1.0
                } else {
                    self
                }
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                $type::is_finite(self)
            }
        }
    };
}

real!(f32, kernel_f32);
real!(f64, kernel_f64);
