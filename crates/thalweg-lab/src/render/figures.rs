//! A descent as figures.

use std::collections::BTreeMap;
use std::ops::Range;

use thalweg_draw::plot::{
    LandscapeFigure, Levels, LineChart, Path, Scene, Series, small_multiples, small_multiples_size,
};
use thalweg_draw::{Domain, Point};

use crate::descent::Descent;
use crate::methods;
use crate::run::Run;

/// The top of a chart in which some runs end higher than they began, in multiples of the highest value of the others.
const ROOM: f64 = 100.0;
/// Most levels that are added for a start outside the domain.
const MORE_LEVELS: usize = 8;
/// Panels in a row of small multiples.
const PANELS: usize = 3;

/// Width of all small multiples together in pixels.
const PANELS_WIDTH: u32 = 1200;

impl Descent {
    /// The paths over the contours, as SVG.
    pub fn svg(&self) -> String {
        self.with_figure(|figure| figure.scene().svg())
    }

    /// The domain of figures: the problem's, widened to hold every start.
    pub fn domain(&self) -> Domain {
        self.starts.iter().fold(self.problem.domain, |domain, &start| domain.around(start))
    }

    /// The index of the style in which each run is drawn: [that of its method](methods::styles), the same from every
    /// start.
    pub fn styles(&self) -> Vec<usize> {
        let mut first = BTreeMap::new();
        let names = self.runs.iter().filter(|run| first.insert(&run.label, 0).is_none());
        let styles = methods::styles(names.map(|run| run.optimizer.as_str()));
        let mut styles = styles.into_iter();
        let mut known = BTreeMap::new();
        let style = |run| *known.entry(run).or_insert_with(|| styles.next().unwrap_or_default());
        self.runs.iter().map(|run| &run.label).map(style).collect()
    }

    /// Calls a function with the figure of all paths.
    pub fn with_figure<T>(&self, use_it: impl FnOnce(&LandscapeFigure<'_>) -> T) -> T {
        let function = |point| self.problem.value(point);
        use_it(&self.figure(&function, &self.title, 0..self.runs.len()))
    }

    pub(super) fn figure<'a>(
        &self,
        function: &'a (dyn Fn(Point) -> f64 + Sync),
        title: &str,
        shown: Range<usize>,
    ) -> LandscapeFigure<'a> {
        let mut figure = LandscapeFigure::new(title, function, self.domain());
        figure.levels = self.levels().map_or(Levels::Logarithmic, Levels::Given);
        figure.starts.clone_from(&self.starts);
        figure.minima.clone_from(&self.problem.minima);
        figure.bar = true;
        figure.warnings = shown.clone().filter_map(|run| self.warning(run)).collect();
        let styles = self.styles();
        figure.paths = shown.map(|i| self.path(i, styles[i])).collect();
        figure
    }

    fn path(&self, i: usize, style: usize) -> Path {
        let run = &self.runs[i];
        Path {
            label: run.label.clone(),
            points: run.points.clone(),
            style,
            diverged: run.diverged_at.is_some(),
            ..Default::default()
        }
    }

    /// The problem's levels, and more up to the value of a start outside its domain.
    fn levels(&self) -> Option<Vec<f64>> {
        let mut levels = self.problem.levels.clone()?;
        let outside = self.starts.iter().filter(|&&start| !self.problem.domain.contains(start));
        let top = outside.map(|&start| self.problem.value(start)).fold(f64::NEG_INFINITY, f64::max);
        for _ in 0..MORE_LEVELS {
            match levels.last() {
                Some(&last) if last > 0.0 && last < top => levels.push(2.0 * last),
                _ => break,
            }
        }
        Some(levels)
    }

    /// The highest value of runs that descend, where others do not: those would make a line of all that is below.
    fn highest(&self) -> Option<f64> {
        let climbs = |run: &Run| run.diverged_at.is_some() || run.last_value() > run.values[0];
        let (climbing, descending): (Vec<_>, Vec<_>) =
            self.runs.iter().partition(|run| climbs(run));
        let values = descending.iter().flat_map(|run| &run.values);
        let highest = values.copied().fold(f64::NEG_INFINITY, f64::max);
        (!climbing.is_empty() && !descending.is_empty()).then_some(highest)
    }

    /// One panel per run, three in a row.
    pub fn panels(&self) -> Scene {
        self.with_panels(|panels| small_multiples(&self.title, panels, PANELS, PANELS_WIDTH))
    }

    /// Width and height of [`panels`](Self::panels) in pixels.
    pub fn panels_size(&self) -> (u32, u32) {
        self.with_panels(|panels| small_multiples_size(&self.title, panels, PANELS, PANELS_WIDTH))
    }

    fn with_panels<T>(&self, use_them: impl FnOnce(&[LandscapeFigure<'_>]) -> T) -> T {
        let function = |point| self.problem.value(point);
        let panel = |i: usize| {
            let figure = self.figure(&function, &self.runs[i].label, i..i + 1);
            // What went wrong stands below the panels, as there is no room for it.
            LandscapeFigure { bar: false, warnings: Vec::new(), ..figure }
        };
        use_them(&(0..self.runs.len()).map(panel).collect::<Vec<_>>())
    }

    /// A chart of the value, minus the minimum where one is known, against the step on a logarithmic axis.
    /// Where that would be negative for some step, the axis is linear and nothing is subtracted.
    pub fn values(&self) -> LineChart {
        let floor = self.problem.minimum.unwrap_or(0.0);
        let above = self.runs.iter().flat_map(|run| &run.values).all(|&value| value >= floor);
        let (floor, log_y) = if above { (floor, true) } else { (0.0, false) };
        let name =
            if floor == 0.0 { "f(x, y)".to_owned() } else { "f(x, y) − minimum".to_owned() };
        let mut chart = LineChart::new(self.title.clone(), "step", name);
        chart.log_y = log_y;
        chart.limits[1] =
            self.highest().map(|highest| ROOM * (highest - floor)).filter(|&limit| limit > 0.0);
        chart.series = self
            .runs
            .iter()
            .zip(self.styles())
            .map(|(run, style)| {
                let values = run.values.iter().map(|value| value - floor);
                Series::line(&run.label, (0..).map(f64::from).zip(values).collect(), style)
            })
            .collect();
        chart
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Problem;
    use crate::run::Precision;

    fn chart(specs: &[&str]) -> LineChart {
        let ravine = Problem::named("ravine").unwrap();
        let specs: Vec<_> =
            specs.iter().map(|spec| methods::registry().spec(spec).unwrap()).collect();
        Descent::new(&ravine, &specs, ravine.start, 30, Precision::F64).unwrap().values()
    }

    #[test]
    fn levels_reach_a_start_outside_the_domain() {
        let ravine = Problem::named("ravine").unwrap();
        let levels = |start| {
            let sgd = methods::registry().spec("sgd").unwrap();
            Descent::new(&ravine, &[sgd], start, 1, Precision::F64).unwrap().levels().unwrap()
        };
        assert_eq!(Some(levels(ravine.start)), ravine.levels);
        let more = levels([-30.0, 20.0]);
        assert!(more.last() >= Some(&445.0) && more.is_sorted(), "{more:?}");
    }

    #[test]
    fn a_run_that_climbs_does_not_hide_those_that_descend() {
        assert_eq!(chart(&["sgd:lr=3", "sgd:lr=0.1"]).limits, [None, Some(100.0 * 6.45)]);
        assert_eq!(chart(&["sgd:lr=3"]).limits, [None; 2]);
        assert_eq!(chart(&["sgd:lr=0.1", "adam"]).limits, [None; 2]);
    }
}
