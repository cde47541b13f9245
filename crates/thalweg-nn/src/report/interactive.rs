//! The curves on the page: drawings for everybody, which a script replaces by charts that answer.

use maud::{Markup, PreEscaped, html};
use serde::Serialize;
use thalweg_draw::plot::style;

use super::figure::Figure;
use super::{MethodResult, Report};

/// All figures beside and below each other.
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
                            figcaption { (caption(figure)) }
                        }
                    }
                }
            }
        }
    }
}

fn caption(figure: &Figure) -> &'static str {
    match figure.id {
        "loss" => "The loss of each batch before the step on it.",
        "accuracy" => "Test samples classified right after each epoch.",
        "test-loss" => {
            "The mean loss over the test samples: where it rises while the training loss falls, the network learns its samples by heart."
        }
        "lr" => "The learning rate of each step, as the schedule has it.",
        "grad-norm" => "The length of the gradient of all parameters, before clipping.",
        _ => "How far a step moves all parameters together.",
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

/// The data of the curves and the script that draws them.
pub(super) fn script<'a>(methods: &'a [MethodResult], figures: &'a [Figure]) -> Markup {
    let method = |(i, method): (usize, &'a MethodResult)| Method {
        label: &method.label,
        dashed: style(i).dash.is_some(),
        diverged: method.diverged_at,
    };
    let methods = methods.iter().enumerate().map(method).collect();
    // Texts and numbers only: nothing here has no JSON.
    let json = serde_json::to_string(&Data { methods, figures }).unwrap_or_default();
    // Inside a script nothing is unescaped, and only a < could end it.
    let json = json.replace('<', "\\u003c");
    html! {
        script type="application/json" id="data" { (PreEscaped(json)) }
        script { (PreEscaped(include_str!("chart.js"))) }
    }
}
