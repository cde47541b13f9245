//! The settings of an optimizer, as Python's constructor takes them.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use thalweg::schedule::{Schedule, ScheduleError};
use thalweg::{Builder, Dtype, Group, Measure, Optimizer, Registry, Spec};

use crate::array::dtype_of;
use crate::error::exception;
use crate::method::values_of;
use crate::numpy_arrays::kind_of;

/// The type of a name.
pub fn dtype_named(name: &str) -> PyResult<Dtype> {
    let refused = || {
        PyValueError::new_err(format!(
            "there is no type {name:?}; float32, float64, bfloat16 or float16 is accepted"
        ))
    };
    dtype_of(name).ok_or_else(refused)
}

/// A setting that is a text, if it is given.
pub fn text_of(settings: &Bound<'_, PyDict>, name: &str) -> PyResult<Option<String>> {
    let given = settings.get_item(name)?.filter(|value| !value.is_none());
    given.map(|value| text(name, &value)).transpose()
}

fn text(name: &str, value: &Bound<'_, PyAny>) -> PyResult<String> {
    value.extract().map_err(|_| {
        let kind = kind_of(value);
        PyTypeError::new_err(format!("{name} is a text, not {value} of type {kind}"))
    })
}

/// The settings that Python's constructor takes.
pub fn builder(spec: Spec, settings: &Bound<'_, PyDict>) -> PyResult<Builder<f32, Spec>> {
    let registry = Registry::standard();
    let mut builder = Optimizer::builder(spec.clone());
    for (name, value) in settings.iter() {
        let name = name.extract::<String>()?;
        if value.is_none() {
            continue;
        }
        builder = match name.as_str() {
            "dtype" => builder,
            "groups" => builder.groups(groups(&registry, &spec, &value)?),
            "schedule" => {
                for (hyperparameter, text) in schedules(&value)? {
                    let schedule = Schedule::parse(&text).map_err(refused)?;
                    builder = builder.schedule(&hyperparameter, schedule);
                }
                builder
            }
            "clip" => match value.extract::<f64>() {
                Ok(bound) => builder.clip(thalweg::Clip::GlobalNorm(bound)),
                Err(_) => builder.clip(text(&name, &value)?.parse().map_err(exception)?),
            },
            "state" => builder.state_type(dtype_named(&text(&name, &value)?)?),
            "rounding" => builder.rounding(text(&name, &value)?.parse().map_err(exception)?),
            "non_finite" => builder.non_finite(text(&name, &value)?.parse().map_err(exception)?),
            "loss_scale" => builder.loss_scale(value.extract()?),
            "average" => builder.average(value.extract()?),
            "lookahead" => match value.extract::<bool>() {
                Ok(false) => builder,
                Ok(true) => builder.lookahead(thalweg::Lookahead::default()),
                Err(_) => builder.lookahead(text(&name, &value)?.parse().map_err(exception)?),
            },
            "transforms" => {
                for transform in value.try_iter()? {
                    let transform = text("a transform", &transform?)?.parse().map_err(exception)?;
                    builder = builder.transform(transform);
                }
                builder
            }
            "maximize" => builder.maximize(value.extract()?),
            "large_pages" => builder.large_pages(value.extract()?),
            "measure" => builder.measure(measure(&text(&name, &value)?)?),
            _ => return Err(PyTypeError::new_err(format!("there is no setting `{name}`"))),
        };
    }
    Ok(builder)
}

fn measure(word: &str) -> PyResult<Measure> {
    match word {
        "off" => Ok(Measure::Off),
        "updates" => Ok(Measure::Updates),
        "norms" => Ok(Measure::Norms),
        "parameter" => Ok(Measure::PerParameter),
        _ => Err(PyValueError::new_err(format!(
            "measure={word:?} is refused; measure is off, updates, norms or parameter"
        ))),
    }
}

/// The exception of a schedule that is refused.
fn refused(error: ScheduleError) -> PyErr {
    PyValueError::new_err(match error {
        ScheduleError::Relative { text, share } => format!(
            "`{text}` has {share} of a run whose number of steps is not known here; \
             thalweg.schedule({text:?}, STEPS) has numbers of steps"
        ),
        error => error.to_string(),
    })
}

/// Schedules by hyperparameter: a dictionary, or the text of that of the learning rate.
fn schedules(value: &Bound<'_, PyAny>) -> PyResult<Vec<(String, String)>> {
    let Ok(all) = value.cast::<PyDict>() else {
        return Ok(vec![("lr".to_owned(), text("schedule", value)?)]);
    };
    let all = all.iter().map(|(name, schedule)| {
        let name: String = text("the name of a hyperparameter", &name)?;
        Ok((name, text("a schedule", &schedule)?))
    });
    all.collect()
}

/// Groups: texts, or a dictionary from patterns to texts or to dictionaries of hyperparameters.
fn groups(registry: &Registry, spec: &Spec, value: &Bound<'_, PyAny>) -> PyResult<Vec<Group>> {
    if let Ok(all) = value.cast::<PyString>() {
        return Group::parse_all_in(registry, &all.to_cow()?).map_err(exception);
    }
    let mut groups = Vec::new();
    if let Ok(all) = value.cast::<PyDict>() {
        for (patterns, treatment) in all.iter() {
            let patterns = text("the pattern of a group", &patterns)?;
            let (patterns, is_optional) = match patterns.strip_prefix("optional ") {
                Some(patterns) => (patterns.trim().to_owned(), true),
                None => (patterns, false),
            };
            let group = match treatment.cast::<PyDict>() {
                Ok(values) => {
                    let mut group = Group::matching(&patterns);
                    for (name, value) in values_of(spec, values)? {
                        group = group.set(&name, value);
                    }
                    group
                }
                Err(_) => {
                    let treatment = text("a group", &treatment)?;
                    let group = format!("{patterns}: {treatment}");
                    Group::parse_in(registry, &group).map_err(exception)?
                }
            };
            groups.push(if is_optional { group.optional() } else { group });
        }
        return Ok(groups);
    }
    for group in value.try_iter()? {
        let group = group?;
        if group.is_instance_of::<PyTuple>() {
            return Err(PyTypeError::new_err(
                "a group is a text such as \"*.bias: weight_decay=0\"; pairs belong into a dictionary",
            ));
        }
        groups.push(Group::parse_in(registry, &text("a group", &group)?).map_err(exception)?);
    }
    Ok(groups)
}
