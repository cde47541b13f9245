//! The charts of a report, as static plots and as data for its script.

use serde::Serialize;
use thalweg_draw::numbers::number;
use thalweg_draw::plot::{LineChart, Series};

use super::contents::{MethodResult, styles_of};
use super::curve::{Curve, Smoothing, thinned};
use crate::data::Target;
use crate::record::{EpochRecord, StepRecord};

/// The ratio of the highest to the lowest value from which an axis is logarithmic.
const LOG_RATIO: f64 = 10.0;

/// The lowest R² that a chart has to show.
const LEAST_R2: f64 = -0.25;

/// The curves of all methods over steps or epochs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Figure {
    pub id: &'static str,
    pub title: &'static str,
    pub y: String,
    /// The unit of the x axis: `step` or `epoch`.
    pub x: &'static str,
    pub log: bool,
    /// Whether values are in percent.
    pub percent: bool,
    /// The lower limit of the y axis, so that differences above it are visible.
    pub low: Option<f64>,
    /// The upper limit of the y axis, so that a diverging curve does not flatten the others.
    pub high: Option<f64>,
    pub lines: Vec<Line>,
}

/// The curve of one method.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Line {
    /// The index of the method in the report.
    pub method: usize,
    #[serde(skip)]
    pub diverged: bool,
    #[serde(serialize_with = "columns")]
    pub points: Curve,
    /// The values before smoothing; empty for a curve that is not smoothed.
    #[serde(serialize_with = "columns")]
    pub raw: Curve,
}

