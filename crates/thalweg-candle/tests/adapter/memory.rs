//! Layouts and shared storage: which memory is read and changed.

use candle_core::{DType, IndexOp, Tensor, Var};
use candle_nn::{Module, Optimizer, VarBuilder, VarMap};
use thalweg_candle::{VarOptimizer, rules};

use crate::{CPU, elements, gradients, place, tensor, variable};

fn unit_sgd() -> rules::Sgd {
    rules::Sgd { lr: 1.0, ..rules::Sgd::default() }
}

#[test]
fn variables_stay_where_they_are_in_memory() {
    for dtype in [DType::F32, DType::F64, DType::BF16, DType::F16] {
        let vars: Vec<Var> = (1..5).map(|i| variable(&[i, 300], dtype, i)).collect();
        let places: Vec<usize> = vars.iter().map(place).collect();
        let mut optimizer = VarOptimizer::new(vars.clone(), rules::AdamW::default()).unwrap();
        for step in 0..3 {
            let grads = vars.iter().map(|var| (var, tensor(var.dims(), dtype, step)));
            let grads = gradients(grads);
            optimizer.step(&grads).unwrap();
            assert_eq!(vars.iter().map(place).collect::<Vec<_>>(), places, "{dtype:?}");
        }
    }
}

#[test]
fn what_was_derived_from_a_variable_sees_the_step() {
    let var = variable(&[4, 3], DType::F32, 1);
    let view = var.as_detached_tensor().t().unwrap();
    let mut optimizer = VarOptimizer::new(vec![var.clone()], unit_sgd()).unwrap();
    optimizer.step(&gradients([(&var, tensor(&[4, 3], DType::F32, 2))])).unwrap();
    assert_eq!(elements(&view), elements(&var.t().unwrap()));
}

/// The result of a step with this gradient, and the expected result.
fn steps_as_if_copied(var: &Var, gradient: Tensor) {
    let expected: Vec<f64> = elements(&(var.as_tensor() - &gradient).unwrap());
    let mut optimizer = VarOptimizer::new(vec![var.clone()], unit_sgd()).unwrap();
    let before = elements(&gradient);
    let shares = std::ptr::eq(&*gradient.storage_and_layout().0, &*var.storage_and_layout().0);
    optimizer.step(&gradients([(var, gradient.clone())])).unwrap();
    assert_eq!(elements(var), expected);
    assert!(shares || elements(&gradient) == before);
}

#[test]
fn gradients_in_another_order_or_in_part_of_a_storage_are_read_rightly() {
    let whole = tensor(&[6, 4], DType::F32, 2);
    steps_as_if_copied(&variable(&[4, 6], DType::F32, 1), whole.t().unwrap());
    // Rows 2 to 4 are contiguous with an offset; columns 1 to 2 are not.
    steps_as_if_copied(&variable(&[3, 4], DType::F32, 1), whole.i(2..5).unwrap());
    steps_as_if_copied(&variable(&[6, 2], DType::F32, 1), whole.i((.., 1..3)).unwrap());
    // One number broadcast to all elements.
    let one = Tensor::new(0.5_f32, &CPU).unwrap().broadcast_as((3, 5)).unwrap();
    steps_as_if_copied(&variable(&[3, 5], DType::F32, 1), one);
}

#[test]
fn a_gradient_that_is_the_variable_itself_is_read_before_the_step() {
    // The gradient of ½‖w‖² is w: a step of length one leads to the minimum.
    let var = variable(&[5, 7], DType::F32, 1);
    let gradient = var.as_detached_tensor();
    steps_as_if_copied(&var, gradient);
    assert!(elements(&var).iter().all(|&w| w == 0.0));
}

#[test]
fn a_gradient_that_is_another_variable_is_read_before_the_step() {
    let (a, b) = (variable(&[40], DType::F32, 1), variable(&[40], DType::F32, 2));
    let (was_a, was_b) = (elements(&a), elements(&b));
    let mut optimizer = VarOptimizer::new(vec![a.clone(), b.clone()], unit_sgd()).unwrap();
    let grads = gradients([(&a, b.as_detached_tensor()), (&b, a.as_detached_tensor())]);
    optimizer.step(&grads).unwrap();
    for i in 0..40 {
        assert_eq!(elements(&a)[i] as f32, was_a[i] as f32 - was_b[i] as f32);
        assert_eq!(elements(&b)[i] as f32, was_b[i] as f32 - was_a[i] as f32);
    }
}

