//! What a study found, as tables in Markdown and as JSON.

use serde::Serialize;

use super::candidate::{Candidate, Rate};
use super::statistics::{Difference, Spread, paired_difference};
use super::study::{Measured, Outcome, Trial, Tuned};

/// What a study found about one candidate.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    pub method: String,
    pub state_bytes: usize,
    /// Every rate of the grid.
    pub trials: Vec<Trial>,
    /// Whether the best rate is the first or the last of the grid.
    pub is_at_edge: bool,
    /// `None` if every rate diverged.
    pub measured: Option<Measured>,
}

/// What a study found on one task.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub task: &'static str,
    pub epochs: u64,
    pub batch: usize,
    pub constant: Vec<Finding>,
    pub warmup_cosine: Vec<Finding>,
}

impl Finding {
    pub fn new(candidate: &Candidate, tuned: &Tuned, measured: Option<Measured>) -> Self {
        Self {
            method: candidate.label.clone(),
            state_bytes: candidate.state_bytes(),
            trials: tuned.trials().to_vec(),
            is_at_edge: tuned.is_at_edge(),
            measured,
        }
    }

    /// The test loss of each seed; `None` if the method diverged with one of them.
    fn losses(&self) -> Option<Vec<f64>> {
        let losses = self.measured.as_ref()?.outcomes.iter().map(|outcome| outcome.loss());
        losses.map(|loss| loss.is_finite().then_some(loss)).collect()
    }

    /// The mean test loss that findings are ranked by: one that diverged is behind all others.
    pub fn mean_loss(&self) -> f64 {
        self.losses().map_or(f64::INFINITY, |losses| Spread::of(&losses).mean)
    }
}

impl Report {
    /// The findings of candidates of both kinds, the best first.
    pub fn new(
        (task, epochs, batch): (&'static str, u64, usize),
        findings: impl IntoIterator<Item = (Rate, Finding)>,
    ) -> Self {
        let mut all: Vec<(Rate, Finding)> = findings.into_iter().collect();
        all.sort_by(|(_, a), (_, b)| a.mean_loss().total_cmp(&b.mean_loss()));
        let (constant, scheduled): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(rate, _)| *rate == Rate::Constant);
        let alone = |all: Vec<(Rate, Finding)>| all.into_iter().map(|(_, it)| it).collect();
        Self { task, epochs, batch, constant: alone(constant), warmup_cosine: alone(scheduled) }
    }

    /// A table for each kind of rate.
    pub fn markdown(&self) -> String {
        let Self { task, epochs, batch, constant, warmup_cosine } = self;
        let best = constant.first();
        let of_constant = table(
            constant,
            &[("beside the best", &|it| {
                if best.is_some_and(|best| best.method == it.method) {
                    "–".to_owned()
                } else {
                    beside(it, best)
                }
            })],
        );
        let same = |it: &Finding| constant.iter().find(|other| other.method == it.method);
        let of_scheduled = table(
            warmup_cosine,
            &[
                ("beside its constant rate", &|it| beside(it, same(it))),
                ("beside the best constant rate", &|it| beside(it, best)),
            ],
        );
        let unit = if *epochs == 1 { "epoch" } else { "epochs" };
        format!(
            "### {task}: {epochs} {unit}, batches of {batch}\n\n{of_constant}\n\
             With warm-up and cosine decay:\n\n{of_scheduled}"
        )
    }
}

/// A column that compares: its heading, and its cell for a finding.
type Column<'a> = (&'a str, &'a dyn Fn(&Finding) -> String);

fn table(findings: &[Finding], comparisons: &[Column]) -> String {
    let mut text = String::from("| method | bytes | rate | test loss | accuracy, % |");
    comparisons.iter().for_each(|(heading, _)| text += &format!(" {heading} |"));
    text += " rate ÷ 3 | rate × 3 |\n";
    text += &"|---".repeat(7 + comparisons.len());
    text += "|\n";
    for finding in findings {
        let Finding { method, state_bytes, is_at_edge, .. } = finding;
        let rate = finding.measured.as_ref().map_or("–".to_owned(), |it| it.rate.to_string());
        let edge = if *is_at_edge { " (edge)" } else { "" };
        text += &format!("| `{method}` | {state_bytes} | {rate}{edge} | {} |", scores(finding));
        comparisons.iter().for_each(|(_, cell)| text += &format!(" {} |", cell(finding)));
        text += &format!(" {} |\n", rates_off(finding));
    }
    text
}

/// Loss and accuracy, or that the method diverged.
fn scores(finding: &Finding) -> String {
    let Some(measured) = &finding.measured else {
        return "diverged at every rate | –".to_owned();
    };
    let Some(losses) = finding.losses() else {
        return format!("{} | –", diverged(&measured.outcomes));
    };
    let (loss, accuracy) = (Spread::of(&losses), Spread::of(&accuracies(&measured.outcomes)));
    format!(
        "{:.4} ± {:.4} | {:.2} ± {:.2}",
        loss.mean, loss.deviation, accuracy.mean, accuracy.deviation
    )
}

/// How many runs diverged.
fn diverged(outcomes: &[Outcome]) -> String {
    let count = outcomes.iter().filter(|it| !it.loss().is_finite()).count();
    format!("{count} of {} diverged", outcomes.len())
}

/// The accuracies in percent of the runs that did not diverge.
fn accuracies(outcomes: &[Outcome]) -> Vec<f64> {
    let accuracy = |outcome: &Outcome| match *outcome {
        Outcome::Finished { accuracy, .. } => Some(100.0 * accuracy),
        Outcome::Diverged { .. } => None,
    };
    outcomes.iter().filter_map(accuracy).collect()
}

/// The difference of test losses with its interval; `≈` if it contains 0.
fn beside(finding: &Finding, other: Option<&Finding>) -> String {
    let losses = finding.losses().zip(other.and_then(Finding::losses));
    let Some((a, b)) = losses else { return "–".to_owned() };
    let difference = paired_difference(&a, &b);
    let Difference { mean, half } = difference;
    let same = if difference.contains_zero() { " ≈" } else { "" };
    format!("{} ± {half:.4}{same}", signed(mean, 4))
}

/// How the accuracy changes with a lower and with a higher rate, in points, over the same seeds.
fn rates_off(finding: &Finding) -> String {
    let Some(measured) = &finding.measured else { return "– | –".to_owned() };
    let change = |off: &[Outcome]| {
        let tuned = &measured.outcomes[..off.len().min(measured.outcomes.len())];
        let [off_by, tuned] = [off, tuned].map(accuracies);
        let all = |of: &[f64]| of.len() == off.len();
        match all(&off_by) && all(&tuned) {
            true => signed(Spread::of(&off_by).mean - Spread::of(&tuned).mean, 1),
            false => diverged(off),
        }
    };
    format!("{} | {}", change(&measured.lower), change(&measured.higher))
}

/// With a sign, and the minus sign of text.
fn signed(value: f64, digits: usize) -> String {
    format!("{value:+.digits$}").replace('-', "−")
}
