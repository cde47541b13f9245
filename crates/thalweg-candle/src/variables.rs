//! The variables of an optimizer: named, and validated once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

use candle_core::{DType, DeviceLocation, Layout, Tensor, Var};

use crate::error::VarError;

/// Variables that can be stepped together.
#[derive(Debug)]
pub(crate) struct Variables {
    pub(crate) names: Vec<String>,
    pub(crate) vars: Vec<Var>,
    /// The range of each variable within its storage.
    pub(crate) ranges: Vec<Range<usize>>,
    /// The index of the variable of each storage address.
    by_address: HashMap<usize, usize>,
}

impl Variables {
    /// Leaves out integer variables, as candle's optimizers do, and validates all others.
    pub(crate) fn new(
        variables: impl IntoIterator<Item = (String, Var)>,
    ) -> Result<Self, VarError> {
        let (names, vars): (Vec<String>, Vec<Var>) =
            variables.into_iter().filter(|(_, var)| var.dtype().is_float()).unzip();
        let mut by_name = HashMap::new();
        let mut by_address = HashMap::new();
        let mut ranges = Vec::with_capacity(vars.len());
        for (i, (name, var)) in names.iter().zip(&vars).enumerate() {
            if by_name.insert(name, i).is_some() {
                return Err(VarError::NameTwice { name: name.clone() });
            }
            check_device(name, var.device().location())?;
            if !matches!(var.dtype(), DType::BF16 | DType::F16 | DType::F32 | DType::F64) {
                return Err(VarError::UnsupportedType { name: name.clone(), dtype: var.dtype() });
            }
            ranges.push(range_of(name, var.layout())?);
            match by_address.entry(address(var)) {
                Entry::Vacant(entry) => entry.insert(i),
                Entry::Occupied(entry) => {
                    let first: &String = &names[*entry.get()];
                    let (first, second) = (first.clone(), name.clone());
                    return Err(VarError::SharedMemory { first, second });
                }
            };
        }
        Ok(Self { names, vars, ranges, by_address })
    }

    /// Whether they are computed in `f64`: all of them or none.
    pub(crate) fn are_double(&self) -> Result<bool, VarError> {
        let first = |double: bool| {
            let mut all = self.names.iter().zip(&self.vars);
            all.find(|(_, var)| (var.dtype() == DType::F64) == double)
        };
        match (first(true), first(false)) {
            (Some((double, _)), Some((other, var))) => Err(VarError::MixedTypes {
                double: double.clone(),
                other: other.clone(),
                dtype: var.dtype(),
            }),
            (double, _) => Ok(double.is_some()),
        }
    }

    /// Whether a storage belongs to a variable.
    pub(crate) fn own(&self, address: usize) -> bool {
        self.by_address.contains_key(&address)
    }

    /// The variable with a name.
    pub(crate) fn find(&self, name: &str) -> Option<&Var> {
        self.names.iter().position(|known| known == name).map(|i| &self.vars[i])
    }
}

/// The address of the storage, an identity that is stable while the tensor lives.
pub(crate) fn address(tensor: &Tensor) -> usize {
    let (storage, _) = tensor.storage_and_layout();
    std::ptr::from_ref(&*storage).addr()
}

fn check_device(name: &str, device: DeviceLocation) -> Result<(), VarError> {
    match device {
        DeviceLocation::Cpu => Ok(()),
        device => Err(VarError::NotOnCpu { name: name.to_owned(), device }),
    }
}

/// The range of the storage that a contiguous layout covers.
fn range_of(name: &str, layout: &Layout) -> Result<Range<usize>, VarError> {
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(start..end),
        None => Err(VarError::NotContiguous {
            name: name.to_owned(),
            shape: layout.dims().to_vec(),
            stride: layout.stride().to_vec(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Shape;

    use super::*;

    #[test]
    fn a_variable_on_a_gpu_is_rejected_by_name() {
        let refused = check_device("head.w", DeviceLocation::Cuda { gpu_id: 1 }).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the variable `head.w` is on the GPU cuda:1; it must be on the CPU"
        );
        assert!(check_device("head.w", DeviceLocation::Cpu).is_ok());
    }

    #[test]
    fn a_layout_in_another_order_is_rejected_and_an_offset_is_kept() {
        let layout = |stride: [usize; 2]| Layout::new(Shape::from((2, 3)), stride.to_vec(), 5);
        assert_eq!(range_of("w", &layout([3, 1])).unwrap(), 5..11);
        assert_eq!(
            range_of("w", &layout([1, 2])).unwrap_err().to_string(),
            "the variable `w` of shape [2, 3] has strides [1, 2]; it must be contiguous in row-major \
             order"
        );
    }
}
