//! The charts on the page: static plots, which a script replaces by interactive ones.

use maud::{Markup, PreEscaped, html};
use serde::Serialize;
use thalweg_draw::plot::style;

use super::contents::{MethodResult, Report, styles_of};
use super::figure::Figure;

/// All charts, in a grid.
pub(super) fn section(report: &Report, figures: &[Figure]) -> Markup {
    html! {
        @if !figures.is_empty() {
            section {
                h2 id="curves" { "Curves" }
                div.curves {
                    @for figure in figures {
                        figure.curve data-figure=(figure.id) {
                            h3 { (figure.title) }
                            div.plot { (PreEscaped(figure.chart("", &report.methods).scene().svg())) }
                            figcaption { (caption(figure, report)) }
                        }
                    }
                }
            }
        }
    }
}

fn caption(figure: &Figure, report: &Report) -> &'static str {
    match figure.id {
        "accuracy" if report.is_text() => {
            "The share of the test split's characters that are predicted from those before them, after each epoch."
        }
        "test-loss" if report.is_text() => {
            "The mean loss of a character of the test split, in nats. Where it rises while the training loss falls, the network overfits."
        }
        "loss" => "The loss of each batch before the step.",
        "accuracy" => "The share of test samples classified correctly after each epoch.",
        "r2" => {
            "R² = 1 − SS_res/SS_tot on the test samples after each epoch: 1 is perfect, 0 no better than the mean."
        }
        "test-loss" => {
            "The mean loss over the test samples. Where it rises while the training loss falls, the network overfits."
        }
        "lr" => "The learning rate of each step, as set by the schedule.",
        "grad-norm" => "The L2 norm of the gradient over all parameters, before clipping.",
        _ => "The L2 norm of the change of all parameters in a step.",
    }
}

#[derive(Serialize)]
struct Data<'a> {
    methods: Vec<Method<'a>>,
    figures: &'a [Figure],
}

#[derive(Serialize)]
struct Method<'a> {
    label: &'a str,
    dashed: bool,
    diverged: Option<u64>,
}

/// The data of the charts and the script that draws them.
pub(super) fn script<'a>(methods: &'a [MethodResult], figures: &'a [Figure]) -> Markup {
    let styles = styles_of(methods);
    let method = |(i, method): (usize, &'a MethodResult)| Method {
        label: &method.label,
        dashed: style(styles[i]).dash.is_some(),
        diverged: method.diverged_at,
    };
    let methods = methods.iter().enumerate().map(method).collect();
    // Texts and numbers only: serialisation cannot fail.
    let json = serde_json::to_string(&Data { methods, figures }).unwrap_or_default();
    // Inside a script element nothing is unescaped, and only a `<` can end it.
    let json = json.replace('<', "\\u003c");
    html! {
        script type="application/json" id="data" { (PreEscaped(json)) }
        script { (PreEscaped(include_str!("chart.js"))) }
    }
}
