//! The Python package `thalweg`: the interface between its Python code and the library.
//!
//! What users see is written in Python, in `python/thalweg`; here are the parts that need Rust: methods,
//! the optimizer, memory of arrays and tensors, the laboratory.

mod array;
mod error;
mod laboratory;
mod memory;
mod method;
mod numpy_arrays;
mod optimizer;
mod report;
mod settings;
mod step;
mod tensors;

use pyo3::prelude::*;

/// The part of the package that is written in Rust.
#[pymodule]
mod _core {
    use pyo3::exceptions::{PyRuntimeError, PyValueError};
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::laboratory::{Descent, Problem};
    #[pymodule_export]
    use super::method::Method;
    #[pymodule_export]
    use super::optimizer::Core;
    #[pymodule_export]
    use super::report::Report;

    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "Python's name for it")]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    /// The names of all methods, in the order in which they are listed.
    #[pyfunction]
    fn names() -> Vec<&'static str> {
        thalweg::Registry::standard().entries().map(|entry| entry.name).collect()
    }

    /// The names of all problems of the laboratory.
    #[pyfunction]
    fn problem_names() -> Vec<String> {
        super::laboratory::problems()
    }

    /// The names nearest to one that there is not.
    #[pyfunction]
    fn nearest(name: &str, known: Vec<String>) -> Vec<String> {
        let known = known.iter().map(String::as_str);
        thalweg::internal::nearest(name, known).into_iter().map(str::to_owned).collect()
    }

    /// A schedule in numbers of steps, from one that has shares of a run of `steps` steps.
    ///
    ///     >>> thalweg.schedule("warmup:5% then cosine", 1000)
    ///     'warmup:steps=50 then cosine:steps=950'
    #[pyfunction]
    fn schedule(text: &str, steps: i64) -> PyResult<String> {
        let steps = u64::try_from(steps).ok().filter(|&steps| steps > 0).ok_or_else(|| {
            PyValueError::new_err(format!("steps={steps} is refused; steps is a whole number ≥ 1"))
        })?;
        let schedule = thalweg::Schedule::parse_for(text, steps);
        let schedule = schedule.map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(schedule.to_string())
    }

    /// Sets the number of threads that steps use, before the first one.
    #[pyfunction]
    fn set_num_threads(threads: i64) -> PyResult<()> {
        if !(1..=4096).contains(&threads) {
            return Err(PyValueError::new_err(format!(
                "{threads} threads are refused; from 1 to 4096 can be set"
            )));
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads as usize);
        pool.build_global().map_err(|error| {
            let hint = "the number of threads can be set once, before the first step";
            PyRuntimeError::new_err(format!("{error}; {hint}"))
        })
    }
}
