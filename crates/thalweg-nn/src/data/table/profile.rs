//! What is in each column of a table: numbers or texts.

use csv::StringRecord;

use super::cell::{Cell, Notation, Problem};
use super::lines::line_of_cell;
use crate::data::error::TableError;

/// A column with fewer texts than one in this many of its values is a column of numbers with a mistake in it.
const TEXTS_ONE_IN: usize = 20;

/// The kind of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Numbers,
    Texts,
}

/// The cells of a column, counted.
#[derive(Debug, Default)]
pub(super) struct Profile {
    numbers: usize,
    texts: usize,
    pub missing: usize,
    /// The first row with a text, with a number that is not finite, with a decimal comma, with a decimal point.
    first: [Option<StringRecord>; 4],
}

const TEXT: usize = 0;
const NOT_FINITE: usize = 1;
const COMMA: usize = 2;
const POINT: usize = 3;

impl Profile {
    /// Counts the cell of a row in column `at`.
    pub fn count(&mut self, row: &StringRecord, at: usize, notation: Notation) {
        let cell = row[at].trim();
        match notation.read(cell) {
            Cell::Missing => self.missing += 1,
            Cell::Number(_) => {
                self.numbers += 1;
                if notation.is_comma(cell) {
                    self.note(COMMA, row);
                } else if notation.decimal_comma && cell.contains('.') {
                    self.note(POINT, row);
                }
            }
            Cell::NotFinite => {
                self.numbers += 1;
                self.note(NOT_FINITE, row);
            }
            Cell::Text => {
                self.texts += 1;
                self.note(TEXT, row);
            }
        }
    }

    fn note(&mut self, what: usize, row: &StringRecord) {
        self.first[what].get_or_insert_with(|| row.clone());
    }

    /// What the column is.
    ///
    /// # Errors
    /// A column without values; among numbers, a few texts, a number that is not finite, or both a decimal comma and
    /// a decimal point.
    pub fn content(
        &self,
        text: &str,
        at: usize,
        names: &[String],
        is_target: bool,
    ) -> Result<Content, TableError> {
        let values = self.numbers + self.texts;
        let name = || names[at].clone();
        if values == 0 {
            return Err(TableError::NoValues { column: at + 1, name: name(), is_target });
        }
        if !is_target && TEXTS_ONE_IN * self.texts >= values && self.texts > 0 {
            return Ok(Content::Texts);
        }
        let [first_text, not_finite, comma, point] = &self.first;
        if let Some(row) = first_text.as_ref().filter(|_| is_target) {
            let (line, text) = (line_of_cell(text, row, at), row[at].trim().to_owned());
            return Err(TableError::TextTarget { line, column: at + 1, label: name(), text });
        }
        let problems = [(first_text, Problem::NotANumber), (not_finite, Problem::NotFinite)];
        for (row, problem) in problems {
            if let Some(row) = row {
                return Err(problem.of_cell(text, row, at, names));
            }
        }
        if let (Some(comma), Some(point)) = (comma, point) {
            let cells = [comma, point].map(|row| row[at].trim().to_owned());
            return Err(TableError::MixedDecimals { column: at + 1, name: name(), cells });
        }
        Ok(Content::Numbers)
    }
}
