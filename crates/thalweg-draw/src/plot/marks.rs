//! Paths, dots and the marks of start, minimum and end.

use tiny_skia::{Path, PathBuilder};

use super::axes::Plot;
use super::clip::{self, Bounds};
use super::colour::{Colour, Marker, Style};
use super::look::Look;
use super::scene::{Layer, Pen};
use crate::geometry::Point;

/// Light edge around lines and dots, so that they stand out from the ground and from each other.
const EDGE: Colour = Colour::WHITE.alpha(200);
const FAINT_EDGE: Colour = Colour::WHITE.alpha(140);

/// The pen that draws a style's line.
pub(super) fn pen(style: &Style, width: f32) -> Pen {
    Pen { dash: style.dash.map(|lengths| lengths.map(|l| l * width)), ..Pen::solid(width) }
}

/// The line along the points, given in pixels.
pub(super) fn line(
    layer: &mut Layer,
    points: &[Point],
    bounds: &Bounds,
    style: &Style,
    look: &Look,
) {
    let Some(path) = clip::polyline(points, bounds) else { return };
    layer.stroke(Some(path.clone()), FAINT_EDGE, Pen::solid(1.8 * look.line));
    layer.stroke(Some(path), style.colour, pen(style, look.line));
}

/// How the dot of a point among others is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dot {
    /// With its light edge.
    Edged,
    /// Without: edges of dots so close would cover the dots themselves.
    Plain,
    /// Not at all: it would hide the dot before it, a third of a pixel away or less.
    Hidden,
}

/// How to draw the dots of a path, whose points are given in pixels.
pub(super) fn spacing(points: &[Point], radius: f32) -> Vec<Dot> {
    let apart = |from: Option<Point>, point: Point, least: f64| {
        from.is_none_or(|from| clip::distance(from, point) > least)
    };
    let (mut edged, mut drawn) = (None, None);
    let dot = |&point: &Point| {
        let dot = if apart(edged, point, 0.8 * f64::from(radius)) {
            edged = Some(point);
            Dot::Edged
        } else if apart(drawn, point, 0.33) {
            Dot::Plain
        } else {
            return Dot::Hidden;
        };
        drawn = Some(point);
        dot
    };
    points.iter().map(dot).collect()
}

/// One dot a point, as [`spacing`] says.
pub(super) fn dots(
    layer: &mut Layer,
    points: &[Point],
    spacing: &[Dot],
    bounds: &Bounds,
    style: &Style,
    look: &Look,
) {
    for (&point, how) in points.iter().zip(spacing).filter(|(p, _)| clip::contains(bounds, **p)) {
        match how {
            Dot::Edged => dot(layer, point, look.dot, style),
            Dot::Plain => layer.fill(marker(style.marker, point, look.dot), style.colour),
            Dot::Hidden => {}
        }
    }
}

/// Round dots of one size in two strokes, all edges under all dots: a small part of the bytes of single ones.
pub(super) fn points(
    layer: &mut Layer,
    points: &[Point],
    bounds: &Bounds,
    style: &Style,
    look: &Look,
) {
    let mut builder = PathBuilder::new();
    let mut drawn = None;
    for &[x, y] in points.iter().filter(|p| clip::contains(bounds, **p)) {
        // A dot this close to the one before it changes nothing that can be seen.
        if drawn.is_some_and(|at| clip::distance(at, [x, y]) < 0.5 * f64::from(look.dot)) {
            continue;
        }
        drawn = Some([x, y]);
        // A round pen makes a dot of a line without length.
        builder.move_to(x as f32, y as f32);
        builder.line_to(x as f32, y as f32);
    }
    let path = builder.finish();
    layer.stroke(path.clone(), EDGE, Pen::solid(2.4 * look.dot));
    layer.stroke(path, style.colour, Pen::solid(2.0 * look.dot));
}

/// Where a path has come to, with the point before: a large dot, a cross if it diverged, an arrow at the edge if it
/// lies outside the plot.
pub(super) fn head(
    layer: &mut Layer,
    [from, at]: [Point; 2],
    plot: &Plot,
    style: &Style,
    diverged: bool,
    radius: f32,
) {
    let mut edge = plot.bounds(-f64::from(radius));
    if (0..2).any(|i| edge.low[i] > edge.high[i]) {
        // A plot smaller than the mark.
        edge = plot.bounds(0.0);
    }
    let inside = |p: Point| [0, 1].map(|i| p[i].clamp(edge.low[i], edge.high[i]));
    if diverged {
        cross(layer, inside(at), radius, style.colour);
    } else if clip::contains(&plot.bounds(0.0), at) {
        end(layer, at, radius, style);
    } else {
        // Where the last segment leaves the plot; the nearest place of the edge if it does not touch it.
        let at_edge = clip::segment(from, at, &edge).map_or(inside(at), |(_, out)| out);
        arrow(layer, at_edge, inside(at_edge), at, radius, style.colour);
    }
}

/// The end of a path: its marker, large and in a ring of its own shape.
pub(super) fn end(layer: &mut Layer, at: Point, radius: f32, style: &Style) {
    layer.stroke(marker(style.marker, at, radius), Colour::WHITE, Pen::solid(1.3 * radius));
    layer.stroke(marker(style.marker, at, radius), style.colour, Pen::solid(0.9 * radius));
    layer.stroke(marker(style.marker, at, radius), Colour::WHITE, Pen::solid(0.45 * radius));
    layer.fill(marker(style.marker, at, radius), style.colour);
}

