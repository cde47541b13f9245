//! Functions of x and y given as text.

mod dual;
mod error;
mod operators;
mod scan;
mod token;

use exmex::{Express, FlatEx};

use dual::Dual;
pub use error::ExpressionError;
use operators::{Numbers, Operators};
use thalweg_draw::Point;

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
    compiled: FlatEx<Dual, Operators, Numbers>,
    /// Which of the variables (x, y) the compiled form asks for.
    used: [bool; 2],
}

impl Expression {
    /// Reads an expression in x and y; either may be missing.
    ///
    /// # Errors
    /// [`ExpressionError`] says what is wrong and in which column.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let rewritten = scan::rewrite(text)?;
        let compiled = FlatEx::<Dual, Operators, Numbers>::parse(&rewritten).map_err(|error| {
            let message = error.msg().to_owned();
            ExpressionError::Rejected { message }
        })?;
        let used = ["x", "y"].map(|name| compiled.var_names().iter().any(|used| used == name));
        Ok(Self { text: text.trim().to_owned(), compiled, used })
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
        let dual = self.eval(point);
        if dual.value.is_nan() { [f64::NAN; 2] } else { dual.slope }
    }

    fn eval(&self, point: Point) -> Dual {
        let [x, y] = Dual::variables(point);
        let value = match self.used {
            [true, true] => self.compiled.eval(&[x, y]),
            [true, false] => self.compiled.eval(&[x]),
            [false, true] => self.compiled.eval(&[y]),
            [false, false] => self.compiled.eval(&[]),
        };
        // The only error is a wrong number of variables, and that is settled above.
        value.unwrap_or(Dual::constant(f64::NAN))
    }
}
