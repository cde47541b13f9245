//! Line charts with linear or logarithmic axes.

use super::axes::{Axes, Plot, Scale};
use super::clip;
use super::colour::{Colour, Style, style};
use super::landscape::title;
use super::legend::{Entry, Legend};
use super::look::Look;
use super::marks;
use super::overlap;
use super::scene::{Layer, Pen, Rect, Scene};
use super::text::{Across, Align, Along, Label};
use crate::geometry::Point;

/// One line of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name in the legend.
    pub label: String,
    /// Points (x, y), x ascending. What cannot be shown (not finite, or negative on a logarithmic axis) is a gap; to
    /// 0, which is below every logarithmic axis, the line leaves through the bottom.
    pub points: Vec<(f64, f64)>,
    /// Index of its [`Style`].
    pub style: usize,
    /// Whether it is drawn as dots, for single measurements, instead of a line.
    pub dots: bool,
    /// What is shaded around the line, such as its spread: (x, low, high), x ascending.
    pub band: Vec<(f64, f64, f64)>,
}

impl Series {
    /// A line through the points.
    pub fn line(label: impl Into<String>, points: Vec<(f64, f64)>, style: usize) -> Self {
        Self { label: label.into(), points, style, dots: false, band: Vec::new() }
    }

    /// The same line with a shaded band.
    #[must_use]
    pub fn with_band(self, band: Vec<(f64, f64, f64)>) -> Self {
        Self { band, ..self }
    }

    /// A dot at every point.
    pub fn dots(label: impl Into<String>, points: Vec<(f64, f64)>, style: usize) -> Self {
        Self { dots: true, ..Self::line(label, points, style) }
    }
}

/// A horizontal reference line.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferenceLine {
    /// Its label, written above its right end.
    pub label: String,
    /// Its y value.
    pub y: f64,
}

/// Lines over a common x axis; each axis is linear or logarithmic.
#[derive(Debug, Clone, PartialEq)]
pub struct LineChart {
    /// Title above the plot; empty for none.
    pub title: String,
    /// Name of the x axis.
    pub x_label: String,
    /// Name of the y axis.
    pub y_label: String,
    /// Whether the x axis is logarithmic.
    pub log_x: bool,
    /// Whether the y axis is logarithmic.
    pub log_y: bool,
    /// The least and the greatest y value that the axis has to show; a line beyond leaves the plot.
    pub limits: [Option<f64>; 2],
    /// The lines; later ones are drawn over earlier ones.
    pub series: Vec<Series>,
    /// Horizontal reference lines.
    pub references: Vec<ReferenceLine>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

impl LineChart {
    /// An empty chart of 1200 × 800 pixels with linear axes.
    pub fn new(
        title: impl Into<String>,
        x_label: impl Into<String>,
        y_label: impl Into<String>,
    ) -> Self {
        Self {
            title: title.into(),
            x_label: x_label.into(),
            y_label: y_label.into(),
            log_x: false,
            log_y: false,
            limits: [None; 2],
            series: Vec::new(),
            references: Vec::new(),
            width: 1200,
            height: 800,
        }
    }

    /// The finished drawing.
    pub fn scene(&self) -> Scene {
        let mut scene = Scene::new(self.width, self.height, &self.title);
        let frame = Rect::new(0, 0, scene.width, scene.height);
        let look = Look { ticks: [9, 7], ..Look::page(scene.width) };
        let layer = &mut scene.layer;
        let top = self.header(layer, frame, &look);
        let margin = (0.45 * look.label) as u32;
        let body = Rect::new(
            margin as i32,
            top as i32,
            frame.width.saturating_sub(2 * margin),
            frame.height.saturating_sub(top + margin),
        );
        let (x, y) = self.scales();
        let axes = Axes { x, y, x_label: &self.x_label, y_label: &self.y_label, grid: true };
        let plot = axes.draw(layer, body, &look);
        let mut inside = Layer::default();
        self.lines(&mut inside, &plot, &look);
        layer.clip(plot.rect, inside);
        plot.frame(layer, &look);
        scene
    }

    fn header(&self, layer: &mut Layer, frame: Rect, look: &Look) -> u32 {
        let mut top = 0.35 * look.label;
        if !self.title.is_empty() {
            title(layer, &self.title, frame, top, look);
            top += 1.35 * look.title;
        }
        if self.series.len() > 1 {
            let entries = self.series.iter().map(|series| Entry {
                label: &series.label,
                style: style(series.style),
                line: !series.dots,
                dots: series.dots,
            });
            let room = frame.width.saturating_sub(2 * look.label as u32);
            let legend = Legend::new(entries, room, *look);
            legend.draw(layer, Rect::new(frame.x, top as i32, frame.width, legend.height()));
            top += legend.height() as f32;
        }
        top as u32
    }

