//! Numbers that carry their derivatives along.

use std::num::ParseFloatError;
use std::ops::{Add, Div, Mul, Neg, Sub};
use std::str::FromStr;

use crate::number::{Number, Wide, one_minus_power, warmup_product};

/// A value with its derivatives with respect to K variables: forward-mode automatic differentiation.
///
/// Each operation applies the chain rule, so that the derivatives of a whole computation are exact
/// to rounding; its value has the bits that plain numbers give. A [`Rule`](crate::Rule) runs on it
/// as on any [`Number`], and so do functions that are written for one. A derivative that is 0 stays
/// 0 whatever it is multiplied by: where √x has an infinite slope, y still has its own. At a kink
/// the slope is that of the side that the value is taken from; that of |x| and of the sign is 0 at
/// 0, and the sign's is 0 everywhere.
///
/// Dual numbers of dual numbers carry second derivatives:
///
/// ```
/// use thalweg::{Dual, Number};
///
/// fn cube<N: Number>(x: N) -> N {
///     x * x * x
/// }
/// let y = cube(Dual::variable(2.0));
/// assert_eq!((y.value, y.slope), (8.0, [12.0]));
///
/// let y = cube(Dual::<_, 1>::variable(Dual::variable(2.0)));
/// assert_eq!(y.slope[0].slope, [12.0]); // the second derivative, 6x
/// ```
///
/// Source: R. E. Wengert, "A simple automatic derivative evaluation program" (1964),
/// <https://doi.org/10.1145/355586.364791>.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dual<N = f64, const K: usize = 1> {
    /// The value.
    pub value: N,
    /// The derivatives with respect to each variable.
    pub slope: [N; K],
}

/// The numbers that derivatives are made of: `f64`, and [`Dual`] numbers of such.
pub trait Differentiable: Wide {
    /// The plain value, without derivatives.
    fn real(self) -> f64;
    /// Whether the value and all derivatives are 0.
    fn is_zero(self) -> bool;
    /// The sine, with the same bits on every machine: the derivative of the cosine is −sin x.
    fn sin(self) -> Self;
}

impl Differentiable for f64 {
    fn real(self) -> f64 {
        self
    }
    fn is_zero(self) -> bool {
        self == 0.0
    }
    fn sin(self) -> f64 {
        libm::sin(self)
    }
}

impl<N: Differentiable, const K: usize> Differentiable for Dual<N, K> {
    fn real(self) -> f64 {
        self.value.real()
    }
    fn is_zero(self) -> bool {
        self.value.is_zero() && self.slope.into_iter().all(N::is_zero)
    }
    fn sin(self) -> Self {
        self.chain(self.value.sin(), self.value.cos())
    }
}

/// k·t, and 0 where t is 0 even if k is infinite or not a number.
fn times<N: Differentiable>(k: N, t: N) -> N {
    if t.is_zero() { N::zero() } else { k * t }
}

impl<N: Differentiable> Dual<N, 1> {
    /// A variable at a value: its derivative is 1.
    pub fn variable(value: N) -> Self {
        Self { value, slope: [N::one()] }
    }
}

impl<N: Differentiable, const K: usize> Dual<N, K> {
    /// A number that depends on no variable.
    pub fn constant(value: N) -> Self {
        Self { value, slope: [N::zero(); K] }
    }

    /// The K variables at a point, each with derivative 1 with respect to itself.
    pub fn variables(point: [N; K]) -> [Self; K] {
        std::array::from_fn(|k| {
            let mut variable = Self::constant(point[k]);
            variable.slope[k] = N::one();
            variable
        })
    }

    /// f(x) of this number x, from f and f′ at its value: for functions that [`Number`] does not have.
    #[must_use]
    pub fn chain(self, value: N, derivative: N) -> Self {
        Self { value, slope: self.slope.map(|t| times(derivative, t)) }
    }

    /// f(x, y) of this number x and of y, from f and its partial derivatives at their values.
    #[must_use]
    pub fn join(self, y: Self, value: N, by_x: N, by_y: N) -> Self {
        let slope = std::array::from_fn(|k| times(by_x, self.slope[k]) + times(by_y, y.slope[k]));
        Self { value, slope }
    }

