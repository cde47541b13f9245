//! Paths that grow step by step: the frames of a video.

use std::ops::RangeInclusive;

use tiny_skia::Pixmap;

use super::axes::Plot;
use super::colour::{Style, style};
use super::error::DrawError;
use super::landscape::LandscapeFigure;
use super::look::Look;
use super::marks;
use super::raster;
use super::scene::{Layer, Rect, Scene};
use super::text::{Across, Align, Along, Label};
use crate::geometry::Point;
use crate::numbers::number;

/// A landscape with moving dots. What never moves is drawn once, the trails grow from frame to frame, so
/// frames are cheap when asked for in order; any order gives the same pictures.
pub struct Animation {
    plot: Plot,
    look: Look,
    ground: Pixmap,
    /// The ground with the trails of steps up to `drawn`.
    trails: Pixmap,
    drawn: usize,
    canvas: Pixmap,
    runs: Vec<Run>,
    steps: Vec<u64>,
    value: String,
    status_at: (f32, f32),
}

/// One path in pixels.
struct Run {
    label: String,
    pixels: Vec<Point>,
    spacing: Vec<marks::Dot>,
    values: Vec<f64>,
    style: Style,
    diverged: bool,
}

impl Animation {
    /// Prepares the frames of a figure, in its size (600 × 600 is usual).
    ///
    /// # Errors
    /// [`DrawError::Size`] when there is no memory for a frame.
    pub fn new(figure: &LandscapeFigure) -> Result<Self, DrawError> {
        let mut scene = Scene::new(figure.width, figure.height, &figure.title);
        let look = figure.crowded(&Look::video(scene.width));
        let frame = Rect::new(0, 0, scene.width, scene.height);
        let space = 1.35 * look.label;
        let (plot, mut inside) = figure.ground(&mut scene.layer, frame, &look, space);
        figure.start_mark(&mut inside, &plot, &look);
        scene.layer.clip(plot.rect, inside);
        plot.frame(&mut scene.layer, &look);
        let ground = scene.pixmap(1.0)?;
        let title = if figure.title.is_empty() { 0.0 } else { 1.25 * look.title };
        let status_at = (scene.width as f32 / 2.0, 0.35 * look.label + title + 0.95 * look.label);
        let run = |path: &super::landscape::Path| {
            let pixels: Vec<Point> = path.points.iter().map(|&p| plot.pixel(p)).collect();
            Run {
                label: path.label.clone(),
                spacing: marks::spacing(&pixels, look.dot),
                pixels,
                values: if path.values.is_empty() {
                    path.points.iter().map(|&p| (figure.function)(p)).collect()
                } else {
                    path.values.clone()
                },
                style: style(path.style).solid(),
                diverged: path.diverged,
            }
        };
        let runs = figure.paths.iter().map(run).collect();
        let (trails, canvas) = (ground.clone(), ground.clone());
        let (steps, value) = (figure.steps.clone(), figure.value.clone());
        let mut animation =
            Self { plot, look, ground, trails, drawn: 0, canvas, runs, steps, value, status_at };
        animation.restart();
        Ok(animation)
    }

    /// Width of a frame in pixels.
    pub fn width(&self) -> u32 {
        self.ground.width()
    }

    /// Height of a frame in pixels.
    pub fn height(&self) -> u32 {
        self.ground.height()
    }

    /// Number of frames: one for the start and one for each step of the longest path, at least one.
    pub fn frames(&self) -> usize {
        self.runs.iter().map(|run| run.pixels.len()).max().unwrap_or(0).max(1)
    }

    /// Where a point of the plane lies in a frame, in pixels from the upper left corner.
    pub fn to_pixel(&self, point: Point) -> Point {
        self.plot.pixel(point)
    }

