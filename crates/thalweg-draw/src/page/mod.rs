//! HTML pages that work offline, on a phone, and in light and dark mode.

mod math;
mod shell;

pub use math::mathml;
pub use shell::{shell, styled};
