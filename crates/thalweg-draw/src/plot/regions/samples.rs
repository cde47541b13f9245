//! Samples over the regions.

use tiny_skia::{Path, PathBuilder};

use super::super::axes::Plot;
use super::super::clip;
use super::super::colour::{Colour, Marker, Style, style};
use super::super::look::Look;
use super::super::marks;
use super::super::scene::{Layer, Pen};
use crate::geometry::Point;

/// A point whose class is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Where it lies.
    pub at: Point,
    /// Its class.
    pub class: usize,
    /// Whether it belongs to the test split; such samples are larger.
    pub held_out: bool,
}

/// Draws the samples of `classes` classes, training samples below test samples; those that `is_wrong` get a ring.
pub(super) fn draw(
    layer: &mut Layer,
    samples: &[Sample],
    classes: usize,
    is_wrong: impl Fn(&Sample) -> bool,
    (plot, look): (&Plot, &Look),
) {
    let bounds = plot.bounds(2.0 * f64::from(look.dot));
    for (held_out, radius) in [(false, 0.4 * look.dot), (true, 0.6 * look.dot)] {
        for class in 0..classes {
            let those = |it: &&Sample| it.class == class && it.held_out == held_out;
            let points = samples.iter().filter(those).map(|it| plot.pixel(it.at));
            let visible = points.filter(|&point| clip::contains(&bounds, point)).collect();
            // The light edge, but at least a marker with corners.
            let edge = 1.3 * radius;
            for points in apart(visible, 2.0 * f64::from(1.4 * radius)) {
                layer.stroke(specks(&points), Colour::WHITE, Pen::solid(2.0 * edge));
                markers(layer, &points, &style(class), radius);
            }
        }
    }
    // Open, and on top: a ring hides neither its sample nor those around.
    let wrong = samples.iter().filter(|it| it.class < classes && is_wrong(it));
    for at in wrong.map(|it| plot.pixel(it.at)).filter(|&at| clip::contains(&bounds, at)) {
        let [x, y] = at.map(|v| v as f32);
        let ring = PathBuilder::from_circle(x, y, 1.1 * look.dot);
        layer.stroke(ring, Colour::INK, Pen::solid(0.22 * look.dot));
    }
}

/// The points in groups within which none is closer to another than a distance: what is drawn of one group
/// does not overlap, so that it can be one path.
fn apart(points: Vec<Point>, distance: f64) -> Vec<Vec<Point>> {
    let mut groups: Vec<Vec<Point>> = Vec::new();
    for point in points {
        let is_free = |group: &&mut Vec<Point>| {
            group.iter().all(|&other| clip::distance(point, other) >= distance)
        };
        match groups.iter_mut().find(is_free) {
            Some(group) => group.push(point),
            None => groups.push(vec![point]),
        }
    }
    groups
}

/// A line without length at each point. Its round ends are a disc, in a tenth of the bytes that a circle's
/// outline takes.
fn specks(points: &[Point]) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for [x, y] in points.iter().map(|point| point.map(|v| v as f32)) {
        builder.move_to(x, y);
        builder.line_to(x, y);
    }
    builder.finish()
}

/// The markers of a style, as one path.
fn markers(layer: &mut Layer, points: &[Point], style: &Style, radius: f32) {
    if style.marker == Marker::Circle {
        return layer.stroke(specks(points), style.colour, Pen::solid(2.0 * radius));
    }
    let mut builder = PathBuilder::new();
    for path in points.iter().filter_map(|&point| marks::marker(style.marker, point, radius)) {
        builder.push_path(&path);
    }
    layer.fill(builder.finish(), style.colour);
}
