//! PyTorch's tensors. PyTorch is not a dependency: its module is handed in by the Python that imports it.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};
use thalweg::Dtype;

use crate::array::{Array, Gradient, Item, Role, extent};
use crate::error::array_in_use;
use crate::memory::{Claim, Region, slice};
use crate::numpy_arrays::kind_of;

/// PyTorch's objects that tensors are compared with.
struct Torch<'py> {
    module: Bound<'py, PyAny>,
    dtypes: [(Bound<'py, PyAny>, Dtype); 4],
    strided: Bound<'py, PyAny>,
    sparse: Bound<'py, PyAny>,
}

impl<'py> Torch<'py> {
    fn new(module: &Bound<'py, PyAny>) -> PyResult<Self> {
        let py = module.py();
        Ok(Self {
            dtypes: [
                (module.getattr(intern!(py, "float32"))?, Dtype::F32),
                (module.getattr(intern!(py, "float64"))?, Dtype::F64),
                (module.getattr(intern!(py, "bfloat16"))?, Dtype::Bf16),
                (module.getattr(intern!(py, "float16"))?, Dtype::F16),
            ],
            strided: module.getattr(intern!(py, "strided"))?,
            sparse: module.getattr(intern!(py, "sparse_coo"))?,
            module: module.clone(),
        })
    }

    /// A tensor as it is, or a copy in row-major order if its elements lie otherwise.
    fn array(
        &self,
        name: &str,
        role: Role,
        tensor: &Bound<'py, PyAny>,
        claim: &mut Claim,
    ) -> PyResult<Array<'py>> {
        let py = tensor.py();
        let dtype = tensor.getattr(intern!(py, "dtype"))?;
        let Some(&(_, dtype)) = self.dtypes.iter().find(|(known, _)| known.is(&dtype)) else {
            return Err(PyTypeError::new_err(format!(
                "{} has type {dtype}; float32, float64, float16 or bfloat16 is needed",
                role.of(name)
            )));
        };
        let layout = tensor.getattr(intern!(py, "layout"))?;
        if !layout.is(&self.strided) {
            return Err(PyTypeError::new_err(format!(
                "{} has layout {layout}; torch.strided is needed",
                role.of(name)
            )));
        }
        if !tensor.getattr(intern!(py, "is_cpu"))?.is_truthy()? {
            let device = tensor.getattr(intern!(py, "device"))?;
            return Err(PyValueError::new_err(format!(
                "{} is on {device}; it must be on the CPU",
                role.of(name)
            )));
        }
        let contiguous = tensor.call_method0(intern!(py, "is_contiguous"))?.is_truthy()?;
        // A view that stands for the negated numbers in memory.
        let is_negated = tensor.call_method0(intern!(py, "is_neg"))?.is_truthy()?;
        if !contiguous || is_negated {
            let size = dtype.size();
            let strides: Vec<isize> = tensor.call_method0(intern!(py, "stride"))?.extract()?;
            let strides: Vec<isize> = strides.iter().map(|step| step * size as isize).collect();
            let address: usize = tensor.call_method0(intern!(py, "data_ptr"))?.extract()?;
            let bytes = extent(address, &shape(tensor)?, &strides, size);
            let detached = tensor.call_method0(intern!(py, "detach"))?;
            if role == Role::Parameter {
                let Some(bytes) = &bytes else {
                    let of = role.of(name);
                    return Err(PyValueError::new_err(format!("elements of {of} share memory")));
                };
                if !claim.hold(bytes.clone()) {
                    return Err(array_in_use(&role.of(name)));
                }
            }
            let options = PyDict::new(py);
            options.set_item("memory_format", self.module.getattr("contiguous_format")?)?;
            let copy = detached.call_method(intern!(py, "clone"), (), Some(&options))?;
            let copied = self.array(name, role, &copy, claim)?;
            return Ok(Array { original: bytes.map(|bytes| (detached, bytes)), ..copied });
        }
        let shape = shape(tensor)?;
        let address: usize = tensor.call_method0(intern!(py, "data_ptr"))?.extract()?;
        let len = shape.iter().product();
        if len > 0 && address == 0 {
            let kind = kind_of(tensor);
            return Err(PyTypeError::new_err(format!(
                "{} is of type {kind} and has no memory of its own; a plain tensor is needed",
                role.of(name)
            )));
        }
        if len > 0 && !address.is_multiple_of(dtype.size()) {
            return Err(PyValueError::new_err(format!("{} is not aligned", role.of(name))));
        }
        let region = Region { address, len, dtype };
        Ok(Array { region, shape, owner: tensor.clone(), original: None })
    }

    fn gradient(
        &self,
        name: &str,
        gradient: &Bound<'py, PyAny>,
        claim: &mut Claim,
    ) -> PyResult<Gradient<'py>> {
        let py = gradient.py();
        if !gradient.getattr(intern!(py, "layout"))?.is(&self.sparse) {
            return Ok(Gradient {
                values: self.array(name, Role::Gradient, gradient, claim)?,
                rows: None,
            });
        }
        let dimensions: usize = gradient.call_method0("sparse_dim")?.extract()?;
        if dimensions != 1 {
            return Err(PyValueError::new_err(format!(
                "the gradient of `{name}` is sparse in {dimensions} dimensions; only rows, the first \
                 dimension, can be sparse"
            )));
        }
        let coalesced = gradient.call_method0("coalesce")?;
        let values = coalesced.call_method0("values")?.call_method0("contiguous")?;
        let indices = coalesced.call_method0("indices")?.call_method0("contiguous")?;
        Ok(Gradient {
            values: self.array(name, Role::Gradient, &values, claim)?,
            rows: Some(rows(name, &indices)?),
        })
    }
}

