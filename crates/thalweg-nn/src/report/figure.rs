//! The figures of a report, as drawings and as the data that its page draws from.

use serde::Serialize;
use thalweg_draw::numbers::number;
use thalweg_draw::plot::{LineChart, Series};

use super::MethodResult;
use super::curve::{Curve, Smoothing, thinned, within};
use crate::record::{EpochRecord, StepRecord};

/// A factor between highest and lowest value from which an axis is logarithmic.
const WIDE: f64 = 10.0;

/// Curves of all methods over steps or epochs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Figure {
    pub id: &'static str,
    pub title: &'static str,
    pub y: String,
    /// What is counted along the x axis.
    pub x: &'static str,
    pub log: bool,
    /// Whether values are in percent.
    pub percent: bool,
    /// Where the y axis begins at the lowest, for the differences above it to be seen.
    pub low: Option<f64>,
    /// Where it ends at the highest, for what diverges not to flatten all else.
    pub high: Option<f64>,
    pub lines: Vec<Line>,
}

/// The curve of one method.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Line {
    /// The method's place in the report.
    pub method: usize,
    #[serde(skip)]
    pub diverged: bool,
    #[serde(serialize_with = "columns")]
    pub points: Curve,
    /// The single values behind a smoothed curve; empty if it is none.
    #[serde(serialize_with = "columns")]
    pub raw: Curve,
}

impl Figure {
    /// The figures for which there is something to show.
    pub fn all(methods: &[MethodResult]) -> Vec<Self> {
        let figures = [
            Self::loss(methods),
            Self::accuracy(methods),
            Self::of_epochs("test-loss", "Test loss", "test loss", methods, |r| r.test_loss),
            Self::learning_rate(methods),
            Self::of_steps("grad-norm", "Gradient norm", "norm", methods, |r| r.grad_norm),
            Self::of_steps("update-norm", "Update norm", "norm", methods, |r| r.update_norm),
        ];
        figures.into_iter().filter(|figure| !figure.lines.is_empty()).collect()
    }

    pub fn loss(methods: &[MethodResult]) -> Self {
        let figure = Self::of_steps("loss", "Training loss", "training loss", methods, |r| r.loss);
        let log = figure.values().all(|y| y >= 0.0);
        Self { log, ..figure }
    }

    pub fn accuracy(methods: &[MethodResult]) -> Self {
        let lines = lines(methods, |method| {
            method.epochs.iter().map(|r| (r.epoch as f64, 100.0 * r.test_accuracy)).collect()
        });
        let y = "test accuracy (%)".to_owned();
        let low = lowest_of_interest(&lines);
        let plain = Self::plain("accuracy", "Test accuracy", y, "epoch", lines);
        Self { log: false, percent: true, low, high: None, ..plain }
    }

    fn learning_rate(methods: &[MethodResult]) -> Self {
        let lines = lines(methods, |method| {
            let rate = |r: &StepRecord| r.lr.map(|lr| (r.step as f64, lr));
            thinned(&method.steps.iter().filter_map(rate).collect::<Vec<_>>())
        });
        // A method's own rates may fall to nothing; what asks for a logarithm is how different methods are.
        let highest = || lines.iter().map(|line| highest(&line.points));
        let (least, most) =
            (highest().fold(f64::NAN, f64::min), highest().fold(f64::NAN, f64::max));
        let log = least > 0.0 && most > WIDE * least;
        let low = log.then_some(least / 1000.0);
        let plain = Self::plain("lr", "Learning rate", "learning rate".to_owned(), "step", lines);
        Self { log, low, ..plain }
    }

    /// Noisy values, a curve of means before the single ones.
    fn of_steps(
        id: &'static str,
        title: &'static str,
        y: &str,
        methods: &[MethodResult],
        value: impl Fn(&StepRecord) -> f64,
    ) -> Self {
        let curve = |method: &MethodResult| -> Curve {
            method.steps.iter().map(|r| (r.step as f64, value(r))).collect()
        };
        let longest = methods.iter().map(|method| method.steps.len()).max().unwrap_or(0);
        let smoothing = Smoothing::of(longest);
        let mut lines = lines(methods, |method| smoothing.means(&curve(method)));
        let window = smoothing.window();
        if window == 1 {
            return Self::plain(id, title, y.to_owned(), "step", lines);
        }
        for line in &mut lines {
            line.raw = thinned(&curve(&methods[line.method]));
        }
        Self::plain(id, title, format!("{y}, mean of {window} steps"), "step", lines)
    }

