//! Numbers that carry their derivatives along.

use std::num::ParseFloatError;
use std::ops::{Add, Div, Mul, Neg, Sub};
use std::str::FromStr;

/// A value with its derivatives (∂/∂x, ∂/∂y): forward-mode automatic differentiation.
///
/// Each operation applies the chain rule, so that the derivatives of a whole expression are exact
/// to rounding. A derivative that is zero stays zero whatever it is multiplied by: where √x has an
/// infinite slope, y still has its own.
///
/// Source: R. E. Wengert, "A simple automatic derivative evaluation program", 1964,
/// <https://doi.org/10.1145/355586.364791>.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Dual {
    /// The value.
    pub value: f64,
    /// The derivatives with respect to x and to y.
    pub slope: [f64; 2],
}

/// k·t, and 0 where t is 0 even if k is infinite or not a number.
fn times(k: f64, t: f64) -> f64 {
    if t == 0.0 { 0.0 } else { k * t }
}

/// bⁿ: by multiplication for small whole n, which is exact for b² up to one rounding.
fn power(b: f64, n: f64) -> f64 {
    if n.fract() == 0.0 && n.abs() <= 32.0 { b.powi(n as i32) } else { b.powf(n) }
}

impl Dual {
    /// A number that depends on neither x nor y.
    pub const fn constant(value: f64) -> Self {
        Self { value, slope: [0.0, 0.0] }
    }

    /// The variables (x, y) at a point.
    pub const fn variables([x, y]: [f64; 2]) -> [Self; 2] {
        [Self { value: x, slope: [1.0, 0.0] }, Self { value: y, slope: [0.0, 1.0] }]
    }

    /// g(self), where `value` is g and `slope` is g′ at this value.
    fn chain(self, value: f64, slope: f64) -> Self {
        Self { value, slope: self.slope.map(|t| times(slope, t)) }
    }

    /// g(self, other), where `left` and `right` are the partial derivatives of g.
    fn join(self, other: Self, value: f64, left: f64, right: f64) -> Self {
        let slope =
            std::array::from_fn(|i| times(left, self.slope[i]) + times(right, other.slope[i]));
        Self { value, slope }
    }

    /// self to the power of `exponent`. With a constant whole exponent, any base has a derivative.
    pub fn pow(self, exponent: Self) -> Self {
        let (b, n) = (self.value, exponent.value);
        let value = power(b, n);
        let left = if n == 0.0 { 0.0 } else { n * power(b, n - 1.0) };
        // Towards b = 0 with n > 0, and b = ∞ with n < 0, bⁿ vanishes faster than ln b grows.
        let vanishes = value == 0.0 && b >= 0.0;
        let right = if vanishes { 0.0 } else { value * b.ln() };
        self.join(exponent, value, left, right)
    }

    /// self divided by `other`.
    fn over(self, other: Self) -> Self {
        let value = self.value / other.value;
        // Dividing rounds once where multiplying by the reciprocal would round twice.
        let slope = std::array::from_fn(|i| {
            let t = self.slope[i] - times(value, other.slope[i]);
            if t == 0.0 { 0.0 } else { t / other.value }
        });
        Self { value, slope }
    }

    /// |self|; the slope at 0 is taken as 0.
    pub fn abs(self) -> Self {
        let v = self.value;
        self.chain(v.abs(), if v == 0.0 { 0.0 } else { v.signum() })
    }

    /// √self.
    pub fn sqrt(self) -> Self {
        let root = self.value.sqrt();
        self.chain(root, 0.5 / root)
    }

    /// ∛self.
    pub fn cbrt(self) -> Self {
        let root = self.value.cbrt();
        self.chain(root, 1.0 / (3.0 * root * root))
    }

    /// e to the power of self.
    pub fn exp(self) -> Self {
        let exp = self.value.exp();
        self.chain(exp, exp)
    }

    /// The natural logarithm.
    pub fn ln(self) -> Self {
        self.chain(self.value.ln(), 1.0 / self.value)
    }

