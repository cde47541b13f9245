//! The library against NumPy, PyTorch and optax, in f64: every element of every point of every golden run to 1e-12 relative.
//!
//! The files in `tests/golden/` are made by the scripts beside them; `cargo xtask golden` makes them anew, in a virtual
//! environment with the versions of `requirements.txt` there. The scripts measure in extended precision how far
//! rounding moves each element (at most 2e-13 relative in the article's and the default runs down the ravine, 4e-14 in
//! the others, which are drawn again otherwise), so what is demanded here needs no exceptions.

use std::collections::BTreeSet;

use serde::Deserialize;
use thalweg::{Optimizer, Registry, Spec};

use crate::common::is_elementwise;

pub const ARTICLE: &str = include_str!("../golden/article.json");
const NUMPY: &str = include_str!("../golden/numpy.json");
const NUMPY_MORE: &str = include_str!("../golden/numpy_more.json");
const TORCH: &str = include_str!("../golden/torch.json");
const OPTAX: &str = include_str!("../golden/optax.json");
pub const PRINTED: &str = include_str!("../golden/printed.json");
pub const REQUIREMENTS: &str = include_str!("../golden/requirements.txt");

const RELATIVE: f64 = 1e-12;

/// Copies of the parameter in one tensor: one, and enough of them to fill vector registers and blocks. Norms would change
/// with the copies, so methods that take them are compared in large tensors with a loop in `whole_tensor.rs`.
const COPIES: [usize; 2] = [1, 600];

#[derive(Deserialize)]
pub struct Golden {
    made_by: MadeBy,
    pub cases: Vec<Case>,
}

#[derive(Deserialize)]
pub struct MadeBy {
    numpy: String,
    torch: Option<String>,
    optax: Option<String>,
    jax: Option<String>,
}

#[derive(Deserialize)]
pub struct Case {
    pub spec: String,
    /// The problem that gives the gradient, where `gradients` does not.
    problem: Option<String>,
    w0: Vec<f64>,
    #[serde(default)]
    gradients: Vec<Vec<f64>>,
    /// The point after each step.
    points: Vec<Vec<f64>>,
}

impl Golden {
    pub fn parse(text: &str) -> Golden {
        serde_json::from_str(text).expect("a golden file has the form its script writes")
    }

    /// The cases of one optimizer.
    fn of(&self, optimizer: &str) -> Vec<&Case> {
        self.cases.iter().filter(|case| case.optimizer() == optimizer).collect()
    }
}

impl Case {
    fn optimizer(&self) -> &str {
        self.spec.split(':').next().unwrap_or_default()
    }

    /// The names of the hyperparameters that the spec sets.
    fn hyperparameters(&self) -> impl Iterator<Item = &str> {
        let settings = self.spec.split_once(':').map_or("", |(_, settings)| settings);
        settings.split(',').filter_map(|setting| setting.split_once('=')).map(|(name, _)| name)
    }

    fn gradient(&self, step: usize, w: &[f64]) -> Vec<f64> {
        match self.problem.as_deref() {
            None => self.gradients[step].clone(),
            Some("ravine") => vec![w[0] / 10.0, 2.0 * w[1]],
            Some(other) => panic!("{}: no gradient for the problem {other}", self.spec),
        }
    }

    /// The first element that differs from the golden run, in words.
    fn first_difference(&self, copies: usize) -> Option<String> {
        match self.spec.parse() {
            Ok(method) => self.first_difference_of(method, copies),
            Err(error) => Some(format!("{}: {error}", self.spec)),
        }
    }

