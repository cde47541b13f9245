//! The update of each optimizer as mathematics.

use maud::{Markup, html};
use thalweg_draw::page::mathml;

/// The update of an optimizer, a line of MathML for each of its steps; as text where it is known by
/// its text alone.
pub fn formula(optimizer: &str, text: &str) -> Markup {
    match lines(optimizer) {
        [] => html! { p { code { (text) } } },
        lines => html! { @for line in lines { (mathml(line)) } },
    }
}

fn lines(optimizer: &str) -> &'static [&'static str] {
    match optimizer {
        "sgd" => &[r"W \leftarrow W - \eta\, g"],
        "momentum" => &[r"v \leftarrow \gamma v - \eta\, g, \qquad W \leftarrow W + v"],
        "adagrad" => &[
            r"h \leftarrow h + g^2, \qquad W \leftarrow W - \eta\, \frac{g}{\sqrt{h + \epsilon_r} + \epsilon}",
        ],
        "rmsprop" => &[
            r"v \leftarrow \alpha v + (1 - \alpha)\, g^2, \qquad W \leftarrow W - \eta\, \frac{g}{\sqrt{v + \epsilon_r} + \epsilon}",
        ],
        "rmsprop-printed" => &[
            r"G \leftarrow (1 + \alpha)\, G + (1 - \alpha)\, g^2, \qquad W \leftarrow W - \eta\, \frac{g}{\sqrt{G + \epsilon_r} + \epsilon}",
        ],
        "adadelta" => &[
            r"v \leftarrow \rho v + (1 - \rho)\, g^2, \qquad \Delta = \frac{\sqrt{s + \epsilon}}{\sqrt{v + \epsilon}}\, g",
            r"s \leftarrow \rho s + (1 - \rho)\, \Delta^2, \qquad W \leftarrow W - \eta\, \Delta",
        ],
        "adadelta-printed" => &[
            r"G \leftarrow (1 + \rho)\, G + (1 - \rho)\, g^2, \qquad \Delta = \frac{\sqrt{s + \epsilon}}{\sqrt{G + \epsilon}}\, g",
            r"s \leftarrow (1 + \rho)\, s + (1 - \rho)\, \Delta^2, \qquad W \leftarrow W - \Delta",
        ],
        "adam" => &[
            r"m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2",
            r"\hat m = \frac{m}{1 - \beta_1^t}, \qquad \hat v = \frac{v}{1 - \beta_2^t}, \qquad W \leftarrow W - \eta\, \frac{\hat m}{\sqrt{\hat v} + \epsilon}",
        ],
        "adamw" => &[
            r"m, v, \hat m, \hat v \text{ as Adam}, \qquad W \leftarrow W - \eta \left( \frac{\hat m}{\sqrt{\hat v} + \epsilon} + \lambda W \right)",
        ],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods;

    #[test]
    fn every_optimizer_has_a_formula_that_renders() {
        for entry in methods::registry().entries() {
            let text = formula(entry.name, entry.formula).into_string();
            match lines(entry.name) {
                [] => assert!(text.contains(entry.formula) && !entry.formula.is_empty()),
                _ => assert!(text.starts_with("<math"), "{}: {text}", entry.name),
            }
            assert!(!text.contains("merror"), "{}: {text}", entry.name);
        }
    }
}
