//! The loss on a grid in a plane, with interpolation in between.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use thalweg_draw::{Domain, Point};

use super::error::LandscapeError;
use super::plane::Plane;

/// The accepted numbers of points along a side.
const RESOLUTIONS: std::ops::RangeInclusive<usize> = 2..=2000;

/// The loss over a rectangle of a plane.
#[derive(Debug, Clone, PartialEq)]
pub struct Surface {
    domain: Domain,
    resolution: usize,
    /// Row by row from the lowest y, within a row from the lowest x.
    losses: Vec<f64>,
    /// The losses on the scale of interpolation, with gaps filled.
    heights: Vec<f64>,
    scale: Height,
}

impl Surface {
    /// Computes the loss on a grid of `resolution` × `resolution` points over the domain, including its edges,
    /// on all threads. `loss` gets all weights and may return NaN or ∞. `progress` is called after every
    /// point, in order, with the number of points done and of all points.
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
        if !RESOLUTIONS.contains(&resolution) {
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
        // The interpolation reads two neighbours on each side.
        for _ in 0..2 {
            heights = filled(&heights, resolution);
        }
        Self { domain, resolution, losses, heights, scale }
    }

    /// The rectangle of the plane that the surface covers.
    pub fn domain(&self) -> Domain {
        self.domain
    }

    /// Points along a side.
    pub fn resolution(&self) -> usize {
        self.resolution
    }

    /// The losses, row by row from the lowest y, within a row from the lowest x.
    pub fn losses(&self) -> &[f64] {
        &self.losses
    }

    /// The point at which the loss of an index was computed.
    pub fn point(&self, i: usize) -> Point {
        place(&self.domain, self.resolution, i)
    }

    /// The loss at a point, interpolated by cubic splines (Catmull and Rom 1974), on a logarithmic scale if
    /// the losses span decades, and clamped to their range. Outside the domain, the loss of the nearest
    /// point inside. NaN where the nearest loss is not finite, and for a point that is not finite.
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

    /// The share of the four surrounding losses that is finite, in bilinear weights, from 0 to 1.
    fn finite_share(&self, column: usize, row: usize, u: f64, v: f64) -> f64 {
        let share = |dc: usize, dr: usize| {
            let loss = self.losses[(row + dr) * self.resolution + column + dc];
            let near = |d: usize, at: f64| if d == 0 { 1.0 - at } else { at };
            if loss.is_finite() { near(dc, u) * near(dr, v) } else { 0.0 }
        };
        share(0, 0) + share(1, 0) + share(0, 1) + share(1, 1)
    }
}

/// The point of the i-th loss.
fn place(domain: &Domain, resolution: usize, i: usize) -> Point {
    let along = |[low, high]: [f64; 2], k: usize| {
        let share = k as f64 / (resolution - 1) as f64;
        (1.0 - share) * low + share * high
    };
    [along(domain.x, i % resolution), along(domain.y, i / resolution)]
}

/// The interpolation of `count` values between value `i` and the next, at `t` from 0 to 1.
fn through(value: impl Fn(usize) -> f64, i: usize, count: usize, t: f64) -> f64 {
    let (b, c) = (value(i), value(i + 1));
    let (before, after) =
        (i.checked_sub(1).map(&value), Some(i + 2).filter(|&k| k < count).map(&value));
    // Beyond an end the curve is extrapolated as a parabola, or as a line if there are only two values.
    let beyond = |near: f64, far: f64, next: Option<f64>| match next {
        Some(next) => 3.0 * near - 3.0 * far + next,
        None => 2.0 * near - far,
    };
    let a = before.unwrap_or_else(|| beyond(b, c, after));
    let d = after.unwrap_or_else(|| beyond(c, b, before));
    cubic([a, b, c, d], t)
}

/// The cubic through the middle two of four values, at `t` from 0 to 1, with slopes from their neighbours.
fn cubic([a, b, c, d]: [f64; 4], t: f64) -> f64 {
    let (m, n) = (0.5 * (c - a), 0.5 * (d - b));
    let rise = c - b;
    b + t * (m + t * (3.0 * rise - 2.0 * m - n + t * (m + n - 2.0 * rise)))
}

/// The scale of interpolation: ln(1 + (loss − lowest) / 2 unit). It is nearly linear close to the lowest
/// loss and logarithmic far above, so that a cubic does not overshoot beside a cliff.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Height {
    lowest: f64,
    highest: f64,
    /// Half of the loss, above the lowest, up to which the scale is nearly linear.
    unit: f64,
}

impl Height {
    /// The unit comes from the 5 % quantile of the losses; if that is the lowest, from the median or the
    /// maximum.
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
        // Halved first, because the difference of two large numbers may overflow.
        ((loss / 2.0 - self.lowest / 2.0) / self.unit).ln_1p()
    }

    fn loss(&self, height: f64) -> f64 {
        let half = self.lowest / 2.0 + self.unit * height.exp_m1();
        (2.0 * half).clamp(self.lowest, self.highest)
    }
}

/// Replaces values that are not finite by the mean of the finite values around them, if there are any.
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
