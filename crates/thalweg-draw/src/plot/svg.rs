//! A scene as SVG.

use std::fmt::Write;

use tiny_skia::{Path, PathSegment};

use super::colour::Colour;
use super::scene::{Item, Layer, Pen, Scene};

impl Scene {
    /// The drawing as a self-contained SVG document: no fonts, no ids, no references, so that several can
    /// be embedded in one page. The title is given to screen readers. Where the page is dark, so is the drawing.
    pub fn svg(&self) -> String {
        let mut out = String::new();
        let (w, h) = (self.width, self.height);
        out.push_str("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" ");
        push(&mut out, format_args!("width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" "));
        // What nearly every element would say is said once.
        out.push_str("fill-rule=\"evenodd\" stroke-linejoin=\"round\" stroke-linecap=\"round\">\n");
        push(&mut out, format_args!("<title>{}</title>\n", escape(&self.title)));
        self.dark_style(&mut out);
        push(&mut out, format_args!("<rect width=\"{w}\" height=\"{h}\""));
        paint(&mut out, "fill", self.paper);
        out.push_str("/>\n");
        layer(&mut out, &self.layer, self.decimals);
        out.push_str("</svg>\n");
        out
    }

    /// What each colour becomes on a dark page. The rules select by the colour itself, so that those of several
    /// drawings in one page say the same.
    fn dark_style(&self, out: &mut String) {
        let mut colours = vec![self.paper];
        self.layer.colours(&mut colours);
        let mut colours: Vec<[u8; 3]> = colours.iter().map(|c| [c.r, c.g, c.b]).collect();
        colours.sort_unstable();
        colours.dedup();
        out.push_str("<style>@media (prefers-color-scheme:dark){");
        for [r, g, b] in colours {
            let light = Colour { r, g, b, a: 255 };
            let (light, dark) = (light, light.on_dark());
            push(
                out,
                format_args!(
                    "[fill=\"{light}\"]{{fill:{dark}}}[stroke=\"{light}\"]{{stroke:{dark}}}"
                ),
            );
        }
        out.push_str("}</style>\n");
    }
}

/// Writing to a `String` cannot fail.
fn push(out: &mut String, args: std::fmt::Arguments) {
    let _ = out.write_fmt(args);
}

fn layer(out: &mut String, layer_: &Layer, decimals: u32) {
    let mut items = layer_.items.iter().peekable();
    while let Some(item) = items.next() {
        match item {
            Item::Fill { path, colour } => {
                out.push_str("<path");
                paint(out, "fill", *colour);
                let mut paths = vec![path];
                // A line around the shape belongs to its element: it is painted second.
                let around =
                    |next: &&Item| matches!(next, Item::Stroke { path: line, .. } if line == path);
                if let Some(Item::Stroke { colour, pen, .. }) = items.next_if(around) {
                    line(out, *colour, pen, path);
                } else {
                    // Shapes of one colour that are apart, such as labels, are one element.
                    while let Some(Item::Fill { path, .. }) = items.next_if(|next| {
                        matches!(next, Item::Fill { path, colour: next }
                            if next == colour && paths.iter().all(|other| are_apart(other, path)))
                    }) {
                        paths.push(path);
                    }
                }
                data(out, &paths, decimals);
            }
            Item::Stroke { path, colour, pen } => {
                out.push_str("<path fill=\"none\"");
                line(out, *colour, pen, path);
                let mut paths = vec![path];
                // Lines of one opaque colour, such as ticks, are one element.
                while let Some(Item::Stroke { path, .. }) = items.next_if(|next| {
                    matches!(next, Item::Stroke { colour: next, pen: with, .. }
                        if next == colour && with == pen && colour.a == 255)
                }) {
                    paths.push(path);
                }
                data(out, &paths, decimals);
            }
            Item::Clip { rect, layer: inner } => {
                // A nested viewport clips without an id, which would clash between pictures of one page.
                let (x, y, w, h) = (rect.x, rect.y, rect.width, rect.height);
                push(out, format_args!("<svg x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" "));
                push(out, format_args!("viewBox=\"{x} {y} {w} {h}\" overflow=\"hidden\">\n"));
                layer(out, inner, decimals);
                out.push_str("</svg>\n");
            }
            Item::Image { rect, image } => out.push_str(&image.svg(*rect)),
        }
    }
}

fn are_apart(a: &Path, b: &Path) -> bool {
    let (a, b) = (a.bounds(), b.bounds());
    a.right() < b.left() || b.right() < a.left() || a.bottom() < b.top() || b.bottom() < a.top()
}

fn line(out: &mut String, colour: Colour, pen: &Pen, path: &Path) {
    let has_ends = path.segments().last() != Some(PathSegment::Close);
    if !pen.round && has_ends {
        out.push_str(" stroke-linecap=\"butt\"");
    }
    paint(out, "stroke", colour);
    push(out, format_args!(" stroke-width=\"{}\"", Number(pen.width)));
    if let Some([dash, gap]) = pen.dash {
        push(out, format_args!(" stroke-dasharray=\"{} {}\"", Number(dash), Number(gap)));
    }
}

fn paint(out: &mut String, property: &str, colour: Colour) {
    push(out, format_args!(" {property}=\"{}\"", colour));
    if colour.a < 255 {
        push(out, format_args!(" {property}-opacity=\"{}\"", Number(f32::from(colour.a) / 255.0)));
    }
}

fn data(out: &mut String, paths: &[&Path], decimals: u32) {
    out.push_str(" d=\"");
    let mut data = Data { out, letter: 'z', at: [0; 2], start: [0; 2], decimals };
    for segment in paths.iter().flat_map(|path| path.segments()) {
        match segment {
            PathSegment::MoveTo(p) => data.start_at(p),
            PathSegment::LineTo(p) => data.line_to(p),
            PathSegment::QuadTo(a, p) => data.curve('q', &[a, p]),
            PathSegment::CubicTo(a, b, p) => data.cubic(a, b, p),
            PathSegment::Close => data.close(),
        }
    }
    out.push_str("\"/>\n");
}

/// The data of a path in its shortest form: each point relative to the one before, a letter only where
/// the command changes. Points are rounded before they are subtracted, so that no error grows.
struct Data<'a> {
    out: &'a mut String,
    /// The command that numbers without a letter would continue.
    letter: char,
    /// The current point, in units of the last decimal.
    at: [i64; 2],
    /// Where the current ring began.
    start: [i64; 2],
    decimals: u32,
}

impl Data<'_> {
    fn start_at(&mut self, p: tiny_skia::Point) {
        let to = self.rounded(p);
        self.command('m', &difference(to, self.at));
        // Numbers that follow those of a move are lines.
        (self.letter, self.at, self.start) = ('M', to, to);
    }

    fn line_to(&mut self, p: tiny_skia::Point) {
        let to = self.rounded(p);
        match difference(to, self.at) {
            // A line without length is a dot where it stands alone.
            [0, 0] if self.letter != 'M' => {}
            [x, 0] => self.command('h', &[x]),
            [0, y] => self.command('v', &[y]),
            both => self.command('l', &both),
        }
        self.at = to;
    }

    /// A cubic curve, or the quadratic one nearest to it where they are less than the last decimal apart, as for
    /// most parts of small letters. The distance is √3/36·|p₃ − 3c₂ + 3c₁ − p₀| (Sederberg 2012).
    fn cubic(&mut self, a: tiny_skia::Point, b: tiny_skia::Point, p: tiny_skia::Point) {
        let unit = 0.1_f32.powi(self.decimals as i32);
        let [x, y] = self.at.map(|v| v as f32 * unit);
        let difference = |p0: f32, c1: f32, c2: f32, p3: f32| p3 - 3.0 * c2 + 3.0 * c1 - p0;
        let apart = difference(x, a.x, b.x, p.x).hypot(difference(y, a.y, b.y, p.y));
        if 3.0_f32.sqrt() / 36.0 * apart < unit {
            let control = |p0: f32, c1: f32, c2: f32, p3: f32| (3.0 * (c1 + c2) - p0 - p3) / 4.0;
            let control = (control(x, a.x, b.x, p.x), control(y, a.y, b.y, p.y));
            self.curve('q', &[control.into(), p]);
        } else {
            self.curve('c', &[a, b, p]);
        }
    }

    fn curve(&mut self, letter: char, points: &[tiny_skia::Point]) {
        let ends: Vec<[i64; 2]> = points.iter().map(|&p| self.rounded(p)).collect();
        let numbers: Vec<i64> = ends.iter().flat_map(|&p| difference(p, self.at)).collect();
        self.command(letter, &numbers);
        self.at = ends.last().copied().unwrap_or(self.at);
    }

    fn close(&mut self) {
        self.out.push('z');
        (self.letter, self.at) = ('z', self.start);
    }

    fn command(&mut self, letter: char, numbers: &[i64]) {
        let known = letter == self.letter || (letter, self.letter) == ('l', 'M');
        if !known {
            self.out.push(letter);
        }
        for (i, &number) in numbers.iter().enumerate() {
            // A minus sign divides numbers, too.
            if number >= 0 && (known || i > 0) {
                self.out.push(' ');
            }
            push(self.out, format_args!("{}", Decimal(number, self.decimals)));
        }
        self.letter = letter;
    }

    fn rounded(&self, p: tiny_skia::Point) -> [i64; 2] {
        let unit = f64::from(10_u32.pow(self.decimals));
        [p.x, p.y].map(|v| (f64::from(v) * unit).round() as i64)
    }
}

fn difference(to: [i64; 2], from: [i64; 2]) -> [i64; 2] {
    [0, 1].map(|i| to[i].saturating_sub(from[i]))
}

/// A number of tenths or hundredths, without needless zeros.
struct Decimal(i64, u32);

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let Self(number, decimals) = *self;
        let unit = 10_u64.pow(decimals);
        let (whole, rest) = (number.unsigned_abs() / unit, number.unsigned_abs() % unit);
        let digits = format!("{rest:0width$}", width = decimals as usize);
        let sign = if number < 0 { "-" } else { "" };
        match (whole, digits.trim_end_matches('0')) {
            (_, "") => write!(f, "{sign}{whole}"),
            (0, digits) => write!(f, "{sign}.{digits}"),
            (_, digits) => write!(f, "{sign}{whole}.{digits}"),
        }
    }
}

/// A number rounded to two decimals.
struct Number(f32);

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        Decimal((f64::from(self.0) * 100.0).round() as i64, 2).fmt(f)
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
        assert_eq!([1.0, 1.5, -1.25, -0.001, 0.05].map(text), ["1", "1.5", "-1.25", "0", ".05"]);
    }

    #[test]
    fn points_are_relative_and_letters_are_not_repeated() {
        let mut builder = tiny_skia::PathBuilder::new();
        builder.move_to(10.0, 20.0);
        builder.line_to(11.5, 18.0);
        builder.line_to(12.0, 18.25);
        builder.line_to(12.001, 18.25);
        builder.line_to(9.0, 18.25);
        builder.close();
        builder.move_to(10.0, 20.5);
        builder.quad_to(10.0, 21.0, 11.0, 21.0);
        builder.quad_to(12.0, 21.0, 12.0, 20.0);
        let mut out = String::new();
        data(&mut out, &[&builder.finish().expect("a path")], 2);
        assert_eq!(out, " d=\"m10 20 1.5-2 .5 .25h-3zm0 .5q0 .5 1 .5 1 0 1-1\"/>\n");
    }

    #[test]
    fn roundings_do_not_add_up() {
        let mut builder = tiny_skia::PathBuilder::new();
        builder.move_to(0.0, 0.0);
        for i in 1..=300 {
            builder.line_to(i as f32 / 30.0, (i % 2) as f32);
        }
        let mut out = String::new();
        data(&mut out, &[&builder.finish().expect("a path")], 2);
        let steps = out.replace("m0 0", "").replace('-', " -");
        let numbers = steps.split([' ', '"']).filter_map(|n| n.parse::<f64>().ok());
        let sum: f64 = numbers.step_by(2).sum();
        assert!((sum - 10.0).abs() < 1e-9, "{sum}: {out}");
    }

    #[test]
    fn shapes_of_one_colour_are_one_element_where_they_do_not_overlap() {
        let square = |x: f32| {
            tiny_skia::Rect::from_xywh(x, 0.0, 2.0, 2.0).map(tiny_skia::PathBuilder::from_rect)
        };
        let elements = |xs: &[f32]| {
            let mut items = Layer::default();
            xs.iter().for_each(|&x| items.fill(square(x), Colour::INK));
            let mut out = String::new();
            layer(&mut out, &items, 2);
            out.matches("<path").count()
        };
        assert_eq!([elements(&[0.0, 3.0, 6.0]), elements(&[0.0, 3.0, 1.0])], [1, 2]);
    }

    #[test]
    fn a_shape_and_the_line_around_it_are_one_element() {
        let circle = || tiny_skia::PathBuilder::from_circle(5.0, 5.0, 2.0);
        let mut items = Layer::default();
        items.fill(circle(), Colour::WHITE);
        items.stroke(circle(), Colour::INK, Pen::solid(1.0));
        items.stroke(circle(), Colour::MUTED, Pen::solid(1.0));
        let mut out = String::new();
        layer(&mut out, &items, 2);
        let starts: Vec<&str> =
            out.lines().map(|line| &line[..line.find(" d=").unwrap()]).collect();
        assert_eq!(
            starts,
            [
                "<path fill=\"#ffffff\" stroke=\"#1f2933\" stroke-width=\"1\"",
                "<path fill=\"none\" stroke=\"#66727f\" stroke-width=\"1\""
            ]
        );
    }

    #[test]
    fn a_curve_becomes_quadratic_where_no_decimal_shows_it() {
        let mut builder = tiny_skia::PathBuilder::new();
        builder.move_to(0.0, 0.0);
        builder.cubic_to(0.0, 0.55, 0.45, 1.0, 1.0, 1.0);
        let path = builder.finish().expect("a path");
        let written = [1, 2].map(|decimals| {
            let mut out = String::new();
            data(&mut out, &[&path], decimals);
            out
        });
        assert_eq!(written, [" d=\"m0 0q.1 .9 1 1\"/>\n", " d=\"m0 0c0 .55 .45 1 1 1\"/>\n"]);
    }

    #[test]
    fn a_line_without_length_is_kept_where_it_is_a_dot() {
        let mut builder = tiny_skia::PathBuilder::new();
        for x in [3.0, 7.0] {
            builder.move_to(x, 4.0);
            builder.line_to(x, 4.0);
        }
        let mut out = String::new();
        data(&mut out, &[&builder.finish().expect("a path")], 2);
        assert_eq!(out, " d=\"m3 4h0m4 0h0\"/>\n");
    }

    #[test]
    fn markup_and_control_characters_are_escaped() {
        assert_eq!(escape("a<b & \u{1}c\n"), "a&lt;b &amp; c ");
    }
}
