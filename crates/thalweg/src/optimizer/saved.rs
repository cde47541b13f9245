//! Optimizers to checkpoints and back.

use std::collections::BTreeMap;
use std::path::Path;

use super::clip::Clip;
use super::group::{Group, Treatment};
use super::group_kernels::{GroupKernel, carry, group_kernels};
use super::load_error::{CheckpointMismatch, LoadError};
use super::options::check_loss_scale;
use super::state::{Entry, Optimizer};
use super::transform::Transform;
use crate::checkpoint::{Checkpoint, SavedParameter, SavedSchedule, SavedSlot};
use crate::error::Error;
use crate::method::{Method, Registry, Spec};
use crate::schedule::Schedule;
use crate::settings::text::{self, Reader};
use crate::settings::{Accepts, Value};
use crate::storage::state::{State, slot_len};
use crate::storage::{Dtype, Real, Stored};

/// The slot under which a moving average of the weights is saved, and the setting that keeps one.
pub(super) const AVERAGE: &str = "average";
const LOOKAHEAD: &str = "lookahead";
const TRANSFORMS: &str = "transforms";

/// Other settings.
const CLIP: &str = "clip";
const ELEMENTS: &str = "elements";
const GROUPS: &str = "groups";
const LOSS_SCALE: &str = "loss_scale";
const MAXIMIZE: &str = "maximize";
const NON_FINITE: &str = "non_finite";
const ROUNDING: &str = "rounding";
/// How the settings with methods written as text begin; the name follows.
const RULE: &str = "rule ";

