//! Arrays of NumPy and tensors of PyTorch, as a step sees them.

use std::ops::Range;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyString;
use thalweg::Dtype;

use crate::memory::Region;

/// The bytes between the first and the last element of an array; `None` if elements share memory with one another.
pub fn extent(
    address: usize,
    shape: &[usize],
    strides: &[isize],
    size: usize,
) -> Option<Range<usize>> {
    let len: usize = shape.iter().product();
    if len == 0 {
        return Some(address..address);
    }
    let reach = |step: isize, n: usize| step * (n as isize - 1);
    let reaches = || strides.iter().zip(shape).map(|(&step, &n)| reach(step, n));
    let before: isize = reaches().filter(|&reach| reach < 0).sum();
    let after: isize = reaches().filter(|&reach| reach > 0).sum();
    let first = address.checked_add_signed(before)?;
    let end = address.checked_add_signed(after)?.checked_add(size)?;
    (end - first >= len * size).then_some(first..end)
}

/// A parameter or a gradient: its elements in row-major order, in memory that stays while this is there.
pub struct Array<'py> {
    pub region: Region,
    pub shape: Vec<usize>,
    /// What keeps the memory allocated.
    pub owner: Bound<'py, PyAny>,
    /// The object whose elements these are a copy of, where it could not be used as it is, with the bytes between its
    /// first and its last element.
    pub original: Option<(Bound<'py, PyAny>, Range<usize>)>,
}

/// What takes part in a step.
pub struct Item<'py> {
    pub name: Bound<'py, PyString>,
    pub parameter: Array<'py>,
    /// Where the stepped parameter is copied to.
    pub copy: Option<Array<'py>>,
    pub gradient: Option<Gradient<'py>>,
}

/// The gradient of a parameter.
pub struct Gradient<'py> {
    pub values: Array<'py>,
    /// The rows that it has, if it is sparse.
    pub rows: Option<Vec<u32>>,
}

/// What an array is to the optimizer, for error messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Parameter,
    Gradient,
}

impl Role {
    /// Such as "the gradient of `W1`".
    pub fn of(self, name: &str) -> String {
        match self {
            Self::Parameter => format!("the parameter `{name}`"),
            Self::Gradient => format!("the gradient of `{name}`"),
        }
    }
}

/// Python's name of a type, in NumPy as in PyTorch.
pub fn dtype_name(dtype: Dtype) -> &'static str {
    match dtype {
        Dtype::F32 => "float32",
        Dtype::F64 => "float64",
        Dtype::Bf16 => "bfloat16",
        Dtype::F16 => "float16",
    }
}

/// The type that a name means.
pub fn dtype_of(name: &str) -> Option<Dtype> {
    let known = [Dtype::F32, Dtype::F64, Dtype::Bf16, Dtype::F16];
    known.into_iter().find(|dtype| dtype_name(*dtype) == name || dtype.name() == name)
}

/// The type in which parameters of a type are stepped.
pub fn arithmetic(dtype: Dtype) -> Dtype {
    if dtype == Dtype::F64 { Dtype::F64 } else { Dtype::F32 }
}

impl Item<'_> {
    /// Checks that the gradient has the shape and a type that fit its parameter. What is written about
    /// shapes of sparse gradients is checked by the library.
    pub fn check(&self) -> PyResult<()> {
        let ours = self.parameter.region.dtype;
        let name = || self.name.to_string();
        if let Some(copy) = &self.copy
            && copy.shape != self.parameter.shape
        {
            return Err(PyValueError::new_err(format!(
                "the copy of `{}` has shape {}, but the parameter has shape {}",
                name(),
                shape_text(&copy.shape),
                shape_text(&self.parameter.shape)
            )));
        }
        let Some(Gradient { values, rows }) = &self.gradient else { return Ok(()) };
        let theirs = values.region.dtype;
        if arithmetic(ours) != arithmetic(theirs) {
            let (ours, theirs) = (dtype_name(ours), dtype_name(theirs));
            return Err(PyTypeError::new_err(format!(
                "the gradient of `{}` has type {theirs}, but the parameter has type {ours}; convert \
                 one of them",
                name()
            )));
        }
        if rows.is_none() && values.shape != self.parameter.shape {
            return Err(PyValueError::new_err(format!(
                "the gradient of `{}` has shape {}, but the parameter has shape {}",
                name(),
                shape_text(&values.shape),
                shape_text(&self.parameter.shape)
            )));
        }
        Ok(())
    }
}

/// A shape as Python writes it.
pub fn shape_text(shape: &[usize]) -> String {
    match shape {
        [length] => format!("({length},)"),
        shape => {
            let lengths: Vec<String> = shape.iter().map(usize::to_string).collect();
            format!("({})", lengths.join(", "))
        }
    }
}
