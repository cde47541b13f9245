//! RMSProp and AdaDelta, and what a misprint in their averages does.

use maud::{Markup, html};
use thalweg_draw::numbers::number;
use thalweg_draw::plot::{LineChart, Series};

use super::collection::Collection;
use super::error::GalleryError;
use crate::descent::Descent;
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
        series("RMSProp", &rmsprop.runs[0], "v", 0),
        series("RMSProp as printed", &rmsprop_printed.runs[0], "G", 1),
    ];
    let growth = collection.drawing(
        "accumulators",
        "Mean square of the gradient of y against the step: RMSProp's falls, the printed one doubles every step",
        (1200, 800),
        move || {
            let mut chart = LineChart::new("The accumulator of y", "step", "mean square");
            chart.log_y = true;
            chart.series = accumulators.to_vec();
            chart.scene()
        },
    );
    let last = |run: &Run| (number(run.last_point()[0]), number(run.last_point()[1]));
    let (stalled_x, stalled_y) = last(&rmsprop_printed.runs[0]);
    let (stuck_x, stuck_y) = last(&adadelta_printed.runs[0]);
    let overflow = adadelta_printed.runs[0].diverged_at;

    let rmsprop = collection.exhibit(
        "rmsprop",
        "RMSProp",
        &html! {
            "Nothing corrects the start of v, so the first step is 3.16 learning rates long in both coordinates. Steps "
            "then shrink with the gradient, until v has forgotten the large ones: from about step 100 on, y, long at "
            "rest on the floor, is thrown out by up to a learning rate again and again."
        },
        "RMSProp: from (−7, 2) to the minimum, then jumping up and down around it",
        rmsprop,
    );
    let rmsprop_printed = collection.exhibit(
        "rmsprop-printed",
        "RMSProp as printed",
        &html! {
            "The same constants with the slip. After a few steps G has outgrown every gradient and the run stands still at ("
            (stalled_x) ", " (stalled_y) "), wherever it happens to be."
        },
        "RMSProp as printed: the path stops after a few steps",
        rmsprop_printed,
    );
    let adadelta = collection.exhibit(
        "adadelta",
        "AdaDelta",
        &html! {
            "There is no learning rate to choose: the size of past steps stands in for it. The first is √(ε/(1 − ρ)) ≈ 0.003 "
            "long, and each can be only a little longer than the last: a thousand steps feel their way down the valley, "
            "and a few hundred more home in on the minimum."
        },
        "AdaDelta: 1500 steps from (−7, 2) to the minimum",
        adadelta,
    );
    let adadelta_printed = collection.exhibit(
        "adadelta-printed",
        "AdaDelta as printed",
        &html! {
            "The slip stands in both averages. They nearly double together, so the ratio of their roots stays what the first "
            "steps made it and adapts to nothing; the run creeps"
            @if let Some(step) = overflow { " until G overflows at step " (step) "," }
            " and gets no further than (" (stuck_x) ", " (stuck_y) ")."
        },
        "AdaDelta as printed: a short path that ends far from the minimum",
        adadelta_printed,
    );

    Ok(html! {
        section {
            h2 id="averages" { "RMSProp and AdaDelta, and a slip of the pen" }
            p {
                "Both replace Adagrad's sum by a moving average, so that old gradients are forgotten and steps need not "
                "shrink for ever. Printed with " code { "+=" } " on a line that already holds γG, the average is added to "
                "itself: G ← (1 + γ)G + (1 − γ)g². It then grows 1.9 times a step, and the method stalls."
            }
            div.pair {
                div { (rmsprop) }
                div { (rmsprop_printed) }
            }
            figure.wide { (growth) }
            p.facts { "data: " a href="rmsprop.json" { "rmsprop.json" } a href="rmsprop-printed.json" { "rmsprop-printed.json" } }
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

fn series(label: &str, run: &Run, slot: &str, style: usize) -> Series {
    let values = run.slot(slot).map_or(&[][..], |slot| &slot.values);
    let points = (0..).map(f64::from).zip(values).skip(1).map(|(step, value)| (step, value[1]));
    Series::line(label, points.collect(), style)
}
