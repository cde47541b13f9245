//! Lets `plotters` draw into a layer: it contributes axes, ticks and their labels.

use std::convert::Infallible;

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontTransform,
};
use tiny_skia::{Path, PathBuilder};

use super::colour::Colour;
use super::scene::{Layer, Pen, Rect};
use super::text::{self, Across, Align, Along, Label, Weight};

type Outcome = Result<(), DrawingErrorKind<Infallible>>;

/// A rectangle of a layer in which plotters draws.
pub(super) struct Backend<'a> {
    pub layer: &'a mut Layer,
    pub frame: Rect,
}

impl Backend<'_> {
    fn place(&self, (x, y): BackendCoord) -> (i32, i32) {
        (self.frame.x + x, self.frame.y + y)
    }

    fn path(&self, points: impl IntoIterator<Item = BackendCoord>, width: u32) -> Option<Path> {
        crisp(points.into_iter().map(|p| self.place(p)), width)
    }
}

/// A line through pixels, placed so that it covers whole ones at its width.
pub(super) fn crisp(points: impl IntoIterator<Item = BackendCoord>, width: u32) -> Option<Path> {
    let shift = if width % 2 == 1 { 0.5 } else { 0.0 };
    let mut builder = PathBuilder::new();
    for (x, y) in points {
        let (x, y) = (x as f32 + shift, y as f32 + shift);
        if builder.is_empty() {
            builder.move_to(x, y);
        } else {
            builder.line_to(x, y);
        }
    }
    builder.finish()
}

impl DrawingBackend for Backend<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.frame.width, self.frame.height)
    }

    fn ensure_prepared(&mut self) -> Outcome {
        Ok(())
    }

    fn present(&mut self) -> Outcome {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, color: BackendColor) -> Outcome {
        self.draw_rect((x, y), (x, y), &color, true)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Outcome {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        a: BackendCoord,
        b: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Outcome {
        if fill {
            let (x, y) = (self.frame.x + a.0.min(b.0), self.frame.y + a.1.min(b.1));
            let rect = Rect::new(x, y, a.0.abs_diff(b.0) + 1, a.1.abs_diff(b.1) + 1);
            self.layer.fill_rect(rect, colour(style.color()));
            return Ok(());
        }
        self.draw_path([a, (b.0, a.1), b, (a.0, b.1), a], style)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Outcome {
        let path = self.path(path, style.stroke_width());
        self.layer.stroke(path, colour(style.color()), Pen::solid(style.stroke_width() as f32));
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        at: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Outcome {
        let (x, y) = self.place(at);
        let circle = PathBuilder::from_circle(x as f32, y as f32, radius as f32);
        if fill {
            self.layer.fill(circle, colour(style.color()));
        } else {
            self.layer.stroke(
                circle,
                colour(style.color()),
                Pen::solid(style.stroke_width() as f32),
            );
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> Outcome {
        let path = self.path(vert, 0);
        self.layer.fill(path, colour(style.color()));
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        at: BackendCoord,
    ) -> Outcome {
        let along = match style.anchor().h_pos {
            HPos::Left => Along::Start,
            HPos::Center => Along::Middle,
            HPos::Right => Along::End,
        };
        let across = match style.anchor().v_pos {
            VPos::Top => Across::Top,
            VPos::Center => Across::Middle,
            VPos::Bottom => Across::Bottom,
        };
        let upright = matches!(style.transform(), FontTransform::Rotate270);
        let label =
            Label::new(style.size() as f32, Align(along, across)).colour(colour(style.color()));
        let (x, y) = self.place(at);
        self.layer.text(text, (x as f32, y as f32), Label { upright, ..label });
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let size = style.size() as f32;
        let height = text::cap_height(size) + text::descent(size);
        Ok((text::width(text, size, Weight::Regular).ceil() as u32, height.ceil() as u32))
    }
}

fn colour(BackendColor { alpha, rgb: (r, g, b) }: BackendColor) -> Colour {
    Colour { r, g, b, a: (alpha * 255.0).round() as u8 }
}
