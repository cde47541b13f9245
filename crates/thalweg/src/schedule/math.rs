//! The mathematical functions of the schedules.
//!
//! They use sums, products, quotients and roots only, so that they have the same bits on every
//! machine; the one exception is a power that is not a whole number.

use std::f64::consts::FRAC_PI_2;

/// base·factor, clamped to the largest finite number, so that 0·∞ is 0.
pub fn scaled(base: f64, factor: f64) -> f64 {
    base * factor.min(f64::MAX)
}

/// Linear interpolation between `from` and `to` at `elapsed` of `total` steps; exact at both ends.
pub fn linear(from: f64, to: f64, elapsed: f64, total: f64) -> f64 {
    from * ((total - elapsed) / total) + to * (elapsed / total)
}

/// Cosine interpolation between `from` and `to` at `elapsed` of `total` steps; exact at both ends:
/// to + (from − to)·(1 + cos(π·elapsed/total))/2.
pub fn cosine(from: f64, to: f64, elapsed: f64, total: f64) -> f64 {
    // (1 + cos πx)/2 = 1 − sin²(πx/2) = sin²(π(1 − x)/2). Adding 1 to a cosine near −1 would
    // cancel all its digits; a square of a small sine keeps them.
    let left = if 2.0 * elapsed < total {
        1.0 - squared_sine(elapsed / total)
    } else {
        squared_sine((total - elapsed) / total)
    };
    from * left + to * (1.0 - left)
}

/// sin²(πx/2) for x in [0, 1/2].
fn squared_sine(x: f64) -> f64 {
    let y = FRAC_PI_2 * x;
    // sin y = y·(1 − y²/(2·3)·(1 − y²/(4·5)·(1 − …))); for y ≤ π/4 the term after the ninth is
    // below 1e-19.
    let series = (1..=9).rev().fold(1.0, |rest, k| {
        let n = f64::from(2 * k);
        1.0 - y * y / (n * (n + 1.0)) * rest
    });
    (y * series) * (y * series)
}

/// xⁿ by repeated squaring.
pub fn power(x: f64, mut n: u64) -> f64 {
    let (mut square, mut product) = (x, 1.0);
    while n > 0 {
        if n & 1 == 1 {
            product *= square;
        }
        square *= square;
        n >>= 1;
    }
    product
}

/// xᵖ for p ≥ 0: by repeated squaring if p is a whole number, else by the platform's `pow`.
pub fn real_power(x: f64, p: f64) -> f64 {
    if p.fract() == 0.0 { power(x, p as u64) } else { x.powf(p) }
}
