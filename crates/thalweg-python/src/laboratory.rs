//! Descents and explanations of the laboratory.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use thalweg::{Clip, Spec};
use thalweg_lab::descent::{self, Format};
use thalweg_lab::explain::{ExplainFormat, Explanation};
use thalweg_lab::problem;
use thalweg_lab::run::Precision;

use crate::error::same_process;
use crate::method::Method;

/// Steps that a descent keeps: a hundred bytes each and more.
const MOST_STEPS: usize = 10_000_000;

/// Steps that an explanation shows.
const MOST_EXPLAINED: usize = 1000;

/// A function of the plane with its gradient.
#[pyclass(frozen, module = "thalweg._core")]
pub struct Problem {
    problem: problem::Problem,
    /// The first exception of a function that is written in Python.
    raised: Arc<Mutex<Option<PyErr>>>,
}

#[pymethods]
impl Problem {
    /// A problem of the laboratory by its name, or an expression in x and y.
    #[new]
    fn new(text: &str) -> PyResult<Self> {
        let is_name = text.chars().all(|c| c.is_alphanumeric() || c == '-') && text.len() > 1;
        let found = if is_name {
            problem::Problem::named(text)
                .or_else(|error| problem::Problem::parse(text).map_err(|_| error))
        } else {
            problem::Problem::parse(text)
        };
        let problem = found.map_err(refused)?;
        Ok(Self { problem, raised: Arc::default() })
    }

    /// A problem whose value and gradient are functions of Python, of x and y.
    #[staticmethod]
    fn function(name: &str, value: Py<PyAny>, gradient: Py<PyAny>) -> Self {
        let raised: Arc<Mutex<Option<PyErr>>> = Arc::default();
        let (of_value, of_gradient) = (Arc::clone(&raised), Arc::clone(&raised));
        let (number, pair) = ("a number is needed", "two numbers are needed");
        let problem = problem::Problem::new(
            name,
            name,
            move |[x, y]| call(&value, [x, y], number, &of_value).unwrap_or(f64::NAN),
            move |[x, y]| call(&gradient, [x, y], pair, &of_gradient).unwrap_or([f64::NAN; 2]),
        );
        Self { problem, raised }
    }

    /// Where a descent begins, unless it is told otherwise.
    #[getter]
    fn start(&self) -> [f64; 2] {
        self.problem.start
    }

    /// Runs methods down the problem.
    #[pyo3(signature = (methods, start, steps, precision))]
    fn descend(
        &self,
        py: Python<'_>,
        methods: Vec<PyRef<'_, Method>>,
        start: Option<[f64; 2]>,
        steps: usize,
        precision: &str,
    ) -> PyResult<Descent> {
        same_process()?;
        if steps > MOST_STEPS {
            return Err(PyValueError::new_err(format!(
                "steps={steps} is refused; steps is a whole number up to {MOST_STEPS}"
            )));
        }
        let precision = match precision {
            "float64" => Precision::F64,
            "float32" => Precision::F32,
            _ => {
                return Err(PyValueError::new_err(format!(
                    "dtype={precision:?} is refused; dtype is float32 or float64"
                )));
            }
        };
        let specs: Vec<Spec> = methods.iter().map(|method| method.spec.clone()).collect();
        let start = start.unwrap_or(self.problem.start);
        let problem = &self.problem;
        let run = py.detach(|| descent::Descent::new(problem, &specs, start, steps, precision));
        self.check()?;
        Ok(Descent { descent: run.map_err(refused)?, raised: Arc::clone(&self.raised) })
    }

    /// The first steps of a method with their numbers, as a file of this extension.
    fn explain(
        &self,
        py: Python<'_>,
        method: &Method,
        start: Option<[f64; 2]>,
        steps: usize,
        extension: &str,
    ) -> PyResult<String> {
        same_process()?;
        let steps = steps.min(MOST_EXPLAINED);
        let format = ExplainFormat::of(Path::new(&format!("it.{extension}"))).map_err(refused)?;
        let start = start.unwrap_or(self.problem.start);
        let (problem, spec) = (&self.problem, &method.spec);
        let explained = py.detach(|| Explanation::on(problem, spec, start, steps, Clip::Off));
        self.check()?;
        Ok(explained.map_err(refused)?.render(format))
    }
}

impl Problem {
    fn check(&self) -> PyResult<()> {
        take(&self.raised)
    }
}

/// Several methods from one start on one problem.
#[pyclass(frozen, module = "thalweg._core")]
pub struct Descent {
    descent: descent::Descent,
    raised: Arc<Mutex<Option<PyErr>>>,
}

#[pymethods]
impl Descent {
    /// The bytes of a file whose extension says what it shows.
    fn render<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyBytes>> {
        same_process()?;
        let format = Format::of(Path::new(name)).map_err(refused)?;
        let bytes = py.detach(|| self.descent.render(format));
        take(&self.raised)?;
        Ok(PyBytes::new(py, &bytes.map_err(refused)?))
    }
}

/// The names of the problems.
pub fn problems() -> Vec<String> {
    problem::Problem::all().into_iter().map(|problem| problem.name).collect()
}

fn refused(error: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// Calls a function of Python; the first exception of all is kept.
fn call<T: for<'a, 'py> FromPyObject<'a, 'py, Error = PyErr>>(
    function: &Py<PyAny>,
    [x, y]: [f64; 2],
    wanted: &str,
    raised: &Mutex<Option<PyErr>>,
) -> Option<T> {
    let result = Python::attach(|py| {
        let result = function.call1(py, (x, y))?;
        result
            .extract::<T>(py)
            .map_err(|_| PyTypeError::new_err(format!("the function returned {result}; {wanted}")))
    });
    match result {
        Ok(value) => Some(value),
        Err(error) => {
            let mut first = raised.lock().unwrap_or_else(PoisonError::into_inner);
            first.get_or_insert(error);
            None
        }
    }
}

fn take(raised: &Mutex<Option<PyErr>>) -> PyResult<()> {
    let error = raised.lock().unwrap_or_else(PoisonError::into_inner).take();
    error.map_or(Ok(()), Err)
}
