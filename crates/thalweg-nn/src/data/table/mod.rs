//! Tables: CSV with a header, numeric columns and a column of classes.

mod classes;
mod lines;
pub(super) mod standard;
mod unlabelled;

use std::collections::BTreeMap;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};

use super::dataset::{Dataset, Kind, Samples};
use super::error::{DataError, TableError};
use super::input::{Input, MAX_BYTES};
use super::split::{self, Split};
use lines::{line_of_cell, line_of_row};
pub use unlabelled::Rows;

pub(super) fn load(
    path: &Path,
    label: &str,
    name: String,
    options: &Split,
) -> Result<Dataset, DataError> {
    let bytes = Input::open(path, MAX_BYTES)?.all()?;
    let wrong = |error| DataError::Table { path: path.to_owned(), error };
    let table = Table::read(&bytes, label.trim()).map_err(wrong)?;
    let parts = split::parts(&table.targets, &table.classes, options, split::TEST_SHARE)?;
    let columns = table.columns.len();
    let scaling = standard::scaling(&table.cells, columns, &parts.train);
    let inputs = table.cells.chunks(columns).flat_map(|row| scaling.apply(row)).collect();
    let all = Samples::from_rows(inputs, table.targets)?;
    let (train, test) = (all.subset(&parts.train)?, all.subset(&parts.test)?);
    Ok(Dataset {
        name,
        kind: Kind::Table { columns: table.columns },
        classes: table.classes,
        train,
        test,
        scaling,
    })
}

/// The content of a table file.
struct Table {
    /// Names of the feature columns.
    columns: Vec<String>,
    classes: Vec<String>,
    /// Features row by row.
    cells: Vec<f64>,
    targets: Vec<u32>,
}

impl Table {
    fn read(bytes: &[u8], label: &str) -> Result<Self, TableError> {
        let (mut reader, mut row) = Reader::open(bytes)?;
        let text = reader.text;
        let header = Header::read(&row, line_of_row(text, &row), label)?;

        let (mut cells, mut labels, mut names) = (Vec::new(), Vec::new(), Vec::new());
        let mut known: BTreeMap<String, u32> = BTreeMap::new();
        while reader.next(&mut row) {
            let class = header.row(&row, text, &mut cells)?;
            let next = names.len() as u32;
            labels.push(*known.entry(class.to_owned()).or_insert_with(|| {
                names.push(class.to_owned());
                next
            }));
        }
        if labels.is_empty() {
            return Err(TableError::NoRows);
        }
        let (classes, number) = classes::sorted(&names);
        if let [class] = &classes[..] {
            let (column, label) = (header.label + 1, label.to_owned());
            return Err(TableError::OneClass { column, label, class: class.clone() });
        }
        let targets = labels.into_iter().map(|label| number[label as usize]).collect();
        Ok(Self { columns: header.features(), classes, cells, targets })
    }
}

/// The names of all columns, and which of them is the label.
struct Header {
    names: Vec<String>,
    label: usize,
}

impl Header {
    fn read(row: &StringRecord, line: usize, label: &str) -> Result<Self, TableError> {
        let names: Vec<String> = row.iter().map(|name| name.trim().to_owned()).collect();
        if let [one] = &names[..]
            && one != label
            && let Some((_, separator)) =
                [(';', "semicolons"), ('\t', "tabs")].into_iter().find(|(s, _)| one.contains(*s))
        {
            return Err(TableError::Separator { line, separator });
        }
        if let Some(at) = names.iter().position(String::is_empty) {
            return Err(TableError::Unnamed { line, column: at + 1 });
        }
        let mut columns = BTreeMap::new();
        for (second, name) in names.iter().enumerate() {
            if let Some(first) = columns.insert(name, second) {
                let columns = [first + 1, second + 1];
                return Err(TableError::DuplicateName { line, name: name.clone(), columns });
            }
        }
        let Some(at) = names.iter().position(|name| name == label) else {
            let nearest = thalweg::internal::nearest(label, names.iter().map(String::as_str));
            let nearest = nearest.into_iter().map(str::to_owned).collect();
            return Err(TableError::UnknownLabel {
                line,
                label: label.to_owned(),
                nearest,
                known: names,
            });
        };
        if names.len() == 1 {
            return Err(TableError::NoFeatures { line, label: label.to_owned() });
        }
        Ok(Self { names, label: at })
    }

