//! The landscape as a picture and as a film.

use thalweg_draw::Point;
use thalweg_draw::numbers::number;
use thalweg_draw::plot::{Animation, LandscapeFigure, Levels, Path, Scene};
use thalweg_draw::video as movie;

use super::{Directions, LandscapeError, Plane, Surface, Trajectory, paths};

/// Most frames of a film, before the last is held.
const MOST_FRAMES: usize = 150;

/// Size and pace of the film.
const FILM: movie::Format =
    movie::Format { width: FILM_SIZE.0, height: FILM_SIZE.1, fps: 10, hold: 15 };

/// Width and height of the film in pixels.
pub const FILM_SIZE: (u32, u32) = (800, 740);

/// The loss over a plane, and the paths that methods took, as they look in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Landscape {
    /// What it is the landscape of, as `mlp:100,100 on digits`.
    pub title: String,
    /// The plane.
    pub plane: Plane,
    /// The loss over it.
    pub surface: Surface,
    paths: Vec<Path>,
    steps: Vec<u64>,
}

impl Landscape {
    /// The plane through the paths, and the loss at `resolution` × `resolution` points of it.
    ///
    /// 40 points a side make a smooth picture. For `loss` and `progress` see [`Surface::compute`].
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

    /// Paths over a surface that has been computed.
    ///
    /// # Errors
    /// [`LandscapeError`] where points, steps and losses of a path do not go together.
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

    /// The paths as they look in the plane, with a point for each of [`steps`](Self::steps) up to their last
    /// finite one: where the method was then.
    pub fn paths(&self) -> &[Path] {
        &self.paths
    }

    /// Every step of which any path has a point, ascending.
    pub fn steps(&self) -> &[u64] {
        &self.steps
    }

    /// The paths over the level lines of the loss, 1200 pixels wide.
    pub fn scene(&self) -> Scene {
        self.with_figure(|figure| figure.scene())
    }

    /// The paths growing with the steps, as an MP4 of 800 × 740 pixels with ten frames a second. Every method has
    /// made as many steps as the others in each frame, unless it has ended. The losses stated are those
    /// recorded, where there are any.
    ///
    /// # Errors
    /// [`LandscapeError`] where frames cannot be drawn or encoded.
    pub fn film(&self) -> Result<Vec<u8>, LandscapeError> {
        let mut animation = self.with_figure(|figure| {
            (figure.width, figure.height) = (FILM.width, FILM.height);
            Animation::new(figure)
        })?;
        let shown = self.shown();
        let frames = shown.iter().map(|&i| animation.frame(i).to_vec());
        Ok(movie::mp4(FILM, frames)?)
    }

    /// The number of frames in the film, the last of which is held for 1.5 seconds.
    pub fn frames(&self) -> usize {
        self.shown().len()
    }

    /// The indices of the steps that the film shows: first and last, and evenly many between.
    fn shown(&self) -> Vec<usize> {
        let last = self.steps.len().saturating_sub(1);
        let gaps = last.min(MOST_FRAMES - 1);
        (0..=gaps).map(|i| (i * last).checked_div(gaps).unwrap_or(0)).collect()
    }

    fn with_figure<T>(&self, use_it: impl FnOnce(&mut LandscapeFigure<'_>) -> T) -> T {
        let function = |point: Point| self.surface.at(point);
        let mut figure = LandscapeFigure::new(self.full_title(), &function, self.surface.domain());
        figure.names = self.axis_names();
        figure.value = "loss".to_owned();
        figure.levels = Levels::Logarithmic;
        figure.bar = true;
        figure.start = self.paths.iter().find_map(|p| p.points.first()).copied();
        figure.paths.clone_from(&self.paths);
        figure.steps.clone_from(&self.steps);
        figure.legend = Some(true);
        use_it(&mut figure)
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

/// A path as it looks in the plane, with a point for each of the steps up to its last: where it was then.
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

/// A share in percent: whole from ten on, in about two digits below.
fn percent(share: f64) -> String {
    let digits = match share {
        s if s >= 0.0995 => 0,
        s if s >= 0.00995 => 1,
        _ => return format!("{} %", number((1e5 * share).round() / 1e3)),
    };
    format!("{:.digits$} %", 100.0 * share)
}
