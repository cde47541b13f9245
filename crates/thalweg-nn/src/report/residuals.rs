//! The residuals of each method of a regression: predicted numbers against true ones.

use maud::{Markup, PreEscaped, html};
use thalweg_draw::numbers::number;
use thalweg_draw::plot::{LineChart, Series};

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
                            figure.half {
                                (PreEscaped(fit(name, method, styles[i]).scene().svg()))
                                figcaption { "predicted " (name) " against true " (name) }
                            }
                            figure.half {
                                (PreEscaped(residuals(name, method, styles[i]).scene().svg()))
                                figcaption { "residual: true − predicted, against predicted " (name) }
                            }
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
    let (points, unit) = scaled(points(method).map(|[truth, said]| (truth, said)).collect());
    let [low, high] = span(&points);
    let exact = Series::line("exact", vec![(low, low), (high, high)], EXACT);
    let [x, y] = ["true", "predicted"].map(|what| format!("{what} {name}{unit}"));
    chart(&x, &y, [exact, Series::dots(&method.label, points, style)])
}

/// Residuals, true less predicted, against predicted numbers, with the line on which they are 0.
fn residuals(name: &str, method: &MethodResult, style: usize) -> LineChart {
    let (points, unit) = scaled(points(method).map(|[truth, said]| (said, truth - said)).collect());
    let [low, high] = span(&points);
    let exact = Series::line("exact", vec![(low, 0.0), (high, 0.0)], EXACT);
    let (x, y) = (format!("predicted {name}{unit}"), format!("residual: true − predicted{unit}"));
    chart(&x, &y, [exact, Series::dots(&method.label, points, style)])
}

/// The style of the line of exact predictions: dashed.
const EXACT: usize = 7;

fn chart(x: &str, y: &str, series: [Series; 2]) -> LineChart {
    LineChart { series: series.into(), width: 900, height: 800, ..LineChart::new("", x, y) }
}

/// From the lowest to the highest x, with some room for the dots.
fn span(points: &[(f64, f64)]) -> [f64; 2] {
    let low = points.iter().map(|p| p.0).fold(f64::INFINITY, f64::min);
    let high = points.iter().map(|p| p.0).fold(f64::NEG_INFINITY, f64::max);
    let room = 0.03 * (high - low);
    [low - room, high + room]
}

/// Points in a unit in which their numbers are short, so that those of an axis have room beside each other; and the
/// unit, as it stands behind a name.
fn scaled(points: Vec<(f64, f64)>) -> (Vec<(f64, f64)>, String) {
    let highest = points.iter().flat_map(|p| [p.0.abs(), p.1.abs()]).fold(0.0, f64::max);
    if highest == 0.0 || (0.01..10_000.0).contains(&highest) {
        return (points, String::new());
    }
    let thousands = (highest.log10() / 3.0).floor() as i32;
    let unit = 1000_f64.powi(thousands);
    let points = points.into_iter().map(|(x, y)| (x / unit, y / unit)).collect();
    (points, format!(", in {}", number(unit)))
}

#[cfg(test)]
mod tests {
    use super::scaled;

    #[test]
    fn large_and_small_numbers_are_in_thousands() {
        assert_eq!(scaled(vec![(250_000.0, -1e3)]), (vec![(250.0, -1.0)], ", in 1000".to_owned()));
        assert!((scaled(vec![(2e-5, 0.0)]).0[0].0 - 20.0).abs() < 1e-9);
        assert_eq!(scaled(vec![(9000.0, 0.5)]), (vec![(9000.0, 0.5)], String::new()));
    }
}
