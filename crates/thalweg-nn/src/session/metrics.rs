//! The format of the metrics files.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde::Serialize;

use super::error::SessionError;
use crate::data::TaskKind;
use crate::record::{EpochRecord, Record, StepRecord};

/// The first line of `metrics.csv`.
pub fn csv_head(task: TaskKind) -> String {
    let score = task.score_key();
    format!(
        "method,step,epoch,loss,lr,grad_norm,update_norm,train_loss,train_{score},test_loss,test_{score}\n"
    )
}

/// An epoch of a regression.
#[derive(Serialize)]
struct RegressionEpoch<'a> {
    method: &'a str,
    epoch: u64,
    train_loss: f64,
    train_r2: f64,
    test_loss: f64,
    test_r2: f64,
}

/// The line of an epoch in `metrics.jsonl`, in which the score has the name that it has for the task.
pub fn epoch_line(record: &EpochRecord, task: TaskKind) -> Result<Vec<u8>, SessionError> {
    match task {
        TaskKind::Classification => json_line(record),
        TaskKind::Regression => json_line(&RegressionEpoch {
            method: &record.method,
            epoch: record.epoch,
            train_loss: record.train_loss,
            train_r2: record.train_accuracy,
            test_loss: record.test_loss,
            test_r2: record.test_accuracy,
        }),
    }
}

/// A line of `metrics.jsonl`.
pub fn json_line(record: &impl Serialize) -> Result<Vec<u8>, SessionError> {
    let mut line = serde_json::to_vec(record).map_err(std::io::Error::other)?;
    line.push(b'\n');
    Ok(line)
}

/// The row of a step in `metrics.csv`.
pub fn step_row(record: &StepRecord) -> Result<Vec<u8>, SessionError> {
    let StepRecord { method, step, epoch, loss, lr, grad_norm, update_norm } = record;
    let lr = lr.map_or_else(String::new, |lr| lr.to_string());
    let [step, epoch] = [step, epoch].map(u64::to_string);
    let [loss, grad_norm, update_norm] = [loss, grad_norm, update_norm].map(f64::to_string);
    row(&[method, &step, &epoch, &loss, &lr, &grad_norm, &update_norm, "", "", "", ""])
}

/// The row of an epoch in `metrics.csv`.
pub fn epoch_row(record: &EpochRecord) -> Result<Vec<u8>, SessionError> {
    let EpochRecord { method, epoch, train_loss, train_accuracy, test_loss, test_accuracy } =
        record;
    let numbers = [train_loss, train_accuracy, test_loss, test_accuracy].map(f64::to_string);
    let [train_loss, train_accuracy, test_loss, test_accuracy] = &numbers;
    let epoch = epoch.to_string();
    row(&[method, "", &epoch, "", "", "", "", train_loss, train_accuracy, test_loss, test_accuracy])
}

fn row(cells: &[&str]) -> Result<Vec<u8>, SessionError> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(cells).map_err(std::io::Error::from)?;
    out.into_inner().map_err(|error| error.into_error().into())
}

/// All records of `metrics.jsonl`.
///
/// # Errors
/// A file that cannot be read, or a line that is not a record.
pub fn read(path: &Path) -> Result<Vec<Record>, SessionError> {
    let file = File::open(path).map_err(|source| SessionError::read(path, source))?;
    let mut records = Vec::new();
    for (i, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(|source| SessionError::read(path, source))?;
        let record = serde_json::from_str(&line).map_err(|_| SessionError::Damaged {
            path: path.to_owned(),
            what: format!("line {} is not a record", i + 1),
        })?;
        records.push(record);
    }
    Ok(records)
}
