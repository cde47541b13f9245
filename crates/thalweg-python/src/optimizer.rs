//! The optimizer that Python's classes step with.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, TryLockError};

use numpy::{Element, PyArray1, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};
use thalweg::checkpoint::{Checkpoint, CheckpointError};
use thalweg::{AnyOptimizer, Builder, Dtype, Group, Optimizer, Real, Registry, Spec};

use crate::array::{Array, Item, arithmetic, dtype_name};
use crate::error::{exception, exception_of_file, exception_of_keywords, in_use, same_process};
use crate::memory::Claim;
use crate::method::{Method, to_python, values_of, with_values};
use crate::numpy_arrays;
use crate::report::Report;
use crate::settings::{builder, dtype_named, text_of};
use crate::step;
use crate::tensors;

/// Steps named arrays or tensors; one thread at a time.
#[pyclass(frozen, module = "thalweg._core", name = "Optimizer")]
pub struct Core {
    inner: Mutex<Inner>,
}

struct Inner {
    optimizer: AnyOptimizer,
    /// The settings, until the first arrays tell the type of the arithmetic.
    undecided: Option<Builder<f32, Spec>>,
}

impl Inner {
    /// Chooses the arithmetic that arrays of a type need, where it is not chosen yet.
    fn decide(&mut self, dtype: Dtype) -> PyResult<()> {
        let Some(builder) = &self.undecided else { return Ok(()) };
        if arithmetic(dtype) != self.optimizer.dtype() {
            let mut optimizer = AnyOptimizer::build(builder.clone(), dtype).map_err(exception)?;
            // What was set since: hyperparameters, metrics that were observed, the loss scale.
            let mut set = self.optimizer.to_checkpoint();
            let new = optimizer.to_checkpoint();
            (set.arithmetic, set.state_type) = (new.arithmetic, new.state_type);
            optimizer.restore(&set).map_err(exception_of_file)?;
            self.optimizer = optimizer;
        }
        self.undecided = None;
        Ok(())
    }
}

#[pymethods]
impl Core {
    #[new]
    #[pyo3(signature = (method, settings))]
    fn new(method: &Method, settings: &Bound<'_, PyDict>) -> PyResult<Self> {
        let builder = builder(method.spec.clone(), settings)?;
        let dtype = text_of(settings, "dtype")?.map(|name| dtype_named(&name)).transpose()?;
        let optimizer = AnyOptimizer::build(builder.clone(), dtype.unwrap_or(Dtype::F32));
        let optimizer = optimizer.map_err(exception)?;
        let undecided = dtype.is_none().then_some(builder);
        Ok(Self { inner: Mutex::new(Inner { optimizer, undecided }) })
    }

    /// Steps a dictionary of NumPy arrays.
    #[pyo3(signature = (parameters, gradients, loss=None))]
    fn step_arrays(
        &self,
        py: Python<'_>,
        parameters: &Bound<'_, PyDict>,
        gradients: &Bound<'_, PyDict>,
        loss: Option<f64>,
    ) -> PyResult<Report> {
        let mut claim = Claim::begin();
        let items = numpy_arrays::items(parameters, gradients, &mut claim)?;
        self.step(py, items, claim, loss, numpy_arrays::put_back)
    }

    /// Steps tensors of PyTorch with their gradients; a gradient that is None leaves its tensor alone.
    #[pyo3(signature = (torch, names, tensors, gradients=None, loss=None, copies=None))]
    #[expect(clippy::too_many_arguments, reason = "Python's keyword arguments")]
    fn step_tensors(
        &self,
        py: Python<'_>,
        torch: &Bound<'_, PyAny>,
        names: &Bound<'_, PyList>,
        tensors: &Bound<'_, PyList>,
        gradients: Option<&Bound<'_, PyList>>,
        loss: Option<f64>,
        copies: Option<&Bound<'_, PyList>>,
    ) -> PyResult<Report> {
        let mut claim = Claim::begin();
        let items = tensors::items(torch, names, tensors, gradients, copies, &mut claim)?;
        self.step(py, items, claim, loss, tensors::put_back)
    }