    fn features(mut self) -> Vec<String> {
        self.names.remove(self.label);
        self.names
    }

    /// Appends the features of a row to `cells` and returns its class.
    fn row<'a>(
        &self,
        row: &'a StringRecord,
        text: &str,
        cells: &mut Vec<f64>,
    ) -> Result<&'a str, TableError> {
        check_length(text, row, self.names.len())?;
        let mut class = "";
        for (at, cell) in row.iter().map(str::trim).enumerate() {
            let read = if at == self.label {
                class = cell;
                check_class(cell)
            } else {
                number(cell).map(|number| cells.push(number))
            };
            read.map_err(|problem| problem.of_cell(text, row, at, &self.names))?;
        }
        Ok(class)
    }
}

/// What is wrong with a cell, and what would be accepted.
enum Problem {
    Missing(&'static str),
    NotANumber,
    NotFinite(&'static str),
}

impl Problem {
    /// The same with the place of the cell.
    fn of_cell(self, text: &str, row: &StringRecord, at: usize, names: &[String]) -> TableError {
        let (line, column) = (line_of_cell(text, row, at), at + 1);
        let (name, text) = (names[at].clone(), row[at].trim().to_owned());
        match self {
            Self::Missing(needed) => TableError::Missing { line, column, name, needed },
            Self::NotANumber => TableError::NotANumber { line, column, name, text },
            Self::NotFinite(needed) => TableError::NotFinite { line, column, name, text, needed },
        }
    }
}

/// The rows of a table behind its header, which is given apart; all with as many cells as they have.
struct Reader<'a> {
    text: &'a str,
    rows: csv::Reader<&'a [u8]>,
}

impl<'a> Reader<'a> {
    fn open(bytes: &'a [u8]) -> Result<(Self, StringRecord), TableError> {
        let text = lines::text(bytes)?;
        let rows =
            ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let (mut reader, mut header) = (Self { text, rows }, StringRecord::new());
        if text.trim().is_empty() || !reader.next(&mut header) {
            return Err(TableError::Empty);
        }
        Ok((reader, header))
    }

    /// Reads the next row; false at the end.
    fn next(&mut self, row: &mut StringRecord) -> bool {
        // Reading text from memory cannot fail; if it did, the table would end there.
        self.rows.read_record(row).unwrap_or(false)
    }
}

/// Checks that a row has a cell for each column.
fn check_length(text: &str, row: &StringRecord, columns: usize) -> Result<(), TableError> {
    if row.len() == columns {
        return Ok(());
    }
    Err(TableError::Ragged { line: line_of_row(text, row), cells: row.len(), columns })
}

fn number(cell: &str) -> Result<f64, Problem> {
    match cell.parse::<f64>() {
        // Squares of what f32 holds do not overflow f64.
        Ok(number) if number.abs() <= f32::MAX.into() => Ok(number),
        Ok(_) => Err(Problem::NotFinite("a finite number, at most 3.4e38 in size,")),
        Err(_) if cell.is_empty() => Err(Problem::Missing("a number")),
        Err(_) => Err(Problem::NotANumber),
    }
}

fn check_class(cell: &str) -> Result<(), Problem> {
    match cell {
        "" => Err(Problem::Missing("a class")),
        // What tools write for a missing value.
        _ if cell.eq_ignore_ascii_case("nan") => Err(Problem::NotFinite("a class")),
        _ => Ok(()),
    }
}
