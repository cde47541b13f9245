//! Every error and its message.

use thalweg::{
    Clip, Dtype, Error, NonFinite, Number, Optimizer, Registry, Rounding, Rule, Schedule, Spec,
};

/// An optimizer that has stepped `a` with two elements and `b` with one.
fn stepped() -> Optimizer<f64> {
    let mut optimizer: Optimizer<f64> = Optimizer::from_spec("adam").unwrap();
    optimizer
        .step([("a", &mut [1.0, 2.0][..], &[0.1, 0.2][..]), ("b", &mut [3.0], &[0.3])])
        .unwrap();
    optimizer
}

/// What a step of `a` and `b` says to these gradients.
fn refused(a: (&mut [f64], &[f64]), b: (&mut [f64], &[f64])) -> (Error, String) {
    let error = stepped().step([("a", a.0, a.1), ("b", b.0, b.1)]).unwrap_err();
    let message = error.to_string();
    (error, message)
}

#[test]
fn gradient_of_another_length() {
    let (error, message) = refused((&mut [1.0, 2.0], &[1.0]), (&mut [3.0], &[1.0]));
    assert_eq!(error, Error::LengthMismatch { name: "a".into(), parameter: 2, gradient: 1 });
    assert_eq!(message, "the gradient of `a` has 1 elements, but the parameter has 2");
}

#[test]
fn parameter_of_another_length_than_its_state() {
    let (error, message) = refused((&mut [1.0, 2.0], &[1.0, 1.0]), (&mut [3.0, 4.0], &[1.0, 1.0]));
    assert_eq!(error, Error::StateMismatch { name: "b".into(), parameter: 2, state: 1 });
    assert_eq!(message, "parameter `b` has 2 elements, but its state from earlier steps has 1");
}

#[test]
fn a_name_twice_in_one_step() {
    let error = stepped()
        .step([("a", &mut [1.0, 2.0], &[1.0, 1.0]), ("a", &mut [1.0, 2.0], &[1.0, 1.0])])
        .unwrap_err();
    assert_eq!(error, Error::DuplicateName { name: "a".into() });
    assert_eq!(error.to_string(), "parameter `a` is given twice in one step");
}

#[test]
fn a_gradient_that_is_not_finite() {
    let (_, message) = refused((&mut [1.0, 2.0], &[1.0, f64::NAN]), (&mut [3.0], &[f64::INFINITY]));
    assert_eq!(message, "the gradient of `a` is NaN at element 1; a finite number is needed");
    let (_, message) = refused((&mut [1.0, 2.0], &[1.0, 1.0]), (&mut [3.0], &[f64::NEG_INFINITY]));
    assert_eq!(message, "the gradient of `b` is -inf at element 0; a finite number is needed");
}

#[test]
fn settings_say_what_they_accept() {
    let builder = || Optimizer::<f32>::builder("adam".parse::<Spec>().unwrap());
    for (builder, message) in [
        (
            builder().clip(Clip::GlobalNorm(0.0)),
            "clip=global:0.0 is refused; clip is off, or value, norm, global, adaptive or adaptive-last \
             with a finite number > 0, such as global:1",
        ),
        (
            builder().loss_scale(-1.0),
            "loss_scale=-1 is refused; loss_scale is a number > 0 whose inverse the number type \
             can hold",
        ),
        (builder().average(1.0), "average=1 is refused; average is a number in [0, 1)"),
        (builder().state_type(Dtype::F16), "state_type=f16 is refused; state_type is f32 or bf16"),
        (
            builder().schedule("bias_correction", Schedule::constant()),
            "bias_correction of adam is not a number and cannot be scheduled",
        ),
    ] {
        assert_eq!(builder.build().unwrap_err().to_string(), message);
    }
    let unknown = builder().schedule("learning_rate", Schedule::constant()).build().unwrap_err();
    assert!(unknown.to_string().starts_with("adam has no hyperparameter `learning_rate`"));
    let f64_state = Optimizer::<f64>::builder("adam".parse::<Spec>().unwrap());
    assert_eq!(
        f64_state.state_type(Dtype::Bf16).build().unwrap_err().to_string(),
        "state_type=bf16 is refused; state_type is f64"
    );
}

#[test]
fn settings_are_read_as_they_are_printed() {
    for clip in [Clip::Off, Clip::Value(0.5), Clip::Norm(1e-9), Clip::GlobalNorm(1.0)] {
        assert_eq!(clip.to_string().parse(), Ok(clip));
    }
    for policy in [NonFinite::Error, NonFinite::Skip, NonFinite::Propagate] {
        assert_eq!(policy.to_string().parse(), Ok(policy));
    }
    for rounding in [Rounding::Nearest, Rounding::Stochastic { seed: u64::MAX }] {
        assert_eq!(rounding.to_string().parse(), Ok(rounding));
    }
    for text in ["", "on", "value", "norm:", "norm:-1", "global:nan", "global:inf", "value:0"] {
        assert!(text.parse::<Clip>().is_err(), "{text}");
    }
    for text in ["", "never", "stochastic", "stochastic:-1", "Nearest"] {
        assert!(text.parse::<Rounding>().is_err() && text.parse::<NonFinite>().is_err(), "{text}");
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
    let known: Vec<&str> = Registry::standard().entries().map(|entry| entry.name).collect();
    let known = known.join(", ");
    assert_eq!(
        message,
        format!("there is no optimizer `adm` (did you mean `adam`?); there are {known}")
    );
    assert!(spec_error("xyzzy").1.starts_with("there is no optimizer `xyzzy`; there are sgd"));
}

#[test]
fn an_unknown_hyperparameter_is_answered_with_the_list_and_ranges() {
    let (error, message) = spec_error("momentum:learning_rate=1");
    assert!(matches!(error, Error::UnknownHyperparameter { .. }));
    assert_eq!(
        message,
        "momentum has no hyperparameter `learning_rate` (did you mean `lr`?); \
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

/// A rule of one's own that names no hyperparameters.
#[derive(Clone)]
struct Bare;

impl Rule for Bare {
    type State<N: Number> = ();
    type Constants<N: Number> = ();
    fn prepare<N: Number>(&self, _: N::Wide) {}
    fn apply<N: Number>(_: &(), u: N, _: N, (): &mut ()) -> N {
        u
    }
}

#[test]
fn a_bare_rule_says_how_its_hyperparameters_get_names() {
    let mut optimizer = Optimizer::<f64>::new(Bare).unwrap();
    assert_eq!(
        optimizer.set("lr", 1).unwrap_err().to_string(),
        "Bare has no hyperparameter `lr`; it names none; \
         list them with `hyperparameters!` in the rule's `impl Rule`"
    );
}
