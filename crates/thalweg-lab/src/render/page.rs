//! Runs in HTML: the page of a descent, the table of runs, the reference of a method.

use maud::{Markup, PreEscaped, html};
use thalweg::{Method, Spec};
use thalweg_draw::numbers::number;
use thalweg_draw::page::shell;

use super::formula::formula;
use crate::descent::Descent;
use crate::methods;
use crate::record::Summary;

/// The table of final points; `link` gives the address of a run's data, if there is one.
pub fn table(rows: &[Summary], link: impl Fn(&Summary) -> Option<String>) -> Markup {
    table_with(["run", "spec", "steps", ", then diverged"], rows, link)
}

/// The same in other words: for a run, a spec, steps, and what stands behind the steps of one that diverged.
pub(crate) fn table_with(
    [run, spec, steps, diverged]: [&str; 4],
    rows: &[Summary],
    link: impl Fn(&Summary) -> Option<String>,
) -> Markup {
    html! {
        div.table {
            table {
                thead {
                    tr {
                        th { (run) }
                        th { (spec) }
                        th.number { (steps) }
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
                                @if row.diverged_at.is_some() { (diverged) }
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

/// The page of one descent, self-contained.
pub fn descent(descent: &Descent) -> String {
    let Descent { problem, runs, start, .. } = descent;
    let rows: Vec<Summary> = runs.iter().map(|run| Summary::new(run.label.clone(), run)).collect();
    let registry = methods::registry();
    // The first run with each method says its formula.
    let first = runs
        .iter()
        .enumerate()
        .filter(|(k, run)| runs[..*k].iter().all(|earlier| earlier.optimizer != run.optimizer));
    let used: Vec<Spec> = first.filter_map(|(_, run)| registry.spec(&run.spec).ok()).collect();
    let body = html! {
        h1 { (descent.title) }
        p.lead { "f(x, y) = " code { (problem.expression) } ", from (" (number(start[0])) ", " (number(start[1])) "), "
            (descent.steps) " steps in " (descent.precision.name()) "." }
        figure.wide { (PreEscaped(descent.svg())) }
        @for run in runs {
            @if let Some(step) = run.diverged_at {
                p { code { (run.spec) } " stopped being finite at step " (step) "; the steps before it are shown." }
            }
        }
        h2 { "Value against step" }
        figure.wide { (PreEscaped(descent.values().scene().svg())) }
        @if runs.len() > 1 {
            h2 { "One by one" }
            figure.wide { (PreEscaped(descent.panels().svg())) }
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
    shell(&format!("{} · thalweg", descent.title), &body)
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
