//! A step over memory that Python owns.

use pyo3::PyErr;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use thalweg::{AnyOptimizer, Dtype, Optimizer, Parameter, Rows, Spec};

use crate::array::{Array, Item, Role, arithmetic, dtype_name};
use crate::error::{array_in_use, exception};
use crate::memory::{Arithmetic, Claim, Conflict, Elements};
use crate::numpy_arrays::check_copies;
use crate::report::Report;

/// Steps what is in memory, without the interpreter's lock, then puts copies back.
pub fn step<'py>(
    py: Python<'py>,
    optimizer: &mut AnyOptimizer,
    items: Vec<Item<'py>>,
    mut claim: Claim,
    loss: Option<f64>,
    put_back: fn(&Array<'py>) -> PyResult<()>,
) -> PyResult<Report> {
    check_types(&items, optimizer.dtype())?;
    let names: Vec<&str> = items.iter().map(|item| item.name.to_str()).collect::<Result<_, _>>()?;
    let mut regions = Vec::with_capacity(2 * items.len());
    for item in &items {
        regions.push((item.parameter.region, true));
        regions.extend(item.copy.iter().map(|copy| (copy.region, true)));
        regions.extend(item.gradient.iter().map(|gradient| (gradient.values.region, false)));
    }
    check_copies(&items)?;
    // SAFETY: `items` holds references to the arrays that own this memory until the claim is dropped, and
    // they were checked to be of these types and lengths, aligned, and where they are written writable.
    #[expect(unsafe_code, reason = "memory that Python owns")]
    let taken = unsafe { claim.take(regions) };
    taken.map_err(|conflict| conflict_text(&items, &names, conflict))?;
    let described: Vec<_> = items
        .iter()
        .zip(names)
        .map(|(item, name)| Described {
            name,
            shape: &item.parameter.shape,
            has_copy: item.copy.is_some(),
            gradient: item.gradient.as_ref().map(|gradient| {
                let width = gradient.values.shape.iter().skip(1).product();
                gradient.rows.as_deref().map(|indices| Rows { width, indices })
            }),
        })
        .collect();
    let claim = &mut claim;
    let report = match optimizer {
        AnyOptimizer::F32(optimizer) => py.detach(|| run(optimizer, claim, &described, loss)),
        AnyOptimizer::F64(optimizer) => py.detach(|| run(optimizer, claim, &described, loss)),
    };
    let report = report.map_err(exception)?;
    if report.skipped.is_none() {
        for item in &items {
            put_back(&item.parameter)?;
            item.copy.iter().try_for_each(put_back)?;
        }
    }
    Report::new(py, report)
}

/// What a step is told of a parameter besides its elements.
struct Described<'a> {
    name: &'a str,
    shape: &'a [usize],
    /// Whether the stepped parameter is copied.
    has_copy: bool,
    /// Whether there is a gradient, and its rows if it is sparse.
    gradient: Option<Option<Rows<'a>>>,
}

fn run<R: Arithmetic>(
    optimizer: &mut Optimizer<R, Spec>,
    claim: &mut Claim,
    described: &[Described<'_>],
    loss: Option<f64>,
) -> Result<thalweg::Report, thalweg::Error> {
    let mut elements = claim.elements::<R>();
    let mut parameters = Vec::with_capacity(described.len());
    for &Described { name, shape, has_copy, gradient } in described {
        let Some(Some(Elements::Written(value))) = elements.next() else { continue };
        let copy = match has_copy.then(|| elements.next()).flatten() {
            Some(Some(Elements::Written(copy))) => Some(copy),
            _ => None,
        };
        let values = match gradient {
            Some(_) => match elements.next() {
                Some(Some(Elements::Read(values))) => Some(values),
                _ => None,
            },
            None => None,
        };
        let rows = gradient.flatten();
        parameters.push(Parameter {
            name,
            value,
            gradient: values,
            rows,
            shape: Some(shape),
            copy,
        });
    }
    match loss {
        Some(loss) => optimizer.step_with_loss(loss, parameters),
        None => optimizer.step(parameters),
    }
}

/// Checks that all parameters are of types that the arithmetic reads.
fn check_types(items: &[Item<'_>], ours: Dtype) -> PyResult<()> {
    let fits = |item: &&Item<'_>| arithmetic(item.parameter.region.dtype) == ours;
    let Some(other) = items.iter().find(|item| !fits(item)) else { return Ok(()) };
    let dtype = dtype_name(other.parameter.region.dtype);
    let name = &other.name;
    let message = match items.iter().find(fits) {
        Some(first) => format!(
            "`{}` has type {} and `{name}` has type {dtype}; float64 cannot be mixed with other types: \
             convert one, or give it an optimizer of its own",
            first.name,
            dtype_name(first.parameter.region.dtype)
        ),
        None => format!(
            "`{name}` has type {dtype}, but this optimizer computes in {}",
            dtype_name(ours)
        ),
    };
    Err(PyTypeError::new_err(message))
}

/// What a conflict is about.
fn conflict_text(items: &[Item<'_>], names: &[&str], conflict: Conflict) -> PyErr {
    let mut regions = Vec::new();
    for (item, name) in items.iter().zip(names) {
        regions.push(Role::Parameter.of(name));
        regions.extend(item.copy.iter().map(|_| format!("the copy of `{name}`")));
        regions.extend(item.gradient.iter().map(|_| Role::Gradient.of(name)));
    }
    let text = |index: usize| regions.get(index).map_or("an array", String::as_str);
    match conflict {
        Conflict::Between(a, b) => PyValueError::new_err(format!(
            "{} and {} share memory; a step needs them apart",
            text(a),
            text(b)
        )),
        Conflict::InUse(a) => array_in_use(text(a)),
    }
}
