//! Progress on standard error: a bar where there is a terminal, lines where not.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::failure::say;

/// Tells how many of some files are there.
pub enum Progress {
    /// On a terminal.
    Bar(ProgressBar),
    /// In a file or a pipe: a line a file.
    Lines,
    /// With `--quiet`.
    Silent,
}

impl Progress {
    /// Progress over `files` files.
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
        Self::Bar(bar)
    }

    /// A file is there.
    pub fn wrote(&self, file: &str) {
        match self {
            Self::Bar(bar) => {
                bar.set_message(file.to_owned());
                bar.inc(1);
            }
            Self::Lines => say(&format!("wrote {file}")),
            Self::Silent => {}
        }
    }

    /// Ends with a last line.
    pub fn finish(&self, summary: &str) {
        match self {
            Self::Bar(bar) => {
                bar.finish_and_clear();
                say(summary);
            }
            Self::Lines => say(summary),
            Self::Silent => {}
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        // After an error the bar must not stand in the way of the message.
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