    fn of_epochs(
        id: &'static str,
        title: &'static str,
        y: &str,
        methods: &[MethodResult],
        value: impl Fn(&EpochRecord) -> f64,
    ) -> Self {
        let lines = lines(methods, |method| {
            method.epochs.iter().map(|r| (r.epoch as f64, value(r))).collect()
        });
        Self::plain(id, title, y.to_owned(), "epoch", lines)
    }

    /// With the axis that suits the values.
    fn plain(
        id: &'static str,
        title: &'static str,
        y: String,
        x: &'static str,
        lines: Vec<Line>,
    ) -> Self {
        let ended = lines.iter().filter(|line| !line.diverged).map(|line| highest(&line.points));
        let most = WIDE * ended.fold(f64::NAN, f64::max);
        let high = lines.iter().any(|line| highest(&line.points) > most).then_some(most);
        let mut figure =
            Self { id, title, y, x, log: false, percent: false, low: None, high, lines };
        let shown = || figure.values().filter(|&y| high.is_none_or(|high| y <= high));
        // A value of zero hinders no logarithmic axis: a gap says as much.
        let least = shown().filter(|&y| y > 0.0).fold(f64::NAN, f64::min);
        let log = shown().any(|y| y > WIDE * least) && figure.values().all(|y| y >= 0.0);
        figure.log = log;
        figure
    }

    fn values(&self) -> impl Iterator<Item = f64> {
        let points = self.lines.iter().flat_map(|line| &line.points);
        points.map(|p| p.1).filter(|y| y.is_finite())
    }

    /// The figure as a drawing.
    pub fn chart(&self, title: &str, methods: &[MethodResult]) -> LineChart {
        let mut chart = LineChart::new(title, self.x, &*self.y);
        chart.log_y = self.log;
        let series = |line: &Line| {
            let label = &methods[line.method].label;
            let best = highest(&line.points);
            // A curve that is not to be seen is told of in words.
            let label = match self.low {
                Some(low) if best < low => format!("{label} (below, at most {})", number(best)),
                _ => label.clone(),
            };
            let bounds = [self.low.unwrap_or(f64::MIN), self.high.unwrap_or(f64::MAX)];
            Series::line(label, within(bounds, &line.points), line.method)
        };
        chart.series = self.lines.iter().map(series).collect();
        chart
    }
}

/// The lines of the methods that have points.
fn lines(methods: &[MethodResult], points: impl Fn(&MethodResult) -> Curve) -> Vec<Line> {
    let line = |(method, result): (usize, &MethodResult)| {
        let diverged = result.diverged_at.is_some();
        Line { method, diverged, points: points(result), raw: Vec::new() }
    };
    methods.iter().enumerate().map(line).filter(|line| !line.points.is_empty()).collect()
}

fn highest(points: &[(f64, f64)]) -> f64 {
    points.iter().map(|p| p.1).filter(|y| y.is_finite()).fold(f64::NAN, f64::max)
}

/// Where an axis of accuracies in percent begins: below what the methods that come near the best
/// one reach after the first fifth of the epochs.
fn lowest_of_interest(lines: &[Line]) -> Option<f64> {
    let best = lines.iter().map(|line| highest(&line.points)).fold(f64::NAN, f64::max);
    let ends = lines.iter().filter_map(|line| line.points.last());
    let epochs = ends.map(|p| p.0).fold(0.0, f64::max);
    let near = lines.iter().filter(|line| highest(&line.points) >= best - 25.0);
    let late = near.flat_map(|line| &line.points).filter(|p| p.0 >= epochs / 5.0);
    let low = late.map(|p| p.1).fold(f64::NAN, f64::min);
    let unit = if best - low < 5.0 { 1.0 } else { 5.0 };
    let low = unit * (low.min(best - 1.0) / unit).floor();
    // An axis that begins at zero costs little where half of it is used.
    (low > 50.0 && epochs > 1.0).then_some(low)
}

/// Points as a list of x and a list of y, in as many digits as can be seen.
fn columns<S: serde::Serializer>(points: &Curve, serializer: S) -> Result<S::Ok, S::Error> {
    let short = |y: f64| format!("{y:.4e}").parse::<f64>().unwrap_or(f64::NAN);
    let x: Vec<u64> = points.iter().map(|p| p.0 as u64).collect();
    let y: Vec<f64> = points.iter().map(|p| short(p.1)).collect();
    (x, y).serialize(serializer)
}
