//! Formulas as MathML.

use maud::{Markup, PreEscaped, html};
use pulldown_latex::config::DisplayMode;
use pulldown_latex::{Parser, RenderConfig, Storage, push_mathml};

use super::formula_width;

/// A formula in LaTeX as MathML, on a line of its own; as plain code where it cannot be read.
///
/// ```
/// let formula = thalweg_draw::page::mathml(r"\frac{x^2}{20} + y^2").into_string();
/// assert!(formula.starts_with("<math") && formula.contains("<mfrac"));
/// ```
pub fn mathml(latex: &str) -> Markup {
    let storage = Storage::new();
    let config = RenderConfig { display_mode: DisplayMode::Block, ..RenderConfig::default() };
    let mut text = String::new();
    match push_mathml(&mut text, Parser::new(latex, &storage), config) {
        Ok(()) => PreEscaped(text),
        Err(_) => html! { code { (latex) } },
    }
}

/// Formulas in LaTeX, side by side as far as they fit, each set smaller where it is wider than the page: none
/// has to be scrolled on a phone.
///
/// ```
/// let formulas = thalweg_draw::page::formulas(&["m = g", "W = W - m"]).into_string();
/// assert_eq!(formulas.matches("<math").count(), 2);
/// ```
pub fn formulas<S: AsRef<str>>(lines: &[S]) -> Markup {
    html! {
        div.formula {
            @for line in lines {
                span style={ "--em:" (formula_width(line.as_ref())) } { (mathml(line.as_ref())) }
            }
        }
    }
}
