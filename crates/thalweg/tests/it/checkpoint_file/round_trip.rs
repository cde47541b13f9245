//! What is written is read again, by us and by others.

use safetensors::SafeTensors;
use safetensors::tensor::Dtype as TheirDtype;
use thalweg::checkpoint::{Checkpoint, CheckpointError, Dtype};

use super::samples::{golden, parameter, rich, slot, small};

const GOLDEN: &[u8] = include_bytes!("../../corpus/checkpoint/v1.safetensors");

#[test]
fn everything_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    for checkpoint in [rich(), small(), golden()] {
        checkpoint.write(&path).unwrap();
        assert_eq!(Checkpoint::read(&path).unwrap(), checkpoint);
        assert_eq!(std::fs::read(&path).unwrap(), checkpoint.to_bytes().unwrap());
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn an_optimizer_that_has_seen_nothing_comes_back() {
    let mut checkpoint = small();
    checkpoint.parameters.clear();
    checkpoint.optimizer.clear();
    let bytes = checkpoint.to_bytes().unwrap();
    assert_eq!(Checkpoint::from_bytes(&bytes).unwrap(), checkpoint);
}

#[test]
fn the_bits_of_memory_come_back() {
    let again = Checkpoint::from_bytes(&rich().to_bytes().unwrap()).unwrap();
    let bits =
        |c: &Checkpoint| c.schedules[0].memory.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&again), bits(&rich()));
}

#[test]
fn the_same_checkpoint_gives_the_same_bytes() {
    let bytes = rich().to_bytes().unwrap();
    for _ in 0..20 {
        assert_eq!(rich().to_bytes().unwrap(), bytes);
    }
}

/// The file was put together in Python, without this library and without its checksum crate.
#[test]
fn version_1_is_read_and_written_as_ever() {
    assert_eq!(Checkpoint::from_bytes(GOLDEN).unwrap(), golden());
    assert_eq!(golden().to_bytes().unwrap(), GOLDEN);
}

#[test]
fn other_readers_of_safetensors_find_every_slot() {
    let checkpoint = rich();
    let bytes = checkpoint.to_bytes().unwrap();
    let (header, metadata) = SafeTensors::read_metadata(&bytes).unwrap();
    let metadata = metadata.metadata().clone().unwrap();
    assert_eq!(metadata["format"], "thalweg checkpoint");
    assert_eq!(metadata["optimizer"], checkpoint.optimizer);
    assert_eq!(metadata["steps"], u64::MAX.to_string());
    assert_eq!(header % 8, 0);

    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let mut slots = 0;
    for parameter in &checkpoint.parameters {
        let elements: usize = parameter.shape.iter().product();
        for slot in &parameter.slots {
            let tensor = tensors.tensor(&format!("{}/{}", slot.name, parameter.name)).unwrap();
            assert_eq!(tensor.data(), slot.bytes);
            assert_eq!(
                tensor.dtype(),
                match slot.dtype {
                    Dtype::F32 => TheirDtype::F32,
                    Dtype::F64 => TheirDtype::F64,
                    Dtype::Bf16 => TheirDtype::BF16,
                    Dtype::F16 => TheirDtype::F16,
                }
            );
            let count = slot.bytes.len() / slot.dtype.size();
            let shape = if count == elements { parameter.shape.clone() } else { vec![count] };
            assert_eq!(tensor.shape(), shape);
            let offset = tensor.data().as_ptr() as usize - bytes.as_ptr() as usize;
            assert_eq!(offset % slot.dtype.size(), 0, "aligned, for those who map the file");
            slots += 1;
        }
    }
    assert_eq!(tensors.len(), slots);
}

#[test]
fn a_checkpoint_that_no_file_can_hold_is_refused() {
    let refused = |change: &dyn Fn(&mut Checkpoint), words: &str| {
        let mut checkpoint = small();
        change(&mut checkpoint);
        let error = checkpoint.to_bytes().unwrap_err();
        assert!(matches!(error, CheckpointError::Malformed { path: None, .. }), "{error:?}");
        assert!(error.to_string().contains(words), "{error}");
    };
    let twice = |c: &mut Checkpoint| c.parameters.push(parameter("w", &[1], vec![]));
    refused(&twice, "parameter `w` appears twice");
    let slot_twice = |c: &mut Checkpoint| {
        c.parameters[0].slots.push(slot("velocity", Dtype::F64, 6));
    };
    refused(&slot_twice, "parameter `w` has slot `velocity` twice");
    let half = |c: &mut Checkpoint| c.parameters[0].slots[0].bytes.truncate(23);
    refused(&half, "slot `velocity` of parameter `w` has 23 bytes");
    let slash = |c: &mut Checkpoint| c.parameters[0].slots[0].name.push_str("/x");
    refused(&slash, "has a slot `velocity/x`");
    let large = |c: &mut Checkpoint| c.parameters[0].shape = vec![usize::MAX, 2];
    refused(&large, "more elements than can be counted");
    let long = |c: &mut Checkpoint| c.optimizer = "x".repeat(100_000_001);
    refused(&long, "100000000 are allowed");
}

#[test]
fn a_name_that_looks_like_another_slot_clashes_with_nothing() {
    let mut checkpoint = small();
    checkpoint.parameters = vec![
        parameter("a", &[1], vec![slot("m", Dtype::F32, 1), slot("", Dtype::F32, 1)]),
        parameter("m/a", &[1], vec![slot("m", Dtype::F32, 1), slot("", Dtype::F32, 1)]),
        parameter("/a", &[1], vec![slot("m", Dtype::F32, 1), slot("", Dtype::F32, 1)]),
    ];
    let bytes = checkpoint.to_bytes().unwrap();
    assert_eq!(Checkpoint::from_bytes(&bytes).unwrap(), checkpoint);
    assert_eq!(SafeTensors::deserialize(&bytes).unwrap().len(), 6);
}
