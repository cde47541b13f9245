//! Data sets: reading, splitting, and every error message.

mod arrays;
mod columns;
mod csv;
mod digits;
mod idx;
mod properties;
mod samples;
mod source;
mod split;
mod synthetic;
mod text;

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;
use thalweg_nn::data::{DataError, Dataset, Source, Split};

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// Loads a source; `DIR` in its text is replaced by the folder.
fn load_with(folder: &Path, source: &str, options: &Split) -> Result<Dataset, DataError> {
    let text = source.replace("DIR", &folder.display().to_string());
    Dataset::load(&Source::parse(&text).unwrap(), options)
}

fn load(folder: &Path, source: &str) -> Result<Dataset, DataError> {
    load_with(folder, source, &Split::default())
}

/// The error message for a source that cannot be loaded, with the folder written as `DIR`.
fn refused_with(folder: &Path, source: &str, options: &Split) -> String {
    let message = load_with(folder, source, options).unwrap_err().to_string();
    match folder.to_str().unwrap() {
        "" => message,
        folder => message.replace(folder, "DIR"),
    }
}

fn refused(folder: &Path, source: &str) -> String {
    refused_with(folder, source, &Split::default())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Every row of the training split, then of the test split, with its class.
fn rows(data: &Dataset) -> Vec<(Vec<f32>, u32)> {
    let parts = [&data.train, &data.test].into_iter();
    parts
        .flat_map(|part| {
            let rows = part.inputs.to_vec2().unwrap();
            rows.into_iter().zip(part.labels().unwrap())
        })
        .collect()
}

/// The bits of both splits.
fn bits(data: &Dataset) -> Vec<(Vec<u32>, u32)> {
    let bits = |row: Vec<f32>| row.into_iter().map(f32::to_bits).collect();
    rows(data).into_iter().map(|(row, class)| (bits(row), class)).collect()
}

/// Whether both splits have the types of every data set of the crate: f32 and u32, contiguous.
fn is_well_formed(data: &Dataset) {
    for part in [&data.train, &data.test] {
        assert!(!part.is_empty());
        assert_eq!(part.inputs.dims(), [part.len(), data.features()]);
        assert_eq!(part.targets.dims(), [part.len()]);
        assert!(part.inputs.is_contiguous() && part.targets.is_contiguous());
        assert!(part.labels().unwrap().iter().all(|&class| (class as usize) < data.classes.len()));
        assert!(
            part.inputs
                .flatten_all()
                .unwrap()
                .to_vec1::<f32>()
                .unwrap()
                .iter()
                .all(|x| x.is_finite())
        );
    }
}
