//! Agreement with candle_nn's own optimizers.

use candle_core::{DType, Tensor, Var};
use candle_nn::{Optimizer, ParamsAdamW};
use thalweg::{Element, Method};
use thalweg_candle::{VarOptimizer, rules};

use crate::{CPU, difference, elements, gradients, tensor, variable};

/// Shapes of every rank, with lengths around those of the library's blocks.
const SHAPES: [&[usize]; 8] =
    [&[], &[1], &[7], &[64], &[33, 31], &[5, 1, 4], &[2, 3, 4, 5], &[4, 1025]];

/// Steps two copies of the same variables with the same gradients, thalweg's in a type and candle's in
/// one that can represent it; returns the largest difference.
fn largest_difference<A: Optimizer, B: Optimizer>(
    (ours, theirs): (DType, DType),
    steps: usize,
    candle: impl Fn(Vec<Var>) -> A,
    adapter: impl Fn(Vec<Var>) -> B,
) -> f64 {
    let drawn = |shape, seed, dtype| tensor(shape, ours, seed).to_dtype(dtype).unwrap();
    let variables = |dtype| -> Vec<Var> {
        let each = SHAPES.iter().enumerate();
        each.map(|(i, shape)| Var::from_tensor(&drawn(shape, i, dtype)).unwrap()).collect()
    };
    let (our_vars, their_vars) = (variables(ours), variables(theirs));
    let (mut adapter, mut candle) = (adapter(our_vars.clone()), candle(their_vars.clone()));
    for step in 1..=steps {
        let grads = |vars: &[Var], dtype| {
            let each = vars.iter().zip(SHAPES).enumerate();
            gradients(each.map(|(i, (var, shape))| (var, drawn(shape, 100 * step + i, dtype))))
        };
        adapter.step(&grads(&our_vars, ours)).unwrap();
        candle.step(&grads(&their_vars, theirs)).unwrap();
    }
    let pairs = || our_vars.iter().zip(&their_vars);
    assert!(pairs().zip(variables(ours)).all(|((_, a), b)| difference(a, &b) > 0.01));
    pairs().map(|(a, b)| difference(a, b)).fold(0.0, f64::max)
}

fn sgd(types: (DType, DType), steps: usize) -> f64 {
    let config = rules::Sgd { lr: 0.1, ..rules::Sgd::default() };
    largest_difference(
        types,
        steps,
        |vars| candle_nn::SGD::new(vars, 0.1).unwrap(),
        |vars| VarOptimizer::new(vars, config).unwrap(),
    )
}

fn adamw(types: (DType, DType), steps: usize) -> f64 {
    let params = ParamsAdamW { lr: 0.03, weight_decay: 0.1, ..ParamsAdamW::default() };
    let config = rules::AdamW { lr: 0.03, weight_decay: 0.1, ..rules::AdamW::default() };
    largest_difference(
        types,
        steps,
        |vars| candle_nn::AdamW::new(vars, params.clone()).unwrap(),
        |vars| VarOptimizer::new(vars, config).unwrap(),
    )
}

/// The unit in the last place of numbers just below 1, which weights are smaller than.
const F32: f64 = 1.0 / (1 << 24) as f64;
const F64: f64 = f64::EPSILON / 2.0;
const BF16: f64 = 1.0 / (1 << 8) as f64;
const F16: f64 = 1.0 / (1 << 11) as f64;

#[test]
fn sgd_is_candles_to_the_last_bit() {
    // Both round the product and then the difference.
    assert_eq!(sgd((DType::F32, DType::F32), 20), 0.0);
    assert_eq!(sgd((DType::F64, DType::F64), 20), 0.0);
}

#[test]
fn adamw_is_candles_to_the_accuracy_of_the_type() {
    // The order of the products differs, so that each of the 20 steps can round a weight differently, by
    // one unit.
    for (dtype, unit) in [(DType::F32, F32), (DType::F64, F64)] {
        let apart = adamw((dtype, dtype), 20);
        assert!(0.0 < apart && apart <= 20.0 * unit, "{dtype:?}: {apart:e}");
    }
}

