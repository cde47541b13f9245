//! The loss at the points of a grid in a plane, and smoothly between them.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use thalweg_draw::{Domain, Point};

use super::{LandscapeError, Plane};

/// Points along a side, at least and at most.
const SIDES: std::ops::RangeInclusive<usize> = 2..=2000;

/// The loss over a rectangle of a plane.
#[derive(Debug, Clone, PartialEq)]
pub struct Surface {
    domain: Domain,
    resolution: usize,
    /// Row by row, from the lowest y; in a row from the lowest x.
    losses: Vec<f64>,
    /// The same on the scale on which they are interpolated, gaps filled.
    heights: Vec<f64>,
    scale: Height,
}

impl Surface {
    /// Computes the loss at `resolution` × `resolution` points of the plane, spread evenly over the domain with
    /// its edges, on all threads. `loss` gets all weights and may give NaN or ∞; `progress` is told how many
    /// points are done and of how many, once a point, in order.
    ///
    /// # Errors
    /// [`LandscapeError::Resolution`] for fewer than 2 or more than 2000 points along a side.
    pub fn compute(
        plane: &Plane,
        domain: Domain,
        resolution: usize,
        loss: &(dyn Fn(&[f32]) -> f64 + Sync),
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Self, LandscapeError> {
        if !SIDES.contains(&resolution) {
            return Err(LandscapeError::Resolution { resolution });
        }
        let count = resolution * resolution;
        let done = Mutex::new(0);
        let loss_at = |weights: &mut Vec<f32>, i: usize| {
            plane.write_point(place(&domain, resolution, i), weights);
            let loss = loss(weights);
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            *done += 1;
            progress(*done, count);
            loss
        };
        let memory = || vec![0.0; plane.parameters()];
        let losses: Vec<f64> = (0..count).into_par_iter().map_init(memory, loss_at).collect();
        Ok(Self::new(domain, resolution, losses))
    }

    fn new(domain: Domain, resolution: usize, losses: Vec<f64>) -> Self {
        let scale = Height::of(&losses);
        let mut heights: Vec<f64> = losses.iter().map(|&loss| scale.height(loss)).collect();
        // Interpolation reaches two points far.
        for _ in 0..2 {
            heights = filled(&heights, resolution);
        }
        Self { domain, resolution, losses, heights, scale }
    }

    /// The rectangle of the plane that it covers.
    pub fn domain(&self) -> Domain {
        self.domain
    }

    /// Points along a side.
    pub fn resolution(&self) -> usize {
        self.resolution
    }

    /// The losses, row by row from the lowest y, in a row from the lowest x.
    pub fn losses(&self) -> &[f64] {
        &self.losses
    }

    /// Where the loss of that index was computed.
    pub fn point(&self, i: usize) -> Point {
        place(&self.domain, self.resolution, i)
    }

    /// The loss at a point, interpolated by cubics (Catmull and Rom 1974) that run smoothly through the
    /// computed ones, on a logarithmic scale where these differ by decades, and never leave their range.
    /// Outside the domain it is that of the nearest point inside. NaN nearer to a loss that is not finite than to others, and for a
    /// point that is not finite.
    pub fn at(&self, [x, y]: Point) -> f64 {
        if !(x.is_finite() && y.is_finite()) {
            return f64::NAN;
        }
        let cells = (self.resolution - 1) as f64;
        let along = |v: f64, [low, high]: [f64; 2]| {
            let at = ((v - low) / (high - low) * cells).clamp(0.0, cells);
            let cell = at.floor().min(cells - 1.0);
            (cell as usize, at - cell)
        };
        let ((column, u), (row, v)) = (along(x, self.domain.x), along(y, self.domain.y));
        if self.finite_share(column, row, u, v) < 0.5 {
            return f64::NAN;
        }
        let side = self.resolution;
        let in_row = |r: usize| through(|c| self.heights[r * side + c], column, side, u);
        self.scale.loss(through(in_row, row, side, v))
    }

    /// How much of what a point lies between is finite, by nearness, from 0 to 1.
    fn finite_share(&self, column: usize, row: usize, u: f64, v: f64) -> f64 {
        let share = |dc: usize, dr: usize| {
            let loss = self.losses[(row + dr) * self.resolution + column + dc];
            let near = |d: usize, at: f64| if d == 0 { 1.0 - at } else { at };
            if loss.is_finite() { near(dc, u) * near(dr, v) } else { 0.0 }
        };
        share(0, 0) + share(1, 0) + share(0, 1) + share(1, 1)
    }
}

/// Where the i-th loss is computed.
fn place(domain: &Domain, resolution: usize, i: usize) -> Point {
    let along = |[low, high]: [f64; 2], k: usize| {
        let share = k as f64 / (resolution - 1) as f64;
        (1.0 - share) * low + share * high
    };
    [along(domain.x, i % resolution), along(domain.y, i / resolution)]
}

/// The smooth curve through `count` values, `t` of the way from value `i` to the next.
fn through(value: impl Fn(usize) -> f64, i: usize, count: usize, t: f64) -> f64 {
    let (b, c) = (value(i), value(i + 1));
    let (before, after) =
        (i.checked_sub(1).map(&value), Some(i + 2).filter(|&k| k < count).map(&value));
    // Beyond an end the curve goes on as a parabola, or straight where there are but two values.
    let beyond = |near: f64, far: f64, next: Option<f64>| match next {
        Some(next) => 3.0 * near - 3.0 * far + next,
        None => 2.0 * near - far,
    };
    let a = before.unwrap_or_else(|| beyond(b, c, after));
    let d = after.unwrap_or_else(|| beyond(c, b, before));
    cubic([a, b, c, d], t)
}

/// The cubic through the middle two of four values, `t` from 0 to 1 between them, with the slopes that their
/// neighbours give.
fn cubic([a, b, c, d]: [f64; 4], t: f64) -> f64 {
    let (m, n) = (0.5 * (c - a), 0.5 * (d - b));
    let rise = c - b;
    b + t * (m + t * (3.0 * rise - 2.0 * m - n + t * (m + n - 2.0 * rise)))
}

/// The scale on which losses are interpolated: ln(1 + (loss − lowest) / 2 unit), nearly linear close to the
/// lowest and logarithmic far above, so that a cubic does not swing widely beside a cliff.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Height {
    lowest: f64,
    highest: f64,
    /// Half of the height up to which the scale is nearly linear.
    unit: f64,
}

