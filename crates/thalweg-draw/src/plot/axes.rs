//! Axes around a plot, and the map from numbers to pixels that goes with them.

use std::ops::Range;

use plotters::chart::{ChartBuilder, LabelAreaPosition};
use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::IntoDrawingArea;
use plotters::style::{IntoFont, RGBColor, ShapeStyle};

use super::backend::{Backend, crisp};
use super::clip::Bounds;
use super::colour::Colour;
use super::look::Look;
use super::scene::{Item, Layer, Pen, Rect};
use super::text::{self, Weight};
use crate::geometry::Point;
use crate::numbers;

/// The scale of one axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Scale {
    /// From the first to the second number.
    Linear(f64, f64),
    /// From 10 to the first to 10 to the second power.
    Decades(i32, i32),
    /// From the first to the second number, both positive, by factors.
    Logarithmic(f64, f64),
}

impl Scale {
    /// A linear scale over a range, widened where it is empty and replaced where it is not finite.
    pub fn linear([low, high]: [f64; 2]) -> Self {
        let usable = low.is_finite() && high.is_finite() && (high - low).is_finite();
        match usable {
            true if low < high => Self::Linear(low, high),
            true => {
                let half = (0.5 * low.abs()).max(0.5);
                Self::Linear(low - half, low + half)
            }
            false => Self::Linear(-1.0, 1.0),
        }
    }

    /// A logarithmic scale in whole decades around a range of positive numbers.
    pub fn decades([low, high]: [f64; 2]) -> Self {
        if !(low > 0.0 && high >= low && high.is_finite()) {
            return Self::Decades(0, 1);
        }
        // Beyond these ends powers of ten are no longer ordinary numbers.
        let end = |exponent: f64| exponent.clamp(-307.0, 308.0) as i32;
        let (low, high) = (end(low.log10().floor()), end(high.log10().ceil()));
        if low < high { Self::Decades(low, high) } else { Self::Decades(high - 1, high) }
    }

    /// A logarithmic scale between two positive numbers; linear where they are none.
    pub fn logarithmic([low, high]: [f64; 2]) -> Self {
        let is_usable = low > 0.0 && low < high && high.is_finite() && low.is_normal();
        if is_usable { Self::Logarithmic(low, high) } else { Self::linear([low, high]) }
    }

    /// Where a number lies between the axis's ends, 0 and 1; NaN where a logarithm does not exist.
    fn place(&self, value: f64) -> f64 {
        match *self {
            Self::Linear(low, high) => (value - low) / (high - low),
            Self::Decades(low, high) => (value.log10() - f64::from(low)) / f64::from(high - low),
            Self::Logarithmic(low, high) => (value / low).ln() / (high / low).ln(),
        }
    }

    fn ends(&self) -> Range<f64> {
        match *self {
            Self::Linear(low, high) => low..high,
            Self::Decades(low, high) => 10f64.powi(low)..10f64.powi(high),
            Self::Logarithmic(low, high) => low..high,
        }
    }

    fn ticks(&self, most: usize) -> Vec<f64> {
        match *self {
            Self::Linear(low, high) => RangedCoordf64::from(low..high).key_points(most),
            Self::Decades(low, high) => {
                let least = ((high - low) as usize).div_ceil(most.max(2) - 1).max(1);
                // Of 1, 2, 5, 10, … decades, as on other axes.
                let strides = [1, 2, 5, 10, 20, 50, 100, 200];
                let stride = strides.into_iter().find(|s| *s >= least as i32).unwrap_or(500);
                // Multiples of the stride, so that 10⁰ is among them.
                (low..=high).filter(|e| e % stride == 0).map(|e| 10f64.powi(e)).collect()
            }
            Self::Logarithmic(low, high) => between(low, high, most),
        }
    }

    fn label(&self, value: f64) -> String {
        match *self {
            Self::Linear(low, high) => numbers::tick(value, high - low),
            Self::Decades(..) => numbers::power_of_ten(value.log10().round() as i32),
            Self::Logarithmic(..) => numbers::number(value),
        }
    }
}

impl Ranged for Scale {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (start, end): (i32, i32)) -> i32 {
        // The cast saturates, and gives 0 for NaN.
        (f64::from(start) + self.place(*value) * f64::from(end - start)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        self.ticks(hint.bold_points())
    }

    fn range(&self) -> Range<f64> {
        self.ends()
    }
}

/// The inside of the axes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plot {
    pub rect: Rect,
    x: Scale,
    y: Scale,
}

impl Plot {
    /// Where a point lies in the picture, in pixels from its upper left corner.
    pub fn pixel(&self, [x, y]: Point) -> Point {
        let Rect { x: left, width, .. } = self.rect;
        let (u, v) = (self.x.place(x), self.y.place(y));
        let bottom = f64::from(self.rect.bottom());
        [f64::from(left) + u * f64::from(width), bottom - v * f64::from(self.rect.height)]
    }

    /// The plot and `margin` pixels around it.
    pub fn bounds(&self, margin: f64) -> Bounds {
        let Rect { x, y, .. } = self.rect;
        let (right, bottom) = (f64::from(self.rect.right()), f64::from(self.rect.bottom()));
        Bounds {
            low: [f64::from(x) - margin, f64::from(y) - margin],
            high: [right + margin, bottom + margin],
        }
    }

    /// The line around the plot, drawn last so that it covers the cut ends of others.
    pub fn frame(&self, layer: &mut Layer, look: &Look) {
        let Rect { x, y, .. } = self.rect;
        let (left, top, right, bottom) = (x - 1, y, self.rect.right(), self.rect.bottom());
        // The left side one pixel out: there plotters draws its axis.
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
        layer.stroke(
            crisp(corners, pixels(look.thin)),
            Colour::MUTED,
            Pen::solid(pixels(look.thin) as f32),
        );
    }
}