/// The shape of a tensor, which is a tuple.
fn shape(tensor: &Bound<'_, PyAny>) -> PyResult<Vec<usize>> {
    let shape = tensor.getattr(intern!(tensor.py(), "shape"))?.cast_into::<PyTuple>()?;
    shape.iter_borrowed().map(|length| length.extract()).collect()
}

/// The rows of a tensor of indices, of one dimension that is sparse.
fn rows(name: &str, indices: &Bound<'_, PyAny>) -> PyResult<Vec<u32>> {
    let address = indices.call_method0("data_ptr")?.extract()?;
    let len = indices.call_method0("numel")?.extract()?;
    // SAFETY: the indices of a sparse tensor are of type int64 and contiguous, `indices` keeps them, and nobody
    // else has this tensor.
    #[expect(unsafe_code, reason = "memory that Python owns")]
    let numbers = unsafe { slice::<i64>(Region { address, len, dtype: Dtype::F64 }) };
    let rows = numbers.iter().map(|&row| {
        u32::try_from(row).map_err(|_| {
            PyValueError::new_err(format!(
                "the gradient of `{name}` has row {row}, which is too large"
            ))
        })
    });
    rows.collect()
}

/// What a step of tensors is about. Gradients are those in their attribute `grad` unless they are given; `copies` get
/// the stepped tensors.
pub fn items<'py>(
    torch: &Bound<'py, PyAny>,
    names: &Bound<'py, PyList>,
    tensors: &Bound<'py, PyList>,
    gradients: Option<&Bound<'py, PyList>>,
    copies: Option<&Bound<'py, PyList>>,
    claim: &mut Claim,
) -> PyResult<Vec<Item<'py>>> {
    let py = torch.py();
    let torch = Torch::new(torch)?;
    let mut items = Vec::with_capacity(tensors.len());
    for (index, (name, tensor)) in names.iter().zip(tensors.iter()).enumerate() {
        let gradient = match gradients {
            Some(gradients) => gradients.get_item(index)?,
            None => tensor.getattr(intern!(py, "grad"))?,
        };
        if gradient.is_none() {
            continue;
        }
        let name = name.cast_into::<PyString>()?;
        let text = name.to_str()?;
        let parameter = torch.array(text, Role::Parameter, &tensor, claim)?;
        let gradient = Some(torch.gradient(text, &gradient, claim)?);
        let copy = match copies {
            Some(copies) => {
                Some(torch.array(text, Role::Parameter, &copies.get_item(index)?, claim)?)
            }
            None => None,
        };
        let item = Item { parameter, copy, gradient, name };
        item.check()?;
        items.push(item);
    }
    Ok(items)
}

/// Copies stepped elements back to the tensor that they are a copy of.
pub fn put_back(array: &Array<'_>) -> PyResult<()> {
    if let Some((original, _)) = &array.original {
        original.call_method1("copy_", (&array.owner,))?;
    }
    Ok(())
}
