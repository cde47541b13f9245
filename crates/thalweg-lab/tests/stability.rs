//! Learning rates up to which runs converge: known formulas, and runs on both sides.

use thalweg::{Method, Spec, Value};
use thalweg_lab::methods;
use thalweg_lab::problem::Problem;
use thalweg_lab::run::{Precision, Run};
use thalweg_lab::stability::{Quadratic, largest_stable_lr, spectral_radius};

fn spec(text: &str) -> Spec {
    methods::registry().spec(text).unwrap()
}

fn largest(text: &str, problem: &str) -> Option<f64> {
    largest_stable_lr(&spec(text), &Problem::parse(problem).unwrap())
}

/// With λ the largest second derivative, 2 on the ravine: 2/λ for plain descent, 2(1 + β)/λ with Polyak's
/// momentum, 2(1 + β)/(1 + 2β)/λ with Nesterov's (Lessard, Recht, Packard 2016, proposition 1), where
/// weight decay adds to λ, and dampening divides what it leaves of the gradient.
#[test]
fn known_formulas_are_found() {
    let cases = [
        ("sgd", "ravine", 1.0),
        ("sgd:lr=7", "ravine", 1.0),
        ("sgd:weight_decay=0.5", "ravine", 0.8),
        ("sgd:momentum=0.9", "ravine", 1.9),
        ("sgd:momentum=0.5", "ravine", 1.5),
        ("sgd:momentum=0.5,dampening=0.5", "ravine", 3.0),
        ("momentum", "ravine", 1.9),
        ("momentum:momentum=0", "ravine", 1.0),
        ("sgd:momentum=0.9,nesterov=true", "ravine", 1.9 / 2.8),
        ("sgd", "sphere", 1.0),
        ("sgd", "booth", 2.0 / 18.0),
        ("sgd", "matyas", 2.0),
        ("sgd", "3*x^2 + 50*y^2 - 7*x + 12", 0.02),
        ("momentum", "3*x^2 + 50*y^2 - 7*x + 12", 0.038),
    ];
    for (text, problem, expected) in cases {
        let found = largest(text, problem).unwrap_or(f64::NAN);
        assert!((found / expected - 1.0).abs() < 1e-10, "{text} on {problem}: {found} {expected}");
    }
    // Round numbers are round.
    assert_eq!(largest("sgd", "ravine"), Some(1.0));
    assert_eq!(largest("momentum", "ravine"), Some(1.9));
}

#[test]
fn the_radius_is_that_of_the_slowest_direction() {
    let ravine = Problem::named("ravine").unwrap();
    let radius = |text: &str| spectral_radius(&spec(text), &ravine).unwrap();
    // |1 − 2lr| and |1 − lr/10|.
    for (text, expected) in [("sgd:lr=0.9", 0.91), ("sgd:lr=1.05", 1.1), ("sgd:lr=0", 1.0)] {
        assert!((radius(text) - expected).abs() < 1e-12, "{text}: {}", radius(text));
    }
    // Complex eigenvalues have the modulus √β.
    assert!((radius("momentum:lr=0.3,momentum=0.81") - 0.9).abs() < 1e-12);
}

#[test]
fn what_is_no_matrix_has_no_radius() {
    for text in [
        "adam",
        "adam:lr=1e-12",
        "adamw",
        "rmsprop",
        "adagrad",
        "lion",
        "rmsprop-printed",
        "polyak-sgd",
    ] {
        assert_eq!(largest(text, "ravine"), None, "{text}");
        let ravine = Problem::named("ravine").unwrap();
        assert_eq!(spectral_radius(&spec(text), &ravine), None, "{text}");
    }
    for problem in
        ["rosenbrock", "himmelblau", "abs(x) + y^2", "x + y", "x^4 + y^2", "max(x^2, y^2)"]
    {
        assert_eq!(largest("sgd", problem), None, "{problem}");
    }
}

#[test]
fn a_function_without_a_lowest_point_has_no_stable_rate() {
    assert_eq!(largest("sgd", "saddle"), None);
    assert_eq!(largest("sgd", "-x^2 - y^2"), None);
    let saddle = Problem::named("saddle").unwrap();
    assert!(spectral_radius(&spec("sgd"), &saddle).unwrap() > 1.0);
    // Falls for ever along y.
    assert!(Quadratic::of(&Problem::parse("x^2 + y").unwrap()).is_none());
}

#[test]
fn a_flat_direction_needs_not_converge() {
    for problem in ["x^2", "(x + y)^2/2", "(x - 2*y + 3)^2/5"] {
        assert!((largest("sgd", problem).unwrap() - 1.0).abs() < 1e-10, "{problem}");
        assert!((largest("momentum", problem).unwrap() - 1.9).abs() < 1e-10, "{problem}");
    }
}

#[test]
fn a_method_as_text_is_differentiated_like_any_other() {
    let text = "lr = 0.1\nbeta = 0.5\nstate m = 0\nm = beta*m + (1 - beta)*g\nW = W - lr*m\n";
    let registry = methods::registry().with_text("own", text).unwrap();
    let ravine = Problem::named("ravine").unwrap();
    // As heavy ball of the rate lr(1 − β).
    assert_eq!(largest_stable_lr(&registry.spec("own").unwrap(), &ravine), Some(3.0));
    let text = "lr = 0.1\nW = W - lr*sign(g)\n";
    let registry = registry.with_text("own", text).unwrap();
    assert_eq!(largest_stable_lr(&registry.spec("own").unwrap(), &ravine), None);
}

/// Of every method that theory knows, runs at 0.97 of the rate end lower than runs at 1.03.
#[test]
fn runs_on_both_sides_of_the_limit_do_what_it_says() {
    let (registry, ravine) = (methods::registry(), Problem::named("ravine").unwrap());
    let mut known = Vec::new();
    for entry in registry.entries() {
        let spec = registry.spec(entry.name).unwrap();
        let Some(limit) = largest_stable_lr(&spec, &ravine) else { continue };
        let end = |factor: f64| {
            let mut spec = spec.clone();
            Method::set(&mut spec, "lr", Value::Number(factor * limit)).unwrap();
            let run = Run::new(&ravine, &spec, ravine.start, 3000, Precision::F64).unwrap();
            run.diverged_at.map_or(run.last_value(), |_| f64::INFINITY)
        };
        assert!(end(0.97) < 1e-3, "{}: {limit} {}", entry.name, end(0.97));
        assert!(end(1.03) > 1e6, "{}: {limit} {}", entry.name, end(1.03));
        known.push(entry.name);
    }
    for name in ["sgd", "momentum", "nesterov"] {
        assert!(known.contains(&name), "{name} {known:?}");
    }
}
