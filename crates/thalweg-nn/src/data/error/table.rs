//! Errors in tables.

use thalweg::internal::did_you_mean;
use thalweg_draw::numbers::counted;

/// Why a table could not be loaded. Lines and columns count from 1, lines as in an editor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// A file that is empty or has only white space.
    #[error("the file is empty; a header line and rows are needed")]
    Empty,
    /// Bytes that are not UTF-8.
    #[error("line {line} is not UTF-8; save the file as UTF-8")]
    NotUtf8 {
        /// The line.
        line: usize,
    },
    /// A header with separators other than commas.
    #[error("line {line}, the header, has {separator} between its columns; commas are needed")]
    Separator {
        /// The line.
        line: usize,
        /// The separator, in words.
        separator: &'static str,
    },
    /// A column without a name.
    #[error(
        "line {line}, the header, has no name for column {column}; name the column or remove it"
    )]
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
    /// A column that a network was trained with, or that was asked for, is not there.
    #[error(
        "line {line}, the header, has no column `{name}`{}; it has {}",
        did_you_mean(nearest),
        first_names(known)
    )]
    NoColumn {
        /// The line of the header.
        line: usize,
        /// The name that is missing.
        name: String,
        /// The nearest names.
        nearest: Vec<String>,
        /// All names.
        known: Vec<String>,
    },
    /// Another number of columns than the network takes.
    #[error("line {line}, the header, has {} of numbers; the network takes {wanted}", counted(*found as u64, "column"))]
    Columns {
        /// The line of the header.
        line: usize,
        /// The columns that are there.
        found: usize,
        /// The columns that are needed.
        wanted: usize,
    },
    /// No column has the name given for the classes.
    #[error(
        "line {line}, the header, has no column `{label}`{}; it has {}",
        did_you_mean(nearest),
        first_names(known)
    )]
    UnknownLabel {
        /// The line of the header.
        line: usize,
        /// The name as given.
        label: String,
        /// The columns nearest to it, nearest first; empty if none is near.
        nearest: Vec<String>,
        /// All columns.
        known: Vec<String>,
    },
    /// The label is the only column.
    #[error(
        "line {line}, the header, has only the column `{label}`; at least one feature column is needed"
    )]
    NoFeatures {
        /// The line of the header.
        line: usize,
        /// The column of classes.
        label: String,
    },
    /// A header without rows.
    #[error("the file has a header but no rows")]
    NoRows,
    /// A row with more or fewer cells than the header.
    #[error("line {line} has {}, the header has {}", counted(*cells as u64, "cell"), counted(*columns as u64, "column"))]
    Ragged {
        /// The line on which the row starts.
        line: usize,
        /// The number of its cells.
        cells: usize,
        /// The number of columns in the header.
        columns: usize,
    },
    /// An empty cell.
    #[error("line {line}, column {column} (`{name}`) is empty; {needed} is needed")]
    Missing {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
        /// The column's name.
        name: String,
        /// What is needed.
        needed: &'static str,
    },
    /// A cell that is not a number.
    #[error("line {line}, column {column} (`{name}`) is `{}`; a number is needed", shortened(text))]
    NotANumber {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
        /// The column's name.
        name: String,
        /// The text of the cell.
        text: String,
    },
    /// A cell with NaN, an infinity or a number beyond the range of f32.
    #[error("line {line}, column {column} (`{name}`) is `{}`; {needed} is needed", shortened(text))]
    NotFinite {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
        /// The column's name.
        name: String,
        /// The text of the cell.
        text: String,
        /// What is needed.
        needed: &'static str,
    },
    /// All rows have the same class.
    #[error(
        "column {column} (`{label}`) has only one class, `{}`; at least two are needed",
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

/// The first names, followed by the number of all if there are more.
fn first_names(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let shown = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>();
    match names.len() {
        0..=SHOWN => shown.join(", "),
        all => format!("{}, … ({all} in all)", shown.join(", ")),
    }
}

/// The text, truncated if it is long.
fn shortened(text: &str) -> String {
    const MAX_CHARS: usize = 40;
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
