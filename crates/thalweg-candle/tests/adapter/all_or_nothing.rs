//! A call that fails has changed nothing.

use candle_core::backprop::GradStore;
use candle_core::{DType, Tensor, Var};
use candle_nn::Optimizer;
use thalweg_candle::{NonFinite, VarError, VarOptimizer, rules};

use crate::{CPU, elements, gradients, message, place, tensor, variable};

fn variables() -> Vec<Var> {
    (0..3).map(|i| variable(&[4, 100], DType::F32, i)).collect()
}

fn some(vars: &[Var], seed: usize) -> Vec<(&Var, Tensor)> {
    vars.iter().enumerate().map(|(i, v)| (v, tensor(&[4, 100], DType::F32, seed + i))).collect()
}

/// Each gradient store is rejected, and the run continues like a second one that never saw it.
fn refused_without_a_trace(bad: impl Fn(&[Var]) -> Vec<GradStore>) {
    let (vars, twins) = (variables(), variables());
    let mut optimizer = VarOptimizer::new(vars.clone(), rules::Adam::default()).unwrap();
    let mut twin = VarOptimizer::new(twins.clone(), rules::Adam::default()).unwrap();
    let places: Vec<usize> = vars.iter().map(place).collect();
    for step in 0..3 {
        for grads in bad(&vars) {
            assert!(optimizer.step(&grads).is_err());
            assert_eq!(vars.iter().map(place).collect::<Vec<_>>(), places);
        }
        optimizer.step(&gradients(some(&vars, step))).unwrap();
        twin.step(&gradients(some(&twins, step))).unwrap();
        for (i, (var, twin_var)) in vars.iter().zip(&twins).enumerate() {
            assert_eq!(elements(var), elements(twin_var));
            let name = i.to_string();
            for slot in ["m", "v"] {
                let state =
                    |of: &VarOptimizer<rules::Adam>| elements(&of.state(&name, slot).unwrap());
                assert_eq!(state(&optimizer), state(&twin));
            }
            assert_eq!(optimizer.steps(&name), twin.steps(&name));
        }
    }
}

#[test]
fn a_gradient_that_is_not_finite_changes_no_variable_and_no_state() {
    refused_without_a_trace(|vars| {
        let last = |value: f32| {
            let mut all = some(vars, 7);
            all[2].1 = Tensor::full(value, (4, 100), &CPU).unwrap();
            gradients(all)
        };
        vec![last(f32::NAN), last(f32::INFINITY)]
    });
}

#[test]
fn a_gradient_that_does_not_fit_changes_no_variable_and_no_state() {
    refused_without_a_trace(|vars| {
        let last = |gradient: Tensor| {
            let mut all = some(vars, 7);
            all[2].1 = gradient;
            gradients(all)
        };
        vec![last(tensor(&[100, 4], DType::F32, 1)), last(tensor(&[4, 100], DType::F64, 1))]
    });
}

#[test]
fn a_step_can_be_skipped_or_let_through_instead() {
    for policy in [NonFinite::Skip, NonFinite::Propagate] {
        let var = variable(&[3], DType::F32, 1);
        let before = elements(&var);
        let settings = VarOptimizer::builder(rules::Sgd::default()).non_finite(policy);
        let mut optimizer = VarOptimizer::named([("w".to_owned(), var.clone())], settings).unwrap();
        let gradient = Tensor::new(&[1.0_f32, f32::NAN, 1.0], &CPU).unwrap();
        let report = optimizer.step_report(&gradients([(&var, gradient)])).unwrap();
        if policy == NonFinite::Skip {
            assert_eq!(elements(&var), before);
            assert_eq!(report.skipped.unwrap().name, "w");
            assert_eq!(optimizer.steps_skipped(), 1);
        } else {
            assert!(elements(&var)[1].is_nan() && elements(&var)[0] < before[0]);
        }
    }
}

#[test]
fn two_threads_that_step_the_same_variables_lose_nothing() {
    let vars: Vec<Var> = (0..8).map(|i| variable(&[50_000], DType::F32, i)).collect();
    let start: Vec<Vec<f64>> = vars.iter().map(|var| elements(var)).collect();
    let places: Vec<usize> = vars.iter().map(place).collect();
    // Steps of a power of two, so that sums are exact in any order.
    let unit = 1.0 / 1024.0;
    let taken: u64 = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let vars = vars.clone();
                scope.spawn(move || {
                    let sgd = rules::Sgd { lr: unit, ..rules::Sgd::default() };
                    let mut optimizer = VarOptimizer::new(vars.clone(), sgd).unwrap();
                    let ones = || Tensor::ones(50_000, DType::F32, &CPU).unwrap();
                    let grads = gradients(vars.iter().map(|var| (var, ones())));
                    for _ in 0..200 {
                        match optimizer.step_report(&grads) {
                            Ok(_) | Err(VarError::InUse { .. }) => {}
                            Err(other) => panic!("{other}"),
                        }
                    }
                    optimizer.steps_taken()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert!(taken > 0);
    assert_eq!(vars.iter().map(place).collect::<Vec<_>>(), places);
    for (var, start) in vars.iter().zip(start) {
        for (after, start) in elements(var).into_iter().zip(start) {
            // Half a unit of the last place of numbers up to 2 is lost at each step at most.
            let expected = start - taken as f64 * unit;
            assert!((after - expected).abs() <= taken as f64 * f64::from(f32::EPSILON));
        }
    }
}

#[test]
fn a_refused_change_leaves_hyperparameters_as_they_were() {
    let mut optimizer = VarOptimizer::new(variables(), rules::Adam::default()).unwrap();
    let refused = message(optimizer.set("beta1", 1.5));
    assert_eq!(refused, "adam: beta1=1.5 is refused; beta1 is a number in [0, 1)");
    assert!(optimizer.update(|adam| adam.lr = -1.0).is_err());
    assert!(optimizer.set_loss_scale(0.0).is_err());
    assert_eq!(optimizer.method(), &rules::Adam::default());
    assert_eq!(optimizer.loss_scale(), 1.0);
}
