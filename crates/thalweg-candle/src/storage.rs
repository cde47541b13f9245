//! candle's memory: how it is read as numbers, and how it is taken out of variables and put back.

use std::cell::RefCell;
use std::ops::Range;

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, InplaceOp1, Layout, Result, Var};
use thalweg::{Real, Values, ValuesMut};

/// A number type of arithmetic, with the types of storage that it reads and changes.
pub(crate) trait Arithmetic: Real {
    /// Those types.
    const ACCEPTED: &'static str;

    /// A stretch of a storage, to be read; `None` if it is of another type or shorter.
    fn numbers(storage: &CpuStorage, range: Range<usize>) -> Option<Values<'_, Self>>;

    /// A stretch of a storage, to be changed.
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

/// The memory of variables, out of them for as long as this lives. However it ends, with a step,
/// an error or a panic, each gets its own back.
///
/// candle hands out memory to be changed for one variable and one call at a time; a step needs
/// that of all variables at once.
#[derive(Default)]
pub(crate) struct Taken<'a>(Vec<(&'a Var, CpuStorage)>);

impl<'a> Taken<'a> {
    /// Takes a variable's memory; whether it was there.
    pub(crate) fn take(&mut self, var: &'a Var) -> Result<bool> {
        let take = Take(RefCell::new(None));
        var.inplace_op1(&take)?;
        let storage = take.0.into_inner();
        let was_there = storage.is_some();
        self.0.extend(storage.map(|storage| (var, storage)));
        Ok(was_there)
    }

    /// What was taken, in that order.
    pub(crate) fn storages(&mut self) -> impl Iterator<Item = &mut CpuStorage> {
        self.0.iter_mut().map(|(_, storage)| storage)
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        for (var, storage) in self.0.drain(..) {
            // Only a variable that gives its memory away is here, and that one takes it back.
            let _ = var.inplace_op1(&Put(RefCell::new(Some(storage))));
        }
    }
}

/// What stands in a variable whose memory is taken: nothing, of a type that candle computes
/// nothing with, so that whoever reads the variable meanwhile gets an error and no numbers.
const PLACEHOLDER: CpuStorage = CpuStorage::F8E8M0(Vec::new());

struct Take(RefCell<Option<CpuStorage>>);

impl InplaceOp1 for Take {
    fn name(&self) -> &'static str {
        "take the memory"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, _: &Layout) -> Result<()> {
        // A placeholder is no memory: another thread has it, and will put it back.
        if storage.dtype() != PLACEHOLDER.dtype() {
            self.0.replace(Some(std::mem::replace(storage, PLACEHOLDER)));
        }
        Ok(())
    }
}

struct Put(RefCell<Option<CpuStorage>>);

impl InplaceOp1 for Put {
    fn name(&self) -> &'static str {
        "put the memory back"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, _: &Layout) -> Result<()> {
        if let Some(memory) = self.0.take() {
            *storage = memory;
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
    fn memory_comes_back_after_a_panic() {
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
    fn memory_that_is_taken_cannot_be_taken_again_or_read() {
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
