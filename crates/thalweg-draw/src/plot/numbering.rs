//! The numbers of steps beside a path.

use super::clip::{self, Bounds};
use super::colour::Colour;
use super::look::Look;
use super::scene::{Layer, Pen};
use super::text::{self, Across, Align, Along, Label, Weight};
use crate::geometry::Point;

/// A step's number and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Number {
    /// The index of its point.
    pub step: usize,
    text: String,
    /// The middle of the text.
    at: Point,
    /// Where a line to its point begins, if it is far from it.
    from: Option<Point>,
    point: Point,
}

/// Numbers along a path, at most about.
const NUMBERS: usize = 7;

/// How large a number is beside other text.
const SIZE: f32 = 0.72;

/// The smallest of 1, 2, 5, 10, 20, 50, … by which `steps` are divided into at most `most` parts.
pub(super) fn stride(steps: usize, most: usize) -> usize {
    let mut power = 1;
    loop {
        for digit in [1, 2, 5] {
            let stride = digit * power;
            if steps.div_ceil(stride) <= most {
                return stride;
            }
        }
        power *= 10;
    }
}

/// Places the numbers of step 1, of the multiples of a round number and of the last step, each where it hides least
/// of the path, of the points to avoid and of other numbers; none where there is no room.
pub(super) fn place(
    pixels: &[Point],
    steps: &[u64],
    avoid: &[Point],
    bounds: &Bounds,
    look: &Look,
) -> Vec<Number> {
    let last = pixels.len().saturating_sub(1);
    let stride = stride(last, NUMBERS);
    let mut wanted: Vec<usize> =
        (1..=last).filter(|&i| i == 1 || i.is_multiple_of(stride)).collect();
    // The last one is the most important, then those that are far apart.
    if wanted.last() != Some(&last) && last > 1 {
        wanted.push(last);
    }
    wanted.reverse();
    let size = SIZE * look.label;
    let mut placed: Vec<(Number, Frame)> = Vec::new();
    for step in wanted {
        let point = pixels[step];
        // The first step of a slow run cannot be told from its start.
        let hidden = step < last && clip::distance(point, pixels[0]) < 3.0 * f64::from(look.dot);
        if !clip::contains(bounds, point) || hidden {
            continue;
        }
        let text = steps.get(step).copied().unwrap_or(step as u64).to_string();
        let half = [
            0.5 * f64::from(text::width(&text, size, Weight::SemiBold)) + 0.12 * f64::from(size),
            0.5 * f64::from(text::cap_height(size)) + 0.16 * f64::from(size),
        ];
        // The mark of the end is larger than a dot.
        let gap = if step == last { 3.3 } else { 1.5 };
        let best = positions(point, half, gap * f64::from(look.dot))
            .map(|at| Frame { at, half })
            .filter(|frame| frame.is_inside(bounds))
            .filter(|frame| placed.iter().all(|(_, other)| !frame.meets(other)))
            .filter(|frame| step == last || !frame.hides(pixels[last], look))
            .map(|frame| {
                let is_doubtful = frame.is_doubtful(pixels, step);
                let doubt = if is_doubtful { DOUBT } else { 0.0 };
                (frame.cost(pixels, step, avoid, look) + doubt, frame, is_doubtful)
            })
            .min_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((_, frame, is_doubtful)) = best.filter(|(cost, ..)| *cost < MOST) {
            let far = clip::distance(frame.nearest(point), point) > 1.2 * gap * f64::from(look.dot);
            let from = (far || is_doubtful).then(|| frame.nearest(point));
            placed.push((Number { step, text, at: frame.at, from, point }, frame));
        }
    }
    placed.into_iter().map(|(number, _)| number).collect()
}

/// What a number may hide at most: about three dots.
const MOST: f64 = 12.0;

/// What it costs that a number is nearer to another step than to its own.
const DOUBT: f64 = 5.0;
/// Steps whose dots are as good as those of a number's own step.
const NEIGHBOURS: usize = 1;

/// Draws a number with a light edge.
pub(super) fn draw(layer: &mut Layer, number: &Number, look: &Look) {
    let label = Label::new(SIZE * look.label, Align(Along::Middle, Across::Middle)).bold();
    let [x, y] = number.at.map(|v| v as f32);
    if let Some(from) = number.from {
        let mut builder = tiny_skia::PathBuilder::new();
        builder.move_to(from[0] as f32, from[1] as f32);
        builder.line_to(number.point[0] as f32, number.point[1] as f32);
        let line = builder.finish();
        layer.stroke(line.clone(), Colour::WHITE.alpha(180), Pen::solid(1.8 * look.thin));
        layer.stroke(line, Colour::INK, Pen::solid(0.7 * look.thin));
    }
    layer.edged_text(&number.text, (x, y), label.colour(Colour::INK));
}