    /// Frame `i` as RGBA bytes, row by row from the top: the paths up to step `i`, a large dot at the head of
    /// each. Indices beyond the last frame give the last. A path that has ended stays at its last point, as a cross
    /// if it diverged; a head outside the plot is a ring at the edge.
    pub fn frame(&mut self, i: usize) -> &[u8] {
        let step = i.min(self.frames() - 1);
        if step < self.drawn {
            self.restart();
        }
        if self.drawn < step {
            let layer = self.growth(self.drawn + 1..=step);
            raster::draw(&mut self.trails, &layer, 1.0, (0, 0));
            self.drawn = step;
        }
        self.canvas.data_mut().copy_from_slice(self.trails.data());
        let layer = self.moving(step);
        raster::draw(&mut self.canvas, &layer, 1.0, (0, 0));
        self.canvas.data()
    }

    fn restart(&mut self) {
        self.drawn = 0;
        self.trails.data_mut().copy_from_slice(self.ground.data());
        let layer = self.growth(0..=0);
        raster::draw(&mut self.trails, &layer, 1.0, (0, 0));
    }

    /// What some steps add to the trails, step by step, so that the result does not depend on how many are added at once.
    fn growth(&self, steps: RangeInclusive<usize>) -> Layer {
        let bounds = self.plot.bounds(4.0 * f64::from(self.look.dot));
        let mut inside = Layer::default();
        for (step, run) in steps.flat_map(|step| self.runs.iter().map(move |run| (step, run))) {
            let is_seen = |&i: &usize| run.spacing[i] != marks::Dot::Hidden;
            if step >= run.pixels.len() || !is_seen(&step) {
                continue;
            }
            // The line continues from the last visible dot.
            let part: Vec<usize> =
                (0..step).rev().find(is_seen).into_iter().chain([step]).collect();
            let spacing: Vec<marks::Dot> = part.iter().map(|&i| run.spacing[i]).collect();
            let part: Vec<Point> = part.iter().map(|&i| run.pixels[i]).collect();
            marks::line(&mut inside, &part, &bounds, &run.style, &self.look);
            marks::dots(&mut inside, &part, &spacing, &bounds, &run.style, &self.look);
        }
        self.clipped(inside)
    }

    /// Heads and status of a frame.
    fn moving(&self, step: usize) -> Layer {
        let mut layer = Layer::default();
        for run in &self.runs {
            self.head(&mut layer, run, step);
        }
        let mut layer = self.clipped(layer);
        let label = Label::new(self.look.label, Align(Along::Middle, Across::Baseline));
        layer.text(&self.status(step), self.status_at, label);
        layer
    }

    fn head(&self, layer: &mut Layer, run: &Run, step: usize) {
        let Some(&at) =
            run.pixels.get(step).or(run.pixels.last()).filter(|p| p.iter().all(|v| v.is_finite()))
        else {
            return;
        };
        let diverged = run.diverged && step >= run.pixels.len() - 1;
        marks::head(layer, at, &self.plot, &run.style, diverged, 2.2 * self.look.dot);
    }

    fn status(&self, i: usize) -> String {
        let step = self.steps.get(i).copied().unwrap_or(i as u64);
        let [run] = self.runs.as_slice() else { return self.leader(i, step) };
        let last = run.values.len().saturating_sub(1);
        let value = run
            .values
            .get(i.min(last))
            .map_or(String::new(), |&v| format!("   {} = {}", self.value, number(v)));
        let end = if run.diverged && i >= last { "   diverged" } else { "" };
        format!("step {step}{value}{end}")
    }

    /// The step, and which of several runs is lowest at it.
    fn leader(&self, i: usize, step: u64) -> String {
        let at = |run: &Run| run.values.get(i).or(run.values.last()).copied();
        let values = self.runs.iter().filter_map(|run| Some((run, at(run)?)));
        // A NaN may have a sign, by which it would be the lowest of all.
        let lowest = values.filter(|(_, v)| !v.is_nan()).min_by(|a, b| a.1.total_cmp(&b.1));
        match lowest {
            Some((run, value)) => {
                format!("step {step}   lowest {} = {}, {}", self.value, number(value), run.label)
            }
            None => format!("step {step}"),
        }
    }

    fn clipped(&self, inside: Layer) -> Layer {
        let mut layer = Layer::default();
        layer.clip(self.plot.rect, inside);
        layer
    }
}
