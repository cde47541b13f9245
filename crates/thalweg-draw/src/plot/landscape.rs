//! Paths over the level lines of a function.

use super::axes::{Axes, Plot, Scale};
use super::bar;
use super::clip;
use super::colour::{Colour, style, terrain, terrain_line};
use super::contour::Contours;
use super::legend::{Entry, Legend};
use super::levels::Levels;
use super::look::Look;
use super::marks;
use super::scene::{Layer, Pen, Rect, Scene};
use super::text::{self, Across, Align, Along, Label, Weight};
use crate::geometry::{Domain, Point};

/// A path over a landscape, such as one optimizer's run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Path {
    /// Its name in the legend.
    pub label: String,
    /// The start, then one point per step.
    pub points: Vec<Point>,
    /// The value that an animation shows at each point; empty for the value of the figure's function.
    pub values: Vec<f64>,
    /// Index of its [`Style`](super::Style).
    pub style: usize,
    /// Whether the run ended early because it stopped being finite: its last point is drawn as a cross.
    pub diverged: bool,
}

/// A function of the plane as filled contours, with paths, start and minima.
///
/// The plot stays blank where the function is infinite or NaN. Points may lie anywhere: lines are clipped to
/// the plot, and points that are not finite are left out.
pub struct LandscapeFigure<'a> {
    /// Title above the plot; empty for none.
    pub title: String,
    /// Labels of the two axes.
    pub names: [String; 2],
    /// The name of the function's value, shown above the colour bar and in animations.
    pub value: String,
    /// The function; it is also sampled a little outside the domain.
    pub function: &'a (dyn Fn(Point) -> f64 + Sync),
    /// What the plot shows.
    pub domain: Domain,
    /// Where level lines are drawn.
    pub levels: Levels,
    /// Whether a colour bar is drawn beside the plot.
    pub bar: bool,
    /// Where the paths start, marked by a ring.
    pub start: Option<Point>,
    /// The function's minima, marked by stars.
    pub minima: Vec<Point>,
    /// The paths; later ones are drawn over earlier ones.
    pub paths: Vec<Path>,
    /// The step of each point, shown by an animation; empty for 0, 1, 2, …
    pub steps: Vec<u64>,
    /// Whether there is a legend; `None` makes one for more than one path.
    pub legend: Option<bool>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

impl<'a> LandscapeFigure<'a> {
    /// A figure of 1200 × 1050 pixels with automatic levels and no paths.
    pub fn new(
        title: impl Into<String>,
        function: &'a (dyn Fn(Point) -> f64 + Sync),
        domain: Domain,
    ) -> Self {
        Self {
            title: title.into(),
            names: ["x", "y"].map(str::to_owned),
            value: "f".to_owned(),
            function,
            domain,
            levels: Levels::Auto,
            bar: false,
            start: None,
            minima: Vec::new(),
            paths: Vec::new(),
            steps: Vec::new(),
            legend: None,
            width: 1200,
            height: 1050,
        }
    }

    /// The finished drawing.
    pub fn scene(&self) -> Scene {
        let mut scene = Scene::new(self.width, self.height, &self.title);
        let frame = Rect::new(0, 0, scene.width, scene.height);
        self.draw(&mut scene.layer, frame, &Look::page(scene.width));
        scene
    }

    pub(super) fn draw(&self, layer: &mut Layer, frame: Rect, look: &Look) {
        let (plot, mut inside) = self.ground(layer, frame, look, 0.0);
        self.travel(&mut inside, &plot, look);
        layer.clip(plot.rect, inside);
        plot.frame(layer, look);
    }

    /// Draws one of several small panels, where single dots would be too many bytes and the end of a path too
    /// small to find.
    pub(super) fn draw_small(&self, layer: &mut Layer, frame: Rect, look: &Look) {
        let (plot, mut inside) = self.ground(layer, frame, look, 0.0);
        let bounds = plot.bounds(4.0 * f64::from(look.dot));
        for path in &self.paths {
            let style = style(path.style).solid();
            let points: Vec<Point> = path.points.iter().map(|&p| plot.pixel(p)).collect();
            let line = clip::polyline(&points, &bounds);
            inside.stroke(line, style.colour, Pen::solid(look.line));
            marks::points(&mut inside, &points, &bounds, &style, look);
            if let Some(&last) = points.last().filter(|p| p.iter().all(|v| v.is_finite())) {
                marks::head(&mut inside, last, &plot, &style, path.diverged, 2.0 * look.dot);
            }
        }
        self.start_mark(&mut inside, &plot, look);
        layer.clip(plot.rect, inside);
        plot.frame(layer, look);
    }

    /// Where a point of the plane lies in the drawing, in pixels from its upper left corner.
    pub fn to_pixel(&self, point: Point) -> Point {
        let scene = Scene::new(self.width, self.height, "");
        let frame = Rect::new(0, 0, scene.width, scene.height);
        self.surround(&mut Layer::default(), frame, &Look::page(scene.width), 0.0).pixel(point)
    }

    /// Draws everything around the plot and returns what lies below the paths: contours and minima.
    /// `space` pixels stay free between title and legend.
    pub(super) fn ground(
        &self,
        layer: &mut Layer,
        frame: Rect,
        look: &Look,
        space: f32,
    ) -> (Plot, Layer) {
        let plot = self.surround(layer, frame, look, space);
        let mut inside = Layer::default();
        let levels = self.contours(&mut inside, &plot, look);
        if self.bar {
            bar::draw(layer, plot.rect, &self.value, &levels, look);
        }
        let bounds = plot.bounds(3.0 * f64::from(look.dot));
        for &point in &self.minima {
            let at = plot.pixel(point);
            if clip::contains(&bounds, at) {
                marks::minimum(&mut inside, at, look);
            }
        }
        (plot, inside)
    }

