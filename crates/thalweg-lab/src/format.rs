//! The kinds of file that a descent can be written as, and their extensions.

use std::path::Path;

use thalweg::internal::nearest as nearest_of;

/// A kind of file that a descent can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Points, values, gradients, state and hyperparameters.
    Json,
    /// A line for every step of every run.
    Csv,
    /// The paths over the contours, 1200 pixels wide.
    Png,
    /// The same as vector graphics.
    Svg,
    /// A video, H.264.
    Mp4,
    /// The same video as a GIF.
    Gif,
    /// A page with pictures, curves and the table.
    Html,
}

/// A file name whose extension names no kind of file that can be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {}; known are .{}", self.problem(), known.join(" ."))]
pub struct UnknownFormat {
    /// The file name.
    pub file: String,
    /// Its extension, if it has one.
    pub extension: Option<String>,
    /// The known extensions nearest to it.
    pub nearest: Vec<&'static str>,
    /// All known extensions.
    pub known: &'static [&'static str],
}

impl UnknownFormat {
    /// Which of these the extension of a path is.
    pub(crate) fn place(path: &Path, known: &'static [&'static str]) -> Result<usize, Self> {
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        let place = known.iter().position(|e| Some(*e) == extension.as_deref());
        place.ok_or_else(|| {
            let nearest = extension.as_ref();
            let nearest = nearest.map_or(Vec::new(), |e| nearest_of(e, known.iter().copied()));
            Self { file: path.display().to_string(), nearest, extension, known }
        })
    }

    fn problem(&self) -> String {
        match (&self.extension, &self.nearest[..]) {
            (None, _) => "the name has no extension to tell what to write".to_owned(),
            (Some(extension), []) => format!("the extension .{extension} is not known"),
            (Some(extension), near) => {
                format!(
                    "the extension .{extension} is not known (did you mean .{}?)",
                    near.join(" or .")
                )
            }
        }
    }
}

impl Format {
    const ALL: [Self; 7] =
        [Self::Json, Self::Csv, Self::Png, Self::Svg, Self::Mp4, Self::Gif, Self::Html];
    /// The known extensions.
    pub const EXTENSIONS: [&str; 7] = ["json", "csv", "png", "svg", "mp4", "gif", "html"];

    /// The kind of file for a path, from its extension.
    ///
    /// # Errors
    /// [`UnknownFormat`], with the nearest known extensions.
    pub fn of(path: &Path) -> Result<Self, UnknownFormat> {
        Ok(Self::ALL[UnknownFormat::place(path, &Self::EXTENSIONS)?])
    }

    /// Its extension, such as `json`.
    pub fn extension(self) -> &'static str {
        Self::EXTENSIONS[self as usize]
    }
}
