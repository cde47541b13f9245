//! Text as a source: its file and its settings.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use crate::data::error::DataError;
use crate::named_text::NamedText;

/// A file of text, cut into windows.
///
/// As text: `FILE`, or `FILE:length=64`. What follows the last colon is the settings if it has an equals
/// sign and no slash; the file may contain other colons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFile {
    /// The file, gzipped or not.
    pub path: PathBuf,
    /// The number of characters of a window.
    pub length: usize,
}

const NAME: &str = "text";
const LENGTH: &str = "length";
/// Attention compares every two characters of a window: its memory grows with the square of the length.
const LENGTHS: RangeInclusive<usize> = 1..=1024;
const DEFAULT_LENGTH: usize = 64;

impl TextFile {
    /// A file in windows of 64 characters.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), length: DEFAULT_LENGTH }
    }

    /// Reads what stands after `text:`.
    pub(in crate::data) fn parse(
        arguments: &str,
        malformed: impl Fn(&str) -> DataError,
    ) -> Result<Self, DataError> {
        let (path, settings) = match arguments.rsplit_once(':') {
            Some((path, rest)) if rest.contains('=') && !rest.contains('/') => (path, Some(rest)),
            _ => (arguments, None),
        };
        if path.trim().is_empty() {
            return Err(malformed("the file is missing"));
        }
        let mut this = Self::new(path);
        for setting in (NamedText { name: NAME, arguments: settings }).settings() {
            let (key, value) = setting.map_err(|error| malformed(&error.to_string()))?;
            if key != LENGTH {
                return Err(DataError::UnknownSetting {
                    source_name: NAME,
                    name: key.to_owned(),
                    nearest: thalweg::internal::nearest(key, [LENGTH]),
                    known: vec![(LENGTH, accepted())],
                });
            }
            let length = value.parse().ok().filter(|length| LENGTHS.contains(length));
            this.length = length.ok_or_else(|| invalid(value))?;
        }
        Ok(this)
    }

    /// Checks that the length is in its range.
    ///
    /// # Errors
    /// [`DataError::InvalidSetting`]
    pub fn check(&self) -> Result<(), DataError> {
        match LENGTHS.contains(&self.length) {
            true => Ok(()),
            false => Err(invalid(&self.length.to_string())),
        }
    }

    /// The name of the file without `.txt` and `.gz`.
    pub(in crate::data) fn title(&self) -> String {
        let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name(&self.path).unwrap_or_else(|| self.path.display().to_string());
        let text = name.strip_suffix(".gz").unwrap_or(&name);
        text.strip_suffix(".txt").unwrap_or(text).to_owned()
    }
}

fn accepted() -> String {
    format!("a whole number from {} to {}", LENGTHS.start(), LENGTHS.end())
}

fn invalid(value: &str) -> DataError {
    DataError::InvalidSetting {
        source_name: NAME,
        setting: LENGTH.to_owned(),
        value: value.to_owned(),
        accepted: accepted(),
    }
}

impl fmt::Display for TextFile {
    /// The source, with the settings that differ from their defaults.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{NAME}:{}", self.path.display())?;
        match self.length {
            DEFAULT_LENGTH => Ok(()),
            length => write!(f, ":{LENGTH}={length}"),
        }
    }
}