    /// The first element in which a run of the method differs from the golden run, in words.
    pub fn first_difference_of(&self, method: Spec, copies: usize) -> Option<String> {
        let n = self.w0.len();
        let mut optimizer: Optimizer<f64> = match Optimizer::new(method) {
            Ok(optimizer) => optimizer,
            Err(error) => return Some(format!("{}: {error}", self.spec)),
        };
        let mut w = self.w0.repeat(copies);
        for (step, golden) in self.points.iter().enumerate() {
            let g: Vec<f64> = w.chunks(n).flat_map(|copy| self.gradient(step, copy)).collect();
            if let Err(error) = optimizer.step([("w", &mut w[..], &g[..])]) {
                return Some(format!("{}: step {}: {error}", self.spec, step + 1));
            }
            let differs = |i: &usize| !equal(w[*i], golden[i % n]);
            if let Some(i) = (0..w.len()).find(differs) {
                return Some(format!(
                    "{}: step {}, element {} of copy {}/{copies}: {:e} is not {:e}, relatively {:.1e} apart",
                    self.spec,
                    step + 1,
                    i % n,
                    i / n + 1,
                    w[i],
                    golden[i % n],
                    (w[i] - golden[i % n]).abs() / golden[i % n].abs(),
                ));
            }
        }
        None
    }
}

/// Whether a method has cases in the files here; all others are compared in `family.rs`.
pub fn has_cases(optimizer: &str) -> bool {
    [NUMPY, NUMPY_MORE].map(Golden::parse).iter().any(|golden| !golden.of(optimizer).is_empty())
}

/// Zero equals only zero, and nothing equals NaN.
fn equal(ours: f64, golden: f64) -> bool {
    (ours - golden).abs() <= RELATIVE * golden.abs()
}

/// Runs every case of `optimizer`, of which the file must hold at least `at_least`.
fn equals(text: &str, optimizer: &str, at_least: usize) {
    let golden = Golden::parse(text);
    let cases = golden.of(optimizer);
    assert!(
        cases.len() >= at_least,
        "{optimizer}: {} golden cases, expected {at_least}",
        cases.len()
    );
    let copies = &COPIES[..if is_elementwise(optimizer) { 2 } else { 1 }];
    let differences: Vec<String> = cases
        .iter()
        .flat_map(|case| copies.iter().filter_map(|&copies| case.first_difference(copies)))
        .collect();
    assert!(
        differences.is_empty(),
        "{} runs differ:\n{}",
        differences.len(),
        differences.join("\n")
    );
}

macro_rules! golden_tests {
    ($($test:ident: $text:ident, $optimizer:literal, $at_least:literal;)*) => {$(
        #[test]
        fn $test() {
            equals($text, $optimizer, $at_least);
        }
    )*};
}

golden_tests! {
    the_articles_sgd_equals_numpy: ARTICLE, "sgd", 2;
    the_articles_momentum_equals_numpy: ARTICLE, "momentum", 2;
    the_articles_adagrad_equals_numpy: ARTICLE, "adagrad", 1;
    the_articles_adam_equals_numpy: ARTICLE, "adam", 4;
    the_articles_rmsprop_corrected_equals_numpy: ARTICLE, "rmsprop", 2;
    the_articles_adadelta_corrected_equals_numpy: ARTICLE, "adadelta", 1;

    sgd_equals_numpy: NUMPY, "sgd", 18;
    momentum_equals_numpy: NUMPY, "momentum", 14;
    adagrad_equals_numpy: NUMPY, "adagrad", 17;
    rmsprop_equals_numpy: NUMPY, "rmsprop", 18;
    adadelta_equals_numpy: NUMPY, "adadelta", 15;
    adam_equals_numpy: NUMPY, "adam", 17;
    adamw_equals_numpy: NUMPY, "adamw", 17;
    lion_equals_numpy: NUMPY_MORE, "lion", 16;
    lars_equals_numpy: NUMPY_MORE, "lars", 19;
    lamb_equals_numpy: NUMPY_MORE, "lamb", 17;

    sgd_equals_torch: TORCH, "sgd", 14;
    momentum_at_a_constant_rate_equals_torch: TORCH, "momentum", 4;
    adagrad_equals_torch: TORCH, "adagrad", 13;
    rmsprop_equals_torch: TORCH, "rmsprop", 13;
    adadelta_equals_torch: TORCH, "adadelta", 9;
    adam_equals_torch: TORCH, "adam", 9;
    adamw_equals_torch: TORCH, "adamw", 9;

    lion_equals_optax: OPTAX, "lion", 7;
    lars_equals_optax: OPTAX, "lars", 18;
    lamb_equals_optax: OPTAX, "lamb", 10;
}

