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

use prost::Message;

use crate::data::TaskKind;
use crate::record::{EpochRecord, StepRecord};

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
    };
    let value = values.iter().map(scalar).collect();
    record(&Event { wall_time, step, summary: Some(Summary { value }), ..Event::default() })
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
