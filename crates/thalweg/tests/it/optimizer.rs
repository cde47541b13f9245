//! Named parameters, state and hyperparameters of an optimizer.

use thalweg::rules::{Adagrad, Adam, BiasCorrection, Momentum, ScaleByLearningRate, Sgd, Trace};
use thalweg::{Error, Method, Optimizer, Registry, Value, chain};

fn spec(text: &str) -> Optimizer<f64> {
    Optimizer::from_spec(text).unwrap()
}

#[test]
fn sgd_moves_against_the_gradient() {
    let mut optimizer = spec("sgd:lr=0.1");
    let mut w = [1.0, 2.0];
    optimizer.step([("w", &mut w, &[10.0, -10.0])]).unwrap();
    assert_eq!(w, [0.0, 3.0]);
}

#[test]
fn adam_first_step_has_length_lr() {
    let mut optimizer = spec("adam:lr=0.25,eps=0");
    let mut w = [0.0, 0.0];
    optimizer.step([("w", &mut w, &[1e-3, -5e4])]).unwrap();
    assert!((w[0] + 0.25).abs() < 1e-15 && (w[1] - 0.25).abs() < 1e-15, "{w:?}");
}

#[test]
fn uncorrected_adam_first_step_is_too_long_by_a_known_factor() {
    let mut optimizer = spec("adam:lr=1,eps=0,bias_correction=off");
    let mut w = [0.0];
    optimizer.step([("w", &mut w, &[7.0])]).unwrap();
    let predicted = (1.0 - 0.9) / (1.0_f64 - 0.999).sqrt(); // 3.16…
    assert!((w[0] + predicted).abs() < 1e-12, "{w:?}");
}

#[test]
fn full_and_folded_correction_agree_without_eps() {
    let (mut full, mut folded) = (spec("adam:eps=0"), spec("adam:eps=0,bias_correction=folded"));
    let (mut a, mut b) = ([1.0], [1.0]);
    for t in 1..50 {
        let g = [f64::from(t).sin()];
        full.step([("w", &mut a, &g)]).unwrap();
        folded.step([("w", &mut b, &g)]).unwrap();
        assert!((a[0] - b[0]).abs() < 1e-14, "step {t}: {a:?} {b:?}");
    }
}

#[test]
fn momentum_and_pytorch_sgd_part_when_the_learning_rate_changes() {
    let mut inside = Optimizer::<f64, _>::new(Momentum { lr: 0.5, momentum: 0.5 }).unwrap();
    let pytorch = Sgd { lr: 0.5, momentum: 0.5, ..Sgd::default() };
    let mut outside = Optimizer::<f64, _>::new(pytorch).unwrap();
    let (mut a, mut b) = ([0.0], [0.0]);
    for _ in 0..2 {
        inside.step([("w", &mut a, &[1.0])]).unwrap();
        outside.step([("w", &mut b, &[1.0])]).unwrap();
    }
    assert_eq!((a, b), ([-1.25], [-1.25]));
    inside.update(|momentum| momentum.lr = 0.25).unwrap();
    outside.set("lr", 0.25).unwrap();
    inside.step([("w", &mut a, &[1.0])]).unwrap();
    outside.step([("w", &mut b, &[1.0])]).unwrap();
    assert_eq!(a, [-1.25 - (0.5 * 0.75 + 0.25)]);
    assert_eq!(b, [-1.25 - 0.25 * 1.75]);
}

#[test]
fn a_chain_of_rules_is_an_optimizer() {
    let chain = chain!(ScaleByLearningRate::new(0.1), Trace { momentum: 0.9, ..Trace::default() });
    let mut own = Optimizer::new(chain).unwrap();
    let mut registered = spec("momentum:lr=0.1");
    let (mut a, mut b) = ([3.0, -1.0], [3.0, -1.0]);
    for _ in 0..20 {
        let g = a;
        own.step([("w", &mut a, &g)]).unwrap();
        registered.step([("w", &mut b, &g)]).unwrap();
        assert_eq!(a, b);
    }
}

