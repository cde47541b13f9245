//! A scene as SVG.

use std::fmt::Write;

use tiny_skia::{Path, PathSegment};

use super::colour::Colour;
use super::scene::{Item, Layer, Scene};

impl Scene {
    /// The drawing as a self-contained SVG document: no fonts, no ids, no references, so that several can
    /// be embedded in one page. The title is given to screen readers.
    pub fn svg(&self) -> String {
        let mut out = String::new();
        let (w, h) = (self.width, self.height);
        out.push_str("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" ");
        push(&mut out, format_args!("width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\">\n"));
        push(&mut out, format_args!("<title>{}</title>\n", escape(&self.title)));
        push(&mut out, format_args!("<rect width=\"{w}\" height=\"{h}\" fill=\"#fff\"/>\n"));
        layer(&mut out, &self.layer);
        out.push_str("</svg>\n");
        out
    }
}

/// Writing to a `String` cannot fail.
fn push(out: &mut String, args: std::fmt::Arguments) {
    let _ = out.write_fmt(args);
}

fn layer(out: &mut String, layer_: &Layer) {
    for item in &layer_.items {
        match item {
            Item::Fill { path, colour } => {
                out.push_str("<path fill-rule=\"evenodd\"");
                paint(out, "fill", *colour);
                data(out, path);
            }
            Item::Stroke { path, colour, pen } => {
                out.push_str("<path fill=\"none\"");
                if pen.round {
                    out.push_str(" stroke-linejoin=\"round\" stroke-linecap=\"round\"");
                }
                paint(out, "stroke", *colour);
                push(out, format_args!(" stroke-width=\"{}\"", Number(pen.width)));
                if let Some([dash, gap]) = pen.dash {
                    push(
                        out,
                        format_args!(" stroke-dasharray=\"{} {}\"", Number(dash), Number(gap)),
                    );
                }
                data(out, path);
            }
            Item::Clip { rect, layer: inner } => {
                // A nested viewport clips without an id, which would clash between pictures of one page.
                let (x, y, w, h) = (rect.x, rect.y, rect.width, rect.height);
                push(out, format_args!("<svg x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" "));
                push(out, format_args!("viewBox=\"{x} {y} {w} {h}\" overflow=\"hidden\">\n"));
                layer(out, inner);
                out.push_str("</svg>\n");
            }
        }
    }
}

fn paint(out: &mut String, property: &str, colour: Colour) {
    let Colour { r, g, b, a } = colour;
    push(out, format_args!(" {property}=\"#{r:02x}{g:02x}{b:02x}\""));
    if a < 255 {
        push(out, format_args!(" {property}-opacity=\"{}\"", Number(f32::from(a) / 255.0)));
    }
}

fn data(out: &mut String, path: &Path) {
    out.push_str(" d=\"");
    for segment in path.segments() {
        match segment {
            PathSegment::MoveTo(p) => command(out, 'M', &[p]),
            PathSegment::LineTo(p) => command(out, 'L', &[p]),
            PathSegment::QuadTo(a, p) => command(out, 'Q', &[a, p]),
            PathSegment::CubicTo(a, b, p) => command(out, 'C', &[a, b, p]),
            PathSegment::Close => out.push('Z'),
        }
    }
    out.push_str("\"/>\n");
}

fn command(out: &mut String, letter: char, points: &[tiny_skia::Point]) {
    out.push(letter);
    for (i, p) in points.iter().enumerate() {
        let space = if i == 0 { "" } else { " " };
        push(out, format_args!("{space}{} {}", Number(p.x), Number(p.y)));
    }
}

/// A coordinate rounded to two decimals, without needless zeros.
struct Number(f32);

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let hundredths = (f64::from(self.0) * 100.0).round() as i64;
        let sign = if hundredths < 0 { "-" } else { "" };
        let (whole, rest) = (hundredths.abs() / 100, hundredths.abs() % 100);
        match (rest, rest % 10) {
            (0, _) => write!(f, "{sign}{whole}"),
            (_, 0) => write!(f, "{sign}{whole}.{}", rest / 10),
            _ => write!(f, "{sign}{whole}.{rest:02}"),
        }
    }
}

/// Text for XML: markup escaped, characters XML forbids left out.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_at_most_two_decimals() {
        let text = |x: f32| Number(x).to_string();
        assert_eq!([1.0, 1.5, -1.25, -0.001, 0.05].map(text), ["1", "1.5", "-1.25", "0", "0.05"]);
    }

    #[test]
    fn markup_and_control_characters_are_escaped() {
        assert_eq!(escape("a<b & \u{1}c\n"), "a&lt;b &amp; c ");
    }
}
