//! Numbers over two axes as coloured cells.

mod key;
mod tint;

use super::axes::{Axes, Plot, Scale};
use super::clip;
use super::colour::Colour;
use super::image::Image;
use super::landscape::title;
use super::look::Look;
use super::marks;
use super::scene::{Layer, Pen, Rect, Scene};
use crate::geometry::Point;
use key::{Entry, Key, Swatch};
use tint::Tints;

pub use tint::Range;

/// A side of a [`HeatmapFigure`].
#[derive(Debug, Clone, PartialEq)]
pub struct HeatmapAxis {
    /// Its name.
    pub name: String,
    /// The number that the first cell stands for.
    pub low: f64,
    /// The number that the last cell stands for.
    pub high: f64,
    /// Whether numbers are apart by a factor.
    pub logarithmic: bool,
}

/// What a cell shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeatmapCell {
    /// Its number; NaN for a cell without one.
    pub value: f64,
    /// The group that it belongs to, which gives it its hue.
    pub group: Option<usize>,
}

/// A grid of numbers over two axes, each number a colour, with lines and marks on top.
///
/// Without groups, colours run through a scale that is even to the eye and safe for the colour-blind; with
/// groups, each has a hue, and light colours are high numbers.
///
/// ```
/// use thalweg_draw::plot::{HeatmapAxis, HeatmapCell, HeatmapFigure, Range};
///
/// let axis = |name: &str| HeatmapAxis { name: name.to_owned(), low: 0.0, high: 1.0, logarithmic: false };
/// let cells = [0.1, 1.0, 10.0, f64::NAN].map(|value| HeatmapCell { value, group: None });
/// let mut figure = HeatmapFigure::new("Four cells", ["a", "b"].map(axis), 2, cells.to_vec());
/// figure.range = Range::Decades(-1, 1);
/// figure.blank = "diverged".to_owned();
/// assert!(figure.scene().svg().contains("<image"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct HeatmapFigure {
    /// Title above the plot; empty for none.
    pub title: String,
    /// The two sides.
    pub axes: [HeatmapAxis; 2],
    /// Cells in a row.
    pub columns: usize,
    /// The cells, row by row from the bottom.
    pub cells: Vec<HeatmapCell>,
    /// The name of the number, above the colour bar.
    pub value: String,
    /// The numbers that colours tell apart; those outside have the colour of the nearer end.
    pub range: Range,
    /// The names of the groups, at most eight; empty to colour by number alone.
    pub groups: Vec<String>,
    /// What the legend says of cells without a group, where there are groups.
    pub ungrouped: String,
    /// What the legend says of cells without a number.
    pub blank: String,
    /// A cell to mark with a ring, by its numbers on the axes, and what the legend says of it.
    pub best: Option<(Point, String)>,
    /// Points marked by stars.
    pub stars: Vec<Point>,
    /// Lines over the cells, such as a limit known from theory.
    pub lines: Vec<Vec<Point>>,
    /// What the legend says of the lines.
    pub line: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

impl HeatmapFigure {
    /// A figure of 1200 × 1050 pixels, with the range of the cells' own numbers.
    pub fn new(
        title: impl Into<String>,
        axes: [HeatmapAxis; 2],
        columns: usize,
        cells: Vec<HeatmapCell>,
    ) -> Self {
        Self {
            title: title.into(),
            axes,
            columns,
            range: Range::of(cells.iter().map(|cell| cell.value)),
            cells,
            value: "f".to_owned(),
            groups: Vec::new(),
            ungrouped: "others".to_owned(),
            blank: String::new(),
            best: None,
            stars: Vec::new(),
            lines: Vec::new(),
            line: String::new(),
            width: 1200,
            height: 1050,
        }
    }

    /// The finished drawing.
    pub fn scene(&self) -> Scene {
        let mut scene = Scene::new(self.width, self.height, &self.title);
        let look = Look { ticks: [8, 9], ..Look::page(scene.width) };
        let frame = Rect::new(0, 0, scene.width, scene.height);
        let tints = Tints::new(self.groups.len(), self.range);
        let layer = &mut scene.layer;
        let plot = self.surround(layer, frame, &look, &tints);
        let is_above = |end: f64| self.cells.iter().any(|cell| cell.value > end);
        let is_below = |end: f64| self.cells.iter().any(|cell| cell.value < end);
        let [low, high] = self.range.ends();
        tints.bar(layer, plot.rect, &self.value, [is_below(low), is_above(high)], &look);
        let mut inside = Layer::default();
        if let Some(image) = self.image(&tints) {
            inside.image(plot.rect, image);
        }
        self.marks(&mut inside, &plot, &look);
        layer.clip(plot.rect, inside);
        plot.frame(layer, &look);
        scene
    }

