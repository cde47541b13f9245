//! The kinds of file that a map can be written as.

use std::path::Path;

use super::{Map, record};
use crate::format::UnknownFormat;
use thalweg_draw::plot::DrawError;

/// A kind of file that a map can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MapFormat {
    /// The picture, 1200 pixels wide.
    Png,
    /// The same as vector graphics, the cells as an image in it.
    Svg,
    /// Axes, values, and what was found in them.
    Json,
    /// A line for every cell.
    Csv,
}

impl MapFormat {
    const ALL: [Self; 4] = [Self::Png, Self::Svg, Self::Json, Self::Csv];
    /// The known extensions.
    pub const EXTENSIONS: [&str; 4] = ["png", "svg", "json", "csv"];

    /// The kind of file for a path, from its extension.
    ///
    /// # Errors
    /// [`UnknownFormat`], with the nearest known extensions.
    pub fn of(path: &Path) -> Result<Self, UnknownFormat> {
        Ok(Self::ALL[UnknownFormat::place(path, &Self::EXTENSIONS)?])
    }
}

impl Map {
    /// The bytes of a file of this kind.
    ///
    /// # Errors
    /// [`DrawError`] where a picture cannot be made.
    pub fn render(&self, format: MapFormat) -> Result<Vec<u8>, DrawError> {
        Ok(match format {
            MapFormat::Png => self.scene().png(1.0)?,
            MapFormat::Svg => self.scene().svg().into_bytes(),
            MapFormat::Json => record::json(self).into_bytes(),
            MapFormat::Csv => record::csv(self),
        })
    }
}