    /// Changes hyperparameters between steps.
    fn set(&self, values: &Bound<'_, PyDict>) -> PyResult<()> {
        let optimizer = &mut self.lock()?.optimizer;
        let method = with_values(optimizer.method(), values)?;
        optimizer.update(|known| *known = method).map_err(exception)
    }

    /// Changes hyperparameters of a group between steps.
    fn set_in_group(&self, group: usize, values: &Bound<'_, PyDict>) -> PyResult<()> {
        let optimizer = &mut self.lock()?.optimizer;
        let values = values_of(optimizer.method(), values)?;
        let values = values.iter().map(|(name, value)| (name.as_str(), value.clone()));
        optimizer.set_in_group(group, values).map_err(exception_of_keywords)
    }

    /// Adds the group of the parameters with these names.
    fn add_group(&self, names: Vec<String>, values: &Bound<'_, PyDict>) -> PyResult<()> {
        let optimizer = &mut self.lock()?.optimizer;
        let mut group = Group::named(names.iter().map(String::as_str)).optional();
        for (name, value) in values_of(optimizer.method(), values)? {
            group = group.set(&name, value);
        }
        optimizer.add_group(group).map_err(exception_of_keywords)
    }

    /// The value of a hyperparameter at the next step, with its schedule.
    #[pyo3(signature = (name, parameter=None))]
    fn current<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        parameter: Option<&str>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let value = self.lock()?.optimizer.current(name, parameter);
        value.map(|value| to_python(py, &value)).transpose()
    }

    /// Passes a metric to schedules that use one.
    fn observe(&self, metric: f64) -> PyResult<bool> {
        Ok(self.lock()?.optimizer.observe(metric))
    }

    /// The method with the current values of its hyperparameters.
    #[getter]
    fn method(&self) -> PyResult<Method> {
        Ok(Method { spec: self.lock()?.optimizer.method().clone() })
    }

    #[getter]
    fn needs_loss(&self) -> PyResult<bool> {
        Ok(self.lock()?.optimizer.needs_loss())
    }

    #[getter]
    fn has_evaluation_weights(&self) -> PyResult<bool> {
        Ok(self.lock()?.optimizer.has_evaluation_weights())
    }

    /// The names of the state slots.
    #[getter]
    fn state_names(&self) -> PyResult<Vec<String>> {
        Ok(self.lock()?.optimizer.state_names())
    }

    /// The names of the state slots of one parameter.
    fn slot_names(&self, name: &str) -> PyResult<Vec<String>> {
        Ok(self.lock()?.optimizer.slot_names(name))
    }

    #[getter]
    fn steps_taken(&self) -> PyResult<u64> {
        Ok(self.lock()?.optimizer.steps_taken())
    }

    #[getter]
    fn steps_skipped(&self) -> PyResult<u64> {
        Ok(self.lock()?.optimizer.steps_skipped())
    }

    #[getter]
    fn loss_scale(&self) -> PyResult<f64> {
        Ok(self.lock()?.optimizer.loss_scale())
    }

    fn set_loss_scale(&self, scale: f64) -> PyResult<()> {
        self.lock()?.optimizer.set_loss_scale(scale).map_err(exception)
    }

    #[getter]
    fn maximize(&self) -> PyResult<bool> {
        Ok(self.lock()?.optimizer.maximizes())
    }

    fn set_maximize(&self, maximize: bool) -> PyResult<()> {
        self.lock()?.optimizer.set_maximize(maximize);
        Ok(())
    }

    /// The steps that a parameter has taken.
    fn steps(&self, name: &str) -> PyResult<u64> {
        Ok(self.lock()?.optimizer.steps(name))
    }

    /// A copy of a state slot of a parameter, as a flat array; None if there is none.
    fn state<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        slot: &str,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        Ok(match &self.lock()?.optimizer {
            AnyOptimizer::F32(optimizer) => optimizer.state(name, slot).map(|v| vector(py, v)),
            AnyOptimizer::F64(optimizer) => optimizer.state(name, slot).map(|v| vector(py, v)),
        })
    }

    /// A copy of the moving average of a parameter, as a flat array; None if none is kept.
    fn average<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        Ok(match &self.lock()?.optimizer {
            AnyOptimizer::F32(o) => o.average(name).map(|v| vector(py, v.to_vec())),
            AnyOptimizer::F64(o) => o.average(name).map(|v| vector(py, v.to_vec())),
        })
    }

    /// The weights to evaluate a parameter with, as a flat array in the type of the arithmetic.
    fn evaluation_weights<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        weights: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        Ok(match &self.lock()?.optimizer {
            AnyOptimizer::F32(o) => vector(py, o.evaluation_weights(name, &numbers(weights)?)),
            AnyOptimizer::F64(o) => vector(py, o.evaluation_weights(name, &numbers(weights)?)),
        })
    }

    /// Registers parameters, (name, shape) each, before their first step.
    fn register(&self, parameters: Vec<(String, Vec<usize>)>) -> PyResult<()> {
        let parameters = parameters.iter().map(|(name, shape)| (name.as_str(), &shape[..]));
        self.lock()?.optimizer.register(parameters).map_err(exception)
    }

    /// Gives a parameter its state: flat arrays by slot.
    fn set_state(
        &self,
        name: &str,
        shape: Vec<usize>,
        steps: u64,
        slots: &Bound<'_, PyDict>,
    ) -> PyResult<()> {
        fn give<R: Real + Element>(
            optimizer: &mut Optimizer<R, Spec>,
            (name, shape, steps): (&str, &[usize], u64),
            slots: &Bound<'_, PyDict>,
        ) -> PyResult<()> {
            let slots = slots.iter().map(|(slot, values)| Ok((slot.extract()?, numbers(&values)?)));
            let slots: Vec<(String, Vec<R>)> = slots.collect::<PyResult<_>>()?;
            let slots = slots.iter().map(|(slot, values)| (slot.as_str(), &values[..]));
            optimizer.set_state(name, shape, steps, slots).map_err(exception)
        }
        let parameter = (name, &shape[..], steps);
        match &mut self.lock()?.optimizer {
            AnyOptimizer::F32(optimizer) => give(optimizer, parameter, slots),
            AnyOptimizer::F64(optimizer) => give(optimizer, parameter, slots),
        }
    }

    /// Drops the state of a parameter; whether there was any.
    fn forget(&self, name: &str) -> PyResult<bool> {
        Ok(self.lock()?.optimizer.forget(name))
    }

    /// Drops all state.
    fn reset(&self) -> PyResult<()> {
        self.lock()?.optimizer.reset();
        Ok(())
    }

    /// Saves a checkpoint.
    fn save(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        let optimizer = &self.lock()?.optimizer;
        py.detach(|| optimizer.save(path)).map_err(exception_of_file)
    }

    /// Loads the state from a checkpoint of an optimizer with the same settings.
    fn load(&self, path: PathBuf) -> PyResult<()> {
        self.restore(&read(Checkpoint::read(path))?)
    }

    /// The bytes of a checkpoint.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &read(self.lock()?.optimizer.to_checkpoint().to_bytes())?))
    }

    /// Loads the state from the bytes of a checkpoint.
    fn load_bytes(&self, bytes: &[u8]) -> PyResult<()> {
        self.restore(&read(Checkpoint::from_bytes(bytes))?)
    }

    /// The optimizer of a checkpoint, with its settings.
    #[staticmethod]
    fn open(path: PathBuf) -> PyResult<Self> {
        Self::of(&read(Checkpoint::read(path))?)
    }

    /// The same from the bytes of a checkpoint.
    #[staticmethod]
    fn open_bytes(bytes: &[u8]) -> PyResult<Self> {
        Self::of(&read(Checkpoint::from_bytes(bytes))?)
    }

    /// The names and steps of the parameters that have state.
    #[getter]
    fn parameters(&self) -> PyResult<Vec<(String, u64)>> {
        fn of<R: Real>(optimizer: &Optimizer<R, Spec>) -> Vec<(String, u64)> {
            optimizer.names().map(|name| (name.to_owned(), optimizer.steps(name))).collect()
        }
        Ok(match &self.lock()?.optimizer {
            AnyOptimizer::F32(optimizer) => of(optimizer),
            AnyOptimizer::F64(optimizer) => of(optimizer),
        })
    }

    /// The type of the arithmetic; None before the first step has told it.
    #[getter]
    fn dtype(&self) -> PyResult<Option<&'static str>> {
        let inner = self.lock()?;
        Ok(inner.undecided.is_none().then(|| dtype_name(inner.optimizer.dtype())))
    }

    /// The groups, as text whose patterns may match no parameter.
    #[getter]
    fn optional_groups(&self) -> PyResult<Vec<String>> {
        let inner = self.lock()?;
        let groups = inner.optimizer.groups().iter();
        Ok(groups.map(|group| group.clone().optional().to_string()).collect())
    }
}

