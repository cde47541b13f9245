//! Optimizers to checkpoints and back.

use std::collections::BTreeMap;
use std::path::Path;

use crate::checkpoint::{Checkpoint, SavedParameter, SavedSchedule, Slot};
use crate::clip::Clip;
use crate::error::{CheckpointMismatch, LoadError};
use crate::group::Group;
use crate::hyperparameter::Value;
use crate::lane::{Lane, lanes};
use crate::memory::State;
use crate::method::{Method, spec_text};
use crate::optimizer::{Entry, Optimizer};
use crate::real::Real;
use crate::schedule::Schedule;
use crate::spec::Spec;
use crate::storage::Dtype;

/// The slot under which a moving average of the weights is saved, and the setting that keeps one.
const AVERAGE: &str = "average";

/// Other settings.
const CLIP: &str = "clip";
const ELEMENTS: &str = "elements";
const GROUPS: &str = "groups";
const LOSS_SCALE: &str = "loss_scale";
const NON_FINITE: &str = "non_finite";
const ROUNDING: &str = "rounding";

impl<R: Real, M: Method<R>> Optimizer<R, M> {
    /// Writes all that the optimizer remembers as one safetensors file: method, groups,
    /// schedules, step counts, state. The weights themselves are the model's to save.
    ///
    /// The file is written beside its place, synced to disk and renamed: whenever the process is
    /// killed, the file is the old one or the new one. A run that goes on from it gives the same
    /// bits as one that never stopped.
    ///
    /// ```
    /// use thalweg::{Optimizer, rules::Adam};
    ///
    /// # let folder = std::env::temp_dir().join(format!("thalweg-doc-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// # let path = folder.join("run.safetensors");
    /// let mut w = [1.0_f32];
    /// let mut optimizer: Optimizer<f32, Adam> = Optimizer::new(Adam::default())?;
    /// optimizer.step([("w", &mut w, &[0.5_f32])])?;
    /// optimizer.save(&path)?;
    ///
    /// let mut resumed: Optimizer<f32, Adam> = Optimizer::new(Adam::default())?;
    /// resumed.load(&path)?;
    /// assert_eq!(resumed.state("w", "m"), optimizer.state("w", "m"));
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`LoadError::File`] with the path and what the system said; a file that was there before
    /// still is.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), LoadError> {
        Ok(self.to_checkpoint().write(path)?)
    }

    /// All that the optimizer remembers, as plain data.
    pub fn to_checkpoint(&self) -> Checkpoint {
        let settings = &self.settings;
        let hyperparameters = settings.method.hyperparameters().into_iter();
        // State is saved as the next step will have it, which is what it is loaded for: a
        // schedule may be about to change the slots.
        let next = lanes(settings, Some(self.steps)).ok();
        let mut texts: BTreeMap<String, String> = self
            .shared_settings()
            .filter_map(|(key, text)| Some((key.to_owned(), text?)))
            .collect();
        texts.insert(ELEMENTS.to_owned(), self.elements.to_string());
        texts.insert(LOSS_SCALE.to_owned(), format!("{:?}", settings.loss_scale));
        Checkpoint {
            optimizer: spec_text(&settings.method.name(), hyperparameters),
            arithmetic: R::DTYPE,
            state_type: settings.state_type,
            steps: self.steps,
            skipped: self.skipped,
            settings: texts,
            schedules: settings
                .schedules
                .iter()
                .map(|(hyperparameter, schedule)| SavedSchedule {
                    hyperparameter: hyperparameter.clone(),
                    schedule: schedule.to_string(),
                    memory: schedule.memory(),
                })
                .collect(),
            parameters: self
                .entries
                .iter()
                .filter_map(|(name, entry)| self.saved(name, entry, next.as_deref()))
                .collect(),
        }
    }

    /// What there is to save of a parameter: without a step, that it is known and how large it is.
    fn saved(
        &self,
        name: &str,
        entry: &Entry<R>,
        next: Option<&[Lane<R>]>,
    ) -> Option<SavedParameter> {
        let slot = |name: &str, dtype, values: &[R]| Slot {
            name: name.to_owned(),
            dtype,
            bytes: bytes_of(values, dtype),
        };
        let mut slots = Vec::new();
        if let (Some(state), Some(Some(now))) = (&entry.state, self.lanes.get(entry.lane)) {
            let next = next.and_then(|next| next.get(entry.lane)?.as_ref()).unwrap_or(now);
            let values = now.carry(next, state, entry.len);
            let state_type = self.settings.state_type;
            slots.extend(next.names.iter().zip(values).map(|(k, v)| slot(k, state_type, &v)));
        }
        slots.extend(entry.average.iter().map(|average| slot(AVERAGE, R::DTYPE, average)));
        entry.is_sized().then(|| SavedParameter {
            name: name.to_owned(),
            shape: entry.shape.clone().unwrap_or_else(|| vec![entry.len]),
            steps: entry.steps,
            first_element: entry.first_element,
            group: entry.lane.checked_sub(1),
            slots,
        })
    }

    /// Takes over what a file remembers. The method has to be the same, and groups, schedules,
    /// clipping and types too; the values of hyperparameters come from the file.
    ///
    /// If parameters are [registered](Self::register) or have been stepped, the file has to have
    /// the same, with the same shapes.
    ///
    /// # Errors
    /// [`LoadError::File`] if the file cannot be read or is damaged,
    /// [`LoadError::Mismatch`] if it does not fit, with what differs. Nothing has changed then.
    pub fn load(&mut self, path: impl AsRef<Path>) -> Result<(), LoadError> {
        self.restore(&Checkpoint::read(path)?)
    }

    /// Takes over what a checkpoint remembers, as [`load`](Self::load).
    ///
    /// # Errors
    /// [`LoadError::Mismatch`]; nothing has changed then.
    pub fn restore(&mut self, checkpoint: &Checkpoint) -> Result<(), LoadError> {
        let (method, schedules, loss_scale) = self.fit(checkpoint)?;
        // Everything that can fail is done on the side.
        let mut settings = self.settings.clone();
        settings.method = method;
        settings.schedules = schedules;
        settings.loss_scale = loss_scale;
        let now = lanes(&settings, Some(checkpoint.steps))?;
        let mut fresh = Self::from_parts(settings, now);
        for saved in &checkpoint.parameters {
            let entry = fresh.entry(saved)?;
            fresh.entries.insert(saved.name.clone(), entry);
        }
        self.compare_parameters(&fresh)?;
        let elements = checkpoint.settings.get(ELEMENTS).and_then(|text| text.parse().ok());
        fresh.elements = elements.ok_or_else(|| mismatch("elements", "none", "a whole number"))?;
        (fresh.steps, fresh.skipped) = (checkpoint.steps, checkpoint.skipped);
        // A run that has taken a step has held its patterns against the names of all parameters.
        fresh.patterns_checked = self.patterns_checked || checkpoint.steps > 0;
        // Entries that stay know the number of the call that saw them last.
        fresh.call = self.call;
        // Parameters that are known and have no state in the file, frozen ones above all.
        for (name, entry) in std::mem::take(&mut self.entries) {
            if !fresh.entries.contains_key(&name) {
                fresh.entries.insert(name, entry.unstepped());
            }
        }
        *self = fresh;
        Ok(())
    }

    /// Compares what has to be the same, and gives what comes from the file.
    #[expect(clippy::type_complexity, reason = "used once")]
    fn fit(&self, checkpoint: &Checkpoint) -> Result<(M, Vec<(String, Schedule)>, f64), LoadError> {
        let settings = &self.settings;
        let (name, values) =
            checkpoint.optimizer.split_once(':').unwrap_or((&checkpoint.optimizer, ""));
        same("optimizer", name, &settings.method.name())?;
        same("arithmetic", checkpoint.arithmetic.name(), R::NAME)?;
        same("state type", checkpoint.state_type.name(), settings.state_type.name())?;
        for (key, ours) in self.shared_settings() {
            let theirs = checkpoint.settings.get(key).map_or("none", String::as_str);
            same(key, theirs, ours.as_deref().unwrap_or("none"))?;
        }
        let expected: Vec<&String> = settings.schedules.iter().map(|(name, _)| name).collect();
        let found: Vec<&String> = checkpoint.schedules.iter().map(|s| &s.hyperparameter).collect();
        same("scheduled hyperparameters", &format!("{found:?}"), &format!("{expected:?}"))?;
        let mut schedules = settings.schedules.clone();
        for ((hyperparameter, schedule), saved) in schedules.iter_mut().zip(&checkpoint.schedules) {
            let what = format!("schedule of {hyperparameter}");
            same(&what, &saved.schedule, &schedule.to_string())?;
            schedule.restore(&saved.memory).map_err(|error| {
                mismatch(&what, &error.to_string(), "what such a schedule remembers")
            })?;
        }
        let scale = checkpoint.settings.get(LOSS_SCALE).and_then(|text| text.parse().ok());
        let scale = scale
            .filter(|&scale| crate::builder::loss_scale_is_valid::<R>(scale))
            .ok_or_else(|| mismatch("loss scale", "none", "a number above 0"))?;
        Ok((with_values(settings.method.clone(), values)?, schedules, scale))
    }

    /// The settings that a checkpoint must share, where they are made.
    fn shared_settings(&self) -> impl Iterator<Item = (&'static str, Option<String>)> {
        let settings = &self.settings;
        let groups: Vec<String> = settings.groups.iter().map(Group::to_string).collect();
        [
            (CLIP, Some(settings.clip.to_string())),
            (GROUPS, (!groups.is_empty()).then(|| groups.join("; "))),
            (AVERAGE, settings.average.map(|decay| format!("{decay:?}"))),
            (ROUNDING, Some(settings.rounding.to_string())),
            (NON_FINITE, Some(settings.non_finite.to_string())),
        ]
        .into_iter()
    }

    /// A parameter as the checkpoint remembers it.
    fn entry(&self, saved: &SavedParameter) -> Result<Entry<R>, LoadError> {
        let what = |what: &str| format!("{what} of `{}`", saved.name);
        let lane = self.lane_for(&saved.name);
        let group = |lane: Option<usize>| match lane {
            Some(group) => format!("group {group}"),
            None => "no group".to_owned(),
        };
        same(&what("group"), &group(saved.group), &group(lane.checked_sub(1)))?;
        let len = saved.shape.iter().try_fold(1_usize, |len, &n| len.checked_mul(n));
        let len =
            len.ok_or_else(|| mismatch(&what("shape"), "too large", "one that fits memory"))?;
        let mut entry = Entry::new(lane, 0);
        entry.len = len;
        // A list of numbers may have been the elements of any array.
        entry.shape = (saved.shape.len() != 1).then(|| saved.shape.clone());
        if saved.steps == 0 && saved.slots.is_empty() {
            entry.shape = Some(saved.shape.clone());
            return Ok(entry);
        }
        let Some(Some(track)) = self.lanes.get(lane) else {
            return Err(mismatch(&what("state"), "some", "none, as the parameter is frozen"));
        };
        let mut expected = track.names.clone();
        expected.extend(self.settings.average.map(|_| AVERAGE.to_owned()));
        let found: Vec<&str> = saved.slots.iter().map(|slot| slot.name.as_str()).collect();
        same(&what("state"), &found.join(", "), &expected.join(", "))?;

        let dtype_of = |k: usize| match k == track.names.len() {
            true => R::DTYPE,
            false => self.settings.state_type,
        };
        // All of it before any memory is taken for as many elements as the shape says.
        for (k, slot) in saved.slots.iter().enumerate() {
            let dtype = dtype_of(k);
            same(&what(&format!("type of {}", slot.name)), slot.dtype.name(), dtype.name())?;
            if len.checked_mul(dtype.size()) != Some(slot.bytes.len()) {
                let found = format!("{} bytes", slot.bytes.len());
                let expected = format!("{} for each of {len} elements", dtype.size());
                return Err(mismatch(&what(&format!("size of {}", slot.name)), &found, &expected));
            }
        }
        let half = self.settings.state_type != R::DTYPE;
        let mut state = State::zeroed(len, track.names.len(), half, self.settings.large_pages);
        for (k, slot) in saved.slots.iter().enumerate() {
            let (is_average, dtype) = (k == track.names.len(), dtype_of(k));
            let values: Vec<R> =
                slot.bytes.chunks_exact(dtype.size()).map(|bytes| number(bytes, dtype)).collect();
            if is_average {
                entry.average = Some(values);
            } else {
                state.write(len, track.names.len(), k, |i| values[i]);
            }
        }
        entry.state = Some(state);
        (entry.steps, entry.first_element) = (saved.steps, saved.first_element);
        Ok(entry)
    }

    /// That parameters known here are those of the file.
    fn compare_parameters(&self, file: &Self) -> Result<(), LoadError> {
        if self.entries.is_empty() {
            return Ok(());
        }
        let stepped = |lane: usize| self.lanes.get(lane).is_some_and(Option::is_some);
        for (name, entry) in &self.entries {
            match file.entries.get(name) {
                None if stepped(entry.lane) && entry.is_sized() => {
                    return Err(CheckpointMismatch::MissingParameter { name: name.clone() }.into());
                }
                Some(found) if entry.is_sized() => {
                    let shape =
                        |entry: &Entry<R>| entry.shape.clone().unwrap_or_else(|| vec![entry.len]);
                    let (found, expected) = (shape(found), shape(entry));
                    if found != expected {
                        let what = format!("shape of `{name}`");
                        let (found, expected) = (format!("{found:?}"), format!("{expected:?}"));
                        return Err(mismatch(&what, &found, &expected));
                    }
                }
                _ => {}
            }
        }
        match file.entries.keys().find(|name| !self.entries.contains_key(*name)) {
            Some(name) => Err(CheckpointMismatch::UnknownParameter { name: name.clone() }.into()),
            None => Ok(()),
        }
    }
}

