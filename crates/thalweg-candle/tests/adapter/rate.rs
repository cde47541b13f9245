//! The learning rate through candle's trait.

use candle_core::{DType, Tensor, Var};
use candle_nn::Optimizer;
use thalweg::{Number, Rule};
use thalweg_candle::{Schedule, VarOptimizer, rules};

use crate::{CPU, gradients, message, variable};

fn ones(var: &Var) -> candle_core::backprop::GradStore {
    gradients([(var, Tensor::ones_like(var).unwrap())])
}

#[test]
fn the_rate_is_read_and_changed() {
    let var = Var::new(&[1.0_f32], &CPU).unwrap();
    let mut optimizer = VarOptimizer::new(vec![var.clone()], rules::Sgd::default()).unwrap();
    assert_eq!(optimizer.learning_rate(), 0.01);
    optimizer.set_learning_rate(0.25);
    assert_eq!(optimizer.learning_rate(), 0.25);
    optimizer.step(&ones(&var)).unwrap();
    assert_eq!(var.to_vec1::<f32>().unwrap(), [0.75]);
}

#[test]
fn a_rate_that_is_refused_is_reported_by_every_step_until_another_is_set() {
    let var = variable(&[3], DType::F32, 1);
    let mut optimizer = VarOptimizer::new(vec![var.clone()], rules::Sgd::default()).unwrap();
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        optimizer.set_learning_rate(bad);
        assert_eq!(optimizer.learning_rate(), 0.01);
        for _ in 0..2 {
            let refused = message(optimizer.step_report(&ones(&var)));
            let lr = bad.to_string();
            assert_eq!(refused, format!("sgd: lr={lr} is refused; lr is a finite number ≥ 0"));
        }
        // Setting another hyperparameter does not clear the error.
        optimizer.set("momentum", 0.5).unwrap();
        assert!(optimizer.step(&ones(&var)).is_err());
    }
    optimizer.set_learning_rate(0.1);
    optimizer.step(&ones(&var)).unwrap();
    optimizer.set_learning_rate(-1.0);
    optimizer.set("lr", 0.1).unwrap();
    optimizer.step(&ones(&var)).unwrap();
    optimizer.set_learning_rate(-1.0);
    optimizer.update(|sgd| sgd.lr = 0.2).unwrap();
    optimizer.step(&ones(&var)).unwrap();
}

#[test]
fn a_schedule_starts_from_the_rate_that_is_set() {
    let var = variable(&[3], DType::F32, 1);
    let settings = VarOptimizer::builder(rules::Sgd::default())
        .schedule("lr", Schedule::parse("warmup:steps=4").unwrap());
    let mut optimizer = VarOptimizer::named([("w".to_owned(), var)], settings).unwrap();
    optimizer.set_learning_rate(1.0);
    assert_eq!(optimizer.learning_rate(), 1.0);
    assert_eq!(optimizer.current("lr", None), Some(0.25.into()));
}

/// Steps against the sign of the gradient, with a learning rate that is not a named hyperparameter.
#[derive(Clone)]
struct Signs;

impl Rule for Signs {
    type State<N: Number> = ();
    type Constants<N: Number> = N;
    fn prepare<N: Number>(&self, _t: N::Wide) -> N {
        N::from_f64(-0.5)
    }
    fn apply<N: Number>(&rate: &N, g: N, _w: N, (): &mut ()) -> N {
        rate * g.sign()
    }
}

#[test]
fn a_rule_of_ones_own_steps_and_has_no_rate() {
    for dtype in [DType::F32, DType::F64] {
        let var = Var::zeros(2, dtype, &CPU).unwrap();
        let mut optimizer = VarOptimizer::new(vec![var.clone()], Signs).unwrap();
        assert_eq!(optimizer.learning_rate(), 0.0);
        optimizer.step(&ones(&var)).unwrap();
        assert_eq!(crate::elements(&var), [-0.5, -0.5]);
        optimizer.set_learning_rate(0.1);
        let refused = message(optimizer.step_report(&ones(&var)));
        assert!(refused.starts_with("Signs has no hyperparameter `lr`"), "{refused}");
    }
}