#[test]
fn state_is_created_at_the_first_gradient_and_counts_its_own_steps() {
    let mut optimizer = spec("adam");
    let (mut a, mut b) = ([1.0], [1.0, 2.0]);
    assert_eq!(optimizer.state("a", "m"), None);
    for _ in 0..3 {
        optimizer.step([("a", &mut a[..], Some(&[0.5][..])), ("b", &mut b[..], None)]).unwrap();
    }
    optimizer.step([("b", &mut b[..], &[1.0, -1.0][..])]).unwrap();
    assert_eq!((optimizer.steps("a"), optimizer.steps("b"), optimizer.steps("c")), (3, 1, 0));
    assert_eq!(optimizer.names().collect::<Vec<_>>(), ["a", "b"]);
    // b's first step is a first step, however many a has taken: its length is lr.
    assert!((b[0] - 0.999).abs() < 1e-9 && (b[1] - 2.001).abs() < 1e-9, "{b:?}");
    assert_eq!(optimizer.state("b", "m").unwrap(), [1.0 - 0.9, -(1.0 - 0.9)]);
    assert_eq!(optimizer.state("b", "nothing"), None);
}

#[test]
fn a_parameter_without_gradient_is_left_alone() {
    let mut optimizer = spec("momentum");
    let (mut a, mut b) = (vec![1.0], vec![2.0]);
    let g = vec![1.0];
    optimizer.step([("a", &mut a, &g), ("b", &mut b, &g)]).unwrap();
    let before = b.clone();
    optimizer.step([("a", &mut a, Some(&g)), ("b", &mut b, None)]).unwrap();
    assert_eq!(b, before);
    assert_eq!(optimizer.steps("b"), 1);
}

#[test]
fn parameters_after_one_without_gradient_still_step() {
    let mut optimizer = spec("sgd:lr=1");
    let (mut a, mut b) = ([1.0], [2.0]);
    optimizer.step([("a", &mut a, None), ("b", &mut b, Some(&[1.0]))]).unwrap();
    assert_eq!((a, b), ([1.0], [1.0]));
}

#[test]
fn hyperparameters_can_be_read_and_changed_between_steps() {
    let mut optimizer = spec("sgd:lr=1");
    let mut w = [0.0];
    optimizer.step([("w", &mut w, &[1.0])]).unwrap();
    assert_eq!(optimizer.get("lr").unwrap(), Value::Number(1.0));
    optimizer.set("lr", 0.5).unwrap();
    optimizer.step([("w", &mut w, &[1.0])]).unwrap();
    assert_eq!(w, [-1.5]);
    assert_eq!(optimizer.method().to_string(), "sgd:lr=0.5");

    let mut typed = Optimizer::<f32, _>::new(Adam::default()).unwrap();
    typed.set("bias_correction", BiasCorrection::Folded).unwrap();
    typed.set("lr", 1).unwrap();
    typed.update(|adam| adam.bias_correction = BiasCorrection::Off).unwrap();
    assert_eq!(typed.get("bias_correction").unwrap(), Value::from("off"));
    assert_eq!(typed.method().bias_correction, BiasCorrection::Off);
}

#[test]
fn a_refused_change_changes_nothing() {
    let mut optimizer = spec("sgd:lr=1");
    assert!(matches!(optimizer.set("lr", -1.0), Err(Error::InvalidValue { .. })));
    assert!(matches!(optimizer.set("lr", true), Err(Error::InvalidValue { .. })));
    assert!(matches!(optimizer.set("nesterov", true), Err(Error::Inconsistent { .. })));
    assert!(matches!(optimizer.set("beta1", 0.5), Err(Error::UnknownHyperparameter { .. })));
    assert_eq!(optimizer.method().to_string(), "sgd:lr=1");
    let mut typed = Optimizer::<f64, _>::new(Adagrad::default()).unwrap();
    assert!(typed.update(|adagrad| adagrad.eps = f64::NAN).is_err());
    assert_eq!(*typed.method(), Adagrad::default());
}

#[test]
fn a_slot_that_stays_keeps_its_values_when_hyperparameters_change_the_state() {
    let mut optimizer = spec("adam");
    let mut w = vec![1.0; 2500];
    let g: Vec<f64> = (0..2500).map(f64::from).collect();
    optimizer.step([("w", &mut w, &g)]).unwrap();
    let (m, v) = (optimizer.state("w", "m").unwrap(), optimizer.state("w", "v").unwrap());
    optimizer.set("amsgrad", true).unwrap();
    assert_eq!(optimizer.state_names(), ["m", "v", "v_max"]);
    assert_eq!(optimizer.state("w", "m").unwrap(), m);
    assert_eq!(optimizer.state("w", "v").unwrap(), v);
    assert_eq!(optimizer.state("w", "v_max").unwrap(), vec![0.0; 2500]);
    optimizer.set("amsgrad", false).unwrap();
    assert_eq!(optimizer.state("w", "v").unwrap(), v);
}

