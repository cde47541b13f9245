//! Every error, its message, and that nothing has changed when it is returned.

use thalweg::rules::Scale;
use thalweg::{Error, NonFinite, Optimizer, Spec};

/// Takes a good step, then a bad one, and checks that the bad one changed nothing.
fn refused(bad: impl FnOnce(&mut Optimizer<f64>, &mut [f64], &mut [f64]) -> Error) -> Error {
    let mut optimizer: Optimizer<f64> = Optimizer::from_spec("adam").unwrap();
    let (mut a, mut b) = (vec![1.0, 2.0], vec![3.0]);
    optimizer.step([("a", &mut a, &[0.1, 0.2][..]), ("b", &mut b, &[0.3][..])]).unwrap();
    let before = (a.clone(), b.clone());
    let state = |o: &Optimizer<f64>| {
        let of = |name, slot| (o.state(name, slot), o.steps(name));
        (of("a", "m"), of("a", "v"), of("b", "m"), of("b", "v"), o.names().count())
    };
    let state_before = state(&optimizer);
    let error = bad(&mut optimizer, &mut a, &mut b);
    assert_eq!((a, b), before, "a parameter changed");
    assert_eq!(state(&optimizer), state_before, "the state changed");
    error
}

#[test]
fn gradient_of_another_length() {
    let error =
        refused(|o, a, b| o.step([("b", b, &[1.0][..]), ("a", a, &[1.0][..])]).unwrap_err());
    assert_eq!(error, Error::LengthMismatch { name: "a".into(), parameter: 2, gradient: 1 },);
    assert_eq!(error.to_string(), "the gradient of `a` has 1 elements, but the parameter has 2");
}

#[test]
fn parameter_of_another_length_than_its_state() {
    let error = refused(|o, a, _| {
        let longer = &mut [1.0, 2.0][..];
        o.step([("a", a, &[1.0, 1.0][..]), ("b", longer, &[1.0, 1.0])]).unwrap_err()
    });
    assert_eq!(error, Error::StateMismatch { name: "b".into(), parameter: 2, state: 1 });
}

#[test]
fn a_name_twice_in_one_step() {
    let error =
        refused(|o, a, b| o.step([("a", a, &[1.0, 1.0][..]), ("a", b, &[1.0][..])]).unwrap_err());
    assert_eq!(error, Error::DuplicateName { name: "a".into() });
}

#[test]
fn a_gradient_that_is_not_finite() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let error = refused(|o, a, b| {
            o.step([("new", &mut [1.0][..], &[1.0][..]), ("b", b, &[1.0]), ("a", a, &[1.0, value])])
                .unwrap_err()
        });
        let Error::NonFiniteGradient { name, index, value: found } = error else {
            panic!("{error}");
        };
        assert_eq!((name.as_str(), index), ("a", 1));
        assert_eq!(found.to_bits(), value.to_bits());
    }
}

