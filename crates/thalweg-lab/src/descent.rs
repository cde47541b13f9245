//! A descent: several methods on one problem, from one start or several.
//!
//! The module `render` adds methods to [`Descent`] that write it as pictures, videos, pages and data.

use rayon::prelude::*;
use thalweg::{Method, Spec};
use thalweg_draw::Point;

use crate::problem::Problem;
use crate::run::{Run, RunError, Setting};

pub use crate::format::{Format, UnknownFormat};

/// Several methods on one problem, from one start or several.
#[derive(Debug, Clone)]
pub struct Descent {
    /// The title of figures.
    pub title: String,
    /// The problem.
    pub problem: Problem,
    /// Where the runs start, every method once at each.
    pub starts: Vec<Point>,
    /// The number of steps asked for.
    pub steps: usize,
    /// Precision, noise, schedule and clipping.
    pub setting: Setting,
    /// The runs, start by start in the order of the methods.
    pub runs: Vec<Run>,
    /// Steps per frame of a video; very long runs take more.
    pub stride: usize,
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
        setting: impl Into<Setting>,
    ) -> Result<Self, RunError> {
        Self::among(problem, methods, &[start], steps, setting)
    }

    /// The same for any methods of one type, custom rules included, from one start or several.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn among<M: Method>(
        problem: &Problem,
        methods: &[M],
        starts: &[Point],
        steps: usize,
        setting: impl Into<Setting>,
    ) -> Result<Self, RunError> {
        let setting = setting.into();
        let all: Vec<(Point, &M)> =
            starts.iter().flat_map(|&start| methods.iter().map(move |m| (start, m))).collect();
        let mut runs: Vec<Run> = all
            .par_iter()
            .map(|(start, method)| Run::new(problem, *method, *start, steps, setting.clone()))
            .collect::<Result<_, _>>()?;
        runs.chunks_mut(methods.len().max(1)).for_each(tell_apart);
        let title = match methods.len() {
            1 => runs[..].first().map_or(String::new(), |run| run.label.clone()),
            _ => problem.title.clone(),
        };
        let (problem, starts) = (problem.clone(), starts.to_vec());
        Ok(Self { title, problem, starts, steps, setting, runs, stride: 1 })
    }

    /// The same under another title.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
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
