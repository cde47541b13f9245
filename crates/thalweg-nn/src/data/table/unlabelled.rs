//! Rows of a table for a network that is trained already.

use std::path::Path;

use csv::StringRecord;

use super::cell::{Notation, is_missing};
use super::encoding::Column;
use super::header::{names, place};
use super::lines::line_of_row;
use super::reader::{Reader, check_length};
use crate::data::arrays;
use crate::data::error::{DataError, TableError};
use crate::data::input::{Input, MAX_BYTES};
use crate::data::target::TaskKind;

/// What a network needs of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// The columns that its features are made of, in any order and among others; none where features have no names:
    /// they are all columns then, but the one of the labels.
    pub columns: &'a [Column],
    /// The number of features.
    pub features: usize,
    /// Whether a missing number counts as the mean of the training samples.
    pub fills: bool,
    /// What it predicts.
    pub task: TaskKind,
    /// The column of true classes or numbers.
    pub label: Option<&'a str>,
}

/// The rows of a table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rows {
    /// The features of each row, before they are scaled.
    pub features: Vec<Vec<f64>>,
    /// The true classes or numbers, where they were asked for.
    pub truths: Option<Truths>,
    /// Cells with a text that no training sample has.
    pub unseen: usize,
}

/// What is true of each row; `None` where nothing is known.
#[derive(Debug, Clone, PartialEq)]
pub enum Truths {
    /// Its class.
    Classes(Vec<Option<String>>),
    /// Its number.
    Numbers(Vec<Option<f64>>),
}

impl Rows {
    /// Reads a table with a header, gzipped or not, and makes features of its cells as in training; or of a file whose
    /// name ends in `.npz` its inputs, and its targets where any label is given.
    ///
    /// # Errors
    /// [`DataError`]: a file that cannot be read, a missing column, another number of columns, a cell that is
    /// not a number; with line and column.
    pub fn read(path: &Path, wanted: &Wanted) -> Result<Self, DataError> {
        if path.extension().is_some_and(|extension| extension == "npz") {
            return arrays::rows(path, wanted.task, wanted.label.is_some());
        }
        let bytes = Input::open(path, MAX_BYTES)?.all()?;
        let wrong = |error| DataError::Table { path: path.to_owned(), error: Box::new(error) };
        Self::of(&bytes, wanted).map_err(wrong)
    }

    fn of(bytes: &[u8], wanted: &Wanted) -> Result<Self, TableError> {
        let (mut reader, mut row) = Reader::open(bytes)?;
        let line = line_of_row(reader.text, &row);
        let names = names(&row);
        let label = wanted.label.map(|label| place(&names, line, label.trim())).transpose()?;
        let numbers = Column { name: String::new(), values: None };
        let columns: Vec<(usize, &Column)> = match wanted.columns {
            [] => {
                let places = (0..names.len()).filter(|at| Some(*at) != label);
                places.map(|at| (at, &numbers)).collect()
            }
            columns => {
                let each = columns.iter().map(|it| Ok((place(&names, line, &it.name)?, it)));
                each.collect::<Result<_, TableError>>()?
            }
        };
        let features: usize = columns.iter().map(|(_, column)| column.features()).sum();
        if features != wanted.features {
            return Err(TableError::Columns { line, found: features, wanted: wanted.features });
        }
        let table = Columns { text: reader.text, notation: reader.notation, names: &names };
        let fill = wanted.fills.then_some(f64::NAN);
        let truths = label.map(|_| match wanted.task {
            TaskKind::Classification => Truths::Classes(Vec::new()),
            TaskKind::Regression => Truths::Numbers(Vec::new()),
        });
        let mut rows = Self { truths, ..Self::default() };
        while reader.next(&mut row) {
            check_length(reader.text, &row, names.len())?;
            let mut features = Vec::with_capacity(wanted.features);
            for &(at, column) in &columns {
                let cell = row[at].trim();
                match column.values {
                    None => features.push(table.number(&row, at, fill)?),
                    Some(_) => {
                        let text = (!is_missing(cell)).then_some(cell);
                        rows.unseen += usize::from(!column.push(text, &mut features));
                    }
                }
            }
            rows.features.push(features);
            let truth = label.map(|at| (at, row[at].trim())).filter(|(_, cell)| !is_missing(cell));
            match &mut rows.truths {
                Some(Truths::Classes(all)) => all.push(truth.map(|(_, cell)| cell.to_owned())),
                Some(Truths::Numbers(all)) => {
                    all.push(truth.map(|(at, _)| table.number(&row, at, None)).transpose()?);
                }
                None => {}
            }
        }
        if rows.features.is_empty() {
            return Err(TableError::NoRows);
        }
        Ok(rows)
    }
}

/// What is needed to read a cell, and to say where it is.
struct Columns<'a> {
    text: &'a str,
    notation: Notation,
    names: &'a [String],
}

impl Columns<'_> {
    fn number(&self, row: &StringRecord, at: usize, fill: Option<f64>) -> Result<f64, TableError> {
        let number = self.notation.number(row[at].trim(), fill);
        number.map_err(|problem| problem.of_cell(self.text, row, at, self.names))
    }
}
