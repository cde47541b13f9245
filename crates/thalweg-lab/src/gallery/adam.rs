//! Adam's corrections, its signal-to-noise ratio, and its jump after sparse gradients.

use maud::{Markup, html};
use serde_json::json;
use thalweg_draw::numbers::number;
use thalweg_draw::page::mathml;
use thalweg_draw::plot::{LineChart, ReferenceLine, Series};

use super::collection::Collection;
use super::error::GalleryError;
use super::parts::{paper, run_heading};
use crate::study;

const STEPS: usize = 30;
const SPECS: [&str; 3] = [
    "adam:lr=0.3,eps=1e-7,bias_correction=folded",
    "adam:lr=0.3,eps=1e-7",
    "adam:lr=0.3,eps=1e-7,bias_correction=off",
];
/// Adam with Algorithm 1's correction.
const FULL: &str = SPECS[1];
const LABELS: [&str; 3] = ["folded", "full", "off"];
/// β₁ and β₂ of the jump.
const BETAS: (f64, f64) = (0.9, 0.999);
/// Zero gradients before the first other one.
const ZEROS: [u64; 11] = [0, 15, 60, 125, 250, 500, 1000, 1500, 2000, 3000, 4000];

pub(super) fn section(collection: &mut Collection) -> Result<Markup, GalleryError> {
    Ok(html! {
        (bias(collection)?)
        (signal_to_noise(collection)?)
        (sparse(collection)?)
    })
}

fn bias(collection: &mut Collection) -> Result<Markup, GalleryError> {
    let mut descent = collection.descend(&SPECS, STEPS)?.titled("Adam's bias correction");
    descent.runs =
        descent.runs.into_iter().zip(LABELS).map(|(run, label)| run.labelled(label)).collect();
    let steps: Vec<Series> = descent
        .runs
        .iter()
        .enumerate()
        .map(|(style, run)| {
            let step = study::effective_step(run);
            let line = series(&run.label, step.iter().map(|step| step[0]), style);
            // Dots, because the line of the full correction would hide another one.
            Series { dots: run.label == "folded", ..line }
        })
        .collect();
    let chart = collection.drawing(
        "adam-bias-steps",
        "Effective step of x against the step: without correction it starts at 3.16 and rises to 5.1 before it falls; with it, it starts at 1 and falls",
        (1200, 800),
        move || {
            let mut chart = LineChart::new("Effective step of x", "step", "|Δx| / lr");
            chart.series.clone_from(&steps);
            chart.scene()
        },
    );
    let panels = descent.clone();
    let size = panels.panels_size();
    let panels = collection.drawing(
        "adam-bias-panels",
        "Adam's paths with full, folded and no bias correction, one panel each",
        size,
        move || panels.panels(),
    );
    let heading = run_heading("adam-bias", "Full, folded and no correction", &descent);
    let shown =
        collection.show("adam-bias", descent, "Adam with full, folded and no bias correction");
    Ok(html! {
        section {
            h2 id="bias" { "Why Adam corrects its start" }
            p {
                "m and v start at 0 and their averages are slow, so the first estimates are too small: the expectation of v is "
                "that of g² times 1 − β₂ᵗ. Dividing by that factor undoes it; v is the slower of the two, so without the "
                "correction the denominator is far too small: the first step is 3.16 times too long, and the next are longer still."
            }
            (mathml(r"\mathbb{E}[v_t] = \mathbb{E}[g_t^2]\,(1 - \beta_2^t) + \zeta, \qquad \hat v_t = \frac{v_t}{1 - \beta_2^t}"))
            p {
                "Both corrections can be folded into the step. The ε of that form is not scaled by √(1 − β₂ᵗ), and the two "
                "differ by exactly that: here by less than a line's width, so their paths lie on each other."
            }
            (mathml(r"\eta_t = \eta\, \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}, \qquad W \leftarrow W - \eta_t\, \frac{m}{\sqrt{v} + \hat\epsilon}"))
            (paper("adam"))
            (heading)
            (shown)
            figure.wide { (panels) }
            figure.wide { (chart) }
            p.facts { a href="adam-bias.json" { "data" } }
        }
    })
}

