//! Methods that leave the finite numbers.

use serde_json::Value;

use super::{files, steps, train};
use crate::folder::Folder;

/// Moons that no line divides, so that a rate beyond reason does not come out right by chance.
const MIXED: &str = "--data moons:samples=80,noise=0.5 --model mlp:8";

#[test]
fn the_others_continue_as_if_it_had_not_been_there() {
    let folder = Folder::new();
    let outcome =
        train(&folder, &format!("{MIXED} --with sgd:lr=1e30 --with adam --landscape --out run"));
    let warnings: Vec<&str> =
        outcome.stderr.lines().filter(|line| line.starts_with("warning: ")).collect();
    let expected = "warning: sgd:lr=1e30 stopped being finite at step 2 and has not moved since";
    assert_eq!(warnings, [expected]);
    let of = |run: &str, method: &str| -> Vec<Value> {
        steps(&folder, run).into_iter().filter(|step| step["method"] == method).collect()
    };
    assert_eq!((of("run", "sgd").len(), of("run", "adam").len()), (1, 6));
    train(&folder, &format!("{MIXED} --with adam --out alone"));
    assert_eq!(of("run", "adam"), of("alone", "adam"));
    assert_eq!(
        folder.read("run/adam/model.safetensors"),
        folder.read("alone/adam/model.safetensors")
    );
    assert!(folder.text("run/report.html").contains("diverged"));
    assert!(files(&folder.path("run")).contains(&"sgd/model.safetensors".to_owned()));
}

#[test]
fn warnings_are_not_quiet() {
    let folder = Folder::new();
    let outcome = train(&folder, &format!("{MIXED} --with sgd:lr=1e30 --with adam --out run -q"));
    assert_eq!(outcome.stdout, "");
    assert!(outcome.stderr.starts_with("warning: ") && outcome.stderr.lines().count() == 1);
}

#[test]
fn when_all_have_diverged_the_run_is_over_and_drawn() {
    let folder = Folder::new();
    let methods = "--with sgd:lr=1e30 --with sgd:lr=1e31 --landscape";
    let outcome = train(&folder, &format!("{MIXED} {methods} --epochs 100000 --out run"));
    assert_eq!(outcome.stderr.lines().filter(|line| line.starts_with("warning: ")).count(), 2);
    assert!(outcome.stderr.contains("\n2 steps in "), "{}", outcome.stderr);
    assert!(files(&folder.path("run")).contains(&"landscape.mp4".to_owned()));
    let outcome = folder.run("train --out run --resume").done();
    assert!(outcome.stderr.starts_with("0 of 2 steps in "), "{}", outcome.stderr);
}

#[test]
fn a_step_beyond_all_numbers_is_no_record() {
    let folder = Folder::new();
    // Gradients are so large that the first step ends in infinity.
    let outcome = train(
        &folder,
        &format!("{MIXED} --init normal:1e10 --with sgd:lr=1e35 --with adam --out run"),
    );
    assert!(
        outcome.stderr.contains("sgd:lr=1e35 stopped being finite at step 1 and"),
        "{}",
        outcome.stderr
    );
    assert!(!folder.text("run/metrics.jsonl").contains("null"));
    assert!(!folder.text("run/metrics.csv").contains("inf"));
}
