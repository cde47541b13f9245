//! Tables: text files with a header, columns of numbers and of texts, and a label or a target.

mod cell;
mod classes;
mod encoding;
mod header;
mod label;
mod lines;
mod profile;
mod reader;
pub(super) mod standard;
mod unlabelled;

use std::path::Path;

use csv::StringRecord;

use super::dataset::{Dataset, Kind, Samples};
use super::error::{DataError, TableError};
use super::input::{Input, MAX_BYTES};
use super::load::Reading;
use super::split::{self, Split};
use super::target::TaskKind;
use cell::{Cell, is_missing};
use encoding::{Cells, Interned, Values, encode};
use header::Header;
use label::Labels;
use lines::line_of_row;
use profile::{Content, Profile};
use reader::{Reader, check_length};

pub(super) use label::are_no_classes;

pub use encoding::{Column, Preparation};
pub use unlabelled::{Rows, Truths, Wanted};

/// The most values of a column of texts.
const MAX_VALUES: usize = 100;

pub(super) fn load(
    path: &Path,
    label: &str,
    name: String,
    (options, reading): (&Split, &Reading),
) -> Result<Dataset, DataError> {
    let bytes = Input::open(path, MAX_BYTES)?.all()?;
    let wrong = |error| DataError::Table { path: path.to_owned(), error: Box::new(error) };
    let table = Table::read(&bytes, label.trim(), reading).map_err(wrong)?;
    let rows = table.labels.rows();
    let parts = match &table.labels {
        Labels::Classes { names, of } => split::parts(of, names, options, split::TEST_SHARE)?,
        Labels::Numbers { .. } => split::parts_of(rows, options, split::TEST_SHARE)?,
    };
    let mut encoded = encode(&table.cells, rows, &parts.train);
    let (target, classes, targets) = table.labels.targets(&parts.train).map_err(wrong)?;
    let inputs = std::mem::take(&mut encoded.features);
    let all = match targets {
        label::Targets::Classes(of) => Samples::from_rows(inputs, of)?,
        label::Targets::Numbers(of) => Samples::from_rows(inputs, of)?,
    };
    let (train, test) = (all.subset(&parts.train)?, all.subset(&parts.test)?);
    let columns = encoded.columns.iter().flat_map(Column::names).collect();
    let preparation = Preparation {
        columns: encoded.columns,
        missing: table.missing,
        unlabelled: table.unlabelled,
        unseen: encoded.unseen,
    };
    let (kind, scaling) = (Kind::Table { columns }, encoded.scaling);
    Ok(Dataset { name, kind, classes, train, test, scaling, target, preparation })
}

/// The content of a table file.
struct Table {
    /// The columns of features.
    cells: Vec<Cells>,
    labels: Labels,
    /// The number of missing cells of each column that has any.
    missing: Vec<(String, usize)>,
    /// Rows without a label.
    unlabelled: usize,
}

impl Table {
    fn read(bytes: &[u8], label: &str, reading: &Reading) -> Result<Self, TableError> {
        let (mut reader, row) = Reader::open(bytes)?;
        let line = line_of_row(reader.text, &row);
        let header = Header::read(&row, line, label, &reading.drop)?;
        let (profiles, unlabelled) = profiles(&mut reader, &header)?;
        let content = |at: usize, is_target: bool| {
            profiles[at].content(reader.text, at, &header.names, is_target)
        };
        if reading.task == TaskKind::Regression {
            content(header.label, true)?;
        }
        let features = (0..header.names.len()).filter(|&at| header.is_feature[at]);
        let contents = features.map(|at| Ok((at, content(at, false)?)));
        let contents: Vec<(usize, Content)> = contents.collect::<Result<_, TableError>>()?;
        let (cells, labels) = cells(bytes, &header, &contents, reading.task)?;
        let missing =
            contents.iter().map(|&(at, _)| (header.names[at].clone(), profiles[at].missing));
        let missing = missing.filter(|(_, count)| *count > 0).collect();
        Ok(Self { cells, labels, missing, unlabelled })
    }
}

/// The columns of features and the labels of the rows that have one: what is in each column is known, and the rows are
/// read once more.
fn cells(
    bytes: &[u8],
    header: &Header,
    contents: &[(usize, Content)],
    task: TaskKind,
) -> Result<(Vec<Cells>, Labels), TableError> {
    let (mut rows, mut row) = Reader::open(bytes)?;
    let notation = rows.notation;
    let empty = |&(at, content): &(usize, Content)| Cells {
        name: header.names[at].clone(),
        values: match content {
            Content::Numbers => Values::Numbers(Vec::new()),
            Content::Texts => Values::Texts(Interned::default()),
        },
    };
    let mut cells: Vec<Cells> = contents.iter().map(empty).collect();
    let mut labels = label::Reader::new(task);
    while rows.next(&mut row) {
        let label = row[header.label].trim();
        if is_missing(label) {
            continue;
        }
        labels.push(label, notation);
        for (&(at, _), cells) in contents.iter().zip(&mut cells) {
            let cell = row[at].trim();
            match &mut cells.values {
                Values::Numbers(numbers) => numbers.push(match notation.read(cell) {
                    Cell::Number(number) => number,
                    _ => f64::NAN,
                }),
                Values::Texts(texts) => texts.push((!is_missing(cell)).then_some(cell)),
            }
        }
    }
    for (&(at, _), Cells { name, values }) in contents.iter().zip(&cells) {
        if let Values::Texts(all) = values
            && all.texts.len() > MAX_VALUES
        {
            let (column, values) = (at + 1, all.texts.len());
            return Err(TableError::TooManyValues { column, name: name.clone(), values });
        }
    }
    let labels = labels.end(header.label, &header.names[header.label])?;
    Ok((cells, labels))
}

/// What is in each column, in the rows that have a label; and how many have none.
fn profiles(reader: &mut Reader, header: &Header) -> Result<(Vec<Profile>, usize), TableError> {
    let columns = header.names.len();
    let mut profiles: Vec<Profile> = (0..columns).map(|_| Profile::default()).collect();
    let (mut row, mut rows, mut unlabelled) = (StringRecord::new(), 0, 0);
    while reader.next(&mut row) {
        check_length(reader.text, &row, columns)?;
        rows += 1;
        if is_missing(row[header.label].trim()) {
            unlabelled += 1;
            continue;
        }
        for (at, profile) in profiles.iter_mut().enumerate() {
            if header.is_feature[at] || at == header.label {
                profile.count(&row, at, reader.notation);
            }
        }
    }
    match rows {
        0 => Err(TableError::NoRows),
        all if all == unlabelled => {
            let (column, label) = (header.label + 1, header.names[header.label].clone());
            Err(TableError::NoLabels { column, label })
        }
        _ => Ok((profiles, unlabelled)),
    }
}
