//! Views of the elements of a parameter or of a gradient.

use half::{bf16, f16};

use super::bf16::RoundingBits;
use super::dtype::Dtype;
use super::layout::BLOCK;
use super::prefetch::Stream;
use super::real::Real;
use super::stored::Stored;

/// Elements, read-only.
#[derive(Debug, Clone, Copy)]
pub enum Values<'a, R: Real> {
    /// In the arithmetic's own type.
    Real(&'a [R]),
    /// In bfloat16; only for arithmetic in `f32`.
    Bf16(&'a [R::Bf16]),
    /// In `f16`; only for arithmetic in `f32`.
    F16(&'a [R::F16]),
}

/// Elements, mutable.
#[derive(Debug)]
pub enum ValuesMut<'a, R: Real> {
    /// In the arithmetic's own type.
    Real(&'a mut [R]),
    /// In bfloat16; only for arithmetic in `f32`.
    Bf16(&'a mut [R::Bf16]),
    /// In `f16`; only for arithmetic in `f32`.
    F16(&'a mut [R::F16]),
}

/// The same expression whatever the type.
macro_rules! each {
    ($values:expr, $slice:ident => $result:expr) => {
        match $values {
            Self::Real($slice) => $result,
            Self::Bf16($slice) => $result,
            Self::F16($slice) => $result,
        }
    };
}

/// The same expression whatever the type, for two enumerations in the same variant.
macro_rules! pair {
    ($values:expr, $Variant:ident, $slice:ident => $pair:expr) => {
        match $values {
            Self::Real($slice) => {
                let (a, b) = $pair;
                ($Variant::Real(a), $Variant::Real(b))
            }
            Self::Bf16($slice) => {
                let (a, b) = $pair;
                ($Variant::Bf16(a), $Variant::Bf16(b))
            }
            Self::F16($slice) => {
                let (a, b) = $pair;
                ($Variant::F16(a), $Variant::F16(b))
            }
        }
    };
}

impl<'a, R: Real> Values<'a, R> {
    /// The number of elements.
    pub fn len(&self) -> usize {
        each!(self, values => values.len())
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One element in the arithmetic's type.
    pub(crate) fn get(&self, i: usize) -> R {
        each!(self, values => values[i].load(false))
    }

    pub(crate) fn split_at(self, at: usize) -> (Self, Self) {
        pair!(self, Values, values => values.split_at(at))
    }

    /// The `len` elements from `at` on.
    pub(crate) fn part(self, at: usize, len: usize) -> Self {
        self.split_at(at).1.split_at(len).0
    }

    /// The elements as bytes.
    pub(crate) fn stream(self) -> Stream<'a> {
        each!(self, values => Stream::of(values, BLOCK))
    }

    /// Copies all elements, as many as `to` holds.
    pub(crate) fn load(self, arch: pulp::Arch, to: &mut [R]) {
        each!(self, values => Stored::widen(arch, values, to));
    }

    /// Adds all elements, as many as `sums` holds.
    pub(crate) fn add_to(self, sums: &mut [R]) {
        each!(self, values => {
            sums.iter_mut().zip(values).for_each(|(sum, value)| *sum = *sum + value.load(false));
        });
    }
}

impl<R: Real> ValuesMut<'_, R> {
    /// The number of elements.
    pub fn len(&self) -> usize {
        each!(self, values => values.len())
    }

    /// Whether there are no elements.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The same elements, read-only.
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
        pair!(self, ValuesMut, values => values.split_at_mut(at))
    }

    /// The `len` elements from `at` on.
    pub(crate) fn part(self, at: usize, len: usize) -> Self {
        self.split_at(at).1.split_at(len).0
    }

    /// Stores all elements, rounded to the type they are stored in; bfloat16 with random bits if
    /// given.
    pub(crate) fn store(&mut self, arch: pulp::Arch, from: &[R], bits: Option<RoundingBits>) {
        each!(self, values => Stored::narrow(arch, from, values, bits));
    }
}

/// A type in which elements can be stored, for arithmetic in `R`: `R` itself, and for `f32` also
/// [`bf16`] and [`f16`](struct@f16).
pub trait Element<R: Real>: Copy + Send + Sync + sealed::Sealed<R> + 'static {
    /// The type's description.
    const DTYPE: Dtype;
    /// A slice of it, read-only.
    fn values(slice: &[Self]) -> Values<'_, R>;
    /// A slice of it, mutable.
    fn values_mut(slice: &mut [Self]) -> ValuesMut<'_, R>;
}

mod sealed {
    pub trait Sealed<R> {}
    impl<R: super::Real> Sealed<R> for R {}
    impl Sealed<f32> for half::bf16 {}
    impl Sealed<f32> for half::f16 {}
}

impl<R: Real> Element<R> for R {
    const DTYPE: Dtype = R::DTYPE;
    fn values(slice: &[Self]) -> Values<'_, R> {
        Values::Real(slice)
    }
    fn values_mut(slice: &mut [Self]) -> ValuesMut<'_, R> {
        ValuesMut::Real(slice)
    }
}

macro_rules! narrow {
    ($type:ident, $variant:ident) => {
        impl Element<f32> for $type {
            const DTYPE: Dtype = Dtype::$variant;
            fn values(slice: &[Self]) -> Values<'_, f32> {
                Values::$variant(slice)
            }
            fn values_mut(slice: &mut [Self]) -> ValuesMut<'_, f32> {
                ValuesMut::$variant(slice)
            }
        }
    };
}

narrow!(bf16, Bf16);
narrow!(f16, F16);

/// A container for the elements of a parameter or of a gradient: slices, vectors and arrays of a
/// type in which elements can be stored.
#[diagnostic::on_unimplemented(
    message = "`{Self}` holds no elements for arithmetic in `{R}`",
    note = "slices, arrays and vectors do, of f32, bf16 or f16 for an `Optimizer<f32>` and of f64 for an `Optimizer<f64>`",
    note = "number literals may need their type spelled out: `[1.0_f32, 2.0]`"
)]
pub trait Elements<R: Real> {
    /// The elements, read-only.
    fn values(&self) -> Values<'_, R>;
    /// The elements, mutable.
    fn values_mut(&mut self) -> ValuesMut<'_, R>;
}

impl<R: Real, T: Element<R>> Elements<R> for [T] {
    fn values(&self) -> Values<'_, R> {
        T::values(self)
    }
    fn values_mut(&mut self) -> ValuesMut<'_, R> {
        T::values_mut(self)
    }
}

impl<R: Real, T: Element<R>, const N: usize> Elements<R> for [T; N] {
    fn values(&self) -> Values<'_, R> {
        T::values(self)
    }
    fn values_mut(&mut self) -> ValuesMut<'_, R> {
        T::values_mut(self)
    }
}

impl<R: Real, T: Element<R>> Elements<R> for Vec<T> {
    fn values(&self) -> Values<'_, R> {
        T::values(self)
    }
    fn values_mut(&mut self) -> ValuesMut<'_, R> {
        T::values_mut(self)
    }
}
