//! A descent: several methods from one start on one problem, and everything it can be shown as.

use std::ops::Range;
use std::path::Path;

use rayon::prelude::*;
use thalweg::{Spec, nearest};

use crate::draw::{
    Animation, DrawError, LandscapeFigure, Levels, LineChart, Scene, Series, small_multiples,
    small_multiples_size,
};
use crate::geometry::{Domain, Point};
use crate::movie::{self, MovieError};
use crate::page;
use crate::printed::methods;
use crate::problem::Problem;
use crate::record::{self, Record};
use crate::run::{Contender, Precision, Run, RunError};

/// Steps up to which an MP4 has a frame for each (five minutes); longer runs show every second,
/// third, … step.
const MOST_IN_MP4: usize = 3000;

/// The same for a GIF, which is held in memory whole while it is made.
const MOST_IN_GIF: usize = 500;

/// Panels in a row of small multiples.
const PANELS: usize = 3;

/// Width of all small multiples together in pixels.
const PANELS_WIDTH: u32 = 1200;

/// Several methods from one start on one problem.
#[derive(Debug, Clone)]
pub struct Descent {
    /// What figures are titled.
    pub title: String,
    /// The problem.
    pub problem: Problem,
    /// Where every run starts.
    pub start: Point,
    /// How many steps were asked for.
    pub steps: usize,
    /// In which numbers.
    pub precision: Precision,
    /// The runs, in the order in which the methods were given.
    pub runs: Vec<Run>,
    /// How many steps a film advances a frame, at least; very long runs take longer strides.
    pub stride: usize,
}

/// A kind of file that a descent can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Points, values, gradients, state and hyperparameters.
    Json,
    /// A line for every step of every run.
    Csv,
    /// The paths over the contours, 1200 pixels wide.
    Png,
    /// The same as a vector drawing.
    Svg,
    /// A film, H.264.
    Mp4,
    /// The same film as a GIF.
    Gif,
    /// A page with pictures, curves and the table.
    Html,
}

/// Why a descent could not be shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// A picture could not be made.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// A film could not be made.
    #[error(transparent)]
    Movie(#[from] MovieError),
    /// An exhibit of the gallery that comes from elsewhere could not be made.
    #[error("{0}")]
    Exhibit(Box<dyn std::error::Error + Send + Sync>),
}

/// A file name whose extension names no kind of file that can be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {}; known are {}", self.problem(), Format::EXTENSIONS.map(|e| format!(".{e}")).join(" "))]
pub struct UnknownFormat {
    /// The file name.
    pub file: String,
    /// Its extension, if it has one.
    pub extension: Option<String>,
    /// The known extensions nearest to it.
    pub nearest: Vec<&'static str>,
}

impl UnknownFormat {
    fn problem(&self) -> String {
        match (&self.extension, &self.nearest[..]) {
            (None, _) => "the name has no extension to tell what to write".to_owned(),
            (Some(extension), []) => format!("the extension .{extension} is not known"),
            (Some(extension), near) => {
                format!(
                    "the extension .{extension} is not known (did you mean .{}?)",
                    near.join(" or .")
                )
            }
        }
    }
}

impl Format {
    const ALL: [Self; 7] =
        [Self::Json, Self::Csv, Self::Png, Self::Svg, Self::Mp4, Self::Gif, Self::Html];
    /// The extensions that name a kind of file.
    pub const EXTENSIONS: [&str; 7] = ["json", "csv", "png", "svg", "mp4", "gif", "html"];

    /// The kind of file that a path's extension names.
    ///
    /// # Errors
    /// [`UnknownFormat`], with the nearest known extensions.
    pub fn of(path: &Path) -> Result<Self, UnknownFormat> {
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        let known = Self::EXTENSIONS.iter().position(|e| Some(*e) == extension.as_deref());
        known.map(|i| Self::ALL[i]).ok_or_else(|| UnknownFormat {
            file: path.display().to_string(),
            nearest: extension.as_ref().map_or(Vec::new(), |e| nearest(e, Self::EXTENSIONS)),
            extension,
        })
    }

