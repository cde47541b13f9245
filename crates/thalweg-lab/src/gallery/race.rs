//! All optimizers in one race.

use std::sync::Arc;

use maud::{Markup, html};
use thalweg_draw::Domain;

use super::collection::Collection;
use super::error::GalleryError;
use super::parts::{exercise, origin, playground_link, run_heading};
use super::text::prose;

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
    let text = collection.text;
    let mut descent = collection.descend(&SPECS, STEPS)?.titled("The race");
    // Closer than the other figures: seven paths need the room.
    descent.problem.domain = Domain::new([-8.0, 2.0], [-2.25, 2.25]);
    let descent = Arc::new(descent);
    let (panels, values) = (Arc::clone(&descent), Arc::clone(&descent));
    let size = panels.panels_size();
    let panels =
        collection.drawing("race-panels", text.race_panels_alt, size, move || panels.panels());
    let values = collection
        .drawing("race-values", text.race_values_alt, (1200, 800), move || values.values().scene());
    let link = playground_link(&["adamw:lr=0.3"], "ravine", collection.problem.start, 231);
    Ok(html! {
        section {
            h2 id="race" { (text.race_title) }
            p { (prose(text.race_text, &[])) }
            (run_heading(text, "race-runs", text.race_heading, &descent))
            p { (prose(text.race_adamw, &[])) }
            (origin(text, "adamw:lr=0.3"))
            (exercise(text, text.race_question, &link, text.race_answer))
            (collection.show("race", Arc::unwrap_or_clone(descent), text.race_alt))
            figure.wide { (values) }
            figure.wide { (panels) }
            p.facts { a href="race.json" { (text.data) } }
        }
    })
}
