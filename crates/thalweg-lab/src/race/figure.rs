//! What tuning found, as a chart.

use thalweg_draw::plot::{LineChart, Series};

use super::outcome::mean_log_gap;
use super::{Contender, Race};
use crate::methods;

/// Lines that a chart can hold.
const DRAWN: usize = 10;

impl Race {
    /// How far above the minimum runs end against the learning rate, for the first ten methods that tried several
    /// rates; `None` where none did. A line that leaves through the top climbs or diverges from there.
    pub fn rates(&self) -> Option<LineChart> {
        let swept =
            self.contenders.iter().filter(|it| it.sweep.axes.iter().any(|axis| axis.name == "lr"));
        let swept: Vec<&Contender> = swept.take(DRAWN).collect();
        let names: Vec<&str> = swept.iter().map(|it| it.sweep.base.entry().name).collect();
        let styles = methods::styles(names);
        let mut chart =
            LineChart::new("After tuning: the end against the rate", "lr", "f − minimum");
        chart.title = "Where runs end, by learning rate".to_owned();
        (chart.log_x, chart.log_y) = (true, true);
        let starts = self.plan.starts.iter().map(|&start| self.problem.value(start));
        chart.limits = [None, Some(10.0 * starts.fold(f64::MIN_POSITIVE, f64::max))];
        chart.series = swept
            .iter()
            .zip(styles)
            .map(|(it, style)| Series::line(it.sweep.base.entry().title, points(it), style))
            .collect();
        (!chart.series.is_empty()).then_some(chart)
    }
}

/// The best gap at each rate.
fn points(contender: &Contender) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    for trial in &contender.trials {
        let rate = trial.spec.hyperparameters().into_iter().find(|(known, _)| known.name == "lr");
        let Some(thalweg::Value::Number(rate)) = rate.map(|(_, value)| value) else { continue };
        let gap = 10_f64.powf(mean_log_gap(&trial.outcomes));
        match points.iter_mut().find(|(known, _)| *known == rate) {
            Some((_, best)) => *best = best.min(gap),
            None => points.push((rate, gap)),
        }
    }
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    points
}
