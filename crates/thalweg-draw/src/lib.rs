//! Plots, videos and HTML pages from plain data.
//!
//! This crate knows no optimizer and no problem, writes no file and prints nothing: it turns points,
//! series, functions and texts into bytes, the same on every run and every machine.
//!
//! - [`plot`]: figures and animation frames, as SVG, PNG or pixels;
//! - [`video`]: frames encoded as MP4 or GIF;
//! - [`page`]: the skeleton and style of an HTML page, formulas as MathML;
//! - [`numbers`]: numbers formatted for people.
//!
//! ```
//! use thalweg_draw::Domain;
//! use thalweg_draw::plot::{LandscapeFigure, Path};
//!
//! let bowl = |[x, y]: [f64; 2]| x * x + y * y;
//! let mut figure = LandscapeFigure::new("A bowl", &bowl, Domain::square(5.0));
//! figure.paths.push(Path { points: vec![[-4.0, 3.0], [-2.0, 1.5], [0.0, 0.0]], ..Path::default() });
//! assert!(figure.scene().svg().starts_with("<svg"));
//! assert!(figure.scene().png(0.5)?.starts_with(b"\x89PNG"));
//! # Ok::<(), thalweg_draw::plot::DrawError>(())
//! ```

mod geometry;
pub mod numbers;
pub mod page;
pub mod plot;
pub mod video;

pub use geometry::{Domain, Point};