fn signal_to_noise(collection: &mut Collection) -> Result<Markup, GalleryError> {
    const LONG: usize = 100;
    let descent = collection.descend(&[FULL], LONG)?;
    let ratios = study::signal_to_noise(&descent.runs[0]);
    let lines = ["x", "y"].into_iter().enumerate();
    let lines: Vec<Series> =
        lines.map(|(i, name)| series(name, ratios.iter().map(|ratio| ratio[i]), i)).collect();
    collection.data("signal-to-noise", &json!({ "spec": FULL, "ratios": ratios }));
    let chart = collection.drawing(
        "signal-to-noise",
        "Signal-to-noise ratio of x and y against the step: 1 at first, then smaller and smaller waves",
        (1200, 800),
        move || {
            let mut chart = LineChart::new("Signal to noise of Adam", "step", "|m̂| / √v̂");
            chart.series.clone_from(&lines);
            chart.references = vec![ReferenceLine { label: "all gradients alike".to_owned(), y: 1.0 }];
            chart.scene()
        },
    );
    Ok(html! {
        section {
            h2 id="snr" { "Signal to noise" }
            (mathml(r"\frac{|\hat m|}{\sqrt{\hat v}}, \qquad |\Delta W| \approx \eta\, \frac{|\hat m|}{\sqrt{\hat v}}"))
            p {
                "The ratio is 1 while all gradients are alike. It falls as they shrink, because v still remembers the large ones, and "
                "is 0 where m changes its sign. As it is the step in units of the learning rate, Adam slows down by itself near "
                "a minimum."
            }
            (paper("adam"))
            (run_heading("signal-to-noise", "The ratio on the ravine", &descent))
            figure.wide { (chart) }
            p.facts { a href="signal-to-noise.json" { "data" } }
        }
    })
}

fn sparse(collection: &mut Collection) -> Result<Markup, GalleryError> {
    let (beta1, beta2) = BETAS;
    let mut measured = Vec::new();
    for zeros in ZEROS {
        measured.push((zeros as f64, study::sparse_jump(beta1, beta2, zeros)?));
    }
    let predicted: Vec<(f64, f64)> = (0..=ZEROS[ZEROS.len() - 1])
        .step_by(4)
        .map(|zeros| (zeros as f64, study::predicted_jump(beta1, beta2, zeros)))
        .collect();
    let limit = study::sparse_limit(beta1, beta2);
    let (last_zeros, last_jump) = measured[measured.len() - 1];
    let rows: Vec<_> = measured
        .iter()
        .zip(ZEROS)
        .map(|(&(_, jump), zeros)| {
            json!({ "zeros": zeros, "measured": jump, "predicted": study::predicted_jump(beta1, beta2, zeros) })
        })
        .collect();
    collection.data(
        "sparse-jump",
        &json!({ "beta1": beta1, "beta2": beta2, "limit": limit, "jumps": rows }),
    );
    let chart = collection.drawing(
        "sparse-jump",
        "Length of Adam's jump against the number of zero gradients before it: measured and predicted, tending to 3.16",
        (1200, 800),
        move || {
            let mut chart = LineChart::new("The jump after zero gradients", "zero gradients before it", "|Δw| / lr");
            chart.series = vec![
                Series::line("predicted", predicted.clone(), 1),
                Series::dots("measured", measured.clone(), 0),
            ];
            chart.references = vec![ReferenceLine { label: "(1 − β₁)/√(1 − β₂) = 3.16".to_owned(), y: limit }];
            chart.scene()
        },
    );
    Ok(html! {
        section {
            h3 id="sparse-jump" { "But not where gradients are sparse" }
            p.facts { code { "adam:lr=1,eps=1e-300" } span { "0 to 4000 zero gradients, then 1" } }
            p {
                "The ratio is said to stay below 1. It does not when a gradient appears after many zeros: m takes a tenth of it, "
                "√v only a thirty-second part, and the weight jumps by 3.16 learning rates. Measured after " (last_zeros)
                " zeros: " (number(last_jump)) "; the limit is " (number(limit)) "."
            }
            (mathml(r"|\Delta w| = \eta\, \frac{1 - \beta_1}{\sqrt{1 - \beta_2}} \cdot \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t} \;\longrightarrow\; \eta\, \frac{1 - \beta_1}{\sqrt{1 - \beta_2}} \approx 3.16\, \eta"))
            (paper("adam"))
            figure.wide { (chart) }
            p.facts { a href="sparse-jump.json" { "data" } }
        }
    })
}

fn series(label: &str, values: impl Iterator<Item = f64>, style: usize) -> Series {
    Series::line(label, (1..).map(f64::from).zip(values).collect(), style)
}
