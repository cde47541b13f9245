//! Histograms in a grid.

use std::ops::Range;

use super::axes::{Axes, Plot, Scale};
use super::colour::style;
use super::landscape::title;
use super::look::Look;
use super::scene::{Layer, MAX_SIDE, Rect, Scene};
use super::text::{Across, Align, Along, Label};
use crate::geometry::Point;

/// How values are distributed, over one range.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// Title above the panel.
    pub title: String,
    /// The share of all values in each bin, from 0 to 1; bins are equally wide.
    pub shares: Vec<f64>,
}

/// Histograms over the same range, side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct HistogramRow {
    /// Title above the row.
    pub title: String,
    /// The range of the values, the x axis of every panel.
    pub range: [f64; 2],
    /// The panels.
    pub panels: Vec<Histogram>,
}

/// Rows of histograms, whose bars have the same scale in all of them. Bars beyond the axis are cut, with
/// their share written beside them.
///
/// ```
/// use thalweg_draw::plot::{Histogram, HistogramFigure, HistogramRow};
///
/// let range = [0.0, 1.0];
/// let panel = Histogram::of("layer 1", &[0.1, 0.4, 0.45, 0.9], range, 10);
/// assert_eq!(panel.shares[4], 0.5);
/// let row = HistogramRow { title: "σ = 1".to_owned(), range, panels: vec![panel] };
/// let figure = HistogramFigure { rows: vec![row], ..HistogramFigure::new("sigmoid", "activation") };
/// assert!(figure.scene().svg().starts_with("<svg"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct HistogramFigure {
    /// Title above all rows; empty for none.
    pub title: String,
    /// Name of the x axes, below the last row.
    pub x_label: String,
    /// The greatest share that the y axes show.
    pub highest: f64,
    /// The rows.
    pub rows: Vec<HistogramRow>,
    /// Width in pixels; the height follows from it.
    pub width: u32,
}

impl Histogram {
    /// The histogram of values. Those outside the range, and those that are not finite, are in no bin.
    pub fn of(title: impl Into<String>, values: &[f32], range: [f64; 2], bins: usize) -> Self {
        let [low, high] = range;
        let mut counts = vec![0_u64; bins];
        for value in values.iter().map(|&value| f64::from(value)) {
            if bins > 0 && (low..=high).contains(&value) {
                let bin = (value - low) / (high - low) * bins as f64;
                // The upper end belongs to the last bin.
                counts[(bin as usize).min(bins - 1)] += 1;
            }
        }
        let all = values.len().max(1) as f64;
        Self { title: title.into(), shares: counts.iter().map(|&n| n as f64 / all).collect() }
    }
}

