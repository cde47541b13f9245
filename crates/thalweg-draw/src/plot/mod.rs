//! Figures and animation frames from plain data.
//!
//! A figure is described by a struct ([`LandscapeFigure`],
//! [`RegionsFigure`], [`HeatmapFigure`], [`HistogramFigure`], [`LineChart`]), turned into a [`Scene`], a display list, and a scene is written as SVG
//! or as PNG: one drawing, two outputs. Axes, ticks and labels come from `plotters`, contour lines from
//! `contour`, pixels from `tiny-skia`. The fonts are compiled in, and text is drawn as outlines, so a
//! picture is the same on every machine, byte for byte.

mod animation;
mod axes;
mod backend;
mod bar;
mod chart;
mod clip;
mod colour;
mod contour;
mod error;
mod heatmap;
mod histogram;
mod image;
mod key;
mod landscape;
mod legend;
mod levels;
mod look;
mod marks;
mod numbering;
mod overlap;
mod panels;
mod raster;
mod regions;
mod scene;
mod svg;
mod text;
mod trail;

pub use animation::Animation;
pub use chart::{LineChart, ReferenceLine, Series};
pub use colour::{Colour, Marker, Style, colour_distance, style};
pub use error::DrawError;
pub use heatmap::{HeatmapAxis, HeatmapCell, HeatmapFigure, Range};
pub use histogram::{Histogram, HistogramFigure, HistogramRow};
pub use landscape::{LandscapeFigure, Path};
pub use levels::Levels;
pub use panels::{small_multiples, small_multiples_size, strip};
pub use raster::Raster;
pub use regions::{Regions, RegionsFigure, Sample};
pub use scene::Scene;
