//! TensorBoard's event files, record by record.
//!
//! An event file is a sequence of TFRecords: the length of the data in eight bytes, a masked CRC-32C of the length,
//! the data, a masked CRC-32C of the data, all little-endian
//! (<https://www.tensorflow.org/tutorials/load_data/tfrecord>). The data is an `Event` in protocol buffers
//! (`event.proto` and `summary.proto` of TensorBoard). The first event of a file holds the format version; every
//! other one holds scalars. TensorBoard shows every folder with an event file (`events.out.tfevents.…`) as a run.
//!
//! ```
//! use thalweg_nn::tensorboard;
//!
//! let mut file = tensorboard::file_version(1.7e9);
//! file.extend(tensorboard::scalars(1.7e9, 1, &[("step/loss", 2.3), ("step/lr", 0.001)]));
//! assert_eq!(&file[23..36], b"brain.Event:2");
//! ```

mod hparams;

use prost::Message;

use hparams::{EmptyTensor, Metadata};

use thalweg::Value;

use crate::data::TaskKind;
use crate::experiment::Trial;
use crate::record::{EpochRecord, StepRecord};
use crate::report::MethodResult;

/// The format version, in the first event of a file.
const VERSION: &str = "brain.Event:2";

#[derive(Clone, PartialEq, Message)]
struct Event {
    #[prost(double, tag = "1")]
    wall_time: f64,
    #[prost(int64, tag = "2")]
    step: i64,
    #[prost(string, optional, tag = "3")]
    file_version: Option<String>,
    #[prost(message, optional, tag = "5")]
    summary: Option<Summary>,
}

#[derive(Clone, PartialEq, Message)]
struct Summary {
    #[prost(message, repeated, tag = "1")]
    value: Vec<Scalar>,
}

#[derive(Clone, PartialEq, Message)]
struct Scalar {
    #[prost(string, tag = "1")]
    tag: String,
    /// Optional because zero is written too.
    #[prost(float, optional, tag = "2")]
    simple_value: Option<f32>,
    /// Of what is not a number.
    #[prost(message, optional, tag = "8")]
    tensor: Option<EmptyTensor>,
    #[prost(message, optional, tag = "9")]
    metadata: Option<Metadata>,
}

/// The first record of an event file; `wall_time` in seconds since 1970.
pub fn file_version(wall_time: f64) -> Vec<u8> {
    let file_version = Some(VERSION.to_owned());
    record(&Event { wall_time, file_version, ..Event::default() })
}

/// A record with the values of a step, each under its tag; `wall_time` in seconds since 1970.
///
/// TensorBoard stores scalars in single precision.
pub fn scalars(wall_time: f64, step: i64, values: &[(&str, f64)]) -> Vec<u8> {
    let scalar = |&(tag, value): &(&str, f64)| Scalar {
        tag: tag.to_owned(),
        simple_value: Some(value as f32),
        ..Scalar::default()
    };
    let value = values.iter().map(scalar).collect();
    record(&Event { wall_time, step, summary: Some(Summary { value }), ..Event::default() })
}

/// The record of a run's hyperparameters and of all else that it began with, for TensorBoard's page of them; runs with the
/// same `group` are one there.
///
/// ```
/// use thalweg::Value;
/// use thalweg_nn::tensorboard;
///
/// let of_adam = [("optimizer", Value::Choice("adam".to_owned())), ("lr", Value::Number(0.001))];
/// let record = tensorboard::hyperparameters(1.7e9, "adam:lr=0.001", &of_adam);
/// assert!(record.len() > 100);
/// ```
pub fn hyperparameters(wall_time: f64, group: &str, values: &[(&str, Value)]) -> Vec<u8> {
    let (tensor, metadata) = hparams::session(group, values);
    let value = Scalar {
        tag: hparams::TAG.to_owned(),
        tensor: Some(tensor),
        metadata: Some(metadata),
        ..Scalar::default()
    };
    record(&Event { wall_time, summary: Some(Summary { value: vec![value] }), ..Event::default() })
}

/// The record of a step: `step/loss`, `step/lr` where the method has one, `step/grad_norm`,
/// `step/update_norm`.
pub fn of_step(wall_time: f64, record: &StepRecord) -> Vec<u8> {
    let mut values = vec![("step/loss", record.loss)];
    values.extend(record.lr.map(|lr| ("step/lr", lr)));
    values.push(("step/grad_norm", record.grad_norm));
    values.push(("step/update_norm", record.update_norm));
    scalars(wall_time, saturated(record.step), &values)
}

/// The record of an epoch that ended with the given step, so that steps and epochs share an axis:
/// `epoch/train_loss`, `epoch/train_accuracy`, `epoch/test_loss`, `epoch/test_accuracy`; of a regression `r2`
/// instead of `accuracy`.
pub fn of_epoch(wall_time: f64, step: u64, record: &EpochRecord, task: TaskKind) -> Vec<u8> {
    let [train, test] = ["train", "test"].map(|part| format!("epoch/{part}_{}", task.score_key()));
    let values = [
        ("epoch/train_loss", record.train_loss),
        (train.as_str(), record.train_accuracy),
        ("epoch/test_loss", record.test_loss),
        (test.as_str(), record.test_accuracy),
    ];
    scalars(wall_time, saturated(step), &values)
}

/// The file of one run of an experiment: what it began with, the records of its steps, of each epoch
/// `epoch/train_loss`, `epoch/validation_loss` and `epoch/validation_accuracy`, and at its best epoch `test/loss` and
/// `test/accuracy`, of a regression `r2` instead of `accuracy`. It has no times, so that the same run gives the same bytes.
pub(crate) fn of_result(
    result: &MethodResult,
    began: &[(&str, Value)],
    (steps_per_epoch, run): (u64, &Trial),
    task: TaskKind,
) -> Vec<u8> {
    let score = task.score_key();
    let [validation, tested] = [format!("epoch/validation_{score}"), format!("test/{score}")];
    let mut file = file_version(0.0);
    file.extend(hyperparameters(0.0, &result.spec, began));
    file.extend(result.steps.iter().flat_map(|record| of_step(0.0, record)));
    let at = |epoch: u64| saturated(epoch.saturating_mul(steps_per_epoch));
    for it in &result.epochs {
        let values = [
            ("epoch/train_loss", it.train_loss),
            ("epoch/validation_loss", it.test_loss),
            (&validation, it.test_accuracy),
        ];
        file.extend(scalars(0.0, at(it.epoch), &values));
    }
    if let Some((epoch, test)) = run.best_epoch.zip(run.test) {
        let values = [("test/loss", test.loss), (&tested, test.accuracy)];
        file.extend(scalars(0.0, at(epoch), &values));
    }
    file
}

fn saturated(step: u64) -> i64 {
    i64::try_from(step).unwrap_or(i64::MAX)
}

/// An event as a TFRecord.
fn record(event: &Event) -> Vec<u8> {
    let data = event.encode_to_vec();
    let length = (data.len() as u64).to_le_bytes();
    let mut bytes = Vec::with_capacity(data.len() + 16);
    bytes.extend(length);
    bytes.extend(masked(crc32c::crc32c(&length)).to_le_bytes());
    bytes.extend(&data);
    bytes.extend(masked(crc32c::crc32c(&data)).to_le_bytes());
    bytes
}

/// The masked form of a checksum, as TFRecords store it.
fn masked(crc: u32) -> u32 {
    crc.rotate_right(15).wrapping_add(0xa282_ead8)
}
