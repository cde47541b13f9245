//! The table of results.

use maud::{Markup, html};
use thalweg_draw::numbers::number;

use super::contents::{MethodResult, Report};
use super::text::{count, duration, percent, rate};
use super::writing;
use crate::data::Target;

/// The table, the best method first.
pub(super) fn section(report: &Report) -> Markup {
    let methods: Vec<(usize, &MethodResult)> =
        report.ranked().into_iter().map(|i| (i, &report.methods[i])).collect();
    let is_regression = report.target != Target::Class;
    let timed = methods.iter().any(|(_, m)| m.seconds.is_some());
    let rated = methods.iter().any(|(_, m)| m.samples_per_second.is_some());
    let rate_heading = if report.is_text() { "characters/s" } else { "samples/s" };
    let shared = methods.iter().any(|(_, m)| m.optimizer_share.is_some());
    html! {
        section {
            h2 id="results" { "Results" }
            div.table {
                table.results {
                    thead {
                        tr {
                            th scope="col" { "method" }
                            @if report.is_text() {
                                @for heading in writing::HEADINGS { th.number scope="col" { (heading) } }
                            } @else {
                                th.number scope="col" { "test " (report.target.task().score_name()) }
                                th.number scope="col" { "best, in epoch" }
                                @if is_regression { th.number scope="col" { "test RMSE" } }
                                th.number scope="col" { "test loss" }
                                th.number scope="col" { "training loss" }
                            }
                            @if timed { th.number scope="col" { "time" } }
                            @if rated { th.number scope="col" { (rate_heading) } }
                            @if shared { th.number scope="col" { "optimizer’s share" } }
                            th scope="col" { "spec" }
                        }
                    }
                    tbody {
                        @for (i, method) in methods {
                            tr {
                                th scope="row" { (name(i, method)) }
                                @if report.is_text() { (writing::scores(method)) } @else { (final_scores(&report.target, method)) }
                                @if timed { (cell(method.seconds.map(duration))) }
                                @if rated { (cell(method.samples_per_second.map(rate))) }
                                @if shared { (cell(method.optimizer_share.map(percent))) }
                                td { code { (method.spec) } }
                            }
                        }
                    }
                }
            }
            (error_note(report))
            (unit_note(report))
            (evaluation_note(report))
        }
    }
}

/// A method's name with its colour.
pub(super) fn name(i: usize, method: &MethodResult) -> Markup {
    html! { span.name { i.swatch style={ "--c:var(--m" (i) ")" } {} span { (method.label) } } }
}

fn final_scores(target: &Target, method: &MethodResult) -> Markup {
    let score = |value: f64| target.task().score(value);
    let end = method.end();
    let mut best = None;
    for record in &method.epochs {
        // The first of equally good epochs.
        if best.is_none_or(|(_, accuracy)| record.test_accuracy > accuracy) {
            best = Some((record.epoch, record.test_accuracy));
        }
    }
    let best = best.map(|(epoch, accuracy)| format!("{}, {}", score(accuracy), count(epoch)));
    html! {
        (final_cell(method, end.map(|r| score(r.test_accuracy))))
        (cell(best))
        @if *target != Target::Class {
            (cell(end.and_then(|r| target.rmse(r.test_loss)).map(number)))
        }
        (cell(end.map(|r| number(r.test_loss))))
        (cell(end.map(|r| number(r.train_loss))))
    }
}

/// A final score, or where the method diverged.
pub(super) fn final_cell(method: &MethodResult, score: Option<String>) -> Markup {
    match method.diverged_at {
        Some(step) => html! { td.number { "diverged at step " (count(step)) } },
        None => cell(score),
    }
}

pub(super) fn cell(text: Option<String>) -> Markup {
    html! { td.number { (text.as_deref().unwrap_or("–")) } }
}

/// Which methods are evaluated with other weights than those that train.
fn evaluation_note(report: &Report) -> Markup {
    let evaluated = report.methods.iter().filter(|method| method.has_evaluation_weights);
    let labels: Vec<&str> = evaluated.map(|method| method.label.as_str()).collect();
    html! {
        @if !labels.is_empty() {
            p.note {
                "Evaluated with evaluation weights, of schedule-free methods the average x, of asgd the average ax: "
                (labels.join(", ")) ". Gradients, and the losses of batches, are taken at the training weights."
            }
        }
    }
}

/// What the losses of a regression are in.
fn unit_note(report: &Report) -> Markup {
    html! {
        @if let Target::Number { name, mean, deviation } = &report.target {
            p.note {
                "Losses are mean squared errors of " code { (name) } " standardised: less the mean of the training samples, "
                (number(*mean)) ", divided by their standard deviation, " (number(*deviation))
                ". RMSE = " (number(*deviation)) " × √loss is in the units of " code { (name) }
                "; R² is the share of its variance that is explained."
            }
        }
    }
}

/// How large a difference may be due to chance.
fn error_note(report: &Report) -> Markup {
    let best = report.ranked().first().map(|&i| &report.methods[i]);
    let tested = best.and_then(MethodResult::tested).filter(|(right, all)| right < all);
    html! {
        @if let Some((right, all)) = tested {
            @let share = right as f64 / all as f64;
            // Two standard errors of a binomial proportion, in percentage points.
            @let error = 200.0 * (share * (1.0 - share) / all as f64).sqrt();
            p.note {
                "On " (count(all)) " test samples, an accuracy has a 95 % confidence interval of about ±"
                (format!("{error:.1}")) " percentage points: smaller differences between methods may be due to chance."
            }
        }
    }
}
