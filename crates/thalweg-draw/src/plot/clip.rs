//! Cutting lines at a rectangle before they become pixels.
//!
//! A diverging run reaches 1e300, where single precision and the rasteriser give up; so lines are cut in double
//! precision, a little outside the visible part.

use tiny_skia::{Path, PathBuilder};

use crate::geometry::Point;

/// A rectangle of the picture that lines are cut at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub low: Point,
    pub high: Point,
}

/// The part of a segment inside the bounds (Liang and Barsky 1984), or `None` if it misses them.
pub(super) fn segment(a: Point, b: Point, bounds: &Bounds) -> Option<(Point, Point)> {
    if !a.iter().chain(&b).all(|v| v.is_finite()) {
        return None;
    }
    // Keeps the differences below from overflowing; so far out the direction is no longer visible.
    const FAR: f64 = 1e150;
    let (a, b) = (a.map(|v| v.clamp(-FAR, FAR)), b.map(|v| v.clamp(-FAR, FAR)));
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for axis in 0..2 {
        let d = b[axis] - a[axis];
        let (to_low, to_high) = (bounds.low[axis] - a[axis], bounds.high[axis] - a[axis]);
        if d == 0.0 {
            if to_low > 0.0 || to_high < 0.0 {
                return None;
            }
            continue;
        }
        let (t0, t1) = if d > 0.0 { (to_low / d, to_high / d) } else { (to_high / d, to_low / d) };
        enter = enter.max(t0);
        leave = leave.min(t1);
    }
    // After a long way in, rounding can leave the cut slightly outside.
    let inside = |p: Point| [0, 1].map(|i| p[i].clamp(bounds.low[i], bounds.high[i]));
    let at = |t: f64| inside([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]);
    let start = if enter == 0.0 { a } else { at(enter) };
    let end = if leave == 1.0 { b } else { at(leave) };
    (enter <= leave).then_some((start, end))
}

/// The part of a polyline inside the bounds; a point that is not finite interrupts it.
///
/// Points that would not be seen apart are left out: the rasteriser's time grows faster than their number.
pub(super) fn polyline(points: &[Point], bounds: &Bounds) -> Option<Path> {
    let points = visibly_apart(points);
    let mut builder = PathBuilder::new();
    let mut pen: Option<Point> = None;
    for pair in points.windows(2) {
        let Some((start, end)) = segment(pair[0], pair[1], bounds) else {
            pen = None;
            continue;
        };
        if pen != Some(start) {
            builder.move_to(start[0] as f32, start[1] as f32);
        }
        builder.line_to(end[0] as f32, end[1] as f32);
        pen = Some(end);
    }
    builder.finish()
}

/// The points without those less than a tenth of a pixel from the one before, but with the last.
fn visibly_apart(points: &[Point]) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::with_capacity(points.len().min(4096));
    for (i, &point) in points.iter().enumerate() {
        let near = kept.last().is_some_and(|last| distance(*last, point) < 0.1);
        if !near || i + 1 == points.len() {
            kept.push(point);
        }
    }
    kept
}

/// How far apart two points are.
pub(super) fn distance(a: Point, b: Point) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// Whether a point lies inside the bounds; false for one that is not finite.
pub(super) fn contains(bounds: &Bounds, p: Point) -> bool {
    (0..2).all(|i| (bounds.low[i]..=bounds.high[i]).contains(&p[i]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: Bounds = Bounds { low: [0.0, 0.0], high: [1.0, 1.0] };

    #[test]
    fn a_segment_is_cut_where_it_crosses_the_border() {
        assert_eq!(segment([-1.0, 0.5], [3.0, 0.5], &UNIT), Some(([0.0, 0.5], [1.0, 0.5])));
        assert_eq!(segment([0.25, 0.25], [0.5, 3.25], &UNIT), Some(([0.25, 0.25], [0.3125, 1.0])));
    }

    #[test]
    fn a_segment_outside_or_not_finite_is_left_out() {
        assert_eq!(segment([2.0, 0.0], [2.0, 1.0], &UNIT), None);
        assert_eq!(segment([-1.0, 0.5], [0.5, 2.5], &UNIT), None);
        assert_eq!(segment([0.5, 0.5], [f64::NAN, 0.5], &UNIT), None);
    }

    #[test]
    fn a_cut_of_an_enormous_segment_stays_inside() {
        for far in [1e30, 1e300, f64::MAX] {
            let (start, end) = segment([-far, -far], [far, far], &UNIT).expect("crosses");
            assert!(contains(&UNIT, start) && contains(&UNIT, end));
        }
    }

    #[test]
    fn points_that_cannot_be_told_apart_are_left_out() {
        let points: Vec<Point> = (0..=10_000).map(|i| [0.5 + f64::from(i) * 2e-5, 0.5]).collect();
        let kept = visibly_apart(&points);
        assert!(kept.len() < 5, "{kept:?}");
        assert_eq!((kept[0], kept[kept.len() - 1]), (points[0], points[10_000]));
        let gap = [[0.1, 0.1], [0.1, 0.1], [f64::NAN, 0.0], [0.1, 0.1]];
        assert!(visibly_apart(&gap)[1][0].is_nan());
    }

    #[test]
    fn a_gap_in_the_points_is_a_gap_in_the_line() {
        let points = [[0.1, 0.1], [0.2, 0.1], [f64::NAN, 0.0], [0.8, 0.1], [0.9, 0.1]];
        let path = polyline(&points, &UNIT).expect("line");
        let moves = path.segments().filter(|s| matches!(s, tiny_skia::PathSegment::MoveTo(_)));
        assert_eq!(moves.count(), 2);
    }
}
