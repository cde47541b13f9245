//! What can be wrong with a table.

use thalweg::did_you_mean;
use thalweg_draw::numbers::counted;

/// Why a table makes no data set. Lines and columns are counted from 1, lines as an editor counts
/// them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// No byte, or white space alone.
    #[error("the file is empty; a header line and rows are needed")]
    Empty,
    /// Bytes that are no text.
    #[error("line {line} is not UTF-8; save the file as UTF-8")]
    NotUtf8 {
        /// The line.
        line: usize,
    },
    /// A header with other separators than commas.
    #[error("line {line}, the header, has {separator} between its columns; a comma is needed")]
    Separator {
        /// The line.
        line: usize,
        /// What stands there, in words.
        separator: &'static str,
    },
    /// A column without a name.
    #[error("line {line}, the header, has no name for column {column}; name it, or leave it out")]
    Unnamed {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// Two columns with the same name.
    #[error(
        "line {line}, the header, has `{name}` twice, in columns {} and {}; names must differ",
        columns[0], columns[1]
    )]
    DuplicateName {
        /// The line.
        line: usize,
        /// The name.
        name: String,
        /// The columns.
        columns: [usize; 2],
    },
    /// No column has the name that the label should be in.
    #[error(
        "line {line}, the header, has no column `{label}`{}; it has {}",
        did_you_mean(nearest),
        some(known)
    )]
    UnknownLabel {
        /// The line of the header.
        line: usize,
        /// The name that was asked for.
        label: String,
        /// The columns nearest to it, nearest first; empty if none is near.
        nearest: Vec<String>,
        /// All columns.
        known: Vec<String>,
    },
    /// The label is the only column.
    #[error(
        "line {line}, the header, has the column `{label}` and no other; there is nothing to tell classes by"
    )]
    NoFeatures {
        /// The line of the header.
        line: usize,
        /// The label's column.
        label: String,
    },
    /// A header and no row.
    #[error("there is a header and no row below it")]
    NoRows,
    /// A row with more or fewer cells than the header.
    #[error("line {line} has {}, the header has {}", counted(*cells as u64, "cell"), counted(*columns as u64, "column"))]
    Ragged {
        /// The line on which the row begins.
        line: usize,
        /// Its cells.
        cells: usize,
        /// The header's columns.
        columns: usize,
    },
    /// A cell with nothing in it.
    #[error("line {line}, column {column} (`{name}`) is empty; {needed} is needed")]
    Hole {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
        /// The column's name.
        name: String,
        /// What should be there.
        needed: &'static str,
    },
    /// A cell with something that is no number.
    #[error("line {line}, column {column} (`{name}`) is `{}`; a number is needed", shortened(text))]
    NotANumber {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
        /// The column's name.
        name: String,
        /// What stands there.
        text: String,
    },
    /// A cell with NaN, an infinity or a number that f32 cannot hold.
    #[error("line {line}, column {column} (`{name}`) is `{}`; {needed} is needed", shortened(text))]
    NotFinite {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
        /// The column's name.
        name: String,
        /// What stands there.
        text: String,
        /// What should be there.
        needed: &'static str,
    },
    /// All rows are of one class.
    #[error(
        "column {column} (`{label}`) has one class only, `{}`; two are the least",
        shortened(class)
    )]
    OneClass {
        /// The column.
        column: usize,
        /// Its name.
        label: String,
        /// The class.
        class: String,
    },
}

/// The first names, and how many there are where that is not all.
fn some(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>();
    match names.len() {
        0..=SHOWN => shown.join(", "),
        all => format!("{}, … ({all} in all)", shown.join(", ")),
    }
}

/// The text, its end cut off where it is long.
fn shortened(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
