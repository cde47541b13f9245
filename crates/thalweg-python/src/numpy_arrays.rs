//! NumPy's arrays.

use numpy::npyffi::flags::NPY_ARRAY_WRITEABLE;
use numpy::{PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use thalweg::Dtype;

use crate::array::{Array, Gradient, Item, Role, dtype_name, dtype_of, extent};
use crate::error::array_in_use;
use crate::memory::{Claim, Region};

/// What a step with two dictionaries of arrays is about: the parameters in the order of their dictionary.
pub fn items<'py>(
    parameters: &Bound<'py, PyDict>,
    gradients: &Bound<'py, PyDict>,
    claim: &mut Claim,
) -> PyResult<Vec<Item<'py>>> {
    let mut items = Vec::with_capacity(parameters.len());
    let mut used = 0;
    for (name, parameter) in parameters.iter() {
        let name = string(&name, "parameter")?;
        let gradient = gradients.get_item(&name)?;
        used += usize::from(gradient.is_some());
        let text = name.to_str()?;
        let item = Item {
            parameter: array(text, Role::Parameter, &parameter, claim)?,
            copy: None,
            gradient: match gradient.filter(|gradient| !gradient.is_none()) {
                Some(gradient) => {
                    let values = array(text, Role::Gradient, &gradient, claim)?;
                    Some(Gradient { values, rows: None })
                }
                None => None,
            },
            name,
        };
        item.check()?;
        items.push(item);
    }
    if used < gradients.len() {
        for name in gradients.keys() {
            let name = string(&name, "gradient")?;
            if !parameters.contains(&name)? {
                return Err(crate::error::exception(thalweg::Error::UnknownParameter {
                    name: name.to_string(),
                }));
            }
        }
    }
    Ok(items)
}

fn string<'py>(name: &Bound<'py, PyAny>, what: &str) -> PyResult<Bound<'py, PyString>> {
    name.cast::<PyString>().cloned().map_err(|_| {
        let kind = kind_of(name);
        PyTypeError::new_err(format!(
            "the name of a {what} is {name}, of type {kind}; a str is needed"
        ))
    })
}

/// The name of an object's class.
pub fn kind_of(object: &Bound<'_, PyAny>) -> String {
    object.get_type().name().map_or_else(|_| "object".to_owned(), |name| name.to_string())
}

/// An array as it is, or a copy in row-major order if its elements lie otherwise.
pub fn array<'py>(
    name: &str,
    role: Role,
    object: &Bound<'py, PyAny>,
    claim: &mut Claim,
) -> PyResult<Array<'py>> {
    let py = object.py();
    let of = || role.of(name);
    let found = match object.cast::<PyUntypedArray>() {
        Ok(found) => found.clone(),
        // Arithmetic on arrays without dimensions gives NumPy's scalars.
        Err(_) if role == Role::Gradient && is_scalar(object)? => {
            numpy(py)?.call_method1(intern!(py, "asarray"), (object,))?.cast_into()?
        }
        Err(_) => {
            let kind = kind_of(object);
            let hint = match is_scalar(object)? {
                true => "; numpy.array(…) makes an array without dimensions, which can change",
                false => "",
            };
            return Err(PyTypeError::new_err(format!(
                "{} is of type {kind}, not a NumPy array{hint}",
                of()
            )));
        }
    };
    if object
        .is_instance(&numpy(py)?.getattr(intern!(py, "ma"))?.getattr(intern!(py, "MaskedArray"))?)?
    {
        let problem = "a masked array; a plain one is needed, such as its .filled(0)";
        return Err(PyTypeError::new_err(format!("{} is {problem}", of())));
    }
    let descr = found.dtype();
    let dtype = match descr.num() {
        11 => Some(Dtype::F32),
        12 => Some(Dtype::F64),
        23 => Some(Dtype::F16),
        // Registered by ml_dtypes, which has no fixed number.
        _ => dtype_of(&descr.getattr(intern!(py, "name"))?.cast::<PyString>()?.to_cow()?),
    };
    let Some(dtype) = dtype else {
        return Err(PyTypeError::new_err(format!(
            "{} has type {descr}; float32, float64, float16 or bfloat16 is needed",
            of()
        )));
    };
    // SAFETY: `found` is an array, whose fields may be read while we are attached to the interpreter.
    #[expect(unsafe_code, reason = "NumPy's C interface")]
    let (address, flags) = unsafe {
        let array = &*found.as_array_ptr();
        (array.fields.data as usize, array.fields.flags)
    };
    if role == Role::Parameter && flags & NPY_ARRAY_WRITEABLE == 0 {
        return Err(PyValueError::new_err(format!("{} is read-only; it must be writable", of())));
    }
    let shape = found.shape().to_vec();
    let is_native = descr.is_native_byteorder() != Some(false);
    if is_native && found.is_c_contiguous() && found.is_aligned() {
        let region = Region { address, len: found.len(), dtype };
        return Ok(Array { region, shape, owner: found.into_any(), original: None });
    }
    let Some(bytes) = extent(address, &shape, found.strides(), descr.itemsize()) else {
        if role == Role::Parameter {
            return Err(PyValueError::new_err(format!("elements of {} share memory", of())));
        }
        // As those of a gradient of `numpy.broadcast_to`.
        return array(name, role, &row_major(&found, None)?, claim);
    };
    let native =
        if is_native { descr.into_any() } else { PyString::new(py, dtype_name(dtype)).into_any() };
    if role == Role::Parameter && !claim.hold(bytes.clone()) {
        return Err(array_in_use(&of()));
    }
    let copied = array(name, role, &row_major(&found, Some(native))?, claim)?;
    Ok(Array { original: Some((object.clone(), bytes)), ..copied })
}