impl Height {
    /// The unit is the height that one in twenty losses stays under, or if none is lower, one in two, or all.
    fn of(losses: &[f64]) -> Self {
        let mut finite: Vec<f64> = losses.iter().copied().filter(|l| l.is_finite()).collect();
        finite.sort_unstable_by(f64::total_cmp);
        let at = |i: usize| finite.get(i).copied().unwrap_or(0.0);
        let (lowest, highest) = (at(0), at(finite.len().saturating_sub(1)));
        let shares = [at(finite.len() / 20), at(finite.len() / 2), highest];
        let mut units = shares.into_iter().map(|share| share / 2.0 - lowest / 2.0);
        Self { lowest, highest, unit: units.find(|&u| u > 0.0).unwrap_or(1.0) }
    }

    fn height(&self, loss: f64) -> f64 {
        // Halved first, since the difference of two large numbers may be too large.
        ((loss / 2.0 - self.lowest / 2.0) / self.unit).ln_1p()
    }

    fn loss(&self, height: f64) -> f64 {
        let half = self.lowest / 2.0 + self.unit * height.exp_m1();
        (2.0 * half).clamp(self.lowest, self.highest)
    }
}

/// The same with what is not finite replaced by the mean of what is finite around it, where anything is.
fn filled(heights: &[f64], side: usize) -> Vec<f64> {
    let around = |i: usize| i.saturating_sub(1)..(i + 2).min(side);
    let patch = |(i, &height): (usize, &f64)| {
        if height.is_finite() {
            return height;
        }
        let near =
            around(i / side).flat_map(|r| around(i % side).map(move |c| heights[r * side + c]));
        let finite: Vec<f64> = near.filter(|h| h.is_finite()).collect();
        if finite.is_empty() { height } else { finite.iter().sum::<f64>() / finite.len() as f64 }
    };
    heights.iter().enumerate().map(patch).collect()
}