/// What stands on and around the axes.
pub(super) struct Axes<'a> {
    pub x: Scale,
    pub y: Scale,
    pub x_label: &'a str,
    pub y_label: &'a str,
    pub grid: bool,
}

impl Axes<'_> {
    /// Draws ticks, labels and, if asked, grid lines into the frame and gives the plot inside them.
    pub fn draw(&self, layer: &mut Layer, frame: Rect, look: &Look) -> Plot {
        let tick = (0.3 * look.label).round().max(1.0) as u32;
        let widest = |texts: Vec<String>| {
            texts.iter().map(|t| text::width(t, look.label, Weight::Regular)).fold(0.0, f32::max)
        };
        let labels = |scale: Scale, most| {
            scale.ticks(most).iter().map(|&v| scale.label(v)).collect::<Vec<_>>()
        };
        let name = |name: &str| if name.is_empty() { 0 } else { (1.5 * look.label) as u32 };
        let left = 2 * tick
            + widest(labels(self.y, look.ticks[1])).max(1.7 * look.label).ceil() as u32
            + name(self.y_label);
        let bottom = 2 * tick + look.label as u32 + name(self.x_label);
        let right = (widest(labels(self.x, look.ticks[0])) / 2.0).ceil() as u32 + 2;
        let top = (look.label / 2.0) as u32;
        let plot = Rect::new(
            frame.x.saturating_add_unsigned(left),
            frame.y.saturating_add_unsigned(top),
            frame.width.saturating_sub(left + right).max(1),
            frame.height.saturating_sub(top + bottom).max(1),
        );
        if frame.width > left + right && frame.height > top + bottom {
            // The backend never fails and is not shared; a figure too small for its labels goes without.
            let mut around = Layer::default();
            let _ = self.mesh(
                &mut around,
                frame,
                look,
                [left, right, top, bottom].map(|v| v as i32),
                tick as i32,
            );
            // Lines first, so that an SVG has them together; labels touch none.
            let is_line = |item: &Item| matches!(item, Item::Stroke { .. });
            let (lines, labels): (Vec<_>, Vec<_>) = around.items.into_iter().partition(is_line);
            layer.items.extend(lines.into_iter().chain(labels));
        }
        Plot { rect: plot, x: self.x, y: self.y }
    }

    fn mesh(
        &self,
        layer: &mut Layer,
        frame: Rect,
        look: &Look,
        [left, right, top, bottom]: [i32; 4],
        tick: i32,
    ) -> Result<(), Box<dyn std::error::Error>> {
        let root = Backend { layer, frame }.into_drawing_area();
        let mut chart = ChartBuilder::on(&root)
            .margin_right(right)
            .margin_top(top)
            .set_label_area_size(LabelAreaPosition::Left, left)
            .set_label_area_size(LabelAreaPosition::Bottom, bottom)
            .build_cartesian_2d(self.x, self.y)?;
        let pen = |colour| ShapeStyle::from(rgb(colour)).stroke_width(pixels(look.thin));
        let font = || ("sans-serif", look.label).into_font().color(&rgb(Colour::INK));
        let (x_label, y_label) = (|v: &f64| self.x.label(*v), |v: &f64| self.y.label(*v));
        let mut mesh = chart.configure_mesh();
        if !self.grid {
            mesh.disable_mesh();
        }
        mesh.max_light_lines(0)
            .bold_line_style(pen(Colour::GRID))
            .axis_style(pen(Colour::MUTED))
            .set_all_tick_mark_size(tick)
            .label_style(font())
            .axis_desc_style(font())
            .x_labels(look.ticks[0])
            .y_labels(look.ticks[1])
            .x_label_formatter(&x_label)
            .y_label_formatter(&y_label);
        if !self.x_label.is_empty() {
            mesh.x_desc(self.x_label);
        }
        if !self.y_label.is_empty() {
            mesh.y_desc(self.y_label);
        }
        mesh.draw()?;
        Ok(())
    }
}

/// The ticks of a logarithmic axis whose ends are any numbers: powers of ten, with their doubles and fives
/// where there are few, or evenly apart where there is none of these.
fn between(low: f64, high: f64, most: usize) -> Vec<f64> {
    let exponents = low.log10().floor() as i32..=high.log10().ceil() as i32;
    let of = |factors: &[f64]| -> Vec<f64> {
        // Of a power of ten that is divided, the digits are those that are written.
        let power = |e: i32, f: f64| if e < 0 { f / 10f64.powi(-e) } else { f * 10f64.powi(e) };
        let ticks = exponents.clone().flat_map(|e| factors.iter().map(move |f| power(e, *f)));
        ticks.filter(|tick| (low..=high).contains(tick)).collect()
    };
    let (tens, all) = (of(&[1.0]), of(&[1.0, 2.0, 5.0]));
    if tens.len() < 3 && (2..=most).contains(&all.len()) {
        return all;
    }
    if tens.len() < 2 {
        return RangedCoordf64::from(low..high).key_points(most);
    }
    let stride = tens.len().div_ceil(most.max(1));
    tens.into_iter().rev().step_by(stride).collect()
}

/// A line's width in whole pixels.
fn pixels(width: f32) -> u32 {
    width.round().max(1.0) as u32
}

fn rgb(Colour { r, g, b, .. }: Colour) -> RGBColor {
    RGBColor(r, g, b)
}