    /// Its extension, as `json`.
    pub fn extension(self) -> &'static str {
        Self::EXTENSIONS[self as usize]
    }
}

impl Descent {
    /// Runs every method from `start` for `steps` steps, in parallel.
    ///
    /// # Errors
    /// [`RunError`]: the function is not finite at the start, or a method refuses its
    /// hyperparameters.
    pub fn new(
        problem: &Problem,
        methods: &[Spec],
        start: Point,
        steps: usize,
        precision: Precision,
    ) -> Result<Self, RunError> {
        Self::among(problem, methods, start, steps, precision)
    }

    /// The same for any methods of one type, a user's own rules among them.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn among<M: Contender + Sync>(
        problem: &Problem,
        methods: &[M],
        start: Point,
        steps: usize,
        precision: Precision,
    ) -> Result<Self, RunError> {
        let mut runs: Vec<Run> = methods
            .par_iter()
            .map(|method| Run::new(problem, method, start, steps, precision))
            .collect::<Result<_, _>>()?;
        tell_apart(&mut runs);
        let title = match &runs[..] {
            [run] => run.label.clone(),
            _ => problem.title.clone(),
        };
        Ok(Self { title, problem: problem.clone(), start, steps, precision, runs, stride: 1 })
    }

    /// The same under another title.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// The descent as the bytes of a file.
    ///
    /// # Errors
    /// [`RenderError`] where a picture or film cannot be encoded.
    pub fn render(&self, format: Format) -> Result<Vec<u8>, RenderError> {
        Ok(match format {
            Format::Json => {
                let Self { problem, start, steps, precision, runs, .. } = self;
                Record::new(problem, *start, *steps, *precision, runs).json().into_bytes()
            }
            Format::Csv => record::csv(&self.runs),
            Format::Png => self.with_figure(|figure| figure.scene().png(1.0))?,
            Format::Svg => self.svg().into_bytes(),
            Format::Mp4 => self.film(MOST_IN_MP4, movie::mp4)?,
            Format::Gif => self.film(MOST_IN_GIF, movie::gif)?,
            Format::Html => page::descent(self).into_bytes(),
        })
    }

    /// The paths over the contours, as SVG.
    pub fn svg(&self) -> String {
        self.with_figure(|figure| figure.scene().svg())
    }

    /// What figures show: the problem's domain, widened where the start lies outside.
    pub fn domain(&self) -> Domain {
        self.problem.domain.around(self.start)
    }

    /// The index of the style in which run `i` is drawn: an optimizer's own wherever it is the
    /// only one of its kind, so that it keeps its colour from figure to figure.
    pub fn style(&self, i: usize) -> usize {
        let place = |run: &Run| methods().iter().position(|entry| entry.name == run.optimizer);
        let places: Vec<_> = self.runs.iter().map(place).collect();
        let alone = |at: &Option<usize>| places.iter().filter(|other| *other == at).count() == 1;
        match places[i] {
            Some(own) if places.iter().all(|at| at.is_some() && alone(at)) => own,
            _ => i,
        }
    }

    /// Hands over the figure of all paths.
    pub fn with_figure<T>(&self, use_it: impl FnOnce(&LandscapeFigure<'_>) -> T) -> T {
        let function = |point| self.problem.value(point);
        use_it(&self.figure(&function, &self.title, 0..self.runs.len()))
    }

    fn figure<'a>(
        &self,
        function: &'a (dyn Fn(Point) -> f64 + Sync),
        title: &str,
        shown: Range<usize>,
    ) -> LandscapeFigure<'a> {
        let mut figure = LandscapeFigure::new(title, function, self.domain());
        figure.levels = self.problem.levels.clone().map_or(Levels::Auto, Levels::Given);
        figure.start = Some(self.start);
        figure.minima.clone_from(&self.problem.minima);
        figure.paths = shown.map(|i| self.path(i)).collect();
        figure
    }

    fn path(&self, i: usize) -> crate::draw::Path {
        let run = &self.runs[i];
        crate::draw::Path {
            label: run.label.clone(),
            points: run.points.clone(),
            style: self.style(i),
            diverged: run.diverged_at.is_some(),
            ..Default::default()
        }
    }

    /// One panel a run, three beside each other.
    pub fn panels(&self) -> Scene {
        self.with_panels(|panels| small_multiples(&self.title, panels, PANELS, PANELS_WIDTH))
    }

    /// Width and height of [`panels`](Self::panels) in pixels.
    pub fn panels_size(&self) -> (u32, u32) {
        self.with_panels(|panels| small_multiples_size(&self.title, panels, PANELS, PANELS_WIDTH))
    }

    fn with_panels<T>(&self, use_them: impl FnOnce(&[LandscapeFigure<'_>]) -> T) -> T {
        let function = |point| self.problem.value(point);
        let panel = |i: usize| self.figure(&function, &self.runs[i].label, i..i + 1);
        use_them(&(0..self.runs.len()).map(panel).collect::<Vec<_>>())
    }

    /// The value against the step, on a logarithmic axis: above the minimum where one is known,
    /// as it is where it stays positive, and on a linear axis where neither helps.
    pub fn values(&self) -> LineChart {
        let floor = self.problem.minimum.unwrap_or(0.0);
        let above = self.runs.iter().flat_map(|run| &run.values).all(|&value| value >= floor);
        let (floor, log_y) = if above { (floor, true) } else { (0.0, false) };
        let name =
            if floor == 0.0 { "f(x, y)".to_owned() } else { "f(x, y) − minimum".to_owned() };
        let mut chart = LineChart::new(self.title.clone(), "step", name);
        chart.log_y = log_y;
        chart.series = self
            .runs
            .iter()
            .enumerate()
            .map(|(i, run)| {
                let values = run.values.iter().map(|value| value - floor);
                Series::line(&run.label, (0..).map(f64::from).zip(values).collect(), self.style(i))
            })
            .collect();
        chart
    }

    fn film<E: Into<RenderError>>(
        &self,
        most: usize,
        encode: impl FnOnce(movie::Format, Frames) -> Result<Vec<u8>, E>,
    ) -> Result<Vec<u8>, RenderError> {
        let format = movie::Format::default();
        let function = |point| self.problem.value(point);
        let mut figure = self.figure(&function, &self.title, 0..self.runs.len());
        (figure.width, figure.height) = (format.width, format.height);
        let animation = Animation::new(&figure)?;
        let stride = self.stride.max(self.steps.div_ceil(most));
        encode(format, Frames { animation, next: 0, stride }).map_err(Into::into)
    }
}

/// Labels runs by their specs where names and rates alone would be the same.
fn tell_apart(runs: &mut [Run]) {
    let labels: Vec<String> = runs.iter().map(|run| run.label.clone()).collect();
    for (run, label) in runs.iter_mut().zip(&labels) {
        if labels.iter().filter(|other| *other == label).count() > 1 {
            run.label.clone_from(&run.spec);
        }
    }
    // The same spec more than once: a number tells them apart.
    for i in 1..runs.len() {
        let earlier = runs[..i].iter().filter(|run| run.spec == runs[i].spec).count();
        if earlier > 0 {
            runs[i].label = format!("{} ({})", runs[i].spec, earlier + 1);
        }
    }
}

/// The frames of a film, the last step always among them.
struct Frames {
    animation: Animation,
    next: usize,
    stride: usize,
}

impl Iterator for Frames {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let last = self.animation.frames() - 1;
        if self.next > last {
            return None;
        }
        let step = self.next;
        self.next = if step == last { last + 1 } else { (step + self.stride).min(last) };
        Some(self.animation.frame(step).to_vec())
    }
}
