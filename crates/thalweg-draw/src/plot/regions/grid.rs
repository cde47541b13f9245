//! The scores of one classifier on a grid.

use crate::geometry::{Domain, Point};

/// The scores of one classifier at the points of a grid.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Regions {
    /// Title above the panel.
    pub title: String,
    /// Points along x, two or more.
    pub columns: usize,
    /// Points along y, two or more.
    pub rows: usize,
    /// The logarithm of each class's probability, up to a constant that may differ from point to point: for
    /// the points of [`Regions::points`] in their order, one score per class.
    pub scores: Vec<f32>,
}

impl Regions {
    /// The points of a grid over a domain, its borders included: row by row from the lowest y, in each from
    /// the lowest x.
    pub fn points(domain: Domain, columns: usize, rows: usize) -> Vec<Point> {
        let at = |[low, high]: [f64; 2], i: usize, n: usize| {
            let t = i as f64 / (n.max(2) - 1) as f64;
            (1.0 - t) * low + t * high
        };
        let row = |j| (0..columns).map(move |i| [at(domain.x, i, columns), at(domain.y, j, rows)]);
        (0..rows).flat_map(row).collect()
    }

    /// By how much the score of a class is above the best of the others', at every point of the grid; NaN
    /// where a score is not finite.
    pub(super) fn lead(&self, class: usize, classes: usize) -> Vec<f64> {
        let lead = |scores: &[f32]| {
            if !scores.iter().all(|score| score.is_finite()) {
                return f64::NAN;
            }
            let others = scores[..class].iter().chain(&scores[class + 1..]);
            let best = others.copied().fold(f32::NEG_INFINITY, f32::max);
            f64::from(scores[class]) - f64::from(best)
        };
        self.scores.chunks_exact(classes).map(lead).collect()
    }

    /// A grid's value at a point, linear between those around it.
    pub(super) fn between(&self, values: &[f64], domain: &Domain, [x, y]: Point) -> f64 {
        let place = |[low, high]: [f64; 2], at: f64, n: usize| {
            let place = ((at - low) / (high - low)).clamp(0.0, 1.0) * (n - 1) as f64;
            let cell = (place as usize).min(n - 2);
            (cell, place - cell as f64)
        };
        let ((i, u), (j, v)) = (place(domain.x, x, self.columns), place(domain.y, y, self.rows));
        let along = |j: usize| {
            let at = j * self.columns + i;
            (1.0 - u) * values[at] + u * values[at + 1]
        };
        (1.0 - v) * along(j) + v * along(j + 1)
    }

    pub(super) fn is_whole(&self, classes: usize) -> bool {
        let points = self.columns.checked_mul(self.rows);
        let scores = points.and_then(|points| points.checked_mul(classes));
        classes > 1 && self.columns.min(self.rows) > 1 && scores == Some(self.scores.len())
    }
}
