//! How parameters and gradients are kept in memory: the arithmetic's own type, or sixteen bits.

use half::slice::HalfFloatSliceExt;
use half::{bf16, f16};

use crate::real::Real;

/// A type of number in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dtype {
    /// Sixteen bits, eight of them exponent: the range of `f32`, two to three digits.
    Bf16,
    /// Sixteen bits, five of them exponent: up to 65,504, three to four digits.
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
            *to = bf16::from_bits((from.quiet().nearest_bf16() >> 16) as u16);
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

/// Random bits from a counter: a function of seed, step, number and element, so that neither
/// threads nor the way elements are cut change them.
#[derive(Debug, Clone, Copy)]
pub struct Dice {
    key: u32,
    low: u32,
    high: u32,
}

impl Dice {
    /// The dice for one stored number (a slot, or the parameter itself) of the elements from
    /// `element` on, at step `t`.
    pub(crate) fn new(seed: u64, t: u64, number: u64, element: u64) -> Self {
        // splitmix64 (Steele, Lea, Flood 2014) over what is the same for all elements.
        let key = [t, number].into_iter().fold(seed, |key, word| {
            let mut z = (key ^ word).wrapping_add(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        });
        Self { key: key as u32, low: element as u32, high: (element >> 32) as u32 }
    }

    /// Sixteen random bits for the element `i` further on.
    #[inline(always)]
    pub(crate) fn roll(&self, i: usize) -> u32 {
        let low = self.low.wrapping_add(i as u32);
        let high = self.high.wrapping_add(u32::from(low < self.low));
        // A mixer of Wellons, "Prospecting for Hash Functions" (2018), <https://nullprogram.com/blog/2018/07/31/>.
        let mut x = low ^ self.key.wrapping_add(high.wrapping_mul(0x9e37_79b9));
        x = (x ^ (x >> 16)).wrapping_mul(0x7feb_352d);
        x = (x ^ (x >> 15)).wrapping_mul(0x846c_a68b);
        x >> 16
    }
}

/// A type that elements can be kept in, for arithmetic in `R`: `R` itself, and for `f32` also
/// [`bf16`] and [`f16`].
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

/// The conversions that arithmetic in `f32` and `f64` needs; for `f64` they go through `f32`.
pub trait Convert: Sized {
    /// Whether state can be kept in bfloat16.
    const HALF: bool;
    /// The number with these bits.
    fn from_bf16(bits: u16) -> Self;
    /// The same number; of a NaN only what tells that it is one.
    fn quiet(self) -> Self;
    /// The nearest bfloat16, ties to even, in the upper half of 32 bits. A NaN must be quiet: it
    /// is one if it came from a bfloat16, an operation, or [`quiet`](Self::quiet).
    fn nearest_bf16(self) -> u32;
    /// One of the two neighbouring bfloat16, the nearer the likelier: rounds up if the bits that
    /// are cut off and the sixteen random bits together carry.
    fn stochastic_bf16(self, random: u32) -> u32;
    /// Reads half precision.
    fn widen_f16(from: &[f16], to: &mut [Self]);
    /// Rounds to half precision, to nearest, ties to even.
    fn narrow_f16(from: &[Self], to: &mut [f16]);
}

impl Convert for f32 {
    const HALF: bool = true;

    #[inline(always)]
    fn from_bf16(bits: u16) -> Self {
        Self::from_bits(u32::from(bits) << 16)
    }

    #[inline(always)]
    fn quiet(self) -> Self {
        if self.is_nan() { Self::NAN } else { self }
    }

    #[inline(always)]
    fn nearest_bf16(self) -> u32 {
        let bits = self.to_bits();
        // Half a unit up, but for a tie below an even number, where cutting off is right.
        let up = bits.wrapping_add(0x8000);
        if bits & 0x1_ffff == 0x8000 { bits } else { up }
    }

