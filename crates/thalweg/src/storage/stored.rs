//! Conversion between types in memory and numbers of the arithmetic.

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};

use super::bf16::{self as round, RoundingBits};

/// A type in which numbers can be stored for arithmetic in `R`: `R` itself, for `f32` also bfloat16
/// and f16.
pub trait Stored<R>: bytemuck::Pod + std::fmt::Debug + Send + Sync {
    /// Zero.
    const ZERO: Self;

    /// The number; a NaN as the canonical NaN if requested.
    fn load(self, canonical: bool) -> R;
    /// Rounds to nearest, ties to even; a NaN must be canonical.
    fn store(value: R) -> Self;
    /// The gradient clamped to [−bound, bound]; a NaN stays NaN. Its cost is hidden by division and
    /// square root, but not by sixteen-bit conversions: for those types it does nothing, and
    /// gradients with a bound are converted first.
    fn clamp(gradient: R, bound: R) -> R;
    /// Reads a slice.
    fn widen(arch: pulp::Arch, from: &[Self], to: &mut [R]);
    /// Rounds a slice: to nearest, or for bfloat16 with random bits if given.
    fn narrow(arch: pulp::Arch, from: &[R], to: &mut [Self], bits: Option<RoundingBits>);
    /// Its bytes, little endian.
    fn to_bytes(self) -> impl Iterator<Item = u8>;
    /// The number with these bytes; zero if their count is wrong.
    fn from_bytes(bytes: &[u8]) -> Self;
}

macro_rules! itself {
    ($type:ident, $value:ident, $canonical:expr) => {
        impl Stored<$type> for $type {
            const ZERO: Self = 0.0;

            #[inline(always)]
            fn load(self, canonical: bool) -> Self {
                let $value = self;
                if canonical { $canonical } else { self }
            }
            #[inline(always)]
            fn store(value: Self) -> Self {
                value
            }
            #[inline(always)]
            fn clamp(g: Self, bound: Self) -> Self {
                let g = if g > bound { bound } else { g };
                if g < -bound { -bound } else { g }
            }
            fn widen(_: pulp::Arch, from: &[Self], to: &mut [Self]) {
                to.copy_from_slice(from);
            }
            fn narrow(_: pulp::Arch, from: &[Self], to: &mut [Self], _: Option<RoundingBits>) {
                to.copy_from_slice(from);
            }
            fn to_bytes(self) -> impl Iterator<Item = u8> {
                self.to_le_bytes().into_iter()
            }
            fn from_bytes(bytes: &[u8]) -> Self {
                bytes.try_into().map_or(0.0, Self::from_le_bytes)
            }
        }
    };
}

itself!(f32, x, round::canonical_nan(x));
itself!(f64, x, x);

impl Stored<f32> for bf16 {
    const ZERO: Self = Self::ZERO;

    #[inline(always)]
    fn load(self, _: bool) -> f32 {
        round::widen(self.to_bits())
    }
    #[inline(always)]
    fn store(value: f32) -> Self {
        Self::from_bits((round::nearest(value) >> 16) as u16)
    }
    #[inline(always)]
    fn clamp(gradient: f32, _: f32) -> f32 {
        gradient
    }
    fn widen(arch: pulp::Arch, from: &[Self], to: &mut [f32]) {
        arch.dispatch(Widen { from, to });
    }
    fn narrow(arch: pulp::Arch, from: &[f32], to: &mut [Self], bits: Option<RoundingBits>) {
        match bits {
            None => arch.dispatch(Nearest { from, to }),
            Some(bits) => arch.dispatch(Stochastic { from, to, bits }),
        }
    }
    fn to_bytes(self) -> impl Iterator<Item = u8> {
        self.to_le_bytes().into_iter()
    }
    fn from_bytes(bytes: &[u8]) -> Self {
        bytes.try_into().map_or(Self::ZERO, Self::from_le_bytes)
    }
}

impl Stored<f32> for f16 {
    const ZERO: Self = Self::ZERO;

    fn load(self, _: bool) -> f32 {
        self.to_f32()
    }
    fn store(value: f32) -> Self {
        Self::from_f32(value)
    }
    #[inline(always)]
    fn clamp(gradient: f32, _: f32) -> f32 {
        gradient
    }
    fn widen(_: pulp::Arch, from: &[Self], to: &mut [f32]) {
        from.convert_to_f32_slice(to);
    }
    fn narrow(_: pulp::Arch, from: &[f32], to: &mut [Self], _: Option<RoundingBits>) {
        to.convert_from_f32_slice(from);
    }
    fn to_bytes(self) -> impl Iterator<Item = u8> {
        self.to_le_bytes().into_iter()
    }
    fn from_bytes(bytes: &[u8]) -> Self {
        bytes.try_into().map_or(Self::ZERO, Self::from_le_bytes)
    }
}

struct Widen<'a> {
    from: &'a [bf16],
    to: &'a mut [f32],
}

impl pulp::NullaryFnOnce for Widen<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (to, from) in self.to.iter_mut().zip(self.from) {
            *to = round::widen(from.to_bits());
        }
    }
}

struct Nearest<'a> {
    from: &'a [f32],
    to: &'a mut [bf16],
}

impl pulp::NullaryFnOnce for Nearest<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (to, from) in self.to.iter_mut().zip(self.from) {
            *to = bf16::from_bits(round::round(*from));
        }
    }
}

struct Stochastic<'a> {
    from: &'a [f32],
    to: &'a mut [bf16],
    bits: RoundingBits,
}

impl pulp::NullaryFnOnce for Stochastic<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (i, (to, from)) in self.to.iter_mut().zip(self.from).enumerate() {
            *to = bf16::from_bits((round::stochastic(*from, self.bits.get(i)) >> 16) as u16);
        }
    }
}
