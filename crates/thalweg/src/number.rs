//! The numbers that formulas are written in.

use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::elementary;

/// The operations that a formula may use.
///
/// A [`Rule`](crate::Rule) is written once, generic over `N: Number`. Every operation rounds the
/// same way on every machine: IEEE 754 requires `+ − × ÷ √` to be correctly rounded, and elementary
/// functions are made of those. There is no fused multiply-add, as code without it would round
/// differently.
///
/// The trait is open. `f32` and `f64` implement it, and so can a custom type, such as one that
/// records the formula or carries a derivative.
///
/// ```
/// use thalweg::Number;
///
/// fn mean<N: Number>(a: N, b: N) -> N {
///     (a + b) * N::from_f64(0.5)
/// }
/// assert_eq!(mean(1.0_f32, 2.0), 1.5);
/// assert_eq!(mean(1.0_f64, 2.0), 1.5);
/// ```
pub trait Number:
    Copy
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + 'static
{
    /// The type in which the constants of a step are computed: `f64` for `f32` and `f64`.
    type Wide: Wide;

    /// Zero.
    fn zero() -> Self;
    /// One.
    fn one() -> Self;
    /// The nearest number of this type.
    fn from_f64(value: f64) -> Self;
    /// The nearest number of this type to a constant.
    fn from_wide(value: Self::Wide) -> Self;
    /// √x, correctly rounded.
    fn sqrt(self) -> Self;
    /// |x|.
    fn abs(self) -> Self;
    /// The larger of the two; `other` where they cannot be compared.
    fn max(self, other: Self) -> Self;
    /// The smaller of the two; `other` where they cannot be compared.
    fn min(self, other: Self) -> Self;
    /// −1, 0 or 1 by the sign of x; NaN stays NaN.
    fn sign(self) -> Self;
    /// eˣ.
    fn exp(self) -> Self;
    /// The natural logarithm.
    fn ln(self) -> Self;
    /// The cosine.
    fn cos(self) -> Self;
    /// The power xʸ for y = `exponent`; NaN for a negative x unless y is whole.
    fn powf(self, exponent: Self) -> Self;
    /// The largest whole number that is not above x.
    fn floor(self) -> Self;
    /// The angle of the point (`x`, `self`), from −π to π.
    fn atan2(self, x: Self) -> Self;

    /// The same number with the letter that the paper has for it, such as "m̂", for types that
    /// display formulas; floating-point numbers ignore it.
    #[must_use]
    #[inline(always)]
    fn named(self, letter: &'static str) -> Self {
        let _ = letter;
        self
    }

    /// A hyperparameter as a constant, with its name, such as "beta1"; formulas show it as its
    /// letter, β₁.
    fn hyperparameter(value: f64, name: &'static str) -> Self::Wide {
        let _ = name;
        Self::Wide::from_f64(value)
    }
}

/// A number in which [`Rule::prepare`](crate::Rule::prepare) computes the constants of a step, from
/// hyperparameters and the step t.
pub trait Wide: Number<Wide = Self> {
    /// 1 − βᵗ for β = `self`: the bias correction of an exponential moving average, which is the
    /// total weight of its t samples.
    ///
    /// It uses only sums and products, so the bits are the same on every machine.
    ///
    /// ```
    /// use thalweg::Wide;
    /// assert_eq!(0.75.one_minus_power(2.0), 1.0 - 0.5625);
    /// ```
    #[must_use]
    fn one_minus_power(self, t: Self) -> Self;

    /// ∏ (1 − qⁱ/2) over i from 1 to t, for q = `self` between 0 and 1: the product of a momentum
    /// that warms up as in NAdam.
    ///
    /// From the series −ln ∏ = Σ qᵏ(1 − qᵏᵗ)/(1 − qᵏ)/(k·2ᵏ), whose terms at least halve: it takes
    /// the same time for every t.
    ///
    /// ```
    /// use thalweg::Wide;
    /// let product: f64 = 0.5.warmup_product(2.0);
    /// assert!((product - 0.75 * 0.875).abs() < 1e-15);
    /// ```
    #[must_use]
    fn warmup_product(self, t: Self) -> Self;

