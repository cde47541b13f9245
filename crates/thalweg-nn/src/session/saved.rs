//! The checkpoint of a run: one safetensors file with the state to resume from.
//!
//! Tensors: `weights/LABEL` in f32 and `optimizer/LABEL`, the bytes of a thalweg checkpoint, for each
//! method, and `buffers/LABEL` in f32, the running statistics of a network that has any. Metadata: one text: a checksum of the rest of the text and of all tensors in eight hexadecimal
//! digits, a space, and JSON with the step and the length of each log.

use std::collections::BTreeMap;
use std::path::Path;

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use serde::{Deserialize, Serialize};
use thalweg::checkpoint::Checkpoint;
use thalweg::internal::file;

use super::bytes;
use super::error::SessionError;
use crate::compare::{MethodState, State, Timing};
use crate::weights::Values;

/// The checkpoint's name in the folder of a run.
pub const CHECKPOINT: &str = "checkpoint.safetensors";
/// The metadata's key.
const KEY: &str = "thalweg_training";
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Head {
    version: u32,
    step: u64,
    /// Lengths by file name.
    #[serde(rename = "journals")]
    logs: BTreeMap<String, u64>,
    #[serde(rename = "contenders")]
    methods: Vec<MethodHead>,
}

#[derive(Serialize, Deserialize)]
struct MethodHead {
    label: String,
    diverged_at: Option<u64>,
    samples: u64,
    gradient_seconds: f64,
    optimizer_seconds: f64,
}

/// Writes the state of a comparison and the lengths of the logs, atomically: if the process is killed,
/// the file is the old one or the new one.
pub fn write(path: &Path, state: &State, logs: BTreeMap<String, u64>) -> Result<(), SessionError> {
    let mut parts = BTreeMap::new();
    for it in &state.methods {
        let Values { weights, buffers } = &it.values;
        parts.insert(format!("weights/{}", it.label), (Dtype::F32, bytes::of(weights)));
        if !buffers.is_empty() {
            parts.insert(format!("buffers/{}", it.label), (Dtype::F32, bytes::of(buffers)));
        }
        let bytes = it.optimizer.to_bytes()?;
        parts.insert(format!("optimizer/{}", it.label), (Dtype::U8, bytes));
    }
    let head = Head {
        version: VERSION,
        step: state.step,
        logs,
        methods: state
            .methods
            .iter()
            .map(|it| MethodHead {
                label: it.label.clone(),
                diverged_at: it.diverged_at,
                samples: it.timing.samples,
                gradient_seconds: it.timing.gradients.as_secs_f64(),
                optimizer_seconds: it.timing.optimizer.as_secs_f64(),
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
    let text_of = |error: safetensors::SafeTensorError| error.to_string();
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(text_of)?;
    let text = metadata.metadata().as_ref().and_then(|texts| texts.get(KEY)?.split_once(' '));
    let (stated, head_text) = text.ok_or("it is not a checkpoint of a training run")?;
    let head: Head = serde_json::from_str(head_text).map_err(|error| error.to_string())?;
    if head.version != VERSION {
        return Err(format!(
            "it has version {}; this program reads version {VERSION}",
            head.version
        ));
    }
    let tensors = SafeTensors::deserialize(bytes).map_err(text_of)?;
    let all: BTreeMap<String, TensorView> = tensors.tensors().into_iter().collect();
    if checksum(head_text, all.iter().map(|(name, view)| (name.as_str(), view.data()))) != stated {
        return Err("its checksum does not match".to_owned());
    }
    let method = |it: MethodHead| {
        let part = |kind: &str| {
            let name = format!("{kind}/{}", it.label);
            all.get(&name).map(TensorView::data).ok_or(format!("it has no `{name}`"))
        };
        Ok(MethodState {
            values: Values {
                weights: bytes::floats(part("weights")?),
                buffers: part("buffers").map(bytes::floats).unwrap_or_default(),
            },
            optimizer: Checkpoint::from_bytes(part("optimizer")?)
                .map_err(|error| error.to_string())?,
            diverged_at: it.diverged_at,
            timing: Timing::from_seconds(it.samples, it.gradient_seconds, it.optimizer_seconds),
            label: it.label,
        })
    };
    let methods = head.methods.into_iter().map(method).collect::<Result<_, String>>()?;
    Ok((State { step: head.step, methods }, head.logs))
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
        let logs = BTreeMap::from([("metrics.jsonl".to_owned(), 280), ("other".to_owned(), 7)]);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("checkpoint");
        write(&path, &state, logs.clone()).unwrap();
        (std::fs::read(&path).unwrap(), state, logs)
    }

    #[test]
    fn what_is_written_is_read() {
        let (bytes, state, logs) = checkpoint();
        let (read, lengths) = decode(&bytes).unwrap();
        assert_eq!((read.step, &read.methods[1].label), (1, &state.methods[1].label));
        for (read, written) in read.methods.iter().zip(&state.methods) {
            assert_eq!((&read.values, &read.optimizer), (&written.values, &written.optimizer));
        }
        assert_eq!(lengths, logs);
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
