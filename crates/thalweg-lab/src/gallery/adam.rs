//! Adam's corrections, its signal-to-noise ratio, and its jump after sparse gradients.

use maud::{Markup, html};
use serde_json::json;
use thalweg_draw::numbers::number;
use thalweg_draw::page::formulas;
use thalweg_draw::plot::{LineChart, ReferenceLine, Series};

use super::collection::Collection;
use super::error::GalleryError;
use super::parts::{paper, run_heading};
use super::text::prose;
use crate::methods;
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
    let text = collection.text;
    let mut descent = collection.descend(&SPECS, STEPS)?.titled("Adam's bias correction");
    descent.runs =
        descent.runs.into_iter().zip(LABELS).map(|(run, label)| run.labelled(label)).collect();
    let steps: Vec<Series> = descent
        .runs
        .iter()
        .zip(methods::styles(SPECS.map(|_| "adam")))
        .map(|(run, style)| {
            let step = study::effective_step(run);
            let line = series(&run.label, step.iter().map(|step| step[0]), style);
            // Dots, because the line of the full correction would hide another one.
            Series { dots: run.label == "folded", ..line }
        })
        .collect();
    let chart =
        collection.drawing("adam-bias-steps", text.bias_steps_alt, (1200, 800), move || {
            let mut chart = LineChart::new("Effective step of x", "step", "|Δx| / lr");
            chart.series.clone_from(&steps);
            chart.scene()
        });
    let panels = descent.clone();
    let size = panels.panels_size();
    let panels =
        collection.drawing("adam-bias-panels", text.bias_panels_alt, size, move || panels.panels());
    let heading = run_heading(text, "adam-bias", text.bias_heading, &descent);
    let shown = collection.show("adam-bias", descent, text.bias_alt);
    Ok(html! {
        section {
            h2 id="bias" { (text.bias_title) }
            p { (text.bias_text) }
            (formulas(&[
                r"\mathbb{E}[v_t] = \mathbb{E}[g_t^2]\,(1 - \beta_2^t) + \zeta",
                r"\hat v_t = \frac{v_t}{1 - \beta_2^t}",
            ]))
            p { (text.bias_folded) }
            (formulas(&[
                r"\eta_t = \eta\, \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}",
                r"W \leftarrow W - \eta_t\, \frac{m}{\sqrt{v} + \hat\epsilon}",
            ]))
            (paper("adam"))
            (heading)
            (shown)
            figure.wide { (panels) }
            figure.wide { (chart) }
            p.facts { a href="adam-bias.json" { (text.data) } }
        }
    })
}

fn signal_to_noise(collection: &mut Collection) -> Result<Markup, GalleryError> {
    const LONG: usize = 100;
    let text = collection.text;
    let descent = collection.descend(&[FULL], LONG)?;
    let ratios = study::signal_to_noise(&descent.runs[0]);
    let lines = ["x", "y"].into_iter().enumerate();
    let lines: Vec<Series> =
        lines.map(|(i, name)| series(name, ratios.iter().map(|ratio| ratio[i]), i)).collect();
    collection.data("signal-to-noise", &json!({ "spec": FULL, "ratios": ratios }));
    let chart = collection.drawing("signal-to-noise", text.snr_alt, (1200, 800), move || {
        let mut chart = LineChart::new("Signal to noise of Adam", "step", "|m̂| / √v̂");
        chart.series.clone_from(&lines);
        chart.references = vec![ReferenceLine { label: "all gradients alike".to_owned(), y: 1.0 }];
        chart.scene()
    });
    Ok(html! {
        section {
            h2 id="snr" { (text.snr_title) }
            (formulas(&[
                r"\frac{|\hat m|}{\sqrt{\hat v}}",
                r"|\Delta W| \approx \eta\, \frac{|\hat m|}{\sqrt{\hat v}}",
            ]))
            p { (text.snr_text) }
            (paper("adam"))
            (run_heading(text, "signal-to-noise", text.snr_heading, &descent))
            figure.wide { (chart) }
            p.facts { a href="signal-to-noise.json" { (text.data) } }
        }
    })
}

fn sparse(collection: &mut Collection) -> Result<Markup, GalleryError> {
    let text = collection.text;
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
    let chart = collection.drawing("sparse-jump", text.sparse_alt, (1200, 800), move || {
        let mut chart = LineChart::new(
            "The jump after zero gradients",
            "zero gradients before it",
            "|Δw| / lr",
        );
        chart.series = vec![
            Series::line("predicted", predicted.clone(), 1),
            Series::dots("measured", measured.clone(), 0),
        ];
        chart.references = vec![ReferenceLine {
            label: "(1 − β₁)/√(1 − β₂) = 3.16".to_owned(),
            y: limit,
        }];
        chart.scene()
    });
    Ok(html! {
        section {
            h3 id="sparse-jump" { (text.sparse_title) }
            p.facts { code { "adam:lr=1,eps=1e-300" } span { (text.sparse_facts) } }
            p {
                (prose(text.sparse_text, &[
                    ("zeros", html! { (last_zeros) }),
                    ("jump", html! { (number(last_jump)) }),
                    ("limit", html! { (number(limit)) }),
                ]))
            }
            (formulas(&[
                r"|\Delta w| = \eta\, \frac{1 - \beta_1}{\sqrt{1 - \beta_2}} \cdot \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}",
                r"\longrightarrow\; \eta\, \frac{1 - \beta_1}{\sqrt{1 - \beta_2}} \approx 3.16\, \eta",
            ]))
            (paper("adam"))
            figure.wide { (chart) }
            p.facts { a href="sparse-jump.json" { (text.data) } }
        }
    })
}

fn series(label: &str, values: impl Iterator<Item = f64>, style: usize) -> Series {
    Series::line(label, (1..).map(f64::from).zip(values).collect(), style)
}
