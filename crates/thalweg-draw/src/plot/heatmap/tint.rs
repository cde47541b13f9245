//! The colours of numbers.

use std::sync::Arc;

use super::super::colour::Colour;
use super::super::image::Image;
use super::super::look::Look;
use super::super::scene::{Layer, Pen, Rect};
use super::super::text::{self, Across, Align, Along, Label, Weight};
use crate::numbers;

/// The numbers that colours tell apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Range {
    /// From the first to the second number.
    Linear(f64, f64),
    /// From 10 to the first to 10 to the second power.
    Decades(i32, i32),
}

impl Range {
    /// The range of the numbers that are finite: decades where all are positive, and the highest is more than a
    /// hundred times the lowest.
    pub fn of(values: impl Iterator<Item = f64>) -> Self {
        let [low, high] = values
            .filter(|value| value.is_finite())
            .fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| [low.min(v), high.max(v)]);
        if low > high {
            return Self::Linear(0.0, 1.0);
        }
        if low > 0.0 && high / 100.0 > low {
            return Self::Decades(low.log10().floor() as i32, high.log10().ceil() as i32);
        }
        Self::Linear(low, high)
    }

    /// The lowest and the highest number.
    pub fn ends(&self) -> [f64; 2] {
        match *self {
            Self::Linear(low, high) => [low, high],
            Self::Decades(low, high) => [low, high].map(|exponent| 10_f64.powi(exponent)),
        }
    }

    /// Where a number lies between the ends, which are 0 and 1.
    fn place(&self, value: f64) -> f64 {
        let (place, length) = match *self {
            Self::Linear(low, high) => (value - low, high - low),
            Self::Decades(low, high) => {
                let power = if value > 0.0 { value.log10() } else { f64::NEG_INFINITY };
                (power - f64::from(low), f64::from(high) - f64::from(low))
            }
        };
        if length > 0.0 { (place / length).clamp(0.0, 1.0) } else { 0.5 }
    }

    /// Numbers to write beside a bar, at most `most`, from the lowest.
    fn ticks(&self, most: usize) -> Vec<(f64, String)> {
        match *self {
            Self::Decades(low, high) => {
                let most = most.max(2) - 1;
                let stride = (i64::from(high) - i64::from(low)).unsigned_abs() as usize;
                let stride = stride.div_ceil(most).max(1);
                let tick = |exponent: i32| (10_f64.powi(exponent), numbers::power_of_ten(exponent));
                (low..=high).step_by(stride).map(tick).collect()
            }
            Self::Linear(low, high) => {
                let tick = |k: u32| {
                    let value = low + f64::from(k) / 4.0 * (high - low);
                    (value, numbers::number(value))
                };
                (0..=4).map(tick).collect()
            }
        }
    }
}

/// The colour of cells without a number.
pub(super) const BLANK: Colour = Colour::hex(0xc4c8cc);

/// Hues of groups: the seven chromatic colours of Okabe and Ito (2008, <https://jfly.uni-koeln.de/color/>), the
/// darker ones first, and indigo of Tol's "muted" scheme (2021, <https://personal.sron.nl/~pault/>).
const HUES: [Colour; 8] = [
    Colour::hex(0x0072b2),
    Colour::hex(0xd55e00),
    Colour::hex(0x009e73),
    Colour::hex(0xcc79a7),
    Colour::hex(0xe69f00),
    Colour::hex(0x332288),
    Colour::hex(0x56b4e9),
    Colour::hex(0xf0e442),
];

/// The hue of cells without a group.
const UNGROUPED: Colour = Colour::hex(0x4a4038);

/// Shades of a scale without groups, and of each group with them: all fit into one byte.
const SHADES: usize = 240;
const SHADES_OF_GROUP: usize = 27;

/// The colours of a figure.
pub(super) struct Tints {
    groups: usize,
    range: Range,
}

impl Tints {
    pub fn new(groups: usize, range: Range) -> Self {
        Self { groups: groups.min(HUES.len()), range }
    }

    fn shades(&self) -> usize {
        if self.groups == 0 { SHADES } else { SHADES_OF_GROUP }
    }

    /// All colours: that of cells without a number, then the shades of each group, those of no group last.
    pub fn palette(&self) -> Arc<[Colour]> {
        let shades = self.shades();
        let share = |shade: usize| shade as f64 / (shades - 1) as f64;
        let groups = (0..self.groups).map(Some).chain([None]);
        let colours =
            groups.flat_map(|group| (0..shades).map(move |s| self.colour(group, share(s))));
        [BLANK].into_iter().chain(colours).collect()
    }

