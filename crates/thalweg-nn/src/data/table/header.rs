//! The names of the columns.

use std::collections::BTreeMap;

use csv::StringRecord;

use crate::data::error::TableError;

/// The names of all columns, which of them is the label, and which are left out.
pub(super) struct Header {
    pub names: Vec<String>,
    pub label: usize,
    /// Whether each column is a feature.
    pub is_feature: Vec<bool>,
}

impl Header {
    /// Reads a header on a line of a file.
    pub fn read(
        row: &StringRecord,
        line: usize,
        label: &str,
        drop: &[String],
    ) -> Result<Self, TableError> {
        let names = names(row);
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
        let label = place(&names, line, label)?;
        let mut is_feature = vec![true; names.len()];
        is_feature[label] = false;
        for name in drop.iter().map(|name| name.trim()) {
            let at = place(&names, line, name)?;
            if at == label {
                return Err(TableError::LabelDropped(name.to_owned()));
            }
            is_feature[at] = false;
        }
        if !is_feature.contains(&true) {
            let (label, dropped) = (names[label].clone(), names.len() - 1);
            return Err(TableError::NoFeatures { line, label, dropped });
        }
        Ok(Self { names, label, is_feature })
    }
}

/// The names in a header.
pub(super) fn names(row: &StringRecord) -> Vec<String> {
    row.iter().map(|name| name.trim().to_owned()).collect()
}

/// Where a column is.
pub(super) fn place(names: &[String], line: usize, wanted: &str) -> Result<usize, TableError> {
    names.iter().position(|name| name == wanted).ok_or_else(|| {
        let nearest = thalweg::internal::nearest(wanted, names.iter().map(String::as_str));
        let nearest = nearest.into_iter().map(str::to_owned).collect();
        TableError::NoColumn { line, name: wanted.to_owned(), nearest, known: names.to_vec() }
    })
}
