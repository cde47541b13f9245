//! All optimizers in one race.

use std::sync::Arc;

use maud::{Markup, html};
use thalweg_draw::Domain;

use super::collection::Collection;
use super::error::GalleryError;
use super::parts::{origin, run_heading};

const STEPS: usize = 60;
const SPECS: [&str; 7] = [
    "sgd:lr=0.9",
    "momentum:lr=0.1",
    "adagrad:lr=1.5",
    "rmsprop:lr=0.15,alpha=0.9",
    "adadelta:eps=1e-2",
    "adam:lr=0.3",
    "adamw:lr=0.3",
];

pub(super) fn section(collection: &mut Collection) -> Result<Markup, GalleryError> {
    let mut descent = collection.descend(&SPECS, STEPS)?.titled("The race");
    // Closer than the other figures: seven paths need the room.
    descent.problem.domain = Domain::new([-8.0, 2.0], [-2.25, 2.25]);
    let descent = Arc::new(descent);
    let (panels, values) = (Arc::clone(&descent), Arc::clone(&descent));
    let size = panels.panels_size();
    let panels = collection.drawing(
        "race-panels",
        "The paths of all optimizers, one panel each",
        size,
        move || panels.panels(),
    );
    let values = collection.drawing(
        "race-values",
        "The value of f against the step for all optimizers, on a logarithmic axis",
        (1200, 800),
        move || values.values().scene(),
    );
    Ok(html! {
        section {
            h2 id="race" { "The race" }
            p {
                "All optimizers from one start, each at a rate that suits it for these sixty steps; AdaDelta with ε = 0.01, as with "
                "its own 10⁻⁶ it would hardly have left. The ranking is this function's, not a verdict: its gradients have no noise, and a valley "
                "along an axis suits methods that have a rate for each coordinate."
            }
            (run_heading("race-runs", "Sixty steps", &descent))
            p { "AdamW, which stands nowhere else on this page, is Adam whose weights also shrink by themselves:" }
            (origin("adamw"))
            (collection.show("race", Arc::unwrap_or_clone(descent), "All optimizers from (−7, 2) in one landscape"))
            figure.wide { (values) }
            figure.wide { (panels) }
            p.facts { a href="race.json" { "data" } }
        }
    })
}
