//! Paths that grow step by step: the frames of a video.

use std::ops::RangeInclusive;

use tiny_skia::Pixmap;

use super::axes::Plot;
use super::error::DrawError;
use super::landscape::{Ground, LandscapeFigure, write_status};
use super::look::Look;
use super::raster;
use super::scene::{Layer, Rect, Scene};
use super::trail::Trails;
use crate::geometry::Point;

/// A landscape with moving dots, laid out as the picture of the same figure, which is its last frame. What never moves is drawn once, the trails grow from frame to frame, so
/// frames are cheap when asked for in order; any order gives the same pictures.
pub struct Animation {
    plot: Plot,
    look: Look,
    ground: Pixmap,
    /// The ground with the trails of steps up to `drawn`.
    grown: Pixmap,
    drawn: usize,
    canvas: Pixmap,
    trails: Trails,
    /// The marks above the paths.
    above: Layer,
    status_at: Option<(f32, f32)>,
}

impl Animation {
    /// Prepares the frames of a figure, in its size (640 × 560 is usual).
    ///
    /// # Errors
    /// [`DrawError::Size`] when there is no memory for a frame.
    pub fn new(figure: &LandscapeFigure) -> Result<Self, DrawError> {
        let mut scene = Scene::new(figure.width, figure.height, &figure.title);
        let page = Look::page(scene.width);
        let look = figure.crowded(&page);
        let frame = Rect::new(0, 0, scene.width, scene.height);
        let Ground { plot, inside, status } = figure.ground(&mut scene.layer, frame, &page);
        scene.layer.clip(plot.rect, inside);
        plot.frame(&mut scene.layer, &page);
        let ground = scene.pixmap(1.0)?;
        let trails = Trails::new(figure, &plot, &look);
        let mut above = Layer::default();
        figure.marks_above(&mut above, &plot, &page);
        let (grown, canvas) = (ground.clone(), ground.clone());
        let mut animation =
            Self { plot, look, ground, grown, drawn: 0, canvas, trails, above, status_at: status };
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
        self.trails.last() + 1
    }

    /// Where a point of the plane lies in a frame, in pixels from the upper left corner.
    pub fn to_pixel(&self, point: Point) -> Point {
        self.plot.pixel(point)
    }

    /// Frame `i` as RGBA bytes, row by row from the top: the paths up to step `i`, a large dot at the head of
    /// each. Indices beyond the last frame give the last. A path that has ended stays at its last point, as a cross
    /// if it diverged; a head outside the plot is an arrow at the edge.
    pub fn frame(&mut self, i: usize) -> &[u8] {
        let step = i.min(self.frames() - 1);
        if step < self.drawn {
            self.restart();
        }
        if self.drawn < step {
            let layer = self.growth(self.drawn + 1..=step);
            raster::draw(&mut self.grown, &layer, 1.0, (0, 0));
            self.drawn = step;
        }
        self.canvas.data_mut().copy_from_slice(self.grown.data());
        let layer = self.moving(step);
        raster::draw(&mut self.canvas, &layer, 1.0, (0, 0));
        self.canvas.data()
    }

    fn restart(&mut self) {
        self.drawn = 0;
        self.grown.data_mut().copy_from_slice(self.ground.data());
        let layer = self.growth(0..=0);
        raster::draw(&mut self.grown, &layer, 1.0, (0, 0));
    }

    fn growth(&self, steps: RangeInclusive<usize>) -> Layer {
        let mut inside = Layer::default();
        self.trails.growth(&mut inside, steps);
        self.clipped(inside)
    }

    /// Heads and status of a frame.
    fn moving(&self, step: usize) -> Layer {
        let mut inside = Layer::default();
        inside.items.extend(self.above.items.iter().cloned());
        self.trails.heads(&mut inside, step);
        let mut layer = self.clipped(inside);
        if let Some(at) = self.status_at {
            write_status(&mut layer, &self.trails.status(step), at, &self.look);
        }
        layer
    }

    fn clipped(&self, inside: Layer) -> Layer {
        let mut layer = Layer::default();
        layer.clip(self.plot.rect, inside);
        layer
    }
}
