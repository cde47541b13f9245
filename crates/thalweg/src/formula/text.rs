//! Formulas as plain text.

use std::fmt;

use super::expression::{Expression, Product, number};
use super::letters::{is_single, superscript};
use super::statements::Statement;

/// The statement as plain text, such as `m ← β₁m + (1 − β₁)g`.
impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arrow = if self.is_assignment { "←" } else { "=" };
        write!(f, "{} {arrow} {}", self.letter, sum(&self.value))
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&sum(self))
    }
}

impl Statement {
    /// What stands behind the arrow or the equals sign, as plain text.
    pub fn right_hand_side(&self) -> String {
        sum(&self.value)
    }
}

/// A number as formulas show it: `−0.7`, `1e-8`.
pub fn number_text(x: f64) -> String {
    sum(&Expression::Number(x))
}

/// Anything, as one side of an equation.
fn sum(expression: &Expression) -> String {
    match expression {
        Expression::Sum(terms) => {
            Expression::join_terms(terms, ["−", " + ", " − "], sum, parentheses)
        }
        Expression::Product(product) => product_text(product),
        Expression::Number(x) if *x < 0.0 => format!("−{}", number(-x)),
        _ => factor(expression, 1),
    }
}

fn parentheses(expression: &Expression) -> String {
    format!("({})", sum(expression))
}

fn product_text(product: &Product) -> String {
    let mut text = if product.negative { "−".to_owned() } else { String::new() };
    let mut is_first = true;
    for quotient in product.quotients() {
        let mut previous: Option<&Expression> = None;
        // Behind a first dot: lr·r·u, not lr·ru.
        let mut is_dotted = false;
        for (part, exponent) in &quotient.above {
            let apart = match previous {
                None => !is_first,
                Some(Expression::Number(_)) if matches!(part, Expression::Sum(_)) => true,
                Some(previous) => {
                    is_dotted || !(joins(previous) && joins(part)) || part.begins_with_number()
                }
            };
            is_dotted |= apart && previous.is_some();
            text += if apart { "·" } else { "" };
            text += &factor(part, *exponent);
            previous = Some(part);
            is_first = false;
        }
        if quotient.above.is_empty() {
            text += if is_first { "1" } else { "·1" };
        }
        for (part, exponent) in &quotient.below {
            text += "/";
            text += &factor(part, *exponent);
        }
        is_first = false;
    }
    text
}

/// Whether a factor can stand beside another without a dot: numbers, single letters, and sums in
/// parentheses.
fn joins(expression: &Expression) -> bool {
    match expression {
        Expression::Number(_) | Expression::Sum(_) | Expression::Power(..) => true,
        Expression::Letter(letter) => is_single(letter),
        _ => false,
    }
}

/// A factor to a power, in parentheses where needed.
fn factor(expression: &Expression, exponent: u32) -> String {
    let raised = |base: String| match exponent {
        1 => base,
        _ => base + &superscript(exponent),
    };
    match expression {
        Expression::Number(x) if *x < 0.0 => raised(parentheses(expression)),
        // A power of ten is raised in parentheses.
        Expression::Number(x) if exponent > 1 && number(*x).contains('e') => {
            raised(parentheses(expression))
        }
        Expression::Number(x) => raised(number(*x)),
        Expression::Letter(letter) => raised(letter.clone()),
        Expression::Sum(_) | Expression::Product(_) => raised(parentheses(expression)),
        Expression::Power(base, power) => {
            let base = match &**base {
                Expression::Letter(letter) => letter.clone(),
                Expression::Number(x) if *x >= 0.0 && !number(*x).contains('e') => number(*x),
                Expression::Absolute(_) => factor(base, 1),
                base => parentheses(base),
            };
            let power = match &**power {
                Expression::Letter(letter) if letter == "t" => format!("{base}ᵗ"),
                power => format!("{base}^{}", factor(power, 1)),
            };
            if exponent == 1 { power } else { raised(format!("({power})")) }
        }
        Expression::Root(inside) => {
            let root = match &**inside {
                Expression::Letter(_) | Expression::Call(..) => format!("√{}", factor(inside, 1)),
                Expression::Number(x) if *x >= 0.0 && !number(*x).contains('e') => {
                    format!("√{}", number(*x))
                }
                inside => format!("√{}", parentheses(inside)),
            };
            if exponent == 1 { root } else { raised(format!("({root})")) }
        }
        // Bars within bars would read as a norm.
        Expression::Absolute(inside) if inside.has_bars() => {
            raised(format!("abs({})", sum(inside)))
        }
        Expression::Absolute(inside) => raised(format!("|{}|", sum(inside))),
        Expression::Total(inside) => raised(format!("∑({})", sum(inside))),
        Expression::Norm(inside) => raised(format!("‖{}‖", sum(inside))),
        Expression::Call(name, arguments) => {
            let arguments: Vec<String> = arguments.iter().map(sum).collect();
            let call = format!("{name}({})", arguments.join(", "));
            if exponent == 1 { call } else { raised(format!("({call})")) }
        }
    }
}
