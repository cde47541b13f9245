//! A descent as a picture, a video, a page, JSON or CSV.
//!
//! This module adds methods to [`Descent`](crate::descent::Descent): `render` gives the bytes of a file,
//! `panels`, `values` and others give figures to draw elsewhere.

mod error;
pub(crate) mod explore;
mod figures;
mod file;
mod formula;
pub mod page;
mod video;

pub use error::RenderError;
pub use formula::formula;
