//! What tuning found, and how methods learn, as charts.

use thalweg_draw::plot::{LineChart, Series};
use thalweg_lab::methods::styles;
use thalweg_lab::statistics::Mean;
use thalweg_lab::sweep::lowest_by_rate;

use super::standing::{Results, Standing};
use super::trial::Epoch;

impl Results {
    /// Every method with its label and its style.
    fn named(&self) -> impl Iterator<Item = (&Standing, (String, usize))> {
        let names = self.standings.iter().map(|it| it.sweep.base.entry().name);
        self.standings.iter().zip(self.labels().into_iter().zip(styles(names)))
    }

    /// The validation loss of each epoch: the geometric mean over the seeds, with a band of one standard deviation of
    /// its logarithm.
    pub fn curves(&self, title: &str) -> LineChart {
        let mut chart = LineChart::new(title, "epoch", "validation loss");
        chart.log_y = true;
        chart.series =
            self.named().map(|(it, style)| curve(it, style, |e| e.validation_loss)).collect();
        // A run that climbs must not flatten the others.
        let starts =
            self.standings.iter().flat_map(|it| &it.runs).filter_map(|it| it.epochs.first());
        let highest = starts.map(|epoch| epoch.validation_loss).filter(|loss| loss.is_finite());
        chart.limits[1] = Some(3.0 * highest.fold(f64::MIN_POSITIVE, f64::max));
        chart
    }

    /// The lowest validation loss against the learning rate, of the methods that tried several; `None` where none did.
    /// A rate at which training diverged is above the chart.
    pub fn rates(&self, title: &str) -> Option<LineChart> {
        let mut chart = LineChart::new(title, "lr", "lowest validation loss");
        (chart.log_x, chart.log_y) = (true, true);
        for (it, (label, style)) in self.named() {
            let losses = it.tuning.iter().map(|setting| setting.loss().min(DIVERGED));
            let points = lowest_by_rate(it.sweep.specs.iter().zip(losses));
            if points.len() > 1 {
                chart.series.push(Series::line(label, points, style));
            }
        }
        let losses = chart.series.iter().flat_map(|series| &series.points).map(|point| point.1);
        let (low, high) = losses
            .filter(|loss| *loss < DIVERGED)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), loss| {
                (low.min(loss), high.max(loss))
            });
        chart.limits = [None, Some(high.min(1e3 * low)).filter(|limit| limit.is_finite())];
        (!chart.series.is_empty()).then_some(chart)
    }
}

/// What stands for an infinite loss, so that a line leaves through the top.
const DIVERGED: f64 = 1e200;

fn curve(
    standing: &Standing,
    (label, style): (String, usize),
    of: impl Fn(&Epoch) -> f64,
) -> Series {
    let longest = standing.runs.iter().map(|run| run.epochs.len()).max().unwrap_or(0);
    let logarithm = |epoch: &Epoch| of(epoch).max(f64::MIN_POSITIVE).ln();
    let at = |epoch: usize| -> Option<(f64, Mean)> {
        let values: Vec<f64> =
            standing.runs.iter().filter_map(|run| run.epochs.get(epoch)).map(logarithm).collect();
        Some((epoch as f64 + 1.0, Mean::of(&values)?))
    };
    let means: Vec<(f64, Mean)> = (0..longest).filter_map(at).collect();
    let points = means.iter().map(|(x, mean)| (*x, mean.mean.exp())).collect();
    let band = |(x, it): &(f64, Mean)| {
        (*x, (it.mean - it.deviation).exp(), (it.mean + it.deviation).exp())
    };
    let band = if standing.runs.len() > 1 { means.iter().map(band).collect() } else { Vec::new() };
    Series::line(label, points, style).with_band(band)
}
