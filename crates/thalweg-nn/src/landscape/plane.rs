//! The plane through the paths.

use nalgebra::SymmetricEigen;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use thalweg_draw::{Domain, Point};

use super::directions::Directions;
use super::error::LandscapeError;
use super::gram::{self, dot};
use super::paths;
use super::trajectory::Trajectory;

/// A second direction with less than this share of the variance of the first is rounding error.
const NEGLIGIBLE: f64 = 1e-12;

/// The margin around the paths on each side, as a share of the width of the plot.
const MARGIN: f64 = 0.14;

/// Width over height of the part of the plane that is shown, about that of the plot: equal distances then
/// look about equal in every direction.
const ASPECT: f64 = 1.12;

/// A plane in the space of weights: an origin and two orthonormal directions.
#[derive(Debug, Clone, PartialEq)]
pub struct Plane {
    origin: Vec<f64>,
    axes: [Vec<f64>; 2],
    explained: [f64; 2],
    directions: Directions,
}

impl Plane {
    /// The plane through the start of the paths, along the first two principal directions of their points
    /// relative to the start, or along two random directions.
    ///
    /// The principal directions are the eigenvectors of Σᵢ (pᵢ − start)(pᵢ − start)ᵀ with the largest
    /// eigenvalues, signed so that the largest component is positive. Of all planes through the start, theirs
    /// is the nearest to the points. A plane through the mean of the points could be nearer, but the start is
    /// the one point that all paths share, and a plane that misses it does not show the loss from which they
    /// descend. If the paths start at different points, their mean is the origin.
    ///
    /// Points that are not finite are left out, and so are points that are far away without a smaller loss
    /// than the others: a run that is thrown far away would dominate the plot. If the points do not span a
    /// plane, an orthogonal direction is drawn at random.
    ///
    /// Time: proportional to the number of weights times the square of the number of points. Memory: the square
    /// of the number of points.
    ///
    /// # Errors
    /// [`LandscapeError`]: no finite point, points of different lengths or with a single weight, steps or
    /// losses that do not match the points.
    pub fn through(
        trajectories: &[Trajectory],
        directions: Directions,
    ) -> Result<Self, LandscapeError> {
        let parameters = paths::check(trajectories)?;
        let points = paths::near(trajectories);
        if points.is_empty() {
            return Err(LandscapeError::NoPoints);
        }
        let starts = paths::starts(trajectories);
        let origin = gram::mean(if starts.is_empty() { &points } else { &starts }, parameters);
        let (total, axes) = match directions {
            Directions::Principal => principal(&points, &origin),
            Directions::Random { seed } => {
                let mut draw = Draw::new(seed, parameters);
                let first = draw.direction(&[]);
                let second = draw.direction(&[&first]);
                let squares = points.par_iter().map(|p| squared_distance(p, &origin));
                (squares.collect::<Vec<_>>().iter().sum(), [first, second])
            }
        };
        let mut plane = Self { origin, axes, explained: [0.0; 2], directions };
        if total > 0.0 {
            let all: Vec<Point> = points.par_iter().map(|p| plane.coordinates(p)).collect();
            plane.explained =
                [0, 1].map(|k| (all.iter().map(|c| c[k] * c[k]).sum::<f64>() / total).min(1.0));
        }
        Ok(plane)
    }

    /// The number of weights.
    pub fn parameters(&self) -> usize {
        self.origin.len()
    }

    /// The start of the paths, which has the coordinates (0, 0).
    pub fn origin(&self) -> &[f64] {
        &self.origin
    }

    /// The two orthonormal directions.
    pub fn axes(&self) -> [&[f64]; 2] {
        self.axes.each_ref().map(Vec::as_slice)
    }

    /// The share of the variance of the points about the start that lies along each direction, from 0 to 1.
    pub fn explained(&self) -> [f64; 2] {
        self.explained
    }

    /// The kind of its directions.
    pub fn directions(&self) -> Directions {
        self.directions
    }

    /// The coordinates of the projection of some weights onto the plane: (w − origin)·axis for both axes. If
    /// the number of weights is wrong, only the common elements count.
    pub fn coordinates(&self, weights: &[f32]) -> Point {
        self.axes.each_ref().map(|axis| {
            let terms = weights.iter().zip(&self.origin).zip(axis);
            terms.map(|((&w, o), a)| (f64::from(w) - o) * a).sum()
        })
    }

    /// The weights at a point of the plane: origin + x·axis₁ + y·axis₂.
    pub fn point(&self, at: Point) -> Vec<f32> {
        let mut weights = vec![0.0; self.parameters()];
        self.write_point(at, &mut weights);
        weights
    }

