//! Evaluation weights: what they are, and that training does not notice.

use std::panic::{AssertUnwindSafe, catch_unwind};

use candle_core::{DType, Tensor, Var};
use thalweg_candle::{Group, Spec, VarOptimizer};

use crate::{elements, gradients, tensor, variable};

const METHODS: [&str; 3] = ["schedule-free-sgd:lr=0.5", "schedule-free-adamw:lr=0.1", "asgd:t0=2"];

fn vars(dtype: DType) -> Vec<(String, Var)> {
    let var = |i: usize| (format!("w{i}"), variable(&[3, 50 * i + 1], dtype, i));
    (0..3).map(var).collect()
}

fn optimizer(spec: &str, vars: Vec<(String, Var)>) -> VarOptimizer {
    let settings =
        VarOptimizer::builder(Spec::parse(spec).unwrap()).group(Group::matching("w2").frozen());
    VarOptimizer::named(vars, settings).unwrap()
}

fn step(optimizer: &mut VarOptimizer, seed: usize) {
    let vars = optimizer.vars().to_vec();
    let grads = vars.iter().map(|var| (var, tensor(var.dims(), var.dtype(), seed)));
    optimizer.step_report(&gradients(grads)).unwrap();
}

fn all<'a>(tensors: impl IntoIterator<Item = &'a Tensor>) -> Vec<Vec<f64>> {
    tensors.into_iter().map(elements).collect()
}

fn weights(optimizer: &VarOptimizer) -> Vec<Vec<f64>> {
    all(optimizer.vars().iter().map(Var::as_tensor))
}

#[test]
fn a_run_with_evaluations_gives_the_bits_of_one_without() {
    for spec in METHODS {
        for dtype in [DType::F32, DType::F64, DType::BF16, DType::F16] {
            let [mut with, mut without] = [(); 2].map(|()| optimizer(spec, vars(dtype)));
            for seed in 0..10 {
                step(&mut with, seed);
                step(&mut without, seed);
                let (training, vars) = (weights(&with), with.vars().to_vec());
                let expected = all(&with.evaluation_weights().unwrap());
                let read = || all(vars.iter().map(Var::as_tensor));
                let seen = with.with_evaluation_weights(read).unwrap();
                assert!(seen == expected, "{spec} in {dtype:?}");
                // What is frozen has no other weights.
                assert!(seen[2] == training[2], "{spec} in {dtype:?}");
                assert!(weights(&with) == training, "{spec} in {dtype:?}");
                let differs = seed > if spec.starts_with("asgd") { 3 } else { 0 };
                assert!(!differs || seen[0] != training[0], "{spec} in {dtype:?}, {seed}");
            }
            assert!(weights(&with) == weights(&without), "{spec} in {dtype:?}");
            assert!(with.to_checkpoint() == without.to_checkpoint(), "{spec} in {dtype:?}");
        }
    }
}

/// The definition: x ← x + (z − x)/t, an equal mean of all z with a constant rate.
#[test]
fn evaluation_weights_of_schedule_free_sgd_are_the_mean_of_its_iterates() {
    let mut optimizer = optimizer("schedule-free-sgd:lr=0.5", vars(DType::F64));
    let mut sum = vec![0.0; 3];
    for seed in 0..10 {
        step(&mut optimizer, seed);
        let z = elements(&optimizer.state("w0", "z").unwrap());
        sum.iter_mut().zip(z).for_each(|(sum, z)| *sum += z);
    }
    let x = elements(&optimizer.evaluation_weights().unwrap()[0]);
    for (x, sum) in x.into_iter().zip(sum) {
        assert!((x - sum / 10.0).abs() < 1e-12, "{x} and {}", sum / 10.0);
    }
}

#[test]
fn a_panic_while_evaluating_leaves_the_training_weights() {
    let mut optimizer = optimizer("schedule-free-sgd:lr=0.5", vars(DType::F32));
    (0..3).for_each(|seed| step(&mut optimizer, seed));
    let training = weights(&optimizer);
    let evaluation = || optimizer.with_evaluation_weights(|| panic!("in a score"));
    assert!(catch_unwind(AssertUnwindSafe(evaluation)).is_err());
    assert_eq!(weights(&optimizer), training);
}

#[test]
fn other_methods_are_evaluated_with_the_variables_themselves() {
    let mut optimizer = optimizer("adam", vars(DType::BF16));
    step(&mut optimizer, 0);
    assert!(!optimizer.has_evaluation_weights());
    let training = weights(&optimizer);
    assert_eq!(all(&optimizer.evaluation_weights().unwrap()), training);
    let vars = optimizer.vars().to_vec();
    let seen = optimizer.with_evaluation_weights(|| all(vars.iter().map(Var::as_tensor)));
    assert_eq!(seen.unwrap(), training);
}
