//! Loading a data set: the reader or generator of each source.

use super::dataset::Dataset;
use super::error::DataError;
use super::source::Source;
use super::split::Split;
use super::target::TaskKind;
use super::{arrays, digits, idx, points, table, text};

/// What is read from a source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// Classes or numbers.
    pub task: TaskKind,
    /// The columns of a table that are left out.
    pub drop: Vec<String>,
}

impl Dataset {
    /// Reads or generates a data set for classification and splits it; see [`read`](Self::read).
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn load(source: &Source, options: &Split) -> Result<Self, DataError> {
        Self::read(source, options, &Reading::default())
    }

    /// Reads or generates a data set and splits it.
    ///
    /// | source | inputs | test split by default |
    /// |---|---|---|
    /// | `digits` | pixels / 16 | a quarter, 450 of 1,797 |
    /// | `idx:DIR` | pixels / 255 | the files `t10k-…`; a fifth where `DIR` has one pair of files |
    /// | `csv:FILE:label=COLUMN` | numbers: (x − μ) / σ of the training split, 0 where σ = 0 or the number is missing; texts: 0 and 1, a [`Column`](super::Column) each | a quarter |
    /// | `npz:FILE` | images of bytes / 255, other images / their greatest training value; everything else (x − μ) / σ of the training split | its test arrays; a quarter where it has none |
    /// | `text:FILE` | windows of characters | a tenth: the end of the text |
    /// | `spirals`, `moons`, `blobs` | x and y | a quarter |
    ///
    /// The samples are shuffled by the seed. The first ones are the test split (the test share,
    /// rounded up), the others the training split. Files that come split keep their order. The same
    /// source and the same [`Split`] give the same bits. The target of a regression is (y − μ) / σ of the
    /// training split.
    ///
    /// A text is not shuffled, as a window would be tested between its neighbours that were trained
    /// with. Its windows lie side by side, the last ones are the test split; what does not fill a
    /// window at the end is left out. The vocabulary is that of the whole text: a character that only
    /// the test split has is scored like any other, as one that training never saw.
    ///
    /// # Errors
    /// [`DataError`]: data that cannot be read, with file, line and column; a test share that leaves
    /// one split empty; a class without training samples; regression on data that has classes only, or columns to
    /// drop of data that has none.
    pub fn read(source: &Source, options: &Split, reading: &Reading) -> Result<Self, DataError> {
        reading.fits(source)?;
        match source {
            Source::Digits => digits::load(options),
            Source::Idx(folder) => idx::load(folder, source.title(), options),
            Source::Csv { path, label } => {
                table::load(path, label, source.title(), (options, reading))
            }
            Source::Npz(it) => arrays::load(it, source.title(), (options, reading)),
            Source::Text(file) => text::load(file, options),
            Source::Synthetic(synthetic) => points::load(synthetic, options),
        }
    }
}

impl Reading {
    /// Checks that a source has what is wanted of it.
    fn fits(&self, source: &Source) -> Result<(), DataError> {
        if matches!(source, Source::Csv { .. }) {
            return Ok(());
        }
        if self.task == TaskKind::Regression && !matches!(source, Source::Npz(_)) {
            return Err(DataError::NoNumbers { name: source.title() });
        }
        match self.drop.first() {
            Some(column) => {
                Err(DataError::NoColumns { name: source.title(), column: column.clone() })
            }
            None => Ok(()),
        }
    }
}
