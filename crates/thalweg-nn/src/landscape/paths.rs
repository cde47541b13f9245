//! Checks paths, and selects the points that determine the plane.

use super::error::LandscapeError;
use super::gram::distance;
use super::trajectory::Trajectory;

/// A point counts if its distance from its start is at most this multiple of that of the best point.
const MAX_DISTANCE: f64 = 10.0;

/// Checks that all points have a step and the same number of weights, at least 2; returns that number.
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

/// The first point of each path, if finite.
pub(super) fn starts(trajectories: &[Trajectory]) -> Vec<&[f32]> {
    let first = trajectories.iter().filter_map(|t| t.points.first());
    first.filter(|p| is_finite(p)).map(Vec::as_slice).collect()
}

/// The points that determine the plane: all finite ones except those far away, because a run that is
/// thrown far away would dominate the plane and the plot. Far means more than [`MAX_DISTANCE`] times as far
/// from the start as the point with the smallest recorded loss; without losses, as the median path.
pub(super) fn near(trajectories: &[Trajectory]) -> Vec<&[f32]> {
    let points: Vec<Vec<Distant>> = trajectories.iter().map(distant).collect();
    let improved = points.iter().flatten().filter(|p| p.distance > 0.0 && p.loss.is_finite());
    let best = improved.min_by(|a, b| a.loss.total_cmp(&b.loss)).map(|p| p.distance);
    let usual = || {
        let middle = |path: &Vec<Distant>| median(path.iter().map(|p| p.distance).collect());
        median(points.iter().filter_map(middle).filter(|&distance| distance > 0.0).collect())
    };
    let limit = best.or_else(usual).map_or(f64::INFINITY, |distance| MAX_DISTANCE * distance);
    points.iter().flatten().filter(|p| p.distance <= limit).map(|p| p.point).collect()
}

/// A finite point, its distance from the start of its path, and its loss, NaN if not recorded.
struct Distant<'a> {
    point: &'a [f32],
    distance: f64,
    loss: f64,
}

fn distant(path: &Trajectory) -> Vec<Distant<'_>> {
    let start = path.points.first().filter(|p| is_finite(p));
    let finite = path.points.iter().enumerate().filter(|(_, p)| is_finite(p));
    let measured = finite.map(|(i, point)| Distant {
        point,
        distance: start.map_or(0.0, |start| distance(start, point)),
        loss: path.losses.get(i).copied().unwrap_or(f64::NAN),
    });
    measured.collect()
}

/// The lower median.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values.len().checked_sub(1).map(|last| values[last / 2])
}
