//! The decision regions of classifiers, side by side.

mod grid;
mod samples;

use tiny_skia::{Path, Transform};

use super::axes::{Axes, Plot, Scale};
use super::colour::{Colour, style};
use super::contour::Contours;
use super::landscape::title;
use super::legend::{Entry, Legend};
use super::levels::Levels;
use super::look::Look;
use super::scene::{Layer, MAX_SIDE, Pen, Rect, Scene};
use super::text::{self, Across, Align, Along, Label, Weight};
use crate::geometry::{Domain, Point};

pub use grid::Regions;
pub use samples::Sample;

/// The plane coloured by the class that each of several classifiers predicts, one panel per classifier,
/// with samples on top.
///
/// A class keeps its colour and marker in all panels. The tint is stronger where the odds between the
/// most and the second most probable class exceed 3, 9 and 99 (with two classes: where a probability exceeds
/// 75 %, 90 % and 99 %). A plot is blank where scores are not finite. All of it is blank where the number of
/// scores is wrong, where there are fewer than two classes, or where the domain has no area.
///
/// ```
/// use thalweg_draw::Domain;
/// use thalweg_draw::plot::{Regions, RegionsFigure};
///
/// // Predicts class 1 where x > 0.
/// let domain = Domain::square(1.0);
/// let points = Regions::points(domain, 30, 30);
/// let scores = points.iter().flat_map(|[x, _]| [0.0, 4.0 * *x as f32]).collect();
/// let panel = Regions { title: "a half each".to_owned(), columns: 30, rows: 30, scores };
/// let classes = ["left", "right"].map(str::to_owned).to_vec();
/// let figure = RegionsFigure { classes, panels: vec![panel], ..RegionsFigure::new("x", domain) };
/// assert!(figure.scene().svg().starts_with("<svg"));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RegionsFigure {
    /// Title above the panels; empty for none.
    pub title: String,
    /// What the panels show.
    pub domain: Domain,
    /// The names of the classes; class k is drawn in the [`style`] of index k. Up to ten are listed in a
    /// legend above the panels.
    pub classes: Vec<String>,
    /// Samples, drawn in every panel where their class is one of `classes`; more than a few hundred hide the
    /// regions.
    pub samples: Vec<Sample>,
    /// The panels; a single one has the whole width, six are laid out three in a row.
    pub panels: Vec<Regions>,
    /// Width in pixels; the height follows from it.
    pub width: u32,
}

/// The odds between the likeliest class and the next from which a tint is stronger, and its strength.
const TINTS: [(f64, f32); 4] = [(1.0, 0.13), (3.0, 0.22), (9.0, 0.31), (99.0, 0.40)];
/// Most classes that are told apart by colour.
const TOLD_APART: usize = 10;
const NOTE: &str = "small: training · large: test · ringed: test sample in another class's region · the stronger the colour, the surer";

impl RegionsFigure {
    /// A figure 1200 pixels wide with no panels.
    pub fn new(title: impl Into<String>, domain: Domain) -> Self {
        Self {
            title: title.into(),
            domain,
            classes: Vec::new(),
            samples: Vec::new(),
            panels: Vec::new(),
            width: 1200,
        }
    }

    /// The finished drawing.
    pub fn scene(&self) -> Scene {
        let mut header = Layer::default();
        let top = self.header(&mut header);
        let (columns, rows) = self.arrangement();
        let [_, tall] = self.panel_size();
        let height = top.saturating_add(rows.saturating_mul(tall));
        let mut scene = Scene::new(self.width(), height, &self.title);
        scene.layer = header;
        for (place, panel) in self.panels.iter().enumerate() {
            let frame = self.frame(place as u32, columns, top);
            self.panel(&mut scene.layer, panel, frame);
        }
        scene
    }

    /// Where a point of the plane lies in a panel, counted from 0, in pixels from the drawing's upper left
    /// corner.
    pub fn to_pixel(&self, panel: usize, point: Point) -> Point {
        let top = self.header(&mut Layer::default());
        let frame = self.frame(panel as u32, self.arrangement().0, top);
        let title = self.panels.get(panel).map_or("", |panel| &panel.title);
        self.surround(&mut Layer::default(), title, frame).pixel(point)
    }

    fn width(&self) -> u32 {
        self.width.clamp(1, MAX_SIDE)
    }

    /// Panels in a row, and rows.
    fn arrangement(&self) -> (u32, u32) {
        let count = self.panels.len() as u32;
        let columns = match count {
            0..=3 => count.max(1),
            4 => 2,
            _ => 3,
        };
        (columns, count.div_ceil(columns))
    }

    /// Width and height of a panel: about as much for a unit of y as of x, within reason.
    fn panel_size(&self) -> [u32; 2] {
        let side = self.width() / self.arrangement().0;
        let [width, height] = [self.domain.x, self.domain.y].map(|[low, high]| high - low);
        let ratio = height / width;
        let ratio = if ratio.is_finite() { ratio.clamp(0.6, 1.0) } else { 1.0 };
        let look = self.look();
        let around = 2.4 * f64::from(look.label) + 1.6 * f64::from(look.title);
        let tall = ratio * (f64::from(side) - 3.5 * f64::from(look.label)) + around;
        [side, tall.max(1.0) as u32]
    }

    fn frame(&self, place: u32, columns: u32, top: u32) -> Rect {
        let [side, tall] = self.panel_size();
        let (row, column) = (place / columns, place % columns);
        // Rows that far down are outside the scene.
        let y = top.saturating_add(row.saturating_mul(tall)).min(4 * MAX_SIDE);
        Rect::new((column * side) as i32, y as i32, side, tall)
    }

