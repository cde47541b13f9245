//! What theory says about a map: where runs converge on a quadratic function.

use contour::ContourBuilder;
use rayon::prelude::*;
use thalweg::sensitivity::Input;
use thalweg::{Method, Value};
use thalweg_draw::Point;

use super::Plan;
use super::axis::Axis;
use crate::problem::Problem;
use crate::stability::Quadratic;

/// The line between convergence and divergence, and the largest learning rate, from the
/// [spectral radius](Quadratic::spectral_radius) of a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Theory {
    /// Where the spectral radius is 1: lines of points, given by their values on the two axes.
    pub boundary: Vec<Vec<Point>>,
    /// The lowest and the highest spectral radius that was found on the map.
    pub radii: [f64; 2],
    /// Where an axis is `lr`: the learning rate below which runs converge, at the lowest and at the highest
    /// value of the other axis; `None` where no learning rate converges.
    pub largest_lr: Option<[Option<f64>; 2]>,
}

/// Samples along a side; between two of them lines are straight.
const SAMPLES: usize = 41;

/// How often the place of a line between two samples is halved.
const HALVINGS: usize = 20;

/// A learning rate of 0 has a radius of 1, but nothing diverges.
const ABOVE_ONE: f64 = 1.0 + 1e-9;

impl Theory {
    /// `None` where the problem is not quadratic, or the method's step no matrix.
    pub(super) fn new<M: Method>(problem: &Problem, method: &M, plan: &Plan) -> Option<Self> {
        let quadratic = Quadratic::of(problem)?;
        let radius = |share: Point| {
            let values = [0, 1].map(|k| plan.axes[k].at(share[k]));
            quadratic.spectral_radius(&with(method, &plan.axes, values)?)
        };
        // Most methods are none of those that theory knows, whatever the values.
        for corner in [[0.5, 0.5], [0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]] {
            radius(corner)?;
        }
        let share = |k: usize| k as f64 / (SAMPLES - 1) as f64;
        let samples = (0..SAMPLES * SAMPLES).into_par_iter();
        let radii = samples.map(|k| radius([share(k % SAMPLES), share(k / SAMPLES)]));
        let radii: Vec<f64> = radii.collect::<Option<_>>()?;
        let fold = |start, f: fn(f64, f64) -> f64| radii.iter().copied().fold(start, f);
        let extremes = [fold(f64::INFINITY, f64::min), fold(f64::NEG_INFINITY, f64::max)];
        let is_above = |at: Point| radius(at).is_some_and(|radius| radius > ABOVE_ONE);
        let lines = lines(&radii);
        let boundary = lines.par_iter().map(|line| {
            let points = line.iter().map(|&vertex| {
                let at = refined(vertex, &is_above);
                [0, 1].map(|k| plan.axes[k].at(at[k]))
            });
            points.collect()
        });
        let boundary = boundary.collect();
        let largest_lr = plan.axes.iter().position(|axis| axis.name == "lr").map(|lr| {
            [0.0, 1.0].map(|end| {
                let values = [0, 1].map(|k| plan.axes[k].at(if k == lr { 0.5 } else { end }));
                quadratic.largest_stable_lr(&with(method, &plan.axes, values)?)
            })
        });
        Some(Self { boundary, radii: extremes, largest_lr })
    }
}

/// The method with the values of two axes, as far as they are hyperparameters.
fn with<M: Method>(method: &M, axes: &[Axis; 2], values: [f64; 2]) -> Option<M> {
    let mut method = method.clone();
    let varied = axes.iter().zip(values);
    let varied = varied.filter(|(axis, _)| matches!(axis.input(), Input::Hyperparameter(_)));
    let varied: Vec<_> = varied.map(|(axis, v)| (axis.name.as_str(), Value::Number(v))).collect();
    method.set_all(&varied).ok()?;
    Some(method)
}

/// A point on a line between two neighbouring samples, in units of their distance.
#[derive(Debug, Clone, Copy)]
struct Vertex {
    at: Point,
    ends: [Point; 2],
}

/// The lines along which samples pass 1, in samples.
fn lines(radii: &[f64]) -> Vec<Vec<Vertex>> {
    let builder = ContourBuilder::new(SAMPLES, SAMPLES, true);
    // It refuses only a list of another length.
    let rings = builder.lines(radii, &[ABOVE_ONE]).unwrap_or_default();
    let rings = rings.into_iter().flat_map(|line| line.into_inner().0);
    let mut lines = Vec::new();
    for ring in rings {
        // Sample i is at i + 0.5; what lies outside runs along the border, which is no part of the line.
        let mut points: Vec<Point> = ring.0.iter().map(|c| [c.x - 0.5, c.y - 0.5]).collect();
        let is_inside =
            |point: &Point| point.iter().all(|v| (0.0..=(SAMPLES - 1) as f64).contains(v));
        if let Some(outside) = points.iter().position(|point| !is_inside(point)) {
            // The first point is the last one as well.
            points.pop();
            let outside = outside.min(points.len());
            points.rotate_left(outside);
        }
        let inside = points.split(|point| !is_inside(point)).filter(|line| line.len() > 1);
        lines.extend(inside.map(|line| line.iter().map(|&at| vertex(at)).collect()));
    }
    lines
}

fn vertex(at: Point) -> Vertex {
    // One of its coordinates is that of a sample.
    let off = at.map(|v| (v - v.round()).abs());
    let moves = if off[0] > off[1] { 0 } else { 1 };
    let mut ends = [at.map(f64::round); 2];
    ends[0][moves] = at[moves].floor();
    ends[1][moves] = at[moves].ceil();
    Vertex { at, ends }
}

/// Where a line passes between two samples, both coordinates from 0 to 1.
fn refined(Vertex { at, ends }: Vertex, is_above: &impl Fn(Point) -> bool) -> Point {
    let share = |point: Point| point.map(|v| v / (SAMPLES - 1) as f64);
    let [mut low, mut high] = ends.map(share);
    let (above_low, above_high) = (is_above(low), is_above(high));
    if above_low == above_high {
        return share(at);
    }
    let middle = |low: Point, high: Point| [0, 1].map(|k| low[k] + (high[k] - low[k]) / 2.0);
    for _ in 0..HALVINGS {
        let between = middle(low, high);
        match is_above(between) == above_low {
            true => low = between,
            false => high = between,
        }
    }
    middle(low, high)
}