#[test]
fn sixteen_bits_are_what_candle_gives_in_f32_but_for_the_rounding_of_each_step() {
    // candle's 16-bit results differ: it rounds every intermediate result, and squares of gradients
    // underflow in f16.
    for (dtype, unit) in [(DType::BF16, BF16), (DType::F16, F16)] {
        for apart in [sgd((dtype, DType::F32), 5), adamw((dtype, DType::F32), 5)] {
            assert!(0.0 < apart && apart <= 5.0 * unit, "{dtype:?}: {apart:e}");
        }
    }
}

/// The library's own step over plain vectors.
fn plainly<R, T>(method: impl Method, vars: &[Tensor], grads: &[Vec<Tensor>]) -> Vec<Vec<T>>
where
    R: thalweg::Real,
    T: Element<R> + candle_core::WithDType,
{
    let list = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<T>().unwrap();
    let mut vars: Vec<Vec<T>> = vars.iter().map(list).collect();
    let names: Vec<String> = (0..vars.len()).map(|i| i.to_string()).collect();
    let mut optimizer = thalweg::Optimizer::<R>::new(method).unwrap();
    for grads in grads {
        let grads: Vec<Vec<T>> = grads.iter().map(list).collect();
        let items = names.iter().zip(&mut vars).zip(&grads);
        optimizer.step(items.map(|((name, var), grad)| (name, var, grad))).unwrap();
    }
    vars
}

fn adapted_is_plain<R, T>(dtype: DType)
where
    R: thalweg::Real,
    T: Element<R> + candle_core::WithDType,
{
    let tensors: Vec<Tensor> =
        SHAPES.iter().enumerate().map(|(i, shape)| tensor(shape, dtype, i)).collect();
    let grads: Vec<Vec<Tensor>> = (1..6)
        .map(|step| SHAPES.iter().map(|shape| tensor(shape, dtype, 100 * step)).collect())
        .collect();
    let expected = plainly::<R, T>(rules::Adam::default(), &tensors, &grads);

    let vars: Vec<Var> = tensors.iter().map(|t| Var::from_tensor(t).unwrap()).collect();
    let mut optimizer = VarOptimizer::new(vars.clone(), rules::Adam::default()).unwrap();
    for grads in grads {
        optimizer.step(&gradients(vars.iter().zip(grads))).unwrap();
    }
    for (var, expected) in vars.iter().zip(expected) {
        let got = var.flatten_all().unwrap().to_vec1::<T>().unwrap();
        assert!(got == expected, "{dtype:?} {:?}", var.dims());
    }
}

#[test]
fn every_type_gives_the_bits_of_the_library_over_vectors() {
    adapted_is_plain::<f32, f32>(DType::F32);
    adapted_is_plain::<f64, f64>(DType::F64);
    adapted_is_plain::<f32, thalweg::bf16>(DType::BF16);
    adapted_is_plain::<f32, thalweg::f16>(DType::F16);
}

#[test]
fn types_that_compute_in_f32_step_together() {
    let dtypes = [DType::F32, DType::BF16, DType::F16];
    let vars: Vec<Var> = dtypes.iter().map(|&dtype| variable(&[100], dtype, 1)).collect();
    let before: Vec<Vec<f64>> = vars.iter().map(|var| elements(var)).collect();
    let mut optimizer = VarOptimizer::new(vars.clone(), rules::Sgd::default()).unwrap();
    // The type of a gradient may differ from that of its variable, as when gradients of bf16 weights are
    // accumulated in f32.
    let of_f32 = |var| (var, Tensor::ones(100, DType::F32, &CPU).unwrap());
    optimizer.step(&gradients(vars.iter().map(of_f32))).unwrap();
    for ((var, before), unit) in vars.iter().zip(before).zip([F32, BF16, F16]) {
        for (after, before) in elements(var).into_iter().zip(before) {
            assert!((after - (before - 0.01)).abs() <= unit, "{:?}", var.dtype());
        }
    }
}
