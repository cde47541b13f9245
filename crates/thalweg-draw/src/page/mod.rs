//! HTML pages that work offline, on a phone, and in light and dark mode.

mod math;
mod shell;
mod video;
mod width;

pub use math::{formulas, mathml};
pub use shell::{document, shell, styled};
pub use video::{VideoWords, video_controls};
pub use width::formula_width;
