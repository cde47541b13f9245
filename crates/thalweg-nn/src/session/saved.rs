//! The checkpoint of a run: one safetensors file with everything to go on from.
//!
//! Tensors: `weights/LABEL` in f32 and `optimizer/LABEL`, the bytes of a thalweg checkpoint, for each
//! method. Metadata: one text, a checksum of all that follows it and of all tensors in eight hexadecimal digits, a
//! space, and JSON with the step and how long each journal is.

use std::collections::BTreeMap;
use std::path::Path;

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use serde::{Deserialize, Serialize};
use thalweg::checkpoint::Checkpoint;
use thalweg::file;

use super::SessionError;
use crate::compare::{ContenderState, Spent, State};

/// The metadata's key.
const KEY: &str = "thalweg_training";
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Head {
    version: u32,
    step: u64,
    journals: BTreeMap<String, u64>,
    contenders: Vec<ContenderHead>,
}

#[derive(Serialize, Deserialize)]
struct ContenderHead {
    label: String,
    diverged_at: Option<u64>,
    samples: u64,
    gradient_seconds: f64,
    optimizer_seconds: f64,
}

/// Writes a comparison's state and how long the run's journals are. Killed at any moment, the
/// file is the old one or the new one.
pub fn write(
    path: &Path,
    state: &State,
    journals: BTreeMap<String, u64>,
) -> Result<(), SessionError> {
    let mut parts = BTreeMap::new();
    for it in &state.contenders {
        let weights: Vec<u8> = it.weights.iter().flat_map(|w| w.to_le_bytes()).collect();
        parts.insert(format!("weights/{}", it.label), (Dtype::F32, weights));
        let bytes = it.optimizer.to_bytes()?;
        parts.insert(format!("optimizer/{}", it.label), (Dtype::U8, bytes));
    }
    let head = Head {
        version: VERSION,
        step: state.step,
        journals,
        contenders: state
            .contenders
            .iter()
            .map(|it| ContenderHead {
                label: it.label.clone(),
                diverged_at: it.diverged_at,
                samples: it.spent.samples,
                gradient_seconds: it.spent.gradients.as_secs_f64(),
                optimizer_seconds: it.spent.optimizer.as_secs_f64(),
            })
            .collect(),
    };
    let head = serde_json::to_string(&head).map_err(std::io::Error::other)?;
    let checksum =
        checksum(&head, parts.iter().map(|(name, (_, bytes))| (name.as_str(), bytes.as_slice())));
    let views = parts.iter().map(|(name, (dtype, bytes))| {
        let shape = vec![bytes.len() * 8 / dtype.bitsize()];
        Ok((name.as_str(), TensorView::new(*dtype, shape, bytes)?))
    });
    let views: Vec<_> = views.collect::<Result<_, safetensors::SafeTensorError>>()?;
    let metadata = [(KEY.to_owned(), format!("{checksum} {head}"))].into();
    let bytes = safetensors::serialize(views, Some(metadata))?;
    file::replace_durably(path, |out| out.write_all(&bytes))
        .map_err(|source| SessionError::write(path, source))
}

/// Reads what [`write`] wrote.
pub fn read(path: &Path) -> Result<(State, BTreeMap<String, u64>), SessionError> {
    let bytes = std::fs::read(path).map_err(|source| SessionError::read(path, source))?;
    decode(&bytes).map_err(|what| SessionError::Damaged { path: path.to_owned(), what })
}

