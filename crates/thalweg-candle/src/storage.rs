//! candle's storage: accessing its numbers, taking it out of variables and putting it back.

use std::cell::RefCell;
use std::ops::Range;

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, InplaceOp1, Layout, Result, Var};
use thalweg::{Real, Values, ValuesMut};

/// A compute type, with the storage types that it reads and writes.
pub(crate) trait Arithmetic: Real {
    /// The storage types, in words.
    const ACCEPTED: &'static str;

    /// A range of a storage, read-only; `None` if the type is not accepted or the range out of bounds.
    fn numbers(storage: &CpuStorage, range: Range<usize>) -> Option<Values<'_, Self>>;

    /// A range of a storage, mutable.
    fn numbers_mut(storage: &mut CpuStorage, range: Range<usize>) -> Option<ValuesMut<'_, Self>>;
}

impl Arithmetic for f32 {
    const ACCEPTED: &'static str = "f32, bf16 or f16";

    fn numbers(storage: &CpuStorage, range: Range<usize>) -> Option<Values<'_, Self>> {
        match storage {
            CpuStorage::F32(all) => all.get(range).map(Values::Real),
            CpuStorage::BF16(all) => all.get(range).map(Values::Bf16),
            CpuStorage::F16(all) => all.get(range).map(Values::F16),
            _ => None,
        }
    }

    fn numbers_mut(storage: &mut CpuStorage, range: Range<usize>) -> Option<ValuesMut<'_, Self>> {
        match storage {
            CpuStorage::F32(all) => all.get_mut(range).map(ValuesMut::Real),
            CpuStorage::BF16(all) => all.get_mut(range).map(ValuesMut::Bf16),
            CpuStorage::F16(all) => all.get_mut(range).map(ValuesMut::F16),
            _ => None,
        }
    }
}

impl Arithmetic for f64 {
    const ACCEPTED: &'static str = "f64";

    fn numbers(storage: &CpuStorage, range: Range<usize>) -> Option<Values<'_, Self>> {
        match storage {
            CpuStorage::F64(all) => all.get(range).map(Values::Real),
            _ => None,
        }
    }

    fn numbers_mut(storage: &mut CpuStorage, range: Range<usize>) -> Option<ValuesMut<'_, Self>> {
        match storage {
            CpuStorage::F64(all) => all.get_mut(range).map(ValuesMut::Real),
            _ => None,
        }
    }
}

/// The storages of variables, taken out of them. They are put back when this is dropped: after a step,
/// an error or a panic.
///
/// candle gives mutable access to the storage of one variable at a time, within a call; a step needs
/// that of all variables at once.
#[derive(Default)]
pub(crate) struct Taken<'a>(Vec<(&'a Var, CpuStorage)>);

impl<'a> Taken<'a> {
    /// Takes a variable's storage; returns whether it was there.
    pub(crate) fn take(&mut self, var: &'a Var) -> Result<bool> {
        let take = Take(RefCell::new(None));
        var.inplace_op1(&take)?;
        let storage = take.0.into_inner();
        let was_there = storage.is_some();
        self.0.extend(storage.map(|storage| (var, storage)));
        Ok(was_there)
    }

    /// The storages, in the order in which they were taken.
    pub(crate) fn storages(&mut self) -> impl Iterator<Item = &mut CpuStorage> {
        self.0.iter_mut().map(|(_, storage)| storage)
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        for (var, storage) in self.0.drain(..) {
            // Cannot fail: the same operation has succeeded when the storage was taken.
            let _ = var.inplace_op1(&Put(RefCell::new(Some(storage))));
        }
    }
}

/// The storage left in a variable while its own is taken: empty, and of a type without operations, so
/// that reading the variable in the meantime is an error.
const PLACEHOLDER: CpuStorage = CpuStorage::F8E8M0(Vec::new());

struct Take(RefCell<Option<CpuStorage>>);

impl InplaceOp1 for Take {
    fn name(&self) -> &'static str {
        "take the storage"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, _: &Layout) -> Result<()> {
        // A placeholder means that another thread has taken the storage and will put it back.
        if storage.dtype() != PLACEHOLDER.dtype() {
            self.0.replace(Some(std::mem::replace(storage, PLACEHOLDER)));
        }
        Ok(())
    }
}

struct Put(RefCell<Option<CpuStorage>>);

impl InplaceOp1 for Put {
    fn name(&self) -> &'static str {
        "put the storage back"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, _: &Layout) -> Result<()> {
        if let Some(taken) = self.0.take() {
            *storage = taken;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use candle_core::Device;

    use super::*;

    #[test]
    fn storage_is_put_back_after_a_panic() {
        let var = Var::new(&[1.0_f32, 2.0], &Device::Cpu).unwrap();
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let mut taken = Taken::default();
            assert!(taken.take(&var).unwrap());
            panic!("in the middle of a step");
        }));
        assert!(panicked.is_err());
        assert_eq!(var.to_vec1::<f32>().unwrap(), [1.0, 2.0]);
    }

    #[test]
    fn taken_storage_cannot_be_taken_again_or_read() {
        let var = Var::new(&[1.0_f32, 2.0], &Device::Cpu).unwrap();
        let mut taken = Taken::default();
        assert!(taken.take(&var).unwrap());
        assert!(var.sqr().is_err() && var.to_vec1::<f32>().is_err());
        let mut second = Taken::default();
        assert!(!second.take(&var).unwrap());
        drop(second);
        drop(taken);
        assert_eq!(var.to_vec1::<f32>().unwrap(), [1.0, 2.0]);
    }
}
