//! The rule files of `tests/rules/` against NumPy and optax in f64, and against the library's own methods to the bit.
//!
//! The golden files are those of `golden.rs`, and `rules.json` by `make_rules.py`, from optax.

use std::collections::BTreeSet;

use serde::Deserialize;
use thalweg::{Method, Optimizer, Registry, Spec};

use crate::common::{gradient, start};
use crate::golden::{ARTICLE, Golden, PRINTED, REQUIREMENTS};

const RULES: &str = include_str!("../golden/rules.json");

/// What optax and a rule may be apart, relatively, in any element of any point.
const RELATIVE: f64 = 1e-9;

macro_rules! files {
    ($folder:literal: $($name:literal)*) => {
        [$(($name, include_str!(concat!($folder, $name, ".rule")))),*]
    };
}

/// The article's methods, and its two misprints as the laboratory has them.
const ARTICLES: [(&str, &str); 8] = files!("../rules/":
    "sgd" "momentum" "adagrad" "rmsprop" "adadelta" "adam" "adam-folded" "adam-uncorrected");
const MISPRINTED: [(&str, &str); 2] =
    files!("../../../thalweg-lab/rules/": "rmsprop-printed" "adadelta-printed");

/// What optax has and the library has not, and Lion.
const NEW: [(&str, &str); 3] = files!("../rules/": "lion" "yogi" "nadam");

/// A registry in which these rules are all there is.
fn registry(rules: &[(&str, &str)]) -> Registry {
    let add = |registry: Registry, (name, text): &(&str, &str)| registry.with_text(name, text);
    rules.iter().try_fold(Registry::empty(), add).unwrap()
}

/// The spec of a golden run for the rules, which have a file for each form of Adam and only the ε of the article.
fn in_rules(spec: &str) -> String {
    let (spec, form) = spec.split_once(",bias_correction=").unwrap_or((spec, "full"));
    let file = match form {
        "folded" => "adam-folded",
        "off" => "adam-uncorrected",
        _ => "adam",
    };
    spec.replacen("adam:", &format!("{file}:"), 1).replace("eps=0.0,", "")
}

#[test]
fn the_articles_methods_and_misprints_as_text_equal_numpy() {
    let registry = registry(&[&ARTICLES[..], &MISPRINTED].concat());
    let mut met = BTreeSet::new();
    for case in [ARTICLE, PRINTED].iter().flat_map(|text| Golden::parse(text).cases) {
        let spec = registry.spec(&in_rules(&case.spec)).unwrap();
        met.insert(spec.name());
        for copies in [1, 600] {
            assert_eq!(case.first_difference_of(spec.clone(), copies), None);
        }
    }
    assert_eq!(met, registry.entries().map(|entry| entry.name.to_owned()).collect());
}

fn bits(spec: Spec) -> Vec<u64> {
    let mut optimizer: Optimizer<f64> = Optimizer::new(spec).unwrap();
    let mut w = start::<f64>(300);
    for t in 0..40 {
        optimizer.step([("w", &mut w, &gradient::<f64>(300, t))]).unwrap();
    }
    w.iter().map(|w| w.to_bits()).collect()
}

/// Two forms of Adam are not here: the article divides by the corrections, where the library multiplies by what they
/// are the inverse of, and in the folded form moves its means by a share of their error.
#[test]
fn the_articles_methods_as_text_have_the_bits_of_the_librarys() {
    let registry = registry(&[&ARTICLES[..], &NEW].concat());
    for spec in [
        "sgd:lr=0.1",
        "momentum:lr=0.1,momentum=0.8",
        "adagrad:lr=0.5,eps=0.0,eps_root=1e-6",
        "rmsprop:lr=0.05,alpha=0.9,eps=0.0,eps_root=1e-6",
        "adadelta:rho=0.9,eps=1e-6",
        "adam:lr=0.1,eps=1e-7,bias_correction=off",
        "lion:lr=0.1,weight_decay=0.01",
    ] {
        let rule = registry.spec(&in_rules(spec)).unwrap();
        assert!(bits(rule) == bits(spec.parse().unwrap()), "{spec}");
    }
}

#[derive(Deserialize)]
struct Golden400 {
    made_by: MadeBy,
    /// The steps after which there is a point.
    steps: Vec<usize>,
    w0: Vec<f64>,
    gradients: Vec<Vec<f64>>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct MadeBy {
    optax: String,
    jax: String,
    numpy: String,
}

#[derive(Deserialize)]
struct Case {
    spec: String,
    points: Vec<Vec<f64>>,
}

fn golden() -> Golden400 {
    serde_json::from_str(RULES).unwrap()
}

#[test]
fn lion_yogi_and_nadam_as_text_equal_optax_over_400_steps() {
    let Golden400 { steps, w0, gradients, cases, .. } = golden();
    let registry = registry(&NEW);
    for Case { spec, points } in cases {
        let mut optimizer: Optimizer<f64> = Optimizer::new(registry.spec(&spec).unwrap()).unwrap();
        let mut w = w0.clone();
        for (t, g) in (1..).zip(&gradients) {
            optimizer.step([("w", &mut w[..], &g[..])]).unwrap();
            let Some(kept) = steps.iter().position(|&step| step == t) else { continue };
            for (i, (ours, optax)) in w.iter().zip(&points[kept]).enumerate() {
                let is_equal = (ours - optax).abs() <= RELATIVE * optax.abs();
                assert!(is_equal, "{spec}: step {t}, element {i}: {ours} is not {optax}");
            }
        }
    }
}

#[test]
fn the_runs_of_optax_have_several_settings_and_gradients_of_every_size() {
    let Golden400 { made_by, steps, w0, gradients, cases } = golden();
    let required =
        |line: String| assert!(REQUIREMENTS.lines().any(|known| known == line), "{line}");
    required(format!("optax=={}", made_by.optax));
    required(format!("jax=={}", made_by.jax));
    required(format!("numpy=={}", made_by.numpy));
    for (name, _) in NEW {
        let of = |case: &&Case| case.spec.split(':').next() == Some(name);
        assert_eq!(cases.iter().filter(of).count(), 4, "{name}");
    }
    assert!(cases.iter().all(|case| case.points.len() == steps.len()));
    assert_eq!((steps.last(), gradients.len(), w0.len()), (Some(&400), 400, 8));
    let sizes = gradients.iter().flatten().map(|g| g.abs());
    assert!(sizes.clone().filter(|g| *g == 0.0).count() > 600);
    assert!(sizes.clone().any(|g| g > 1e8) && sizes.clone().any(|g| 0.0 < g && g < 1e-9));
}
