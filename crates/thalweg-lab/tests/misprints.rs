//! Runs of the laboratory against NumPy: every point of every golden run of the article to 1e-12
//! relative. The files and the scripts that made them are the library's.

use serde_json::Value as Json;
use thalweg_lab::Point;
use thalweg_lab::methods;
use thalweg_lab::problem::Problem;
use thalweg_lab::run::{Precision, Run};

const ARTICLE: &str = include_str!("../../thalweg/tests/golden/article.json");
const PRINTED: &str = include_str!("../../thalweg/tests/golden/printed.json");

const RELATIVE: f64 = 1e-12;

struct Golden {
    spec: String,
    problem: String,
    start: Point,
    /// The point after each step.
    points: Vec<Point>,
}

fn golden(text: &str) -> Vec<Golden> {
    let file: Json = serde_json::from_str(text).unwrap();
    let point = |json: &Json| [0, 1].map(|i| json[i].as_f64().unwrap());
    let cases = file["cases"].as_array().unwrap().iter();
    let cases = cases.map(|case| Golden {
        spec: case["spec"].as_str().unwrap().to_owned(),
        problem: case["problem"].as_str().unwrap().to_owned(),
        start: point(&case["w0"]),
        points: case["points"].as_array().unwrap().iter().map(point).collect(),
    });
    cases.collect()
}

/// Runs every case of a file, of which `expected` are of each optimizer.
fn assert_runs_equal(text: &str, expected: &[(&str, usize)]) {
    let cases = golden(text);
    for (optimizer, count) in expected {
        let of = |case: &&Golden| case.spec.split(':').next() == Some(optimizer);
        assert_eq!(cases.iter().filter(of).count(), *count, "{optimizer}");
    }
    for Golden { spec, problem, start, points } in cases {
        let problem = Problem::named(&problem).unwrap();
        let method = methods::registry().spec(&spec).unwrap();
        let run = Run::new(&problem, &method, start, points.len(), Precision::F64).unwrap();
        assert_eq!((run.points[0], run.diverged_at, run.steps()), (start, None, points.len()));
        for (step, (ours, numpys)) in run.points.iter().skip(1).zip(&points).enumerate() {
            for (ours, numpys) in ours.iter().zip(numpys) {
                let error = (ours - numpys).abs();
                let step = step + 1;
                assert!(error <= RELATIVE * numpys.abs(), "{spec}: step {step}: {ours} {numpys}");
            }
        }
    }
}

#[test]
fn the_printed_rules_equal_numpy() {
    assert_runs_equal(PRINTED, &[("rmsprop-printed", 3), ("adadelta-printed", 1)]);
}

#[test]
fn the_articles_runs_in_the_laboratory_equal_numpy() {
    let counts = [("sgd", 2), ("momentum", 2), ("adagrad", 1), ("adam", 4)];
    assert_runs_equal(ARTICLE, &counts);
    assert_runs_equal(ARTICLE, &[("rmsprop", 2), ("adadelta", 1)]);
}

/// G ← G + γG + (1 − γ)g²: it grows at least 1.9-fold each step, and the right one never does.
#[test]
fn the_printed_mean_square_nearly_doubles_every_step() {
    let ravine = Problem::named("ravine").unwrap();
    let run = |spec: &str| {
        let method = methods::registry().spec(spec).unwrap();
        Run::new(&ravine, &method, ravine.start, 60, Precision::F64).unwrap()
    };
    for (name, slot, right) in [("rmsprop", "G", "v"), ("adadelta", "G", "v")] {
        let printed = run(&format!("{name}-printed"));
        for pair in printed.slot(slot).unwrap().values[1..].windows(2) {
            assert!((0..2).all(|i| pair[1][i] >= 1.9 * pair[0][i]), "{name}: {pair:?}");
        }
        let first = run(name).slot(right).unwrap().values[1];
        let most = run(name).slot(right).unwrap().values.iter().map(|v| v[1]).fold(0.0, f64::max);
        assert!(most < 20.0 * first[1], "{name}: {most}");
    }
}
