//! The kernel of each group: of all parameters that no group matches, then one for each group.

use super::group::Treatment;
use super::options::Options;
use crate::engine::Kernel;
use crate::error::Error;
use crate::method::Method;
use crate::rule::Slot;
use crate::schedule::Schedule;
use crate::settings::{Hyperparameter, Value};
use crate::storage::Real;
use crate::storage::state::State;

/// The kernel of a group, with its hyperparameters.
pub(super) struct GroupKernel {
    pub(super) kernel: Kernel,
    /// The slots of parameters with one dimension, and of others where they have their own.
    slots: Vec<Slot>,
    matrix_slots: Option<Vec<Slot>>,
    /// Every hyperparameter of this group, with its current value.
    pub(super) hyperparameters: Vec<(Hyperparameter, Value)>,
}

impl GroupKernel {
    fn new(method: &impl Method) -> Self {
        let kernel = method.kernel();
        Self {
            slots: kernel.slots(),
            matrix_slots: kernel.matrices().map(Kernel::slots),
            kernel,
            hyperparameters: method.hyperparameters(),
        }
    }

    /// The slots of a parameter of this shape.
    pub(super) fn slots(&self, shape: &[usize]) -> &[Slot] {
        self.matrix_slots
            .as_ref()
            .filter(|_| self.kernel.is_for_matrix(shape))
            .unwrap_or(&self.slots)
    }

    /// The names of all slots, each once.
    pub(super) fn slot_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.slots.iter().map(|slot| slot.name.clone()).collect();
        for slot in self.matrix_slots.iter().flatten() {
            if !names.contains(&slot.name) {
                names.push(slot.name.clone());
            }
        }
        names
    }

    /// Whether parameters of one dimension have other slots than those of two.
    pub(super) fn depends_on_shape(&self) -> bool {
        self.matrix_slots.is_some()
    }
}

/// The place of a slot.
pub(super) fn place_of(slots: &[Slot], name: &str) -> Option<usize> {
    slots.iter().position(|slot| slot.name == name)
}

/// The slots `next` from the state of the slots `before`: matched by name, and initial where there was no
/// such slot. `fresh` is the initial state of `next`.
pub(super) fn carry<R: Real>(
    before: &[Slot],
    next: &[Slot],
    state: &State<R>,
    fresh: &State<R>,
) -> impl Iterator<Item = Vec<R>> {
    next.iter().enumerate().map(move |(k, slot)| match place_of(before, &slot.name) {
        Some(known) if state.slot_len(known) == fresh.slot_len(k) => state.read(known),
        _ => fresh.read(k),
    })
}

/// The kernel of the method itself and that of each group (none for a frozen one), with the values
/// that the schedules give at a step, or without schedules.
pub(super) fn group_kernels<R: Real, M: Method>(
    options: &Options<M>,
    step: Option<u64>,
) -> Result<Vec<Option<GroupKernel>>, Error> {
    let mut schedules = Schedules {
        step,
        schedules: &options.schedules,
        known: vec![false; options.schedules.len()],
    };
    let mut kernels = vec![Some(kernel::<R, _>(options.method.clone(), &mut schedules)?)];
    for group in &options.groups {
        kernels.push(match &group.treatment {
            Treatment::Frozen => None,
            Treatment::Overrides(overrides) => {
                let mut method = options.method.clone();
                for (hyperparameter, value) in overrides {
                    method.set(hyperparameter, value.clone())?;
                }
                Some(kernel::<R, _>(method, &mut schedules)?)
            }
            Treatment::Other(spec) => Some(kernel::<R, _>(spec.clone(), &mut schedules)?),
        });
    }
    match schedules.unknown() {
        Some(hyperparameter) => {
            let (name, described) = (options.method.name(), options.method.hyperparameters());
            Err(Error::unknown_hyperparameter(&name, hyperparameter, &described))
        }
        None => Ok(kernels),
    }
}

fn kernel<R: Real, M: Method>(
    mut method: M,
    schedules: &mut Schedules<'_>,
) -> Result<GroupKernel, Error> {
    method.check()?;
    check_fit::<R>(&method)?;
    schedules.follow(&mut method)?;
    check_fit::<R>(&method)?;
    Ok(GroupKernel::new(&method))
}

/// The schedules at a step.
struct Schedules<'a> {
    /// None without schedules.
    step: Option<u64>,
    schedules: &'a [(String, Schedule)],
    /// For each schedule, whether some method has its hyperparameter.
    known: Vec<bool>,
}

impl<'a> Schedules<'a> {
    /// Sets the scheduled hyperparameters, starting from the configured values.
    fn follow<M: Method>(&mut self, method: &mut M) -> Result<(), Error> {
        let Some(step) = self.step else { return Ok(()) };
        let described = method.hyperparameters();
        for ((scheduled, schedule), known) in self.schedules.iter().zip(&mut self.known) {
            let Some((_, base)) = described.iter().find(|(h, _)| h.name == scheduled) else {
                continue;
            };
            *known = true;
            let Value::Number(base) = *base else {
                let (optimizer, hyperparameter) = (method.name(), scheduled.clone());
                return Err(Error::NotScheduled { optimizer, hyperparameter });
            };
            method.set(scheduled, Value::Number(schedule.value(step, base)))?;
        }
        Ok(())
    }

    /// A scheduled hyperparameter that no method has.
    fn unknown(&self) -> Option<&'a str> {
        let unknown = self.known.iter().position(|known| !known).filter(|_| self.step.is_some());
        unknown.map(|unknown| self.schedules[unknown].0.as_str())
    }
}

/// Checks that every finite value is finite in the number type, too.
fn check_fit<R: Real>(method: &impl Method) -> Result<(), Error> {
    for (known, value) in method.hyperparameters() {
        match value {
            Value::Number(number) if number.is_finite() && !R::from_f64(number).is_finite() => {
                return Err(Error::InvalidValue {
                    optimizer: method.name(),
                    hyperparameter: known.name,
                    value: value.to_string(),
                    accepted: format!("{} that {} can hold", known.accepts, R::NAME),
                });
            }
            _ => {}
        }
    }
    Ok(())
}
