//! What the colours and marks of a heatmap mean: a strip of entries above the plot.

use super::super::clip::Bounds;
use super::super::colour::Colour;
use super::super::image::Image;
use super::super::look::Look;
use super::super::marks;
use super::super::scene::{Layer, Rect};
use super::super::text::{self, Across, Align, Along, Label, Weight};

/// How an entry is shown.
#[derive(Debug, Clone, Copy)]
pub(super) enum Swatch {
    /// A field of a colour.
    Field(Colour),
    /// The line over the cells.
    Line,
    /// The ring around a cell.
    Ring,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub swatch: Swatch,
    pub label: &'a str,
}

/// Entries broken into rows that fit a width.
pub(super) struct Key<'a> {
    rows: Vec<Vec<(Entry<'a>, f32)>>,
    look: Look,
}

impl<'a> Key<'a> {
    pub fn new(entries: Vec<Entry<'a>>, width: u32, look: Look) -> Self {
        let mut rows: Vec<Vec<(Entry<'a>, f32)>> = Vec::new();
        let mut used = f32::INFINITY;
        for entry in entries {
            let own = 1.7 * look.label + text::width(entry.label, look.label, Weight::Regular);
            if used + own > width as f32 {
                rows.push(Vec::new());
                used = 0.0;
            }
            used += own + 1.2 * look.label;
            if let Some(row) = rows.last_mut() {
                row.push((entry, own));
            }
        }
        Self { rows, look }
    }

    /// Height of all rows in pixels.
    pub fn height(&self) -> u32 {
        (self.rows.len() as f32 * 1.4 * self.look.label).ceil() as u32
    }

    /// Draws the rows centred in the rectangle, from its top.
    pub fn draw(&self, layer: &mut Layer, rect: Rect) {
        let label = self.look.label;
        for (i, row) in self.rows.iter().enumerate() {
            let gaps = 1.2 * label * (row.len().saturating_sub(1)) as f32;
            let width: f32 = row.iter().map(|(_, own)| own).sum::<f32>() + gaps;
            let mut x = rect.x as f32 + ((rect.width as f32 - width) / 2.0).max(0.0);
            let y = rect.y as f32 + (i as f32 + 0.5) * 1.4 * label;
            for (entry, own) in row {
                self.swatch(layer, (x, y), entry.swatch);
                let align = Align(Along::Start, Across::Middle);
                layer.text(entry.label, (x + 1.7 * label, y), Label::new(label, align));
                x += own + 1.2 * label;
            }
        }
    }

    fn swatch(&self, layer: &mut Layer, (x, y): (f32, f32), swatch: Swatch) {
        let label = self.look.label;
        match swatch {
            Swatch::Field(colour) => {
                let side = (0.8 * label).round();
                let top = (y - 0.4 * label).round() as i32;
                let left = (x + 0.35 * label).round() as i32;
                // An image, as the cells are.
                let field = Image { width: 1, palette: [colour].into(), cells: [0].into() };
                layer.image(Rect::new(left, top, side as u32, side as u32), field);
            }
            Swatch::Line => {
                let ends = [x, x + 1.35 * label].map(|x| [f64::from(x), f64::from(y)]);
                let everywhere = Bounds { low: ends[0], high: ends[1] };
                super::limit(layer, &ends, &everywhere, &self.look);
            }
            Swatch::Ring => {
                let at = [f64::from(x + 0.75 * label), f64::from(y)];
                let dot = 0.2 * label;
                marks::start(layer, at, &Look { dot, ..self.look });
            }
        }
    }
}
