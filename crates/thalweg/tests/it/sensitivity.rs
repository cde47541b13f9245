//! Derivatives: of single operations, and of whole runs with respect to hyperparameters and start.

use crate::common::specs_without_noise;
use proptest::prelude::*;
use thalweg::sensitivity::{Function, Input, SensitivityError, sensitivity};
use thalweg::{Dual, Error, Method, Number, Optimizer, Spec, Value, Wide, rules::*};

/// f(x, y, z) = (1 − x)² + 2(y − x²)² + z²/4 + x·z/10: curved, and no coordinate by itself.
struct Valley;

impl Function for Valley {
    fn value<N: Wide>(&self, w: &[N]) -> N {
        let n = N::from_f64;
        let (a, b) = (n(1.0) - w[0], w[1] - w[0] * w[0]);
        a * a + n(2.0) * (b * b) + w[2] * w[2] / n(4.0) + w[0] * w[2] / n(10.0)
    }
}

const START: [f64; 3] = [-0.7, 0.9, 2.0];
const STEPS: usize = 12;

/// The gradient of [`Valley`], written by hand.
fn gradient([x, y, z]: [f64; 3]) -> [f64; 3] {
    let b = y - x * x;
    [-2.0 * (1.0 - x) - 8.0 * x * b + z / 10.0, 4.0 * b, z / 2.0 + x / 10.0]
}

/// The last W of a run by an optimizer, and f there.
fn end(method: &impl Method, start: [f64; 3]) -> ([f64; 3], f64) {
    let mut optimizer: Optimizer<f64, _> = Optimizer::new(method.clone()).unwrap();
    let mut w = start;
    for _ in 0..STEPS {
        let along = Dual::<f64, 3>::variables(w);
        let g = Function::value(&Valley, &along).slope;
        let loss = Function::value(&Valley, &w);
        optimizer.step_with_loss(loss, [("w", &mut w, &g)]).unwrap();
    }
    (w, Function::value(&Valley, &w))
}

/// A derivative by differences that are exact to the fourth power of h: central ones, or where a
/// hyperparameter cannot be lower, forward ones.
fn difference(at: impl Fn(f64) -> f64, h: f64, is_forward: bool) -> f64 {
    if is_forward {
        let weights = [-25.0, 48.0, -36.0, 16.0, -3.0];
        let terms = weights.iter().enumerate().map(|(k, weight)| weight * at(k as f64 * h));
        return terms.sum::<f64>() / (12.0 * h);
    }
    (at(-2.0 * h) - 8.0 * at(-h) + 8.0 * at(h) - at(2.0 * h)) / (12.0 * h)
}

/// Compares a derivative with differences of a quantity of this size, at the step that suits best: a
/// large one truncates, a small one rounds.
fn assert_close(found: f64, size: f64, steps: &[f64], difference: impl Fn(f64) -> f64, what: &str) {
    let differences: Vec<f64> = steps.iter().map(|h| difference(*h)).collect();
    let is_close = |(h, expected): (&f64, &f64)| {
        let rounding = 1e-14 * (1.0 + size.abs()) / h;
        (found - expected).abs() < 2e-6 * (1.0 + expected.abs()) + rounding
    };
    let is_close = steps.iter().zip(&differences).any(is_close);
    assert!(is_close, "{what}: {found}, by differences {differences:?}");
}

