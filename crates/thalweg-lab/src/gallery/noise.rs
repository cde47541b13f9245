//! What gradient noise does to SGD, Momentum and Adam.

use maud::{Markup, html};
use thalweg_draw::page::formulas;

use super::collection::Collection;
use super::parts::{exercise, playground_link};
use super::text::prose;

/// Methods whose clouds the texts compare.
const SPECS: [&str; 3] = ["sgd:lr=0.9", "momentum:lr=0.1", "adam:lr=0.3"];
const STEPS: usize = 500;

/// The section's texts; runs with noise stand below them.
pub(super) fn section(collection: &Collection) -> Markup {
    let text = collection.text;
    let link = playground_link(&SPECS, "ravine", collection.problem.start, STEPS);
    html! {
        section {
            h2 id="noise" { (text.noise_title) }
            p { (prose(text.noise_text, &[])) }
            (formulas(&[r"\tilde g = g + \xi", r"\xi \sim N(0, \sigma^2)"]))
            ul {
                li { (prose(text.noise_sgd, &[])) }
                li { (prose(text.noise_momentum, &[])) }
                li { (prose(text.noise_adam, &[])) }
            }
            (exercise(text, text.noise_question, &link, text.noise_answer))
        }
    }
}