impl<R: Real> Optimizer<R, Spec>
where
    Spec: Method<R>,
{
    /// The optimizer that a file remembers, with its groups, schedules and settings.
    ///
    /// # Errors
    /// Those of [`load`](Self::load); a schedule that is a closure cannot come from a file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        let checkpoint = Checkpoint::read(path)?;
        let setting = |key: &str| checkpoint.settings.get(key);
        let mut builder = Self::builder(Spec::parse(&checkpoint.optimizer)?)
            .state_type(checkpoint.state_type)
            .groups(Group::parse_all(setting(GROUPS).map_or("", String::as_str))?);
        if let Some(clip) = setting(CLIP) {
            builder = builder.clip(clip.parse::<Clip>()?);
        }
        if let Some(rounding) = setting(ROUNDING) {
            builder = builder.rounding(rounding.parse()?);
        }
        if let Some(policy) = setting(NON_FINITE) {
            builder = builder.non_finite(policy.parse()?);
        }
        if let Some(decay) = setting(AVERAGE) {
            let decay = decay.parse().map_err(|_| mismatch(AVERAGE, decay, "a number"))?;
            builder = builder.average(decay);
        }
        for saved in &checkpoint.schedules {
            let schedule = Schedule::parse(&saved.schedule).map_err(|error| {
                let what = format!("schedule of {}", saved.hyperparameter);
                mismatch(&what, &error.to_string(), "a schedule that can be read")
            })?;
            builder = builder.schedule(&saved.hyperparameter, schedule);
        }
        let mut optimizer = builder.build()?;
        optimizer.restore(&checkpoint)?;
        Ok(optimizer)
    }
}

