//! The residuals of each method of a regression: predicted numbers against true ones.

use maud::{Markup, PreEscaped, html};
use thalweg_draw::plot::{LineChart, ReferenceLine, Series};

use super::contents::{MethodResult, Report, styles_of};
use super::curve::MAX_POINTS;
use super::results;
use crate::data::Target;

/// One part per method; that of the best one is open.
pub(super) fn section(report: &Report) -> Markup {
    let Target::Number { name, .. } = &report.target else { return html! {} };
    let shown = report.ranked().into_iter().filter(|&i| !report.methods[i].fitted.is_empty());
    let (shown, styles) = (shown.collect::<Vec<_>>(), styles_of(&report.methods));
    html! {
        @if !shown.is_empty() {
            section {
                h2 id="residuals" { "Residuals" }
                p { "The test samples" (first(&report.methods[shown[0]]))
                    ": what is predicted against what is true, and what is left over. On the line a prediction is exact; residuals that "
                    "are not spread evenly around 0 show what the network has not learned." }
                @for (place, &i) in shown.iter().enumerate() {
                    @let method = &report.methods[i];
                    details open[place == 0] {
                        summary { (results::name(i, method)) }
                        div.wrongs {
                            figure.half { (PreEscaped(fit(name, method, styles[i]).scene().svg())) }
                            figure.half { (PreEscaped(residuals(name, method, styles[i]).scene().svg())) }
                        }
                    }
                }
            }
        }
    }
}

/// That not all samples are shown, where they are many.
fn first(method: &MethodResult) -> String {
    match method.fitted.len() {
        0..=MAX_POINTS => String::new(),
        _ => format!(", the first {MAX_POINTS} of them"),
    }
}

fn points(method: &MethodResult) -> impl Iterator<Item = [f64; 2]> {
    let finite = method.fitted.iter().filter(|it| it.iter().all(|number| number.is_finite()));
    finite.take(MAX_POINTS).copied()
}

/// Predicted against true numbers, with the line on which both are the same.
fn fit(name: &str, method: &MethodResult, style: usize) -> LineChart {
    let mut chart = square(&format!("true {name}"), &format!("predicted {name}"));
    let points: Vec<(f64, f64)> = points(method).map(|[truth, said]| (truth, said)).collect();
    let low = points.iter().map(|p| p.0).fold(f64::INFINITY, f64::min);
    let high = points.iter().map(|p| p.0).fold(f64::NEG_INFINITY, f64::max);
    let exact = Series::line("exact", vec![(low, low), (high, high)], EXACT);
    chart.series = vec![exact, Series::dots(&method.label, points, style)];
    chart
}

/// Residuals, true less predicted, against predicted numbers.
fn residuals(name: &str, method: &MethodResult, style: usize) -> LineChart {
    let mut chart = square(&format!("predicted {name}"), "residual: true − predicted");
    let points = points(method).map(|[truth, said]| (said, truth - said)).collect();
    chart.series = vec![Series::dots(&method.label, points, style)];
    chart.references = vec![ReferenceLine { label: String::new(), y: 0.0 }];
    chart
}

/// The style of the line of exact predictions: grey.
const EXACT: usize = 7;

fn square(x: &str, y: &str) -> LineChart {
    LineChart { width: 900, height: 800, ..LineChart::new("", x, y) }
}
