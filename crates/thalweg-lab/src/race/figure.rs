//! What tuning found, as a chart.

use thalweg_draw::plot::{LineChart, Series};

use super::file::DRAWN;
use super::outcome::mean_log_gap;
use super::{Contender, Race};
use crate::methods;
use crate::sweep::lowest_by_rate;

impl Race {
    /// How far above the minimum runs end against the learning rate, for the first ten methods that tried several
    /// rates; `None` where none did. A line that leaves through the top climbs or diverges from there.
    pub fn rates(&self) -> Option<LineChart> {
        let swept =
            self.contenders.iter().filter(|it| it.sweep.axes.iter().any(|axis| axis.name == "lr"));
        let swept: Vec<&Contender> = swept.take(DRAWN).collect();
        let names: Vec<&str> = swept.iter().map(|it| it.sweep.base.entry().name).collect();
        let styles = methods::styles(names);
        let mut chart = LineChart::new("Where runs end, by learning rate", "lr", "f − minimum");
        (chart.log_x, chart.log_y) = (true, true);
        let starts = self.plan.starts.iter().map(|&start| self.problem.value(start));
        chart.limits = [None, Some(10.0 * starts.fold(f64::MIN_POSITIVE, f64::max))];
        chart.series = swept
            .iter()
            .zip(styles)
            .map(|(it, style)| {
                let gaps = it
                    .trials
                    .iter()
                    .map(|trial| (&trial.spec, 10_f64.powf(mean_log_gap(&trial.outcomes))));
                Series::line(it.sweep.base.entry().title, lowest_by_rate(gaps), style)
            })
            .collect();
        (!chart.series.is_empty()).then_some(chart)
    }
}