/// The method with the values that stand in `key=value,key=value`.
fn with_values<R: Real, M: Method<R>>(mut method: M, values: &str) -> Result<M, LoadError> {
    let mut left: Vec<(&str, Value)> = values
        .split(',')
        .filter_map(|setting| setting.split_once('='))
        .map(|(key, value)| (key, Value::guess(value)))
        .collect();
    // One value may only be possible once another is set; each round sets at least one.
    while !left.is_empty() {
        let before = left.len();
        let mut refused = None;
        left.retain(|(key, value)| match method.set(key, value.clone()) {
            Ok(()) => false,
            Err(error) => {
                refused = Some(error);
                true
            }
        });
        if left.len() == before
            && let Some(error) = refused
        {
            return Err(error.into());
        }
    }
    Ok(method)
}

fn mismatch(what: &str, found: &str, expected: &str) -> LoadError {
    let (what, found, expected) = (what.to_owned(), found.to_owned(), expected.to_owned());
    CheckpointMismatch::Differs { what, found, expected }.into()
}

fn same(what: &str, found: &str, expected: &str) -> Result<(), LoadError> {
    if found == expected { Ok(()) } else { Err(mismatch(what, found, expected)) }
}

fn bytes_of<R: Real>(values: &[R], dtype: Dtype) -> Vec<u8> {
    match dtype {
        Dtype::Bf16 => values.iter().flat_map(|x| x.to_bf16().to_le_bytes()).collect(),
        Dtype::F16 | Dtype::F32 => {
            values.iter().flat_map(|x| (x.to_f64() as f32).to_le_bytes()).collect()
        }
        Dtype::F64 => values.iter().flat_map(|x| x.to_f64().to_le_bytes()).collect(),
    }
}

fn number<R: Real>(bytes: &[u8], dtype: Dtype) -> R {
    match (dtype, bytes) {
        (Dtype::Bf16, &[a, b]) => R::from_bf16(u16::from_le_bytes([a, b])),
        (Dtype::F32, &[a, b, c, d]) => R::from_f64(f32::from_le_bytes([a, b, c, d]).into()),
        (_, bytes) => {
            bytes.try_into().map_or(R::ZERO, |bytes| R::from_f64(f64::from_le_bytes(bytes)))
        }
    }
}