    #[inline(always)]
    fn stochastic_bf16(self, random: u32) -> u32 {
        let bits = self.to_bits();
        // An infinity stays one and a NaN does not become one; a finite number beyond the largest
        // bfloat16 may round to infinity, as it would to nearest.
        let up = bits.wrapping_add(random);
        if self.is_finite() {
            up
        } else if self.is_nan() {
            0x7fc0_0000
        } else {
            bits
        }
    }

    fn widen_f16(from: &[f16], to: &mut [Self]) {
        from.convert_to_f32_slice(to);
    }

    fn narrow_f16(from: &[Self], to: &mut [f16]) {
        to.convert_from_f32_slice(from);
    }
}

impl Convert for f64 {
    const HALF: bool = false;

    #[inline(always)]
    fn from_bf16(bits: u16) -> Self {
        f32::from_bf16(bits).into()
    }
    #[inline(always)]
    fn quiet(self) -> Self {
        self
    }
    #[inline(always)]
    fn nearest_bf16(self) -> u32 {
        (self as f32).quiet().nearest_bf16()
    }
    #[inline(always)]
    fn stochastic_bf16(self, random: u32) -> u32 {
        (self as f32).stochastic_bf16(random)
    }
    fn widen_f16(from: &[f16], to: &mut [Self]) {
        from.convert_to_f64_slice(to);
    }
    fn narrow_f16(from: &[Self], to: &mut [f16]) {
        to.convert_from_f64_slice(from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_to_bf16_is_what_half_does() {
        // Every upper half with the lower halves around the ties, and a spread of others.
        let lows = [0, 1, 2, 0x7fff, 0x8000, 0x8001, 0xfffe, 0xffff, 0x1234, 0xabcd];
        for high in 0..=u32::from(u16::MAX) {
            for low in lows {
                let x = f32::from_bits(high << 16 | low);
                let ours = bf16::from_bits((x.quiet().nearest_bf16() >> 16) as u16);
                let half = bf16::from_f32(x);
                assert!(
                    ours.to_bits() == half.to_bits() || (ours.is_nan() && half.is_nan()),
                    "{x:?}: {ours:?} and {half:?}"
                );
            }
        }
    }

    #[test]
    fn stochastic_rounding_goes_to_a_neighbour_in_proportion() {
        let (low, high) = (1.0_f32, 1.0 + 1.0 / 128.0);
        let x = low + 0.25 * (high - low);
        let dice = Dice::new(7, 3, 0, 1 << 40);
        let ups = (0..100_000)
            .filter(|&i| {
                let rounded = f32::from_bits(x.stochastic_bf16(dice.roll(i)) & 0xffff_0000);
                assert!(rounded == low || rounded == high);
                rounded == high
            })
            .count();
        // A quarter of 100,000; the standard deviation is 137.
        assert!((24_300..25_700).contains(&ups), "{ups}");
    }

    #[test]
    fn stochastic_rounding_keeps_what_bf16_can_hold() {
        for high in 0..=u32::from(u16::MAX) {
            let x = f32::from_bits(high << 16);
            let rounded = f32::from_bits(x.stochastic_bf16(0xffff) & 0xffff_0000);
            assert!(rounded.to_bits() == x.to_bits() || (rounded.is_nan() && x.is_nan()));
        }
    }

    #[test]
    fn dice_depend_on_seed_step_number_and_element_alone() {
        let element = (1_u64 << 32) - 5;
        let rolls = |dice: Dice, from| (from..from + 8).map(|i| dice.roll(i)).collect::<Vec<_>>();
        let whole = rolls(Dice::new(1, 2, 3, element), 4);
        assert_eq!(whole, rolls(Dice::new(1, 2, 3, element + 4), 0));
        for other in [(9, 2, 3, element), (1, 9, 3, element), (1, 2, 9, element)] {
            assert_ne!(whole, rolls(Dice::new(other.0, other.1, other.2, other.3), 4));
        }
    }
}
