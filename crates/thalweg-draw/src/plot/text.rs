//! Text as outlines, from fonts that are compiled in.

use std::sync::LazyLock;

use tiny_skia::{Path, PathBuilder, Transform};
use ttf_parser::{Face, GlyphId, OutlineBuilder};

use super::colour::Colour;

/// How heavy the letters are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    SemiBold,
}

/// Where a text's anchor is, horizontally (along the line) and vertically (across it).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Align(pub Along, pub Across);

/// The anchor along the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Along {
    Start,
    Middle,
    End,
}

/// The anchor across the line: the top of the capitals, their middle, the baseline, the bottom of descenders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Across {
    Top,
    Middle,
    Baseline,
    Bottom,
}

/// How a piece of text looks and how it is placed relative to its anchor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Label {
    pub size: f32,
    pub weight: Weight,
    pub colour: Colour,
    pub align: Align,
    pub upright: bool,
}

impl Label {
    pub fn new(size: f32, align: Align) -> Self {
        Self { size, weight: Weight::Regular, colour: Colour::INK, align, upright: false }
    }

    pub fn bold(self) -> Self {
        Self { weight: Weight::SemiBold, ..self }
    }

    pub fn colour(self, colour: Colour) -> Self {
        Self { colour, ..self }
    }
}

type Font = Option<Face<'static>>;

// The two files are part of the program and the tests read them, so `None` does not happen; were it to,
// figures would have no text rather than no figures.
static REGULAR: LazyLock<Font> =
    LazyLock::new(|| Face::parse(include_bytes!("../../assets/Inter-Regular.otf"), 0).ok());
static SEMI_BOLD: LazyLock<Font> =
    LazyLock::new(|| Face::parse(include_bytes!("../../assets/Inter-SemiBold.otf"), 0).ok());

fn font(weight: Weight) -> Option<&'static Face<'static>> {
    match weight {
        Weight::Regular => REGULAR.as_ref(),
        Weight::SemiBold => SEMI_BOLD.as_ref(),
    }
}

/// A glyph and its distance from the start of the text, in font units.
struct Placed {
    glyph: GlyphId,
    x: f32,
    y: f32,
}

/// Places glyphs side by side and accents over the glyph before them; gives the total width as well.
fn layout(face: &Face, text: &str) -> (Vec<Placed>, f32) {
    let mut placed: Vec<Placed> = Vec::new();
    let mut x = 0.0;
    for c in text.chars() {
        let c = if c.is_control() { ' ' } else { c };
        // Glyph 0 is the empty box that says: this font lacks the character.
        let glyph = face.glyph_index(c).unwrap_or(GlyphId(0));
        let accent = matches!(c, '\u{300}'..='\u{36f}');
        if let (true, Some(base)) = (accent, placed.last()) {
            let (dx, dy) = accent_offset(face, base.glyph, glyph);
            let (x, y) = (base.x + dx, base.y + dy);
            placed.push(Placed { glyph, x, y });
        } else if !accent {
            placed.push(Placed { glyph, x, y: 0.0 });
            x += f32::from(face.glyph_hor_advance(glyph).unwrap_or(0));
        }
    }
    (placed, x)
}

/// Moves an accent so that it is centred over its base and clears it.
fn accent_offset(face: &Face, base: GlyphId, accent: GlyphId) -> (f32, f32) {
    let (Some(b), Some(a)) = (face.glyph_bounding_box(base), face.glyph_bounding_box(accent))
    else {
        return (0.0, 0.0);
    };
    let centre = |r: ttf_parser::Rect| (f32::from(r.x_min) + f32::from(r.x_max)) / 2.0;
    let gap = 0.06 * f32::from(face.units_per_em());
    (centre(b) - centre(a), f32::from(b.y_max) + gap - f32::from(a.y_min))
}

/// Width of a text in pixels at a size (the em) in pixels.
pub(super) fn width(text: &str, size: f32, weight: Weight) -> f32 {
    font(weight).map_or(0.0, |face| layout(face, text).1 * size / f32::from(face.units_per_em()))
}

/// The text, cut with an ellipsis where it is wider than `room` pixels.
pub(super) fn shortened(text: &str, size: f32, weight: Weight, room: f32) -> String {
    if width(text, size, weight) <= room {
        return text.to_owned();
    }
    let letters: Vec<char> = text.chars().collect();
    let cut = |count: usize| letters[..count].iter().chain(&['…']).collect::<String>();
    let fits = |count: &usize| width(&cut(*count), size, weight) <= room;
    // Widths grow with each letter, so that the last fitting one can be searched for.
    let counts: Vec<usize> = (0..letters.len()).collect();
    cut(counts.partition_point(fits).saturating_sub(1))
}