impl<R: Real, M: Method> Optimizer<R, M> {
    /// Saves the optimizer as one safetensors file: method, groups, schedules, step counts, state.
    /// The weights belong to the model and are not included.
    ///
    /// The file is written beside its target, synced to disk and renamed: whenever the process is
    /// killed, the file is the old one or the new one. A run that resumes from it gives the same
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
    /// [`LoadError::File`] with the path and the system's error; an earlier file is unchanged.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), LoadError> {
        Ok(self.to_checkpoint().write(path)?)
    }

    /// The optimizer's settings and state, as plain data.
    pub fn to_checkpoint(&self) -> Checkpoint {
        let options = &self.options;
        let hyperparameters = options.method.hyperparameters();
        // State is saved with the slots that the next step will use: a schedule may be about to
        // change them.
        let next = group_kernels::<R, M>(options, Some(self.steps)).ok();
        let mut texts: BTreeMap<String, String> = self
            .shared_settings()
            .filter_map(|(key, text)| Some((key.to_owned(), text?)))
            .collect();
        texts.extend(self.rule_texts().map(|(name, text)| (format!("{RULE}{name}"), text)));
        texts.insert(ELEMENTS.to_owned(), self.elements.to_string());
        texts.insert(LOSS_SCALE.to_owned(), format!("{:?}", options.loss_scale));
        Checkpoint {
            optimizer: text::write(
                &options.method.name(),
                &mut hyperparameters.iter().map(|(known, value)| (known.name, value.to_string())),
            ),
            arithmetic: R::DTYPE,
            state_type: options.keeping::<R>().dtype,
            steps: self.steps,
            skipped: self.skipped,
            settings: texts,
            schedules: options
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

    /// A parameter to be saved; before its first step, only its name and size.
    fn saved(
        &self,
        name: &str,
        entry: &Entry<R>,
        next: Option<&[Option<GroupKernel>]>,
    ) -> Option<SavedParameter> {
        let saved = |name: &str, dtype, values: &[R]| SavedSlot {
            name: name.to_owned(),
            dtype,
            bytes: bytes_of(values, dtype),
        };
        let mut slots = Vec::new();
        if let (Some(state), Some(Some(now))) = (&entry.state, self.kernels.get(entry.kernel)) {
            let keeping = self.options.keeping::<R>();
            let next = next.and_then(|next| next.get(entry.kernel)?.as_ref()).unwrap_or(now);
            let [now, next] = [now, next].map(|group| group.slots(entry.kernel_shape()));
            let fresh = State::new(next, &entry.shape(), keeping);
            for (k, values) in carry(now, next, state, &fresh).enumerate() {
                slots.push(saved(&next[k].name, keeping.dtype_of::<R>(&next[k]), &values));
            }
        }
        slots.extend(entry.average.iter().map(|average| saved(AVERAGE, R::DTYPE, average)));
        entry.is_sized().then(|| SavedParameter {
            name: name.to_owned(),
            shape: entry.shape(),
            steps: entry.steps,
            first_element: entry.first_element,
            group: entry.kernel.checked_sub(1),
            slots,
        })
    }

    /// Loads the state from a file. Method, groups, schedules, clipping and types must be the same;
    /// the values of hyperparameters come from the file.
    ///
    /// If parameters are [registered](Self::register) or have been stepped, the file must have the
    /// same ones, with the same shapes.
    ///
    /// # Errors
    /// [`LoadError::File`] if the file cannot be read or is damaged, [`LoadError::Mismatch`] if the
    /// file differs from the optimizer, with what differs. Nothing has changed then.
    pub fn load(&mut self, path: impl AsRef<Path>) -> Result<(), LoadError> {
        self.restore(&Checkpoint::read(path)?)
    }

    /// Loads the state from a checkpoint, as [`load`](Self::load) does from a file.
    ///
    /// # Errors
    /// [`LoadError::Mismatch`]; nothing has changed then.
    pub fn restore(&mut self, checkpoint: &Checkpoint) -> Result<(), LoadError> {
        let (method, schedules, loss_scale) = self.fit(checkpoint)?;
        // Everything that can fail works on a copy.
        let mut options = self.options.clone();
        options.method = method;
        options.schedules = schedules;
        options.loss_scale = loss_scale;
        let kernels = group_kernels::<R, M>(&options, Some(checkpoint.steps))?;
        let mut fresh = Self::from_parts(options, kernels);
        for saved in &checkpoint.parameters {
            let entry = fresh.entry(saved)?;
            fresh.entries.insert(saved.name.clone(), entry);
        }
        self.compare_parameters(&fresh)?;
        let elements = checkpoint.settings.get(ELEMENTS).and_then(|text| text.parse().ok());
        fresh.elements = elements.ok_or_else(|| mismatch("elements", "none", "a whole number"))?;
        (fresh.steps, fresh.skipped) = (checkpoint.steps, checkpoint.skipped);
        // A run that has taken a step has matched its patterns against the names of all parameters.
        fresh.patterns_checked = self.patterns_checked || checkpoint.steps > 0;
        // Entries that stay know the number of the call that saw them last.
        fresh.call = self.call;
        // Known parameters without state in the file, such as frozen ones.
        for (name, entry) in std::mem::take(&mut self.entries) {
            if !fresh.entries.contains_key(&name) {
                fresh.entries.insert(name, entry.unstepped());
            }
        }
        *self = fresh;
        Ok(())
    }

    /// Compares what must be the same, and returns what comes from the file.
    #[expect(clippy::type_complexity, reason = "used once")]
    fn fit(&self, checkpoint: &Checkpoint) -> Result<(M, Vec<(String, Schedule)>, f64), LoadError> {
        let options = &self.options;
        let reader = Reader { text: &checkpoint.optimizer, thing: "optimizer", key: "value" };
        let malformed = |found: &str| mismatch("optimizer", found, "an optimizer with its values");
        let (name, values) = reader.name(reader.text).map_err(|error| malformed(&error.problem))?;
        same("optimizer", name, &options.method.name())?;
        same("arithmetic", checkpoint.arithmetic.name(), R::NAME)?;
        let state_type = options.keeping::<R>().dtype;
        same("state type", checkpoint.state_type.name(), state_type.name())?;
        for (key, ours) in self.shared_settings() {
            let theirs = checkpoint.settings.get(key).map_or("none", String::as_str);
            same(key, theirs, ours.as_deref().unwrap_or("none"))?;
        }
        for (name, ours) in self.rule_texts() {
            let theirs =
                checkpoint.settings.get(&format!("{RULE}{name}")).map_or("", String::as_str);
            let lines = ours.lines().map(Some).chain(std::iter::repeat(None));
            let theirs = theirs.lines().map(Some).chain(std::iter::repeat(None));
            let longest = ours.lines().count() + 1;
            for (k, (ours, theirs)) in lines.zip(theirs).enumerate().take(longest) {
                let what = format!("line {} of {name}", k + 1);
                same(&what, theirs.unwrap_or("none"), ours.unwrap_or("none"))?;
            }
        }
        let expected: Vec<&String> = options.schedules.iter().map(|(name, _)| name).collect();
        let found: Vec<&String> = checkpoint.schedules.iter().map(|s| &s.hyperparameter).collect();
        same("scheduled hyperparameters", &format!("{found:?}"), &format!("{expected:?}"))?;
        let mut schedules = options.schedules.clone();
        for ((hyperparameter, schedule), saved) in schedules.iter_mut().zip(&checkpoint.schedules) {
            let what = format!("schedule of {hyperparameter}");
            same(&what, &saved.schedule, &schedule.to_string())?;
            schedule.restore(&saved.memory).map_err(|error| {
                mismatch(&what, &error.to_string(), "the state of such a schedule")
            })?;
        }
        let scale = checkpoint.settings.get(LOSS_SCALE).and_then(|text| text.parse().ok());
        let scale = scale
            .filter(|&scale| check_loss_scale::<R>(scale).is_ok())
            .ok_or_else(|| mismatch("loss scale", "none", "a number above 0"))?;
        let mut method = options.method.clone();
        let described = method.hyperparameters();
        let mut restored = Vec::new();
        for value in reader.settings(values) {
            let (key, value) = value.map_err(|error| malformed(&error.problem))?;
            let known = described.iter().find(|(known, _)| known.name == key);
            let accepts = known.map_or(Accepts::Flag, |(known, _)| known.accepts);
            // A value of the wrong kind is refused with the name and the range.
            restored.push((key, accepts.parse(value).unwrap_or_else(|| Value::guess(value))));
        }
        method.set_all(&restored)?;
        Ok((method, schedules, scale))
    }

    /// The methods written as text, by name.
    fn rule_texts(&self) -> impl Iterator<Item = (String, String)> {
        let own = self.options.method.text().map(|text| (self.options.method.name(), text));
        let groups = self.options.groups.iter().filter_map(|group| match &group.treatment {
            Treatment::Other(spec) => Some((spec.name(), spec.text()?)),
            _ => None,
        });
        own.into_iter().chain(groups)
    }

    /// The settings that must be the same in a checkpoint, as far as they are set.
    fn shared_settings(&self) -> impl Iterator<Item = (&'static str, Option<String>)> {
        let options = &self.options;
        let transforms = !options.transforms.is_empty();
        let groups: Vec<String> = options.groups.iter().map(Group::to_string).collect();
        [
            (CLIP, Some(options.clip.to_string())),
            (GROUPS, (!groups.is_empty()).then(|| groups.join("; "))),
            (AVERAGE, options.average.map(|decay| format!("{decay:?}"))),
            (LOOKAHEAD, options.lookahead.map(|lookahead| lookahead.to_string())),
            (TRANSFORMS, transforms.then(|| Transform::join(&options.transforms))),
            (MAXIMIZE, options.maximize.then(|| true.to_string())),
            (ROUNDING, Some(options.rounding.to_string())),
            (NON_FINITE, Some(options.non_finite.to_string())),
        ]
        .into_iter()
    }

    /// Restores a parameter from the checkpoint.
    fn entry(&self, saved: &SavedParameter) -> Result<Entry<R>, LoadError> {
        let what = |what: &str| format!("{what} of `{}`", saved.name);
        let kernel = self.kernel_for(&saved.name);
        let group = |group: Option<usize>| match group {
            Some(group) => format!("group {group}"),
            None => "no group".to_owned(),
        };
        same(&what("group"), &group(saved.group), &group(kernel.checked_sub(1)))?;
        let len = saved.shape.iter().try_fold(1_usize, |len, &n| len.checked_mul(n));
        let len =
            len.ok_or_else(|| mismatch(&what("shape"), "too large", "one that fits memory"))?;
        let mut entry = Entry::new(kernel, 0);
        entry.len = len;
        // A flat list may hold the elements of an array of any shape.
        entry.shape = (saved.shape.len() != 1).then(|| saved.shape.clone());
        if saved.steps == 0 && saved.slots.is_empty() {
            entry.shape = Some(saved.shape.clone());
            return Ok(entry);
        }
        let Some(Some(group)) = self.kernels.get(kernel) else {
            return Err(mismatch(&what("state"), "some", "none (the parameter is frozen)"));
        };
        let slots = group.slots(entry.kernel_shape());
        let mut expected: Vec<&str> = slots.iter().map(|slot| slot.name.as_str()).collect();
        expected.extend(self.options.beside().map(|_| AVERAGE));
        let found: Vec<&str> = saved.slots.iter().map(|slot| slot.name.as_str()).collect();
        same(&what("state"), &found.join(", "), &expected.join(", "))?;

        // Everything is checked before memory is allocated for the elements of the shape.
        let keeping = self.options.keeping::<R>();
        let of_slot = |k: usize| match slots.get(k) {
            Some(slot) => (keeping.dtype_of::<R>(slot), slot_len(slot, &saved.shape)),
            None => (R::DTYPE, len),
        };
        for (k, slot) in saved.slots.iter().enumerate() {
            let (dtype, len) = of_slot(k);
            same(&what(&format!("type of {}", slot.name)), slot.dtype.name(), dtype.name())?;
            if len.checked_mul(dtype.size()) != Some(slot.bytes.len()) {
                let found = format!("{} bytes", slot.bytes.len());
                let expected = format!("{} for each of {len} elements", dtype.size());
                return Err(mismatch(&what(&format!("size of {}", slot.name)), &found, &expected));
            }
        }
        let mut state = State::new(slots, &saved.shape, keeping);
        for (k, slot) in saved.slots.iter().enumerate() {
            let (dtype, _) = of_slot(k);
            let values: Vec<R> = numbers_of(&slot.bytes, dtype);
            if k == slots.len() {
                entry.average = Some(values);
            } else {
                state.write(k, |i| values[i]);
            }
        }
        entry.state = Some(state);
        (entry.steps, entry.first_element) = (saved.steps, saved.first_element);
        Ok(entry)
    }

    /// Checks that the known parameters are those of the file.
    fn compare_parameters(&self, file: &Self) -> Result<(), LoadError> {
        if self.entries.is_empty() {
            return Ok(());
        }
        let stepped = |kernel: usize| self.kernels.get(kernel).is_some_and(Option::is_some);
        for (name, entry) in &self.entries {
            match file.entries.get(name) {
                None if stepped(entry.kernel) && entry.is_sized() => {
                    return Err(CheckpointMismatch::MissingParameter { name: name.clone() }.into());
                }
                Some(found) if entry.is_sized() => {
                    let (found, expected) = (found.shape(), entry.shape());
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

impl<R: Real> Optimizer<R, Spec> {
    /// Opens a checkpoint file: the optimizer with its groups, schedules, settings and state.
    ///
    /// # Errors
    /// Those of [`load`](Self::load); a schedule that is a closure cannot come from a file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        Self::open_in(&Registry::standard(), path)
    }

    /// The same, with the methods of a registry. Methods written as text come from the checkpoint,
    /// whatever their files have become.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_in(registry: &Registry, path: impl AsRef<Path>) -> Result<Self, LoadError> {
        Self::from_checkpoint(registry, &Checkpoint::read(path)?)
    }

    /// The optimizer of a checkpoint, with the methods of a registry, as [`open_in`](Self::open_in) makes
    /// it from a file.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn from_checkpoint(
        registry: &Registry,
        checkpoint: &Checkpoint,
    ) -> Result<Self, LoadError> {
        let registry = &checkpoint.registry(registry)?;
        let setting = |key: &str| checkpoint.settings.get(key);
        let mut builder = Self::builder(registry.spec(&checkpoint.optimizer)?)
            .state_type(checkpoint.state_type)
            .groups(Group::parse_all_in(registry, setting(GROUPS).map_or("", String::as_str))?);
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
        if let Some(lookahead) = setting(LOOKAHEAD) {
            builder = builder.lookahead(lookahead.parse()?);
        }
        if let Some(transforms) = setting(TRANSFORMS) {
            for transform in Transform::parse_all(transforms)? {
                builder = builder.transform(transform);
            }
        }
        builder = builder.maximize(setting(MAXIMIZE).is_some());
        for saved in &checkpoint.schedules {
            let schedule = Schedule::parse(&saved.schedule).map_err(|error| {
                let what = format!("schedule of {}", saved.hyperparameter);
                mismatch(&what, &error.to_string(), "a schedule that can be read")
            })?;
            builder = builder.schedule(&saved.hyperparameter, schedule);
        }
        let mut optimizer = builder.build()?;
        optimizer.restore(checkpoint)?;
        Ok(optimizer)
    }
}

impl Checkpoint {
    /// A registry with the methods that the checkpoint has as text, under the names of their files.
    ///
    /// # Errors
    /// [`Rule`](Error::Rule) if a text cannot be understood.
    pub fn registry(&self, registry: &Registry) -> Result<Registry, Error> {
        let rules = self.settings.iter();
        let mut rules = rules.filter_map(|(key, text)| Some((key.strip_prefix(RULE)?, text)));
        rules.try_fold(registry.clone(), |registry, (name, text)| registry.with_text(name, text))
    }
}

fn mismatch(what: &str, found: &str, expected: &str) -> LoadError {
    let (what, found, expected) = (what.to_owned(), found.to_owned(), expected.to_owned());
    CheckpointMismatch::Differs { what, found, expected }.into()
}

fn same(what: &str, found: &str, expected: &str) -> Result<(), LoadError> {
    if found == expected { Ok(()) } else { Err(mismatch(what, found, expected)) }
}

/// The numbers in little endian, in a type in which state can be stored.
fn bytes_of<R: Real>(values: &[R], dtype: Dtype) -> Vec<u8> {
    if dtype == R::DTYPE {
        return values.iter().flat_map(|x| Stored::<R>::to_bytes(*x)).collect();
    }
    let mut narrow = vec![R::Bf16::ZERO; values.len()];
    R::Bf16::narrow(pulp::Arch::Scalar, values, &mut narrow, None);
    narrow.into_iter().flat_map(Stored::<R>::to_bytes).collect()
}

/// Reads what [`bytes_of`] writes.
fn numbers_of<R: Real>(bytes: &[u8], dtype: Dtype) -> Vec<R> {
    let bytes = bytes.chunks_exact(dtype.size());
    match dtype == R::DTYPE {
        true => bytes.map(|bytes| <R as Stored<R>>::from_bytes(bytes)).collect(),
        false => bytes.map(|bytes| R::Bf16::from_bytes(bytes).load(false)).collect(),
    }
}
