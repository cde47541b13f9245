//! Whole training runs with candle's layers.

use candle_core::{DType, Result, Tensor};
use candle_nn::{Linear, Module, Optimizer, VarBuilder, VarMap, ops::sigmoid};
use thalweg_candle::{VarOptimizer, rules};

use crate::{CPU, difference, numbers};

/// 2 → 8 → 1 with tanh, from fixed initial weights.
fn network(dtype: DType) -> Result<(VarMap, Linear, Linear)> {
    let mut varmap = VarMap::new();
    let vb = VarBuilder::from_varmap(&varmap, dtype, &CPU);
    let (hidden, out) =
        (candle_nn::linear(2, 8, vb.pp("1"))?, candle_nn::linear(8, 1, vb.pp("2"))?);
    for (seed, (name, shape)) in [
        ("1.weight", vec![8, 2]),
        ("1.bias", vec![8]),
        ("2.weight", vec![1, 8]),
        ("2.bias", vec![1]),
    ]
    .into_iter()
    .enumerate()
    {
        let start = numbers(shape.iter().product(), seed);
        let start = Tensor::from_vec(start, shape, &CPU)?.to_dtype(dtype)?;
        varmap.set_one(name, start)?;
    }
    Ok((varmap, hidden, out))
}

/// Trains the network on exclusive or; the loss at the end, and the weights of the first layer.
fn trained<O: Optimizer>(
    dtype: DType,
    steps: usize,
    optimizer: impl FnOnce(&VarMap) -> O,
) -> Result<(f64, Tensor)> {
    let x =
        Tensor::new(&[[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], &CPU)?.to_dtype(dtype)?;
    let y = Tensor::new(&[[0.0], [1.0], [1.0], [0.0]], &CPU)?.to_dtype(dtype)?;
    let (varmap, hidden, out) = network(dtype)?;
    let mut optimizer = optimizer(&varmap);
    let loss = || (sigmoid(&out.forward(&hidden.forward(&x)?.tanh()?)?)? - &y)?.sqr()?.mean_all();
    for _ in 0..steps {
        optimizer.backward_step(&loss()?)?;
    }
    Ok((loss()?.to_dtype(DType::F64)?.to_scalar()?, hidden.weight().copy()?))
}

#[test]
fn every_optimizer_of_the_registry_learns_exclusive_or() {
    for spec in [
        "sgd:lr=2,momentum=0.9",
        "momentum:lr=2",
        "adagrad:lr=0.3",
        "rmsprop:lr=0.02",
        "adadelta:lr=3",
        "adam:lr=0.05",
        "adamw:lr=0.05,weight_decay=0.001",
    ] {
        let from_spec = |varmap: &VarMap| VarOptimizer::from_spec(spec, varmap).unwrap();
        let (loss, _) = trained(DType::F32, 400, from_spec).unwrap();
        assert!(loss < 0.01, "{spec}: {loss}");
    }
}

#[test]
fn a_training_follows_candles_own() {
    let params = || candle_nn::ParamsAdamW { lr: 0.01, ..Default::default() };
    let candle = |varmap: &VarMap| candle_nn::AdamW::new(varmap.all_vars(), params()).unwrap();
    let config = rules::AdamW { lr: 0.01, ..Default::default() };
    let ours = |varmap: &VarMap| VarOptimizer::new(varmap.all_vars(), config).unwrap();
    // Later gradients amplify differences in rounding: little in f64, more in f32.
    for (dtype, bound) in [(DType::F64, 1e-12), (DType::F32, 1e-4)] {
        let (theirs, our) =
            (trained(dtype, 100, candle).unwrap(), trained(dtype, 100, ours).unwrap());
        assert!((theirs.0 - our.0).abs() < bound, "{dtype:?}: {} {}", theirs.0, our.0);
        let apart = difference(&theirs.1, &our.1);
        assert!(apart < bound, "{dtype:?}: {apart:e}");
    }
}

#[test]
fn gradients_of_micro_batches_add_up_to_those_of_the_batch() {
    let x = Tensor::new(&[[1.0_f64, 2.0], [3.0, -1.0], [0.5, 0.5], [-2.0, 1.0]], &CPU).unwrap();
    let run = |parts: &[(usize, usize)]| -> Result<Tensor> {
        let (varmap, hidden, _) = network(DType::F64)?;
        let settings = VarOptimizer::builder(rules::Sgd { lr: 0.1, ..Default::default() })
            .loss_scale(parts.len() as f64);
        let mut optimizer = VarOptimizer::over(&varmap, settings)?;
        let mut sum = candle_core::backprop::GradStore::default();
        for &(from, len) in parts {
            let loss = hidden.forward(&x.narrow(0, from, len)?)?.sqr()?.mean_all()?;
            sum.extend(loss.backward()?)?;
        }
        optimizer.step(&sum)?;
        hidden.weight().copy()
    };
    let (whole, halves) = (run(&[(0, 4)]).unwrap(), run(&[(0, 2), (2, 2)]).unwrap());
    assert!(difference(&whole, &halves) < 1e-15);
}
