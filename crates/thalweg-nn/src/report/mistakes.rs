//! The mistakes of each method: its confusion matrix and misclassified samples.

use maud::{Markup, html};
use thalweg_draw::numbers::number;

use super::contents::{MethodResult, Mistake, Report};
use super::image::data_uri;
use super::text::{count, counted, percent, whole_percent};
use super::{matrix, results, scatter};
use crate::data::Kind;

/// Maximum number of mistakes shown per method, the most confident first.
const MAX_SHOWN: usize = 24;

/// One part per tested method; that of the best one is open.
pub(super) fn section(report: &Report) -> Markup {
    let shown: Vec<usize> = report
        .ranked()
        .into_iter()
        .filter(|&i| {
            report.methods[i].confusion.is_some() || !report.methods[i].mistakes.is_empty()
        })
        .collect();
    html! {
        @if !shown.is_empty() {
            section {
                h2 id="mistakes" { "Mistakes" }
                @for (place, &i) in shown.iter().enumerate() {
                    @let method = &report.methods[i];
                    details open[place == 0] {
                        summary { (results::name(i, method)) span.score { (score(method)) } }
                        div.wrongs {
                            @if let Some(matrix) = &method.confusion { (matrix::show(report, matrix)) }
                            @if !method.mistakes.is_empty() { (samples(report, method)) }
                        }
                    }
                }
            }
        }
    }
}

fn score(method: &MethodResult) -> String {
    if let Some(step) = method.diverged_at {
        return format!("diverged at step {}", count(step));
    }
    let share = method.end().map(|r| percent(r.test_accuracy));
    let wrong = method
        .tested()
        .map(|(right, all)| format!("{} of {} wrong", count(all - right), count(all)));
    [share, wrong].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn samples(report: &Report, method: &MethodResult) -> Markup {
    let mut mistakes: Vec<&Mistake> = method.mistakes.iter().collect();
    mistakes.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    let wrong = method.tested().map_or(mistakes.len() as u64, |(right, all)| all - right);
    mistakes.truncate(MAX_SHOWN);
    let shown = mistakes.len() as u64;
    let which = if shown < wrong {
        format!("The {} most confident of its ", count(shown))
    } else {
        "Its ".to_owned()
    };
    html! {
        div.samples {
            p.note {
                (which) (counted(wrong, "mistake"))
                ": true class → predicted class, and the probability of the predicted class."
            }
            @match &report.kind {
                Some(Kind::Images { height, width }) => (images(report, &mistakes, *height, *width)),
                Some(Kind::Table { columns }) => (rows(report, &mistakes, columns)),
                Some(Kind::Plane) => {
                    (scatter::show(report, &mistakes))
                    (rows(report, &mistakes, &["x".to_owned(), "y".to_owned()]))
                },
                Some(Kind::Text { .. }) | None => (rows(report, &mistakes, &[])),
            }
        }
    }
}

fn images(report: &Report, mistakes: &[&Mistake], height: usize, width: usize) -> Markup {
    html! {
        div.images {
            @for mistake in mistakes {
                @let [truth, predicted] = [mistake.truth, mistake.predicted].map(|k| report.class(k));
                @let sure = whole_percent(mistake.probability);
                figure {
                    @match data_uri(&mistake.input, height, width) {
                        Some(address) => {
                            img src=(address) width=(width) height=(height)
                                alt={ "a sample of class " (truth) " predicted as " (predicted) " with probability " (sure) };
                        },
                        None => { div.blank {} },
                    }
                    figcaption { span { (truth) " → " b { (predicted) } } span.sure { (sure) } }
                }
            }
        }
    }
}

fn rows(report: &Report, mistakes: &[&Mistake], columns: &[String]) -> Markup {
    html! {
        div.table {
            table {
                thead {
                    tr {
                        th scope="col" { "true" }
                        th scope="col" { "predicted" }
                        th.number scope="col" { "probability" }
                        @for column in columns { th.number scope="col" { (column) } }
                    }
                }
                tbody {
                    @for mistake in mistakes {
                        tr {
                            td { (report.class(mistake.truth)) }
                            td { (report.class(mistake.predicted)) }
                            td.number { (whole_percent(mistake.probability)) }
                            @for value in mistake.input.iter().take(columns.len()) {
                                td.number { (number(f64::from(*value))) }
                            }
                        }
                    }
                }
            }
        }
    }
}
