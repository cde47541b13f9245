//! Paths in pixels: which points are dots, which steps are numbered, what lies under what.

use std::ops::RangeInclusive;

use tiny_skia::PathBuilder;

use super::axes::Plot;
use super::clip::{self, Bounds};
use super::colour::{Colour, Style, style};
use super::landscape::LandscapeFigure;
use super::look::Look;
use super::marks::{self, Dot};
use super::numbering::{self, Number};
use super::overlap;
use super::scene::{Layer, Pen};
use crate::geometry::Point;
use crate::numbers::number;

/// A path in pixels, and how each of its points is drawn.
pub(super) struct Trail {
    pub label: String,
    pub pixels: Vec<Point>,
    pub values: Vec<f64>,
    pub style: Style,
    pub diverged: bool,
    dots: Vec<Dot>,
    /// Width of its line, larger where later paths lie on it.
    width: f32,
    /// Whether its line gets stronger from start to end.
    toned: bool,
    numbers: Vec<Number>,
}

/// All paths of a figure, as pictures and frames draw them.
pub(super) struct Trails {
    pub all: Vec<Trail>,
    plot: Plot,
    look: Look,
    /// The step of each point; empty for 0, 1, 2, …
    steps: Vec<u64>,
    value: String,
}

/// Dots along a path, at most: more run together.
const DOTS: usize = 60;

/// Tones of a line, from its start to its end.
const TONES: usize = 8;

/// The mark where a path has come to is this many times as large as a dot.
const HEAD: f32 = 1.5;

impl Trails {
    pub fn new(figure: &LandscapeFigure, plot: &Plot, look: &Look) -> Self {
        let (_, every) = steps(figure);
        let pixels: Vec<Vec<Point>> = figure
            .paths
            .iter()
            .map(|path| path.points.iter().map(|&p| plot.pixel(p)).collect())
            .collect();
        let widths = overlap::widths(&pixels, look.line);
        let alone = figure.paths.len() == 1;
        let bounds = plot.bounds(0.0);
        let all =
            figure.paths.iter().zip(pixels).zip(widths).map(|((path, pixels), width)| Trail {
                label: path.label.clone(),
                dots: dots(&pixels, every, look.dot),
                numbers: if alone {
                    let avoid = figure.minima.iter().chain(&figure.starts).map(|&p| plot.pixel(p));
                    numbering::place(
                        &pixels,
                        &figure.steps,
                        &avoid.collect::<Vec<_>>(),
                        &bounds,
                        look,
                    )
                } else {
                    Vec::new()
                },
                pixels,
                values: if path.values.is_empty() {
                    path.points.iter().map(|&p| (figure.function)(p)).collect()
                } else {
                    path.values.clone()
                },
                style: style(path.style).solid(),
                diverged: path.diverged,
                width,
                toned: alone,
            });
        Self {
            all: all.collect(),
            plot: *plot,
            look: *look,
            steps: figure.steps.clone(),
            value: figure.value.clone(),
        }
    }

    /// The index of the last step of the longest path.
    pub fn last(&self) -> usize {
        self.all.iter().map(|trail| trail.pixels.len()).max().unwrap_or(0).saturating_sub(1)
    }

    /// Everything up to the last step except the heads, lines under dots.
    pub fn draw(&self, layer: &mut Layer) {
        let bounds = self.bounds();
        for trail in &self.all {
            self.line(layer, trail, 0..=trail.pixels.len().saturating_sub(1), &bounds);
        }
        for trail in &self.all {
            self.numbers(layer, trail, 0..=trail.pixels.len().saturating_sub(1));
        }
        // Above the numbers: no dot may be hidden by one.
        for trail in &self.all {
            let look = self.look_of(trail);
            marks::dots(layer, &trail.pixels, &trail.dots, &bounds, &trail.style, &look);
        }
    }

    /// What some steps add, step by step, so that the result does not depend on how many are added at once.
    pub fn growth(&self, layer: &mut Layer, steps: RangeInclusive<usize>) {
        let bounds = self.bounds();
        for step in steps {
            for trail in self.all.iter().filter(|trail| step < trail.pixels.len()) {
                self.line(layer, trail, step.saturating_sub(1)..=step, &bounds);
                self.numbers(layer, trail, step..=step);
                // The dot before is drawn again: the line to this one has covered it.
                let dots = step.saturating_sub(1)..=step;
                let (points, how) = (&trail.pixels[dots.clone()], &trail.dots[dots]);
                marks::dots(layer, points, how, &bounds, &trail.style, &self.look_of(trail));
            }
        }
    }

    /// A path that others lie on has larger dots, as it has a wider line.
    fn look_of(&self, trail: &Trail) -> Look {
        Look { dot: self.look.dot * (trail.width / self.look.line).sqrt(), ..self.look }
    }

    /// Where each path has come to at a step.
    pub fn heads(&self, layer: &mut Layer, step: usize) {
        for trail in &self.all {
            let end = step.min(trail.pixels.len().saturating_sub(1));
            let Some(&at) = trail.pixels.get(end).filter(|p| p.iter().all(|v| v.is_finite()))
            else {
                continue;
            };
            let diverged = trail.diverged && step + 1 >= trail.pixels.len();
            let from = end.checked_sub(1).map_or(at, |i| trail.pixels[i]);
            let radius = HEAD * self.look.dot;
            marks::head(layer, [from, at], &self.plot, &trail.style, diverged, radius);
        }
    }

