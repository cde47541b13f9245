//! Level lines and filled bands of a function of the plane.

use ::contour::ContourBuilder;
use rayon::prelude::*;
use tiny_skia::{Path, PathBuilder};

use super::levels::Levels;
use crate::geometry::{Domain, Point};

/// The bands of a function in a plot of some size, in pixels from the plot's upper left corner.
#[derive(Debug, Clone)]
pub(super) struct Contours {
    /// The levels, from the lowest.
    pub levels: Vec<f64>,
    /// For each level, from the lowest: the outline of where the function is at or above it.
    pub bands: Vec<Option<Path>>,
    /// Where the function is not finite.
    pub blank: Option<Path>,
}

/// Pixels between two samples, and bounds for the number of samples along a side: enough that a valley a few
/// pixels wide does not break into islands.
const SPACING: f64 = 2.4;
const MIN_SAMPLES: f64 = 140.0;
const MAX_SAMPLES: f64 = 420.0;

impl Contours {
    /// Samples the function and follows its levels; `tolerance` is how far, in pixels, a simplified line may be
    /// from the computed one.
    pub fn new(
        function: &(dyn Fn(Point) -> f64 + Sync),
        domain: &Domain,
        levels: &Levels,
        (width, height): (u32, u32),
        tolerance: f32,
    ) -> Self {
        let grid = Grid::new(domain, width, height, tolerance);
        let values = grid.sample(function);
        let finite = || values.iter().copied().filter(|v| v.is_finite());
        let (low, high) =
            (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
        if low > high {
            let blank = grid.outline().map(PathBuilder::from_rect);
            return Self { levels: Vec::new(), bands: Vec::new(), blank };
        }
        let levels = levels.of(grid.inner(&values));
        let warp = Warp { low };
        let filled = grid.fill_gaps(&values, low);
        let warped: Vec<f64> = filled.iter().map(|&v| warp.apply(v)).collect();
        let bands = levels.par_iter().map(|&level| grid.band(&warped, &warp, level)).collect();
        let blank =
            if values.iter().all(|v| v.is_finite()) { None } else { grid.blank(&values, function) };
        Self { levels, bands, blank }
    }
}

/// Square root of the height above the lowest sample: it makes valleys straight-sided, so that interpolating
/// linearly between samples draws smooth lines, and it takes no value out of range.
struct Warp {
    low: f64,
}

impl Warp {
    fn apply(&self, value: f64) -> f64 {
        // Halved first, since the difference of two large numbers may be too large.
        (value / 2.0 - self.low / 2.0).max(0.0).sqrt()
    }
}

/// Samples of the plot, row by row from the top, with one more on every side so that lines end outside it.
struct Grid {
    domain: Domain,
    columns: usize,
    rows: usize,
    /// Pixels between two samples.
    step: [f64; 2],
    tolerance: f32,
}

impl Grid {
    fn new(domain: &Domain, width: u32, height: u32, tolerance: f32) -> Self {
        let samples =
            |side: u32| (f64::from(side) / SPACING).clamp(MIN_SAMPLES, MAX_SAMPLES) as usize;
        let (columns, rows) = (samples(width), samples(height));
        let step = [f64::from(width) / (columns - 3) as f64, f64::from(height) / (rows - 3) as f64];
        Self { domain: *domain, columns, rows, step, tolerance }
    }

    /// The point of the plane at a place in the grid; places between samples count too.
    fn point(&self, column: f64, row: f64) -> Point {
        let (u, v) =
            ((column - 1.0) / (self.columns - 3) as f64, (row - 1.0) / (self.rows - 3) as f64);
        let Domain { x, y } = self.domain;
        [x[0] + u * (x[1] - x[0]), y[1] + v * (y[0] - y[1])]
    }

    /// A place in the grid in pixels. The crate puts sample i at i + 0.5.
    fn pixel(&self, x: f64, y: f64) -> [f32; 2] {
        [((x - 1.5) * self.step[0]) as f32, ((y - 1.5) * self.step[1]) as f32]
    }

    fn outline(&self) -> Option<tiny_skia::Rect> {
        let ([left, top], [right, bottom]) =
            (self.pixel(0.0, 0.0), self.pixel(self.columns as f64, self.rows as f64));
        tiny_skia::Rect::from_ltrb(left, top, right, bottom)
    }

    fn sample(&self, function: &(dyn Fn(Point) -> f64 + Sync)) -> Vec<f64> {
        let mut values = vec![0.0; self.columns * self.rows];
        values.par_chunks_mut(self.columns).enumerate().for_each(|(row, values)| {
            for (column, value) in values.iter_mut().enumerate() {
                *value = function(self.point(column as f64, row as f64));
            }
        });
        values
    }

