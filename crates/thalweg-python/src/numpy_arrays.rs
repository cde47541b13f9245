//! NumPy's arrays.

use numpy::npyffi::flags::NPY_ARRAY_WRITEABLE;
use numpy::{PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};
use thalweg::Dtype;

use crate::array::{Array, Gradient, Item, Role, dtype_name, dtype_of};
use crate::memory::Region;

/// What a step with two dictionaries of arrays is about: the parameters in the order of their dictionary.
pub fn items<'py>(
    parameters: &Bound<'py, PyDict>,
    gradients: &Bound<'py, PyDict>,
) -> PyResult<Vec<Item<'py>>> {
    let mut items = Vec::with_capacity(parameters.len());
    let mut used = 0;
    for (name, parameter) in parameters.iter() {
        let name = string(&name, "parameter")?;
        let gradient = gradients.get_item(&name)?;
        used += usize::from(gradient.is_some());
        let text = name.to_str()?;
        let item = Item {
            parameter: array(text, Role::Parameter, &parameter)?,
            copy: None,
            gradient: match gradient.filter(|gradient| !gradient.is_none()) {
                Some(gradient) => {
                    let values = array(text, Role::Gradient, &gradient)?;
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
pub fn array<'py>(name: &str, role: Role, object: &Bound<'py, PyAny>) -> PyResult<Array<'py>> {
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
    let options = PyDict::new(py);
    options.set_item(intern!(py, "order"), "C")?;
    let native =
        if is_native { descr.into_any() } else { PyString::new(py, dtype_name(dtype)).into_any() };
    let copy = found.call_method(intern!(py, "astype"), (native,), Some(&options))?;
    let copied = array(name, role, &copy)?;
    Ok(Array { original: Some(object.clone()), ..copied })
}

/// Copies stepped elements back to the array that they are a copy of.
pub fn put_back(array: &Array<'_>) -> PyResult<()> {
    if let Some(original) = &array.original {
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
