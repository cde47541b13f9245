//! Checks paths, and tells which of their points say where training went.

use super::gram::distance;
use super::{LandscapeError, Trajectory};

/// How many times farther than the best point lies from its start a point may lie from its own and count.
const FAR: f64 = 10.0;

/// Whether all points have the same number of weights, at least 2, and a step; gives that number.
pub(super) fn check(trajectories: &[Trajectory]) -> Result<usize, LandscapeError> {
    let mut points = trajectories.iter().flat_map(|t| &t.points);
    let expected = points.next().map(Vec::len).ok_or(LandscapeError::NoPoints)?;
    if expected < 2 {
        return Err(LandscapeError::Parameters { parameters: expected });
    }
    for Trajectory { label, points, steps, losses, .. } in trajectories {
        if let Some(point) = points.iter().position(|p| p.len() != expected) {
            let (label, len) = (label.clone(), points[point].len());
            return Err(LandscapeError::Length { label, point, len, expected });
        }
        let lengths_agree =
            steps.len() == points.len() && (losses.is_empty() || losses.len() == points.len());
        if !lengths_agree || !steps.is_sorted_by(|a, b| a < b) {
            return Err(LandscapeError::Records {
                label: label.clone(),
                points: points.len(),
                steps: steps.len(),
                losses: losses.len(),
            });
        }
    }
    Ok(expected)
}

/// Whether every weight is finite.
pub(super) fn is_finite(point: &[f32]) -> bool {
    point.iter().all(|w| w.is_finite())
}

/// The first point of each path, those that are finite.
pub(super) fn starts(trajectories: &[Trajectory]) -> Vec<&[f32]> {
    let first = trajectories.iter().filter_map(|t| t.points.first());
    first.filter(|p| is_finite(p)).map(Vec::as_slice).collect()
}

/// The points that say where training went: all that are finite but those of a run that has been thrown
/// far away, which would be all that a plane or picture shows. Far is [`FAR`] times as far from the start
/// as the point with the smallest recorded loss; without losses, as half of the paths got.
pub(super) fn near(trajectories: &[Trajectory]) -> Vec<&[f32]> {
    let points: Vec<Vec<Distant>> = trajectories.iter().map(distant).collect();
    let improved = points.iter().flatten().filter(|p| p.way > 0.0 && p.loss.is_finite());
    let best = improved.min_by(|a, b| a.loss.total_cmp(&b.loss)).map(|p| p.way);
    let usual = || {
        let middle = |path: &Vec<Distant>| median(path.iter().map(|p| p.way).collect());
        median(points.iter().filter_map(middle).filter(|&way| way > 0.0).collect())
    };
    let limit = best.or_else(usual).map_or(f64::INFINITY, |way| FAR * way);
    points.iter().flatten().filter(|p| p.way <= limit).map(|p| p.point).collect()
}

/// A finite point, how far it is from its start, and its loss, NaN where none is recorded.
struct Distant<'a> {
    point: &'a [f32],
    way: f64,
    loss: f64,
}

fn distant(path: &Trajectory) -> Vec<Distant<'_>> {
    let start = path.points.first().filter(|p| is_finite(p));
    let finite = path.points.iter().enumerate().filter(|(_, p)| is_finite(p));
    let measured = finite.map(|(i, point)| Distant {
        point,
        way: start.map_or(0.0, |start| distance(start, point)),
        loss: path.losses.get(i).copied().unwrap_or(f64::NAN),
    });
    measured.collect()
}

/// The lower median.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values.len().checked_sub(1).map(|last| values[last / 2])
}