    /// The logarithm to base 2.
    pub fn log2(self) -> Self {
        let slope = 1.0 / (self.value * std::f64::consts::LN_2);
        self.chain(self.value.log2(), slope)
    }

    /// The logarithm to base 10.
    pub fn log10(self) -> Self {
        let slope = 1.0 / (self.value * std::f64::consts::LN_10);
        self.chain(self.value.log10(), slope)
    }

    /// The sine.
    pub fn sin(self) -> Self {
        self.chain(self.value.sin(), self.value.cos())
    }

    /// The cosine.
    pub fn cos(self) -> Self {
        self.chain(self.value.cos(), -self.value.sin())
    }

    /// The tangent.
    pub fn tan(self) -> Self {
        let tan = self.value.tan();
        self.chain(tan, 1.0 + tan * tan)
    }

    /// The inverse sine.
    pub fn asin(self) -> Self {
        let v = self.value;
        self.chain(v.asin(), 1.0 / ((1.0 - v) * (1.0 + v)).sqrt())
    }

    /// The inverse cosine.
    pub fn acos(self) -> Self {
        let v = self.value;
        self.chain(v.acos(), -1.0 / ((1.0 - v) * (1.0 + v)).sqrt())
    }

    /// The inverse tangent.
    pub fn atan(self) -> Self {
        self.chain(self.value.atan(), 1.0 / (1.0 + self.value * self.value))
    }

    /// The hyperbolic sine.
    pub fn sinh(self) -> Self {
        self.chain(self.value.sinh(), self.value.cosh())
    }

    /// The hyperbolic cosine.
    pub fn cosh(self) -> Self {
        self.chain(self.value.cosh(), self.value.sinh())
    }

    /// The hyperbolic tangent.
    pub fn tanh(self) -> Self {
        let tanh = self.value.tanh();
        self.chain(tanh, (1.0 - tanh) * (1.0 + tanh))
    }

    /// The inverse hyperbolic sine.
    pub fn asinh(self) -> Self {
        self.chain(self.value.asinh(), 1.0 / self.value.hypot(1.0))
    }

    /// The inverse hyperbolic cosine.
    pub fn acosh(self) -> Self {
        let v = self.value;
        self.chain(v.acosh(), 1.0 / ((v - 1.0) * (v + 1.0)).sqrt())
    }

    /// The inverse hyperbolic tangent.
    pub fn atanh(self) -> Self {
        let v = self.value;
        self.chain(v.atanh(), 1.0 / ((1.0 - v) * (1.0 + v)))
    }

    /// The smaller one; where both are equal, the mean of their slopes.
    pub fn min(self, other: Self) -> Self {
        self.pick(other, self.value < other.value, other.value < self.value)
    }

    /// The larger one; where both are equal, the mean of their slopes.
    pub fn max(self, other: Self) -> Self {
        self.pick(other, self.value > other.value, other.value > self.value)
    }

    fn pick(self, other: Self, left: bool, right: bool) -> Self {
        if left {
            self
        } else if right {
            other
        } else if self.value == other.value {
            self.join(other, self.value, 0.5, 0.5)
        } else {
            // One of them is not a number, and so is neither the answer.
            Self::constant(f64::NAN)
        }
    }

    /// The angle of the point (`x`, self), in radians.
    pub fn atan2(self, x: Self) -> Self {
        let (b, a) = (self.value, x.value);
        let square = a * a + b * b;
        self.join(x, b.atan2(a), a / square, -b / square)
    }
}

impl Add for Dual {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.join(other, self.value + other.value, 1.0, 1.0)
    }
}

impl Sub for Dual {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.join(other, self.value - other.value, 1.0, -1.0)
    }
}

impl Mul for Dual {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let value = self.value * other.value;
        self.join(other, value, other.value, self.value)
    }
}

impl Div for Dual {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        self.over(other)
    }
}

impl Neg for Dual {
    type Output = Self;
    fn neg(self) -> Self {
        self.chain(-self.value, -1.0)
    }
}

impl FromStr for Dual {
    type Err = ParseFloatError;
    fn from_str(text: &str) -> Result<Self, ParseFloatError> {
        text.parse().map(Self::constant)
    }
}