/// Height of the capitals and digits in pixels, the height a line of text seems to have.
pub(super) fn cap_height(size: f32) -> f32 {
    0.727 * size
}

/// Depth of the letters that reach below the baseline, in pixels.
pub(super) fn descent(size: f32) -> f32 {
    0.21 * size
}

/// The outlines of a text whose anchor is at `(x, y)`.
pub(super) fn outline(text: &str, (x, y): (f32, f32), label: &Label) -> Option<Path> {
    let face = font(label.weight)?;
    let (glyphs, width) = layout(face, text);
    let scale = label.size / f32::from(face.units_per_em());
    let mut pen = Pen { builder: PathBuilder::new(), x: 0.0, y: 0.0 };
    for placed in glyphs {
        (pen.x, pen.y) = (placed.x, placed.y);
        face.outline_glyph(placed.glyph, &mut pen);
    }
    let Align(along, across) = label.align;
    let left = match along {
        Along::Start => 0.0,
        Along::Middle => -width * scale / 2.0,
        Along::End => -width * scale,
    };
    let baseline = match across {
        Across::Top => cap_height(label.size),
        Across::Middle => cap_height(label.size) / 2.0,
        Across::Baseline => 0.0,
        Across::Bottom => -descent(label.size),
    };
    let placed = Transform::from_row(scale, 0.0, 0.0, -scale, left, baseline);
    let turned = if label.upright { placed.post_rotate(-90.0) } else { placed };
    pen.builder.finish()?.transform(turned.post_translate(x, y))
}

/// Receives a glyph's outline and adds it, moved to its place, to a path.
struct Pen {
    builder: PathBuilder,
    x: f32,
    y: f32,
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.builder.move_to(self.x + x, self.y + y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.builder.line_to(self.x + x, self.y + y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.builder.quad_to(self.x + x1, self.y + y1, self.x + x, self.y + y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let (dx, dy) = (self.x, self.y);
        self.builder.cubic_to(dx + x1, dy + y1, dx + x2, dy + y2, dx + x, dy + y);
    }

    fn close(&mut self) {
        self.builder.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_fonts_are_inside_and_have_the_signs_figures_use() {
        for weight in [Weight::Regular, Weight::SemiBold] {
            let face = font(weight).expect("font");
            for c in "Aa0 √×−·βγηρελ²⁻⁰¹³⁴⁵⁶⁷⁸⁹₀₁₂∂≈≤∞…\u{302}=,()".chars()
            {
                assert!(face.glyph_index(c).is_some_and(|g| g.0 != 0), "{c}");
            }
        }
    }

    #[test]
    fn an_accent_takes_no_width_and_lies_over_its_letter() {
        let label = Label::new(100.0, Align(Along::Start, Across::Baseline));
        assert_eq!(width("m\u{302}", 100.0, Weight::Regular), width("m", 100.0, Weight::Regular));
        let bounds = |text| outline(text, (0.0, 0.0), &label).expect("outline").bounds();
        let (plain, hat) = (bounds("m"), bounds("m\u{302}"));
        assert!(hat.top() < plain.top() - 5.0);
        assert_eq!((hat.left(), hat.right()), (plain.left(), plain.right()));
    }

    #[test]
    fn a_text_is_cut_to_the_room_there_is() {
        let cut = |room| shortened("adam:lr=0.1,beta1=0.95", 20.0, Weight::Regular, room);
        assert_eq!(cut(1000.0), "adam:lr=0.1,beta1=0.95");
        assert!(cut(120.0).starts_with("adam:") && cut(120.0).ends_with('…'), "{}", cut(120.0));
        assert!(width(&cut(120.0), 20.0, Weight::Regular) <= 120.0);
        assert_eq!(cut(0.0), "…");
    }

    #[test]
    fn text_in_the_middle_is_centred_on_its_anchor() {
        let label = Label::new(40.0, Align(Along::Middle, Across::Middle));
        let bounds = outline("H", (50.0, 80.0), &label).expect("outline").bounds();
        assert!((bounds.left() + bounds.right() - 100.0).abs() < 1.0);
        assert!((bounds.top() + bounds.bottom() - 160.0).abs() < 1.0);
    }
}
