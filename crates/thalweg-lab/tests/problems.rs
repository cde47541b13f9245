//! Facts about the catalogue of problems and about asking for one.

use std::collections::HashSet;

use argmin_testfunctions as argmin;
use thalweg_lab::problem::{Problem, ProblemError};
use thalweg_lab::{Domain, Expression, ExpressionError, Point};

/// Points spread over a domain by the golden-ratio sequence of M. Roberts (2018).
fn points(domain: Domain, count: usize) -> impl Iterator<Item = Point> {
    let spread = |[low, high]: [f64; 2], step: f64, i: usize| {
        low + (high - low) * (0.5 + step * i as f64).fract()
    };
    (1..=count).map(move |i| {
        let x = spread(domain.x, 0.754_877_666_246_693, i);
        [x, spread(domain.y, 0.569_840_290_998_053, i)]
    })
}

/// The fourth-order central difference, with the error it may have: what is left out of its series
/// and what rounding of the values makes of it.
fn central_difference(f: impl Fn(Point) -> f64, [x, y]: Point) -> (Point, f64) {
    let h = 1e-3;
    let at = |k: f64| [f([x + k * h, y]), f([x, y + k * h])];
    let (a, b, c, d) = (at(-2.0), at(-1.0), at(1.0), at(2.0));
    let slope = std::array::from_fn(|i| (a[i] - 8.0 * b[i] + 8.0 * c[i] - d[i]) / (12.0 * h));
    let largest = [a, b, c, d].concat().iter().fold(1.0, |m: f64, v| m.max(v.abs()));
    (slope, 1e-6 * largest)
}

fn assert_close(found: Point, expected: Point, tolerance: f64, what: &str) {
    for i in 0..2 {
        let error = (found[i] - expected[i]).abs();
        assert!(error <= tolerance, "{what}: {found:?}, expected {expected:?}, off by {error}");
    }
}

#[test]
fn catalogue_holds_the_fifteen_problems_under_unique_names() {
    let all = Problem::all();
    let names: HashSet<_> = all.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(all.len(), 15);
    assert_eq!(names.len(), 15);
    assert_eq!(all[0].name, "ravine");
    for name in [
        "ravine",
        "sphere",
        "rosenbrock",
        "beale",
        "himmelblau",
        "rastrigin",
        "ackley",
        "booth",
        "matyas",
        "three-hump-camel",
        "styblinski-tang",
        "goldstein-price",
        "levy13",
        "saddle",
        "double-well",
    ] {
        assert_eq!(Problem::named(name).unwrap().name, name);
    }
}

#[test]
fn every_problem_explains_itself() {
    for problem in Problem::all() {
        let source = problem.source.unwrap();
        assert!(source.link.starts_with("https://"), "{}", problem.name);
        assert!(source.reference.len() > 20 && !source.reference.contains("  "));
        assert!(problem.summary.len() > 30 && !problem.summary.contains("  "));
        assert!(problem.title.chars().next().unwrap().is_uppercase());
    }
}

/// Equal bits; of numbers that are none, any.
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

#[test]
fn every_expression_has_the_bits_of_the_catalogue() {
    for problem in Problem::all() {
        let expression = Expression::parse(&problem.expression).unwrap();
        let corners = [[0.0, 0.0], [-0.0, 1.0], [1.0, -0.0], [1e200, -1e200], [1e-200, 3.0]];
        for point in points(problem.domain, 2000).chain(corners) {
            let what = format!("{} at {point:?}", problem.name);
            let (value, expected) = (problem.value(point), expression.value(point));
            assert!(same(value, expected), "{what}: {value:e}, not {expected:e}");
            let (gradient, expected) = (problem.gradient(point), expression.gradient(point));
            let are_same = (0..2).all(|i| same(gradient[i], expected[i]));
            assert!(are_same, "{what}: {gradient:?}, not {expected:?}");
        }
    }
}

