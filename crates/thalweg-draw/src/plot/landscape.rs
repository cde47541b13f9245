//! Paths over the level lines of a function.

use super::axes::{Axes, Plot, Scale};
use super::bar;
use super::clip;
use super::colour::{Colour, style, terrain, terrain_line};
use super::contour::Contours;
use super::key::Key;
use super::legend::{Entry, Legend};
use super::levels::Levels;
use super::look::Look;
use super::marks;
use super::scene::{Layer, Pen, Rect, Scene};
use super::text::{self, Across, Align, Along, Label, Weight};
use super::trail::Trails;
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
    /// Where the paths start, marked by rings.
    pub starts: Vec<Point>,
    /// The function's minima, marked by stars.
    pub minima: Vec<Point>,
    /// The paths; later ones are drawn over earlier ones.
    pub paths: Vec<Path>,
    /// The step of each point, shown by an animation; empty for 0, 1, 2, …
    pub steps: Vec<u64>,
    /// Whether there is a legend; `None` makes one for paths of more than one name.
    pub legend: Option<bool>,
    /// What went wrong, a sentence each, below the title; what does not fit is counted.
    pub warnings: Vec<String>,
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
            starts: Vec::new(),
            minima: Vec::new(),
            paths: Vec::new(),
            steps: Vec::new(),
            legend: None,
            warnings: Vec::new(),
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

    /// The same drawing, laid out alike, without paths and status: for a page that draws them itself.
    pub fn ground_scene(&self) -> Scene {
        let mut scene = Scene::new(self.width, self.height, &self.title);
        let frame = Rect::new(0, 0, scene.width, scene.height);
        let look = Look::page(scene.width);
        let Ground { plot, mut inside, .. } = self.ground(&mut scene.layer, frame, &look);
        self.marks_above(&mut inside, &plot, &look);
        scene.layer.clip(plot.rect, inside);
        plot.frame(&mut scene.layer, &look);
        scene
    }

    pub(super) fn draw(&self, layer: &mut Layer, frame: Rect, look: &Look) {
        let Ground { plot, mut inside, status } = self.ground(layer, frame, look);
        let trails = Trails::new(self, &plot, &self.crowded(look));
        trails.draw(&mut inside);
        self.marks_above(&mut inside, &plot, look);
        trails.heads(&mut inside, trails.last());
        layer.clip(plot.rect, inside);
        plot.frame(layer, look);
        if let (Some(at), false) = (status, self.paths.is_empty()) {
            write_status(layer, &trails.status(trails.last()), at, look);
        }
    }

    /// Draws one of several small panels, where single dots would be too many bytes and the end of a path too
    /// small to find.
    pub(super) fn draw_small(&self, layer: &mut Layer, frame: Rect, look: &Look) {
        let Ground { plot, mut inside, .. } = self.ground(layer, frame, look);
        let bounds = plot.bounds(4.0 * f64::from(look.dot));
        for path in &self.paths {
            let style = style(path.style).solid();
            let points: Vec<Point> = path.points.iter().map(|&p| plot.pixel(p)).collect();
            let line = clip::polyline(&points, &bounds);
            inside.stroke(line, style.colour, Pen::solid(look.line));
            marks::points(&mut inside, &points, &bounds, &style, look);
            if let Some(&last) = points.last().filter(|p| p.iter().all(|v| v.is_finite())) {
                let before = points.len().checked_sub(2).map_or(last, |i| points[i]);
                let ends = [before, last];
                marks::head(&mut inside, ends, &plot, &style, path.diverged, 2.0 * look.dot);
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
        self.surround(&mut Layer::default(), frame, &Look::page(scene.width)).0.pixel(point)
    }

    /// Draws everything around the plot and gives what lies below the paths: contours and minima.
    pub(super) fn ground(&self, layer: &mut Layer, frame: Rect, look: &Look) -> Ground {
        let (plot, status) = self.surround(layer, frame, look);
        let mut inside = Layer::default();
        let levels = self.contours(&mut inside, &plot, look);
        if self.bar {
            bar::draw(layer, plot.rect, &self.value, &levels, look);
        }
        self.minima_marks(&mut inside, &plot, look, marks::minimum);
        Ground { plot, inside, status }
    }

    /// Draws title, legend, axes and the key of the marks; gives the plot, and where the status stands, if there is
    /// room for one.
    fn surround(&self, layer: &mut Layer, frame: Rect, look: &Look) -> (Plot, Option<(f32, f32)>) {
        let (top, status) = self.header(layer, frame, look);
        let margin = (0.45 * look.label) as u32;
        let beside = if self.bar { bar::room(look) } else { 0 };
        let key = if look.names { Key::room(look) } else { 0 };
        let body = Rect::new(
            frame.x + margin as i32,
            frame.y + top as i32,
            frame.width.saturating_sub(2 * margin + beside),
            frame.height.saturating_sub(top + margin + key),
        );
        let [x_label, y_label] = self.names.each_ref().map(|n| if look.names { n } else { "" });
        let (x, y) = (Scale::linear(self.domain.x), Scale::linear(self.domain.y));
        let plot = Axes { x, y, x_label, y_label, grid: false }.draw(layer, body, look);
        if key > 0 {
            let below = Rect::new(frame.x, body.bottom(), frame.width, key);
            Key::of(self, &plot).draw(layer, below, look);
        }
        (plot, status)
    }

    /// Draws title, warnings and legend; gives their height, and where between them the status stands.
    fn header(&self, layer: &mut Layer, frame: Rect, look: &Look) -> (u32, Option<(f32, f32)>) {
        let mut top = 0.35 * look.label;
        if !self.title.is_empty() {
            title(layer, &self.title, frame, top, look);
            top += 1.25 * look.title;
        }
        let mut status = None;
        if look.names && !self.paths.is_empty() {
            let x = frame.x as f32 + frame.width as f32 / 2.0;
            status = Some((x, frame.y as f32 + top + 0.95 * look.label));
            top += 1.35 * look.label;
        }
        for line in self.shown_warnings() {
            let size = 0.85 * look.label;
            let room = frame.width as f32 - look.label;
            let line = text::shortened(&line, size, Weight::Regular, room);
            let x = frame.x as f32 + frame.width as f32 / 2.0;
            let label = Label::new(size, Align(Along::Middle, Across::Baseline));
            let at = (x, frame.y as f32 + top + 0.95 * size);
            layer.text(&line, at, label.colour(Colour::WARNING));
            top += 1.3 * size;
        }
        let differ = self.paths.iter().any(|path| path.label != self.paths[0].label);
        if self.legend.unwrap_or(differ) {
            // Runs from several starts that look alike have one entry.
            let mut paths: Vec<&Path> = Vec::new();
            for path in &self.paths {
                let is_same = |p: &&Path| p.style == path.style && p.label == path.label;
                if !paths.iter().any(is_same) {
                    paths.push(path);
                }
            }
            let entries = paths.into_iter().map(|path| Entry {
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
        (top as u32, status)
    }

    /// The warnings that fit.
    fn shown_warnings(&self) -> Vec<String> {
        const MOST: usize = 3;
        let mut shown: Vec<String> = self.warnings.iter().take(MOST).cloned().collect();
        if self.warnings.len() > MOST {
            shown.truncate(MOST - 1);
            shown.push(format!("… and {} more", self.warnings.len() - shown.len()));
        }
        shown
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

    fn minima_marks(&self, layer: &mut Layer, plot: &Plot, look: &Look, mark: Mark) {
        let bounds = plot.bounds(3.0 * f64::from(look.dot));
        for at in self.minima.iter().map(|&point| plot.pixel(point)) {
            if clip::contains(&bounds, at) {
                mark(layer, at, look);
            }
        }
    }

    /// The marks above the paths: the ring around the start and the outlines of the minima's stars.
    pub(super) fn marks_above(&self, layer: &mut Layer, plot: &Plot, look: &Look) {
        self.start_mark(layer, plot, &self.crowded(look));
        self.minima_marks(layer, plot, look, marks::minimum_outline);
    }

    /// Draws a ring around each start that is visible.
    fn start_mark(&self, layer: &mut Layer, plot: &Plot, look: &Look) {
        let bounds = plot.bounds(4.0 * f64::from(look.dot));
        for at in self.starts.iter().map(|&start| plot.pixel(start)) {
            if clip::contains(&bounds, at) {
                marks::start(layer, at, look);
            }
        }
    }
}

/// A function that draws a mark.
type Mark = fn(&mut Layer, Point, &Look);

/// What lies below the paths.
pub(super) struct Ground {
    pub plot: Plot,
    pub inside: Layer,
    /// Where the status stands, if there is room for one.
    pub status: Option<(f32, f32)>,
}

/// Writes the status, centred, shortened where the drawing has no room for it.
pub(super) fn write_status(layer: &mut Layer, status: &str, at: (f32, f32), look: &Look) {
    let status = text::shortened(status, look.label, Weight::Regular, 2.0 * at.0 - look.label);
    layer.text(&status, at, Label::new(look.label, Align(Along::Middle, Across::Baseline)));
}

/// Draws a title centred at the top of a frame, smaller if it would not fit, shortened if it would be too small.
pub(super) fn title(layer: &mut Layer, title: &str, frame: Rect, top: f32, look: &Look) {
    let room = (frame.width as f32 - look.label).max(1.0);
    let width = text::width(title, look.title, Weight::SemiBold);
    let size = if width > room { look.title * (room / width).max(0.55) } else { look.title };
    let title = &text::shortened(title, size, Weight::SemiBold, room);
    let x = frame.x as f32 + frame.width as f32 / 2.0;
    let y = frame.y as f32 + top + 0.9 * look.title;
    layer.text(title, (x, y), Label::new(size, Align(Along::Middle, Across::Baseline)).bold());
}
