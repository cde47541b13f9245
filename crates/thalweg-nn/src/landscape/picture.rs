//! The landscape as a plot and as a video.

use thalweg_draw::Point;
use thalweg_draw::numbers::number;
use thalweg_draw::plot::{Animation, LandscapeFigure, Levels, Path, Scene};
use thalweg_draw::video;

use super::directions::Directions;
use super::error::LandscapeError;
use super::paths;
use super::plane::Plane;
use super::surface::Surface;
use super::trajectory::Trajectory;

/// Maximum number of frames of a video, not counting the repeats of the last one.
const MAX_FRAMES: usize = 150;

/// Size and frame rate of the video.
const VIDEO: video::Format =
    video::Format { width: VIDEO_SIZE.0, height: VIDEO_SIZE.1, fps: 10, hold: 15 };

/// Width and height of the video in pixels.
pub const VIDEO_SIZE: (u32, u32) = (800, 740);

/// The loss over a plane, and the projections of the paths that methods took.
#[derive(Debug, Clone, PartialEq)]
pub struct Landscape {
    /// The title, such as `mlp:100,100 on digits`.
    pub title: String,
    /// The plane.
    pub plane: Plane,
    /// The loss over it.
    pub surface: Surface,
    paths: Vec<Path>,
    steps: Vec<u64>,
}

impl Landscape {
    /// Computes the plane through the paths, and the loss at `resolution` × `resolution` points of it.
    ///
    /// A resolution of 40 gives a smooth plot. For `loss` and `progress` see [`Surface::compute`].
    ///
    /// # Errors
    /// [`LandscapeError`], as [`Plane::through`] and [`Surface::compute`].
    pub fn new(
        title: impl Into<String>,
        trajectories: &[Trajectory],
        directions: Directions,
        resolution: usize,
        loss: &(dyn Fn(&[f32]) -> f64 + Sync),
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Self, LandscapeError> {
        let plane = Plane::through(trajectories, directions)?;
        let domain = plane.domain(trajectories);
        let surface = Surface::compute(&plane, domain, resolution, loss, progress)?;
        Self::of(title, plane, surface, trajectories)
    }

    /// A landscape from a surface that has been computed.
    ///
    /// # Errors
    /// [`LandscapeError`] if points, steps and losses of a path do not match.
    pub fn of(
        title: impl Into<String>,
        plane: Plane,
        surface: Surface,
        trajectories: &[Trajectory],
    ) -> Result<Self, LandscapeError> {
        paths::check(trajectories)?;
        let mut steps: Vec<u64> = trajectories.iter().flat_map(|t| t.steps.clone()).collect();
        steps.sort_unstable();
        steps.dedup();
        let paths = trajectories.iter().map(|t| projected(t, &plane, &surface, &steps)).collect();
        Ok(Self { title: title.into(), plane, surface, paths, steps })
    }

    /// The projected paths, with a point for each of [`steps`](Self::steps) up to the last finite one: the
    /// latest snapshot at that step.
    pub fn paths(&self) -> &[Path] {
        &self.paths
    }

    /// All steps at which any path has a point, ascending.
    pub fn steps(&self) -> &[u64] {
        &self.steps
    }

    /// The paths over contour lines of the loss, 1200 pixels wide.
    pub fn scene(&self) -> Scene {
        self.with_figure(|figure| figure.scene())
    }

    /// The paths growing step by step, as an MP4 of 800 × 740 pixels with ten frames per second. Each frame
    /// shows all methods at the same step, unless they have ended. The losses shown are the recorded ones, if
    /// there are any.
    ///
    /// # Errors
    /// [`LandscapeError`] if frames cannot be drawn or encoded.
    pub fn video(&self) -> Result<Vec<u8>, LandscapeError> {
        let mut animation = self.with_figure(|figure| {
            (figure.width, figure.height) = (VIDEO.width, VIDEO.height);
            Animation::new(figure)
        })?;
        let shown = self.shown();
        let frames = shown.iter().map(|&i| animation.frame(i).to_vec());
        Ok(video::mp4(VIDEO, frames)?)
    }

    /// The number of frames of the video; the last one is held for 1.5 seconds.
    pub fn frames(&self) -> usize {
        self.shown().len()
    }

    /// The indices of the steps that the video shows: the first, the last, and evenly spaced ones in between.
    fn shown(&self) -> Vec<usize> {
        let last = self.steps.len().saturating_sub(1);
        let gaps = last.min(MAX_FRAMES - 1);
        (0..=gaps).map(|i| (i * last).checked_div(gaps).unwrap_or(0)).collect()
    }

    fn with_figure<T>(&self, draw: impl FnOnce(&mut LandscapeFigure<'_>) -> T) -> T {
        let function = |point: Point| self.surface.at(point);
        let mut figure = LandscapeFigure::new(self.full_title(), &function, self.surface.domain());
        figure.names = self.axis_names();
        figure.value = "loss".to_owned();
        figure.levels = Levels::Logarithmic;
        figure.bar = true;
        figure.starts =
            self.paths.iter().find_map(|p| p.points.first()).copied().into_iter().collect();
        figure.paths.clone_from(&self.paths);
        figure.steps.clone_from(&self.steps);
        figure.legend = Some(true);
        draw(&mut figure)
    }

    fn full_title(&self) -> String {
        let total = percent(self.plane.explained().iter().sum());
        let which = match self.plane.directions() {
            Directions::Principal => "principal plane",
            Directions::Random { .. } => "random plane",
        };
        format!("{}: {which}, {total} of the paths’ variance", self.title)
    }

    fn axis_names(&self) -> [String; 2] {
        let kind = match self.plane.directions() {
            Directions::Principal => "principal direction",
            Directions::Random { .. } => "random direction",
        };
        let share = self.plane.explained().map(percent);
        [("first", &share[0]), ("second", &share[1])]
            .map(|(which, share)| format!("{which} {kind} ({share} of the variance)"))
    }
}

/// The projection of a path, with a point for each of the steps up to its last finite one.
fn projected(path: &Trajectory, plane: &Plane, surface: &Surface, steps: &[u64]) -> Path {
    let end = (0..path.points.len()).take_while(|&i| paths::is_finite(&path.points[i])).count();
    let points: Vec<Point> = path.points[..end].iter().map(|p| plane.coordinates(p)).collect();
    let last = end.checked_sub(1).map(|i| path.steps[i]);
    let upto = steps.iter().take_while(|&&step| last.is_some_and(|last| step <= last));
    let then = |step: &u64| path.steps[..end].partition_point(|s| s <= step).saturating_sub(1);
    let indices: Vec<usize> = upto.map(then).collect();
    let loss = |&i: &usize| match path.losses.get(i) {
        Some(&loss) => loss,
        None => surface.at(points[i]),
    };
    Path {
        label: path.label.clone(),
        values: indices.iter().map(loss).collect(),
        points: indices.iter().map(|&i| points[i]).collect(),
        style: path.style,
        diverged: path.diverged || end < path.points.len(),
    }
}

/// A share in percent: an integer from 10 on, about two digits below.
fn percent(share: f64) -> String {
    let digits = match share {
        s if s >= 0.0995 => 0,
        s if s >= 0.00995 => 1,
        _ => return format!("{} %", number((1e5 * share).round() / 1e3)),
    };
    format!("{:.digits$} %", 100.0 * share)
}
