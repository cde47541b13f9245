//! The types that arithmetic is in.

use std::fmt::{Debug, Display};

use half::{bf16, f16};

use super::dtype::Dtype;
use super::layout::{Bf16Pairs, Layout, Plain};
use super::stored::Stored;
use crate::number::Number;

/// A floating-point type that the engine computes in and keeps in memory: `f32` or `f64`.
///
/// The trait is sealed; other storage types are converted to one of these before a rule sees them.
pub trait Real:
    Number<Wide = f64>
    + Debug
    + Display
    + Default
    + PartialOrd
    + bytemuck::Pod
    + Stored<Self>
    + sealed::Sealed
{
    /// The type's description.
    const DTYPE: Dtype;
    /// The name of the type as users write it: `"f32"` or `"f64"`.
    const NAME: &'static str;
    /// The smallest positive normal number: 2⁻¹²⁶ in f32, 2⁻¹⁰²² in f64.
    const MIN_POSITIVE: Self;
    /// The distance from 1 to the next number: 2⁻²³ in f32, 2⁻⁵² in f64.
    const EPSILON: f64;
    /// The types in which state can be stored.
    const STATE_TYPES: &'static [Dtype];

    /// bfloat16 for `f32`. For `f64`, which has no narrower storage type, `f64` itself.
    #[doc(hidden)]
    type Bf16: Stored<Self>;
    /// `f16`, likewise.
    #[doc(hidden)]
    type F16: Stored<Self>;
    /// How state in the narrowest of [`STATE_TYPES`](Self::STATE_TYPES) lies in memory.
    #[doc(hidden)]
    type Packed: Layout<Self>;

    /// The same number in `f64`, exactly.
    fn to_f64(self) -> f64;
    /// Neither infinite nor NaN.
    fn is_finite(self) -> bool;
    /// The value for this type.
    #[doc(hidden)]
    fn choose<T: PerReal + ?Sized>(of: &T) -> &T::For<Self>;
}

/// A family of values, one for each type.
#[doc(hidden)]
pub trait PerReal {
    type For<R: Real>: ?Sized;
    fn for_f32(&self) -> &Self::For<f32>;
    fn for_f64(&self) -> &Self::For<f64>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

macro_rules! real {
    ($type:ident, $dtype:ident, $states:expr, $choose:ident, $bf16:ty, $f16:ty, $packed:ty) => {
        impl Real for $type {
            const DTYPE: Dtype = Dtype::$dtype;
            const NAME: &'static str = stringify!($type);
            const MIN_POSITIVE: Self = $type::MIN_POSITIVE;
            const EPSILON: f64 = $type::EPSILON as f64;
            const STATE_TYPES: &'static [Dtype] = $states;

            type Bf16 = $bf16;
            type F16 = $f16;
            type Packed = $packed;

            #[inline(always)]
            fn to_f64(self) -> f64 {
                self.into()
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                $type::is_finite(self)
            }
            fn choose<T: PerReal + ?Sized>(of: &T) -> &T::For<Self> {
                of.$choose()
            }
        }
    };
}

real!(f32, F32, &[Dtype::F32, Dtype::Bf16], for_f32, bf16, f16, Bf16Pairs);
real!(f64, F64, &[Dtype::F64], for_f64, f64, f64, Plain);
