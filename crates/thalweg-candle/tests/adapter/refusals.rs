//! Rejected inputs and their messages.

use candle_core::{DType, Tensor, Var};
use candle_nn::{Optimizer, VarMap};
use thalweg_candle::{Group, Rounding, VarError, VarOptimizer, rules, thalweg};

use crate::{CPU, gradients, message, tensor, variable};

fn over(variables: &[(&str, &Var)]) -> Result<VarOptimizer<rules::Sgd>, VarError> {
    let named = variables.iter().map(|&(name, var)| (name.to_owned(), var.clone()));
    VarOptimizer::named(named, VarOptimizer::builder(rules::Sgd::default()))
}

#[test]
fn a_variable_that_is_given_twice_is_refused_with_both_names() {
    let (a, b) = (variable(&[2], DType::F32, 1), variable(&[2], DType::F32, 2));
    assert_eq!(
        message(over(&[("embedding.w", &a), ("body", &b), ("head.w", &a)])),
        "the variables `embedding.w` and `head.w` share their storage; pass it only once"
    );
    let refused = VarOptimizer::new(vec![a.clone(), b, a], rules::Sgd::default()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the variables `0` and `2` share their storage; pass it only once"
    );
}

#[test]
fn tied_weights_in_a_map_are_refused_in_the_order_of_their_paths() {
    let varmap = VarMap::new();
    let var = variable(&[2], DType::F32, 1);
    for name in ["z.w", "a.w"] {
        varmap.data().lock().unwrap().insert(name.to_owned(), var.clone());
    }
    assert_eq!(
        message(VarOptimizer::from_spec("adam", &varmap)),
        "the variables `a.w` and `z.w` share their storage; pass it only once"
    );
}

#[test]
fn two_variables_of_one_name_are_refused() {
    let (a, b) = (variable(&[2], DType::F32, 1), variable(&[2], DType::F32, 2));
    assert_eq!(
        message(over(&[("w", &a), ("w", &b)])),
        "two variables are named `w`; each needs a name of its own"
    );
}

#[test]
fn f64_beside_another_type_is_refused_with_both_names() {
    let (a, b) = (variable(&[2], DType::BF16, 1), variable(&[2], DType::F64, 2));
    assert_eq!(
        message(over(&[("narrow", &a), ("wide", &b)])),
        "the variable `wide` has type f64 and `narrow` has type bf16; f64 cannot be mixed with \
         other types: use a second optimizer for the others"
    );
}

#[test]
fn a_float_of_eight_bits_is_refused() {
    let var = Var::zeros(3, DType::F8E4M3, &CPU).unwrap();
    assert_eq!(
        message(over(&[("w", &var)])),
        "the variable `w` has type f8e4m3; f32, f64, bf16 or f16 is needed"
    );
}

#[test]
fn a_gradient_of_another_shape_is_refused() {
    let var = variable(&[2, 3], DType::F32, 1);
    let mut optimizer = over(&[("w", &var)]).unwrap();
    let refused = optimizer.step_report(&gradients([(&var, tensor(&[3, 2], DType::F32, 1))]));
    assert_eq!(
        message(refused),
        "the gradient of `w` has shape [3, 2], but the parameter has [2, 3]"
    );
    let empty = variable(&[0], DType::F32, 1);
    let mut optimizer = over(&[("empty", &empty)]).unwrap();
    let refused = optimizer.step_report(&gradients([(&empty, tensor(&[1], DType::F32, 1))]));
    assert_eq!(
        message(refused),
        "the gradient of `empty` has shape [1], but the parameter has [0]"
    );
}

#[test]
fn a_gradient_of_a_type_that_does_not_fit_is_refused() {
    let refusal = |of: DType, gradient: DType| {
        let var = variable(&[2], of, 1);
        let mut optimizer = over(&[("w", &var)]).unwrap();
        let gradient = Tensor::zeros(2, gradient, &CPU).unwrap();
        message(optimizer.step_report(&gradients([(&var, gradient)])))
    };
    assert_eq!(
        refusal(DType::F32, DType::F64),
        "the gradient of `w` has type f64, but the variable has type f32; f32, bf16 or f16 is needed"
    );
    assert_eq!(
        refusal(DType::F64, DType::F32),
        "the gradient of `w` has type f32, but the variable has type f64; f64 is needed"
    );
    assert_eq!(
        refusal(DType::BF16, DType::U32),
        "the gradient of `w` has type u32, but the variable has type bf16; f32, bf16 or f16 is needed"
    );
}

#[test]
fn a_gradient_that_is_not_finite_is_refused_by_name() {
    let var = variable(&[2], DType::F32, 1);
    let mut optimizer = over(&[("head.w", &var)]).unwrap();
    let gradient = Tensor::new(&[1.0_f32, f32::NAN], &CPU).unwrap();
    let refused = optimizer.step(&gradients([(&var, gradient)])).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the gradient of `head.w` is NaN at element 1; a finite number is needed"
    );
}

#[test]
fn settings_are_refused_where_the_optimizer_is_made() {
    let varmap = VarMap::new();
    for name in ["layer.weight", "layer.bias"] {
        varmap.data().lock().unwrap().insert(name.to_owned(), variable(&[2], DType::F32, 1));
    }
    let builder = || VarOptimizer::builder(rules::Sgd::default());
    assert_eq!(
        message(VarOptimizer::over(&varmap, builder().group(Group::matching("*.bais").frozen()))),
        "the pattern `*.bais` of a group matches no parameter (did you mean `layer.bias`?); make \
         the group optional if that is meant"
    );
    let negative = rules::Sgd { lr: -1.0, ..rules::Sgd::default() };
    assert_eq!(
        message(VarOptimizer::over(&varmap, VarOptimizer::builder(negative))),
        "sgd: lr=-1 is refused; lr is a finite number ≥ 0"
    );
    assert!(VarOptimizer::new(varmap.all_vars(), negative).is_err());
    let unknown = message(VarOptimizer::from_spec("adma", &varmap));
    assert!(unknown.starts_with("there is no optimizer `adma` (did you mean `adam`"), "{unknown}");

    let wide = variable(&[2], DType::F64, 1);
    let halved = builder().state_type(thalweg::Dtype::Bf16).rounding(Rounding::Nearest);
    assert_eq!(
        message(VarOptimizer::named([("w".to_owned(), wide)], halved)),
        "state_type=bf16 is refused; state_type is f64"
    );
}

#[test]
fn a_loss_without_gradients_is_candles_to_judge() {
    let var = variable(&[2], DType::F32, 1);
    let mut optimizer = over(&[("w", &var)]).unwrap();
    // candle lets a loss through that depends on no variable: there is nothing to step.
    let report = optimizer.backward_step_report(&Tensor::new(1.0_f32, &CPU).unwrap()).unwrap();
    assert_eq!(report.elements, 0);
    let cast = var.to_dtype(DType::F32).unwrap().argmax(0).unwrap();
    assert_eq!(optimizer.backward_step(&cast).is_ok(), cast.backward().is_ok());
}

#[test]
fn an_error_keeps_its_sentence_in_candles_result() {
    let var = variable(&[2], DType::F32, 1);
    let fails = || -> candle_core::Result<()> {
        over(&[("a", &var), ("b", &var)])?;
        Ok(())
    };
    assert_eq!(
        fails().unwrap_err().to_string(),
        "the variables `a` and `b` share their storage; pass it only once"
    );
    let of_candle = VarError::from(candle_core::Error::UnwrapNone);
    assert!(matches!(candle_core::Error::from(of_candle), candle_core::Error::UnwrapNone));
}
