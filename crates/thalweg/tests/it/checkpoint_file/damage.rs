//! A file that has suffered is refused, and the error says how.

use std::fs;

use thalweg::checkpoint::{Checkpoint, CheckpointError};

use super::samples::{golden, rich, small};

#[test]
fn every_flipped_bit_is_refused() {
    for checkpoint in [small(), golden()] {
        let whole = checkpoint.to_bytes().unwrap();
        let mut bytes = whole.clone();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                bytes[at] ^= 1 << bit;
                let error = Checkpoint::from_bytes(&bytes);
                assert!(error.is_err(), "byte {at} bit {bit}");
                bytes[at] = whole[at];
            }
        }
    }
}

#[test]
fn a_flipped_bit_of_the_state_is_damage_to_the_state() {
    let mut bytes = small().to_bytes().unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    let error = Checkpoint::from_bytes(&bytes).unwrap_err();
    assert!(matches!(error, CheckpointError::Corrupt { .. }));
    assert_eq!(
        error.to_string(),
        "the checkpoint is damaged: its state does not match its checksum"
    );
}

#[test]
fn a_flipped_bit_of_the_header_is_damage_to_the_header() {
    let mut bytes = small().to_bytes().unwrap();
    let at = bytes.windows(8).position(|w| w == b"momentum").unwrap();
    bytes[at] ^= 1;
    let error = Checkpoint::from_bytes(&bytes).unwrap_err();
    assert!(matches!(error, CheckpointError::Corrupt { .. }));
    assert!(error.to_string().contains("its header does not match its checksum"), "{error}");
}

#[test]
fn every_lost_end_is_told_as_such() {
    let bytes = rich().to_bytes().unwrap();
    for length in 0..bytes.len() {
        let error = Checkpoint::from_bytes(&bytes[..length]).unwrap_err();
        match error {
            CheckpointError::NotACheckpoint { .. } => assert!(length < 8),
            CheckpointError::Truncated { found, expected, .. } => {
                assert_eq!(found, length as u64);
                assert!(found < expected && expected <= bytes.len() as u64);
            }
            _ => panic!("{length}: {error:?}"),
        }
    }
}

#[test]
fn bytes_after_the_end_are_refused() {
    let mut bytes = rich().to_bytes().unwrap();
    let end = bytes.len();
    bytes.push(0);
    let error = Checkpoint::from_bytes(&bytes).unwrap_err();
    let words = format!("the checkpoint is damaged: it continues after its end at byte {end}");
    assert_eq!(error.to_string(), words);
}

#[test]
fn two_pages_in_the_wrong_order_are_refused() {
    let mut checkpoint = small();
    checkpoint.parameters[0].shape = vec![4096];
    let slot = &mut checkpoint.parameters[0].slots[0];
    slot.bytes = (0..4096_u32).flat_map(|i| i.to_le_bytes()).collect();
    let mut bytes = checkpoint.to_bytes().unwrap();
    let middle = bytes.len() - 8192;
    let (before, after) = bytes.split_at_mut(middle);
    let end = before.len();
    before[end - 4096..].swap_with_slice(&mut after[..4096]);
    let error = Checkpoint::from_bytes(&bytes).unwrap_err();
    assert!(matches!(error, CheckpointError::Corrupt { .. }), "{error:?}");
}

#[test]
fn an_error_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let message = |path: &std::path::Path| Checkpoint::read(path).unwrap_err().to_string();

    let text = message(&path);
    assert!(text.starts_with("cannot read ") && text.contains("run.safetensors"), "{text}");
    assert!(text.ends_with("no such file or directory"), "{text}");
    assert!(message(folder.path()).ends_with("it is a folder"));

    let bytes = small().to_bytes().unwrap();
    fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    let (all, text) = (bytes.len(), message(&path));
    let end =
        format!("run.safetensors is cut off: it ends after {} of at least {all} bytes", all - 1);
    assert!(text.ends_with(&end), "{text}");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_waited_for() {
    let error = Checkpoint::read("/dev/zero").unwrap_err();
    assert!(matches!(error, CheckpointError::Read { .. }));
    assert!(error.to_string().ends_with("it is not a regular file"), "{error}");
}
