//! The adapter, against candle's own optimizers and against the library underneath.

mod all_or_nothing;
mod by_name;
mod equal_to_candle;
mod evaluation;
mod memory;
mod rate;
mod refusals;
mod resume;
mod training;

use candle_core::backprop::GradStore;
use candle_core::{CpuStorage, DType, Device, Storage, Tensor, Var};
use thalweg_candle::VarError;

const CPU: Device = Device::Cpu;

/// Pseudo-random numbers in [−1, 1], the same in every run.
fn numbers(n: usize, seed: usize) -> Vec<f64> {
    (0..n).map(|i| ((i * 7919 + seed * 104_729 + 1) as f64 * 0.618).sin()).collect()
}

fn tensor(shape: &[usize], dtype: DType, seed: usize) -> Tensor {
    let n = shape.iter().product();
    Tensor::from_vec(numbers(n, seed), shape, &CPU).unwrap().to_dtype(dtype).unwrap()
}

fn variable(shape: &[usize], dtype: DType, seed: usize) -> Var {
    Var::from_tensor(&tensor(shape, dtype, seed)).unwrap()
}

fn gradients<'a>(pairs: impl IntoIterator<Item = (&'a Var, Tensor)>) -> GradStore {
    let mut grads = GradStore::default();
    for (var, gradient) in pairs {
        grads.insert(var, gradient);
    }
    grads
}

/// All elements in row-major order.
fn elements(tensor: &Tensor) -> Vec<f64> {
    tensor.to_dtype(DType::F64).unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

/// The address of the elements of a variable.
fn place(var: &Var) -> usize {
    let (storage, _) = var.storage_and_layout();
    let Storage::Cpu(storage) = &*storage else { unreachable!() };
    match storage {
        CpuStorage::F32(all) => all.as_ptr().addr(),
        CpuStorage::F64(all) => all.as_ptr().addr(),
        CpuStorage::BF16(all) => all.as_ptr().addr(),
        CpuStorage::F16(all) => all.as_ptr().addr(),
        other => panic!("{other:?}"),
    }
}

fn message<T>(result: Result<T, VarError>) -> String {
    result.err().expect("it is refused").to_string()
}

/// The largest difference between elements.
fn difference(a: &Tensor, b: &Tensor) -> f64 {
    let pairs = elements(a).into_iter().zip(elements(b));
    pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}