    /// The same, written into a slice.
    pub(super) fn write_point(&self, [x, y]: Point, weights: &mut [f32]) {
        let [first, second] = &self.axes;
        for (((w, o), a), b) in weights.iter_mut().zip(&self.origin).zip(first).zip(second) {
            *w = (o + x * a + y * b) as f32;
        }
    }

    /// The part of the plane that contains the paths, with a margin, in the aspect ratio of the plot. Points
    /// that [`through`](Self::through) leaves out are left out here, too.
    pub fn domain(&self, trajectories: &[Trajectory]) -> Domain {
        let points: Vec<Point> =
            paths::near(trajectories).par_iter().map(|p| self.coordinates(p)).collect();
        let range = |k: usize| {
            let (low, high) = points
                .iter()
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), p| (l.min(p[k]), h.max(p[k])));
            if low <= high { (0.5 * (low + high), 0.5 * (high - low)) } else { (0.0, 0.0) }
        };
        let [(x, wide), (y, tall)] = [range(0), range(1)];
        let half = wide.max(tall * ASPECT) / (1.0 - 2.0 * MARGIN);
        // Paths without extent get a domain of unit size.
        let half = if half > 0.0 { half } else { 1.0 };
        let (wide, tall) = (half, half / ASPECT);
        Domain::new([x - wide, x + wide], [y - tall, y + tall])
    }
}

/// The total of the points' squared distances from the origin, and the directions that keep most of it.
fn principal(points: &[&[f32]], origin: &[f64]) -> (f64, [Vec<f64>; 2]) {
    let gram = gram::gram(points, origin);
    let total = gram.trace();
    let eigen = SymmetricEigen::new(gram);
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|&i, &j| eigen.eigenvalues[j].total_cmp(&eigen.eigenvalues[i]));
    let largest = order.first().map_or(0.0, |&i| eigen.eigenvalues[i]);
    let mut draw = Draw::new(0, origin.len());
    let mut direction = |k: usize, before: &[&[f64]]| {
        let i = order.get(k).filter(|&&i| eigen.eigenvalues[i] > NEGLIGIBLE * largest);
        let along = i.map(|&i| {
            let shares: Vec<f64> = eigen.eigenvectors.column(i).iter().copied().collect();
            gram::combined(points, origin, &shares)
        });
        let found = along.and_then(|along| unit(along, before));
        oriented(found.unwrap_or_else(|| draw.direction(before)))
    };
    let first = direction(0, &[]);
    let second = direction(1, &[&first]);
    (total, [first, second])
}

/// The unit vector of the component orthogonal to the vectors before; `None` if there is none.
fn unit(mut vector: Vec<f64>, before: &[&[f64]]) -> Option<Vec<f64>> {
    let length = dot(&vector, &vector).sqrt();
    // Twice: the second pass removes the rounding error of the first.
    for axis in before.iter().chain(before) {
        let along = dot(&vector, axis);
        vector.iter_mut().zip(*axis).for_each(|(v, a)| *v -= along * a);
    }
    let left = dot(&vector, &vector).sqrt();
    if !(left > 1e-9 * length && left.is_finite()) {
        return None;
    }
    vector.iter_mut().for_each(|v| *v /= left);
    Some(vector)
}

/// The direction, signed so that its largest component is positive.
fn oriented(mut direction: Vec<f64>) -> Vec<f64> {
    let largest = direction.iter().fold(0.0, |l: f64, &v| if v.abs() > l.abs() { v } else { l });
    if largest < 0.0 {
        direction.iter_mut().for_each(|v| *v = -*v);
    }
    direction
}

fn squared_distance(point: &[f32], from: &[f64]) -> f64 {
    point.iter().zip(from).map(|(&p, f)| (f64::from(p) - f) * (f64::from(p) - f)).sum()
}

/// Draws directions uniformly.
struct Draw {
    rng: ChaCha8Rng,
    parameters: usize,
}

impl Draw {
    fn new(seed: u64, parameters: usize) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed), parameters }
    }

    /// A random direction orthogonal to those before, which must be fewer than the dimensions.
    fn direction(&mut self, before: &[&[f64]]) -> Vec<f64> {
        loop {
            let drawn =
                (0..self.parameters).map(|_| StandardNormal.sample(&mut self.rng)).collect();
            // A vector in the span of the others has probability 0; another one is drawn then.
            if let Some(direction) = unit(drawn, before) {
                return direction;
            }
        }
    }
}
