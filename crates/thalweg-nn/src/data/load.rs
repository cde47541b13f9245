//! Loading a data set: the reader or generator of each source.

use super::dataset::Dataset;
use super::error::DataError;
use super::source::Source;
use super::split::Split;
use super::{digits, idx, points, table, text};

impl Dataset {
    /// Reads or generates a data set and splits it.
    ///
    /// | source | inputs | test split by default |
    /// |---|---|---|
    /// | `digits` | pixels / 16 | a quarter, 450 of 1,797 |
    /// | `idx:DIR` | pixels / 255 | the files `t10k-…`; a fifth where `DIR` has one pair of files |
    /// | `csv:FILE:label=COLUMN` | (x − μ) / σ of the training split, 0 where σ = 0 | a quarter |
    /// | `text:FILE` | windows of characters | a tenth: the end of the text |
    /// | `spirals`, `moons`, `blobs` | x and y | a quarter |
    ///
    /// The samples are shuffled by the seed. The first ones are the test split (the test share,
    /// rounded up), the others the training split. Files that come split keep their order. The same
    /// source and the same [`Split`] give the same bits.
    ///
    /// A text is not shuffled, as a window would be tested between its neighbours that were trained
    /// with. Its windows lie side by side, the last ones are the test split; what does not fill a
    /// window at the end is left out. The vocabulary is that of the whole text: a character that only
    /// the test split has is scored like any other, as one that training never saw.
    ///
    /// # Errors
    /// [`DataError`]: data that cannot be read, with file, line and column; a test share that leaves
    /// one split empty; a class without training samples.
    pub fn load(source: &Source, options: &Split) -> Result<Self, DataError> {
        match source {
            Source::Digits => digits::load(options),
            Source::Idx(folder) => idx::load(folder, source.title(), options),
            Source::Csv { path, label } => table::load(path, label, source.title(), options),
            Source::Text(file) => text::load(file, options),
            Source::Synthetic(synthetic) => points::load(synthetic, options),
        }
    }
}
