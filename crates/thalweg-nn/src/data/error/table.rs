//! Errors in tables.

use thalweg::internal::did_you_mean;
use thalweg_draw::numbers::{counted, grouped};

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
    /// A column that was asked for, or that a network was trained with, is not there.
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
    /// There is no column beside the label, or all were dropped.
    #[error(
        "line {line}, the header, has only the column `{label}`{}; at least one feature column is needed",
        if *dropped > 0 { ", besides dropped ones" } else { "" }
    )]
    NoFeatures {
        /// The line of the header.
        line: usize,
        /// The column of classes.
        label: String,
        /// The number of columns that were dropped.
        dropped: usize,
    },
    /// The label is among the columns to drop.
    #[error("the column `{0}` is the label; it cannot be dropped")]
    LabelDropped(String),
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
    /// All labels are missing.
    #[error("column {column} (`{label}`) has no label in any row")]
    NoLabels {
        /// The column.
        column: usize,
        /// Its name.
        label: String,
    },
    /// All cells of a column are missing.
    #[error("column {column} (`{name}`) has no values{}", if *is_target { "" } else { "; drop it" })]
    NoValues {
        /// The column.
        column: usize,
        /// Its name.
        name: String,
        /// Whether it is to be predicted.
        is_target: bool,
    },
    /// An empty cell where a number is needed.
    #[error("line {line}, column {column} (`{name}`) is empty; a number is needed")]
    Missing {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
        /// The column's name.
        name: String,
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
    #[error(
        "line {line}, column {column} (`{name}`) is `{}`; a finite number, at most 3.4e38 in size, is needed",
        shortened(text)
    )]
    NotFinite {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
        /// The column's name.
        name: String,
        /// The text of the cell.
        text: String,
    },
    /// A column in which a comma and a point are both decimal.
    #[error(
        "column {column} (`{name}`) has numbers with a decimal comma, such as `{}`, and with a decimal point, such as \
         `{}`; write all of them in one way",
        cells[0], cells[1]
    )]
    MixedDecimals {
        /// The column.
        column: usize,
        /// Its name.
        name: String,
        /// The first number of either kind.
        cells: [String; 2],
    },
    /// A column of texts with too many different ones.
    #[error(
        "column {column} (`{name}`) has {} different texts; at most 100 are categories: \
         --drop '{name}' leaves the column out",
        grouped(*values as u64)
    )]
    TooManyValues {
        /// The column.
        column: usize,
        /// Its name.
        name: String,
        /// The number of different texts.
        values: usize,
    },
    /// A label with more different numbers than classes have.
    #[error(
        "column {column} (`{label}`) has {} different numbers: for regression add --task regression",
        grouped(*numbers as u64)
    )]
    ManyNumbers {
        /// The column.
        column: usize,
        /// Its name.
        label: String,
        /// The number of different numbers.
        numbers: usize,
    },
    /// The target of a regression is a text.
    #[error(
        "column {column} (`{label}`) has the text `{}` in line {line}; --task regression needs a column of numbers",
        shortened(text)
    )]
    TextTarget {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
        /// Its name.
        label: String,
        /// The text.
        text: String,
    },
    /// The target of a regression is the same number in every training row.
    #[error(
        "column {column} (`{label}`) has the same number in every training row; there is nothing to learn"
    )]
    ConstantTarget {
        /// The column.
        column: usize,
        /// Its name.
        label: String,
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
