//! Progress on standard error: a bar on a terminal, otherwise lines.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::failure::say;

/// The number of files up to which a terminal, too, shows a line for each.
const FEW: usize = 10;

/// Shows how many of the files are written, or of the measurements done.
pub enum Progress {
    /// On a terminal; for few files also with a line for each.
    Bar {
        /// The bar.
        bar: ProgressBar,
        /// Whether files are named on lines that stay.
        lines: bool,
    },
    /// In a file or a pipe: one line per file.
    Lines,
    /// With `--quiet`.
    Silent,
}

impl Progress {
    /// Progress over a number of files or measurements.
    pub fn new(files: usize, quiet: bool) -> Self {
        if quiet {
            return Self::Silent;
        }
        if !io::stderr().is_terminal() {
            return Self::Lines;
        }
        let bar = ProgressBar::with_draw_target(Some(files as u64), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{bar:32} {pos}/{len} {msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self::Bar { bar, lines: files <= FEW }
    }

    /// A file was written.
    pub fn wrote(&self, file: &str) {
        match self {
            Self::Bar { bar, lines } => {
                if *lines {
                    bar.suspend(|| say(&format!("wrote {file}")));
                }
                bar.set_message(file.to_owned());
                bar.inc(1);
            }
            Self::Lines => say(&format!("wrote {file}")),
            Self::Silent => {}
        }
    }

    /// Something is about to be measured.
    pub fn measures(&self, what: &str) {
        if let Self::Bar { bar, .. } = self {
            bar.set_message(what.to_owned());
            bar.tick();
        }
    }

    /// Something has been measured.
    pub fn measured(&self, what: &str) {
        match self {
            Self::Bar { bar, .. } => bar.inc(1),
            Self::Lines => say(&format!("measured {what}")),
            Self::Silent => {}
        }
    }

    /// Prints a warning that stays, even with `--quiet`.
    pub fn warn(&self, warning: &str) {
        let line = format!("warning: {warning}");
        match self {
            Self::Bar { bar, .. } => bar.suspend(|| say(&line)),
            _ => say(&line),
        }
    }

    /// Ends with a last line.
    pub fn finish(&self, summary: &str) {
        match self {
            Self::Bar { bar, .. } => {
                bar.finish_and_clear();
                say(summary);
            }
            Self::Lines => say(summary),
            Self::Silent => {}
        }
    }
}

/// A progress bar over a number of things, on a terminal; hidden elsewhere and with `--quiet`.
pub fn bar(count: usize, what: &str, quiet: bool) -> ProgressBar {
    if quiet || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(count as u64), ProgressDrawTarget::stderr());
    let style =
        ProgressStyle::with_template(&format!("{{bar:32}} {{pos}}/{{len}} {what}, {{eta}} left"));
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

impl Drop for Progress {
    fn drop(&mut self) {
        // After an error the bar must not stand in the way of the message.
        if let Self::Bar { bar, .. } = self {
            bar.finish_and_clear();
        }
    }
}
