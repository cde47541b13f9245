//! A race as a page.

use maud::{PreEscaped, html};
use thalweg_draw::numbers::{counted, number};
use thalweg_draw::page::styled;

use super::Race;
use crate::render::{RenderError, explore};

/// The page, self-contained.
pub(super) fn page(race: &Race) -> Result<String, RenderError> {
    let (plan, problem) = (&race.plan, &race.problem);
    let descent = race.descent()?;
    let paths = explore::section(&descent)?;
    let starts: Vec<String> =
        plan.starts.iter().map(|[x, y]| format!("({}, {})", number(*x), number(*y))).collect();
    let mut values = descent.values();
    let highest = plan.starts.iter().map(|&start| problem.value(start)).fold(0.0, f64::max);
    if values.log_y && highest > 0.0 {
        // What is lower has converged.
        values.limits[0] = Some(1e-16 * highest);
    }
    let targets: Vec<String> = race.targets.iter().map(|&target| number(target)).collect();
    let tuned = race.contenders.iter().any(|it| it.untuned.is_some());
    let body = html! {
        h1 { (race.title) }
        p.lead { (race.verdict()) }
        p.facts {
            span { "f(x, y) = " code { (problem.expression) } }
            span { "from " (starts.join(", ")) }
            span { (counted(plan.steps as u64, "step")) }
            span { "target f ≤ " (targets.join(", ")) }
            @if let Some(noise) = plan.setting.noise {
                span { "gradient noise of standard deviation " (number(noise.deviation)) ", "
                    (counted(plan.seeds as u64, "seed")) }
            }
            @if let Some(schedule) = &plan.setting.schedule { span { "lr " code { (schedule) } } }
        }
        h2 { "Standing" }
        div.table {
            table {
                thead {
                    tr {
                        th.number { "rank" }
                        th { "setting" }
                        th.number { "steps to the target" }
                        th.number { "f − minimum at the end" }
                        @if tuned { th.number { "untuned" } }
                        th { }
                    }
                }
                tbody {
                    @for row in race.rows() {
                        tr {
                            td.number { (row.rank) }
                            td { code { (row.spec) } }
                            td.number { (row.reached) }
                            td.number { (row.gap) }
                            @if tuned { td.number { (row.untuned) } }
                            td { (row.remark) }
                        }
                    }
                }
            }
        }
        p { "Methods with the same rank cannot be told apart in these runs."
            @if tuned { " Untuned: with the method's own rate, in steps to the target, or where it ends." } }
        @if !race.left_out.is_empty() {
            p.facts { "Left out: " @for (spec, why) in &race.left_out { span { code { (spec) } ", as " (why) } } }
        }
        h2 { "The paths of the first" }
        (paths)
        h2 { "Value against step" }
        figure.wide { (PreEscaped(values.scene().svg())) }
        @if let Some(chart) = race.rates() {
            h2 { "What tuning found" }
            figure.wide { (PreEscaped(chart.scene().svg())) }
        }
    };
    Ok(styled(&format!("{} · thalweg", race.title), explore::RULES, &body))
}