/// A copy in row-major order, a plain array whatever the class.
fn row_major<'py>(
    found: &Bound<'py, PyUntypedArray>,
    dtype: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = found.py();
    let options = PyDict::new(py);
    options.set_item(intern!(py, "order"), "C")?;
    options.set_item(intern!(py, "copy"), true)?;
    if let Some(dtype) = dtype {
        options.set_item(intern!(py, "dtype"), dtype)?;
    }
    numpy(py)?.call_method(intern!(py, "array"), (found,), Some(&options))
}

/// Checks that parameters that are copied for a step share no memory with others, which their copies would hide.
pub fn check_copies(items: &[Item<'_>]) -> PyResult<()> {
    let copied = items.iter().filter(|item| item.parameter.original.is_some());
    if copied.clone().next().is_none() {
        return Ok(());
    }
    let bytes = |array: &Array<'_>| match &array.original {
        Some((_, bytes)) => bytes.clone(),
        None => array.region.bytes(),
    };
    let mut all: Vec<_> = items.iter().map(|item| (bytes(&item.parameter), item)).collect();
    all.sort_by_key(|(bytes, _)| bytes.start);
    for (k, (ours, item)) in all.iter().enumerate() {
        let near = all[k + 1..].iter().take_while(|(theirs, _)| theirs.start < ours.end);
        for (_, other) in near {
            let [a, b] = [item, other].map(|item| given(&item.parameter));
            if share(a, b)? {
                let mut names = [item.name.to_string(), other.name.to_string()];
                names.sort();
                return Err(PyValueError::new_err(format!(
                    "the parameter `{}` and the parameter `{}` share memory; a step needs them apart",
                    names[0], names[1]
                )));
            }
        }
    }
    Ok(())
}

/// The object that an array was made from.
fn given<'a, 'py>(array: &'a Array<'py>) -> &'a Bound<'py, PyAny> {
    array.original.as_ref().map_or(&array.owner, |(object, _)| object)
}

/// An array of the same memory, of an array or a tensor.
fn view<'py>(object: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
    match object.hasattr("numpy") {
        Ok(true) => object.call_method0("detach").ok()?.call_method0("numpy").ok(),
        _ => Some(object.clone()),
    }
}

/// Whether two arrays, or tensors, have an element in common; of tensors that NumPy cannot see it is assumed.
fn share(a: &Bound<'_, PyAny>, b: &Bound<'_, PyAny>) -> PyResult<bool> {
    let py = a.py();
    match (view(a), view(b)) {
        (Some(a), Some(b)) => numpy(py)?.call_method1("shares_memory", (a, b))?.extract(),
        _ => Ok(true),
    }
}

/// Copies stepped elements back to the array that they are a copy of.
pub fn put_back(array: &Array<'_>) -> PyResult<()> {
    if let Some((original, _)) = &array.original {
        let py = original.py();
        numpy(py)?.call_method1(intern!(py, "copyto"), (original, &array.owner))?;
    }
    Ok(())
}

fn numpy(py: Python<'_>) -> PyResult<Bound<'_, PyModule>> {
    py.import(intern!(py, "numpy"))
}

fn is_scalar(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    object.is_instance(&numpy(object.py())?.getattr("generic")?)
}
