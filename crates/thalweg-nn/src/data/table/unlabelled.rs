//! Rows of a table for a network that is trained already.

use std::path::Path;

use super::lines::line_of_row;
use super::{Reader, check_length, number};
use crate::data::error::{DataError, TableError};
use crate::data::input::{Input, MAX_BYTES};

/// The rows of a table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rows {
    /// The features of each row, as they stand in the file.
    pub features: Vec<Vec<f64>>,
    /// The class of each row, where a column of classes was asked for.
    pub labels: Option<Vec<String>>,
}

impl Rows {
    /// Reads a table with a header, gzipped or not: the columns of these names, in any order and among others, or where
    /// there are no names, all `count` columns but the one of the classes.
    ///
    /// # Errors
    /// [`DataError`]: a file that cannot be read, a missing column, another number of columns, a cell that is
    /// not a number; with line and column.
    pub fn read(
        path: &Path,
        columns: &[String],
        count: usize,
        label: Option<&str>,
    ) -> Result<Self, DataError> {
        let bytes = Input::open(path, MAX_BYTES)?.all()?;
        let wrong = |error| DataError::Table { path: path.to_owned(), error };
        Self::of(&bytes, columns, count, label.map(str::trim)).map_err(wrong)
    }

    fn of(
        bytes: &[u8],
        columns: &[String],
        count: usize,
        label: Option<&str>,
    ) -> Result<Self, TableError> {
        let (mut reader, mut row) = Reader::open(bytes)?;
        let text = reader.text;
        let line = line_of_row(text, &row);
        let names: Vec<String> = row.iter().map(|name| name.trim().to_owned()).collect();
        let place = |wanted: &str| {
            names.iter().position(|name| name == wanted).ok_or_else(|| {
                let nearest = thalweg::internal::nearest(wanted, names.iter().map(String::as_str));
                let nearest = nearest.into_iter().map(str::to_owned).collect();
                let (name, known) = (wanted.to_owned(), names.clone());
                TableError::NoColumn { line, name, nearest, known }
            })
        };
        let label_at = label.map(place).transpose()?;
        let places: Vec<usize> = match columns {
            [] => (0..names.len()).filter(|at| Some(*at) != label_at).collect(),
            names => names.iter().map(|name| place(name)).collect::<Result<_, _>>()?,
        };
        if places.len() != count {
            return Err(TableError::Columns { line, found: places.len(), wanted: count });
        }
        let mut rows = Self { features: Vec::new(), labels: label_at.map(|_| Vec::new()) };
        while reader.next(&mut row) {
            check_length(text, &row, names.len())?;
            let cell = |&at: &usize| {
                number(row[at].trim()).map_err(|problem| problem.of_cell(text, &row, at, &names))
            };
            rows.features.push(places.iter().map(cell).collect::<Result<_, _>>()?);
            if let (Some(labels), Some(at)) = (&mut rows.labels, label_at) {
                labels.push(row[at].trim().to_owned());
            }
        }
        if rows.features.is_empty() {
            return Err(TableError::NoRows);
        }
        Ok(rows)
    }
}