/// An arrowhead at the edge, which points to where a path has gone.
pub(super) fn arrow(
    layer: &mut Layer,
    from: Point,
    tip: Point,
    towards: Point,
    radius: f32,
    colour: Colour,
) {
    // A direction exists for points as far away as numbers go.
    let [dx, dy] = [0, 1].map(|i| (towards[i] - from[i]).clamp(-1e150, 1e150));
    let length = dx.hypot(dy);
    let [dx, dy] = if length > 0.0 { [dx / length, dy / length] } else { [1.0, 0.0] };
    let (size, [x, y]) = (2.2 * f64::from(radius), tip);
    let corner = |back: f64, side: f64| {
        [
            (x - back * size * dx - side * size * dy) as f32,
            (y - back * size * dy + side * size * dx) as f32,
        ]
    };
    let head =
        || polygon([[x as f32, y as f32], corner(1.0, 0.55), corner(1.0, -0.55)].into_iter());
    layer.stroke(head(), Colour::WHITE, Pen::solid(0.5 * radius));
    layer.fill(head(), colour);
}

/// One dot with its light edge.
pub(super) fn dot(layer: &mut Layer, at: Point, radius: f32, style: &Style) {
    let path = marker(style.marker, at, radius);
    layer.stroke(path.clone(), EDGE, Pen::solid(0.35 * radius));
    layer.fill(path, style.colour);
}

/// The start: a dark ring, wide enough to show the dots inside it.
pub(super) fn start(layer: &mut Layer, at: Point, look: &Look) {
    let ring = PathBuilder::from_circle(at[0] as f32, at[1] as f32, 2.0 * look.dot);
    layer.stroke(ring.clone(), EDGE, Pen::solid(1.0 * look.dot));
    layer.stroke(ring, Colour::INK, Pen::solid(0.4 * look.dot));
}

/// A minimum: a star.
pub(super) fn minimum(layer: &mut Layer, at: Point, look: &Look) {
    layer.stroke(star(at, look), EDGE, Pen::solid(0.8 * look.dot));
    layer.fill(star(at, look), Colour::INK);
}

/// The outline of the star, which shows through what has come to the minimum.
pub(super) fn minimum_outline(layer: &mut Layer, at: Point, look: &Look) {
    layer.stroke(star(at, look), Colour::INK, Pen::solid(0.25 * look.dot));
}

fn star(at: Point, look: &Look) -> Option<Path> {
    polygon((0..10).map(|i| {
        let radius = if i % 2 == 0 { 2.5 * look.dot } else { 1.05 * look.dot };
        polar(at, radius, i as f32 / 10.0)
    }))
}

/// The end of a run that diverged: a cross.
pub(super) fn cross(layer: &mut Layer, at: Point, radius: f32, colour: Colour) {
    let [x, y] = at.map(|v| v as f32);
    let mut builder = PathBuilder::new();
    for slope in [-radius, radius] {
        builder.move_to(x - radius, y - slope);
        builder.line_to(x + radius, y + slope);
    }
    let path = builder.finish();
    layer.stroke(path.clone(), Colour::WHITE, Pen::solid(0.9 * radius));
    layer.stroke(path, colour, Pen::solid(0.45 * radius));
}

/// A marker whose area is about that of a circle with the radius.
pub(super) fn marker(marker: Marker, at: Point, radius: f32) -> Option<Path> {
    let corners = |count: usize, turn: f32, radius: f32| {
        polygon((0..count).map(move |i| polar(at, radius, i as f32 / count as f32 + turn)))
    };
    match marker {
        Marker::Circle => PathBuilder::from_circle(at[0] as f32, at[1] as f32, radius),
        Marker::Square => corners(4, 0.125, 1.25 * radius),
        Marker::Diamond => corners(4, 0.0, 1.3 * radius),
        Marker::Triangle => corners(3, 0.0, 1.4 * radius),
        Marker::TriangleDown => corners(3, 0.5, 1.4 * radius),
        Marker::Hexagon => corners(6, 0.0, 1.1 * radius),
        Marker::Plus => plus(at, 1.25 * radius),
    }
}

/// A cross of two equal bars.
fn plus(at: Point, reach: f32) -> Option<Path> {
    let ([x, y], half) = (at.map(|v| v as f32), 0.38 * reach);
    let bars = [
        (-half, -reach),
        (half, -reach),
        (half, -half),
        (reach, -half),
        (reach, half),
        (half, half),
    ];
    let turned = bars.iter().map(|&(dx, dy)| [x - dx, y - dy]);
    polygon(bars.iter().map(|&(dx, dy)| [x + dx, y + dy]).chain(turned))
}

/// The point at a distance and a turn, clockwise from the top, in whole turns.
fn polar(at: Point, radius: f32, turn: f32) -> [f32; 2] {
    let (sin, cos) = (turn * std::f32::consts::TAU).sin_cos();
    [at[0] as f32 + radius * sin, at[1] as f32 - radius * cos]
}

fn polygon(points: impl Iterator<Item = [f32; 2]>) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for [x, y] in points {
        if builder.is_empty() {
            builder.move_to(x, y);
        } else {
            builder.line_to(x, y);
        }
    }
    builder.close();
    builder.finish()
}
