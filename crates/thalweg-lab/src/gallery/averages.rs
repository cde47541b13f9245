//! RMSProp and AdaDelta, and what a slip in their averages does.

use maud::{Markup, html};
use thalweg_draw::numbers::number;
use thalweg_draw::plot::{LineChart, Series};

use super::collection::Collection;
use super::error::GalleryError;
use super::parts::{playground_link, tutorial};
use super::text::prose;
use crate::descent::Descent;
use crate::methods;
use crate::run::Run;

const RMSPROP: [&str; 2] =
    ["rmsprop:lr=0.1,alpha=0.9,eps=0,eps_root=1e-6", "rmsprop-printed:lr=0.1"];
const RMSPROP_STEPS: usize = 200;
/// Steps per frame of the video of such a long run.
const RMSPROP_STRIDE: usize = 2;
const ADADELTA: [&str; 2] = ["adadelta", "adadelta-printed"];
const ADADELTA_STEPS: usize = 1500;
/// The same for AdaDelta.
const ADADELTA_STRIDE: usize = 15;

pub(super) fn section(collection: &mut Collection) -> Result<Markup, GalleryError> {
    let [rmsprop, rmsprop_printed] = pair(collection, RMSPROP, RMSPROP_STEPS, RMSPROP_STRIDE)?;
    let [adadelta, adadelta_printed] = pair(collection, ADADELTA, ADADELTA_STEPS, ADADELTA_STRIDE)?;

    let accumulators = [
        series("RMSProp", &rmsprop.runs[0], "v"),
        series("RMSProp as printed", &rmsprop_printed.runs[0], "G"),
    ];
    let text = collection.text;
    let growth =
        collection.drawing("accumulators", text.accumulators_alt, (1200, 800), move || {
            let mut chart = LineChart::new("The accumulator of y", "step", "mean square");
            chart.log_y = true;
            chart.series = accumulators.to_vec();
            chart.scene()
        });
    let last = |run: &Run| {
        let [x, y] = run.last_point().map(number);
        [("x", html! { (x) }), ("y", html! { (y) })]
    };
    let stalled = last(&rmsprop_printed.runs[0]);
    let overflow = adadelta_printed.runs[0].diverged_at;
    let until = overflow.map(|step| prose(text.until_overflow, &[("step", html! { (step) })]));
    let [x, y] = last(&adadelta_printed.runs[0]);
    let stuck = [x, y, ("until", until.unwrap_or_default())];

    let start = collection.problem.start;
    let link = |specs: &[&str], steps| playground_link(specs, "ravine", start, steps);
    let eased = link(&["rmsprop:lr=0.1,alpha=0.9,eps=1,eps_root=1e-6"], RMSPROP_STEPS);
    let rmsprop = collection.exhibit("rmsprop", &text.rmsprop, &[], &eased, rmsprop);
    let rmsprop_printed = collection.exhibit(
        "rmsprop-printed",
        &text.rmsprop_printed,
        &stalled,
        &link(&[RMSPROP[1]], 30),
        rmsprop_printed,
    );
    let larger = link(&["adadelta:eps=0.01"], 100);
    let adadelta = collection.exhibit("adadelta", &text.adadelta, &[], &larger, adadelta);
    let adadelta_printed = collection.exhibit(
        "adadelta-printed",
        &text.adadelta_printed,
        &stuck,
        &link(&[RMSPROP[1], ADADELTA[1]], 500),
        adadelta_printed,
    );

    Ok(html! {
        section {
            h2 id="averages" { (text.averages_title) }
            p { (text.averages_text) }
            p { (prose(text.averages_tutorial, &[("tutorial", tutorial(text))])) }
            div.pair {
                div { (rmsprop) }
                div { (rmsprop_printed) }
            }
            figure.wide { (growth) }
            p.facts { (text.data_of) a href="rmsprop.json" { "rmsprop.json" } a href="rmsprop-printed.json" { "rmsprop-printed.json" } }
            div.pair {
                div { (adadelta) }
                div { (adadelta_printed) }
            }
        }
    })
}

fn pair(
    collection: &Collection,
    specs: [&str; 2],
    steps: usize,
    stride: usize,
) -> Result<[Descent; 2], GalleryError> {
    let [mut right, mut printed] =
        [collection.descend(&specs[..1], steps)?, collection.descend(&specs[1..], steps)?];
    (right.stride, printed.stride) = (stride, stride);
    Ok([right, printed])
}

fn series(label: &str, run: &Run, slot: &str) -> Series {
    let style = methods::styles([run.optimizer.as_str()])[0];
    let values = run.slot(slot).map_or(&[][..], |slot| &slot.values);
    let points = (0..).map(f64::from).zip(values).skip(1).map(|(step, value)| (step, value[1]));
    Series::line(label, points.collect(), style)
}
