//! A descent: several methods from one start on one problem.
//!
//! The module `render` adds methods to [`Descent`] that write it as pictures, videos, pages and data.

use rayon::prelude::*;
use thalweg::{Method, Spec};
use thalweg_draw::Point;

use crate::problem::Problem;
use crate::run::{Precision, Run, RunError};

pub use crate::format::{Format, UnknownFormat};

/// Several methods from one start on one problem.
#[derive(Debug, Clone)]
pub struct Descent {
    /// The title of figures.
    pub title: String,
    /// The problem.
    pub problem: Problem,
    /// Where every run starts.
    pub start: Point,
    /// The number of steps asked for.
    pub steps: usize,
    /// The floating-point type that points are computed in.
    pub precision: Precision,
    /// The runs, in the order of the methods.
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
        precision: Precision,
    ) -> Result<Self, RunError> {
        Self::among(problem, methods, start, steps, precision)
    }

    /// The same for any methods of one type, custom rules included.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn among<M: Method>(
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