impl HistogramFigure {
    /// A figure 1200 pixels wide with no rows, whose axes show shares up to a tenth.
    pub fn new(title: impl Into<String>, x_label: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            x_label: x_label.into(),
            highest: 0.1,
            rows: Vec::new(),
            width: 1200,
        }
    }

    /// The finished drawing.
    pub fn scene(&self) -> Scene {
        let mut scene = Scene::new(self.width(), self.height(), &self.title);
        let look = Look::page(self.width());
        if !self.title.is_empty() {
            let paper = Rect::new(0, 0, self.width(), self.height());
            title(&mut scene.layer, &self.title, paper, 0.35 * look.label, &look);
        }
        for (i, row) in self.rows.iter().enumerate() {
            let frame = self.row(i);
            let panel = self.look();
            title(&mut scene.layer, &row.title, frame, 0.0, &Look { title: look.label, ..panel });
            for (k, histogram) in row.panels.iter().enumerate() {
                let plot = self.surround(&mut scene.layer, i, k);
                let mut bars = Layer::default();
                self.bars(&mut bars, histogram, &plot, row.range);
                scene.layer.clip(plot.rect, bars);
                plot.frame(&mut scene.layer, &panel);
            }
        }
        scene
    }

    /// Width and height in pixels.
    pub fn size(&self) -> (u32, u32) {
        (self.width(), self.height())
    }

    /// Where a point (value, share) lies in a panel, both counted from 0, in pixels from the drawing's upper
    /// left corner.
    pub fn to_pixel(&self, row: usize, panel: usize, point: Point) -> Point {
        self.surround(&mut Layer::default(), row, panel).pixel(point)
    }

    fn width(&self) -> u32 {
        self.width.clamp(1, MAX_SIDE)
    }

    fn look(&self) -> Look {
        Look { ticks: [3, 3], ..Look::panel(self.width()) }
    }

    fn top(&self) -> u32 {
        let look = Look::page(self.width());
        if self.title.is_empty() { 0 } else { (0.7 * look.label + 1.35 * look.title) as u32 }
    }

    /// Height of a row: of its title, the titles of panels, and the plots.
    fn row_height(&self) -> u32 {
        (0.26 * f64::from(self.width())) as u32
    }

    fn height(&self) -> u32 {
        let rows = self.row_height().saturating_mul(self.rows.len() as u32);
        let names = (1.5 * self.look().label) as u32;
        self.top().saturating_add(rows).saturating_add(names).min(MAX_SIDE)
    }

    fn row(&self, row: usize) -> Rect {
        let below = self.row_height().saturating_mul(row as u32);
        // Rows that far down are outside the scene.
        let y = self.top().saturating_add(below).min(4 * MAX_SIDE);
        Rect::new(0, y as i32, self.width(), self.row_height())
    }

    /// Draws title and axes of a panel.
    fn surround(&self, layer: &mut Layer, row: usize, panel: usize) -> Plot {
        let (mut look, frame) = (self.look(), self.row(row));
        let panels = self.rows.get(row).map_or(1, |row| row.panels.len().max(1)) as u32;
        let histogram = self.rows.get(row).and_then(|row| row.panels.get(panel));
        let side = frame.width / panels;
        let above = (1.35 * Look::page(self.width()).label + 1.15 * look.title) as u32;
        let margin = (0.3 * look.label) as u32;
        let is_last = row + 1 == self.rows.len();
        let names = if is_last { (1.5 * look.label) as u32 } else { 0 };
        let left = side.saturating_mul(panel as u32);
        let body = Rect::new(
            left.saturating_add(margin).min(4 * MAX_SIDE) as i32,
            frame.y.saturating_add_unsigned(above),
            side.saturating_sub(2 * margin),
            (frame.height + names).saturating_sub(above + margin),
        );
        let range = self.rows.get(row).map_or([0.0, 1.0], |row| row.range);
        // Long numbers need room beside each other.
        if range[1].abs().max(range[0].abs()) >= 1000.0 {
            look.label *= 0.65;
        }
        let axes = Axes {
            x: Scale::linear(range),
            y: Scale::linear([0.0, self.highest]),
            x_label: if is_last { &self.x_label } else { "" },
            y_label: "",
            grid: false,
        };
        let plot = axes.draw(layer, body, &look);
        let name = histogram.map_or("", |histogram| &histogram.title);
        let small = Look { title: 0.75 * look.title, ..look };
        let y = body.y.saturating_sub_unsigned((1.1 * small.title) as u32);
        title(layer, name, Rect { y, width: side, ..body }, 0.0, &small);
        plot
    }

    fn bars(&self, layer: &mut Layer, histogram: &Histogram, plot: &Plot, [low, high]: [f64; 2]) {
        let look = self.look();
        let colour = style(1).colour;
        let width = (high - low) / histogram.shares.len().max(1) as f64;
        let pixel = |v: f64| v.round() as i32;
        for (bin, &share) in histogram.shares.iter().enumerate().filter(|(_, share)| **share > 0.0)
        {
            let from = plot.pixel([low + bin as f64 * width, share.min(self.highest)]);
            let to = plot.pixel([low + (bin + 1) as f64 * width, 0.0]);
            let (left, top) = (pixel(from[0]), pixel(from[1]));
            let right = pixel(to[0]).max(left + 1);
            let height = pixel(to[1]).saturating_sub(top).max(1) as u32;
            layer.fill_rect(Rect::new(left, top, (right - left) as u32, height), colour);
        }
        for (bins, share) in self.cut(&histogram.shares) {
            // Beside the bars, on the side with more room.
            let is_left = bins.start + bins.end <= histogram.shares.len();
            let end = if is_left { bins.end } else { bins.start };
            let [x, y] = plot.pixel([low + end as f64 * width, self.highest]);
            let along = if is_left { Along::Start } else { Along::End };
            let gap = if is_left { 0.25 } else { -0.25 } * look.label;
            let label = Label::new(0.9 * look.label, Align(along, Across::Top));
            let at = (x as f32 + gap, y as f32 + 0.3 * look.label);
            layer.text(&format!("{:.0} %", 100.0 * share), at, label);
        }
    }

    /// Neighbouring bins whose bars are cut, with the share of all of them.
    fn cut(&self, shares: &[f64]) -> Vec<(Range<usize>, f64)> {
        let mut cut: Vec<(Range<usize>, f64)> = Vec::new();
        for (bin, &share) in shares.iter().enumerate().filter(|(_, share)| **share > self.highest) {
            match cut.last_mut() {
                Some((bins, sum)) if bins.end == bin => {
                    bins.end += 1;
                    *sum += share;
                }
                _ => cut.push((bin..bin + 1, share)),
            }
        }
        cut
    }
}