/// Every run of the files, whether or not a test above names its optimizer.
#[test]
fn every_golden_run_equals_its_reference() {
    for text in [ARTICLE, NUMPY, NUMPY_MORE, TORCH, OPTAX] {
        for case in Golden::parse(text).cases {
            assert_eq!(case.first_difference(1), None);
        }
    }
}

/// 70,007 elements: more than threads leave to one of them, and no multiple of a block.
#[test]
fn every_elementwise_optimizer_equals_its_reference_in_a_tensor_that_threads_share() {
    let (torch, optax) = (Golden::parse(TORCH), Golden::parse(OPTAX));
    for optimizer in Registry::standard().entries() {
        if is_elementwise(optimizer.name) && has_cases(optimizer.name) {
            let cases = [torch.of(optimizer.name), optax.of(optimizer.name)].concat();
            assert_eq!(cases[0].first_difference(10_001), None);
        }
    }
}

#[test]
fn every_hyperparameter_of_every_optimizer_is_in_a_golden_run() {
    let files = [NUMPY, NUMPY_MORE].map(Golden::parse);
    for optimizer in Registry::standard().entries().filter(|entry| has_cases(entry.name)) {
        let cases = files.iter().flat_map(|golden| golden.of(optimizer.name));
        let mut set: BTreeSet<&str> = cases.flat_map(Case::hyperparameters).collect();
        // Cautious steps are compared in `family.rs`.
        if optimizer.hyperparameters().iter().any(|(known, _)| known.name == "cautious") {
            set.insert("cautious");
        }
        let known: BTreeSet<&str> =
            optimizer.hyperparameters().iter().map(|(known, _)| known.name).collect();
        assert_eq!(set, known, "{}", optimizer.name);
    }
}

#[test]
fn every_golden_run_has_a_point_for_each_gradient_and_moves() {
    let runs =
        [(ARTICLE, 30), (NUMPY, 25), (NUMPY_MORE, 25), (TORCH, 25), (OPTAX, 25), (PRINTED, 200)];
    for (text, steps) in runs {
        for case in Golden::parse(text).cases {
            assert!(case.points.len() >= steps, "{}: {} points", case.spec, case.points.len());
            if case.problem.is_none() {
                assert_eq!(case.gradients.len(), case.points.len(), "{}", case.spec);
            }
            let n = case.w0.len();
            assert!(
                case.points.iter().chain(&case.gradients).all(|row| row.len() == n),
                "{}",
                case.spec
            );
            for i in 0..n {
                assert!(
                    case.points.iter().any(|w| w[i] != case.w0[i]),
                    "{}: element {i} rests",
                    case.spec
                );
            }
        }
    }
}

#[test]
fn the_golden_files_were_made_with_the_versions_of_requirements_txt() {
    let required = |package: &str| {
        let lines = REQUIREMENTS.lines().filter_map(|line| line.split_once("=="));
        lines.filter(|(name, _)| *name == package).map(|(_, version)| version).next()
    };
    for text in [ARTICLE, NUMPY, NUMPY_MORE, PRINTED, TORCH, OPTAX] {
        let made_by = Golden::parse(text).made_by;
        assert_eq!(Some(made_by.numpy.as_str()), required("numpy"));
        let others = [("torch", made_by.torch), ("optax", made_by.optax), ("jax", made_by.jax)];
        for (package, version) in others {
            // PyTorch adds the build to its version, as in 2.15.0+cpu.
            let version = version.as_deref().map(|version| version.split('+').next());
            assert!(version.is_none_or(|version| version == required(package)), "{version:?}");
        }
    }
}

#[test]
fn the_printed_versions_are_on_file_beside_the_articles_runs() {
    let printed = Golden::parse(PRINTED);
    assert_eq!(printed.of("rmsprop-printed").len(), 3);
    assert_eq!(printed.of("adadelta-printed").len(), 1);
}

#[test]
fn zero_equals_only_zero_and_nothing_equals_nan() {
    assert!(equal(0.0, 0.0) && !equal(1e-300, 0.0));
    assert!(!equal(f64::NAN, 1.0) && !equal(1.0, f64::NAN));
    assert!(equal(-1.0, -1.0 - 9e-13) && !equal(-1.0, -1.0 - 2e-12));
}