    /// The step, and the value at it; of several paths the lowest value.
    pub fn status(&self, i: usize) -> String {
        let step = self.steps.get(i).copied().unwrap_or(i as u64);
        let [trail] = self.all.as_slice() else { return self.leader(i, step) };
        let last = trail.values.len().saturating_sub(1);
        let value = trail
            .values
            .get(i.min(last))
            .map_or(String::new(), |&v| format!("   {} = {}", self.value, number(v)));
        let end = if trail.diverged && i >= last { "   diverged" } else { "" };
        format!("step {step}{value}{end}")
    }

    /// The step, and which of several paths is lowest at it.
    fn leader(&self, i: usize, step: u64) -> String {
        let at = |trail: &Trail| trail.values.get(i).or(trail.values.last()).copied();
        let values = self.all.iter().filter_map(|trail| Some((trail, at(trail)?)));
        // A NaN may have a sign, by which it would be the lowest of all.
        let lowest = values.filter(|(_, v)| !v.is_nan()).min_by(|a, b| a.1.total_cmp(&b.1));
        match lowest {
            Some((trail, value)) => {
                format!("step {step}   lowest {} = {}, {}", self.value, number(value), trail.label)
            }
            None => format!("step {step}"),
        }
    }

    fn bounds(&self) -> Bounds {
        self.plot.bounds(4.0 * f64::from(self.look.dot))
    }

    /// The line through some points, in the tones of their steps, with arrows on long segments.
    fn line(
        &self,
        layer: &mut Layer,
        trail: &Trail,
        points: RangeInclusive<usize>,
        bounds: &Bounds,
    ) {
        let (first, end) = (*points.start(), *points.end());
        if !trail.toned {
            let look = Look { line: trail.width, ..self.look };
            return marks::line(layer, &trail.pixels[points], bounds, &trail.style, &look);
        }
        let last = trail.pixels.len().saturating_sub(1).max(1);
        // A segment has the tone of its end.
        let tone = |i: usize| (i * TONES).div_ceil(last).clamp(1, TONES);
        let mut from = first;
        while from < end {
            let this = tone(from + 1);
            let to = (from + 1..=end).take_while(|&i| tone(i) == this).last().unwrap_or(end);
            let share = (this - 1) as f32 / (TONES - 1) as f32;
            let colour = trail.style.colour.mixed(Colour::WHITE, 0.5 * (1.0 - share));
            let style = Style { colour, ..trail.style };
            marks::line(layer, &trail.pixels[from..=to], bounds, &style, &self.look);
            for pair in trail.pixels[from..=to].windows(2) {
                self.arrow(layer, [pair[0], pair[1]], colour);
            }
            from = to;
        }
    }

    /// A small arrowhead in the middle of a segment that is long enough for one.
    fn arrow(&self, layer: &mut Layer, [a, b]: [Point; 2], colour: Colour) {
        let length = clip::distance(a, b);
        let size = 1.5 * f64::from(self.look.dot);
        let is_near = [a, b].iter().all(|&p| clip::contains(&self.plot.bounds(0.0), p));
        if !(is_near && length > 5.5 * size) {
            return;
        }
        let (dx, dy) = ((b[0] - a[0]) / length, (b[1] - a[1]) / length);
        let tip = [(a[0] + b[0]) / 2.0 + 0.6 * size * dx, (a[1] + b[1]) / 2.0 + 0.6 * size * dy];
        let mut builder = PathBuilder::new();
        let wing = |side: f64| {
            let (x, y) = (
                tip[0] - size * dx - 0.62 * side * size * dy,
                tip[1] - size * dy + 0.62 * side * size * dx,
            );
            (x as f32, y as f32)
        };
        builder.move_to(tip[0] as f32, tip[1] as f32);
        [wing(1.0), wing(-1.0)].iter().for_each(|&(x, y)| builder.line_to(x, y));
        builder.close();
        let head = builder.finish();
        layer.stroke(head.clone(), Colour::WHITE.alpha(160), Pen::solid(0.5 * self.look.line));
        layer.fill(head, colour);
    }

    fn numbers(&self, layer: &mut Layer, trail: &Trail, steps: RangeInclusive<usize>) {
        for number in trail.numbers.iter().filter(|number| steps.contains(&number.step)) {
            numbering::draw(layer, number, &self.look);
        }
    }
}

/// The index of the last point of the longest path, and how many steps there are from dot to dot.
pub(super) fn steps(figure: &LandscapeFigure) -> (usize, usize) {
    let longest = figure.paths.iter().map(|path| path.points.len()).max().unwrap_or(0);
    let last = longest.saturating_sub(1);
    (last, numbering::stride(last, DOTS))
}

/// How each dot is drawn: one for every so many steps and for the last, as far as it can be seen.
fn dots(pixels: &[Point], every: usize, radius: f32) -> Vec<Dot> {
    let last = pixels.len().saturating_sub(1);
    let shown: Vec<usize> =
        (0..pixels.len()).filter(|&i| i.is_multiple_of(every) || i == last).collect();
    let points: Vec<Point> = shown.iter().map(|&i| pixels[i]).collect();
    let mut dots = vec![Dot::Hidden; pixels.len()];
    for (i, dot) in shown.into_iter().zip(marks::spacing(&points, radius)) {
        dots[i] = dot;
    }
    dots
}
