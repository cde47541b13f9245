//! Sparse gradients against PyTorch's SparseAdam, Adagrad and SGD (`tests/golden/make_sparse.py`).

use crate::common::{near, plain};
use serde::Deserialize;
use thalweg::{Parameter, Rows};

#[derive(Deserialize)]
struct Golden {
    width: usize,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    spec: String,
    start: Vec<f64>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    rows: Vec<u32>,
    gradients: Vec<f64>,
    /// The table after the step.
    point: Vec<f64>,
}

/// The largest relative difference between a run and PyTorch's.
fn difference(spec: &str, case: &Case, width: usize) -> f64 {
    let (mut optimizer, mut w) = (plain(spec).build().unwrap(), case.start.clone());
    let mut largest = 0.0_f64;
    for Step { rows, gradients, point } in &case.steps {
        let table = Parameter::from(("table", &mut w, gradients));
        optimizer.step([table.with_rows(Rows { width, indices: rows })]).unwrap();
        for (ours, theirs) in w.iter().zip(point) {
            largest = largest.max((ours - theirs).abs() / theirs.abs());
            assert!(spec != case.spec || near(*ours, *theirs, 1e-12), "{spec}: {ours} {theirs}");
        }
    }
    largest
}

#[test]
fn steps_by_rows_equal_torch() {
    let Golden { width, cases } =
        serde_json::from_str(include_str!("../../golden/sparse.json")).unwrap();
    assert_eq!(cases.len(), 6);
    for case in cases {
        difference(&case.spec, &case, width);
        assert_eq!(case.steps.len(), 30);
        let repeats =
            |step: &Step| (1..step.rows.len()).any(|k| step.rows[..k].contains(&step.rows[k]));
        assert!(case.steps.iter().any(repeats));
    }
}

/// SparseAdam adds eps to √v and corrects the bias in the step, as `bias_correction=folded` does.
#[test]
fn the_full_bias_correction_differs_from_sparse_adam_in_eps() {
    let Golden { width, cases } =
        serde_json::from_str(include_str!("../../golden/sparse.json")).unwrap();
    let case = cases.iter().find(|case| case.spec.contains("eps=1e-3,bias_correction")).unwrap();
    assert!(difference(&case.spec.replace("folded", "full"), case, width) > 1e-6);
}
