//! A checkpoint without its tensors, as the strings of the file's metadata.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::Write;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Checkpoint, CheckpointError, Dtype, SavedParameter, SavedSchedule, SavedSlot};

/// The first value of the metadata.
const FORMAT: &str = "thalweg checkpoint";

/// The metadata, in the order of the file. Safetensors requires every value to be a string.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields {
    format: String,
    version: String,
    header_crc32: String,
    pub(super) data_crc32: String,
    optimizer: String,
    arithmetic: String,
    state_type: String,
    steps: String,
    skipped: String,
    settings: String,
    schedules: String,
    parameters: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScheduleText {
    hyperparameter: String,
    schedule: String,
    memory: Vec<String>,
}

/// A parameter with the sizes of its slots in place of their bytes.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ParameterText {
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
    steps: u64,
    first_element: u64,
    group: Option<usize>,
    pub(super) slots: Vec<SlotText>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SlotText {
    pub(super) name: String,
    dtype: String,
    pub(super) elements: usize,
}

impl SlotText {
    pub(super) fn dtype(&self) -> Result<Dtype, CheckpointError> {
        dtype(&self.dtype)
    }
}

impl Fields {
    /// The metadata of a checkpoint.
    pub(super) fn of(
        checkpoint: &Checkpoint,
        parameters: &[ParameterText],
        header_crc32: String,
        data_crc32: String,
    ) -> Result<Self, CheckpointError> {
        let schedules = checkpoint.schedules.iter().map(|saved| ScheduleText {
            hyperparameter: saved.hyperparameter.clone(),
            schedule: saved.schedule.clone(),
            memory: saved.memory.iter().map(|&x| exact(x)).collect(),
        });
        Ok(Self {
            format: FORMAT.to_owned(),
            version: Checkpoint::VERSION.to_string(),
            header_crc32,
            data_crc32,
            optimizer: checkpoint.optimizer.clone(),
            arithmetic: checkpoint.arithmetic.name().to_owned(),
            state_type: checkpoint.state_type.name().to_owned(),
            steps: checkpoint.steps.to_string(),
            skipped: checkpoint.skipped.to_string(),
            settings: json("settings", &checkpoint.settings)?,
            schedules: json("schedules", &schedules.collect::<Vec<_>>())?,
            parameters: json("parameters", &parameters)?,
        })
    }

    /// The parameters with the sizes of their slots.
    pub(super) fn parameters(&self) -> Result<Vec<ParameterText>, CheckpointError> {
        from_json("parameters", &self.parameters)
    }

    /// The checkpoint with this metadata, with empty slots.
    pub(super) fn checkpoint(
        &self,
        parameters: &[ParameterText],
    ) -> Result<Checkpoint, CheckpointError> {
        let settings: BTreeMap<String, String> = from_json("settings", &self.settings)?;
        let schedules: Vec<ScheduleText> = from_json("schedules", &self.schedules)?;
        Ok(Checkpoint {
            optimizer: self.optimizer.clone(),
            arithmetic: dtype(&self.arithmetic)?,
            state_type: dtype(&self.state_type)?,
            steps: count("steps", &self.steps)?,
            skipped: count("skipped", &self.skipped)?,
            settings,
            schedules: schedules.into_iter().map(ScheduleText::open).collect::<Result<_, _>>()?,
            parameters: parameters.iter().map(ParameterText::open).collect::<Result<_, _>>()?,
        })
    }
}

impl ScheduleText {
    fn open(self) -> Result<SavedSchedule, CheckpointError> {
        let memory = self.memory.iter().map(|text| from_exact(text)).collect::<Result<_, _>>()?;
        Ok(SavedSchedule { hyperparameter: self.hyperparameter, schedule: self.schedule, memory })
    }
}

impl ParameterText {
    pub(super) fn of(parameter: &SavedParameter) -> Result<Self, CheckpointError> {
        Ok(Self {
            name: parameter.name.clone(),
            shape: parameter.shape.clone(),
            steps: parameter.steps,
            first_element: parameter.first_element,
            group: parameter.group,
            slots: parameter
                .slots
                .iter()
                .map(|slot| SlotText::of(&parameter.name, slot))
                .collect::<Result<_, _>>()?,
        })
    }

    fn open(&self) -> Result<SavedParameter, CheckpointError> {
        let empty = |slot: &SlotText| {
            Ok(SavedSlot { name: slot.name.clone(), dtype: slot.dtype()?, bytes: Vec::new() })
        };
        Ok(SavedParameter {
            name: self.name.clone(),
            shape: self.shape.clone(),
            steps: self.steps,
            first_element: self.first_element,
            group: self.group,
            slots: self.slots.iter().map(empty).collect::<Result<_, CheckpointError>>()?,
        })
    }
}

impl SlotText {
    fn of(parameter: &str, slot: &SavedSlot) -> Result<Self, CheckpointError> {
        let (bytes, size) = (slot.bytes.len(), slot.dtype.size());
        if bytes % size != 0 {
            return Err(CheckpointError::malformed(format!(
                "slot `{}` of parameter `{parameter}` has {bytes} bytes, but an element of type \
                 {} takes {size}",
                slot.name,
                slot.dtype.name(),
            )));
        }
        let dtype = slot.dtype.name().to_owned();
        Ok(Self { name: slot.name.clone(), dtype, elements: bytes / size })
    }
}

/// Eight digits.
pub(super) fn hex(crc: u32) -> String {
    format!("{crc:08x}")
}

/// The shortest text from which the same bits can be read again.
fn exact(x: f64) -> String {
    if x.is_nan() { format!("nan:{:016x}", x.to_bits()) } else { format!("{x:?}") }
}

fn from_exact(text: &str) -> Result<f64, CheckpointError> {
    let number = match text.strip_prefix("nan:") {
        Some(bits) => u64::from_str_radix(bits, 16).ok().map(f64::from_bits),
        None => text.parse().ok(),
    };
    number.ok_or_else(|| {
        CheckpointError::malformed(format!("`{text}` in a schedule's memory is not a number"))
    })
}

fn count(key: &str, text: &str) -> Result<u64, CheckpointError> {
    text.parse().map_err(|_| {
        CheckpointError::malformed(format!("{key} is `{text}`, but a whole number is needed"))
    })
}

fn dtype(name: &str) -> Result<Dtype, CheckpointError> {
    Dtype::ALL.into_iter().find(|dtype| dtype.name() == name).ok_or_else(|| {
        CheckpointError::malformed(format!(
            "`{name}` is not a type; the types are bf16, f16, f32 and f64"
        ))
    })
}

fn json(key: &str, value: &impl Serialize) -> Result<String, CheckpointError> {
    let malformed = |error: &dyn Display| {
        CheckpointError::malformed(format!("{key} cannot be written: {error}"))
    };
    let mut text = Vec::new();
    // Every writer and reader has one type, so that the code for it is compiled once.
    serde_json::to_writer(&mut text as &mut dyn Write, value).map_err(|error| malformed(&error))?;
    String::from_utf8(text).map_err(|error| malformed(&error))
}

fn from_json<T: DeserializeOwned>(key: &str, text: &str) -> Result<T, CheckpointError> {
    serde_json::from_slice(text.as_bytes())
        .map_err(|error| CheckpointError::malformed(format!("{key} cannot be read: {error}")))
}