#[test]
fn derivatives_of_runs_agree_with_differences() {
    let mut checked = 0;
    for text in specs_without_noise() {
        let spec: Spec = text.parse().unwrap();
        let numbers = spec.hyperparameters().into_iter().filter_map(|(known, value)| match value {
            Value::Number(number) => Some((known.name, number)),
            _ => None,
        });
        // Some are not part of the step: momentum where it is 0.
        let formula = spec.kernel().formula().unwrap();
        let is_part = |name: &str| {
            let starts = formula.slots().iter().any(|slot| slot.start_is == Some(name));
            starts || formula.graph().hyperparameters.iter().any(|(known, _)| known == name)
        };
        // Others cannot move: dampening beside a Nesterov step.
        let can_move = |name: &str, value: f64| spec.clone().set(name, value + 1e-3).is_ok();
        let numbers = numbers.filter(|(name, value)| is_part(name) && can_move(name, *value));
        let numbers: Vec<(&str, f64)> = numbers.collect();
        let mut inputs: Vec<Input> = (0..3).map(Input::Start).collect();
        inputs.extend(numbers.iter().map(|(name, _)| Input::from(*name)));
        let found = sensitivity(&spec, &Valley, &START, STEPS, &inputs)
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        let (point, end_value) = end(&spec, START);
        assert_eq!((&found.point[..], found.value), (&point[..], end_value), "{text}");
        for derivative in &found.derivatives {
            let what = format!("{text}, {:?}", derivative.input);
            let value = |name: &str| numbers.iter().find(|(known, _)| *known == name).unwrap().1;
            let (scale, is_forward) = match &derivative.input {
                Input::Start(_) => (1.0, false),
                Input::Hyperparameter(name) if value(name) == 0.0 => (1.0, true),
                Input::Hyperparameter(name) => (value(name), false),
            };
            let steps = [1e-3, 1e-4, 1e-5, 1e-6].map(|h| h * scale);
            let moved = |by: f64| match &derivative.input {
                Input::Start(i) => {
                    let mut start = START;
                    start[*i] += by;
                    end(&spec, start)
                }
                Input::Hyperparameter(name) => {
                    let mut spec = spec.clone();
                    spec.set(name, value(name) + by).unwrap();
                    end(&spec, START)
                }
            };
            for (i, (found, point)) in derivative.point.iter().zip(point).enumerate() {
                let at = |h: f64| difference(|by| moved(by).0[i], h, is_forward);
                assert_close(*found, point, &steps, at, &what);
                checked += 1;
            }
            let at = |h: f64| difference(|by| moved(by).1, h, is_forward);
            assert_close(derivative.value, end_value, &steps, at, &what);
        }
    }
    assert!(checked > 300, "{checked}");
}

#[test]
fn descent_on_a_parabola_has_the_derivatives_of_its_closed_form() {
    struct Parabola;
    impl Function for Parabola {
        fn value<N: Wide>(&self, w: &[N]) -> N {
            w[0] * w[0] * N::from_f64(0.5)
        }
    }
    // W = (1 − lr)ᵀ·W₀.
    let sgd = Sgd { lr: 0.25, ..Sgd::default() };
    let inputs = ["lr".into(), Input::Start(0)];
    let found = sensitivity(&sgd, &Parabola, &[2.0], 8, &inputs).unwrap();
    assert_eq!(found.point, [2.0 * 0.75_f64.powi(8)]);
    assert_eq!(found.derivatives[0].point, [-16.0 * 0.75_f64.powi(7)]);
    assert_eq!(found.derivatives[1].point, [0.75_f64.powi(8)]);
    assert_eq!(found.derivatives[1].value, found.point[0] * 0.75_f64.powi(8));
}

#[test]
fn the_gradient_of_a_function_is_that_written_by_hand() {
    use thalweg::sensitivity::Objective;
    let found = Objective::gradient(&Valley, &START.map(Dual::constant));
    for (found, expected) in found.iter().zip(gradient(START)) {
        assert!((found.value - expected).abs() < 1e-14);
    }
}

#[test]
fn what_has_no_derivative_is_refused_with_what_has_one() {
    let refused = |spec: &str, input: Input| {
        let spec: Spec = spec.parse().unwrap();
        sensitivity(&spec, &Valley, &START, 3, &[input]).unwrap_err()
    };
    let unknown = refused("adam", "rate".into());
    assert!(
        matches!(unknown, SensitivityError::Method(Error::UnknownHyperparameter { .. })),
        "{unknown}"
    );
    assert_eq!(
        refused("momentum:lr=0.1", "nesterov".into()).to_string().split(';').next(),
        Some("momentum has no hyperparameter `nesterov`")
    );
    assert_eq!(
        refused("sgd", "nesterov".into()).to_string(),
        "sgd: a run has no derivative with respect to `nesterov`, which is not a number in the \
         formula of this step; those with one are lr, weight_decay"
    );
    assert_eq!(
        refused("sgd", Input::Start(3)).to_string(),
        "the start has 3 elements; there is no element 3 (the first is 0)"
    );
    let diverged = refused("sgd:lr=1e200", "lr".into());
    assert!(matches!(diverged, SensitivityError::NotFinite { step: 1 | 2 }), "{diverged}");
}

