//! Lines that lie on each other: the lower one is drawn wider, so that both are seen.

use super::clip;
use crate::geometry::Point;

/// Most lines that are compared: more hide each other anyway.
const MOST_LINES: usize = 24;
/// Places of a line that are compared.
const SAMPLES: usize = 48;
/// The share of a line that has to be covered.
const COVERED: f64 = 0.6;
/// The cosine of the largest angle between lines that cover each other.
const ALONG: f64 = 0.94;

/// The width of each line, in the order in which they are drawn: `line`, and more for each later one that lies on it.
pub(super) fn widths(lines: &[Vec<Point>], line: f32) -> Vec<f32> {
    let wider = |i: usize| {
        let above = lines[i + 1..].iter().filter(|above| covers(above, &lines[i], line)).count();
        line * (1.0 + 1.1 * above as f32)
    };
    match lines.len() {
        0..=MOST_LINES => (0..lines.len()).map(wider).collect(),
        count => vec![line; count],
    }
}

/// Whether most of a line, by its length, lies within its width of another one that goes the same way there.
fn covers(above: &[Point], below: &[Point], line: f32) -> bool {
    let near = |(p, along): &(Point, Point)| {
        let is_along = |pair: &[Point]| {
            let [x, y] = direction(pair);
            (x * along[0] + y * along[1]).abs() > ALONG
        };
        let is_near = |pair: &[Point]| distance(*p, pair[0], pair[1]) < 0.8 * f64::from(line);
        above.windows(2).any(|pair| is_near(pair) && is_along(pair))
    };
    let samples = evenly(below);
    let count = samples.iter().filter(|sample| near(sample)).count();
    samples.len() > 1 && count as f64 > COVERED * samples.len() as f64
}

/// The direction of a segment, of length 1.
fn direction(pair: &[Point]) -> Point {
    let length = clip::distance(pair[0], pair[1]).max(f64::MIN_POSITIVE);
    [0, 1].map(|i| (pair[1][i] - pair[0][i]) / length)
}

/// Points at equal distances along a line, with its direction there.
fn evenly(line: &[Point]) -> Vec<(Point, Point)> {
    let length = |pair: &[Point]| {
        let length = clip::distance(pair[0], pair[1]);
        if length.is_finite() { length } else { 0.0 }
    };
    let step = line.windows(2).map(length).sum::<f64>() / SAMPLES as f64;
    let (mut points, mut ahead) = (Vec::new(), 0.5 * step);
    for pair in line.windows(2).filter(|_| step > 0.0) {
        let own = length(pair);
        while ahead < own && points.len() < SAMPLES {
            let along = direction(pair);
            points.push(([0, 1].map(|i| pair[0][i] + ahead * along[i]), along));
            ahead += step;
        }
        ahead -= own;
    }
    points
}

/// The distance of a point from a segment.
fn distance(p: Point, a: Point, b: Point) -> f64 {
    let ([dx, dy], [px, py]) = ([b[0] - a[0], b[1] - a[1]], [p[0] - a[0], p[1] - a[1]]);
    let length = dx * dx + dy * dy;
    let t = if length > 0.0 { ((px * dx + py * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    clip::distance([px, py], [t * dx, t * dy])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_covered_line_is_wider_than_those_above_it() {
        let line = |shift: f64| (0..40).map(|i| [10.0 * f64::from(i), shift]).collect::<Vec<_>>();
        assert_eq!(widths(&[line(0.0), line(1.0), line(50.0)], 4.0), [8.4, 4.0, 4.0]);
        assert_eq!(widths(&[line(0.0), line(0.5), line(1.0)], 4.0), [12.8, 8.4, 4.0]);
        assert_eq!(widths(&[vec![], vec![[1.0, 1.0]], line(0.0)], 4.0), [4.0; 3]);
    }

    #[test]
    fn a_line_is_not_covered_by_those_that_cross_it() {
        let across = (0..200).map(|i| [f64::from(i), 100.0 * f64::from(i % 2)]).collect();
        assert_eq!(widths(&[vec![[0.0, 50.0], [200.0, 50.0]], across], 4.0), [4.0, 4.0]);
    }

    #[test]
    fn a_line_is_covered_by_length_not_by_its_points() {
        // Most points of the zigzag lie where the other line ends; most of its length does not.
        let zigzag = (0..60).map(|i| [f64::from(i), 300.0 * 0.7_f64.powi(i) * f64::from(i % 2)]);
        let flat = vec![[0.0, 0.0], [60.0, 0.0]];
        assert_eq!(widths(&[zigzag.collect(), flat], 4.0), [4.0, 4.0]);
    }
}
