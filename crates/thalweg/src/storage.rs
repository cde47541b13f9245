//! How parameters and gradients are kept in memory: the arithmetic's own type, or sixteen bits.

use half::{bf16, f16};

use crate::convert::Dice;
use crate::memory::SMALL;
use crate::real::Real;
use crate::walk::fetch;

/// A type of number in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dtype {
    /// Sixteen bits, eight of them exponent: the range of `f32`, two to three digits.
    Bf16,
    /// Sixteen bits, five of them exponent: up to 65,504, three to four digits. A parameter kept
    /// in it that grows beyond is infinite from there on.
    F16,
    /// Thirty-two bits.
    F32,
    /// Sixty-four bits.
    F64,
}

impl Dtype {
    /// All types, narrow ones first.
    pub const ALL: [Self; 4] = [Self::Bf16, Self::F16, Self::F32, Self::F64];

    /// The name as users write it: `bf16`, `f16`, `f32` or `f64`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bf16 => "bf16",
            Self::F16 => "f16",
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }

    /// Bytes of a number.
    pub fn size(self) -> usize {
        match self {
            Self::Bf16 | Self::F16 => 2,
            Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}

/// Elements to be read.
#[derive(Debug, Clone, Copy)]
pub enum Values<'a, R> {
    /// In the arithmetic's own type.
    Real(&'a [R]),
    /// In bfloat16.
    Bf16(&'a [bf16]),
    /// In half precision.
    F16(&'a [f16]),
}

/// Elements to be changed.
#[derive(Debug)]
pub enum ValuesMut<'a, R> {
    /// In the arithmetic's own type.
    Real(&'a mut [R]),
    /// In bfloat16.
    Bf16(&'a mut [bf16]),
    /// In half precision.
    F16(&'a mut [f16]),
}

impl<'a, R: Real> Values<'a, R> {
    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Real(values) => values.len(),
            Self::Bf16(values) => values.len(),
            Self::F16(values) => values.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One element in the arithmetic's type.
    pub(crate) fn get(&self, i: usize) -> R {
        match self {
            Self::Real(values) => values[i],
            Self::Bf16(values) => R::from_bf16(values[i].to_bits()),
            Self::F16(values) => R::from_f64(values[i].to_f64()),
        }
    }

    pub(crate) fn split_at(self, at: usize) -> (Self, Self) {
        match self {
            Self::Real(values) => {
                let (a, b) = values.split_at(at);
                (Self::Real(a), Self::Real(b))
            }
            Self::Bf16(values) => {
                let (a, b) = values.split_at(at);
                (Self::Bf16(a), Self::Bf16(b))
            }
            Self::F16(values) => {
                let (a, b) = values.split_at(at);
                (Self::F16(a), Self::F16(b))
            }
        }
    }

    /// Asks for the cache lines of a small block's elements from `from` on.
    #[inline(always)]
    pub(crate) fn fetch(&self, from: usize) {
        match self {
            Self::Real(values) => fetch(values, from, SMALL),
            Self::Bf16(values) => fetch(values, from, SMALL),
            Self::F16(values) => fetch(values, from, SMALL),
        }
    }

    /// Copies all elements, as many as `to` holds.
    pub(crate) fn load(self, arch: pulp::Arch, to: &mut [R]) {
        match self {
            Self::Real(values) => to.copy_from_slice(values),
            Self::Bf16(values) => arch.dispatch(Widen { from: values, to }),
            Self::F16(values) => R::widen_f16(values, to),
        }
    }
}

impl<'a, R: Real> ValuesMut<'a, R> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.as_ref().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The same elements, to be read.
    pub fn as_ref(&self) -> Values<'_, R> {
        match self {
            Self::Real(values) => Values::Real(values),
            Self::Bf16(values) => Values::Bf16(values),
            Self::F16(values) => Values::F16(values),
        }
    }

    /// The same elements, borrowed.
    pub(crate) fn reborrow(&mut self) -> ValuesMut<'_, R> {
        match self {
            Self::Real(values) => ValuesMut::Real(values),
            Self::Bf16(values) => ValuesMut::Bf16(values),
            Self::F16(values) => ValuesMut::F16(values),
        }
    }

    pub(crate) fn split_at(self, at: usize) -> (Self, Self) {
        match self {
            Self::Real(values) => {
                let (a, b) = values.split_at_mut(at);
                (Self::Real(a), Self::Real(b))
            }
            Self::Bf16(values) => {
                let (a, b) = values.split_at_mut(at);
                (Self::Bf16(a), Self::Bf16(b))
            }
            Self::F16(values) => {
                let (a, b) = values.split_at_mut(at);
                (Self::F16(a), Self::F16(b))
            }
        }
    }

    /// Stores all elements, rounded to the type they are kept in, bfloat16 as `dice` says.
    pub(crate) fn store(&mut self, arch: pulp::Arch, from: &[R], dice: Option<Dice>) {
        match (self, dice) {
            (Self::Real(values), _) => values.copy_from_slice(from),
            (Self::Bf16(values), None) => arch.dispatch(Narrow { from, to: values }),
            (Self::Bf16(values), Some(dice)) => arch.dispatch(Roll { from, to: values, dice }),
            (Self::F16(values), _) => R::narrow_f16(from, values),
        }
    }
}

struct Widen<'a, R> {
    from: &'a [bf16],
    to: &'a mut [R],
}

impl<R: Real> pulp::NullaryFnOnce for Widen<'_, R> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (to, from) in self.to.iter_mut().zip(self.from) {
            *to = R::from_bf16(from.to_bits());
        }
    }
}

