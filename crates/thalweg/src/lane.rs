//! Lanes: the method of all parameters that no group matches, and one for each group.

use crate::builder::Builder;
use crate::engine::Kernel;
use crate::error::Error;
use crate::group::Treatment;
use crate::hyperparameter::{Hyperparameter, Value};
use crate::memory::State;
use crate::method::Method;
use crate::real::Real;
use crate::schedule::Schedule;
use crate::spec::Spec;

/// How the parameters of a group are stepped; `None` for a frozen group.
pub(crate) type Lane<R> = Option<Track<R>>;

/// A kernel with what there is to know of its state.
pub(crate) struct Track<R> {
    pub(crate) kernel: Box<dyn Kernel<R>>,
    pub(crate) names: Vec<String>,
    pub(crate) initial: Vec<R>,
    /// Every hyperparameter as this lane has it now.
    pub(crate) hyperparameters: Vec<(&'static Hyperparameter, Value)>,
}

impl<R: Real> Track<R> {
    fn new(
        kernel: Box<dyn Kernel<R>>,
        hyperparameters: Vec<(&'static Hyperparameter, Value)>,
    ) -> Self {
        let (names, initial) = (kernel.state_names(), kernel.initial_state());
        Self { kernel, names, initial, hyperparameters }
    }

    /// The slots of `next`, made of this lane's state: by name, and fresh where there is none.
    pub(crate) fn carry(
        &self,
        next: &Self,
        state: &State<R>,
        len: usize,
    ) -> impl Iterator<Item = Vec<R>> {
        next.names.iter().zip(&next.initial).map(move |(name, &fresh)| {
            match self.names.iter().position(|known| known == name) {
                Some(slot) => state.read(len, self.names.len(), slot),
                None => vec![fresh; len],
            }
        })
    }
}

/// The lane of the method itself and that of each group, with the values that the schedules give
/// at a step, or without schedules.
pub(crate) fn lanes<R: Real, M: Method<R>>(
    settings: &Builder<R, M>,
    step: Option<u64>,
) -> Result<Vec<Lane<R>>, Error> {
    let schedules = step.map(|step| (step, &settings.schedules[..]));
    let mut known = vec![false; settings.schedules.len()];
    let mut lanes = vec![Some(track(settings.method.clone(), schedules, &mut known)?)];
    for group in &settings.groups {
        lanes.push(match &group.treatment {
            Treatment::Frozen => None,
            Treatment::Overrides(overrides) => {
                let mut method = settings.method.clone();
                for (hyperparameter, value) in overrides {
                    method.set(hyperparameter, value.clone())?;
                }
                Some(track(method, schedules, &mut known)?)
            }
            Treatment::Other(spec) => {
                let mut spec = spec.clone();
                let described = spec.hyperparameters();
                check_fit::<R>(spec.entry().name, &described)?;
                let set = |spec: &mut Spec, name: &str, value| Spec::set(spec, name, value);
                follow(&mut spec, described, schedules, &mut known, set, spec_name)?;
                let described = spec.hyperparameters();
                check_fit::<R>(spec.entry().name, &described)?;
                Some(Track::new(spec.kernel_for(), described))
            }
        });
    }
    if schedules.is_some()
        && let Some(unknown) = known.iter().position(|known| !known)
    {
        let (name, hyperparameters) = (settings.method.name(), settings.method.hyperparameters());
        let hyperparameter = &settings.schedules[unknown].0;
        return Err(Error::unknown_hyperparameter(name, hyperparameter, hyperparameters));
    }
    Ok(lanes)
}

fn spec_name(spec: &Spec) -> String {
    spec.entry().name.to_owned()
}

type Schedules<'a> = Option<(u64, &'a [(String, Schedule)])>;

fn track<R: Real, M: Method<R>>(
    mut method: M,
    schedules: Schedules<'_>,
    known: &mut [bool],
) -> Result<Track<R>, Error> {
    let described = method.hyperparameters();
    method.check()?;
    check_fit::<R>(&method.name(), &described)?;
    follow(&mut method, described, schedules, known, M::set, M::name)?;
    let described = method.hyperparameters();
    check_fit::<R>(&method.name(), &described)?;
    Ok(Track::new(method.kernel(), described))
}

/// Sets what is scheduled, starting from the values that were configured.
fn follow<M>(
    method: &mut M,
    described: Vec<(&'static Hyperparameter, Value)>,
    schedules: Schedules<'_>,
    known: &mut [bool],
    set: impl Fn(&mut M, &str, Value) -> Result<(), Error>,
    name: impl Fn(&M) -> String,
) -> Result<(), Error> {
    let Some((step, schedules)) = schedules else { return Ok(()) };
    for ((scheduled, schedule), known) in schedules.iter().zip(known) {
        let Some((_, base)) = described.iter().find(|(h, _)| h.name == scheduled) else { continue };
        *known = true;
        let Value::Number(base) = *base else {
            let (optimizer, hyperparameter) = (name(method), scheduled.clone());
            return Err(Error::NotScheduled { optimizer, hyperparameter });
        };
        set(method, scheduled, Value::Number(schedule.value(step, base)))?;
    }
    Ok(())
}

/// That every finite number is finite in the number type, too.
pub(crate) fn check_fit<R: Real>(
    optimizer: &str,
    described: &[(&'static Hyperparameter, Value)],
) -> Result<(), Error> {
    for (hyperparameter, value) in described {
        match value {
            Value::Number(number) if number.is_finite() && !R::from_f64(*number).is_finite() => {
                return Err(Error::InvalidValue {
                    optimizer: optimizer.to_owned(),
                    hyperparameter: hyperparameter.name,
                    value: value.to_string(),
                    accepted: format!("{} that {} can hold", hyperparameter.accepts, R::NAME),
                });
            }
            _ => {}
        }
    }
    Ok(())
}
