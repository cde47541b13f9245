//! The column of labels: classes, or the numbers of a regression.

use super::cell::{Cell, Notation};
use super::encoding::Interned;
use super::{classes, standard};
use crate::data::error::TableError;
use crate::data::target::{Target, TaskKind};

/// More different numbers than this, some with a fraction, are not classes.
const MAX_FRACTIONS: usize = 20;

/// The labels of all rows.
pub(super) enum Labels {
    Classes { names: Vec<String>, of: Vec<u32> },
    Numbers { column: usize, name: String, of: Vec<f64> },
}

/// The targets of all rows, as tensors hold them.
pub(super) enum Targets {
    Classes(Vec<u32>),
    Numbers(Vec<f32>),
}

/// The labels that were read.
pub(super) enum Reader {
    Classes(Interned),
    Numbers(Vec<f64>),
}

impl Reader {
    pub fn new(task: TaskKind) -> Self {
        match task {
            TaskKind::Classification => Self::Classes(Interned::default()),
            TaskKind::Regression => Self::Numbers(Vec::new()),
        }
    }

    /// Appends the label of a row, which is not missing.
    pub fn push(&mut self, cell: &str, notation: Notation) {
        match self {
            Self::Classes(names) => names.push(Some(cell)),
            // The column has been found to hold nothing but numbers.
            Self::Numbers(all) => all.push(match notation.read(cell) {
                Cell::Number(number) => number,
                _ => f64::NAN,
            }),
        }
    }

    /// The labels of all rows, of a column.
    ///
    /// # Errors
    /// One class only; numbers that are not classes.
    pub fn end(self, at: usize, name: &str) -> Result<Labels, TableError> {
        let (column, label) = (at + 1, name.to_owned());
        match self {
            Self::Numbers(of) => Ok(Labels::Numbers { column, name: label, of }),
            Self::Classes(all) => {
                let (names, number) = classes::sorted(&all.texts);
                if let [class] = &names[..] {
                    return Err(TableError::OneClass { column, label, class: class.clone() });
                }
                let numbers = names.iter().map(|name| name.parse().ok());
                let numbers: Option<Vec<f64>> = numbers.collect();
                if numbers.is_some_and(|numbers| are_no_classes(&numbers, all.of.len())) {
                    return Err(TableError::ManyNumbers { column, label, numbers: names.len() });
                }
                let of = all.of.into_iter().flatten().map(|text| number[text as usize]).collect();
                Ok(Labels::Classes { names, of })
            }
        }
    }
}

/// Whether different numbers are not classes but those of a regression: more than twenty of which one has a fraction, or more than
/// half as many as there are rows.
pub(in crate::data) fn are_no_classes(numbers: &[f64], rows: usize) -> bool {
    let has_fraction = numbers.iter().any(|number| number.fract() != 0.0);
    numbers.len() > 2
        && (2 * numbers.len() > rows || (has_fraction && numbers.len() > MAX_FRACTIONS))
}

impl Labels {
    pub fn rows(&self) -> usize {
        match self {
            Self::Classes { of, .. } => of.len(),
            Self::Numbers { of, .. } => of.len(),
        }
    }

    /// The target, the names of its classes, and the targets of all rows; numbers standardised by the training rows.
    ///
    /// # Errors
    /// Numbers that are the same in all training rows.
    pub fn targets(self, train: &[u32]) -> Result<(Target, Vec<String>, Targets), TableError> {
        match self {
            Self::Classes { names, of } => Ok((Target::Class, names, Targets::Classes(of))),
            Self::Numbers { column, name, of } => {
                let (mean, deviation) =
                    standard::moments(train.iter().map(|&row| of[row as usize]));
                if deviation == 0.0 {
                    return Err(TableError::ConstantTarget { column, label: name });
                }
                let scaled = standard::scaled_column(&of, mean, deviation);
                let target = Target::Number { name, mean, deviation };
                Ok((target, Vec::new(), Targets::Numbers(scaled)))
            }
        }
    }
}
