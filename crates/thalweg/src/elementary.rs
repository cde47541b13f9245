//! Elementary functions from sums, products and quotients: the same bits on every machine, and
//! without a branch, so that a loop over elements vectorises.
//!
//! The error is at most two units in the last place; the tests compare with `libm`.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, LOG2_E, PI};

/// 1.5·2⁵²: a number of small size that is added to it is rounded to a whole number, which stands in
/// the last bits.
const ROUNDING: f64 = 6_755_399_441_055_744.0;

/// The bits of 1, the exponent of every number that is normalised to 1 ≤ m < 2.
const ONE: u64 = 0x3ff0_0000_0000_0000;

/// 2ⁿ for a whole n from −1022 to 1023 that was rounded by [`ROUNDING`].
#[inline(always)]
fn power_of_two(n: f64) -> f64 {
    let n = (n + ROUNDING).to_bits().wrapping_sub(ROUNDING.to_bits());
    f64::from_bits((n << 52).wrapping_add(ONE))
}

/// eˣ.
///
/// x = n·ln 2 + r with |r| ≤ ½·ln 2, and eʳ by a rational approximation. Source: S. L. Moshier,
/// Cephes Mathematical Library, <https://www.netlib.org/cephes/>.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    // Beyond these the result is infinite or 0; NaN stays.
    let x = if x > 720.0 { 720.0 } else { x };
    let x = if x < -760.0 { -760.0 } else { x };
    let n = (x * LOG2_E + ROUNDING) - ROUNDING;
    let r = (x - n * 6.931_457_519_531_25E-1) - n * 1.428_606_820_309_417_2E-6;
    let rr = r * r;
    let p = ((1.261_771_930_748_105_9E-4 * rr + 3.029_944_077_074_419_6E-2) * rr + 1.0) * r;
    let q = ((3.001_985_051_386_644_6E-6 * rr + 2.524_483_403_496_841E-3) * rr
        + 2.272_655_482_081_550_3E-1)
        * rr
        + 2.0;
    let power = 1.0 + 2.0 * (p / (q - p));
    // In two factors, so that each is a normal number.
    let half = (n * 0.5 + ROUNDING) - ROUNDING;
    (power * power_of_two(half)) * power_of_two(n - half)
}

/// The natural logarithm; NaN below 0, −∞ at 0.
///
/// x = m·2ᵏ with √½ ≤ m < √2, and ln m by a polynomial in ((m − 1)/(m + 1))². Source: Sun
/// Microsystems, fdlibm, `e_log.c`, <https://www.netlib.org/fdlibm/>.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    const ROOT_OF_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
    const LN2_HIGH: f64 = 6.931_471_803_691_238E-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7E-10;
    let is_subnormal = x < f64::MIN_POSITIVE;
    let scaled = if is_subnormal { x * 18_014_398_509_481_984.0 } else { x };
    let bits = scaled.to_bits().wrapping_add(ONE - ROOT_OF_HALF);
    let m = f64::from_bits((bits & 0x000f_ffff_ffff_ffff).wrapping_add(ROOT_OF_HALF));
    let exponent = f64::from_bits((bits >> 52).wrapping_add(ROUNDING.to_bits())) - ROUNDING;
    let k = exponent - if is_subnormal { 1023.0 + 54.0 } else { 1023.0 };
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w
        * (0.399_999_999_994_094_2
            + w * (2.222_219_843_214_978_4E-1 + w * 1.531_383_769_920_937_3E-1));
    let odd = z
        * (0.666_666_666_666_673_5
            + w * (0.285_714_287_436_623_9
                + w * (1.818_357_216_161_805E-1 + w * 1.479_819_860_511_658_6E-1)));
    let half_square = 0.5 * f * f;
    let log = k * LN2_HIGH - ((half_square - (s * (half_square + (odd + even)) + k * LN2_LOW)) - f);
    let log = if x == 0.0 { f64::NEG_INFINITY } else { log };
    let log = if x == f64::INFINITY { x } else { log };
    if x < 0.0 || x.is_nan() { f64::NAN } else { log }
}

/// xʸ = e^(y·ln |x|), with the sign of a negative x where y is odd; NaN for a negative x and a y that
/// is not whole, 1 for y = 0, √x for y = ½.
///
/// The relative error is that of y·ln x times its size: 10⁻¹⁵ for results between 10⁻⁴ and 10⁴.
#[inline(always)]
pub fn pow(x: f64, y: f64) -> f64 {
    // A loop with one exponent is compiled for both cases.
    if y == 0.5 {
        return x.sqrt();
    }
    let shifted = y + ROUNDING;
    let (is_whole, is_odd) = (shifted - ROUNDING == y, shifted.to_bits() & 1 == 1);
    let power = exp(y * ln(x.abs()));
    let signed = if is_odd { -power } else { power };
    let signed = if is_whole { signed } else { f64::NAN };
    let power = if x < 0.0 { signed } else { power };
    if y == 0.0 { 1.0 } else { power }
}

