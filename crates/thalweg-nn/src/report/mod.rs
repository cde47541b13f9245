//! The report of a comparison: a page in one file, and its charts.
//!
//! A [`Report`] is plain data; nothing here trains or depends on a network. The page works offline,
//! without scripts, on a phone, in light and dark mode. With scripts, its charts are interactive by pointer,
//! touch and keyboard.
//!
//! Curves with more than 600 points are thinned: smoothed ones are means around 600 evenly spaced steps,
//! all others keep the lowest and the highest point of each of 299 intervals.

mod contents;
mod curve;
mod figure;
mod image;
mod interactive;
mod matrix;
mod mistakes;
mod page;
mod palette;
mod residuals;
mod results;
mod scatter;
pub(crate) mod text;
mod verdict;
mod writing;

pub(crate) use contents::styles;
pub use contents::{LandscapeView, MethodResult, Mistake, Report, Video};
pub use figure::{accuracy_chart, loss_chart, score_chart};