    fn over(self, other: Self) -> Self {
        let value = self.value / other.value;
        // Dividing rounds once where multiplying by the reciprocal would round twice.
        let slope = std::array::from_fn(|k| {
            let t = self.slope[k] - times(value, other.slope[k]);
            if t.is_zero() { N::zero() } else { t / other.value }
        });
        Self { value, slope }
    }
}

impl<N: Differentiable, const K: usize> Number for Dual<N, K> {
    type Wide = Self;

    fn zero() -> Self {
        Self::constant(N::zero())
    }
    fn one() -> Self {
        Self::constant(N::one())
    }
    fn from_f64(value: f64) -> Self {
        Self::constant(N::from_f64(value))
    }
    fn from_wide(value: Self) -> Self {
        value
    }
    fn sqrt(self) -> Self {
        let root = self.value.sqrt();
        self.chain(root, N::from_f64(0.5) / root)
    }
    fn abs(self) -> Self {
        let sign = if self.real() == 0.0 { N::zero() } else { self.value.sign() };
        self.chain(self.value.abs(), sign)
    }
    fn max(self, other: Self) -> Self {
        if self.real() > other.real() { self } else { other }
    }
    fn min(self, other: Self) -> Self {
        if self.real() < other.real() { self } else { other }
    }
    fn sign(self) -> Self {
        Self::constant(self.value.sign())
    }
    fn floor(self) -> Self {
        Self::constant(self.value.floor())
    }
    fn exp(self) -> Self {
        let exp = self.value.exp();
        self.chain(exp, exp)
    }
    fn ln(self) -> Self {
        self.chain(self.value.ln(), N::one() / self.value)
    }
    fn cos(self) -> Self {
        self.chain(self.value.cos(), -self.value.sin())
    }
    fn powf(self, exponent: Self) -> Self {
        let (base, power) = (self.value, exponent.value);
        let value = base.powf(power);
        let by_base = if power.is_zero() { N::zero() } else { power * base.powf(power - N::one()) };
        // Towards 0 with a positive exponent, bⁿ vanishes faster than ln b grows.
        let vanishes = value.real() == 0.0 && base.real() >= 0.0;
        let by_power = if vanishes { N::zero() } else { value * base.ln() };
        self.join(exponent, value, by_base, by_power)
    }
    fn atan2(self, x: Self) -> Self {
        let squares = self.value * self.value + x.value * x.value;
        let angle = self.value.atan2(x.value);
        self.join(x, angle, x.value / squares, -self.value / squares)
    }
}

impl<N: Differentiable, const K: usize> Wide for Dual<N, K> {
    fn one_minus_power(self, t: Self) -> Self {
        one_minus_power(self, t.real() as u64)
    }
    fn warmup_product(self, t: Self) -> Self {
        warmup_product(self, t)
    }
    fn at_first(t: Self, first: Self, later: Self) -> Self {
        if t.real() == 1.0 { first } else { later }
    }
    fn where_zero(self, then: Self, otherwise: Self) -> Self {
        if self.real() == 0.0 { then } else { otherwise }
    }
}

impl<N: Differentiable, const K: usize> Add for Dual<N, K> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.join(other, self.value + other.value, N::one(), N::one())
    }
}

impl<N: Differentiable, const K: usize> Sub for Dual<N, K> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.join(other, self.value - other.value, N::one(), -N::one())
    }
}

impl<N: Differentiable, const K: usize> Mul for Dual<N, K> {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        self.join(other, self.value * other.value, other.value, self.value)
    }
}

impl<N: Differentiable, const K: usize> Div for Dual<N, K> {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        self.over(other)
    }
}

impl<N: Differentiable, const K: usize> Neg for Dual<N, K> {
    type Output = Self;
    fn neg(self) -> Self {
        self.chain(-self.value, -N::one())
    }
}

impl<N: Differentiable, const K: usize> Default for Dual<N, K> {
    fn default() -> Self {
        Self::zero()
    }
}

/// Reads a constant.
impl<N: Differentiable, const K: usize> FromStr for Dual<N, K> {
    type Err = ParseFloatError;

    fn from_str(text: &str) -> Result<Self, ParseFloatError> {
        text.parse().map(Self::from_f64)
    }
}
