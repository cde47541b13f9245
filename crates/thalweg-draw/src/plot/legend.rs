//! The legend: a strip of entries above the plot, outside it.

use super::colour::{Colour, Style};
use super::look::Look;
use super::marks;
use super::scene::{Layer, Rect};
use super::text::{self, Across, Align, Along, Label, Weight};
use crate::geometry::Point;

/// Entries broken into rows that fit a width.
pub(super) struct Legend<'a> {
    /// Each with its label as it is shown and its width.
    rows: Vec<Vec<(Entry<'a>, String, f32)>>,
    /// How many entries had no room.
    rest: usize,
    look: Look,
}

/// Rows of a legend, at most, before the one that counts the rest.
const MOST_ROWS: usize = 5;

/// How one path or series is shown.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub label: &'a str,
    pub style: Style,
    /// Whether its line is drawn.
    pub line: bool,
    /// Whether its marker is drawn.
    pub dots: bool,
}

impl<'a> Legend<'a> {
    /// A legend at most `width` pixels wide. Many entries are smaller, long ones shortened, and what is more than
    /// [`MOST_ROWS`] is counted.
    pub fn new(entries: impl IntoIterator<Item = Entry<'a>>, width: u32, look: Look) -> Self {
        let entries: Vec<Entry<'a>> = entries.into_iter().collect();
        let share = match entries.len() {
            0..=9 => 1.0,
            10..=20 => 0.8,
            _ => 0.65,
        };
        let look = Look { label: share * look.label, ..look };
        let mut legend = Self { rows: Vec::new(), rest: 0, look };
        let mut used = f32::INFINITY;
        for (i, entry) in entries.iter().enumerate() {
            let label =
                text::shortened(entry.label, look.label, Weight::Regular, 0.45 * width as f32);
            let own = legend.swatch() + text::width(&label, look.label, Weight::Regular);
            if used + legend.gap() + own > width as f32 {
                if legend.rows.len() == MOST_ROWS {
                    legend.rest = entries.len() - i;
                    break;
                }
                legend.rows.push(Vec::new());
                used = -legend.gap();
            }
            used += legend.gap() + own;
            if let Some(row) = legend.rows.last_mut() {
                row.push((*entry, label, own));
            }
        }
        legend
    }

    /// Height of all rows in pixels.
    pub fn height(&self) -> u32 {
        let rows = self.rows.len() + usize::from(self.rest > 0);
        (rows as f32 * self.row()).ceil() as u32
    }

    /// Draws the rows centred in the rectangle, from its top.
    pub fn draw(&self, layer: &mut Layer, rect: Rect) {
        for (i, row) in self.rows.iter().enumerate() {
            let width: f32 = row.iter().map(|(.., own)| own + self.gap()).sum::<f32>() - self.gap();
            let mut x = rect.x as f32 + ((rect.width as f32 - width) / 2.0).max(0.0);
            let y = rect.y as f32 + (i as f32 + 0.5) * self.row();
            for (entry, label, own) in row {
                self.entry(layer, (x, y), *entry, label);
                x += own + self.gap();
            }
        }
        if self.rest > 0 {
            let x = rect.x as f32 + rect.width as f32 / 2.0;
            let y = rect.y as f32 + (self.rows.len() as f32 + 0.5) * self.row();
            let label = Label::new(self.look.label, Align(Along::Middle, Across::Middle));
            let text = format!("and {} more", self.rest);
            layer.text(&text, (x, y), label.colour(Colour::MUTED));
        }
    }

    fn entry(&self, layer: &mut Layer, (x, y): (f32, f32), entry: Entry, label: &str) {
        let Entry { style, line, dots, .. } = entry;
        let (from, to) = (f64::from(x), f64::from(x + 1.6 * self.look.label));
        let y_ = f64::from(y);
        let ends: [Point; 2] = [[from, y_], [to, y_]];
        let everywhere = super::clip::Bounds { low: [from, y_], high: [to, y_] };
        let width = (1.2 * self.look.line).max(0.1 * self.look.label);
        if line {
            marks::line(layer, &ends, &everywhere, &style, &Look { line: width, ..self.look });
        }
        if dots {
            let radius = self.look.dot.max(0.24 * self.look.label);
            marks::dot(layer, [(from + to) / 2.0, y_], radius, &style);
        }
        let align = Align(Along::Start, Across::Middle);
        layer.text(label, (x + self.swatch(), y), Label::new(self.look.label, align));
    }

    fn swatch(&self) -> f32 {
        2.0 * self.look.label
    }

    fn gap(&self) -> f32 {
        1.2 * self.look.label
    }

    fn row(&self) -> f32 {
        1.4 * self.look.label
    }
}
