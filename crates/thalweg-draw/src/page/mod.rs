//! Pages: HTML that works offline, on a phone, in light and dark.

mod math;
mod shell;

pub use math::mathml;
pub use shell::{shell, styled};
