//! The functions of expressions, on plain numbers and on numbers with derivatives.

use std::fmt::Debug;
use std::str::FromStr;

use thalweg::{Differentiable, Dual};

/// A number that every function of an expression can be computed of: `f64`, and [`Dual`] numbers,
/// which carry the derivatives along. At a kink the slope is one between those beside it.
///
/// Functions that [`thalweg::Wide`] has, too, have other names here: these are the standard
/// library's.
pub trait Analytic: Differentiable + Debug + Default + FromStr<Err: Debug> {
    /// self to the power of `exponent`. With a constant whole exponent, any base has a derivative.
    fn power(self, exponent: Self) -> Self;
    fn exponential(self) -> Self;
    fn logarithm(self) -> Self;
    fn cosine(self) -> Self;
    fn cbrt(self) -> Self;
    fn log2(self) -> Self;
    fn log10(self) -> Self;
    fn sine(self) -> Self;
    fn tan(self) -> Self;
    fn asin(self) -> Self;
    fn acos(self) -> Self;
    fn atan(self) -> Self;
    fn sinh(self) -> Self;
    fn cosh(self) -> Self;
    fn tanh(self) -> Self;
    fn asinh(self) -> Self;
    fn acosh(self) -> Self;
    fn atanh(self) -> Self;
    /// √(self² + 1).
    fn hypotenuse(self) -> Self;
    /// The angle of the point (`x`, self), in radians.
    fn angle(self, x: Self) -> Self;

    /// The smaller one; where both are equal, the mean of their slopes.
    fn smaller(self, other: Self) -> Self {
        self.pick(other, self.real() < other.real(), other.real() < self.real())
    }

    /// The larger one; where both are equal, the mean of their slopes.
    fn larger(self, other: Self) -> Self {
        self.pick(other, self.real() > other.real(), other.real() > self.real())
    }

    /// One of the two; where none is chosen, their mean if they are equal.
    fn pick(self, other: Self, left: bool, right: bool) -> Self {
        if left {
            self
        } else if right {
            other
        } else if self.real() == other.real() {
            self.mean(other)
        } else {
            // One of them is not a number, and so is neither the answer.
            Self::from_f64(f64::NAN)
        }
    }

    /// The mean of two equal numbers.
    fn mean(self, other: Self) -> Self;
}

macro_rules! standard {
    ($($name:ident $function:ident),*) => {
        $(fn $name(self) -> Self {
            f64::$function(self)
        })*
    };
}

impl Analytic for f64 {
    standard!(
        exponential exp, logarithm ln, cosine cos, cbrt cbrt, log2 log2, log10 log10, sine sin,
        tan tan, asin asin, acos acos, atan atan, sinh sinh, cosh cosh, tanh tanh, asinh asinh,
        acosh acosh, atanh atanh
    );

    // By multiplication for small whole exponents, which is exact for b² up to one rounding.
    fn power(self, n: f64) -> f64 {
        if n.fract() == 0.0 && n.abs() <= 32.0 { self.powi(n as i32) } else { self.powf(n) }
    }
    fn hypotenuse(self) -> f64 {
        self.hypot(1.0)
    }
    fn angle(self, x: f64) -> f64 {
        f64::atan2(self, x)
    }
    fn mean(self, _: f64) -> f64 {
        self
    }
}

/// Functions of one number, each with its derivative from v = self and f = f(v).
macro_rules! derivatives {
    ($N:ident: $($name:ident($v:ident, $f:ident) = $slope:expr;)*) => {
        $(fn $name(self) -> Self {
            let $v = self.value;
            let $f = $N::$name($v);
            self.chain($f, $slope)
        })*
    };
}

impl<N: Analytic, const K: usize> Analytic for Dual<N, K> {
    derivatives! { N:
        exponential(_v, f) = f;
        logarithm(v, _f) = N::one() / v;
        cosine(v, _f) = -v.sine();
        cbrt(_v, f) = N::one() / (N::from_f64(3.0) * f * f);
        log2(v, _f) = N::one() / (v * N::from_f64(std::f64::consts::LN_2));
        log10(v, _f) = N::one() / (v * N::from_f64(std::f64::consts::LN_10));
        sine(v, _f) = v.cosine();
        tan(_v, f) = N::one() + f * f;
        asin(v, _f) = N::one() / ((N::one() - v) * (N::one() + v)).sqrt();
        acos(v, _f) = -N::one() / ((N::one() - v) * (N::one() + v)).sqrt();
        atan(v, _f) = N::one() / (N::one() + v * v);
        sinh(v, _f) = v.cosh();
        cosh(v, _f) = v.sinh();
        tanh(_v, f) = (N::one() - f) * (N::one() + f);
        asinh(v, _f) = N::one() / v.hypotenuse();
        acosh(v, _f) = N::one() / ((v - N::one()) * (v + N::one())).sqrt();
        atanh(v, _f) = N::one() / ((N::one() - v) * (N::one() + v));
        hypotenuse(v, f) = v / f;
    }

    fn power(self, exponent: Self) -> Self {
        let (b, n) = (self.value, exponent.value);
        let value = b.power(n);
        let left = if n.is_zero() { N::zero() } else { n * b.power(n - N::one()) };
        // Towards b = 0 with n > 0, and b = ∞ with n < 0, bⁿ vanishes faster than ln b grows.
        let vanishes = value.real() == 0.0 && b.real() >= 0.0;
        let right = if vanishes { N::zero() } else { value * b.logarithm() };
        self.join(exponent, value, left, right)
    }

    fn angle(self, x: Self) -> Self {
        let (b, a) = (self.value, x.value);
        let square = a * a + b * b;
        self.join(x, b.angle(a), a / square, -b / square)
    }

    fn mean(self, other: Self) -> Self {
        let half = N::from_f64(0.5);
        self.join(other, self.value.mean(other.value), half, half)
    }
}