/// The angle of the point (x, y), from −π to π; 0 for the point (0, 0).
///
/// Source of the approximation: Cephes, `atan.c`, <https://www.netlib.org/cephes/>.
#[inline(always)]
pub fn atan2(y: f64, x: f64) -> f64 {
    let (a, b) = (x.abs(), y.abs());
    let (short, long) = if b > a { (a, b) } else { (b, a) };
    let ratio = short / long;
    let ratio = if short == long { 1.0 } else { ratio };
    let ratio = if long == 0.0 { 0.0 } else { ratio };
    // tan(π/8) separates the two halves.
    let is_steep = ratio > 0.414_213_562_373_095_03;
    let t = if is_steep { (ratio - 1.0) / (ratio + 1.0) } else { ratio };
    let z = t * t;
    let p = (((-8.750_608_600_031_904E-1 * z - 1.615_753_718_733_365E1) * z
        - 7.500_855_792_314_705E1)
        * z
        - 1.228_866_684_490_136_2E2)
        * z
        - 6.485_021_904_942_025E1;
    let q = ((((z + 2.485_846_490_142_306_3E1) * z + 1.650_270_098_316_988_6E2) * z
        + 4.328_810_604_912_903E2)
        * z
        + 4.853_903_996_359_137E2)
        * z
        + 1.945_506_571_482_614E2;
    let angle = t * z * p / q + t;
    let angle = if is_steep { FRAC_PI_4 + (angle + 3.061_616_997_868_383E-17) } else { angle };
    let angle = if b > a { FRAC_PI_2 - angle } else { angle };
    let angle = if x.is_sign_negative() { PI - angle } else { angle };
    let angle = if y.is_sign_negative() { -angle } else { angle };
    if x.is_nan() || y.is_nan() { f64::NAN } else { angle }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The distance of two numbers in units in the last place.
    fn units(a: f64, b: f64) -> u64 {
        if a == b || (a.is_nan() && b.is_nan()) {
            return 0;
        }
        let ordered = |x: f64| {
            let bits = x.to_bits() as i64;
            if bits < 0 { i64::MIN - bits } else { bits }
        };
        ordered(a).abs_diff(ordered(b))
    }

    /// Numbers in [0, 1) that are spread evenly.
    fn spread() -> impl Iterator<Item = f64> {
        (0..200_000).map(|k| (f64::from(k) * 0.618_033_988_749_894_9).fract())
    }

    fn nearly(name: &str, at: f64, ours: f64, theirs: f64) {
        assert!(units(ours, theirs) <= 2, "{name}({at:e}) is {ours:e}, not {theirs:e}");
    }

    #[test]
    fn exp_and_ln_are_those_of_libm_to_two_units_in_the_last_place() {
        for u in spread() {
            let x = (u - 0.5) * 1400.0;
            nearly("exp", x, exp(x), libm::exp(x));
            nearly("exp", u, exp(u), libm::exp(u));
            let wide = libm::exp((u - 0.5) * 1400.0);
            nearly("ln", wide, ln(wide), libm::log(wide));
            nearly("ln", 0.5 + u, ln(0.5 + u), libm::log(0.5 + u));
        }
        for x in [0.0, -0.0, 710.0, 709.7, 1e300, -744.0, -745.0, -746.0, -1e300] {
            nearly("exp", x, exp(x), libm::exp(x));
        }
        for x in [0.0, 1.0, f64::MIN_POSITIVE, 5e-324, 1e-310, f64::MAX, f64::INFINITY, -1.0] {
            nearly("ln", x, ln(x), libm::log(x));
        }
        assert_eq!((exp(f64::INFINITY), exp(f64::NEG_INFINITY)), (f64::INFINITY, 0.0));
        assert!(exp(f64::NAN).is_nan() && ln(f64::NAN).is_nan());
    }

    #[test]
    fn pow_loses_no_more_than_its_exponent_takes() {
        for u in spread() {
            let x = libm::exp((u - 0.5) * 40.0);
            for y in [0.25, 0.5, -0.8, 2.0, 1.0, 7.5] {
                let (ours, theirs) = (pow(x, y), libm::pow(x, y));
                let bound = (1.0 + (y * libm::log(x)).abs()) * 3e-16;
                assert!(((ours - theirs) / theirs).abs() <= bound, "{x}^{y}: {ours} {theirs}");
            }
        }
        let at = [(0.0, 0.3), (0.0, -1.0), (0.0, 0.0), (1.0, 1e9), (f64::INFINITY, 0.5)];
        for (x, y) in at {
            assert_eq!(pow(x, y), libm::pow(x, y), "{x}^{y}");
        }
        let negative = [(-1.0, 3.0), (-1.0, 4.0), (-1.0, 1_000_001.0), (-1.0, -7.0), (-0.5, 0.0)];
        for (x, y) in negative {
            assert_eq!(pow(x, y), libm::pow(x, y), "{x}^{y}");
        }
        assert!(pow(-1.0, 0.5).is_nan());
    }

    #[test]
    fn atan2_is_that_of_libm_to_two_units_in_the_last_place() {
        for u in spread() {
            let y = (u - 0.5) * 2.0;
            for x in [1.0, -1.0, 0.3, -0.003, 1e-200, y, -y] {
                nearly("atan2", y, atan2(y, x), libm::atan2(y, x));
                nearly("atan2", x, atan2(x, y), libm::atan2(x, y));
            }
        }
        let special = [0.0, -0.0, 1.0, -1.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 5e-324];
        for y in special {
            for x in special {
                nearly("atan2", y, atan2(y, x), libm::atan2(y, x));
            }
        }
    }
}
