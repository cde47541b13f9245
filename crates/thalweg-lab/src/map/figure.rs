//! A map as a figure.

use thalweg_draw::numbers::{counted, number};
use thalweg_draw::plot::{HeatmapAxis, HeatmapCell, HeatmapFigure, Range, Scene};

use super::Map;

/// Decades below that of the start that colours tell apart: what is lower has converged.
const DECADES: i32 = 16;

impl Map {
    /// The map as a drawing.
    pub fn scene(&self) -> Scene {
        self.figure().scene()
    }

    /// The figure, to change before it is drawn: colours by the value after the last step, logarithmic where
    /// they can be; of maps over the start of a problem with several minima, hues by the minimum reached.
    pub fn figure(&self) -> HeatmapFigure {
        let axes = [0, 1].map(|k| {
            let axis = &self.plan.axes[k];
            let name = match axis.name.as_str() {
                name @ ("x" | "y") if self.is_over_plane() => name.to_owned(),
                name @ ("x" | "y") => format!("{name} of the start"),
                name => name.to_owned(),
            };
            HeatmapAxis { name, low: axis.low, high: axis.high, logarithmic: axis.logarithmic }
        });
        let has_basins = self.is_over_start() && self.problem.minima.len() > 1;
        let lowest = self.lowest();
        let climbs: Vec<bool> = (0..self.cells.len()).map(|k| self.climbs(k)).collect();
        let cell = |k: usize| HeatmapCell {
            value: match self.cells[k].value {
                _ if climbs[k] => f64::NAN,
                value => value - lowest.unwrap_or(0.0),
            },
            group: if has_basins { self.minimum(k) } else { None },
        };
        let cells: Vec<HeatmapCell> = (0..self.cells.len()).map(cell).collect();
        let start = self.problem.value(self.plan.start) - lowest.unwrap_or(0.0);
        let range = match lowest {
            Some(_) => decades(&cells, start, self.is_over_start()),
            None => self.linear(),
        };
        let mut figure = HeatmapFigure::new(self.title.clone(), axes, self.plan.size[0], cells);
        figure.title = format!("{}, {}", self.title, counted(self.plan.steps as u64, "step"));
        figure.range = range;
        figure.value = match lowest {
            Some(lowest) if lowest != 0.0 => "f − f*".to_owned(),
            _ => "f".to_owned(),
        };
        if has_basins {
            let ends = self.problem.minima.iter();
            figure.groups =
                ends.map(|&[x, y]| format!("ends at ({}, {})", number(x), number(y))).collect();
            figure.ungrouped = "elsewhere".to_owned();
        }
        figure.blank =
            if climbs.contains(&true) { "ends higher or diverges" } else { "diverged" }.to_owned();
        if let Some(best) = self.best() {
            let value = number(self.cells[best].value);
            figure.best = Some((self.at(best), format!("lowest: f = {value}")));
        }
        if self.is_over_plane() {
            figure.stars.clone_from(&self.problem.minima);
        }
        if let Some(theory) = &self.theory {
            figure.lines.clone_from(&theory.boundary);
            figure.line = "limit by theory".to_owned();
        }
        figure
    }

    /// The values that colours tell apart where no logarithm can be taken: no others than the problem has in
    /// its domain, or than there are.
    fn linear(&self) -> Range {
        let ends = |values: &mut dyn Iterator<Item = f64>| {
            values
                .filter(|value| value.is_finite())
                .fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], value| {
                    [low.min(value), high.max(value)]
                })
        };
        let along = |[low, high]: [f64; 2], k: u32| low + f64::from(k) / 20.0 * (high - low);
        let domain = self.problem.domain;
        let mut grid = (0..21 * 21)
            .map(|k| self.problem.value([along(domain.x, k % 21), along(domain.y, k / 21)]));
        let [low, high] = ends(&mut grid);
        let [lowest, highest] = ends(&mut self.cells.iter().map(|cell| cell.value));
        match low.max(lowest) < high.min(highest) {
            true => Range::Linear(low.max(lowest), high.min(highest)),
            false if lowest <= highest => Range::Linear(lowest, highest),
            false => Range::Linear(0.0, 1.0),
        }
    }

    /// Whether a run ended higher than it began.
    fn climbs(&self, cell: usize) -> bool {
        let mut start = self.plan.start;
        for (axis, value) in self.plan.axes.iter().zip(self.at(cell)) {
            match axis.name.as_str() {
                "x" => start[0] = value,
                "y" => start[1] = value,
                _ => {}
            }
        }
        self.cells[cell].value > self.problem.value(start)
    }

    /// Whether the axes are those of the plane, x and then y.
    fn is_over_plane(&self) -> bool {
        self.plan.axes.each_ref().map(|axis| axis.name.as_str()) == ["x", "y"]
    }

    /// The value that others are measured from, so that a logarithm shows how close they are; `None` where
    /// none is known that all values are above.
    fn lowest(&self) -> Option<f64> {
        let values = || self.cells.iter().map(|cell| cell.value).filter(|value| value.is_finite());
        let is_below_all = |lowest: f64| values().all(|value| value >= lowest);
        match self.problem.minimum {
            // A minimum that is rounded may be a little too high.
            Some(minimum) => {
                let lowest = values().fold(minimum, f64::min);
                (minimum - lowest <= 1e-9 * minimum.abs().max(1.0)).then_some(lowest)
            }
            None => is_below_all(0.0).then_some(0.0),
        }
    }
}

/// The decades that colours tell apart: up to that of the start, above which runs have climbed, or over
/// the start up to that of the highest cell.
fn decades(cells: &[HeatmapCell], start: f64, is_over_start: bool) -> Range {
    let values = || cells.iter().map(|cell| cell.value).filter(|value| value.is_finite());
    let highest = values().fold(f64::NEG_INFINITY, f64::max);
    let lowest = values().filter(|value| *value > 0.0).fold(f64::INFINITY, f64::min);
    if lowest.is_infinite() {
        return Range::Linear(0.0, 1.0);
    }
    // The cast saturates, and powers of ten end at 308.
    let above = |value: f64| (value.log10().ceil() as i32).clamp(-290, 308);
    let start = if start.is_finite() && start > 0.0 { start } else { highest };
    let floor = above(start) - DECADES;
    let top = if is_over_start { highest } else { highest.min(start.max(lowest)) };
    let high = above(top).max(floor + 1);
    let low = (lowest.log10().floor() as i32).clamp(floor, high - 1);
    Range::Decades(low, high)
}
