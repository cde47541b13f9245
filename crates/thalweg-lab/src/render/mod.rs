//! A descent as a picture, a video, a page, JSON or CSV.
//!
//! Everything here hangs on [`Descent`](crate::descent::Descent) as methods: `render` for the bytes of a
//! file, `panels`, `values` and others for figures to draw elsewhere.

mod error;
mod figures;
mod file;
mod formula;
pub mod page;
mod video;

pub use error::RenderError;
pub use formula::formula;