impl Core {
    /// The optimizer of a checkpoint.
    fn of(checkpoint: &Checkpoint) -> PyResult<Self> {
        let optimizer = AnyOptimizer::from_checkpoint(&Registry::standard(), checkpoint);
        let optimizer = optimizer.map_err(exception_of_file)?;
        Ok(Self { inner: Mutex::new(Inner { optimizer, undecided: None }) })
    }

    fn lock(&self) -> PyResult<MutexGuard<'_, Inner>> {
        match self.inner.try_lock() {
            Ok(inner) => Ok(inner),
            // A panic left it as it was before the call, or in the middle of a step that is lost anyway.
            Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => Err(in_use()),
        }
    }

    fn restore(&self, checkpoint: &Checkpoint) -> PyResult<()> {
        let mut inner = self.lock()?;
        let undecided = inner.undecided.clone();
        inner.decide(checkpoint.arithmetic)?;
        let restored = inner.optimizer.restore(checkpoint).map_err(exception_of_file);
        // A file from before the first step decides nothing, and neither does one that is refused.
        if restored.is_err() || checkpoint.parameters.is_empty() {
            inner.undecided = undecided;
        }
        restored
    }

    /// Takes a step, in the arithmetic that it needs.
    fn step<'py>(
        &self,
        py: Python<'py>,
        items: Vec<Item<'py>>,
        claim: Claim,
        loss: Option<f64>,
        put_back: fn(&Array<'py>) -> PyResult<()>,
    ) -> PyResult<Report> {
        same_process()?;
        let mut guard = self.lock()?;
        let inner = &mut *guard;
        let undecided = inner.undecided.clone();
        if let Some(item) = items.first() {
            inner.decide(item.parameter.region.dtype)?;
        }
        let report = step::step(py, &mut inner.optimizer, items, claim, loss, put_back);
        if report.is_err() {
            // A step that is refused decides nothing.
            inner.undecided = undecided;
        }
        report
    }
}

/// What was read from a checkpoint, or written to one.
fn read<T>(result: Result<T, CheckpointError>) -> PyResult<T> {
    result.map_err(|error| exception_of_file(error.into()))
}

/// The numbers of an array, in row-major order.
fn numbers<T: Element>(array: &Bound<'_, PyAny>) -> PyResult<Vec<T>> {
    let flat = array.call_method1("ravel", ())?;
    let flat = flat.call_method1("astype", (numpy::dtype::<T>(array.py()),))?;
    Ok(flat.cast::<PyArray1<T>>()?.to_vec()?)
}

fn vector<T: Element>(py: Python<'_>, values: Vec<T>) -> Bound<'_, PyAny> {
    PyArray1::from_vec(py, values).into_any()
}