    /// The samples inside the plot.
    fn inner<'a>(&self, values: &'a [f64]) -> impl Iterator<Item = f64> + use<'a> {
        let (columns, rows) = (self.columns, self.rows);
        let inside = move |i: usize, n: usize| (1..n - 1).contains(&i);
        let keep = move |&(i, _): &(usize, &f64)| {
            inside(i % columns, columns) && inside(i / columns, rows)
        };
        values.iter().enumerate().filter(keep).map(|(_, &v)| v)
    }

    /// Gives samples that are not finite the mean of their finite neighbours, so that no false slope with all
    /// its level lines runs along the edge of the blank part; the others lie under it and get `rest`.
    fn fill_gaps(&self, values: &[f64], rest: f64) -> Vec<f64> {
        let around = |i: usize, n: usize| i.saturating_sub(1)..(i + 2).min(n);
        let patch = |(i, &value): (usize, &f64)| {
            if value.is_finite() {
                return value;
            }
            let (row, column) = (i / self.columns, i % self.columns);
            let (mut mean, mut count) = (0.0, 0.0);
            for r in around(row, self.rows) {
                for &v in &values[r * self.columns..][around(column, self.columns)] {
                    if v.is_finite() {
                        count += 1.0;
                        // A running mean cannot overflow where a sum would.
                        mean += v / count - mean / count;
                    }
                }
            }
            if count > 0.0 { mean } else { rest }
        };
        values.iter().enumerate().map(patch).collect()
    }

    fn band(&self, warped: &[f64], warp: &Warp, level: f64) -> Option<Path> {
        // Below the lowest sample everything is above the level.
        let threshold = warp.apply(level);
        let rings = self.rings(warped, threshold, true);
        path(rings.iter().map(|ring| {
            let pixels: Vec<_> = ring.iter().map(|&[x, y]| self.pixel(x, y)).collect();
            simplified(&pixels, self.tolerance)
        }))
    }

    /// Closed lines around the samples at or above the threshold.
    fn rings(&self, values: &[f64], threshold: f64, smooth: bool) -> Vec<Vec<Point>> {
        let builder = ContourBuilder::new(self.columns, self.rows, smooth);
        // It refuses only a slice of another length.
        let lines = builder.lines(values, &[threshold]).unwrap_or_default();
        let rings = lines.into_iter().flat_map(|line| line.into_inner().0);
        rings.map(|ring| ring.0.iter().map(|c| [c.x, c.y]).collect()).collect()
    }

    /// Outline of where the function is not finite, its edge found between samples by bisection.
    fn blank(&self, values: &[f64], function: &(dyn Fn(Point) -> f64 + Sync)) -> Option<Path> {
        let mask: Vec<f64> = values.iter().map(|v| f64::from(!v.is_finite())).collect();
        let rings = self.rings(&mask, 0.5, false);
        let finite = |x: f64, y: f64| function(self.point(x - 0.5, y - 0.5)).is_finite();
        let refine = |&[x, y]: &Point| {
            // Every vertex lies halfway between two samples, side by side or one above the other.
            let (dx, dy) = if x.fract() == 0.0 { (0.5, 0.0) } else { (0.0, 0.5) };
            if x < 0.5 || y < 0.5 || x > self.columns as f64 - 0.5 || y > self.rows as f64 - 0.5 {
                return self.pixel(x, y);
            }
            let (mut a, mut b) = (-1.0, 1.0);
            let first = finite(x - dx, y - dy);
            for _ in 0..8 {
                let middle = (a + b) / 2.0;
                if finite(x + middle * dx, y + middle * dy) == first {
                    a = middle
                } else {
                    b = middle
                }
            }
            self.pixel(x + a * dx, y + a * dy)
        };
        path(
            rings.iter().map(|ring| {
                simplified(&ring.iter().map(refine).collect::<Vec<_>>(), self.tolerance)
            }),
        )
    }
}

fn path(rings: impl Iterator<Item = Vec<[f32; 2]>>) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for ring in rings.filter(|ring| ring.len() > 2) {
        builder.move_to(ring[0][0], ring[0][1]);
        for [x, y] in &ring[1..] {
            builder.line_to(*x, *y);
        }
        builder.close();
    }
    builder.finish()
}

/// A line with fewer points, nowhere farther from the old one than the tolerance (Ramer 1972, Douglas and
/// Peucker 1973). Files get a third as large and drawing faster.
fn simplified(points: &[[f32; 2]], tolerance: f32) -> Vec<[f32; 2]> {
    let mut keep = vec![false; points.len()];
    let mut open = Vec::new();
    if let Some(last) = points.len().checked_sub(1) {
        (keep[0], keep[last]) = (true, true);
        open.push((0, last));
    }
    while let Some((first, last)) = open.pop() {
        let (mut farthest, mut distance) = (first, tolerance * tolerance);
        for i in first + 1..last {
            let d = squared_distance(points[i], points[first], points[last]);
            if d > distance {
                (farthest, distance) = (i, d);
            }
        }
        if farthest > first {
            keep[farthest] = true;
            open.extend([(first, farthest), (farthest, last)]);
        }
    }
    points.iter().zip(keep).filter_map(|(&p, keep)| keep.then_some(p)).collect()
}

/// Squared distance of a point from the segment between two others.
fn squared_distance(p: [f32; 2], a: [f32; 2], b: [f32; 2]) -> f32 {
    let ([dx, dy], [px, py]) = ([b[0] - a[0], b[1] - a[1]], [p[0] - a[0], p[1] - a[1]]);
    let length = dx * dx + dy * dy;
    let t = if length > 0.0 { ((px * dx + py * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    (px - t * dx).powi(2) + (py - t * dy).powi(2)
}