#[test]
fn every_slot_of_a_chain_has_a_name_of_its_own() {
    let trace = |momentum| Trace { momentum, ..Trace::default() };
    let chain = chain!(trace(0.0), trace(0.5), trace(0.0), ScaleByLearningRate::new(1.0));
    let mut optimizer = Optimizer::new(chain).unwrap();
    let mut w = [0.0];
    for g in [1.0, 2.0] {
        optimizer.step([("w", &mut w, &[g])]).unwrap();
    }
    assert_eq!(optimizer.state_names(), ["velocity", "velocity2", "velocity3"]);
    assert_eq!(optimizer.state("w", "velocity").unwrap(), [2.0]);
    assert_eq!(optimizer.state("w", "velocity2").unwrap(), [2.5]);
}

#[test]
fn a_forgotten_parameter_may_come_back_in_another_size() {
    let mut optimizer = spec("adam:lr=0.5,eps=0");
    optimizer.step([("w", &mut [0.0, 0.0], &[1.0, 1.0])]).unwrap();
    assert!(optimizer.forget("w") && !optimizer.forget("w"));
    let mut w = [0.0];
    optimizer.step([("w", &mut w, &[3.0])]).unwrap();
    assert_eq!((w, optimizer.steps("w")), ([-0.5], 1));
}

#[test]
fn names_may_be_strings() {
    let names = ["a".to_owned(), "b".to_owned()];
    let mut values = [[1.0], [2.0]];
    let mut optimizer = spec("sgd:lr=1");
    optimizer.step(names.iter().zip(&mut values).map(|(name, w)| (name, w, &[1.0]))).unwrap();
    assert_eq!(values, [[0.0], [1.0]]);
    assert_eq!(optimizer.names().collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn reset_makes_the_next_step_the_first() {
    let mut optimizer = spec("adam:lr=0.5,eps=0");
    let mut w = [0.0];
    optimizer.step([("w", &mut w, &[1.0])]).unwrap();
    optimizer.reset();
    assert_eq!(optimizer.steps("w"), 0);
    let mut w = [0.0];
    optimizer.step([("w", &mut w, &[100.0])]).unwrap();
    assert!((w[0] + 0.5).abs() < 1e-15);
}

#[test]
fn every_optimizer_names_the_state_it_has() {
    let with_state = ["beta1=0.5", "momentum=0.5", "centered=true", "amsgrad=true"];
    for entry in Registry::standard().entries() {
        let hyperparameters = entry.hyperparameters();
        let has = |name: &str| hyperparameters.iter().any(|(known, _)| known.name == name);
        let options = with_state.iter().filter(|option| has(option.split('=').next().unwrap()));
        let options: Vec<&str> = options.copied().collect();
        let text = format!("{}:{}", entry.name, options.join(","));
        let text = text.trim_end_matches(':');
        let mut optimizer = spec(text);
        let mut w = [1.0];
        optimizer.step_with_loss(1.5, [("w", &mut w, &[1.0])]).unwrap();
        assert_eq!(optimizer.state_names(), &*entry.state, "{text}");
        let of_matrices = entry.kernel().matrices().is_some();
        for slot in &*entry.state {
            let numbers = optimizer.state("w", slot).map(|numbers| numbers.len());
            assert!(numbers == Some(1) || numbers.is_none() && of_matrices, "{text} {slot}");
        }
    }
}

#[test]
fn centered_rmsprop_survives_a_variance_rounded_below_zero() {
    let mut optimizer = spec("rmsprop:centered=true,alpha=0.3");
    let mut w = [1.0];
    for _ in 0..200 {
        optimizer.step([("w", &mut w, &[0.1])]).unwrap();
        assert!(w[0].is_finite());
    }
}

#[test]
fn a_configuration_prints_as_the_spec_that_makes_it() {
    let adam = Adam { lr: 0.3, amsgrad: true, ..Adam::default() };
    assert_eq!(Method::spec(&adam), "adam:lr=0.3,amsgrad=true");
    assert_eq!(Method::spec(&Adam::default()), "adam");
    assert_eq!(Method::title(&adam), "Adam");
    assert_eq!(Method::name(&Trace::default()), "Trace");
}