impl Figure {
    /// All figures that have curves.
    pub fn all(target: &Target, methods: &[MethodResult]) -> Vec<Self> {
        let figures = [
            Self::loss(methods),
            Self::score(target, methods),
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

    /// What networks are judged by.
    pub fn score(target: &Target, methods: &[MethodResult]) -> Self {
        match target {
            Target::Class => Self::accuracy(methods),
            Target::Number { .. } => Self::r2(methods),
        }
    }

    fn r2(methods: &[MethodResult]) -> Self {
        let figure = Self::of_epochs("r2", "Test R²", "test R²", methods, |r| r.test_accuracy);
        // R² is negative without a limit where a network does worse than the mean does.
        let low = figure.values().fold(f64::NAN, f64::min);
        let low = (low < LEAST_R2).then_some(LEAST_R2);
        Self { log: false, low, high: None, ..figure }
    }

    pub fn accuracy(methods: &[MethodResult]) -> Self {
        let lines = lines(methods, |method| {
            method.epochs.iter().map(|r| (r.epoch as f64, 100.0 * r.test_accuracy)).collect()
        });
        let y = "test accuracy (%)".to_owned();
        let low = lower_limit(&lines);
        let plain = Self::plain("accuracy", "Test accuracy", y, "epoch", lines);
        Self { log: false, percent: true, low, high: None, ..plain }
    }

    fn learning_rate(methods: &[MethodResult]) -> Self {
        let lines = lines(methods, |method| {
            let rate = |r: &StepRecord| r.lr.map(|lr| (r.step as f64, lr));
            thinned(&method.steps.iter().filter_map(rate).collect::<Vec<_>>())
        });
        // A schedule may end at 0; only differences between methods make the axis logarithmic.
        let highest = || lines.iter().map(|line| highest(&line.points));
        let (least, most) =
            (highest().fold(f64::NAN, f64::min), highest().fold(f64::NAN, f64::max));
        let log = least > 0.0 && most > LOG_RATIO * least;
        let low = log.then_some(least / 1000.0);
        let plain = Self::plain("lr", "Learning rate", "learning rate".to_owned(), "step", lines);
        Self { log, low, ..plain }
    }

    /// Values of every step: a smoothed curve in front of the single values.
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

    /// A figure with the axis that suits the values.
    fn plain(
        id: &'static str,
        title: &'static str,
        y: String,
        x: &'static str,
        lines: Vec<Line>,
    ) -> Self {
        let ended = lines.iter().filter(|line| !line.diverged).map(|line| highest(&line.points));
        let most = LOG_RATIO * ended.fold(f64::NAN, f64::max);
        let high = lines.iter().any(|line| highest(&line.points) > most).then_some(most);
        let mut figure =
            Self { id, title, y, x, log: false, percent: false, low: None, high, lines };
        let shown = || figure.values().filter(|&y| high.is_none_or(|high| y <= high));
        // A value of 0 does not rule out a logarithmic axis: it becomes a gap.
        let least = shown().filter(|&y| y > 0.0).fold(f64::NAN, f64::min);
        let log = shown().any(|y| y > LOG_RATIO * least) && figure.values().all(|y| y >= 0.0);
        figure.log = log;
        figure
    }

    fn values(&self) -> impl Iterator<Item = f64> {
        let points = self.lines.iter().flat_map(|line| &line.points);
        points.map(|p| p.1).filter(|y| y.is_finite())
    }

    /// The figure as a static plot.
    pub fn chart(&self, title: &str, methods: &[MethodResult]) -> LineChart {
        let mut chart = LineChart::new(title, self.x, &*self.y);
        chart.log_y = self.log;
        chart.limits = [self.low, self.high];
        let styles = styles_of(methods);
        let series = |line: &Line| {
            let label = &methods[line.method].label;
            let best = highest(&line.points);
            // A curve below the axis is described in the legend.
            let label = match self.low {
                Some(low) if best < low => format!("{label} (below, at most {})", number(best)),
                _ => label.clone(),
            };
            Series::line(label, line.points.clone(), styles[line.method])
        };
        chart.series = self.lines.iter().map(series).collect();
        chart
    }
}

/// A chart of the training loss by step, smoothed, on a logarithmic axis.
pub fn loss_chart(title: &str, methods: &[MethodResult]) -> LineChart {
    Figure::loss(methods).chart(title, methods)
}

/// A chart of the test accuracy by epoch in percent; the axis starts near the top if all methods end there.
pub fn accuracy_chart(title: &str, methods: &[MethodResult]) -> LineChart {
    Figure::accuracy(methods).chart(title, methods)
}

/// A chart of what networks are judged by, by epoch: the accuracy, as [`accuracy_chart`], or R².
pub fn score_chart(title: &str, target: &Target, methods: &[MethodResult]) -> LineChart {
    Figure::score(target, methods).chart(title, methods)
}

/// The lines of all methods that have points.
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

/// The lower limit of an axis of accuracies in percent: below what the methods within 25 points of the
/// best one reach after the first fifth of the epochs.
fn lower_limit(lines: &[Line]) -> Option<f64> {
    let best = lines.iter().map(|line| highest(&line.points)).fold(f64::NAN, f64::max);
    let ends = lines.iter().filter_map(|line| line.points.last());
    let epochs = ends.map(|p| p.0).fold(0.0, f64::max);
    let near = lines.iter().filter(|line| highest(&line.points) >= best - 25.0);
    let late = near.flat_map(|line| &line.points).filter(|p| p.0 >= epochs / 5.0);
    let low = late.map(|p| p.1).fold(f64::NAN, f64::min);
    let unit = if best - low < 5.0 { 1.0 } else { 5.0 };
    let low = unit * (low.min(best - 1.0) / unit).floor();
    // An axis from 0 is preferred if at least half of it is used.
    (low > 50.0 && epochs > 1.0).then_some(low)
}

/// Points as a list of x and a list of y, rounded to the visible digits.
fn columns<S: serde::Serializer>(points: &Curve, serializer: S) -> Result<S::Ok, S::Error> {
    let short = |y: f64| format!("{y:.4e}").parse::<f64>().unwrap_or(f64::NAN);
    let x: Vec<u64> = points.iter().map(|p| p.0 as u64).collect();
    let y: Vec<f64> = points.iter().map(|p| short(p.1)).collect();
    (x, y).serialize(serializer)
}
