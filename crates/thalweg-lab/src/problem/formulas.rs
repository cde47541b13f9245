//! The functions of the catalogue, each written operation by operation as its expression: with derivatives
//! carried along ([`thalweg::Dual`]), one text gives value and gradient.

use std::f64::consts::{E, PI};

use crate::expression::Analytic;

/// A number.
fn k<N: Analytic>(number: f64) -> N {
    N::from_f64(number)
}

/// baseⁿ for a whole number n.
fn power<N: Analytic>(base: N, n: f64) -> N {
    base.power(k(n))
}

/// x²/20 + y²
pub fn ravine<N: Analytic>([x, y]: [N; 2]) -> N {
    power(x, 2.0) / k(20.0) + power(y, 2.0)
}

/// x² + y²
pub fn sphere<N: Analytic>([x, y]: [N; 2]) -> N {
    power(x, 2.0) + power(y, 2.0)
}

/// 0.26(x² + y²) − 0.48xy
pub fn matyas<N: Analytic>([x, y]: [N; 2]) -> N {
    k::<N>(0.26) * (power(x, 2.0) + power(y, 2.0)) - k::<N>(0.48) * x * y
}

/// (x + 2y − 7)² + (2x + y − 5)²
pub fn booth<N: Analytic>([x, y]: [N; 2]) -> N {
    power(x + k::<N>(2.0) * y - k(7.0), 2.0) + power(k::<N>(2.0) * x + y - k(5.0), 2.0)
}

/// (1 − x)² + 100(y − x²)²
pub fn rosenbrock<N: Analytic>([x, y]: [N; 2]) -> N {
    power(k::<N>(1.0) - x, 2.0) + k::<N>(100.0) * power(y - power(x, 2.0), 2.0)
}

/// (1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²
pub fn beale<N: Analytic>([x, y]: [N; 2]) -> N {
    power(k::<N>(1.5) - x + x * y, 2.0)
        + power(k::<N>(2.25) - x + x * power(y, 2.0), 2.0)
        + power(k::<N>(2.625) - x + x * power(y, 3.0), 2.0)
}

/// (x² + y − 11)² + (x + y² − 7)²
pub fn himmelblau<N: Analytic>([x, y]: [N; 2]) -> N {
    power(power(x, 2.0) + y - k(11.0), 2.0) + power(x + power(y, 2.0) - k(7.0), 2.0)
}

/// 2x² − 1.05x⁴ + x⁶/6 + xy + y²
pub fn three_hump_camel<N: Analytic>([x, y]: [N; 2]) -> N {
    k::<N>(2.0) * power(x, 2.0) - k::<N>(1.05) * power(x, 4.0)
        + power(x, 6.0) / k(6.0)
        + x * y
        + power(y, 2.0)
}

/// (x⁴ − 16x² + 5x + y⁴ − 16y² + 5y)/2
pub fn styblinski_tang<N: Analytic>([x, y]: [N; 2]) -> N {
    let sum = power(x, 4.0) - k::<N>(16.0) * power(x, 2.0) + k::<N>(5.0) * x + power(y, 4.0)
        - k::<N>(16.0) * power(y, 2.0)
        + k::<N>(5.0) * y;
    sum / k(2.0)
}

/// (1 + (x + y + 1)²(19 − 14x + 3x² − 14y + 6xy + 3y²))·(30 + (2x − 3y)²(18 − 32x + 12x² + 48y − 36xy + 27y²))
pub fn goldstein_price<N: Analytic>([x, y]: [N; 2]) -> N {
    let left = k::<N>(19.0) - k::<N>(14.0) * x + k::<N>(3.0) * power(x, 2.0) - k::<N>(14.0) * y
        + k::<N>(6.0) * x * y
        + k::<N>(3.0) * power(y, 2.0);
    let right = k::<N>(18.0) - k::<N>(32.0) * x + k::<N>(12.0) * power(x, 2.0) + k::<N>(48.0) * y
        - k::<N>(36.0) * x * y
        + k::<N>(27.0) * power(y, 2.0);
    (k::<N>(1.0) + power(x + y + k(1.0), 2.0) * left)
        * (k::<N>(30.0) + power(k::<N>(2.0) * x - k::<N>(3.0) * y, 2.0) * right)
}

/// sin(3πx)² + (x − 1)²(1 + sin(3πy)²) + (y − 1)²(1 + sin(2πy)²)
pub fn levy13<N: Analytic>([x, y]: [N; 2]) -> N {
    let wave = |times: f64, of: N| power((k::<N>(times) * k(PI) * of).sine(), 2.0);
    wave(3.0, x)
        + power(x - k(1.0), 2.0) * (k::<N>(1.0) + wave(3.0, y))
        + power(y - k(1.0), 2.0) * (k::<N>(1.0) + wave(2.0, y))
}

/// 20 + x² − 10cos(2πx) + y² − 10cos(2πy)
pub fn rastrigin<N: Analytic>([x, y]: [N; 2]) -> N {
    let wave = |of: N| k::<N>(10.0) * (k::<N>(2.0) * k(PI) * of).cosine();
    k::<N>(20.0) + power(x, 2.0) - wave(x) + power(y, 2.0) - wave(y)
}

/// −20exp(−0.2√((x² + y²)/2)) − exp((cos(2πx) + cos(2πy))/2) + e + 20
pub fn ackley<N: Analytic>([x, y]: [N; 2]) -> N {
    let wave = |of: N| (k::<N>(2.0) * k(PI) * of).cosine();
    let root = ((power(x, 2.0) + power(y, 2.0)) / k(2.0)).sqrt();
    -k::<N>(20.0) * (-k::<N>(0.2) * root).exponential()
        - ((wave(x) + wave(y)) / k(2.0)).exponential()
        + k(E)
        + k(20.0)
}

/// x² − y²
pub fn saddle<N: Analytic>([x, y]: [N; 2]) -> N {
    power(x, 2.0) - power(y, 2.0)
}

/// x²/2 + (y² − 1)²/4
pub fn double_well<N: Analytic>([x, y]: [N; 2]) -> N {
    power(x, 2.0) / k(2.0) + power(power(y, 2.0) - k(1.0), 2.0) / k(4.0)
}