#[test]
fn variables_may_have_the_same_gradient() {
    let vars = [variable(&[3], DType::F32, 1), variable(&[3], DType::F32, 1)];
    let gradient = tensor(&[3], DType::F32, 2);
    let mut optimizer = VarOptimizer::new(vars.to_vec(), unit_sgd()).unwrap();
    optimizer.step(&gradients(vars.iter().map(|var| (var, gradient.clone())))).unwrap();
    assert_eq!(elements(&vars[0]), elements(&vars[1]));
    assert_ne!(elements(&vars[0]), elements(&variable(&[3], DType::F32, 1)));
}

#[test]
fn variables_without_elements_and_scalars_step() {
    // candle rejects [3, 0] as self-overlapping.
    let shapes: [&[usize]; 4] = [&[0], &[3, 0], &[0, 3], &[]];
    let vars: Vec<Var> = shapes.iter().map(|shape| variable(shape, DType::F32, 3)).collect();
    let before = vars[3].to_scalar::<f32>().unwrap();
    let mut optimizer = VarOptimizer::new(vars.clone(), unit_sgd()).unwrap();
    let grads = gradients(vars.iter().map(|var| (var, var.ones_like().unwrap())));
    let report = optimizer.step_report(&grads).unwrap();
    assert_eq!(report.elements, 1);
    assert_eq!(vars[3].to_scalar::<f32>().unwrap(), before - 1.0);
    assert_eq!(vars[1].dims(), [3, 0]);
}

#[test]
fn integers_are_left_out() {
    let vars = vec![
        Var::new(&[1_u32, 2], &CPU).unwrap(),
        variable(&[2], DType::F32, 1),
        Var::new(&[1_i64], &CPU).unwrap(),
    ];
    let optimizer = VarOptimizer::new(vars, unit_sgd()).unwrap();
    assert_eq!(optimizer.names(), ["1"]);
    assert_eq!(optimizer.vars().len(), 1);
}

#[test]
fn a_variable_without_a_gradient_is_left_alone_and_counts_its_own_steps() {
    let vars = [variable(&[3], DType::F32, 1), variable(&[3], DType::F32, 2)];
    let before = elements(&vars[1]);
    let mut optimizer = VarOptimizer::new(vars.to_vec(), rules::Adam::default()).unwrap();
    let first = || (&vars[0], tensor(&[3], DType::F32, 3));
    optimizer.step(&gradients([first()])).unwrap();
    assert_eq!(elements(&vars[1]), before);
    optimizer.step(&gradients([first(), (&vars[1], tensor(&[3], DType::F32, 4))])).unwrap();
    assert_eq!((optimizer.steps("0"), optimizer.steps("1")), (2, 1));
    // The first step of Adam has the length of the learning rate in every direction.
    for (after, before) in elements(&vars[1]).into_iter().zip(before) {
        assert!(((after - before).abs() - 0.001).abs() < 1e-6);
    }
}

#[test]
fn nothing_to_step_is_no_error() {
    let mut empty = VarOptimizer::empty(unit_sgd()).unwrap();
    empty.step(&gradients([])).unwrap();
    let var = variable(&[3], DType::F64, 1);
    let mut optimizer = VarOptimizer::from_slice(&[&var], unit_sgd()).unwrap();
    let report = optimizer.step_report(&gradients([])).unwrap();
    assert_eq!(report.elements, 0);
}

#[test]
fn the_gradients_of_a_linear_layer_are_read_rightly() {
    let varmap = VarMap::new();
    let vb = VarBuilder::from_varmap(&varmap, DType::F32, &CPU);
    let layer = candle_nn::linear(5, 3, vb).unwrap();
    let loss = layer.forward(&tensor(&[4, 5], DType::F32, 1)).unwrap().sqr().unwrap();
    let grads = loss.sum_all().unwrap().backward().unwrap();
    let (weight, bias) = (layer.weight(), layer.bias().unwrap());
    let after = |w: &Tensor| elements(&(w - grads.get(w).unwrap()).unwrap());
    let expected = (after(weight), after(bias));
    let mut optimizer = VarOptimizer::new(varmap.all_vars(), unit_sgd()).unwrap();
    optimizer.step(&grads).unwrap();
    assert_eq!((elements(weight), elements(bias)), expected);
}

#[test]
fn an_optimizer_can_move_to_another_thread() {
    let var = variable(&[10], DType::F32, 1);
    let mut optimizer = VarOptimizer::new(vec![var.clone()], unit_sgd()).unwrap();
    let before = elements(&var);
    std::thread::spawn(move || {
        let ones = Tensor::ones(10, DType::F32, &CPU).unwrap();
        optimizer.step(&gradients([(&optimizer.vars()[0].clone(), ones)])).unwrap();
    })
    .join()
    .unwrap();
    assert_ne!(elements(&var), before);
}
