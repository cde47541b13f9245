//! Every method against the library that it is known from, in f64: `tests/golden/family/` has a file for each,
//! made by `make_family.py` there, which also says what the inputs are.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::Deserialize;
use thalweg::{Method, Optimizer, Parameter, Real, Registry, Spec, Value};

use crate::common::is_elementwise;
use crate::golden::REQUIREMENTS;

/// Relative to the number itself; of a weighted sum, relative to the sum of its terms' sizes.
const RELATIVE: f64 = 1e-9;

const SHAPES: [&[usize]; 5] = [&[], &[1], &[7], &[3, 5], &[64, 32]];

/// The elements of each shape that a file has.
const ELEMENTS: [&[usize]; 5] = [&[0], &[0], &[0, 5, 6], &[0, 5, 9, 14], &[0, 63, 64, 1000, 2047]];

#[derive(Deserialize)]
struct Golden {
    made_by: BTreeMap<String, String>,
    reference: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
pub struct Case {
    pub spec: String,
    pub points: Vec<Vec<f64>>,
    /// What is around the method, in `wrappers.json`.
    #[serde(default)]
    pub around: String,
    /// The weights to evaluate with, where they are not those that are trained.
    evaluation: Option<Vec<Vec<f64>>>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/family")
}

/// The file of each method that has one.
fn files() -> BTreeMap<String, Golden> {
    let entries = std::fs::read_dir(folder()).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let golden = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap())
    };
    paths.filter(|path| path.extension().is_some_and(|end| end == "json")).map(golden).collect()
}

/// Element `i` of a pseudo-random sequence, in [−1, 1).
fn x(seed: u64, i: u64) -> f64 {
    let mut z = seed
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add((i + 1).wrapping_mul(0xD1B5_4A32_D192_ED03));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    2.0 * ((z >> 11) as f64 / (1_u64 << 53) as f64) - 1.0
}

fn len(shape: &[usize]) -> u64 {
    shape.iter().product::<usize>() as u64
}

fn start<R: Real>(s: usize) -> Vec<R> {
    (0..len(SHAPES[s])).map(|i| R::from_f64(x(7000 + s as u64, i))).collect()
}

fn gradient<R: Real>(s: usize, t: u64) -> Vec<R> {
    const SCALE: [f64; 5] = [1.0, 0.01, 10.0, 0.1, 100.0];
    let number = |i: u64| {
        if i % 6 == 5 && matches!(t, 1 | 2 | 3 | 10) {
            return 0.0;
        }
        let (mean, noise) = (x(8000 + s as u64, i), x(1000 * (s as u64 + 1) + t, i));
        (0.5 * mean + noise) * SCALE[(i % 5) as usize]
    };
    (0..len(SHAPES[s])).map(|i| R::from_f64(number(i))).collect()
}

/// The parameters after each of `steps` steps.
fn run<R: Real, M: Method>(method: M, steps: u64) -> Vec<[Vec<R>; 5]> {
    run_with_evaluation(method, steps).into_iter().map(|[weights, _]| weights).collect()
}

/// The parameters and the weights to evaluate with after each of `steps` steps.
fn run_with_evaluation<R: Real, M: Method>(method: M, steps: u64) -> Vec<[[Vec<R>; 5]; 2]> {
    run_of(Optimizer::new(method).unwrap(), steps)
}

/// The same of an optimizer.
pub fn run_of<R: Real, M: Method>(
    mut optimizer: Optimizer<R, M>,
    steps: u64,
) -> Vec<[[Vec<R>; 5]; 2]> {
    let names = ["p0", "p1", "p2", "p3", "p4"];
    let mut w: [Vec<R>; 5] = std::array::from_fn(start);
    let mut points = Vec::new();
    for t in 1..=steps {
        let g: [Vec<R>; 5] = std::array::from_fn(|s| gradient(s, t));
        let items = w.iter_mut().zip(&g).enumerate();
        let items = items.map(|(s, (w, g))| {
            Parameter::from((names[s], &mut w[..], &g[..])).with_shape(SHAPES[s])
        });
        optimizer.step_with_loss(1.5 + x(5555, t), items).unwrap();
        let evaluation = std::array::from_fn(|s| optimizer.evaluation_weights(names[s], &w[s]));
        points.push([w.clone(), evaluation]);
    }
    points
}

