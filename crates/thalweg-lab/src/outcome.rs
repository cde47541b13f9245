//! What went wrong in a run, if anything did, in a sentence.

use thalweg_draw::numbers::number;
use thalweg_draw::{Domain, Point};

use crate::descent::Descent;
use crate::methods;
use crate::run::Run;
use crate::stability::largest_stable_lr;

/// What a reader should know about a run before believing its picture.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Concern {
    /// A point or value was not finite at this step.
    Diverged {
        /// The step.
        step: usize,
    },
    /// It ended higher than it began.
    Climbs {
        /// The value at the start.
        from: f64,
        /// The value at the end.
        to: f64,
    },
    /// It ended outside the picture.
    Leaves {
        /// The step from which on it was outside.
        step: usize,
        /// Where it ended.
        point: Point,
    },
    /// It hardly moved.
    Still {
        /// The length of its path.
        moved: f64,
        /// The steps it took.
        steps: usize,
        /// Its learning rate, and one with which it would move, if it has one.
        rates: Option<(f64, f64)>,
    },
}

/// A path shorter than this share of the picture's diagonal is hard to see.
const STILL: f64 = 0.01;

/// The share of the diagonal that a run should move for its picture to say something.
const VISIBLE: f64 = 0.3;

impl Run {
    /// What is wrong with the run in a picture of this domain: the worst that applies.
    pub fn concern(&self, domain: Domain) -> Option<Concern> {
        if let Some(step) = self.diverged_at {
            return Some(Concern::Diverged { step });
        }
        let (from, to) = (self.values[0], self.last_value());
        if to > from {
            return Some(Concern::Climbs { from, to });
        }
        let outside = self.points.iter().rev().take_while(|&&p| !domain.contains(p)).count();
        if outside > 0 {
            let step = self.points.len() - outside;
            return Some(Concern::Leaves { step, point: self.last_point() });
        }
        self.still(domain)
    }

    fn still(&self, domain: Domain) -> Option<Concern> {
        let length = |[a, b]: [Point; 2]| (b[0] - a[0]).hypot(b[1] - a[1]);
        let diagonal = length([[domain.x[0], domain.y[0]], [domain.x[1], domain.y[1]]]);
        let moved: f64 = self.points.windows(2).map(|pair| length([pair[0], pair[1]])).sum();
        // Where the gradient vanishes, standing still is right.
        let is_flat = self.gradients[0].iter().all(|&g| g == 0.0);
        if is_flat || moved > STILL * diagonal {
            return None;
        }
        let rates = self.number("lr").filter(|_| moved > 0.0).map(|lr| {
            let wanted = lr * VISIBLE * diagonal / moved;
            (lr, round(wanted))
        });
        Some(Concern::Still { moved, steps: self.steps(), rates })
    }

    /// The concern as a sentence that begins with the run's spec.
    ///
    /// ```
    /// # use thalweg_lab::{descent::Descent, methods, problem::Problem, run::Precision};
    /// let ravine = Problem::named("ravine")?;
    /// let sgd = methods::registry().spec("sgd:lr=1.05")?;
    /// let descent = Descent::new(&ravine, &[sgd], ravine.start, 30, Precision::F64)?;
    /// assert_eq!(
    ///     descent.runs[0].warning(descent.domain()).as_deref(),
    ///     Some("sgd:lr=1.05 climbs: f from 6.45 to 1218"),
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn warning(&self, domain: Domain) -> Option<String> {
        let spec = &self.spec;
        Some(match self.concern(domain)? {
            Concern::Diverged { step } => {
                format!("{spec} stopped being finite at step {step}; the steps before it are kept")
            }
            Concern::Climbs { from, to } => {
                format!("{spec} climbs: f from {} to {}", number(from), number(to))
            }
            Concern::Leaves { step, point: [x, y] } => {
                format!(
                    "{spec} leaves the picture at step {step} and ends at ({}, {})",
                    number(x),
                    number(y)
                )
            }
            Concern::Still { moved, steps, rates } => {
                let hint = rates.map_or(String::new(), |(lr, wanted)| {
                    format!("; its lr is {}, try {}:lr={wanted}", number(lr), self.optimizer)
                });
                let steps = thalweg_draw::numbers::counted(steps as u64, "step");
                format!("{spec} hardly moves: {} in {steps}{hint}", number(moved))
            }
        })
    }
}

impl Descent {
    /// What is wrong with a run, if anything is, as a sentence: with what theory says about the learning rate where
    /// the function is quadratic and the method linear.
    ///
    /// ```
    /// # use thalweg_lab::{descent::Descent, methods, problem::Problem, run::Precision};
    /// let ravine = Problem::named("ravine")?;
    /// let sgd = methods::registry().spec("sgd:lr=1.05")?;
    /// let descent = Descent::new(&ravine, &[sgd], ravine.start, 30, Precision::F64)?;
    /// let warning = "sgd:lr=1.05 climbs: f from 6.45 to 1218; on this function lr below 1 converges";
    /// assert_eq!(descent.warning(0).as_deref(), Some(warning));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn warning(&self, run: usize) -> Option<String> {
        let run = self.runs.get(run)?;
        let warning = run.warning(self.domain())?;
        let too_far = matches!(
            run.concern(self.domain()),
            Some(Concern::Climbs { .. } | Concern::Diverged { .. })
        );
        let limit = Some(run).filter(|_| too_far && self.setting.is_plain()).and_then(|run| {
            let method = methods::registry().spec(&run.spec).ok()?;
            let limit = largest_stable_lr(&method, &self.problem)?;
            // Only where it says what is wrong.
            Some(limit).filter(|&limit| run.number("lr").is_some_and(|lr| lr >= limit))
        });
        Some(match limit {
            Some(lr) => format!("{warning}; on this function lr below {} converges", number(lr)),
            None => warning,
        })
    }

    /// All warnings, in the order of the runs.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        (0..self.runs.len()).filter_map(|run| self.warning(run))
    }
}

/// The nearest of 1, 2, 5, 10, … times a power of ten, below.
fn round(value: f64) -> f64 {
    let power = value.log10().floor() as i32;
    let digit =
        [5.0, 2.0, 1.0].into_iter().find(|d| d * 10f64.powi(power) <= value * (1.0 + 1e-12));
    // Parsed, not multiplied, so that the number is the one that its digits name.
    format!("{}e{power}", digit.unwrap_or(1.0)).parse().unwrap_or(value)
}
