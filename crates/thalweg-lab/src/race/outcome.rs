//! What became of a run, and which runs are better.

use std::cmp::Ordering;

use serde::Serialize;

/// What became of a run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Outcome {
    /// The index of its start.
    pub start: usize,
    /// The step from which on the value is at or below the target; `None` if it is not at the end.
    pub reached_at: Option<usize>,
    /// f after the last step, with noise the mean over the last tenth of the steps; NaN where the run diverged.
    pub value: f64,
    /// How far that is above the minimum, or above the lowest value of any run where no minimum is known; infinite
    /// where the run diverged.
    pub gap: f64,
    /// The step at which it diverged.
    pub diverged_at: Option<usize>,
}

/// Gaps below this one are alike: rounding decides about them.
const NO_GAP: f64 = 1e-30;

impl Outcome {
    /// The decimal logarithm of the gap, from −30 to 300.
    pub fn log_gap(&self) -> f64 {
        self.gap.clamp(NO_GAP, 1e300).log10()
    }
}

/// How many reached the target.
pub(super) fn reached(outcomes: &[Outcome]) -> usize {
    outcomes.iter().filter(|it| it.reached_at.is_some()).count()
}

/// The mean step at which the target was reached, of the runs that did.
pub(super) fn mean_step(outcomes: &[Outcome]) -> Option<f64> {
    let steps: Vec<f64> =
        outcomes.iter().filter_map(|it| it.reached_at).map(|step| step as f64).collect();
    (!steps.is_empty()).then(|| steps.iter().sum::<f64>() / steps.len() as f64)
}

/// The mean logarithm of the gaps.
pub(super) fn mean_log_gap(outcomes: &[Outcome]) -> f64 {
    outcomes.iter().map(Outcome::log_gap).sum::<f64>() / outcomes.len().max(1) as f64
}

/// Which of two settings is better, as `Less`: the one of which more runs reach the target, then the one that reaches
/// it in fewer steps on average, then the one that ends lower (by the mean logarithm).
pub fn compare(a: &[Outcome], b: &[Outcome]) -> Ordering {
    let step = |outcomes| mean_step(outcomes).unwrap_or(f64::INFINITY);
    let share = |outcomes: &[Outcome]| reached(outcomes) as f64 / outcomes.len().max(1) as f64;
    share(b)
        .total_cmp(&share(a))
        .then_with(|| step(a).total_cmp(&step(b)))
        .then_with(|| mean_log_gap(a).total_cmp(&mean_log_gap(b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(reached_at: Option<usize>, gap: f64) -> Outcome {
        Outcome { start: 0, reached_at, value: gap, gap, diverged_at: None }
    }

    #[test]
    fn more_reached_then_sooner_then_lower_is_better() {
        let both = [outcome(Some(50), 1e-3), outcome(Some(70), 1e-3)];
        let soon = [outcome(Some(2), 1e-9), outcome(None, 1.0)];
        assert_eq!(compare(&both, &soon), Ordering::Less);
        assert_eq!(
            compare(&both, &[outcome(Some(59), 0.0), outcome(Some(60), 0.0)]),
            Ordering::Greater
        );
        assert_eq!(
            compare(&both, &[outcome(Some(60), 1e-3), outcome(Some(60), 1e-2)]),
            Ordering::Less
        );
        let none = [outcome(None, f64::INFINITY)];
        assert_eq!(compare(&[outcome(None, 1e300)], &none), Ordering::Equal);
        assert_eq!(compare(&[outcome(None, 10.0)], &none), Ordering::Less);
    }
}