/// The value and the gradient of a problem as `argmin_testfunctions` has them.
type Oracle = (&'static str, fn(Point) -> f64, fn(Point) -> Point);

#[test]
fn every_problem_agrees_with_argmin_testfunctions() {
    let oracles: [Oracle; 12] = [
        ("sphere", |p| argmin::sphere(&p), |p| argmin::sphere_derivative_const(&p)),
        ("matyas", |p| argmin::matyas(&p), |p| argmin::matyas_derivative(&p)),
        ("booth", |p| argmin::booth(&p), |p| argmin::booth_derivative(&p)),
        ("rosenbrock", |p| argmin::rosenbrock(&p), |p| argmin::rosenbrock_derivative_const(&p)),
        ("beale", |p| argmin::beale(&p), |p| argmin::beale_derivative(&p)),
        ("himmelblau", |p| argmin::himmelblau(&p), |p| argmin::himmelblau_derivative(&p)),
        (
            "three-hump-camel",
            |p| argmin::threehumpcamel(&p),
            |p| argmin::threehumpcamel_derivative(&p),
        ),
        (
            "styblinski-tang",
            |p| argmin::styblinski_tang(&p),
            |p| argmin::styblinski_tang_derivative_const(&p),
        ),
        (
            "goldstein-price",
            |p| argmin::goldsteinprice(&p),
            |p| argmin::goldsteinprice_derivative(&p),
        ),
        ("levy13", |p| argmin::levy_n13(&p), |p| argmin::levy_n13_derivative(&p)),
        ("rastrigin", |p| argmin::rastrigin(&p), |p| argmin::rastrigin_derivative_const(&p)),
        ("ackley", |p| argmin::ackley(&p), |p| argmin::ackley_derivative_const(&p)),
    ];
    for (name, value, gradient) in oracles {
        let problem = Problem::named(name).unwrap();
        for point in points(problem.domain, 500) {
            let what = format!("{name} at {point:?}");
            let expected = value(point);
            let error = (problem.value(point) - expected).abs();
            assert!(error <= 1e-12 * (1.0 + expected.abs()), "{what}: value off by {error}");
            let expected = gradient(point);
            let tolerance = 1e-11 * (1.0 + expected[0].hypot(expected[1]));
            assert_close(problem.gradient(point), expected, tolerance, &what);
        }
    }
}

#[test]
fn the_ravine_has_the_bits_of_the_article_s_formulas() {
    let ravine = Problem::named("ravine").unwrap();
    for [x, y] in points(ravine.domain, 2000) {
        assert_eq!(ravine.value([x, y]), x * x / 20.0 + y * y);
        assert_eq!(ravine.gradient([x, y]), [x / 10.0, 2.0 * y]);
    }
}

#[test]
fn every_gradient_is_the_central_difference() {
    for problem in Problem::all() {
        for point in points(problem.domain, 200) {
            let what = format!("{} at {point:?}", problem.name);
            let (expected, tolerance) = central_difference(|p| problem.value(p), point);
            assert_close(problem.gradient(point), expected, tolerance, &what);
        }
    }
}

#[test]
fn gradient_vanishes_and_value_is_right_at_every_minimum() {
    for problem in Problem::all() {
        for &minimum in &problem.minima {
            let what = format!("{} at {minimum:?}", problem.name);
            assert_close(problem.gradient(minimum), [0.0, 0.0], 1e-12 * 100.0, &what);
            let error = (problem.value(minimum) - problem.minimum.unwrap()).abs();
            assert!(error <= 1e-13 * 100.0, "{what}: value off by {error}");
            assert!(problem.domain.contains(minimum), "{what}");
        }
        assert_eq!(problem.minima.is_empty(), problem.minimum.is_none());
    }
}

#[test]
fn no_point_lies_below_the_minimum() {
    for problem in Problem::all() {
        let Some(minimum) = problem.minimum else { continue };
        for point in points(problem.domain, 20_000) {
            assert!(problem.value(point) > minimum - 1e-12, "{} at {point:?}", problem.name);
        }
    }
}

/// Values printed by S. Surjanovic and D. Bingham, <https://www.sfu.ca/~ssurjano/optimization.html>,
/// and by M. Jamil and X.-S. Yang, <https://arxiv.org/abs/1308.4008>.
#[test]
fn minima_are_those_of_the_literature() {
    let minimum = |name| {
        let problem = Problem::named(name).unwrap();
        (problem.minima[0], problem.minimum.unwrap())
    };
    assert_eq!(minimum("beale"), ([3.0, 0.5], 0.0));
    assert_eq!(minimum("booth"), ([1.0, 3.0], 0.0));
    assert_eq!(minimum("goldstein-price"), ([0.0, -1.0], 3.0));
    assert_eq!(minimum("levy13"), ([1.0, 1.0], 0.0));
    let (point, value) = minimum("styblinski-tang");
    assert_close(point, [-2.903534, -2.903534], 5e-7, "styblinski-tang");
    assert!((value - -39.16599 * 2.0).abs() < 1e-3);
    let himmelblau = Problem::named("himmelblau").unwrap().minima;
    let printed =
        [[3.0, 2.0], [-2.805118, 3.131312], [-3.779310, -3.283186], [3.584428, -1.848126]];
    for (point, printed) in himmelblau.into_iter().zip(printed) {
        assert_close(point, printed, 1e-6, "himmelblau");
    }
}

#[test]
fn starts_lie_inside_on_a_slope_and_away_from_the_minima() {
    for problem in Problem::all() {
        let [dx, dy] = problem.gradient(problem.start);
        assert!(problem.domain.contains(problem.start), "{}", problem.name);
        assert!(dx.hypot(dy) > 0.1, "{}: slope {:?}", problem.name, [dx, dy]);
        for [x, y] in &problem.minima {
            let far = (problem.start[0] - x).hypot(problem.start[1] - y);
            assert!(far > 1.0, "{}", problem.name);
        }
    }
}

/// Its summary promises so.
#[test]
fn three_hump_camel_keeps_plain_descent_and_lets_momentum_cross() {
    let camel = Problem::named("three-hump-camel").unwrap();
    let last = |momentum: f64, lr: f64| {
        let (mut point, mut velocity) = (camel.start, [0.0; 2]);
        for _ in 0..400 {
            let gradient = camel.gradient(point);
            for i in 0..2 {
                velocity[i] = momentum * velocity[i] - lr * gradient[i];
                point[i] += velocity[i];
            }
        }
        point
    };
    for lr in [0.01, 0.02, 0.05, 0.1] {
        assert_close(last(0.0, lr), [-1.7476, 0.8738], 0.1, "plain");
        assert_close(last(0.9, lr), camel.minima[0], 0.1, "momentum");
    }
}

#[test]
fn ravine_is_the_article_s() {
    let ravine = Problem::named("ravine").unwrap();
    assert_eq!(ravine.start, [-7.0, 2.0]);
    assert_eq!(ravine.domain, Domain::new([-10.0, 10.0], [-5.0, 5.0]));
    assert_eq!(ravine.value(ravine.start), 49.0 / 20.0 + 4.0);
    assert_eq!(ravine.gradient(ravine.start), [-0.7, 4.0]);
    let levels = [0.1, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0, 14.0, 18.0, 24.0];
    assert_eq!(ravine.levels.as_deref(), Some(&levels[..]));
}

#[test]
fn problems_can_be_shared_between_threads() {
    let problem = Problem::parse("x^2 + y").unwrap();
    let copy = problem.clone();
    let value = std::thread::spawn(move || copy.value([2.0, 1.0])).join().unwrap();
    assert_eq!(value, problem.value([2.0, 1.0]));
}

#[test]
fn unknown_names_are_answered_with_the_nearest_and_all() {
    for (asked, meant) in [
        ("ravin", "ravine"),
        ("Rosenbrok", "rosenbrock"),
        ("three_hump_camel", "three-hump-camel"),
        ("goldstein-prize", "goldstein-price"),
        ("levy", "levy13"),
        ("three_hump", "three-hump-camel"),
        ("himelblau", "himmelblau"),
    ] {
        let error = Problem::parse(asked).unwrap_err();
        let message = error.to_string();
        let ProblemError::Unknown { name, nearest, known } = error else {
            panic!("{asked}: {message}");
        };
        assert_eq!((name.as_str(), nearest[0]), (asked, meant));
        assert_eq!(known.len(), 15);
        assert!(message.contains(&format!("did you mean {meant}?")), "{message}");
        assert!(message.contains("saddle"), "{message}");
    }
    let ProblemError::Unknown { nearest, .. } = Problem::parse("elephant").unwrap_err() else {
        panic!("elephant is a name");
    };
    assert!(nearest.is_empty());
}

#[test]
fn an_expression_makes_a_problem() {
    let problem = Problem::parse(" x^2/20 + y^2 ").unwrap();
    let ravine = Problem::named("ravine").unwrap();
    assert_eq!(problem.name, "x^2/20 + y^2");
    assert_eq!(problem.domain, Domain::square(5.0));
    assert_eq!(problem.start, [-4.0, 3.0]);
    assert!(problem.minima.is_empty() && problem.minimum.is_none() && problem.levels.is_none());
    for point in points(ravine.domain, 100) {
        assert_eq!(problem.value(point), ravine.value(point));
        assert_close(problem.gradient(point), ravine.gradient(point), 1e-14, "ravine");
    }
}

#[test]
fn an_expression_starts_where_it_can() {
    assert_eq!(Problem::parse("sqrt(x) + y^2").unwrap().start, [4.0, 3.0]);
    assert_eq!(Problem::parse("ln(x) + ln(-y)").unwrap().start, [4.0, -3.0]);
    assert_eq!(Problem::parse("asin(x*y)").unwrap().start, [-0.8, 0.6]);
    assert_eq!(Problem::parse("sqrt(-1 - x^2)").unwrap().start, [-4.0, 3.0]);
    assert_eq!(Problem::parse("(x + 4)^2 + (y - 3)^2").unwrap().start, [4.0, 3.0]);
    assert_eq!(Problem::parse("7").unwrap().start, [-4.0, 3.0]);
}

#[test]
fn a_broken_expression_says_where() {
    let error = Problem::parse("x^2 + (y").unwrap_err();
    assert_eq!(
        error.to_string(),
        "\"x^2 + (y\" is not a function to descend: the ( at column 7 is never closed; add its )"
    );
    let ProblemError::Expression { error, .. } = Problem::parse("x-z").unwrap_err() else {
        panic!("x-z is an expression");
    };
    assert_eq!(error.column(), Some(3));
    assert!(matches!(
        Problem::parse("  ").unwrap_err(),
        ProblemError::Expression { error: ExpressionError::Empty, .. }
    ));
}
