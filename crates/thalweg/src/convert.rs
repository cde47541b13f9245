//! Numbers of sixteen bits: what they become, and how others are rounded to them.

use half::f16;
use half::slice::HalfFloatSliceExt;

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
    /// The bits of the nearest bfloat16, also of a NaN.
    #[inline(always)]
    fn to_bf16(self) -> u16 {
        (self.quiet().nearest_bf16() >> 16) as u16
    }
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

#[cfg(test)]
mod tests {
    use half::bf16;

    use super::*;

    #[test]
    fn rounding_to_bf16_is_what_half_does() {
        // Every upper half with the lower halves around the ties, and a spread of others.
        let lows = [0, 1, 2, 0x7fff, 0x8000, 0x8001, 0xfffe, 0xffff, 0x1234, 0xabcd];
        for high in 0..=u32::from(u16::MAX) {
            for low in lows {
                let x = f32::from_bits(high << 16 | low);
                let ours = bf16::from_bits(x.to_bf16());
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
