//! The kinds of file that an explanation can be written as.

use std::path::Path;

use super::{Explanation, html, json, markdown, tex, text};
use crate::format::UnknownFormat;

/// A kind of file that an explanation can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExplainFormat {
    /// Plain text.
    Txt,
    /// Markdown, with formulas in LaTeX between dollars.
    Md,
    /// A LaTeX document.
    Tex,
    /// A self-contained page.
    Html,
    /// Data.
    Json,
}

impl ExplainFormat {
    const ALL: [Self; 5] = [Self::Txt, Self::Md, Self::Tex, Self::Html, Self::Json];
    /// The known extensions.
    pub const EXTENSIONS: [&str; 5] = ["txt", "md", "tex", "html", "json"];

    /// The kind of file for a path, from its extension.
    ///
    /// # Errors
    /// [`UnknownFormat`], with the nearest known extensions.
    pub fn of(path: &Path) -> Result<Self, UnknownFormat> {
        Ok(Self::ALL[UnknownFormat::place(path, &Self::EXTENSIONS)?])
    }
}

impl Explanation {
    /// The text of a file of this kind.
    pub fn render(&self, format: ExplainFormat) -> String {
        match format {
            ExplainFormat::Txt => text::text(self),
            ExplainFormat::Md => markdown::markdown(self),
            ExplainFormat::Tex => tex::tex(self),
            ExplainFormat::Html => html::html(self),
            ExplainFormat::Json => json::json(self),
        }
    }
}
