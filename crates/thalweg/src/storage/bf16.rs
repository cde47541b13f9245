//! bfloat16: the upper half of an `f32`, rounded to nearest or stochastically.

use crate::random::splitmix;

/// The number with these bits.
#[inline(always)]
pub fn widen(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

/// The same number; the canonical NaN for every NaN.
#[inline(always)]
pub fn canonical_nan(x: f32) -> f32 {
    if x.is_nan() { f32::NAN } else { x }
}

/// The nearest bfloat16, ties to even, in the upper half of 32 bits. A NaN must be canonical: it is
/// if it came from a bfloat16, an operation, or [`canonical_nan`].
#[inline(always)]
pub fn nearest(x: f32) -> u32 {
    let bits = x.to_bits();
    // Half a unit up, except for a tie below an even number, where truncation is right.
    let up = bits.wrapping_add(0x8000);
    if bits & 0x1_ffff == 0x8000 { bits } else { up }
}

/// The bits of the nearest bfloat16, also of a NaN.
#[inline(always)]
pub fn round(x: f32) -> u16 {
    (nearest(canonical_nan(x)) >> 16) as u16
}

/// Stochastic rounding to one of the two neighbouring bfloat16, the nearer one more likely, in the
/// upper half of 32 bits: rounds up if adding the sixteen random bits to the truncated bits
/// carries.
#[inline(always)]
pub fn stochastic(x: f32, random: u32) -> u32 {
    let bits = x.to_bits();
    // An infinity stays infinite and a NaN stays NaN; a finite number beyond the largest bfloat16
    // may round to infinity, as it would when rounding to nearest.
    let up = bits.wrapping_add(random);
    if x.is_finite() {
        up
    } else if x.is_nan() {
        0x7fc0_0000
    } else {
        bits
    }
}

/// Counter-based random bits: a function of seed, step, stored number and element, so that neither
/// threads nor the splitting of work changes them.
#[derive(Debug, Clone, Copy)]
pub struct RoundingBits {
    /// The lower half of the first element's index.
    low: u32,
    /// The keys to mix in: for the first element's upper half, and for that plus one.
    keys: [u32; 2],
}

impl RoundingBits {
    /// The bits for one stored number of the elements from `element` on, at step `t`. Number 0 is
    /// the parameter itself, number k + 1 its state slot k.
    pub fn new(seed: u64, t: u64, number: u64, element: u64) -> Self {
        // Over the inputs that all elements share.
        let key = splitmix(seed, [t, number]);
        let high = (element >> 32) as u32;
        let mixed = |high: u32| (key as u32).wrapping_add(high.wrapping_mul(0x9e37_79b9));
        Self { low: element as u32, keys: [mixed(high), mixed(high.wrapping_add(1))] }
    }

    /// Sixteen random bits for the element at offset `i`.
    #[inline(always)]
    pub fn get(&self, i: usize) -> u32 {
        let low = self.low.wrapping_add(i as u32);
        let key = if low < self.low { self.keys[1] } else { self.keys[0] };
        // A mixer of Wellons, "Prospecting for Hash Functions" (2018), <https://nullprogram.com/blog/2018/07/31/>.
        let mut x = low ^ key;
        x = (x ^ (x >> 16)).wrapping_mul(0x7feb_352d);
        x = (x ^ (x >> 15)).wrapping_mul(0x846c_a68b);
        x >> 16
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
                let ours = half::bf16::from_bits(round(x));
                let half = half::bf16::from_f32(x);
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
        let bits = RoundingBits::new(7, 3, 0, 1 << 40);
        let ups = (0..100_000)
            .filter(|&i| {
                let rounded = f32::from_bits(stochastic(x, bits.get(i)) & 0xffff_0000);
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
            let rounded = f32::from_bits(stochastic(x, 0xffff) & 0xffff_0000);
            assert!(rounded.to_bits() == x.to_bits() || (rounded.is_nan() && x.is_nan()));
        }
    }

    #[test]
    fn rounding_bits_depend_on_seed_step_number_and_element_alone() {
        let element = (1_u64 << 32) - 5;
        let drawn =
            |bits: RoundingBits, from| (from..from + 8).map(|i| bits.get(i)).collect::<Vec<_>>();
        let whole = drawn(RoundingBits::new(1, 2, 3, element), 4);
        assert_eq!(whole, drawn(RoundingBits::new(1, 2, 3, element + 4), 0));
        for other in [(9, 2, 3, element), (1, 9, 3, element), (1, 2, 9, element)] {
            assert_ne!(whole, drawn(RoundingBits::new(other.0, other.1, other.2, other.3), 4));
        }
    }
}