struct Narrow<'a, R> {
    from: &'a [R],
    to: &'a mut [bf16],
}

impl<R: Real> pulp::NullaryFnOnce for Narrow<'_, R> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (to, from) in self.to.iter_mut().zip(self.from) {
            *to = bf16::from_bits(from.to_bf16());
        }
    }
}

struct Roll<'a, R> {
    from: &'a [R],
    to: &'a mut [bf16],
    dice: Dice,
}

impl<R: Real> pulp::NullaryFnOnce for Roll<'_, R> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (i, (to, from)) in self.to.iter_mut().zip(self.from).enumerate() {
            *to = bf16::from_bits((from.stochastic_bf16(self.dice.roll(i)) >> 16) as u16);
        }
    }
}

/// A type that elements can be kept in, for arithmetic in `R`: `R` itself, and for `f32` also
/// [`bf16`] and [`f16`](struct@f16).
pub trait Element<R>: Copy + Send + Sync + sealed::Sealed + 'static {
    /// The type's description.
    const DTYPE: Dtype;
    /// A slice of it, to be read.
    fn values(slice: &[Self]) -> Values<'_, R>;
    /// A slice of it, to be changed.
    fn values_mut(slice: &mut [Self]) -> ValuesMut<'_, R>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
    impl Sealed for half::bf16 {}
    impl Sealed for half::f16 {}
}

macro_rules! element {
    ($real:ident, $type:ident, $variant:ident, $dtype:ident) => {
        impl Element<$real> for $type {
            const DTYPE: Dtype = Dtype::$dtype;
            fn values(slice: &[Self]) -> Values<'_, $real> {
                Values::$variant(slice)
            }
            fn values_mut(slice: &mut [Self]) -> ValuesMut<'_, $real> {
                ValuesMut::$variant(slice)
            }
        }
    };
}

element!(f32, f32, Real, F32);
element!(f32, bf16, Bf16, Bf16);
element!(f32, f16, F16, F16);
element!(f64, f64, Real, F64);

/// What holds the elements of a parameter or of a gradient: slices, vectors and arrays of a type
/// that elements can be kept in.
#[diagnostic::on_unimplemented(
    message = "`{Self}` holds no elements for arithmetic in `{R}`",
    note = "slices, arrays and vectors do, of f32, bf16 or f16 for an `Optimizer<f32>` and of f64 for an `Optimizer<f64>`",
    note = "number literals may need their type spelled out: `[1.0_f32, 2.0]`"
)]
pub trait Elements<R> {
    /// The elements, to be read.
    fn values(&self) -> Values<'_, R>;
    /// The elements, to be changed.
    fn values_mut(&mut self) -> ValuesMut<'_, R>;
}

impl<R, T: Element<R>> Elements<R> for [T] {
    fn values(&self) -> Values<'_, R> {
        T::values(self)
    }
    fn values_mut(&mut self) -> ValuesMut<'_, R> {
        T::values_mut(self)
    }
}

impl<R, T: Element<R>, const N: usize> Elements<R> for [T; N] {
    fn values(&self) -> Values<'_, R> {
        T::values(self)
    }
    fn values_mut(&mut self) -> ValuesMut<'_, R> {
        T::values_mut(self)
    }
}

impl<R, T: Element<R>> Elements<R> for Vec<T> {
    fn values(&self) -> Values<'_, R> {
        T::values(self)
    }
    fn values_mut(&mut self) -> ValuesMut<'_, R> {
        T::values_mut(self)
    }
}
