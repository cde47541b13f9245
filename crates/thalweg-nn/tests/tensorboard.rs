//! TensorBoard's event files against the bytes of TensorBoard's own writer.
//!
//! `tensorboard/events.tfevents` is what `tensorboard/make_events.py` wrote (TensorBoard 2.21.0).

use thalweg::Value;
use thalweg_nn::data::TaskKind;
use thalweg_nn::record::{EpochRecord, StepRecord};
use thalweg_nn::tensorboard::{file_version, hyperparameters, of_epoch, of_step, scalars};

const GOLDEN: &[u8] = include_bytes!("tensorboard/events.tfevents");

fn step(step: u64, loss: f64, lr: Option<f64>, grad_norm: f64, update_norm: f64) -> StepRecord {
    StepRecord { method: "adam".to_owned(), step, epoch: 1, loss, lr, grad_norm, update_norm }
}

fn start() -> EpochRecord {
    EpochRecord {
        method: "adam".to_owned(),
        epoch: 0,
        train_loss: 2.31,
        train_accuracy: 0.097,
        test_loss: 2.29,
        test_accuracy: 0.1,
    }
}

fn ours() -> Vec<Vec<u8>> {
    vec![
        file_version(1_700_000_000.125),
        of_step(1_700_000_001.5, &step(1, 2.308, None, 0.0, f64::INFINITY)),
        of_step(1_700_000_002.75, &step(300, f64::NAN, Some(0.1), 1e-12, 123_456_789.0)),
        of_epoch(1_700_000_000.5, 0, &start(), TaskKind::Classification),
        scalars(1_700_000_003.0, -5, &[("größe/λ", -0.0)]),
        scalars(1_700_000_004.0, 1 << 40, &[]),
        hyperparameters(
            1_700_000_005.0,
            "adam:lr=0.001",
            &[
                ("optimizer", Value::Choice("adam".to_owned())),
                ("lr", Value::Number(0.001)),
                ("amsgrad", Value::Flag(false)),
            ],
        ),
    ]
}

/// Where each record of a file begins and ends, by the lengths that it states.
fn records(file: &[u8]) -> Vec<&[u8]> {
    let mut records = Vec::new();
    let mut rest = file;
    while !rest.is_empty() {
        let length = u64::from_le_bytes(rest[..8].try_into().unwrap()) as usize;
        let (record, tail) = rest.split_at(length + 16);
        records.push(record);
        rest = tail;
    }
    records
}

#[test]
fn every_record_is_the_bytes_of_tensorboards_own_writer() {
    let golden = records(GOLDEN);
    assert_eq!(golden.len(), ours().len());
    for (i, (ours, golden)) in ours().iter().zip(golden).enumerate() {
        assert_eq!(ours, golden, "record {i}");
    }
}

#[test]
fn records_in_a_row_are_a_file() {
    assert_eq!(ours().concat(), GOLDEN);
}

#[test]
fn a_step_beyond_tensorboards_counter_stays_at_its_end() {
    let last = of_step(0.0, &step(u64::MAX, 1.0, None, 1.0, 1.0));
    assert_eq!(last, of_step(0.0, &step(i64::MAX as u64, 1.0, None, 1.0, 1.0)));
}