/// The numbers of a point that a file has, each with the size that its error is relative to.
fn numbers(point: &[Vec<f64>; 5]) -> Vec<(f64, f64)> {
    let elements = point.iter().zip(ELEMENTS);
    let elements = elements.flat_map(|(w, places)| places.iter().map(|&i| (w[i], w[i].abs())));
    let sums = point[2..].iter().map(|w| {
        let terms = w.iter().enumerate().map(|(i, w)| x(31337, i as u64) * w);
        (terms.clone().sum(), terms.map(f64::abs).sum())
    });
    elements.chain(sums).collect()
}

/// Whether a difference is small; NaN is not.
fn is_within(off: f64, bound: f64) -> bool {
    off <= bound
}

/// What differs first from a golden case, in words.
fn difference(case: &Case) -> Option<String> {
    let method: Spec = match case.spec.parse() {
        Ok(method) => method,
        Err(error) => return Some(format!("{}: {error}", case.spec)),
    };
    difference_of(case, Optimizer::new(method).unwrap())
}

/// What an optimizer's run differs in first.
pub fn difference_of(case: &Case, optimizer: Optimizer<f64>) -> Option<String> {
    let ours = run_of(optimizer, case.points.len() as u64);
    for (t, [weights, evaluation]) in ours.iter().enumerate() {
        let theirs = case.evaluation.as_ref().map(|theirs| (evaluation, &theirs[t]));
        let pairs = [Some((weights, &case.points[t])), theirs];
        for (ours, theirs) in pairs.into_iter().flatten() {
            let ours = numbers(ours);
            assert_eq!(ours.len(), theirs.len(), "{}", case.spec);
            for (k, ((ours, size), theirs)) in ours.into_iter().zip(theirs).enumerate() {
                let off = (ours - theirs).abs();
                if !is_within(off, RELATIVE * size.max(theirs.abs())) {
                    let relative = off / theirs.abs();
                    return Some(format!(
                        "{}: step {}, number {k}: {ours:e} is not {theirs:e}, relatively {relative:.1e} apart",
                        case.spec,
                        t + 1
                    ));
                }
            }
        }
    }
    None
}

fn spec_of(name: &str) -> Spec {
    name.parse().unwrap()
}

/// The cases of the methods that the registry has.
fn known(files: &BTreeMap<String, Golden>) -> Vec<&Case> {
    let registry = Registry::standard();
    let is_known = |name: &str| registry.entries().any(|entry| entry.name == name);
    let known = files.iter().filter(|(name, _)| is_known(name));
    known.flat_map(|(_, golden)| &golden.cases).collect()
}

#[test]
fn every_method_equals_its_reference_at_every_step() {
    let files = files();
    let differences: Vec<String> = known(&files).into_iter().filter_map(difference).collect();
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
}

/// A twin: a method written as text from its paper.
fn twin(name: &str) -> Option<String> {
    // The plain names are the forms of the article, or of optax.
    let name = match name {
        "adagrad" | "rmsprop" | "nadam" => format!("{name}-torch"),
        name => name.to_owned(),
    };
    let path = format!("{}/tests/rules/{name}.rule", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).ok()
}

/// The same numbers as a method of the registry, changed by a tenth where `changed` says so.
fn values(method: &Spec, texts: &[String], changed: bool) -> Vec<(String, f64)> {
    let hyperparameters = method.hyperparameters().into_iter();
    let numbers = hyperparameters.filter_map(|(known, value)| {
        let number = match value {
            Value::Number(number) => number,
            Value::Whole(number) => number as f64,
            _ => return None,
        };
        let tenth = if number == 0.0 { 0.1 } else { number * 0.9 };
        let value = match (changed, value) {
            (true, Value::Whole(_)) => number + 1.0,
            (true, _) => tenth,
            _ => number,
        };
        texts.contains(&known.name.to_owned()).then(|| (known.name.to_owned(), value))
    });
    numbers.collect()
}

