//! Runs in HTML: the page of a descent, the table of runs, the reference of a method.

use maud::{Markup, PreEscaped, html};
use thalweg::{Clip, Method, Spec};
use thalweg_draw::numbers::number;
use thalweg_draw::page::styled;

use super::error::RenderError;
use super::explore;
use super::formula::formula;
use crate::descent::Descent;
use crate::methods;
use crate::record::Summary;
use crate::run::{Noise, Setting};

/// The table of final points; `link` gives the address of a run's data, if there is one.
pub fn table(rows: &[Summary], link: impl Fn(&Summary) -> Option<String>) -> Markup {
    html! {
        div.table {
            table {
                thead {
                    tr {
                        th { "run" }
                        th { "spec" }
                        th.number { "steps" }
                        th.number { "x" }
                        th.number { "y" }
                        th.number { "f(x, y)" }
                    }
                }
                tbody {
                    @for row in rows {
                        tr {
                            td {
                                @match link(row) {
                                    Some(address) => a href=(address) { (row.name) },
                                    None => (row.name),
                                }
                            }
                            td { code { (row.spec) } }
                            td.number {
                                (row.steps)
                                @if row.diverged_at.is_some() { ", then diverged" }
                            }
                            td.number { (number(row.point[0])) }
                            td.number { (number(row.point[1])) }
                            td.number { (number(row.value)) }
                        }
                    }
                }
            }
        }
    }
}

/// The page of one descent, self-contained: to explore where scripts run, with the still picture elsewhere.
///
/// # Errors
/// [`RenderError`] where the film cannot be made.
pub fn descent(descent: &Descent) -> Result<String, RenderError> {
    let Descent { problem, runs, setting, .. } = descent;
    let rows: Vec<Summary> = runs.iter().map(|run| Summary::new(run.label.clone(), run)).collect();
    let registry = methods::registry();
    // The first run with each method says its formula.
    let first = runs
        .iter()
        .enumerate()
        .filter(|(k, run)| runs[..*k].iter().all(|earlier| earlier.optimizer != run.optimizer));
    let used: Vec<Spec> = first.filter_map(|(_, run)| registry.spec(&run.spec).ok()).collect();
    let explore = explore::section(descent)?;
    let body = html! {
        h1 { (descent.title) }
        p.lead { "f(x, y) = " code { (problem.expression) } ", from " (starts(descent)) ", "
            (descent.steps) " steps in " (setting.precision.name()) "." }
        (conditions(setting))
        (explore)
        @for warning in descent.warnings() {
            p.warning { (warning) "." }
        }
        h2 { "Value against step" }
        figure.wide { (PreEscaped(descent.values().scene().svg())) }
        @if runs.len() > 1 {
            h2 { "One by one" }
            @if runs.len() > MOST_PANELS { p { "The first " (MOST_PANELS) " of " (runs.len()) " runs." } }
            figure.wide { (PreEscaped(first_runs(descent, MOST_PANELS).panels().svg())) }
        }
        h2 { "Where they ended" }
        (table(&rows, |_| None))
        h2 { "How they work" }
        @for spec in &used {
            h3 { (spec.entry().title) }
            @if !spec.entry().summary.is_empty() { p { (sentence(spec.entry().summary)) } }
            (formula(spec.formula().as_ref()))
            @if let Some(published) = &spec.entry().paper { (paper(published)) }
        }
    };
    Ok(styled(&format!("{} · thalweg", descent.title), explore::RULES, &body))
}

/// Most runs that have a panel of their own on a page.
const MOST_PANELS: usize = 24;

/// The descent with its first runs only.
fn first_runs(descent: &Descent, count: usize) -> Descent {
    let mut first = descent.clone();
    first.runs.truncate(count);
    first
}

/// The starts: `(−7, 2) and (4, −3)`.
fn starts(descent: &Descent) -> String {
    let text = |[x, y]: &[f64; 2]| format!("({}, {})", number(*x), number(*y));
    let texts: Vec<String> = descent.starts.iter().map(text).collect();
    texts.join(" and ")
}

/// Noise, schedule and clipping, where there are any.
fn conditions(setting: &Setting) -> Markup {
    html! {
        @if !setting.is_plain() {
            p.facts {
                @if let Some(Noise { deviation, seed }) = setting.noise {
                    span { "gradient noise of standard deviation " (number(deviation)) ", seed " (seed) }
                }
                @if let Some(schedule) = &setting.schedule { span { "lr " code { (schedule) } } }
                @if setting.clip != Clip::Off { span { "clip " code { (setting.clip) } } }
            }
        }
    }
}

/// Where a method was published.
pub fn paper(paper: &thalweg::Paper) -> Markup {
    html! {
        p.facts { span { (paper.authors) " (" (paper.year) "), " a href=(paper.url) { (paper.title) } } }
    }
}

/// The text as a sentence: its first letter in upper case, a full stop at its end.
pub fn sentence(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.map_or(String::new(), |first| first.chain(letters).chain(['.']).collect())
}