    /// Where a point of the two axes lies in the drawing, in pixels from its upper left corner.
    pub fn to_pixel(&self, point: Point) -> Point {
        let scene = Scene::new(self.width, self.height, "");
        let look = Look { ticks: [8, 9], ..Look::page(scene.width) };
        let frame = Rect::new(0, 0, scene.width, scene.height);
        let tints = Tints::new(self.groups.len(), self.range);
        self.surround(&mut Layer::default(), frame, &look, &tints).pixel(point)
    }

    fn rows(&self) -> usize {
        self.cells.len() / self.columns.max(1)
    }

    /// Draws title, key and axes.
    fn surround(&self, layer: &mut Layer, frame: Rect, look: &Look, tints: &Tints) -> Plot {
        let mut top = 0.35 * look.label;
        if !self.title.is_empty() {
            title(layer, &self.title, frame, top, look);
            top += 1.35 * look.title;
        }
        let key =
            Key::new(self.entries(tints), frame.width.saturating_sub(look.label as u32), *look);
        key.draw(layer, Rect::new(frame.x, top as i32, frame.width, key.height()));
        top += key.height() as f32;
        let margin = (0.45 * look.label) as u32;
        let body = Rect::new(
            margin as i32,
            top as i32,
            frame.width.saturating_sub(2 * margin + super::bar::room(look)),
            frame.height.saturating_sub(top as u32 + margin),
        );
        let [x, y] = [(0, self.columns), (1, self.rows())].map(|(k, cells)| self.scale(k, cells));
        let [x_label, y_label] = self.axes.each_ref().map(|axis| axis.name.as_str());
        Axes { x, y, x_label, y_label, grid: false }.draw(layer, body, look)
    }

    /// The scale of a side: it shows the whole of the first and of the last cell.
    fn scale(&self, k: usize, cells: usize) -> Scale {
        let HeatmapAxis { low, high, logarithmic, .. } = self.axes[k];
        let half = 0.5 / cells.saturating_sub(1).max(1) as f64;
        if logarithmic {
            let margin = (high / low).powf(half);
            return Scale::logarithmic([low / margin, high * margin]);
        }
        let margin = half * (high - low);
        Scale::linear([low - margin, high + margin])
    }

    fn entries(&self, tints: &Tints) -> Vec<Entry<'_>> {
        let mut entries = Vec::new();
        let mut entry = |swatch, label| entries.push(Entry { swatch, label });
        for (k, group) in self.groups.iter().enumerate() {
            entry(Swatch::Field(tints.strong(Some(k))), group.as_str());
        }
        let is_blank = |cell: &HeatmapCell| cell.value.is_nan();
        let has_rest = |cell: &HeatmapCell| !is_blank(cell) && cell.group.is_none();
        if !self.groups.is_empty() && self.cells.iter().any(has_rest) {
            entry(Swatch::Field(tints.strong(None)), &self.ungrouped);
        }
        if !self.blank.is_empty() && self.cells.iter().any(is_blank) {
            entry(Swatch::Field(tint::BLANK), &self.blank);
        }
        if let Some((_, label)) = &self.best {
            entry(Swatch::Ring, label);
        }
        if !self.line.is_empty() && !self.lines.is_empty() {
            entry(Swatch::Line, &self.line);
        }
        entries
    }

    /// The cells as a picture; `None` without any.
    fn image(&self, tints: &Tints) -> Option<Image> {
        let rows = self.rows();
        let size = rows * self.columns;
        if size == 0 {
            return None;
        }
        let from_top =
            (0..rows).rev().flat_map(|row| &self.cells[row * self.columns..][..self.columns]);
        let cells = from_top.map(|cell| tints.index(cell.value, cell.group));
        Some(Image { width: self.columns, palette: tints.palette(), cells: cells.collect() })
    }

    fn marks(&self, layer: &mut Layer, plot: &Plot, look: &Look) {
        let bounds = plot.bounds(4.0 * f64::from(look.dot));
        for line in &self.lines {
            let points: Vec<Point> = line.iter().map(|&point| plot.pixel(point)).collect();
            limit(layer, &points, &bounds, look);
        }
        let shown = |point: Point| Some(plot.pixel(point)).filter(|&p| clip::contains(&bounds, p));
        for at in self.stars.iter().filter_map(|&star| shown(star)) {
            marks::minimum(layer, at, look);
        }
        if let Some(at) = self.best.as_ref().and_then(|(point, _)| shown(*point)) {
            marks::start(layer, at, look);
        }
    }
}

/// A line that is seen on any colour.
fn limit(layer: &mut Layer, points: &[Point], bounds: &clip::Bounds, look: &Look) {
    let path = clip::polyline(points, bounds);
    layer.stroke(path.clone(), Colour::WHITE, Pen::solid(2.2 * look.line));
    layer.stroke(path, Colour::INK, Pen::solid(look.line));
}

#[cfg(test)]
mod tests;
