//! Functions of x and y given as text.

mod analytic;
mod error;
mod operators;
mod scan;
mod token;

use std::sync::OnceLock;

use exmex::{Express, FlatEx};
use thalweg::Dual;
use thalweg_draw::Point;

pub(crate) use analytic::Analytic;
pub use error::ExpressionError;
use operators::{Numbers, Operators};

/// A function of x and y given as text, with its exact gradient.
///
/// Accepted are numbers (`2`, `0.5`, `1e-3`), the variables `x` and `y`, the constants `pi` (`π`),
/// `tau` (`τ`) and `e`, the operators `+ - * / ^` (`**` is the same as `^`), parentheses, and the
/// functions `abs`, `sqrt`, `cbrt`, `exp`, `ln`, `log` (natural, as in NumPy), `log2`, `log10`,
/// `sin`, `cos`, `tan`, their inverses `asin`, `acos`, `atan`, the hyperbolic ones (`sinh`, …,
/// `atanh`), and `min`, `max` and `atan2` of two arguments. As in mathematics and in Python,
/// `-x^2` is −(x²) and `2^3^2` is 2^(3²). A product needs its sign: `2*x`, not `2x`.
///
/// The crate `exmex` evaluates the expression over numbers that carry their derivatives along, so
/// that the gradient is exact to rounding. At a kink the gradient is one between those beside it:
/// 0 for |x| at 0, the mean where the arguments of `min` or `max` are equal.
///
/// ```
/// use thalweg_lab::Expression;
///
/// let f = Expression::parse("x^2/20 + y^2")?;
/// assert_eq!(f.value([-7.0, 2.0]), 6.45);
/// assert_eq!(f.gradient([-7.0, 2.0]), [-0.7, 4.0]);
/// # Ok::<(), thalweg_lab::ExpressionError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Expression {
    text: String,
    /// The text as `exmex` reads it.
    rewritten: String,
    compiled: Compiled<First>,
    /// The same with second derivatives, compiled when they are first asked for.
    second: OnceLock<Option<Compiled<Dual<First, 2>>>>,
    /// Which of the variables (x, y) the compiled form asks for.
    used: [bool; 2],
}

/// A number with its derivatives (∂/∂x, ∂/∂y).
type First = Dual<f64, 2>;
type Compiled<N> = FlatEx<N, Operators, Numbers>;

impl Expression {
    /// Reads an expression in x and y; either may be missing.
    ///
    /// # Errors
    /// [`ExpressionError`] says what is wrong and in which column.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let rewritten = scan::rewrite(text)?;
        let compiled = Compiled::<First>::parse(&rewritten).map_err(|error| {
            let message = error.msg().to_owned();
            ExpressionError::Rejected { message }
        })?;
        let used = ["x", "y"].map(|name| compiled.var_names().iter().any(|used| used == name));
        let text = text.trim().to_owned();
        Ok(Self { text, rewritten, compiled, second: OnceLock::new(), used })
    }

    /// The text it was read from, without white space around it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The value at a point: NaN or infinite where the function has none.
    pub fn value(&self, point: Point) -> f64 {
        self.eval(point).value
    }

    /// The gradient (∂f/∂x, ∂f/∂y) at a point: NaN where the value is.
    pub fn gradient(&self, point: Point) -> Point {
        self.value_and_gradient(point).1
    }

    /// Both from one evaluation.
    pub(crate) fn value_and_gradient(&self, point: Point) -> (f64, Point) {
        let dual = self.eval(point);
        (dual.value, if dual.value.is_nan() { [f64::NAN; 2] } else { dual.slope })
    }

    /// The second derivatives ((∂²f/∂x², ∂²f/∂x∂y), (∂²f/∂y∂x, ∂²f/∂y²)) at a point: NaN where the
    /// value is.
    ///
    /// ```
    /// let f = thalweg_lab::Expression::parse("x^2*y")?;
    /// assert_eq!(f.hessian([1.0, 3.0]), [[6.0, 2.0], [2.0, 0.0]]);
    /// # Ok::<(), thalweg_lab::ExpressionError>(())
    /// ```
    pub fn hessian(&self, point: Point) -> [Point; 2] {
        let compiled = self.second.get_or_init(|| Compiled::parse(&self.rewritten).ok());
        let variables = Dual::variables(First::variables(point));
        let dual = compiled.as_ref().and_then(|compiled| self.eval_with(compiled, variables));
        match dual {
            Some(dual) if !dual.value.value.is_nan() => dual.slope.map(|partial| partial.slope),
            _ => [[f64::NAN; 2]; 2],
        }
    }

    fn eval(&self, point: Point) -> First {
        let value = self.eval_with(&self.compiled, First::variables(point));
        value.unwrap_or(First::constant(f64::NAN))
    }

    /// `None` never: the only error is a wrong number of variables.
    fn eval_with<N: Analytic>(&self, compiled: &Compiled<N>, [x, y]: [N; 2]) -> Option<N> {
        let variables: &[N] = match self.used {
            [true, true] => &[x, y],
            [true, false] => &[x],
            [false, true] => &[y],
            [false, false] => &[],
        };
        compiled.eval(variables).ok()
    }
}
