//! Methods with their hyperparameters.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};
use thalweg::Method as _;
use thalweg::{Accepts, Hyperparameter, Registry, Spec, Value};

use crate::error::{exception, exception_of_keywords};
use crate::numpy_arrays::kind_of;

/// A method with its hyperparameters: one of the library's, or one written as text.
#[pyclass(frozen, module = "thalweg._core")]
#[derive(Clone)]
pub struct Method {
    pub spec: Spec,
}

#[pymethods]
impl Method {
    /// The method that a text such as `adam:lr=0.1` means. A name that ends in `.rule` is a file.
    #[new]
    fn new(text: &str) -> PyResult<Self> {
        Ok(Self { spec: Registry::standard().spec(text).map_err(exception)? })
    }

    /// A method written as text, under a name.
    #[staticmethod]
    fn rule(name: &str, text: &str) -> PyResult<Self> {
        let registry = Registry::standard().with_text(name, text).map_err(exception)?;
        Ok(Self { spec: registry.spec(name).map_err(exception)? })
    }

    /// The same method with other values of some hyperparameters.
    fn with_values(&self, values: &Bound<'_, PyDict>) -> PyResult<Self> {
        Ok(Self { spec: with_values(&self.spec, values)? })
    }

    /// The name in specs.
    #[getter]
    fn name(&self) -> String {
        self.spec.name()
    }

    /// The name in prose.
    #[getter]
    fn title(&self) -> String {
        self.spec.title()
    }

    /// What it does, in one line.
    #[getter]
    fn summary(&self) -> &'static str {
        self.spec.entry().summary
    }

    /// The family under which it is listed.
    #[getter]
    fn family(&self) -> Option<&'static str> {
        self.spec.entry().family()
    }

    /// Authors, year, title and link of its paper.
    #[getter]
    fn paper(&self) -> Option<String> {
        self.spec.entry().paper.map(|paper| paper.to_string())
    }

    /// The text from which it can be read again.
    #[getter]
    fn text(&self) -> String {
        self.spec.to_string()
    }

    /// The text of a method that is written as text.
    #[getter]
    fn rule_text(&self) -> Option<String> {
        self.spec.text()
    }

    /// The formula of a step, a line each; None for a method whose formula cannot be written.
    #[getter]
    fn formula(&self) -> Option<Vec<String>> {
        let formula = self.spec.formula()?;
        Some(formula.statements().iter().map(ToString::to_string).collect())
    }

    /// The same in LaTeX.
    #[getter]
    fn latex(&self) -> Option<Vec<String>> {
        Some(self.spec.formula()?.latex())
    }

    /// Whether its steps look at all parameters at once.
    #[getter]
    fn is_over_model(&self) -> bool {
        self.spec.kernel().is_over_model()
    }

    /// The hyperparameters: name, value, meaning, what is accepted, type.
    #[getter]
    fn hyperparameters<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyTuple>>> {
        let all = self.spec.hyperparameters().into_iter();
        all.map(|(known, value)| {
            let Hyperparameter { name, meaning, accepts, .. } = known;
            let kind = match accepts {
                Accepts::Number(_) => "float",
                Accepts::Flag => "bool",
                Accepts::Whole(_) | Accepts::Length | Accepts::WholeOr(_) => "int",
                Accepts::Choice(_) => "str",
                Accepts::Milestones => "list[int]",
            };
            let value = to_python(py, &value)?;
            (name, value, meaning, accepts.to_string(), kind).into_pyobject(py)
        })
        .collect()
    }

    fn __repr__(&self) -> String {
        format!("Method({:?})", self.text())
    }
}

/// A method with other values of some hyperparameters.
pub fn with_values(spec: &Spec, values: &Bound<'_, PyDict>) -> PyResult<Spec> {
    let values = values_of(spec, values)?;
    let values: Vec<(&str, Value)> =
        values.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let mut changed = spec.clone();
    thalweg::Method::set_all(&mut changed, &values).map_err(exception_of_keywords)?;
    Ok(changed)
}

/// A value as Python has it.
pub fn to_python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Number(number) => PyFloat::new(py, *number).into_any(),
        Value::Flag(flag) => PyBool::new(py, *flag).to_owned().into_any(),
        Value::Choice(word) => PyString::new(py, word).into_any(),
        Value::Whole(number) => number.into_pyobject(py)?.into_any(),
        Value::List(numbers) => PyList::new(py, numbers)?.into_any(),
    })
}

/// Values of hyperparameters from keyword arguments.
pub fn values_of(spec: &Spec, values: &Bound<'_, PyDict>) -> PyResult<Vec<(String, Value)>> {
    let described = spec.hyperparameters();
    let method = spec.name();
    let values = values.iter().map(|(name, value)| {
        let name: String = name.extract()?;
        let known = described.iter().find(|(known, _)| known.name == name);
        let value = from_python(&value, known.map(|(known, _)| known)).ok_or_else(|| {
            let accepted = known
                .map_or("a number or a word".to_owned(), |(known, _)| known.accepts.to_string());
            let kind = kind_of(&value);
            PyTypeError::new_err(format!(
                "{method}: {name} is {accepted}, not {value} of type {kind}"
            ))
        })?;
        Ok((name, value))
    });
    values.collect()
}

/// A value as the library has it; `None` if it is of a kind that the hyperparameter does not have. Whether it is
/// in range is for the library to say.
fn from_python(value: &Bound<'_, PyAny>, known: Option<&Hyperparameter>) -> Option<Value> {
    let accepts = known.map_or(Accepts::FINITE, |known| known.accepts);
    if let Ok(word) = value.cast::<PyString>() {
        let word = word.to_cow().ok()?;
        return match accepts {
            Accepts::Choice(_) => Some(Value::Choice(word.into_owned())),
            // As in a spec.
            _ => accepts.parse(&word),
        };
    }
    // Python's, or NumPy's.
    let is_flag = value.extract::<bool>().is_ok();
    match accepts {
        Accepts::Flag => value.extract().ok().map(Value::Flag),
        _ if is_flag => None,
        Accepts::Number(_) => number(value).map(Value::Number),
        Accepts::Whole(_) | Accepts::Length | Accepts::WholeOr(_) => {
            value.extract().ok().map(Value::Whole)
        }
        Accepts::Choice(_) => None,
        Accepts::Milestones => value.extract().ok().map(Value::List),
    }
}

/// The number of Python's numbers, NumPy's scalars and tensors with one element.
fn number(value: &Bound<'_, PyAny>) -> Option<f64> {
    if value.is_instance_of::<PyFloat>() || value.is_instance_of::<PyInt>() {
        return value.extract().ok();
    }
    let has_float = value.hasattr("__float__").unwrap_or(false);
    has_float.then(|| value.call_method0("__float__").ok()?.extract().ok())?
}