    /// The place of a cell's colour in the palette.
    pub fn index(&self, value: f64, group: Option<usize>) -> u8 {
        if value.is_nan() {
            return 0;
        }
        let shade = (self.range.place(value) * (self.shades() - 1) as f64).round() as usize;
        let group = group.filter(|group| *group < self.groups).unwrap_or(self.groups);
        (1 + group * self.shades() + shade) as u8
    }

    /// The strongest colour of a group.
    pub fn strong(&self, group: Option<usize>) -> Colour {
        self.colour(group, 0.0)
    }

    /// The colour at a place of the range.
    fn colour(&self, group: Option<usize>, share: f64) -> Colour {
        if self.groups == 0 {
            // Matplotlib's viridis (van der Walt, Smith 2015): even to the eye, in grey as well.
            let colorous::Color { r, g, b } = colorous::VIRIDIS.eval_continuous(share);
            return Colour { r, g, b, a: 255 };
        }
        let hue = group.map_or(UNGROUPED, |group| HUES[group % HUES.len()]);
        let lighter = |channel: u8| {
            let channel = f64::from(channel);
            (channel + 0.82 * share * (255.0 - channel)).round() as u8
        };
        Colour { r: lighter(hue.r), g: lighter(hue.g), b: lighter(hue.b), a: 255 }
    }

    /// Draws the bar into the room to the right of a plot, low numbers at the bottom; `beyond` says whether
    /// cells have numbers below and above its ends.
    pub fn bar(&self, layer: &mut Layer, plot: Rect, name: &str, beyond: [bool; 2], look: &Look) {
        const FIELDS: u8 = 64;
        let label = look.label;
        let (left, width) = (plot.right() as f32 + 0.7 * label, 0.8 * label);
        let (top, bottom) = (plot.y as f32 + 1.5 * label, plot.bottom() as f32);
        let pixel = |v: f32| v.round() as i32;
        let height = (bottom - top).max(1.0);
        let at = |share: f64| bottom - share as f32 * height;
        // An image as the cells are: what stands for data has the same colours on a dark page.
        let share = |field: u8| f64::from(field) / f64::from(FIELDS - 1);
        let fields = Image {
            width: 1,
            palette: (0..FIELDS).map(|field| self.colour(None, share(field))).collect(),
            cells: (0..FIELDS).rev().collect(),
        };
        let [high, low] = [pixel(top), pixel(bottom)];
        let (width_in_pixels, height_in_pixels) = (pixel(width).max(1), (low - high).max(1));
        layer.image(
            Rect::new(pixel(left), high, width_in_pixels as u32, height_in_pixels as u32),
            fields,
        );
        let name_label = Label::new(label, Align(Along::Start, Across::Top));
        layer.text(name, (left, plot.y as f32), name_label);
        let most = (height / (1.6 * label)) as usize;
        let mut ticks = self.range.ticks(most.clamp(2, 12));
        let [low, high] = self.range.ends();
        let signs = [("≤ ", low, beyond[0]), ("≥ ", high, beyond[1])];
        for (sign, end, is_beyond) in signs {
            for (value, text) in &mut ticks {
                if is_beyond && *value == end {
                    text.insert_str(0, sign);
                }
            }
        }
        let beside = left + width + 0.35 * label;
        let space = (plot.right() as f32 + super::super::bar::room(look) as f32 - beside).max(1.0);
        let widths = ticks.iter().map(|(_, t)| text::width(t, label, Weight::Regular));
        let size = label * space / widths.fold(space, f32::max);
        for (value, text) in &ticks {
            let y = at(self.range.place(*value));
            let mut line = tiny_skia::PathBuilder::new();
            line.move_to(left + width, y);
            line.line_to(left + width + 0.2 * label, y);
            layer.stroke(line.finish(), Colour::MUTED, Pen::plain(0.75 * look.thin));
            layer.text(text, (beside, y), Label::new(size, Align(Along::Start, Across::Middle)));
        }
        let corners =
            [(left, top), (left + width, top), (left + width, bottom), (left, bottom), (left, top)];
        let frame = super::super::backend::crisp(corners.map(|(x, y)| (pixel(x), pixel(y))), 1);
        layer.stroke(frame, Colour::MUTED, Pen::plain(0.5 * look.thin));
    }
}