    /// Draws title, legend and axes.
    fn surround(&self, layer: &mut Layer, frame: Rect, look: &Look, space: f32) -> Plot {
        let top = self.header(layer, frame, look, space);
        let margin = (0.45 * look.label) as u32;
        let beside = if self.bar { bar::room(look) } else { 0 };
        let body = Rect::new(
            frame.x + margin as i32,
            frame.y + top as i32,
            frame.width.saturating_sub(2 * margin + beside),
            frame.height.saturating_sub(top + margin),
        );
        let [x_label, y_label] = self.names.each_ref().map(|n| if look.names { n } else { "" });
        let (x, y) = (Scale::linear(self.domain.x), Scale::linear(self.domain.y));
        Axes { x, y, x_label, y_label, grid: false }.draw(layer, body, look)
    }

    /// Draws title and legend, gives their height.
    fn header(&self, layer: &mut Layer, frame: Rect, look: &Look, space: f32) -> u32 {
        let mut top = 0.35 * look.label;
        if !self.title.is_empty() {
            title(layer, &self.title, frame, top, look);
            top += 1.25 * look.title;
        }
        top += space;
        if self.legend.unwrap_or(self.paths.len() > 1) {
            let entries = self.paths.iter().map(|path| Entry {
                label: &path.label,
                style: style(path.style).solid(),
                line: true,
                dots: true,
            });
            let room = frame.width.saturating_sub(2 * look.label as u32);
            let legend = Legend::new(entries, room, *look);
            legend.draw(
                layer,
                Rect::new(frame.x, frame.y + top as i32, frame.width, legend.height()),
            );
            top += legend.height() as f32;
        }
        top as u32
    }

    /// Draws the bands, gives the levels between them.
    fn contours(&self, layer: &mut Layer, plot: &Plot, look: &Look) -> Vec<f64> {
        let Rect { x, y, width, height } = plot.rect;
        let shown = self.shown();
        let contours =
            Contours::new(self.function, &shown, &self.levels, (width, height), look.tolerance);
        let place = |path: &Option<tiny_skia::Path>| {
            path.clone()?.transform(tiny_skia::Transform::from_translate(x as f32, y as f32))
        };
        let bands: Vec<_> = contours.bands.iter().map(place).collect();
        let count = bands.len();
        let height_of = |i: usize| i as f32 / count.max(1) as f32;
        layer.fill_rect(plot.rect, terrain(if count == 0 { 0.5 } else { 0.0 }));
        for (i, band) in bands.into_iter().enumerate() {
            layer.fill(band.clone(), terrain(height_of(i + 1)));
            layer.stroke(band, terrain_line(height_of(i)), Pen::plain(0.75 * look.thin));
        }
        if let Some(blank) = place(&contours.blank) {
            layer.fill(Some(blank.clone()), Colour::WHITE);
            layer.stroke(Some(blank), Colour::MUTED, Pen::plain(0.5 * look.thin));
        }
        contours.levels
    }

    /// The domain as the axes show it, which differs where it is empty or not finite.
    fn shown(&self) -> Domain {
        let side = |range| match Scale::linear(range) {
            Scale::Linear(low, high) => [low, high],
            Scale::Decades(..) | Scale::Logarithmic(..) => range,
        };
        Domain::new(side(self.domain.x), side(self.domain.y))
    }

    /// The look with smaller dots where several paths need the room.
    pub(super) fn crowded(&self, look: &Look) -> Look {
        let share = if self.paths.len() > 1 { 0.75 } else { 1.0 };
        Look { dot: share * look.dot, ..*look }
    }

    fn travel(&self, layer: &mut Layer, plot: &Plot, look: &Look) {
        let look = &self.crowded(look);
        let bounds = plot.bounds(4.0 * f64::from(look.dot));
        let pixels: Vec<Vec<Point>> = self
            .paths
            .iter()
            .map(|path| path.points.iter().map(|&p| plot.pixel(p)).collect())
            .collect();
        for (path, points) in self.paths.iter().zip(&pixels) {
            marks::line(layer, points, &bounds, &style(path.style).solid(), look);
        }
        for (path, points) in self.paths.iter().zip(&pixels) {
            let spacing = marks::spacing(points, look.dot);
            marks::dots(layer, points, &spacing, &bounds, &style(path.style), look);
        }
        for (path, points) in self.paths.iter().zip(&pixels) {
            if let (true, Some(&last)) =
                (path.diverged, points.last().filter(|&&p| clip::contains(&bounds, p)))
            {
                marks::cross(layer, last, 1.6 * look.dot, style(path.style).colour);
            }
        }
        self.start_mark(layer, plot, look);
    }

    /// Draws the ring around the start, if it is visible.
    pub(super) fn start_mark(&self, layer: &mut Layer, plot: &Plot, look: &Look) {
        let bounds = plot.bounds(4.0 * f64::from(look.dot));
        if let Some(at) = self.start.map(|p| plot.pixel(p)).filter(|&p| clip::contains(&bounds, p))
        {
            marks::start(layer, at, look);
        }
    }
}

/// Draws a title centred at the top of a frame, smaller if it would not fit.
pub(super) fn title(layer: &mut Layer, title: &str, frame: Rect, top: f32, look: &Look) {
    let room = (frame.width as f32 - look.label).max(1.0);
    let width = text::width(title, look.title, Weight::SemiBold);
    let size = if width > room { look.title * room / width } else { look.title };
    let x = frame.x as f32 + frame.width as f32 / 2.0;
    let y = frame.y as f32 + top + 0.9 * look.title;
    layer.text(title, (x, y), Label::new(size, Align(Along::Middle, Across::Baseline)).bold());
}
