//! Formulas as LaTeX.

use super::expression::{Expression, Product, number};
use super::letters::{GREEK, digit};
use super::statements::Statement;

/// What has a word in text and a letter in mathematics.
const LETTERS: [(&str, &str); 2] = [("lr", r"\eta"), ("ε_root", r"\epsilon_r")];

impl Statement {
    /// The statement as LaTeX, such as `m \leftarrow \beta_1 m + (1 - \beta_1)\, g`.
    pub fn latex(&self) -> String {
        let arrow = if self.is_assignment { r"\leftarrow" } else { "=" };
        format!("{} {arrow} {}", latex_letter(&self.letter), sum(&self.value))
    }

    /// What stands behind the arrow or the equals sign, as LaTeX.
    pub fn latex_right_hand_side(&self) -> String {
        sum(&self.value)
    }
}

fn sum(expression: &Expression) -> String {
    match expression {
        Expression::Sum(terms) => {
            Expression::join_terms(terms, ["-", " + ", " - "], sum, parentheses)
        }
        Expression::Product(product) => product_latex(product),
        Expression::Number(x) if *x < 0.0 => format!("-{}", latex_number(-x)),
        _ => factor(expression, 1),
    }
}

fn product_latex(product: &Product) -> String {
    let quotients = product.quotients().into_iter().map(|quotient| {
        let is_alone = quotient.above.len() == 1 && quotient.below.len() <= 1;
        let join = |parts: &[(&Expression, u32)], is_alone: bool| {
            let mut text = String::new();
            for (k, (part, exponent)) in parts.iter().enumerate() {
                text += match part {
                    _ if k == 0 => "",
                    part if part.begins_with_number() => r" \cdot ",
                    _ => r"\, ",
                };
                text += &match part {
                    // A fraction needs no parentheses.
                    Expression::Sum(_) | Expression::Number(_) if is_alone && *exponent == 1 => {
                        sum(part)
                    }
                    _ => factor(part, *exponent),
                };
            }
            text
        };
        if quotient.below.is_empty() {
            return join(&quotient.above, false);
        }
        // Numbers, letters and sums before the last numerator stand before the fraction.
        let (before, above) = quotient.above.split_at(quotient.above.len().saturating_sub(1));
        let above = if above.is_empty() { "1".to_owned() } else { join(above, true) };
        let below = join(&quotient.below, is_alone || quotient.below.len() == 1);
        let fraction = format!(r"\frac{{{above}}}{{{below}}}");
        match before {
            [] => fraction,
            // Numbers side by side need a sign.
            _ if quotient.above.iter().any(|(part, _)| part.begins_with_number()) => {
                format!(r"{} \cdot {fraction}", join(before, false))
            }
            _ => format!(r"{}\, {fraction}", join(before, false)),
        }
    });
    let text = quotients.collect::<Vec<_>>().join(r"\, ");
    if product.negative { format!("-{text}") } else { text }
}

fn factor(expression: &Expression, exponent: u32) -> String {
    let raised = |base: String| match exponent {
        1 => base,
        _ => format!("{base}^{{{exponent}}}"),
    };
    match expression {
        Expression::Number(x) if *x < 0.0 => raised(parentheses(expression)),
        // A power of ten is raised in parentheses.
        Expression::Number(x) if exponent > 1 && latex_number(*x).contains('^') => {
            raised(parentheses(expression))
        }
        Expression::Number(x) => raised(latex_number(*x)),
        Expression::Letter(name) => raised(latex_letter(name)),
        Expression::Sum(_) | Expression::Product(_) => raised(parentheses(expression)),
        Expression::Power(base, power) => {
            let base = match &**base {
                Expression::Number(x) if !latex_number(*x).contains('^') => factor(base, 1),
                Expression::Letter(_) | Expression::Absolute(_) => factor(base, 1),
                base => parentheses(base),
            };
            let power = format!("{base}^{{{}}}", sum(power));
            if exponent == 1 { power } else { raised(enclosed(&power)) }
        }
        Expression::Root(inside) => {
            let root = format!(r"\sqrt{{{}}}", sum(inside));
            if exponent == 1 { root } else { raised(enclosed(&root)) }
        }
        Expression::Absolute(inside) => raised(format!(r"\left| {} \right|", sum(inside))),
        Expression::Total(inside) => raised(format!(r"\sum{}", parentheses(inside))),
        Expression::Norm(inside) => raised(format!(r"\left\lVert {} \right\rVert", sum(inside))),
        Expression::Call(name, arguments) => {
            let arguments: Vec<String> = arguments.iter().map(sum).collect();
            let name = match *name {
                "max" | "min" | "exp" | "ln" | "cos" => format!(r"\{name}"),
                "∏ᵢ₌₁ᵗ" => r"\prod_{i=1}^{t}".to_owned(),
                other => format!(r"\operatorname{{{other}}}"),
            };
            raised(name + &enclosed(&arguments.join(", ")))
        }
    }
}

fn parentheses(expression: &Expression) -> String {
    enclosed(&sum(expression))
}

/// In parentheses, which are large only around what is high.
fn enclosed(inside: &str) -> String {
    match inside.contains(r"\frac") || inside.contains(r"\sqrt") {
        true => format!(r"\left({inside}\right)"),
        false => format!("({inside})"),
    }
}

/// A number as LaTeX: 1e-8 is 10⁻⁸.
pub fn latex_number(x: f64) -> String {
    if !x.is_finite() {
        return if x.is_nan() {
            r"\mathrm{NaN}"
        } else if x > 0.0 {
            r"\infty"
        } else {
            r"-\infty"
        }
        .to_owned();
    }
    match number(x).split_once('e') {
        Some(("1", exponent)) => format!("10^{{{exponent}}}"),
        Some((digits, exponent)) => format!(r"{digits} \cdot 10^{{{exponent}}}"),
        None => number(x),
    }
}

/// A [letter](super::Formula::letter) as LaTeX: `\beta_1` for β₁, `\hat{m}` for m̂.
pub fn latex_letter(text: &str) -> String {
    if let Some((_, letter)) = LETTERS.iter().find(|(known, _)| *known == text) {
        return (*letter).to_owned();
    }
    match text.split_once('_') {
        Some((base, index)) if !base.is_empty() && !index.is_empty() => {
            let index = index.replace('_', r"\_");
            return format!(
                r"{}_{{\mathrm{{{index}}}}}",
                latex_letter(&super::letters::letter(base))
            );
        }
        Some(_) => return format!(r"\mathrm{{{}}}", text.replace('_', r"\_")),
        None => {}
    }
    let mut base = String::new();
    let mut index = String::new();
    for c in text.chars() {
        match c {
            '\u{302}' => base = format!(r"\hat{{{base}}}"),
            '\u{303}' => base = format!(r"\tilde{{{base}}}"),
            '\u{304}' => base = format!(r"\bar{{{base}}}"),
            'ḡ' => base += r"\bar{g}",
            '′' => base += "'",
            c => match (GREEK.iter().find(|(greek, _)| *greek == c), digit(c)) {
                (Some((_, latin)), _) => base += &format!(r"\{latin}"),
                (None, Some(digit)) => index.push(digit),
                (None, None) => base.push(c),
            },
        }
    }
    if base.chars().filter(char::is_ascii_alphabetic).count() > 1 && !base.contains('\\') {
        base = format!(r"\mathrm{{{base}}}");
    }
    if index.is_empty() { base } else { format!("{base}_{{{index}}}") }
}
