//! The colour bar beside a landscape.

use super::colour::{Colour, terrain, terrain_line};
use super::look::Look;
use super::scene::{Layer, Pen, Rect};
use super::text::{self, Across, Align, Along, Label, Weight};
use crate::numbers::number;

/// The room that the bar takes to the right of a plot, in pixels.
pub(super) fn room(look: &Look) -> u32 {
    (5.1 * look.label) as u32
}

/// Draws one field per band, the lowest at the bottom, with the levels between them, into the room to the
/// right of the plot; `name` stands above.
pub(super) fn draw(layer: &mut Layer, plot: Rect, name: &str, levels: &[f64], look: &Look) {
    let label = look.label;
    let (left, width) = (plot.right() as f32 + 0.7 * label, 0.8 * label);
    let (top, bottom) = (plot.y as f32 + 1.1 * label, plot.bottom() as f32);
    let count = levels.len();
    let field = (bottom - top) / (count + 1) as f32;
    let pixel = |v: f32| v.round() as i32;
    for i in 0..=count {
        let (low, high) = (bottom - i as f32 * field, bottom - (i + 1) as f32 * field);
        let height = pixel(low).saturating_sub(pixel(high)).max(0) as u32;
        let rect = Rect::new(pixel(left), pixel(high), pixel(width).max(1) as u32, height);
        let share = if count == 0 { 0.5 } else { i as f32 / count as f32 };
        layer.fill_rect(rect, terrain(share));
    }
    let labels: Vec<String> = levels.iter().map(|&level| number(level)).collect();
    let beside = left + width + 0.35 * label;
    let space = (plot.right() as f32 + room(look) as f32 - beside).max(1.0);
    let widest =
        labels.iter().map(|t| text::width(t, label, Weight::Regular)).fold(space, f32::max);
    let size = label * space / widest;
    let above = Label::new(label, Align(Along::Start, Across::Top));
    layer.text(name, (left, plot.y as f32), above);
    // Labels stand clear of each other.
    let stride = (1.15 * label / field.max(0.1)).ceil() as usize;
    for (i, text) in labels.iter().enumerate() {
        let y = bottom - (i + 1) as f32 * field;
        let mut line = tiny_skia::PathBuilder::new();
        line.move_to(left, y);
        line.line_to(left + width, y);
        let colour = terrain_line(i as f32 / count as f32);
        layer.stroke(line.finish(), colour, Pen::plain(0.75 * look.thin));
        if i % stride == 0 {
            layer.text(text, (beside, y), Label::new(size, Align(Along::Start, Across::Middle)));
        }
    }
    let corners =
        [(left, top), (left + width, top), (left + width, bottom), (left, bottom), (left, top)];
    let frame = super::backend::crisp(corners.map(|(x, y)| (pixel(x), pixel(y))), 1);
    layer.stroke(frame, Colour::MUTED, Pen::plain(0.5 * look.thin));
}
