//! Mistakes, drawn as points of the plane.

use maud::{Markup, html};
use thalweg_draw::numbers::number;

use super::contents::{Mistake, Report};

const WIDTH: f64 = 480.0;
const HEIGHT: f64 = 340.0;
const MARGIN: f64 = 30.0;

/// The mistakes: filled in the colour of the true class, outlined in that of the predicted class.
pub(super) fn show(report: &Report, mistakes: &[&Mistake]) -> Markup {
    let point = |mistake: &&Mistake| match mistake.input[..] {
        [x, y] if x.is_finite() && y.is_finite() => {
            Some((f64::from(x), f64::from(y), mistake.truth, mistake.predicted))
        }
        _ => None,
    };
    let points: Vec<_> = mistakes.iter().filter_map(point).collect();
    let frame = Frame::around(points.iter().map(|p| [p.0, p.1]));
    let mut classes: Vec<usize> = points.iter().flat_map(|p| [p.2, p.3]).collect();
    classes.sort_unstable();
    classes.dedup();
    let [left, right] = [MARGIN, WIDTH - MARGIN].map(|x| number(frame.x(x)));
    let [top, bottom] = [MARGIN, HEIGHT - MARGIN].map(|y| number(frame.y(y)));
    html! {
        @if !points.is_empty() {
            figure.plane {
                svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label="the mistakes, as points of the plane" {
                    rect x=(MARGIN) y=(MARGIN) width=(WIDTH - 2.0 * MARGIN) height=(HEIGHT - 2.0 * MARGIN) {}
                    text x=(MARGIN) y=(HEIGHT - 12.0) { "x = " (left) }
                    text.last x=(WIDTH - MARGIN) y=(HEIGHT - 12.0) { (right) }
                    text x=(MARGIN) y=(MARGIN - 8.0) { "y = " (top) " above, " (bottom) " below" }
                    @for (x, y, truth, predicted) in points {
                        @let [cx, cy] = frame.pixel([x, y]).map(|v| format!("{v:.1}"));
                        circle cx=(cx) cy=(cy) r="5" style={ "--c:var(--k" (truth) ");--d:var(--k" (predicted) ")" } {
                            title { (report.class(truth)) " predicted as " (report.class(predicted)) " at (" (number(x)) ", " (number(y)) ")" }
                        }
                    }
                }
                figcaption {
                    @for class in classes {
                        span.name { i.swatch style={ "--c:var(--k" (class) ")" } {} span { (report.class(class)) } } " "
                    }
                    "Fill: true class; outline: predicted class."
                }
            }
        }
    }
}

/// The part of the plane that is shown, with the same scale on both axes.
struct Frame {
    centre: [f64; 2],
    /// Pixels per unit.
    scale: f64,
}

impl Frame {
    fn around(points: impl Iterator<Item = [f64; 2]>) -> Self {
        let none = ([f64::INFINITY; 2], [f64::NEG_INFINITY; 2]);
        let (low, high) = points.fold(none, |(low, high), point| {
            let pick = |i: usize| (f64::min(low[i], point[i]), f64::max(high[i], point[i]));
            let (x, y) = (pick(0), pick(1));
            ([x.0, y.0], [x.1, y.1])
        });
        // Space for the circles inside the frame.
        let room = [WIDTH, HEIGHT].map(|side| side - 2.0 * MARGIN - 24.0);
        let fit = |i: usize| if high[i] > low[i] { room[i] / (high[i] - low[i]) } else { room[i] };
        Self { centre: [0, 1].map(|i| (low[i] + high[i]) / 2.0), scale: fit(0).min(fit(1)) }
    }

    fn pixel(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        let [u, v] = [x - self.centre[0], y - self.centre[1]].map(|d| d * self.scale);
        [WIDTH / 2.0 + u, HEIGHT / 2.0 - v]
    }

    fn x(&self, pixel: f64) -> f64 {
        self.centre[0] + (pixel - WIDTH / 2.0) / self.scale
    }

    fn y(&self, pixel: f64) -> f64 {
        self.centre[1] - (pixel - HEIGHT / 2.0) / self.scale
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_lies_inside_the_frame_and_scales_are_equal() {
        let points = [[-2.0, 1.0], [6.0, 1.5], [0.0, 3.0]];
        let frame = Frame::around(points.into_iter());
        for point in points {
            let [x, y] = frame.pixel(point);
            assert!(x > MARGIN && x < WIDTH - MARGIN && y > MARGIN && y < HEIGHT - MARGIN);
            assert!((frame.x(x) - point[0]).abs() + (frame.y(y) - point[1]).abs() < 1e-9);
        }
        let [a, b, c] = points.map(|p| frame.pixel(p));
        assert!(((b[0] - a[0]) / 8.0 - (a[1] - c[1]) / 2.0).abs() < 1e-9);
    }

    #[test]
    fn a_single_point_lies_in_the_middle() {
        let frame = Frame::around([[3.0, 4.0]].into_iter());
        assert_eq!(frame.pixel([3.0, 4.0]), [WIDTH / 2.0, HEIGHT / 2.0]);
    }
}