    fn look(&self) -> Look {
        let page = Look::page(self.width());
        match self.panels.len() {
            0 | 1 => Look { title: 0.8 * page.title, ..page },
            _ => Look { names: true, ..Look::panel(self.width()) },
        }
    }

    /// Draws title, legend and note, gives their height.
    fn header(&self, layer: &mut Layer) -> u32 {
        let look = Look::page(self.width());
        let paper = Rect::new(0, 0, self.width(), 0);
        let mut top = 0.35 * look.label;
        if !self.title.is_empty() {
            title(layer, &self.title, paper, top, &look);
            top += 1.35 * look.title;
        }
        let small = Look { label: 0.85 * look.label, dot: 0.75 * look.dot, ..look };
        if self.classes.len() <= TOLD_APART {
            let entries = self.classes.iter().enumerate().map(|(class, label)| Entry {
                label,
                style: style(class).solid(),
                line: false,
                dots: true,
            });
            let room = self.width().saturating_sub(look.label as u32);
            let legend = Legend::new(entries, room, small);
            legend.draw(layer, Rect::new(0, top as i32, self.width(), legend.height()));
            top += legend.height() as f32;
        }
        let room = self.width() as f32 - look.label;
        let size = 0.75 * look.label;
        let size = size.min(size * room / text::width(NOTE, size, Weight::Regular)).max(1.0);
        let align = Align(Along::Middle, Across::Middle);
        let label = Label::new(size, align).colour(Colour::MUTED);
        layer.text(NOTE, (self.width() as f32 / 2.0, top + 0.6 * look.label), label);
        (top + 1.4 * look.label) as u32
    }

    /// Draws title and axes of a panel.
    fn surround(&self, layer: &mut Layer, panel: &str, frame: Rect) -> Plot {
        let look = self.look();
        let top = (1.15 * look.title) as u32;
        let margin = (0.3 * look.label) as u32;
        let body = Rect::new(
            frame.x + margin as i32,
            frame.y + top as i32,
            frame.width.saturating_sub(2 * margin),
            frame.height.saturating_sub(top + margin),
        );
        let (x, y) = (Scale::linear(self.domain.x), Scale::linear(self.domain.y));
        let axes = Axes { x, y, x_label: "x", y_label: "y", grid: false };
        let plot = axes.draw(layer, body, &look);
        // Above the middle of the plot, as far as the frame goes on both sides.
        let middle = plot.rect.x + plot.rect.width as i32 / 2;
        let half = (middle - frame.x).min(frame.right() - middle).max(0);
        let above = Rect { x: middle - half, width: 2 * half as u32, ..frame };
        title(layer, panel, above, 0.0, &look);
        plot
    }

    fn panel(&self, layer: &mut Layer, panel: &Regions, frame: Rect) {
        let look = self.look();
        let plot = self.surround(layer, &panel.title, frame);
        let mut inside = Layer::default();
        if self.has_area() && panel.is_whole(self.classes.len()) {
            self.ground(&mut inside, panel, &plot, &look);
        }
        let classes = self.classes.len();
        let has_scores = self.has_area() && panel.is_whole(classes);
        let leads: Vec<_> = match has_scores {
            true => (0..classes).map(|class| panel.lead(class, classes)).collect(),
            false => Vec::new(),
        };
        let is_wrong = |it: &Sample| {
            let lead = leads.get(it.class).filter(|_| it.held_out);
            lead.is_some_and(|lead| panel.between(lead, &self.domain, it.at) < 0.0)
        };
        samples::draw(&mut inside, &self.samples, classes, is_wrong, (&plot, &look));
        layer.clip(plot.rect, inside);
        plot.frame(layer, &look);
    }

    fn has_area(&self) -> bool {
        [self.domain.x, self.domain.y]
            .iter()
            .all(|[low, high]| low < high && (high - low).is_finite())
    }

    /// Draws the regions, their tints and the borders between them.
    fn ground(&self, layer: &mut Layer, panel: &Regions, plot: &Plot, look: &Look) {
        let Rect { x, y, width, height } = plot.rect;
        let place =
            |path: Option<Path>| path?.transform(Transform::from_translate(x as f32, y as f32));
        let levels = Levels::Given(TINTS.map(|(odds, _)| odds.ln()).to_vec());
        let mut borders = Vec::new();
        let mut blank = None;
        // The first on top, as it is the one taken where several are as likely.
        for class in (0..self.classes.len()).rev() {
            let lead = panel.lead(class, self.classes.len());
            let function = |point: Point| panel.between(&lead, &self.domain, point);
            let size = (width, height);
            let contours = Contours::new(&function, &self.domain, &levels, size, look.tolerance);
            let bands: Vec<_> = contours.bands.into_iter().map(place).collect();
            for (band, (_, strength)) in bands.iter().zip(TINTS) {
                layer.fill(band.clone(), tint(style(class).colour, strength));
            }
            borders.extend(bands.into_iter().next());
            blank = place(contours.blank);
        }
        for border in borders {
            layer.stroke(border, Colour::INK, Pen::plain(0.75 * look.thin));
        }
        layer.fill(blank, Colour::WHITE);
    }
}

/// The colour on white paper, with a strength from 0 to 1.
fn tint(Colour { r, g, b, .. }: Colour, strength: f32) -> Colour {
    let mixed = |channel: u8| (255.0 - strength * (255.0 - f32::from(channel))).round() as u8;
    Colour { r: mixed(r), g: mixed(g), b: mixed(b), a: 255 }
}
