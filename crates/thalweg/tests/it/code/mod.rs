//! Formulas as lines of NumPy and of Rust, which leave what the optimizer leaves, to 1e-12 relative.
//!
//! `generated.rs` has every elementwise method in Rust, and is compiled and run here. `golden/code.json` has every
//! method in NumPy with the points of the optimizer's steps; the tests of the Python package run it. With
//! `THALWEG_BLESS=1` both are written anew.

#[rustfmt::skip]
mod generated;

use std::fmt::Write;
use std::path::Path;

use serde_json::{Map, Value as Json, json};
use thalweg::formula::code_name;
use thalweg::{Formula, Method, Optimizer, Registry, Spec};

use crate::common::specs;

/// A step of one element: t, g, the hyperparameters of the lines, W and the state; gives both.
type Step = fn(f64, f64, &[f64], f64, &[f64]) -> (f64, Vec<f64>);

const RELATIVE: f64 = 1e-12;
const STEPS: usize = 12;
const START: [f64; 4] = [-7.0, 2.0, 0.5, -0.25];
const LOSS: f64 = 1.5;

/// Gradients that change their signs and sizes; the third element has none in the first two steps.
fn gradient(t: usize) -> [f64; 4] {
    [0, 1, 2, 3].map(|i| {
        let wave = ((i * 37 + t * 11) % 97) as f64 / 97.0 - 0.4;
        if i == 2 && t < 3 { 0.0 } else { wave * [1.0, 4.0, 1e-3, 0.1][i] }
    })
}

/// Every method with its defaults and with other settings.
fn methods() -> Vec<(Spec, Formula)> {
    let mut all: Vec<String> =
        Registry::standard().entries().map(|entry| entry.name.to_owned()).collect();
    all.extend(specs().into_iter().map(Into::into));
    all.extend(["adagrad:lr_decay=0.1", "sgd:momentum=0.9,dampening=0.3"].map(Into::into));
    let mut found: Vec<(Spec, Formula)> = Vec::new();
    for text in all {
        let mut spec: Spec = text.parse().unwrap();
        if spec.kernel().noise().is_some() {
            // Nobody else has the same noise.
            spec.set("eta", 0.0).unwrap();
        }
        let is_known = found.iter().any(|(known, _)| known.to_string() == spec.to_string());
        // What a step of a matrix does is not in a formula of one element.
        if let (Some(formula), false) = (spec.formula(), is_known) {
            found.push((spec, formula));
        }
    }
    found
}

/// The elements after each step.
fn points(spec: &Spec) -> Vec<Vec<f64>> {
    let mut optimizer = Optimizer::<f64, _>::new(spec.clone()).unwrap();
    let mut w = START.to_vec();
    let steps = (1..=STEPS).map(|t| {
        optimizer.step_with_loss(LOSS, [("w", &mut w, &gradient(t))]).unwrap();
        w.clone()
    });
    steps.collect()
}

/// The hyperparameters that the lines name, with their values.
fn used(formula: &Formula, lines: &str) -> Vec<(String, f64)> {
    let words: Vec<&str> = lines.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let all = formula.graph().hyperparameters.iter();
    let all = all.map(|(name, value)| (code_name(name), *value));
    all.filter(|(name, _)| words.contains(&name.as_str())).collect()
}

fn names(all: &[String], before: &str) -> String {
    all.iter().map(|name| format!("{before}{name}, ")).collect()
}

/// Compares a file with what it should be, or writes it.
fn assert_file(name: &str, wanted: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name);
    if std::env::var_os("THALWEG_BLESS").is_some() {
        std::fs::write(&path, wanted).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "{name} is old; THALWEG_BLESS=1 writes it");
}

