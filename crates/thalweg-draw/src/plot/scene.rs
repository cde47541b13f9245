//! The display list: what is drawn, independent of the output format.

use tiny_skia::{Path, PathBuilder};

use super::colour::Colour;
use super::image::Image;
use super::text::{self, Label};

/// A rectangle of whole pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rect {
    pub x: i32,
    pub y: i32,
    pub width: u32,
    pub height: u32,
}

impl Rect {
    pub fn new(x: i32, y: i32, width: u32, height: u32) -> Self {
        Self { x, y, width, height }
    }

    pub fn right(&self) -> i32 {
        self.x.saturating_add_unsigned(self.width)
    }

    pub fn bottom(&self) -> i32 {
        self.y.saturating_add_unsigned(self.height)
    }
}

/// One thing to draw.
#[derive(Debug, Clone)]
pub(super) enum Item {
    /// The inside of a path, by the even-odd rule.
    Fill { path: Path, colour: Colour },
    /// A line along a path.
    Stroke { path: Path, colour: Colour, pen: Pen },
    /// Items of which only the part inside the rectangle is shown.
    Clip { rect: Rect, layer: Layer },
    /// Cells stretched over a rectangle.
    Image { rect: Rect, image: Image },
}

/// Width and dashes of a line, in pixels, and whether its joins and ends are round.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pen {
    pub width: f32,
    pub dash: Option<[f32; 2]>,
    pub round: bool,
}

impl Pen {
    pub fn solid(width: f32) -> Self {
        Self { width, dash: None, round: true }
    }

    /// For smooth lines, whose joins are invisible; several times faster.
    pub fn plain(width: f32) -> Self {
        Self { width, dash: None, round: false }
    }
}

/// Items drawn one over the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Layer {
    pub items: Vec<Item>,
}

impl Layer {
    pub fn fill(&mut self, path: Option<Path>, colour: Colour) {
        if let Some(path) = path {
            self.items.push(Item::Fill { path, colour });
        }
    }

    pub fn stroke(&mut self, path: Option<Path>, colour: Colour, pen: Pen) {
        if let Some(path) = path {
            self.items.push(Item::Stroke { path, colour, pen });
        }
    }

    pub fn clip(&mut self, rect: Rect, layer: Layer) {
        self.items.push(Item::Clip { rect, layer });
    }

    pub fn image(&mut self, rect: Rect, image: Image) {
        self.items.push(Item::Image { rect, image });
    }

    /// Replaces every colour.
    pub fn recolour(&mut self, of: fn(Colour) -> Colour) {
        for item in &mut self.items {
            match item {
                Item::Fill { colour, .. } | Item::Stroke { colour, .. } => *colour = of(*colour),
                Item::Clip { layer, .. } => layer.recolour(of),
                // Its colours are a scale that has to be read.
                Item::Image { .. } => {}
            }
        }
    }

    /// Every colour in it, some more than once.
    pub fn colours(&self, found: &mut Vec<Colour>) {
        for item in &self.items {
            match item {
                Item::Fill { colour, .. } | Item::Stroke { colour, .. } => found.push(*colour),
                Item::Clip { layer, .. } => layer.colours(found),
                Item::Image { .. } => {}
            }
        }
    }

    pub fn fill_rect(&mut self, rect: Rect, colour: Colour) {
        self.fill(rect_path(rect), colour);
    }

    /// Text whose anchor (see [`Align`](text::Align)) is at `(x, y)`, turned by a quarter counter-clockwise if asked.
    pub fn text(&mut self, text: &str, at: (f32, f32), label: Label) {
        self.fill(text::outline(text, at, &label), label.colour);
    }

    /// Text with a light edge, for where it lies over other things.
    pub fn edged_text(&mut self, text: &str, at: (f32, f32), label: Label) {
        let outline = text::outline(text, at, &label);
        self.stroke(outline.clone(), Colour::WHITE.alpha(220), Pen::solid(0.3 * label.size));
        self.fill(outline, label.colour);
    }
}

fn rect_path(rect: Rect) -> Option<Path> {
    let (x, y) = (rect.x as f32, rect.y as f32);
    tiny_skia::Rect::from_xywh(x, y, rect.width as f32, rect.height as f32)
        .map(PathBuilder::from_rect)
}

/// A finished drawing: write it with [`Scene::svg`], [`Scene::png`] or [`Scene::raster`]. Its paper is white; an SVG follows
/// the colour scheme of the page that shows it, for pixels there is [`Scene::dark`].
#[derive(Debug, Clone)]
pub struct Scene {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) title: String,
    pub(super) paper: Colour,
    pub(super) layer: Layer,
    /// Decimals of coordinates in SVG.
    pub(super) decimals: u32,
}

/// The longest side a scene may have, in pixels; figures asked to be larger are made this large.
pub(super) const MAX_SIDE: u32 = 8192;

impl Scene {
    pub(super) fn new(width: u32, height: u32, title: &str) -> Self {
        let side = |s: u32| s.clamp(1, MAX_SIDE);
        Self {
            width: side(width),
            height: side(height),
            title: title.to_owned(),
            paper: Colour::WHITE,
            layer: Layer::default(),
            decimals: 2,
        }
    }

    /// The same drawing for a dark page: every colour takes its [place there](Colour::on_dark).
    #[must_use]
    pub fn dark(mut self) -> Self {
        self.paper = self.paper.on_dark();
        self.layer.recolour(Colour::on_dark);
        self
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.height
    }
}