/// Where x and z are 0, so is the gradient with respect to z, and with it the momentum; they change all
/// the same when z does.
#[test]
fn state_of_0_keeps_its_derivatives() {
    let start = [0.0, 0.9, 0.0];
    for spec in ["momentum:lr=0.1", "sgd:lr=0.1,momentum=0.9,nesterov=true"] {
        let spec: Spec = spec.parse().unwrap();
        let found = sensitivity(&spec, &Valley, &start, STEPS, &[Input::Start(2)]).unwrap();
        for i in 0..3 {
            let at = |h: f64| difference(|by| end(&spec, [0.0, 0.9, by]).0[i], h, false);
            let found = found.derivatives[0].point[i];
            assert_close(found, 1.0, &[1e-3, 1e-4, 1e-5], at, &spec.to_string());
        }
    }
}

#[test]
fn a_derivative_of_0_stays_0_beside_an_infinite_one() {
    let [x, y] = Dual::<f64, 2>::variables([0.0, 3.0]);
    assert_eq!((x.sqrt() + y).slope, [f64::INFINITY, 1.0]);
    assert_eq!(Dual::variable(0.0).abs().slope, [0.0]);
    assert_eq!(Dual::variable(-2.0).sign(), Dual::constant(-1.0));
    assert_eq!(Dual::variable(0.0).cos().slope, [0.0]);
}

type Operation = (&'static str, fn(Dual, Dual) -> Dual, fn(f64, f64) -> f64);

/// Every operation of a formula, on dual numbers and on plain ones.
const OPERATIONS: [Operation; 16] = [
    ("+", |a, b| a + b, |a, b| a + b),
    ("-", |a, b| a - b, |a, b| a - b),
    ("*", |a, b| a * b, |a, b| a * b),
    ("/", |a, b| a / b, |a, b| a / b),
    ("neg", |a, _| -a, |a, _| -a),
    ("sqrt", |a, _| a.sqrt(), |a, _| a.sqrt()),
    ("abs", |a, _| Number::abs(a), |a, _| a.abs()),
    ("max", Number::max, Number::max),
    ("min", Number::min, Number::min),
    ("sign", |a, _| a.sign(), |a, _| Number::sign(a)),
    ("exp", |a, _| a.exp(), |a, _| Number::exp(a)),
    ("ln", |a, _| a.ln(), |a, _| Number::ln(a)),
    ("cos", |a, _| a.cos(), |a, _| Number::cos(a)),
    ("pow", Number::powf, Number::powf),
    ("atan2", Number::atan2, Number::atan2),
    ("1 - b^t", |a, _| a.one_minus_power(Dual::from_f64(13.0)), |a, _| a.one_minus_power(13.0)),
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Values have the bits of plain numbers, slopes agree with differences.
    #[test]
    fn every_operation_follows_the_chain_rule(a in -3.0..3.0_f64, b in -3.0..3.0_f64) {
        // Away from kinks, poles and ends of domains.
        prop_assume!(a.abs() > 0.1 && b.abs() > 0.1 && (a - b).abs() > 0.1);
        for (name, dual, plain) in OPERATIONS {
            let along = |x: f64| (a + 0.7 * x, b - 1.3 * x);
            let number = |value, slope| Dual { value, slope: [slope] };
            let found = dual(number(a, 0.7), number(b, -1.3));
            prop_assert_eq!(found.value.to_bits(), plain(a, b).to_bits(), "{}", name);
            if found.value.is_finite() && (name != "pow" || a > 0.0) {
                let at = |x: f64| { let (a, b) = along(x); plain(a, b) };
                let expected = difference(at, 1e-3, false);
                let error = (found.slope[0] - expected).abs() / (1.0 + expected.abs());
                prop_assert!(error < 1e-5, "{}({}, {}): {} {}", name, a, b, found.slope[0], expected);
            }
        }
    }

    /// Second derivatives, by dual numbers of dual numbers, of x³/y + √(x² + y²).
    #[test]
    fn dual_numbers_nest(x in 0.5..2.0_f64, y in 0.5..2.0_f64) {
        let [a, b] = Dual::variables(Dual::<f64, 2>::variables([x, y]));
        let f = a * a * a / b + (a * a + b * b).sqrt();
        let r = (x * x + y * y).sqrt();
        let expected = [
            [6.0 * x / y + y * y / r.powi(3), -3.0 * x * x / (y * y) - x * y / r.powi(3)],
            [-3.0 * x * x / (y * y) - x * y / r.powi(3), 2.0 * x.powi(3) / y.powi(3) + x * x / r.powi(3)],
        ];
        for (found, expected) in f.slope.iter().zip(expected) {
            for (found, expected) in found.slope.iter().zip(expected) {
                prop_assert!((found - expected).abs() < 1e-12 * (1.0 + expected.abs()));
            }
        }
    }
}