#[test]
fn every_elementwise_method_has_a_twin_in_text_with_the_same_numbers() {
    let mut problems = Vec::new();
    for entry in Registry::standard().entries().filter(|entry| is_elementwise(entry.name)) {
        let Some(text) = twin(entry.name) else {
            problems.push(format!("{}: no twin", entry.name));
            continue;
        };
        let text = thalweg::TextRule::parse(&text).unwrap();
        let names: Vec<String> =
            text.hyperparameters().iter().map(|(known, _)| known.name.to_owned()).collect();
        for changed in [false, true] {
            let (mut registered, mut text) = (spec_of(entry.name), text.clone());
            for (name, value) in values(&registered, &names, changed) {
                let whole = registered
                    .hyperparameters()
                    .into_iter()
                    .any(|(known, value)| known.name == name && matches!(value, Value::Whole(_)));
                let of_method =
                    if whole { Value::Whole(value as u64) } else { Value::Number(value) };
                registered.set(&name, of_method).unwrap();
                if let Err(error) = text.set(&name, Value::Number(value)) {
                    problems.push(error.to_string());
                }
            }
            let (ours, theirs) = (run::<f64, _>(registered, 30), run::<f64, _>(text, 30));
            let pairs = ours.iter().zip(&theirs).enumerate();
            let mut far = pairs.flat_map(|(t, (ours, theirs))| {
                let pairs = ours.iter().flatten().zip(theirs.iter().flatten());
                pairs.map(move |(ours, theirs)| (t + 1, *ours, *theirs))
            });
            let far = far.find(|(_, ours, theirs)| {
                !is_within((ours - theirs).abs(), RELATIVE * theirs.abs())
            });
            if let Some((t, ours, theirs)) = far {
                let what = if changed { "changed" } else { "default" };
                problems.push(format!(
                    "{} with {what} values, step {t}: {ours:e} is {theirs:e} in its twin",
                    entry.name
                ));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_method_of_the_family_has_a_file_and_every_option_a_case() {
    let files = files();
    let mut missing = Vec::new();
    for entry in Registry::standard().entries() {
        let Some(golden) = files.get(entry.name) else {
            if !crate::golden::has_cases(entry.name) {
                missing.push(format!("{}: no golden cases", entry.name));
            }
            continue;
        };
        let spec = |case: &Case| case.spec.parse::<Spec>().unwrap().hyperparameters();
        let default = spec_of(entry.name).hyperparameters();
        let touched: BTreeSet<&str> = golden
            .cases
            .iter()
            .flat_map(|case| spec(case).into_iter().zip(&default))
            .filter(|((_, value), (_, default))| value != default)
            .map(|(_, (known, _))| known.name)
            .collect();
        let all: BTreeSet<&str> = default.iter().map(|(known, _)| known.name).collect();
        let untouched: Vec<&&str> = all.difference(&touched).collect();
        if !untouched.is_empty() && !crate::golden::has_cases(entry.name) {
            missing.push(format!("{}: no case touches {untouched:?}", entry.name));
        }
        if golden.cases.len() < 4 && all.len() > 1 {
            missing.push(format!("{}: {} cases", entry.name, golden.cases.len()));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// Single precision has 2⁻²⁴ at every operation; a step divides differences of nearly equal numbers at most.
#[test]
fn f32_agrees_with_f64_as_well_as_it_can() {
    let mut problems = Vec::new();
    for entry in Registry::standard().entries() {
        let wide = run::<f64, _>(spec_of(entry.name), 30);
        let narrow = run::<f32, _>(spec_of(entry.name), 30);
        let far = wide.iter().zip(&narrow).enumerate().find_map(|(t, (wide, narrow))| {
            let pairs = wide.iter().flatten().zip(narrow.iter().flatten());
            let far =
                |wide: f64, narrow: f32| (wide - f64::from(narrow)).abs() / (1.0 + wide.abs());
            let worst = pairs.map(|(wide, narrow)| far(*wide, *narrow)).fold(0.0, f64::max);
            (!is_within(worst, 2e-4)).then_some((t + 1, worst))
        });
        if let Some((t, worst)) = far {
            problems.push(format!("{}, step {t}: {worst:.1e}", entry.name));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_files_were_made_with_the_versions_of_requirements_txt_and_are_small() {
    let required: BTreeMap<&str, &str> =
        REQUIREMENTS.lines().filter_map(|line| line.split_once("==")).collect();
    for (name, golden) in files() {
        assert!(!golden.reference.is_empty(), "{name}");
        for (package, version) in &golden.made_by {
            if let Some(required) = required.get(package.as_str()) {
                assert_eq!(version.split('+').next(), Some(*required), "{name}: {package}");
            }
        }
        for case in &golden.cases {
            assert_eq!(case.points.len(), 30, "{}", case.spec);
        }
    }
    let sizes = std::fs::read_dir(folder()).unwrap();
    let bytes: u64 = sizes.map(|entry| entry.unwrap().metadata().unwrap().len()).sum();
    assert!(bytes < 4_000_000, "{bytes} bytes");
}