#[test]
fn a_non_finite_value_is_found_wherever_it_stands() {
    for len in [1, 63, 64, 65, 1023, 1024, 1025, 5000] {
        for at in [0, len / 2, len - 1] {
            let mut optimizer: Optimizer<f32> = Optimizer::from_spec("sgd").unwrap();
            let (mut w, mut g) = (vec![0.0; len], vec![1.0; len]);
            g[at] = f32::INFINITY;
            match optimizer.step([("w", &mut w, &g)]) {
                Err(Error::NonFiniteGradient { index, .. }) => assert_eq!(index, at),
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn the_check_can_be_switched_off() {
    let mut optimizer = Optimizer::<f64>::builder("sgd".parse::<Spec>().unwrap())
        .non_finite(NonFinite::Propagate)
        .build()
        .unwrap();
    let mut w = [1.0_f64, 1.0];
    optimizer.step([("w", &mut w, &[f64::NAN, 1.0])]).unwrap();
    assert!(w[0].is_nan() && w[1] == 0.99);
}

fn spec_error(text: &str) -> (Error, String) {
    let error = Spec::parse(text).unwrap_err();
    let message = error.to_string();
    (error, message)
}

#[test]
fn an_unknown_optimizer_is_answered_with_the_nearest() {
    let (error, message) = spec_error("adm:lr=1");
    assert!(matches!(&error, Error::UnknownOptimizer { nearest, .. } if nearest[0] == "adam"));
    assert_eq!(
        message,
        "there is no optimizer `adm` (did you mean `adam`?); \
         there are sgd, momentum, adagrad, rmsprop, adadelta, adam, adamw"
    );
    assert!(spec_error("xyzzy").1.starts_with("there is no optimizer `xyzzy`; there are sgd"));
}

#[test]
fn an_unknown_hyperparameter_is_answered_with_the_list_and_ranges() {
    let (error, message) = spec_error("momentum:learning_rate=1");
    assert!(matches!(error, Error::UnknownHyperparameter { .. }));
    assert_eq!(
        message,
        "momentum has no hyperparameter `learning_rate`; \
         it takes lr (a finite number ≥ 0), momentum (a number in [0, 1])"
    );
    assert!(spec_error("adam:beta=1").1.contains("did you mean `beta1` or `beta2`"));
}

#[test]
fn a_value_out_of_range_is_answered_with_what_is_accepted() {
    for (text, message) in [
        ("adam:lr=abc", "adam: lr=abc is refused; lr is a finite number ≥ 0"),
        ("adam:lr=-1", "adam: lr=-1 is refused; lr is a finite number ≥ 0"),
        ("adam:lr=nan", "adam: lr=nan is refused; lr is a finite number ≥ 0"),
        ("adam:lr=inf", "adam: lr=inf is refused; lr is a finite number ≥ 0"),
        ("adam:lr=1e999", "adam: lr=1e999 is refused; lr is a finite number ≥ 0"),
        ("adam:beta1=1.5", "adam: beta1=1.5 is refused; beta1 is a number in [0, 1)"),
        ("adam:beta2=1", "adam: beta2=1 is refused; beta2 is a number in [0, 1)"),
        ("adam:amsgrad=yes", "adam: amsgrad=yes is refused; amsgrad is true or false"),
        (
            "adam:bias_correction=none",
            "adam: bias_correction=none is refused; bias_correction is full or folded or off",
        ),
    ] {
        let (error, found) = spec_error(text);
        assert!(matches!(error, Error::InvalidValue { .. }), "{text}");
        assert_eq!(found, message);
    }
}

#[test]
fn options_that_do_not_go_together_are_refused() {
    assert_eq!(
        spec_error("sgd:nesterov=true").1,
        "sgd: nesterov=true needs momentum above 0 and dampening 0"
    );
    assert!(Spec::parse("sgd:nesterov=true,momentum=0.9").is_ok());
}

#[test]
fn a_malformed_spec_says_where() {
    for (text, at) in [
        ("", 1),
        (":lr=1", 1),
        ("adam=1", 5),
        ("adam,lr=1", 5),
        ("adam:", 6),
        ("adam:lr", 6),
        ("adam:lr=", 9),
        ("adam:=1", 6),
        ("adam:lr=1,", 11),
        ("adam:lr=1,,beta1=0", 11),
        ("adam:lr=1,lr=2", 11),
        ("adam:β=", 8),
    ] {
        match Spec::parse(text) {
            Err(Error::MalformedSpec { position, .. }) => assert_eq!(position, at, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    assert_eq!(
        spec_error("adam:lr=1,lr=2").1,
        "`adam:lr=1,lr=2` cannot be read at character 11: lr is given twice; \
         a spec is `name` or `name:key=value,key=value`"
    );
}

#[test]
fn specs_print_as_they_are_read() {
    for text in [
        "sgd",
        "adam:lr=0.3",
        "adam:lr=1e-8,amsgrad=true,bias_correction=folded",
        "adagrad:lr=1.5,eps=0,eps_root=1e-6",
    ] {
        assert_eq!(Spec::parse(text).unwrap().to_string(), text);
    }
    assert_eq!(
        Spec::parse("adam : beta1 = 0 , lr = 1.50").unwrap().to_string(),
        "adam:lr=1.5,beta1=0"
    );
}

#[test]
fn a_value_that_the_number_type_cannot_hold_is_refused() {
    let refused = |error: Error| match error {
        Error::InvalidValue { value, accepted, .. } => (value, accepted),
        other => panic!("{other}"),
    };
    let expected = ("1e39".to_owned(), "a finite number ≥ 0 that f32 can hold".to_owned());
    assert_eq!(refused(Optimizer::<f32>::from_spec("sgd:lr=1e39").unwrap_err()), expected);
    let mut optimizer = Optimizer::<f32>::from_spec("sgd:lr=0.5").unwrap();
    assert_eq!(refused(optimizer.set("lr", 1e39).unwrap_err()), expected);
    assert_eq!(optimizer.get("lr").unwrap(), 0.5.into());
    let mut unnamed = Optimizer::<f32>::from_spec("sgd").unwrap();
    assert_eq!(refused(unnamed.set("lr", 1e39).unwrap_err()), expected);
    assert_eq!(unnamed.method().to_string(), "sgd");
    assert!(Optimizer::<f64>::from_spec("sgd:lr=1e39").is_ok());
}

#[test]
fn a_bare_rule_says_where_its_fields_are() {
    let mut optimizer = Optimizer::<f64, _>::new(Scale::by_learning_rate(0.1)).unwrap();
    assert_eq!(
        optimizer.set("lr", 1).unwrap_err().to_string(),
        "Scale has no hyperparameter `lr`; its fields are reached through `update`"
    );
}