fn decode(bytes: &[u8]) -> Result<(State, BTreeMap<String, u64>), String> {
    let said = |error: safetensors::SafeTensorError| error.to_string();
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(said)?;
    let text = metadata.metadata().as_ref().and_then(|texts| texts.get(KEY)?.split_once(' '));
    let (stated, head_text) = text.ok_or("it is no checkpoint of a training run")?;
    let head: Head = serde_json::from_str(head_text).map_err(|error| error.to_string())?;
    if head.version != VERSION {
        return Err(format!("it is of version {}; this program knows {VERSION}", head.version));
    }
    let tensors = SafeTensors::deserialize(bytes).map_err(said)?;
    let all: BTreeMap<String, TensorView> = tensors.tensors().into_iter().collect();
    if checksum(head_text, all.iter().map(|(name, view)| (name.as_str(), view.data()))) != stated {
        return Err("its checksum does not match".to_owned());
    }
    let contender = |it: ContenderHead| {
        let part = |kind: &str| {
            let name = format!("{kind}/{}", it.label);
            all.get(&name).map(TensorView::data).ok_or(format!("it has no `{name}`"))
        };
        let (weights, _) = part("weights")?.as_chunks::<4>();
        Ok(ContenderState {
            weights: weights.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect(),
            optimizer: Checkpoint::from_bytes(part("optimizer")?)
                .map_err(|error| error.to_string())?,
            diverged_at: it.diverged_at,
            spent: Spent::from_seconds(it.samples, it.gradient_seconds, it.optimizer_seconds),
            label: it.label,
        })
    };
    let contenders = head.contenders.into_iter().map(contender).collect::<Result<_, String>>()?;
    Ok((State { step: head.step, contenders }, head.journals))
}

fn checksum<'a>(head: &str, parts: impl Iterator<Item = (&'a str, &'a [u8])>) -> String {
    let crc = parts.fold(crc32c::crc32c(head.as_bytes()), |crc, (name, bytes)| {
        crc32c::crc32c_append(crc32c::crc32c_append(crc, name.as_bytes()), bytes)
    });
    format!("{crc:08x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::{Comparison, Task, Training, methods};
    use crate::data::{Dataset, Source, Split};
    use crate::network::Network;

    /// A checkpoint's bytes, and what it says.
    fn checkpoint() -> (Vec<u8>, State, BTreeMap<String, u64>) {
        let source = Source::parse("blobs:samples=40,classes=2").unwrap();
        let data = Dataset::load(&source, &Split::default()).unwrap();
        let network: Network = "softmax".parse().unwrap();
        let task = Task::classification(move |vars| network.build(&vars, 2, 2));
        let training = Training { epochs: 1, batch: 10, seed: 0 };
        let methods = methods(&["sgd", "adam"]).unwrap();
        let mut comparison =
            Comparison::new(&data.train, &data.test, task, &methods, training).unwrap();
        comparison.advance().unwrap();
        let state = comparison.state().unwrap();
        let journals = BTreeMap::from([("metrics.jsonl".to_owned(), 280), ("other".to_owned(), 7)]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoint");
        write(&path, &state, journals.clone()).unwrap();
        (std::fs::read(&path).unwrap(), state, journals)
    }

    #[test]
    fn what_is_written_is_read() {
        let (bytes, state, journals) = checkpoint();
        let (read, lengths) = decode(&bytes).unwrap();
        assert_eq!((read.step, &read.contenders[1].label), (1, &state.contenders[1].label));
        for (read, written) in read.contenders.iter().zip(&state.contenders) {
            assert_eq!((&read.weights, &read.optimizer), (&written.weights, &written.optimizer));
        }
        assert_eq!(lengths, journals);
    }

    #[test]
    fn every_changed_byte_is_noticed_or_changes_nothing() {
        let (bytes, ..) = checkpoint();
        let whole = decode(&bytes).unwrap();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            for flip in [1, 2, 0x80] {
                damaged[at] = bytes[at] ^ flip;
                if let Ok(read) = decode(&damaged) {
                    assert_eq!(read, whole, "byte {at}");
                }
            }
        }
    }

    #[test]
    fn every_cut_is_noticed() {
        let (bytes, ..) = checkpoint();
        for length in 0..bytes.len() {
            let what = decode(&bytes[..length]).unwrap_err();
            assert!(!what.contains("::"), "{what}");
        }
    }
}