    /// Whether a point has a place on the axes.
    fn shows(&self, x: f64, y: f64) -> bool {
        x.is_finite() && y.is_finite() && (x > 0.0 || !self.log_x) && (y > 0.0 || !self.log_y)
    }

    fn scales(&self) -> (Scale, Scale) {
        let shown = || {
            self.series.iter().flat_map(|s| &s.points).copied().filter(|&(x, y)| self.shows(x, y))
        };
        let x = range(shown().map(|p| p.0));
        let x = if self.log_x { Scale::decades(x) } else { Scale::linear(x) };
        let references = self.references.iter().map(|r| r.y).filter(|&y| self.shows(1.0, y));
        let [least, greatest] = self.limits;
        let limited = |y: f64| y.max(least.unwrap_or(y)).min(greatest.unwrap_or(y));
        let [low, high] = range(shown().map(|p| limited(p.1)).chain(references));
        if self.log_y {
            return (x, Scale::decades([low, high]));
        }
        // Room above and below, but none below a zero that nothing goes under.
        // A reference line has its label above it.
        let room = if self.references.is_empty() { 0.05 } else { 0.12 } * (high - low);
        let low = if low >= 0.0 && low <= 0.3 * high { 0.0 } else { low - room };
        (x, Scale::linear([low, high + room]))
    }

    /// The band of a line, under all lines.
    fn band(&self, layer: &mut Layer, plot: &Plot, series: &Series) {
        let shown = series.band.iter().filter(|&&(x, low, high)| {
            x.is_finite() && (x > 0.0 || !self.log_x) && low.is_finite() && high.is_finite()
        });
        let floor = if self.log_y { f64::MIN_POSITIVE } else { f64::NEG_INFINITY };
        let pixel = |x: f64, y: f64| plot.pixel([x, y.max(floor)]);
        let upper: Vec<Point> = shown.clone().map(|&(x, _, high)| pixel(x, high)).collect();
        let lower = shown.map(|&(x, low, _)| pixel(x, low));
        // Places far outside are as good as just outside, and have room in f32.
        let near = |v: f64| v.clamp(-1e5, 1e5) as f32;
        let mut outline = tiny_skia::PathBuilder::new();
        for (i, [x, y]) in upper.iter().copied().chain(lower.rev()).enumerate() {
            match i {
                0 => outline.move_to(near(x), near(y)),
                _ => outline.line_to(near(x), near(y)),
            }
        }
        outline.close();
        layer.fill(outline.finish(), style(series.style).colour.alpha(45));
    }

