//! An explanation as a page.

use maud::{Markup, PreEscaped, html};
use thalweg::formula::{latex_number, rounded};
use thalweg_draw::Domain;
use thalweg_draw::page::{mathml, styled};

use super::sentences::short;
use super::{Explanation, Source, Step, norm, tex};
use crate::descent::Descent;
use crate::render::formula;
use crate::render::page::{self, sentence};
use crate::run::Precision;

/// A path that takes less of the picture than this is enlarged.
const SMALLEST_SHARE: f64 = 0.03;

const STYLE: &str = "
.worked td { vertical-align: top; }
.worked math[display=block] { margin: 0.1rem 0; }
.note { border-left: 4px solid #d98200; padding: 0.2rem 0.9rem; margin: 0.8rem 0; background: var(--card); }
@media print { .table { break-inside: avoid; } h3 { break-after: avoid; } }
";

/// The whole page.
pub fn html(it: &Explanation) -> String {
    let body = html! {
        h1 { (it.title()) }
        p.lead { (sentence(it.spec.entry().summary)) }
        @if let Some(paper) = it.paper() { (page::paper(paper)) }
        h2 { "A step" }
        (formula(Some(&it.formula)))
        p { (it.legend()) }
        h2 { "In NumPy" @if it.formula.to_rust().is_some() { " and in Rust" } }
        div.pair {
            pre { code { (it.formula.to_numpy()) } }
            @if let Some(rust) = it.formula.to_rust() { pre { code { (rust) } } }
        }
        h2 { "Hyperparameters" }
        div.table {
            table {
                thead { tr { th {} th { "name" } th.number { "value" } th { "accepted" } th { "meaning" } } }
                tbody {
                    @for (known, value) in &it.hyperparameters {
                        tr {
                            td { (mathml(&it.latex_letter(known.name))) }
                            td { code { (known.name) } }
                            td.number { (value) }
                            td { (known.accepts) }
                            td { (known.meaning) }
                        }
                    }
                }
            }
        }
        h2 { (it.setting_title()) }
        p { (it.setting()) "." }
        @if let Some(picture) = picture(it) { (picture) }
        @for step in &it.steps { (worked(it, step)) }
        @if let Some(ending) = it.ending() { p { (ending) } }
    };
    styled(&format!("{} · thalweg", it.title()), STYLE, &body)
}

/// The path of the steps on the function's contours; enlarged where it would be a dot.
fn picture(it: &Explanation) -> Option<Markup> {
    let Source::Problem(problem) = &it.source else { return None };
    // A descent does not clip.
    if it.steps.is_empty() || it.steps.iter().any(|step| step.clipped.is_some()) {
        return None;
    }
    let mut problem = (**problem).clone();
    let points = it.steps.iter().map(|step| &step.worked.parameter).chain([&it.start]);
    let range = |axis: usize| {
        let values = points.clone().map(|point| point[axis]);
        values.fold([f64::INFINITY, f64::NEG_INFINITY], |[a, b], x| [a.min(x), b.max(x)])
    };
    let ([left, right], [low, high]) = (range(0), range(1));
    let Domain { x, y } = problem.domain;
    let share = ((right - left) / (x[1] - x[0])).max((high - low) / (y[1] - y[0]));
    let is_enlarged = share < SMALLEST_SHARE;
    // Of steps that are too short, rounding is all that a picture would show.
    let largest = it.start.iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    if (right - left).max(high - low) <= 1e-6 * largest {
        return None;
    }
    if is_enlarged {
        let half = (right - left).max(high - low);
        let around = |low: f64, high: f64| [(low + high) / 2.0 - half, (low + high) / 2.0 + half];
        problem.domain = Domain { x: around(left, right), y: around(low, high) };
        problem.levels = None;
        problem.minima.clear();
    }
    let methods = std::slice::from_ref(&it.spec);
    let start = [it.start[0], it.start[1]];
    let descent = Descent::new(&problem, methods, start, it.steps.len(), Precision::F64).ok()?;
    Some(html! {
        figure.wide {
            (PreEscaped(descent.svg()))
            @if is_enlarged { figcaption { "The steps, much enlarged, on the contour lines of f." } }
        }
    })
}

fn worked(it: &Explanation, step: &Step) -> Markup {
    let count = it.shown().count();
    let numbers = |name: &str, values: &[f64]| {
        html! {
            tr {
                td { (mathml(name)) }
                @for (element, _) in it.shown() {
                    td { (mathml(&latex_number(rounded(values[element])))) }
                }
            }
        }
    };
    html! {
        h3 { "Step " (step.worked.t) }
        div.table {
            table.worked {
                thead { tr { th {} @for (_, name) in it.shown() { th { (name) } } } }
                tbody {
                    (numbers("g", &step.gradient))
                    @if let Some((_, clipped)) = &step.clipped { (numbers(r"g \text{, clipped}", clipped)) }
                    @for line in &step.worked.lines {
                        tr {
                            td { (mathml(&line.statement.latex())) }
                            @if line.is_same_for_all() {
                                td colspan=(count) { (mathml(&tex::computed(line, 0))) }
                            } @else {
                                @for (element, _) in it.shown() {
                                    td { (mathml(&tex::computed(line, element))) }
                                }
                            }
                        }
                    }
                    (numbers(r"\text{change of } W", &step.update()))
                }
            }
        }
        @if let Some(values) = it.values_of(step) { p { (values) "." } }
        @for remark in it.remarks(step) { p.note { (remark) } }
        @if it.elements.len() > count {
            p { "‖g‖ = " (short(norm(&step.gradient))) ", ‖W‖ = " (short(norm(&step.worked.parameter))) " after the step." }
        }
    }
}
