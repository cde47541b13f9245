//! What gradient noise does to SGD, Momentum and Adam.

use maud::{Markup, html};
use std::sync::Arc;

use thalweg_draw::page::formulas;

use super::collection::Collection;
use super::error::GalleryError;
use super::parts::{exercise, playground_link, run_heading};
use super::text::prose;
use crate::run::{Noise, Setting};

/// Methods whose clouds the texts compare.
const SPECS: [&str; 3] = ["sgd:lr=0.9", "momentum:lr=0.1", "adam:lr=0.3"];
const STEPS: usize = 500;
/// Steps per frame of the video.
const STRIDE: usize = 5;
const NOISE: Noise = Noise { deviation: 0.5, seed: 1 };

pub(super) fn section(collection: &mut Collection) -> Result<Markup, GalleryError> {
    let text = collection.text;
    let link = playground_link(&SPECS, "ravine", collection.problem.start, STEPS);
    let link = format!("{link}&noise={}&seed={}", NOISE.deviation, NOISE.seed);
    let setting = Setting { noise: Some(NOISE), ..Setting::default() };
    let mut descent =
        collection.descend_with(&SPECS, STEPS, setting)?.titled("Noise of standard deviation 0.5");
    descent.stride = STRIDE;
    let heading = run_heading(text, "noise-runs", text.noise_runs, &descent);
    let values = Arc::new(descent.clone());
    let values =
        collection.drawing("noise-values", text.noise_values_alt, (1200, 800), move || {
            values.values().scene()
        });
    let shown = collection.show("noise", descent, text.noise_alt);
    Ok(html! {
        section {
            h2 id="noise" { (text.noise_title) }
            p { (prose(text.noise_text, &[])) }
            (formulas(&[r"\tilde g = g + \xi", r"\xi \sim N(0, \sigma^2)"]))
            ul {
                li { (prose(text.noise_sgd, &[])) }
                li { (prose(text.noise_momentum, &[])) }
                li { (prose(text.noise_adam, &[])) }
            }
            (heading)
            (shown)
            figure.wide { (values) }
            p.facts { a href="noise.json" { (text.data) } }
            (exercise(text, text.noise_question, &link, text.noise_answer))
        }
    })
}