    /// `first` at step t = 1, `later` at every other step.
    #[must_use]
    fn at_first(t: Self, first: Self, later: Self) -> Self;

    /// `then` if `self` is 0, else `otherwise`.
    #[must_use]
    fn where_zero(self, then: Self, otherwise: Self) -> Self;
}

macro_rules! number {
    ($type:ident) => {
        impl Number for $type {
            type Wide = f64;

            #[inline(always)]
            fn zero() -> Self {
                0.0
            }
            #[inline(always)]
            fn one() -> Self {
                1.0
            }
            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as Self
            }
            #[inline(always)]
            fn from_wide(value: f64) -> Self {
                value as Self
            }
            #[inline(always)]
            fn sqrt(self) -> Self {
                $type::sqrt(self)
            }
            #[inline(always)]
            fn abs(self) -> Self {
                $type::abs(self)
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                if self > other { self } else { other }
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                if self < other { self } else { other }
            }
            #[inline(always)]
            fn sign(self) -> Self {
                if self > 0.0 {
                    1.0
                } else if self < 0.0 {
                    -1.0
                } else {
                    self
                }
            }
            // The functions of the standard library are those of the machine, which differ in last
            // bits.
            #[inline(always)]
            fn exp(self) -> Self {
                elementary::exp(f64::from(self)) as Self
            }
            #[inline(always)]
            fn ln(self) -> Self {
                elementary::ln(f64::from(self)) as Self
            }
            fn cos(self) -> Self {
                libm::cos(f64::from(self)) as Self
            }
            #[inline(always)]
            fn floor(self) -> Self {
                $type::floor(self)
            }
            #[inline(always)]
            fn powf(self, exponent: Self) -> Self {
                match exponent == 0.5 {
                    true => $type::sqrt(self),
                    false => elementary::pow(f64::from(self), f64::from(exponent)) as Self,
                }
            }
            #[inline(always)]
            fn atan2(self, x: Self) -> Self {
                elementary::atan2(f64::from(self), f64::from(x)) as Self
            }
        }
    };
}

number!(f32);
number!(f64);

/// 1 − βᵗ.
pub(crate) fn one_minus_power<W: Wide>(beta: W, t: u64) -> W {
    // Shares of a and b steps join as s + s'·(1 − s). Subtracting βᵗ from 1 instead would cancel
    // the digits that matter most, in the first steps.
    let (one, two) = (W::one(), W::from_f64(2.0));
    let (mut share, mut doubled, mut rest) = (W::zero(), one - beta, t);
    while rest > 0 {
        if rest & 1 == 1 {
            share = share + doubled * (one - share);
        }
        doubled = doubled * (two - doubled);
        rest >>= 1;
    }
    share
}

/// ∏ (1 − qⁱ/2) over i from 1 to t.
pub(crate) fn warmup_product<W: Wide>(q: W, t: W) -> W {
    let one = W::one();
    let (first, all) = (one - q, q.one_minus_power(t));
    // 1 − qᵏ and 1 − qᵏᵗ, each from the one before without cancellation.
    let (mut one_less, mut all_less, mut sum) = (W::zero(), W::zero(), W::zero());
    for k in 1..=55 {
        one_less = one_less + first * (one - one_less);
        all_less = all_less + all * (one - all_less);
        // The limit for q = 1 is t.
        let powers = (one - one_less) * all_less / one_less;
        let powers = one_less.where_zero(t, powers);
        sum = sum + powers * W::from_f64((0.5_f64).powi(k) / f64::from(k));
    }
    (-sum).exp()
}

impl Wide for f64 {
    fn one_minus_power(self, t: f64) -> f64 {
        one_minus_power(self, t as u64)
    }

    fn warmup_product(self, t: f64) -> f64 {
        warmup_product(self, t)
    }

    fn at_first(t: f64, first: f64, later: f64) -> f64 {
        if t == 1.0 { first } else { later }
    }

    fn where_zero(self, then: f64, otherwise: f64) -> f64 {
        if self == 0.0 { then } else { otherwise }
    }
}
