//! What came out, in words.

use thalweg_lab::statistics::ranks;

use super::standing::{Results, Standing};
use crate::data::TaskKind;
use crate::report::text::{counted, listed};

impl Results {
    /// Who is ahead, in a sentence or two: never a winner that its seeds do not show.
    pub fn verdict(&self) -> String {
        let Some(first) = self.standings.first() else { return "There are no methods.".to_owned() };
        if self.standings.iter().all(|it| it.runs.iter().all(|run| run.test.is_none())) {
            return "Every run of every method diverged before its first epoch ended.".to_owned();
        }
        let name = |it: &Standing| it.spec().to_string();
        let share = share(self.task, first);
        if self.task == TaskKind::Regression {
            return self.verdict_of_numbers(&name(first), &share);
        }
        let (classifies, correctly) = match self.is_text {
            true => ("predicts", "test characters"),
            false => ("classifies", "test samples correctly"),
        };
        let seeds = counted(self.plan.seeds as u64, "seed");
        if self.standings.len() == 1 {
            return format!("{} {classifies} {share} of the {correctly} ({seeds}).", name(first));
        }
        let together: Vec<String> = (1..self.standings.len())
            .filter(|&k| !self.is_better(0, k))
            .map(|k| name(&self.standings[k]))
            .collect();
        if together.len() + 1 == self.standings.len() {
            let alone = if self.plan.seeds == 1 { "with one seed" } else { "on these seeds" };
            return format!(
                "The methods are not distinguishable {alone}; {} has the highest mean accuracy, {share} ({seeds}).",
                name(first)
            );
        }
        match together.is_empty() {
            true => format!(
                "{} {classifies} the most {correctly}: {share} ({seeds}), more than every other method.",
                name(first)
            ),
            false => {
                let names: Vec<&str> = together.iter().map(String::as_str).collect();
                format!(
                    "{} {classifies} the most {correctly}: {share} ({seeds}); it is not distinguishable from {}.",
                    name(first),
                    listed(&names)
                )
            }
        }
    }

    /// The same of a regression, of the first method and its R².
    fn verdict_of_numbers(&self, first: &str, score: &str) -> String {
        let seeds = counted(self.plan.seeds as u64, "seed");
        let others = 1..self.standings.len();
        let together: Vec<String> = others
            .clone()
            .filter(|&k| !self.is_better(0, k))
            .map(|k| self.standings[k].spec().to_string())
            .collect();
        let names: Vec<&str> = together.iter().map(String::as_str).collect();
        match together.len() {
            _ if others.is_empty() => {
                format!("{first} has an R² of {score} on the test samples ({seeds}).")
            }
            0 => format!(
                "{first} has the highest R² on the test samples: {score} ({seeds}), higher than every other method."
            ),
            all if all == others.len() => {
                let alone = if self.plan.seeds == 1 { "with one seed" } else { "on these seeds" };
                format!(
                    "The methods are not distinguishable {alone}; {first} has the highest mean R², {score} ({seeds})."
                )
            }
            _ => format!(
                "{first} has the highest R² on the test samples: {score} ({seeds}); it is not distinguishable from {}.",
                listed(&names)
            ),
        }
    }

    /// The rows of the table, the best method first.
    pub fn rows(&self) -> Vec<Row> {
        // Of one seed nothing is known; the order is all there is.
        let is_distinct =
            |(k, it): (usize, &Standing)| k == 0 || it.is_distinct || self.plan.seeds == 1;
        let ranks = ranks(self.standings.iter().enumerate().map(is_distinct));
        let row = |(it, rank): (&Standing, String)| Row {
            rank,
            spec: it.spec().to_string(),
            accuracy: share(self.task, it),
            loss: it
                .loss()
                .map_or("–".to_owned(), |mean| spread(mean.mean, mean.deviation, mean.count, 4)),
            epoch: epochs(it),
            tuning: gain(it),
            remark: remark(it),
        };
        self.standings.iter().zip(ranks).map(row).collect()
    }
}

/// A method in the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its rank; with an equals sign where it is not told apart from the one before it.
    pub rank: String,
    /// The chosen setting.
    pub spec: String,
    /// The mean share of test samples that are classified correctly, or the mean R², with its standard deviation.
    pub accuracy: String,
    /// The mean test loss, with its standard deviation.
    pub loss: String,
    /// The best epochs.
    pub epoch: String,
    /// The lowest validation loss of the method as it comes, and of the chosen setting.
    pub tuning: String,
    /// What a reader should know.
    pub remark: String,
}

fn spread(mean: f64, deviation: f64, count: usize, digits: usize) -> String {
    match count {
        1 => format!("{mean:.digits$}"),
        _ => format!("{mean:.digits$} ± {deviation:.digits$}"),
    }
}

fn share(task: TaskKind, it: &Standing) -> String {
    it.accuracy().map_or("–".to_owned(), |mean| {
        if task == TaskKind::Regression {
            return spread(mean.mean, mean.deviation, mean.count, 4).replace('-', "−");
        }
        let text = spread(100.0 * mean.mean, 100.0 * mean.deviation, mean.count, 2);
        format!("{text} %")
    })
}

fn epochs(it: &Standing) -> String {
    let best: Vec<u64> = it.runs.iter().filter_map(|run| run.best_epoch).collect();
    match (best.iter().min(), best.iter().max()) {
        (Some(low), Some(high)) if low < high => format!("{low} to {high}"),
        (Some(one), _) => one.to_string(),
        _ => "–".to_owned(),
    }
}

/// What tuning gained, in validation loss on the seeds of the tuning.
fn gain(it: &Standing) -> String {
    let Some(untuned) = &it.untuned else { return String::new() };
    let loss = |loss: f64| match loss.is_finite() {
        true => format!("{loss:.4}"),
        false => "diverged".to_owned(),
    };
    let tuned = it.tuning[it.chosen].loss();
    format!("{} → {}", loss(untuned.loss()), loss(tuned))
}

fn remark(it: &Standing) -> String {
    let ends = it.sweep.at_end(it.spec()).into_iter();
    let mut parts: Vec<String> =
        ends.map(|name| format!("best {name} at the end of its range")).collect();
    match (it.diverged(), it.runs.len()) {
        (0, _) => {}
        (some, all) if some == all => parts.push("diverged".to_owned()),
        (some, all) => parts.push(format!("{some} of {all} runs diverged")),
    }
    parts.join("; ")
}
