//! Progress of a training run: a bar per method on a terminal, otherwise a line per epoch.

use std::io::{self, IsTerminal};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use thalweg_nn::compare::{Comparison, Tick};
use thalweg_nn::data::TaskKind;

use crate::failure::say;

/// Draws per second, at most; enough for every bar to be redrawn when all of them change.
const DRAWS: u8 = 250;

/// How often the text of bars changes.
const EVERY: Duration = Duration::from_millis(100);

/// Progress of all methods.
pub enum Bars {
    /// On a terminal.
    Terminal {
        all: MultiProgress,
        /// A bar per method.
        bars: Vec<ProgressBar>,
        /// What is counted in a second.
        unit: &'static str,
        /// The test accuracy, or R², of each method, and when texts changed last.
        shown: Mutex<(Vec<Option<f64>>, Option<Instant>)>,
    },
    /// In a file or a pipe.
    Lines {
        /// What is counted in a second.
        unit: &'static str,
    },
    /// With `--quiet`.
    Silent,
}

impl Bars {
    pub fn new(comparison: &Comparison, unit: &'static str, quiet: bool) -> Self {
        if quiet {
            return Self::Silent;
        }
        if !io::stderr().is_terminal() {
            return Self::Lines { unit };
        }
        let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(DRAWS));
        let width = comparison.labels().map(|it| it.chars().count()).max().unwrap_or(0);
        let bar = |label: &str| {
            let bar = all.add(ProgressBar::new(comparison.steps()));
            bar.set_style(style("{prefix} {bar:10} {percent:>3}% {eta:>4} left  {wide_msg}"));
            bar.set_prefix(format!("{label:width$}"));
            bar.set_message("loss –");
            // Steps before a resume count for the bar, but not for the time left.
            bar.set_position(comparison.step());
            bar.reset_eta();
            bar
        };
        let bars: Vec<_> = comparison.labels().map(bar).collect();
        let shown = Mutex::new((vec![None; bars.len()], None));
        Self::Terminal { all, bars, unit, shown }
    }

    /// A step is done.
    pub fn tick(&self, comparison: &Comparison, tick: &Tick) {
        let rate = |method: usize| comparison.timing(method).samples_per_second().unwrap_or(0.0);
        let place = |label: &str| comparison.labels().position(|known| known == label);
        match self {
            Self::Terminal { bars, unit, shown, .. } => {
                let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
                for record in &tick.epochs {
                    if let Some(method) = place(&record.method) {
                        shown.0[method] = Some(record.test_accuracy);
                    }
                }
                let is_last = tick.step == comparison.steps();
                if shown.1.is_some_and(|last| last.elapsed() < EVERY) && !is_last {
                    return;
                }
                shown.1 = Some(Instant::now());
                for record in &tick.steps {
                    let Some(method) = place(&record.method) else { continue };
                    let test =
                        shown.0[method].map_or(String::new(), |it| match comparison.kind() {
                            TaskKind::Classification => format!("test {:.1}%  ", 100.0 * it),
                            TaskKind::Regression => format!("test R² {it:.3}  "),
                        });
                    let (loss, rate) = (record.loss, HumanCount(rate(method) as u64));
                    bars[method].set_message(format!("loss {loss:.4}  {test}{rate} {unit}"));
                    bars[method].set_position(tick.step);
                }
            }
            Self::Lines { unit } => {
                for record in &tick.epochs {
                    let last = comparison.steps() / comparison.steps_per_epoch();
                    let rate = place(&record.method).map_or(0.0, rate);
                    say(&format!(
                        "{}: epoch {} of {last}, loss {:.4}, test {} {}, {rate:.0} {unit}",
                        record.method,
                        record.epoch,
                        record.train_loss,
                        comparison.kind().score_name(),
                        comparison.kind().score(record.test_accuracy),
                    ));
                }
            }
            Self::Silent => {}
        }
    }

    /// Prints a warning that stays, even with `--quiet`.
    pub fn warn(&self, warning: &str) {
        let line = format!("warning: {warning}");
        match self {
            Self::Terminal { all, .. } => all.suspend(|| say(&line)),
            _ => say(&line),
        }
    }

    /// Removes the bars, so that they do not mix with later output.
    pub fn end(&self) {
        if let Self::Terminal { bars, .. } = self {
            bars.iter().for_each(ProgressBar::finish_and_clear);
        }
    }
}

/// Progress of a loss surface.
pub struct Drawing(ProgressBar);

impl Drawing {
    pub fn new(quiet: bool) -> Self {
        let bar = match quiet || !io::stderr().is_terminal() {
            true => ProgressBar::hidden(),
            false => ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()),
        };
        bar.set_style(style("loss surface {bar:16} {pos}/{len} points, {eta} left"));
        Self(bar)
    }

    pub fn surface(&self, done: usize, of: usize) {
        if self.0.length() != Some(of as u64) {
            // The time left counts from here, not from when the bar was made.
            self.0.reset();
            self.0.set_length(of as u64);
        }
        self.0.set_position(done as u64);
    }

    pub fn end(&self) {
        self.0.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
