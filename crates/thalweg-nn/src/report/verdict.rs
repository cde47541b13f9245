//! The result in one sentence.

use thalweg_draw::numbers::number;

use super::contents::{MethodResult, Report};
use super::text::{count, counted, listed};
use super::writing;
use crate::data::Target;

impl Report {
    /// The method with the best final test accuracy, or R², or of text the lowest final test loss, in one
    /// sentence.
    pub fn verdict(&self) -> String {
        let ranked = self.ranked();
        if let (true, Some(verdict)) = (self.is_text(), writing::verdict(self, &ranked)) {
            return verdict;
        }
        let ended: Vec<(&MethodResult, f64)> =
            ranked.iter().filter_map(|&i| finished(&self.methods[i])).collect();
        let Some(&(best, accuracy)) = ended.first() else { return self.without_end() };
        if let Target::Number { name, .. } = &self.target {
            return self.of_numbers(name, &ended);
        }
        let names: Vec<&str> =
            ended.iter().filter(|e| e.1 == accuracy).map(|e| e.0.label.as_str()).collect();
        let epochs = counted(best.epochs.last().map_or(0, |r| r.epoch), "epoch");
        let score = best.score(accuracy);
        let (others, next) = (self.methods.len() - names.len(), ended.get(names.len()));
        match (&names[..], next) {
            ([name], None) => {
                let (share, of) = score.split_once(' ').unwrap_or((&score, ""));
                let of = if of.is_empty() { String::new() } else { format!(" {of}") };
                let alone = if others > 0 { "; no other method has a final accuracy" } else { "" };
                format!(
                    "{name} classifies {share} of the test samples correctly{of} after {epochs}{alone}."
                )
            }
            ([name], Some((next, share))) => format!(
                "{name} classifies the most test samples correctly after {epochs}: {score}; next is {} with {}.",
                next.label,
                next.score(*share)
            ),
            _ => format!(
                "{} classify the same number of test samples correctly after {epochs}: {score}.",
                listed(&names)
            ),
        }
    }

    /// The same of a regression of a target with this name.
    fn of_numbers(&self, name: &str, ended: &[(&MethodResult, f64)]) -> String {
        let (best, r2) = ended[0];
        let names: Vec<&str> =
            ended.iter().filter(|it| it.1 == r2).map(|it| it.0.label.as_str()).collect();
        let epochs = counted(best.epochs.last().map_or(0, |r| r.epoch), "epoch");
        let score = |method: &MethodResult, r2: f64| {
            let rmse = method.end().and_then(|end| self.target.rmse(end.test_loss));
            let rmse = rmse.map_or(String::new(), |rmse| format!(" (RMSE {})", number(rmse)));
            self.target.task().score(r2) + &rmse
        };
        let (label, own) = (&best.label, score(best, r2));
        match ended.get(names.len()) {
            _ if names.len() > 1 => format!(
                "{} have the same R² of {name} on the test samples after {epochs}: {own}.",
                listed(&names)
            ),
            None => {
                format!(
                    "{label} predicts {name} with R² = {own} on the test samples after {epochs}."
                )
            }
            Some((next, r2)) => format!(
                "{label} has the highest R² of {name} on the test samples after {epochs}: {own}; next is {} with {}.",
                next.label,
                score(next, *r2)
            ),
        }
    }

    fn without_end(&self) -> String {
        match &self.methods[..] {
            [] => "There are no methods.".to_owned(),
            [only] => match only.diverged_at {
                Some(step) => format!("{} diverged at step {}.", only.label, count(step)),
                None => format!("{} has not finished an epoch.", only.label),
            },
            all if all.iter().all(|m| m.diverged_at.is_some()) => {
                "All methods diverged.".to_owned()
            }
            _ => "No method has finished an epoch.".to_owned(),
        }
    }

    /// The indices of the methods, the best first, those that diverged last.
    pub fn ranked(&self) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.methods.len()).collect();
        let height = |&i: &usize| match self.is_text() {
            true => self.methods[i].test_loss().map_or(f64::NEG_INFINITY, |loss| -loss),
            false => finished(&self.methods[i]).map_or(f64::NEG_INFINITY, |it| it.1),
        };
        places.sort_by(|a, b| height(b).total_cmp(&height(a)));
        places
    }
}

/// A method that did not diverge, and its final test accuracy or R².
fn finished(method: &MethodResult) -> Option<(&MethodResult, f64)> {
    let end = method.end().filter(|_| method.diverged_at.is_none())?;
    end.test_accuracy.is_finite().then_some((method, end.test_accuracy))
}