/// Places for a box beside a point, near ones and some farther away.
fn positions(point: Point, half: Point, gap: f64) -> impl Iterator<Item = Point> {
    (0..32).map(move |i| {
        let turn = f64::from(i % 16) / 16.0 * std::f64::consts::TAU;
        let gap = if i < 16 { gap } else { gap + 0.9 * half[1] };
        let (sin, cos) = turn.sin_cos();
        [point[0] + cos * (half[0] + gap), point[1] - sin * (half[1] + gap)]
    })
}

/// A box around a text.
#[derive(Debug, Clone, Copy)]
struct Frame {
    at: Point,
    half: Point,
}

impl Frame {
    fn bounds(&self, margin: f64) -> Bounds {
        let side = |sign: f64| [0, 1].map(|i| self.at[i] + sign * (self.half[i] + margin));
        Bounds { low: side(-1.0), high: side(1.0) }
    }

    fn is_inside(&self, bounds: &Bounds) -> bool {
        let own = self.bounds(0.0);
        clip::contains(bounds, own.low) && clip::contains(bounds, own.high)
    }

    /// The place of its edge that is nearest to a point.
    fn nearest(&self, point: Point) -> Point {
        let own = self.bounds(0.0);
        [0, 1].map(|i| point[i].clamp(own.low[i], own.high[i]))
    }

    /// Whether another step than its own, or one beside that, is nearer to it.
    fn is_doubtful(&self, pixels: &[Point], own: usize) -> bool {
        let to = |p: &Point| clip::distance(self.nearest(*p), *p);
        let nearest = to(&pixels[own]);
        let others = pixels.iter().enumerate().filter(|(i, _)| i.abs_diff(own) > NEIGHBOURS);
        others.map(|(_, p)| p).any(|p| to(p) < 0.9 * nearest)
    }

    fn meets(&self, other: &Self) -> bool {
        (0..2).all(|i| (self.at[i] - other.at[i]).abs() < self.half[i] + other.half[i])
    }

    /// Whether it would lie on a mark, which is larger than a dot.
    fn hides(&self, mark: Point, look: &Look) -> bool {
        clip::contains(&self.bounds(2.6 * f64::from(look.dot)), mark)
    }

    /// How much of the path and of other marks lies under it, and how far it is from its own point.
    fn cost(&self, pixels: &[Point], own: usize, avoid: &[Point], look: &Look) -> f64 {
        let dot = f64::from(look.dot);
        let (tight, wide) = (self.bounds(0.3 * dot), self.bounds(dot));
        let dots = pixels.iter().filter(|&&p| clip::contains(&wide, p)).count();
        let lines = pixels.windows(2).filter_map(|pair| clip::segment(pair[0], pair[1], &tight));
        let hidden: f64 = lines.map(|(a, b)| clip::distance(a, b)).sum();
        let marks = avoid.iter().filter(|&&p| self.hides(p, look)).count();
        // Many dots on one spot hide no more than a few.
        4.0 * (dots.min(3) as f64)
            + hidden / dot
            + 6.0 * marks as f64
            + 0.05 * clip::distance(self.at, pixels[own]) / dot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stride_is_round_and_leaves_few_parts() {
        let strides = [1, 7, 8, 30, 60, 200, 1500, 100_000].map(|steps| stride(steps, 7));
        assert_eq!(strides, [1, 1, 2, 5, 10, 50, 500, 20_000]);
    }

    #[test]
    fn numbers_stand_beside_their_points_and_not_on_each_other() {
        let pixels: Vec<Point> = (0..31)
            .map(|i| [100.0 + 20.0 * f64::from(i), 300.0 + 80.0 * f64::from(i).sin()])
            .collect();
        let bounds = Bounds { low: [0.0, 0.0], high: [800.0, 600.0] };
        let look = Look::page(1200);
        let numbers = place(&pixels, &[], &[], &bounds, &look);
        let steps: Vec<usize> = numbers.iter().map(|number| number.step).collect();
        assert_eq!(steps, [30, 25, 20, 15, 10, 5, 1]);
        for (i, number) in numbers.iter().enumerate() {
            let distance = clip::distance(number.at, pixels[number.step]);
            assert!(distance > f64::from(look.dot) && distance < 60.0, "{number:?}");
            let apart = |other: &Number| clip::distance(number.at, other.at) > 15.0;
            assert!(numbers[..i].iter().all(apart), "{number:?}");
        }
    }

    #[test]
    fn a_number_without_room_is_left_out() {
        let pixels = vec![[5.0, 5.0]; 40];
        let bounds = Bounds { low: [0.0, 0.0], high: [800.0, 600.0] };
        assert!(place(&pixels, &[], &[], &bounds, &Look::page(1200)).len() <= 2);
        assert!(place(&[], &[], &[], &bounds, &Look::page(1200)).is_empty());
        assert!(place(&[[1e300, 0.0]; 3], &[], &[], &bounds, &Look::page(1200)).is_empty());
    }
}
