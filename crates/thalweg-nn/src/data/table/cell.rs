//! What stands in a cell: a number, a text, or nothing.

use csv::StringRecord;

use super::lines::line_of_cell;
use crate::data::error::TableError;

/// What stands for a missing value, in any case.
const MISSING: [&str; 5] = ["", "na", "nan", "?", "null"];

/// The content of a cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell {
    Missing,
    Number(f64),
    /// An infinity, or a number beyond the range of f32.
    NotFinite,
    Text,
}

/// How numbers are written in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Notation {
    /// Whether `1,5` is a number: where commas do not separate columns.
    pub decimal_comma: bool,
}

impl Notation {
    /// The content of a trimmed cell.
    pub fn read(self, cell: &str) -> Cell {
        if is_missing(cell) {
            return Cell::Missing;
        }
        let number = match self.is_comma(cell) {
            true => cell.replace(',', ".").parse::<f64>(),
            false => cell.parse::<f64>(),
        };
        match number {
            // Squares of what f32 holds do not overflow f64.
            Ok(number) if number.abs() <= f32::MAX.into() => Cell::Number(number),
            Ok(_) => Cell::NotFinite,
            Err(_) => Cell::Text,
        }
    }

    /// Whether a cell has one comma, which is read as a decimal point.
    pub fn is_comma(self, cell: &str) -> bool {
        self.decimal_comma && cell.matches(',').count() == 1 && !cell.contains('.')
    }

    /// The number in a cell; `fill` stands for a missing one, if missing ones are accepted.
    pub fn number(self, cell: &str, fill: Option<f64>) -> Result<f64, Problem> {
        match (self.read(cell), fill) {
            (Cell::Number(number), _) => Ok(number),
            (Cell::Missing, Some(fill)) => Ok(fill),
            (Cell::Missing, None) if cell.is_empty() => Err(Problem::Missing),
            (Cell::Text, _) => Err(Problem::NotANumber),
            (Cell::Missing | Cell::NotFinite, _) => Err(Problem::NotFinite),
        }
    }
}

/// Whether a trimmed cell stands for a missing value.
pub(super) fn is_missing(cell: &str) -> bool {
    MISSING.iter().any(|missing| cell.eq_ignore_ascii_case(missing))
}

/// What is wrong with a cell of a column of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    Missing,
    NotANumber,
    NotFinite,
}

impl Problem {
    /// The same with the place of the cell.
    pub fn of_cell(
        self,
        text: &str,
        row: &StringRecord,
        at: usize,
        names: &[String],
    ) -> TableError {
        let (line, column) = (line_of_cell(text, row, at), at + 1);
        let (name, text) = (names[at].clone(), row[at].trim().to_owned());
        match self {
            Self::Missing => TableError::Missing { line, column, name },
            Self::NotANumber => TableError::NotANumber { line, column, name, text },
            Self::NotFinite => TableError::NotFinite { line, column, name, text },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_nothing_is_missing_in_any_case() {
        let notation = Notation { decimal_comma: false };
        for cell in ["", "NA", "na", "NaN", "nan", "?", "NULL", "null"] {
            assert_eq!(notation.read(cell), Cell::Missing, "{cell}");
        }
        for cell in ["n", "none", "-", "nano"] {
            assert_eq!(notation.read(cell), Cell::Text, "{cell}");
        }
    }

    #[test]
    fn a_comma_is_decimal_only_where_it_does_not_separate_columns() {
        let [with, without] = [true, false].map(|decimal_comma| Notation { decimal_comma });
        assert_eq!(with.read("-1,5e2"), Cell::Number(-150.0));
        assert_eq!(with.read("1.5"), Cell::Number(1.5));
        for cell in ["1.234,5", "1,234,5", ",", "1,5.0"] {
            assert_eq!(with.read(cell), Cell::Text, "{cell}");
        }
        assert_eq!(without.read("1,5"), Cell::Text);
        assert_eq!(with.read("1e400"), Cell::NotFinite);
    }
}