    fn lines(&self, layer: &mut Layer, plot: &Plot, look: &Look) {
        let bounds = plot.bounds(4.0 * f64::from(look.line));
        let references = || self.references.iter().filter(|r| self.shows(1.0, r.y));
        for reference in references() {
            reference_line(layer, plot, look, reference.y);
        }
        let below = f64::from(plot.rect.bottom()) + 3.0 * f64::from(look.line);
        let pixel = |&(x, y): &(f64, f64)| match self.shows(x, y) {
            true => plot.pixel([x, y]),
            false if y == 0.0 && self.shows(x, 1.0) => [plot.pixel([x, 1.0])[0], below],
            false => [f64::NAN; 2],
        };
        let lines: Vec<Vec<Point>> =
            self.series.iter().map(|series| series.points.iter().map(pixel).collect()).collect();
        for series in &self.series {
            self.band(layer, plot, series);
        }
        let widths = overlap::widths(&lines, 1.25 * look.line);
        for ((series, points), width) in self.series.iter().zip(&lines).zip(widths) {
            let style = style(series.style);
            if series.dots {
                let spacing = vec![marks::Dot::Edged; points.len()];
                marks::dots(layer, points, &spacing, &bounds, &style, look);
                continue;
            }
            marks::line(layer, points, &bounds, &style, &Look { line: width, ..*look });
            lone_points(layer, points, &bounds, &style, look);
        }
        for reference in references() {
            reference_label(layer, plot, look, reference);
        }
    }
}

fn reference_line(layer: &mut Layer, plot: &Plot, look: &Look, y: f64) {
    let (left, right) = (f64::from(plot.rect.x), f64::from(plot.rect.right()));
    // Only the height matters, so any x will do.
    let y = plot.pixel([0.0, y])[1];
    let path = clip::polyline(&[[left, y], [right, y]], &plot.bounds(0.0));
    let dash = Some([5.0, 4.0].map(|d| d * look.thin));
    layer.stroke(path, Colour::MUTED, Pen { dash, ..Pen::solid(look.thin) });
}

fn reference_label(layer: &mut Layer, plot: &Plot, look: &Look, reference: &ReferenceLine) {
    let y = plot.pixel([0.0, reference.y])[1] as f32;
    // Above its line, below it where there is no room above.
    let above = y - 1.2 * look.label > plot.rect.y as f32;
    let (across, gap) = if above { (Across::Baseline, -0.3) } else { (Across::Top, 0.3) };
    let at = (plot.rect.right() as f32 - 0.5 * look.label, y + gap * look.label);
    let label = Label::new(0.9 * look.label, Align(Along::End, across)).colour(Colour::MUTED);
    layer.edged_text(&reference.label, at, label);
}

/// Dots for points without a neighbour, of which a line shows nothing.
fn lone_points(
    layer: &mut Layer,
    points: &[Point],
    bounds: &clip::Bounds,
    style: &Style,
    look: &Look,
) {
    let finite = |i: Option<usize>| i.and_then(|i| points.get(i)).is_some_and(|p| p[1].is_finite());
    for (i, &point) in points.iter().enumerate() {
        let lone = !finite(i.checked_sub(1)) && !finite(Some(i + 1));
        if lone && clip::contains(bounds, point) {
            marks::dot(layer, point, 0.8 * look.dot, style);
        }
    }
}

fn range(values: impl Iterator<Item = f64>) -> [f64; 2] {
    values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| [low.min(v), high.max(v)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(points: &[(f64, f64)]) -> LineChart {
        let series = vec![Series::line("s", points.to_vec(), 0)];
        LineChart { log_y: true, series, ..LineChart::new("t", "step", "f") }
    }

    #[test]
    fn a_logarithmic_axis_spans_the_positive_finite_values_only() {
        let chart = chart(&[
            (0.0, 0.5),
            (1.0, 0.0),
            (2.0, -3.0),
            (3.0, f64::INFINITY),
            (4.0, f64::NAN),
            (5.0, 2e-3),
        ]);
        assert_eq!(chart.scales(), (Scale::Linear(0.0, 5.0), Scale::Decades(-3, 0)));
    }

    #[test]
    fn both_axes_can_be_logarithmic() {
        let chart = chart(&[(-1.0, 1e9), (0.0, 1e9), (20.0, 0.5), (3e4, 2e-3)]);
        let chart = LineChart { log_x: true, ..chart };
        assert_eq!(chart.scales(), (Scale::Decades(1, 5), Scale::Decades(-3, 0)));
        assert!(chart.scene().png(0.5).is_ok());
    }

    #[test]
    fn values_a_logarithmic_axis_cannot_show_are_gaps() {
        let with = chart(&[(0.0, 1.0), (1.0, 0.1), (2.0, -3.0), (3.0, 0.1), (4.0, 1.0)]);
        let mut layer = Layer::default();
        let axes =
            Axes { x: with.scales().0, y: with.scales().1, x_label: "", y_label: "", grid: false };
        let look = Look::page(1200);
        let plot = axes.draw(&mut Layer::default(), Rect::new(0, 0, 600, 400), &look);
        with.lines(&mut layer, &plot, &look);
        let Some(super::super::scene::Item::Stroke { path, .. }) = layer.items.first() else {
            panic!("no line")
        };
        let moves = path.segments().filter(|s| matches!(s, tiny_skia::PathSegment::MoveTo(_)));
        assert_eq!(moves.count(), 2);
    }

    #[test]
    fn a_line_beyond_the_limits_leaves_the_plot() {
        let points = [(0.0, 1.0), (1.0, 5.0), (2.0, 1e6), (3.0, 2.0)];
        let limited = LineChart { limits: [None, Some(50.0)], ..chart(&points) };
        assert_eq!(limited.scales().1, Scale::Decades(0, 2));
        assert_eq!(chart(&points).scales().1, Scale::Decades(0, 6));
    }

    #[test]
    fn an_empty_chart_is_drawn() {
        for log_y in [false, true] {
            assert!(LineChart { log_y, ..LineChart::new("t", "x", "y") }.scene().png(0.5).is_ok());
        }
    }
}