#[test]
fn the_generated_rust_is_what_the_formulas_give() {
    let mut text = "//! Every elementwise method as lines of Rust: written by the tests with THALWEG_BLESS=1.\n\n\
        // The lines are the formulas', not ours.\n\
        #![allow(unused, non_snake_case, clippy::all)]\n\n\
        use thalweg::Number;\n\n\
        use super::Step;\n\n\
        fn array<const N: usize>(numbers: &[f64]) -> [f64; N] {\n    numbers.try_into().unwrap()\n}\n"
        .to_owned();
    let mut list = String::new();
    for (k, (spec, formula)) in methods().iter().enumerate() {
        let Some(lines) = formula.to_rust() else { continue };
        let hyperparameters: Vec<String> =
            used(formula, &lines).into_iter().map(|(name, _)| name).collect();
        let state: Vec<String> = formula.slots().iter().map(|slot| code_name(&slot.name)).collect();
        write!(
            text,
            "\n// {spec}\nfn step_{k}(t: f64, g: f64, h: &[f64], w: f64, s: &[f64]) -> (f64, Vec<f64>) {{\n    \
             let ([{}], [{}], mut w) = (array(h), array(s), w);\n{}    (w, vec![{}])\n}}\n",
            names(&hyperparameters, ""),
            names(&state, "mut "),
            lines.lines().map(|line| format!("    {line}\n")).collect::<String>(),
            names(&state, ""),
        )
        .unwrap();
        writeln!(list, "    ({:?}, step_{k}),", spec.to_string()).unwrap();
    }
    write!(text, "\npub const ALL: &[(&str, Step)] = &[\n{list}];\n").unwrap();
    assert_file("it/code/generated.rs", &text);
}

#[test]
fn the_rust_of_every_elementwise_method_leaves_what_the_optimizer_leaves() {
    let mut count = 0;
    for (spec, formula) in methods() {
        let Some(lines) = formula.to_rust() else { continue };
        let name = spec.to_string();
        let (_, step) = *generated::ALL.iter().find(|(known, _)| *known == name).unwrap();
        let h: Vec<f64> = used(&formula, &lines).into_iter().map(|(_, value)| value).collect();
        let starts: Vec<f64> = formula.slots().iter().map(|slot| slot.start).collect();
        let mut elements = START.map(|w| (w, starts.clone()));
        for (t, expected) in (1..).zip(points(&spec)) {
            for (i, (w, state)) in elements.iter_mut().enumerate() {
                (*w, *state) = step(t as f64, gradient(t)[i], &h, *w, state);
                let error = (*w - expected[i]).abs();
                assert!(
                    error <= RELATIVE * expected[i].abs(),
                    "{name}, step {t}, element {i}: {w:e}, not {:e}\n{lines}",
                    expected[i]
                );
            }
        }
        count += 1;
    }
    assert!(count > 60, "{count}");
}

/// The file that Python runs.
#[test]
fn the_numpy_of_every_method_is_in_the_golden_file() {
    let cases = methods().into_iter().map(|(spec, formula)| {
        let numpy = formula.to_numpy();
        let used: Map<String, Json> =
            used(&formula, &numpy).into_iter().map(|(name, value)| (name, value.into())).collect();
        let state = formula.slots().iter().map(|slot| {
            let start = if slot.is_whole { json!(slot.start) } else { json!(vec![slot.start; 4]) };
            (code_name(&slot.name), start)
        });
        json!({
            "spec": spec.to_string(),
            "numpy": numpy,
            "hyperparameters": used,
            "state": state.collect::<Map<_, _>>(),
            "points": points(&spec),
        })
    });
    let cases: Vec<String> = cases.map(|case| case.to_string()).collect();
    let gradients: Vec<_> = (1..=STEPS).map(gradient).collect();
    let head = json!({ "start": START, "loss": LOSS, "gradients": gradients }).to_string();
    let head = head.strip_suffix('}').unwrap();
    let text = format!("{head},\"cases\":[\n{}\n]}}\n", cases.join(",\n"));
    assert_file("golden/code.json", &text);
}

#[test]
fn norms_and_noise_have_numpy_but_no_rust_of_one_element() {
    let of = |spec: &str| spec.parse::<Spec>().unwrap().formula().unwrap();
    let lars = of("lars");
    let numpy = lars.to_numpy();
    assert!(numpy.contains("trust_coefficient * np.linalg.norm(W) / np.linalg.norm(g)"), "{numpy}");
    assert_eq!((lars.to_rust(), of("noisy-sgd").to_rust()), (None, None));
    assert!(of("noisy-sgd").to_numpy().starts_with("g = g + np.random.normal("));
}

/// What changes in place does not change under another name.
#[test]
fn numpy_copies_what_it_keeps() {
    let of = |spec: &str| spec.parse::<Spec>().unwrap().formula().unwrap().to_numpy();
    let ftrl = of("ftrl");
    assert!(ftrl.starts_with("n_before = np.copy(n)\n"), "{ftrl}");
    let optimistic = of("optimistic-gd");
    assert!(
        optimistic.starts_with("last_before = np.copy(last)\nlast = np.copy(g)\n"),
        "{optimistic}"
    );
}
