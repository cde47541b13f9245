//! Who is ahead, in words.

use thalweg_draw::numbers::{counted, number};

use super::outcome::{mean_log_gap, mean_step, reached};
use super::{Contender, Outcome, Race};
use crate::statistics::ranks;
use crate::words::list;

/// A line of the table of a race.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The rank: that of the one before it with an equals sign where nothing tells them apart.
    pub rank: String,
    /// The setting.
    pub spec: String,
    /// When the target was reached: `12`, `12.4 in 3 of 5`, `–`.
    pub reached: String,
    /// How far above the minimum the runs end: the geometric mean.
    pub gap: String,
    /// The same for the method without tuning; empty where nothing was tuned.
    pub untuned: String,
    /// What a reader should know, such as a best value at the end of its range.
    pub remark: String,
}

impl Race {
    /// The table, the best method first.
    pub fn rows(&self) -> Vec<Row> {
        let ranks = ranks(self.contenders.iter().map(|it| it.is_distinct));
        let row = |(it, rank): (&Contender, String)| Row {
            rank,
            spec: it.result.spec.to_string(),
            reached: when(&it.result.outcomes),
            gap: gap(&it.result.outcomes),
            untuned: it.untuned.as_ref().map_or(String::new(), |it| when_or_gap(&it.outcomes)),
            remark: it.remark(),
        };
        self.contenders.iter().zip(ranks).map(row).collect()
    }

    /// Who is ahead, in a sentence.
    pub fn verdict(&self) -> String {
        let Some(first) = self.contenders.first() else { return "No method could run.".to_owned() };
        let together = self.contenders.iter().skip(1).take_while(|it| !it.is_distinct).count();
        let names: Vec<String> =
            self.contenders[..=together].iter().map(|it| it.result.spec.to_string()).collect();
        let outcomes = &first.result.outcomes;
        let (count, all) = (reached(outcomes), outcomes.len());
        let end = match mean_step(outcomes) {
            Some(step) if all == 1 => format!("reaches the target first, after {}", steps(step)),
            Some(step) if count == all => {
                format!("reaches the target first, after {} on average", steps(step))
            }
            Some(step) => format!(
                "reaches the target most often, in {count} of {all} runs, after {} on average",
                steps(step)
            ),
            None => "ends lowest, though no method reaches the target".to_owned(),
        };
        match &names[..] {
            [one] => format!("{one} {end}."),
            [one, ..] => format!(
                "{one} {end}; {} cannot be told apart from it in these runs.",
                list(&names[1..], "and")
            ),
            [] => String::new(),
        }
    }
}

impl Contender {
    /// The best value of an axis may lie beyond its end.
    fn remark(&self) -> String {
        let names = self.sweep.at_end(&self.result.spec);
        match names.is_empty() {
            true => String::new(),
            false => format!("best {} at the end of its range", list(&names, "and")),
        }
    }
}

fn steps(mean: f64) -> String {
    let rounded = (10.0 * mean).round() / 10.0;
    if rounded.fract() == 0.0 {
        counted(rounded as u64, "step")
    } else {
        format!("{rounded} steps")
    }
}

fn when(outcomes: &[Outcome]) -> String {
    let (count, all) = (reached(outcomes), outcomes.len());
    match mean_step(outcomes).map(|step| (10.0 * step).round() / 10.0) {
        None => "–".to_owned(),
        Some(step) if count == all => step.to_string(),
        Some(step) => format!("{step} in {count} of {all}"),
    }
}

fn gap(outcomes: &[Outcome]) -> String {
    let diverged = outcomes.iter().filter(|it| it.diverged_at.is_some()).count();
    if diverged == outcomes.len() {
        return "diverged".to_owned();
    }
    let gap = 10_f64.powf(mean_log_gap(outcomes));
    match diverged {
        0 if gap < 1.1e-30 => "0".to_owned(),
        0 => number(gap),
        _ => format!("{diverged} of {} diverged", outcomes.len()),
    }
}

fn when_or_gap(outcomes: &[Outcome]) -> String {
    match when(outcomes) {
        step if step != "–" => step,
        _ => match gap(outcomes) {
            gap if gap.contains("diverged") => gap,
            gap => format!("– ({gap})"),
        },
    }
}
