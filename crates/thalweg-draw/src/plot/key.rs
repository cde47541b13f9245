//! The key of the marks in a landscape: what ring, star, cross and arrow mean, once in each picture.

use super::axes::Plot;
use super::clip;
use super::colour::{Colour, Style, style};
use super::landscape::LandscapeFigure;
use super::look::Look;
use super::marks;
use super::scene::{Layer, Rect};
use super::text::{self, Across, Align, Along, Label, Weight};
use super::trail;
use crate::numbers::grouped;

/// A mark that a picture has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Start,
    End,
    Minimum,
    Diverged,
    Outside,
    Dots,
}

/// The marks that a picture has, each with what it means.
pub(super) struct Key {
    entries: Vec<(Mark, String)>,
    style: Style,
}

/// How large the key is beside other text.
const SIZE: f32 = 0.84;

impl Key {
    /// The height that the key takes below a plot, in pixels.
    pub fn room(look: &Look) -> u32 {
        (1.35 * look.label) as u32
    }

    /// The marks of a figure.
    pub fn of(figure: &LandscapeFigure, plot: &Plot) -> Self {
        let bounds = plot.bounds(0.0);
        let shows = |p: crate::Point| clip::contains(&bounds, plot.pixel(p));
        let mut entries = Vec::new();
        let mut add = |is_there: bool, mark: Mark, text: &str| {
            if is_there {
                entries.push((mark, text.to_owned()));
            }
        };
        add(figure.starts.iter().any(|&start| shows(start)), Mark::Start, "start");
        let (last, every) = trail::steps(figure);
        let last = figure.steps.get(last).copied().unwrap_or(last as u64);
        let ends = figure.paths.iter().filter(|path| !path.diverged);
        let mut inside = ends.filter_map(|path| path.points.last()).map(|&end| shows(end));
        let (any, all) = (inside.clone().any(|shown| shown), inside.all(|shown| shown));
        let end = format!("after {} {}", grouped(last), if last == 1 { "step" } else { "steps" });
        add(last > 0 && any, Mark::End, &end);
        let outside = format!("outside after {}", grouped(last));
        add(last > 0 && !all, Mark::Outside, &outside);
        let diverged = figure.paths.iter().any(|path| path.diverged);
        add(diverged, Mark::Diverged, "no longer finite");
        add(figure.minima.iter().any(|&p| shows(p)), Mark::Minimum, "minimum");
        add(every > 1 && figure.steps.is_empty(), Mark::Dots, &format!("every {every} steps"));
        // Where paths differ in their markers, the key's are neutral.
        let style = match figure.paths.as_slice() {
            [path] => style(path.style),
            _ => Style { colour: Colour::INK, ..style(0) },
        };
        Self { entries, style }
    }

    /// Draws it in one row, centred, smaller where it would not fit.
    pub fn draw(&self, layer: &mut Layer, rect: Rect, look: &Look) {
        let width = |size: f32| -> f32 {
            let widths = self.entries.iter().map(|(_, t)| text::width(t, size, Weight::Regular));
            widths.map(|own| own + SWATCH * size).sum::<f32>()
                + GAP * size * self.entries.len().saturating_sub(1) as f32
        };
        let wanted = SIZE * look.label;
        let room = rect.width as f32 - look.label;
        let size = wanted * (room / width(wanted).max(1.0)).min(1.0);
        let mut x = rect.x as f32 + (rect.width as f32 - width(size)) / 2.0;
        let y = rect.y as f32 + 0.4 * rect.height as f32;
        for (mark, text) in &self.entries {
            let at = [x + 0.5 * size, y].map(f64::from);
            self.mark(layer, *mark, at, 0.24 * size);
            let label = Label::new(size, Align(Along::Start, Across::Middle));
            layer.text(text, (x + SWATCH * size, y), label);
            x += SWATCH * size + text::width(text, size, Weight::Regular) + GAP * size;
        }
    }

    fn mark(&self, layer: &mut Layer, mark: Mark, at: [f64; 2], radius: f32) {
        let look = Look { dot: 0.8 * radius, ..Look::page(1200) };
        let [x, y] = at;
        let reach = f64::from(radius);
        match mark {
            Mark::Start => marks::start(layer, at, &look),
            Mark::End => marks::end(layer, at, radius, &self.style),
            Mark::Minimum => marks::minimum(layer, at, &look),
            Mark::Diverged => marks::cross(layer, at, 1.3 * radius, self.style.colour),
            Mark::Outside => {
                let tip = [x + 1.3 * reach, y];
                marks::arrow(layer, at, tip, [x + 1e3, y], 1.3 * radius, self.style.colour);
            }
            Mark::Dots => marks::dot(layer, at, radius, &self.style),
        }
    }
}

/// Room for a mark and between entries, in sizes of the text.
const SWATCH: f32 = 1.25;
const GAP: f32 = 1.3;
