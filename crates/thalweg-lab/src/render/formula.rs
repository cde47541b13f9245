//! The update of a method as mathematics.

use maud::{Markup, html};
use thalweg::Formula;
use thalweg_draw::page::formulas;

/// The formula of a method: its lines side by side as far as they fit.
pub fn formula(formula: Option<&Formula>) -> Markup {
    html! {
        @if let Some(formula) = formula {
            (formulas(&formula.latex()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods;

    #[test]
    fn every_optimizer_has_a_formula_that_renders() {
        for entry in methods::registry().entries() {
            let text = formula(entry.formula().as_ref()).into_string();
            assert!(text.contains("<math"), "{}: {text}", entry.name);
            assert!(!text.contains("merror"), "{}: {text}", entry.name);
        }
    }
}
