//! A descent as the bytes of a file.

use super::error::RenderError;
use super::page;
use crate::descent::{Descent, Format};
use crate::record::{self, Record};

impl Descent {
    /// The descent as the bytes of a file.
    ///
    /// # Errors
    /// [`RenderError`] where a picture or video cannot be encoded.
    pub fn render(&self, format: Format) -> Result<Vec<u8>, RenderError> {
        Ok(match format {
            Format::Json => Record::new(self).json().into_bytes(),
            Format::Csv => record::csv(&self.runs),
            Format::Png => self.with_figure(|figure| figure.scene().png(1.0))?,
            Format::Svg => self.svg().into_bytes(),
            Format::Mp4 => self.mp4()?,
            Format::Gif => self.gif()?,
            Format::Html => page::descent(self)?.into_bytes(),
        })
    }
}
